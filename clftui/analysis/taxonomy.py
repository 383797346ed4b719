"""Trees of names from what hierarchies are written as: parent tables, graphs, paths, nested objects.

A tree is nested {"name", "children"}; a leaf may have a "label", the words for a name that is a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Tree = dict[str, Any]
Edge = tuple[str, str]
"""(parent, child)."""

MAX_DEPTH = 100


def from_edges(edges: Iterable[Edge], labels: Mapping[str, str] | None = None) -> tuple[Tree, int]:
    """The tree of a graph of (parent, child) names, and how many edges it could not keep.

    A node with several parents stays with the one nearest to a root; of equally near ones with the first by name.
    Several roots get a common one without a name. `labels` are words for names: groups are called by them, leaves keep
    their name and carry the words as "label"; a group in `labels` under "" has no name. ValueError where there is no
    edge, or where the graph goes in a circle that no root leads to.
    """
    known = dict.fromkeys((parent, child) for parent, child in edges if parent != child)
    if not known:
        raise ValueError("it has no edge from a parent to a child")
    below: dict[str, list[str]] = {}
    for parent, child in known:
        below.setdefault(parent, []).append(child)
        below.setdefault(child, [])
    children = {child for _, child in known}
    roots = [name for name in below if name not in children]
    parent_of = _nearest_parents(roots, below)
    lost = [name for name in below if name not in parent_of and name not in roots]
    if lost:
        raise ValueError(f"it goes in a circle at {min(lost)!r}")
    kept: dict[str, list[str]] = {}
    for parent, child in known:
        if parent_of[child] == parent:
            kept.setdefault(parent, []).append(child)
    trees = [_grown(root, kept, labels or {}) for root in roots]
    tree = trees[0] if len(trees) == 1 else {"name": "", "children": trees}
    return tree, len(known) - len(parent_of)


def _nearest_parents(roots: Sequence[str], below: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The parent of each node on a shortest path from a root; among equally near parents the first by name."""
    parent_of: dict[str, str] = {}
    seen, level = set(roots), list(roots)
    while level:
        found: dict[str, str] = {}
        for parent in level:
            for child in below[parent]:
                if child not in seen:
                    found[child] = min(found.get(child, parent), parent)
        parent_of.update(found)
        seen.update(found)
        level = list(found)
    return parent_of


def _grown(name: str, below: Mapping[str, Sequence[str]], labels: Mapping[str, str], depth: int = 0) -> Tree:
    if depth > MAX_DEPTH:
        raise ValueError(f"it is deeper than {MAX_DEPTH} levels at {name!r}")
    label, children = labels.get(name), below.get(name, ())
    if not children:
        return {"name": name} if label in (None, "", name) else {"name": name, "label": label}
    grown: Tree = {"name": name if label is None else label, "children": []}
    if label is not None and label != name:
        # A group may itself be a class, known by its code.
        grown["code"] = name
    grown["children"] = [_grown(child, below, labels, depth + 1) for child in children]
    return grown


def from_paths(paths: Iterable[tuple[str, Sequence[str]]]) -> Tree:
    """The tree of (class, groups from the top down) pairs; the groups are in the order of their first class."""
    root: Tree = {"name": "", "children": []}
    groups: dict[tuple[str, ...], Tree] = {(): root}
    for name, above in paths:
        if len(above) > MAX_DEPTH:
            raise ValueError(f"it is deeper than {MAX_DEPTH} levels at {name!r}")
        for depth in range(1, len(above) + 1):
            path = tuple(above[:depth])
            if path not in groups:
                groups[path] = {"name": path[-1], "children": []}
                groups[path[:-1]]["children"].append(groups[path])
        groups[tuple(above)]["children"].append({"name": name})
    return root


PATH_MARKS = ("/", ":", ">")


def from_class_names(classes: Sequence[str]) -> Tree | None:
    """The tree that class names like `animal/dog` or `root:animal:dog` spell out; None where they are no paths.

    All names must be paths with the same mark, and at least one group own two classes and not all.
    """
    for mark in PATH_MARKS[:2]:
        parts = [name.split(mark) for name in classes]
        if not parts or any(len(path) < 2 or not all(part.strip() for part in path) for path in parts):
            continue
        sizes: dict[tuple[str, ...], int] = {}
        for path in parts:
            for depth in range(1, len(path)):
                sizes[tuple(path[:depth])] = sizes.get(tuple(path[:depth]), 0) + 1
        if any(1 < size < len(classes) for size in sizes.values()):
            return from_paths((name, path[:-1]) for name, path in zip(classes, parts, strict=True))
    return None


def from_nested(value: object, name: str = "", depth: int = 0) -> Tree:
    """The tree of nested objects and lists: {"animals": ["cat", "dog"], "things": {"cars": ["bus"]}}.

    ValueError for anything else in it.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"it is deeper than {MAX_DEPTH} levels at {name!r}")
    if isinstance(value, Mapping):
        return {"name": name, "children": [from_nested(below, str(key), depth + 1) for key, below in value.items()]}
    if isinstance(value, list):
        inner = [{"name": each} if isinstance(each, str) else from_nested(each, "", depth + 1) for each in value]
        return {"name": name, "children": inner}
    raise ValueError(f"{name!r} holds neither a list of classes nor groups")
