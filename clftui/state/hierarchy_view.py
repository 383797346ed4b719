"""Groups of the class hierarchy beside the matrix, as values: which show where, how good they are. No drawing."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items, merged, unit
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import common_group, find, groups_above, path_of
from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric
from clftui.state.class_tree import Float64, Int64, class_labels, metrics_of, tree_of, value_of
from clftui.state.group_settings import GroupPath
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from clftui.text import count, decimals_for, percent, plural, sanitise

COLLAPSED = "▸ "
"""Before the name of a group that is one row and column."""


class Group(NamedTuple):
    """A group beside the rows `start` to `end` (excluded): positions of items, from 0."""

    node: int
    path: GroupPath
    name: str
    start: int
    end: int
    value: float
    """The chosen metric; NaN undefined."""
    shown: str
    """The metric in per cent, with the digits that the samples deserve."""
    collapsed: bool


class Icicle(NamedTuple):
    """The levels of the hierarchy, the outermost first, in the matrix's own order."""

    metric: Metric
    levels: tuple[tuple[Group, ...], ...]


def in_order(session: Session) -> Hierarchy | None:
    """The hierarchy where the matrix is ordered by it; None elsewhere, or where it has no groups."""
    if session.matrix.order is not ClassOrder.HIERARCHY:
        return None
    tree = tree_of(session)
    return tree if tree is not None and tree.groups else None


def collapsed_nodes(session: Session, tree: Hierarchy) -> tuple[int, ...]:
    """The outermost of the collapsed groups, in the order of the tree."""
    return _outermost(tree, session.groups.collapsed)


@lru_cache(maxsize=16)
def _outermost(tree: Hierarchy, paths: frozenset[GroupPath]) -> tuple[int, ...]:
    found = sorted(node for path in paths if (node := find(tree, path)))
    out: list[int] = []
    for node in found:
        if not out or tree.nodes[node].start >= tree.nodes[out[-1]].end:
            out.append(node)
    return tuple(out)


def folds_rare(session: Session) -> bool:
    """Whether rare confusions are folded: not in the order of a hierarchy, whose groups fold instead."""
    return session.matrix.kept > 0 and in_order(session) is None


def items_of(session: Session, classes: tuple[str, ...], order: Int64) -> tuple[Items, tuple[str, ...]]:
    """The rows and columns of the matrix, classes and collapsed groups, and their names."""
    known = tree_of(session)
    classes = class_labels(known, classes) if known is not None else classes
    tree = in_order(session)
    if tree is None or not session.groups.collapsed or not np.array_equal(tree.order, order):
        return unit(order), classes
    nodes = collapsed_nodes(session, tree)
    if not nodes:
        return unit(order), classes
    items = merged(order, [(tree.nodes[node].start, tree.nodes[node].end) for node in nodes])
    return items, _names(tree, classes, nodes, items)


@lru_cache(maxsize=8)
def _names(tree: Hierarchy, classes: tuple[str, ...], nodes: tuple[int, ...], items: Items) -> tuple[str, ...]:
    groups = {tree.nodes[node].start: node for node in nodes}
    out = []
    for item in range(items.n):
        start = int(items.starts[item])
        node = groups.get(start)
        out.append(classes[items.order[start]] if node is None else tree.nodes[node].name)
    return tuple(out)


def icicle(session: Session, confusion: Confusion, items: Items) -> Icicle | None:
    """The groups beside the rows of a matrix with these items; None where they do not show."""
    tree = in_order(session)
    if tree is None or not session.groups.icicle or not np.array_equal(items.order, tree.order):
        return None
    return _icicle(tree, confusion, items, session.groups.metric, session.groups.collapsed)


@lru_cache(maxsize=8)
def _icicle(
    tree: Hierarchy, confusion: Confusion, items: Items, metric: Metric, collapsed: frozenset[GroupPath]
) -> Icicle | None:
    found = metrics_of(confusion, tree)
    values = value_of(found, metric)
    texts = share_texts(values, found.support)
    # Item i owns the positions starts[i] to starts[i + 1].
    ends = np.array([(node.start, node.end - 1) for node in tree.nodes])
    first, last = np.searchsorted(items.starts, ends.T, side="right") - 1
    shut = _outermost(tree, collapsed)
    cover = np.full(len(tree.order), -1)
    for node in shut:
        cover[tree.nodes[node].start : tree.nodes[node].end] = node
    levels: dict[int, list[Group]] = {}
    for node in tree.groups:
        place, outer = tree.nodes[node], int(cover[tree.nodes[node].start])
        if outer not in (-1, node) and tree.nodes[outer].end >= place.end:
            continue
        group = Group(
            node, path_of(tree, node), place.name, int(first[node]), int(last[node]) + 1, float(values[node]),
            texts[node], outer == node,
        )  # fmt: skip
        levels.setdefault(place.depth, []).append(group)
    return Icicle(metric, tuple(tuple(levels[depth]) for depth in sorted(levels))) if levels else None


