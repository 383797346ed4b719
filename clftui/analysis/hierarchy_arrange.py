"""Changing a hierarchy: sort its children, part a group by a new order, rename a group; back to nested names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.hierarchy import Hierarchy, Node

Path = tuple[str, ...]
"""The names from the root (left out) down to a group."""


def path_of(hierarchy: Hierarchy, node: int) -> Path:
    """The names that lead to a node; () for the root."""
    out: list[str] = []
    while node > 0:
        out.append(hierarchy.nodes[node].name)
        node = hierarchy.nodes[node].parent
    return tuple(reversed(out))


def find(hierarchy: Hierarchy, path: Path) -> int | None:
    """The group that a path leads to; None where there is no such group."""
    at = 0
    for name in path:
        below = (c for c in hierarchy.nodes[at].children if hierarchy.nodes[c].name == name)
        found = next((c for c in below if hierarchy.nodes[c].class_index < 0), None)
        if found is None:
            return None
        at = found
    return at


def groups_above(hierarchy: Hierarchy, class_index: int) -> tuple[int, ...]:
    """The groups that own a class, the outermost first; the root left out."""
    return tuple(i for i in hierarchy.path(class_index)[1:] if hierarchy.nodes[i].class_index < 0)


def common_group(hierarchy: Hierarchy, a: int, b: int) -> int:
    """The smallest group that owns both classes; the root (0) where nothing smaller does."""
    shared = [i for i in groups_above(hierarchy, a) if i in set(groups_above(hierarchy, b))]
    return shared[-1] if shared else 0


def sort_children(hierarchy: Hierarchy, keys: Float64) -> Hierarchy:
    """The same tree with the children of each node by ascending `keys` (nodes,), NaN last; ties keep their order."""
    ranked = np.where(np.isnan(keys), np.inf, keys)

    def by_key(children: Sequence[int]) -> list[int]:
        return sorted(children, key=lambda child: float(ranked[child]))

    return _relaid(hierarchy, by_key)


def _relaid(hierarchy: Hierarchy, arranged: Callable[[Sequence[int]], Sequence[int]]) -> Hierarchy:
    old = hierarchy.nodes
    nodes: list[Node] = []
    order: list[int] = []

    def place(source: int, parent: int) -> int:
        node, at, start = old[source], len(nodes), len(order)
        nodes.append(node)
        if node.class_index >= 0:
            order.append(node.class_index)
        children = tuple(place(child, at) for child in arranged(node.children))
        nodes[at] = Node(node.name, parent, children, start, len(order), node.depth, node.class_index)
        return at

    place(0, -1)
    return Hierarchy(tuple(nodes), np.array(order, dtype=np.int64), hierarchy.unknown)


def size_keys(hierarchy: Hierarchy) -> Float64:
    """(nodes,) keys that sort the largest group first and classes last."""
    return np.array([-node.size if node.class_index < 0 else 0 for node in hierarchy.nodes], dtype=np.float64)


Nested = dict[str, Any]


def nested(hierarchy: Hierarchy, classes: Sequence[str]) -> Nested:
    """The tree as nested {"name", "children"} with the class names as leaves: what hierarchy.json holds."""

    def below(at: int) -> Nested:
        node = hierarchy.nodes[at]
        if node.class_index >= 0:
            name = classes[node.class_index]
            return {"name": name} if node.name == name else {"name": name, "label": node.name}
        return {"name": node.name, "children": [below(child) for child in node.children]}

    return below(0)


def renamed(hierarchy: Hierarchy, classes: Sequence[str], node: int, name: str) -> Nested:
    """`nested` with a group called `name`."""
    tree = nested(hierarchy, classes)
    _at(tree, hierarchy, node)["name"] = name
    return tree


def parted(hierarchy: Hierarchy, classes: Sequence[str], node: int, order: Int64, bounds: Sequence[int]) -> Nested:
    """`nested` with the classes of a group in a new `order`, parted into new groups at `bounds` (places in `order`).

    Parts of one class stay that class. Without bounds the group's classes are re-ordered and lose their subgroups.
    """
    tree = nested(hierarchy, classes)
    labels = {hierarchy.nodes[i].class_index: hierarchy.nodes[i].name for i in range(len(hierarchy.nodes))}

    def leaf(index: int) -> Nested:
        name, label = classes[index], labels[index]
        return {"name": name} if name == label else {"name": name, "label": label}

    children: list[Nested] = []
    edges = [0, *bounds, len(order)]
    for start, end in pairwise(edges):
        leaves = [leaf(index) for index in order[start:end].tolist()]
        if len(leaves) == 1 or len(edges) == 2:
            children += leaves
        else:
            first = leaves[0].get("label", leaves[0]["name"])
            children.append({"name": f"{first} + {len(leaves) - 1}", "children": leaves})
    _at(tree, hierarchy, node)["children"] = children
    return tree


def permuted(hierarchy: Hierarchy, classes: Sequence[str], node: int, places: Sequence[int]) -> Nested:
    """`nested` with the children of a group in another order: `places` are the old places in the new order."""
    tree = nested(hierarchy, classes)
    group = _at(tree, hierarchy, node)
    group["children"] = [group["children"][place] for place in places]
    return tree


def _at(tree: Nested, hierarchy: Hierarchy, node: int) -> Nested:
    """The nested node of a place in `hierarchy.nodes`."""
    steps: list[int] = []
    while node > 0:
        parent = hierarchy.nodes[node].parent
        steps.append(hierarchy.nodes[parent].children.index(node))
        node = parent
    for step in reversed(steps):
        tree = tree["children"][step]
    return tree
