"""A class hierarchy: a tree over classes whose groups own contiguous ranges of one class order, and group metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.metrics import ratio

LEFT_OVER = "(not in hierarchy)"

_MAX_DEPTH = 100


@dataclass(frozen=True)
class Node:
    """A group or a class. It owns positions `start` to `end` (excluded) of the hierarchy's class order.

    `parent` and `children` are places in `Hierarchy.nodes`; the root's parent is -1. `class_index` is -1 for groups.
    """

    name: str
    parent: int
    children: tuple[int, ...]
    start: int
    end: int
    depth: int
    class_index: int = -1

    @property
    def size(self) -> int:
        """Classes below it; 1 for a class."""
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The tree in pre-order, root first; `order` (K,) lists the class indices in leaf order.

    `unknown` names the leaves of the source that are no class here (a hierarchy may serve several runs).
    """

    nodes: tuple[Node, ...]
    order: Int64
    unknown: tuple[str, ...] = ()

    @cached_property
    def position(self) -> Int64:
        """(K,) the place of every class in `order`."""
        out = np.empty(len(self.order), dtype=np.int64)
        out[self.order] = np.arange(len(self.order))
        return out

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """Places of the groups in `nodes`, the root left out."""
        return tuple(i for i, node in enumerate(self.nodes) if i and node.class_index < 0)

    def classes(self, node: int) -> Int64:
        """The class indices that a node owns, in leaf order."""
        return self.order[self.nodes[node].start : self.nodes[node].end]

    def path(self, class_index: int) -> tuple[int, ...]:
        """The nodes from the root down to a class."""
        at, out = self._leaf_of[class_index], []
        while at >= 0:
            out.append(at)
            at = self.nodes[at].parent
        return tuple(reversed(out))

    @cached_property
    def _leaf_of(self) -> Mapping[int, int]:
        return {node.class_index: i for i, node in enumerate(self.nodes) if node.class_index >= 0}


class GroupMetrics(NamedTuple):
    """Per node of a hierarchy, each (number of nodes,): NaN undefined; `support` counts samples."""

    precision: Float64
    recall: Float64
    f1: Float64
    support: Int64


class _Tree(NamedTuple):
    name: str
    children: tuple[_Tree, ...] = ()
    class_index: int = -1


def parse(source: object, classes: Sequence[str]) -> Hierarchy:
    """A hierarchy from nested {"name": ..., "children": [...]}; leaves (also plain strings) are class names.

    A leaf is the class of its name, else of its "label", else the one whose name differs in case, blanks, hyphens and
    underscores alone. A group that is itself a class (by name or "code"), and no leaf, owns that class first. Leaves
    that are no class are left out and listed; groups that own no class vanish; a group whose only child is a group is
    joined with it as "a/b"; one without a name is called after its first class; classes that the source lacks follow in
    a last group "(not in hierarchy)".
    ValueError, one plain sentence, for anything that is not such a tree over these classes.
    """
    index = {name: i for i, name in enumerate(classes)}
    if len(index) != len(classes):
        twice = next(name for i, name in enumerate(classes) if index[name] != i)
        raise ValueError(f"the class {twice!r} is named twice; a hierarchy needs unique class names")
    reader = _Reader(_Names(index))
    reader.look(source, 0)
    tree = reader.read(source, 0)
    if tree is None:
        raise ValueError("the hierarchy names none of the classes")
    if tree.class_index >= 0:
        tree = _Tree("", (tree,))
    missing = tuple(_Tree(name, (), i) for i, name in enumerate(classes) if i not in reader.seen)
    if missing:
        tree = _Tree(tree.name, (*tree.children, _Tree(LEFT_OVER, missing)))
    return _laid_out(tree, tuple(reader.unknown))


def flat(classes: Sequence[str]) -> Hierarchy:
    """The hierarchy of classes without groups: the root owns all, in the order given."""
    return _laid_out(_Tree("", tuple(_Tree(name, (), i) for i, name in enumerate(classes))), ())


class _Names:
    """Class indices by name, and by names that people would read as the same where those are unique."""

    def __init__(self, index: Mapping[str, int]) -> None:
        self.exact = index
        loose: dict[str, int] = {}
        for name, i in index.items():
            key = _loosely(name)
            loose[key] = -1 if key in loose else i
        self.loose = loose

    def find(self, source: object) -> int:
        """The class that a leaf names; -1 where there is none."""
        if isinstance(source, str):
            return self._first((source,))
        label = source.get("label") if isinstance(source, Mapping) else None
        return self._first((_fields(source)[0], *((label,) if isinstance(label, str) else ())))

    def of_group(self, source: object) -> int:
        """The class that a group is itself; -1 for most."""
        code = source.get("code") if isinstance(source, Mapping) else None
        names = (*((code,) if isinstance(code, str) else ()), _fields(source)[0])
        return next((self.exact[name] for name in names if name in self.exact), -1)

    def _first(self, names: Sequence[str]) -> int:
        found = next((self.exact[name] for name in names if name in self.exact), -1)
        return found if found >= 0 else next((i for n in names if (i := self.loose.get(_loosely(n), -1)) >= 0), -1)