def share_texts(values: Float64, n: Int64) -> list[str]:
    """Shares of n samples in per cent, with as many digits as their intervals deserve (Wilson); a dash undefined."""
    known = ~np.isnan(values) & (n > 0)
    low, high = wilson(np.where(known, np.round(np.nan_to_num(values) * n), 0), np.where(known, n, 1))
    digits = [min(decimals_for(half), 1) for half in (50 * (high - low)).tolist()]
    shares = np.where(known, values, np.nan).tolist()
    return [percent(share, places) for share, places in zip(shares, digits, strict=True)]


def group_at(session: Session) -> tuple[Hierarchy, int] | None:
    """The group under the cursor: a collapsed one, else the smallest around the true class; None without one."""
    tree, true = tree_of(session), session.selection.true
    if tree is None or true not in session.classes:
        return None
    index = session.classes.index(true)
    above = groups_above(tree, index)
    shut = set(collapsed_nodes(session, tree)) if in_order(session) is not None else set()
    node = next((each for each in above if each in shut), above[-1] if above else None)
    return (tree, node) if node is not None else None


def selected_group(session: Session) -> tuple[Hierarchy, int] | None:
    """The group that is selected in all views; None where none is, or the run's hierarchy has no such group."""
    path, tree = session.selection.group, tree_of(session)
    node = find(tree, path) if path and tree is not None else None
    return (tree, node) if tree is not None and node else None


class GroupCounts(NamedTuple):
    """A group's samples: right in it (any of its classes), missed by it, taken in from outside; `confused` inside."""

    classes: int
    tp: int
    fn: int
    fp: int
    confused: int


def group_counts(confusion: Confusion, tree: Hierarchy, node: int) -> GroupCounts:
    """The counts behind equation 1. Samples without an answer are among the missed ones."""
    inside = np.zeros(len(tree.order), dtype=np.bool_)
    inside[tree.classes(node)] = True
    true, predicted = inside[confusion.true], inside[confusion.predicted]
    both = true & predicted
    tp = int(confusion.count[both].sum())
    confused = int(confusion.count[both & (confusion.true != confusion.predicted)].sum())
    fn = int(confusion.support[inside].sum()) - tp
    fp = int(confusion.count[predicted & ~true].sum())
    return GroupCounts(tree.nodes[node].size, tp, fn, fp, confused)


def group_words(session: Session, confusion: Confusion, tree: Hierarchy, node: int) -> str:
    """`tops: 5 classes, F1 99.3, 798 confused inside, 31 missed, 36 taken in`."""
    found = group_counts(confusion, tree, node)
    metric = session.groups.metric
    shares = metrics_of(confusion, tree)
    shown = share_texts(value_of(shares, metric)[node : node + 1], shares.support[node : node + 1])[0]
    return (
        f"{sanitise(tree.nodes[node].name)}: {plural(found.classes, 'class', 'classes')}, {metric.label} {shown}, "
        f"{count(found.confused)} confused inside, {count(found.fn)} missed, {count(found.fp)} taken in"
    )


def pair_words(session: Session, confusion: Confusion, true: int, predicted: int) -> str:
    """What the groups say of the class pair under the cursor; empty without groups around it.

    The selected group first; else the smallest group around both, else between which groups the confusion lies.
    """
    chosen = selected_group(session)
    if chosen is not None:
        return group_words(session, confusion, *chosen)
    tree = in_order(session)
    if tree is None:
        return ""
    node = common_group(tree, true, predicted)
    if node:
        return group_words(session, confusion, tree, node)
    ends = [groups_above(tree, index)[:1] for index in (true, predicted)]
    if not all(ends):
        return ""
    (a,), (b,) = ends
    inside = [np.isin(labels, tree.classes(n)) for labels, n in ((confusion.true, a), (confusion.predicted, b))]
    total = int(confusion.count[inside[0] & inside[1]].sum())
    names = [sanitise(tree.nodes[n].name) for n in (a, b)]
    return f"between {names[0]} and {names[1]}: {count(total)} taken from one for the other"
