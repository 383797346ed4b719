"""A class hierarchy: a tree over classes whose groups own contiguous ranges of one class order, and group metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
        place = int(self.position[class_index])
        return tuple(i for i, node in enumerate(self.nodes) if node.start <= place < node.end)


@dataclass(frozen=True, eq=False)
class GroupMetrics:
    """Per node of a hierarchy, each (number of nodes,): NaN undefined; `support` counts samples."""

    precision: Float64
    recall: Float64
    f1: Float64
    support: Int64


@dataclass(frozen=True)
class _Tree:
    name: str
    children: tuple[_Tree, ...] = ()
    class_index: int = -1


def parse(source: object, classes: Sequence[str]) -> Hierarchy:
    """A hierarchy from nested {"name": ..., "children": [...]}; leaves (also plain strings) are class names.

    Leaves that are no class are left out and listed; groups that own no class vanish; a group whose only child is a
    group is joined with it as "a/b"; classes that the source lacks follow in a last group "(not in hierarchy)".
    ValueError, one plain sentence, for anything that is not such a tree over these classes.
    """
    index = {name: i for i, name in enumerate(classes)}
    if len(index) != len(classes):
        twice = next(name for i, name in enumerate(classes) if index[name] != i)
        raise ValueError(f"the class {twice!r} is named twice; a hierarchy needs unique class names")
    seen: set[int] = set()
    unknown: list[str] = []
    tree = _read(source, index, seen, unknown, 0)
    if tree is None:
        raise ValueError("the hierarchy names none of the classes")
    if tree.class_index >= 0:
        tree = _Tree("", (tree,))
    missing = tuple(_Tree(name, (), i) for i, name in enumerate(classes) if i not in seen)
    if missing:
        tree = _Tree(tree.name, (*tree.children, _Tree(LEFT_OVER, missing)))
    return _laid_out(tree, tuple(unknown))


def flat(classes: Sequence[str]) -> Hierarchy:
    """The hierarchy of classes without groups: the root owns all, in the order given."""
    return _laid_out(_Tree("", tuple(_Tree(name, (), i) for i, name in enumerate(classes))), ())


def _read(source: object, index: Mapping[str, int], seen: set[int], unknown: list[str], depth: int) -> _Tree | None:
    name, children = _fields(source)
    if depth > _MAX_DEPTH:
        raise ValueError(f"the hierarchy is deeper than {_MAX_DEPTH} levels at {name!r}")
    if not children:
        if name not in index:
            unknown.append(name)
            return None
        if index[name] in seen:
            raise ValueError(f"the hierarchy names the class {name!r} twice")
        seen.add(index[name])
        return _Tree(name, (), index[name])
    below = tuple(t for child in children if (t := _read(child, index, seen, unknown, depth + 1)) is not None)
    if not below:
        return None
    if len(below) == 1 and below[0].class_index < 0 and depth:
        return _Tree(f"{name}/{below[0].name}", below[0].children)
    return _Tree(name, below)


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
    for label in _levels(hierarchy):
        owner = label[true]
        same = (owner >= 0) & (owner == label[predicted])
        inside += np.bincount(owner[same], weights=c.count[same], minlength=len(inside)).astype(np.int64)
    support = _range_sums(c.support[hierarchy.order], hierarchy)
    predictions = _range_sums(c.predicted_count[hierarchy.order], hierarchy)
    return GroupMetrics(
        ratio(inside, predictions), ratio(inside, support), ratio(2 * inside, support + predictions), support
    )


def _levels(hierarchy: Hierarchy) -> Iterator[Int64]:
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