def _loosely(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


class _Reader:
    """Reads a source twice: which classes are leaves by their very name, then the tree."""

    def __init__(self, names: _Names) -> None:
        self.names = names
        self.leaves: set[int] = set()
        self.seen: set[int] = set()
        self.unknown: list[str] = []

    def look(self, source: object, depth: int) -> None:
        name, children = _fields(source)
        if depth > _MAX_DEPTH:
            raise ValueError(f"the hierarchy is deeper than {_MAX_DEPTH} levels at {name!r}")
        for child in children:
            self.look(child, depth + 1)
        if not children:
            self.leaves.add(self.names.exact.get(name, -1))

    def read(self, source: object, depth: int) -> _Tree | None:
        name, children = _fields(source)
        if not children:
            return self._leaf(source, name)
        own = self.names.of_group(source)
        below: tuple[_Tree, ...] = ()
        if own >= 0 and own not in self.leaves and own not in self.seen:
            self.seen.add(own)
            below = (_Tree(name, (), own),)
        below += tuple(tree for child in children if (tree := self.read(child, depth + 1)) is not None)
        if not below:
            return None
        if len(below) == 1 and below[0].class_index < 0 and depth:
            return _Tree(f"{name}/{below[0].name}" if name else below[0].name, below[0].children)
        return _Tree(name or (_after_first(below) if depth else ""), below)

    def _leaf(self, source: object, name: str) -> _Tree | None:
        found = self.names.find(source)
        exact = name in self.names.exact
        if exact and found in self.seen:
            raise ValueError(f"the hierarchy names the class {name!r} twice")
        if found < 0 or (not exact and (found in self.leaves or found in self.seen)):
            self.unknown.append(name)
            return None
        self.seen.add(found)
        label = source.get("label") if isinstance(source, Mapping) else None
        return _Tree(label if isinstance(label, str) and label else name, (), found)


def _after_first(below: tuple[_Tree, ...]) -> str:
    """`tench + 11`: the name of a group that nobody named."""
    first: _Tree = below[0]
    while first.children:
        first = first.children[0]
    return f"{first.name} + {sum(_size(tree) for tree in below) - 1}"


def _size(tree: _Tree) -> int:
    return sum(_size(child) for child in tree.children) if tree.children else 1


def _fields(source: object) -> tuple[str, Sequence[Any]]:
    if isinstance(source, str):
        return source, ()
    if not isinstance(source, Mapping):
        raise ValueError(f'a node of the hierarchy is {{"name", "children"}}; one is {_kind(source)}')
    name, children = source.get("name", ""), source.get("children") or ()
    if not isinstance(name, str):
        raise ValueError(f"a name in the hierarchy is {_kind(name)}; names are text")
    if not isinstance(children, list | tuple):
        raise ValueError(f"the children of {name!r} in the hierarchy are {_kind(children)}; they are a list")
    return name, children


def _kind(value: object) -> str:
    words = {"NoneType": "null", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list"}
    return words.get(type(value).__name__, {"str": "text", "dict": "an object"}.get(type(value).__name__, "no text"))


def _laid_out(tree: _Tree, unknown: tuple[str, ...]) -> Hierarchy:
    order: list[int] = []
    nodes: list[Node] = []

    def place(part: _Tree, parent: int, depth: int) -> int:
        at, start = len(nodes), len(order)
        nodes.append(Node(part.name, parent, (), start, start, depth, part.class_index))
        if part.class_index >= 0:
            order.append(part.class_index)
        children = tuple(place(child, at, depth + 1) for child in part.children)
        nodes[at] = Node(part.name, parent, children, start, len(order), depth, part.class_index)
        return at

    place(tree, -1, 0)
    return Hierarchy(tuple(nodes), np.array(order, dtype=np.int64), unknown)


def group_metrics(c: Confusion, hierarchy: Hierarchy) -> GroupMetrics:
    """Precision, recall and F1 of every node (Blocks, equation 1): right is any prediction in the sample's own group.

    With in = samples of the group predicted in it: recall = in / samples of the group (unanswered ones are misses),
    precision = in / predictions in the group, F1 = 2 in / (both sums). 0/0 is NaN. A class has its own metrics.
    """
    inside = np.zeros(len(hierarchy.nodes), dtype=np.int64)
    true, predicted = hierarchy.position[c.true], hierarchy.position[c.predicted]
    for label in levels(hierarchy):
        owner = label[true]
        same = (owner >= 0) & (owner == label[predicted])
        inside += np.bincount(owner[same], weights=c.count[same], minlength=len(inside)).astype(np.int64)
    support = _range_sums(c.support[hierarchy.order], hierarchy)
    predictions = _range_sums(c.predicted_count[hierarchy.order], hierarchy)
    return GroupMetrics(
        ratio(inside, predictions), ratio(inside, support), ratio(2 * inside, support + predictions), support
    )


def levels(hierarchy: Hierarchy) -> Iterator[Int64]:
    """Per depth, (K,) which node owns each position there; -1 where the tree ended above."""
    by_depth: dict[int, list[int]] = {}
    for i, node in enumerate(hierarchy.nodes):
        by_depth.setdefault(node.depth, []).append(i)
    for places in by_depth.values():
        label = np.full(len(hierarchy.order), -1, dtype=np.int64)
        for i in places:
            label[hierarchy.nodes[i].start : hierarchy.nodes[i].end] = i
        yield label


def _range_sums(values: Int64, hierarchy: Hierarchy) -> Int64:
    upto = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values)])
    start = np.array([node.start for node in hierarchy.nodes])
    end = np.array([node.end for node in hierarchy.nodes])
    return np.asarray(upto[end] - upto[start], dtype=np.int64)
