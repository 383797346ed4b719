"""What stands beside a matrix with blocks: the outliers in lines, and the groups that are taken for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import path_of
from clftui.analysis.surprise import group_pairs
from clftui.state.block_steps import times_words
from clftui.state.blocks import Blocks, blocks, excess, outliers, span
from clftui.state.hierarchy_view import in_order
from clftui.state.matrix_model import Matrix, drill, matrix
from clftui.state.moves import select
from clftui.state.session import Session
from clftui.state.settings import GROUPS
from clftui.text import sanitise

CERTAIN = 3.0
"""Deviance residual from which on two groups are said to be taken for each other: about three standard deviations."""


MOST = 20
"""Pairs of groups at most."""


class OutlierRow(NamedTuple):
    """One confused cell outside every block, in words."""

    true: str
    predicted: str
    n: int
    times: str
    """`41 ×` chance."""
    reviewed: bool
    here: bool
    """Whether the cursor is on it."""


class GroupRow(NamedTuple):
    """Two groups (or blocks) that are taken for each other more often than chance has it."""

    first: str
    second: str
    n: int
    ratio: float
    """The count over what chance would give."""

    @property
    def times(self) -> str:
        """`7.2 ×` chance."""
        return times_words(self.ratio)


class OutlierList(NamedTuple):
    """Outliers, most surprising first, and pairs of groups, most surprising first."""

    outliers: tuple[OutlierRow, ...]
    groups: tuple[GroupRow, ...]
    blocks: int
    reviewed: int
    """How many of `outliers` have been jumped to."""
    named: bool
    """Whether the groups are those of the hierarchy, not the blocks."""


def outlier_list(session: Session, shown: Matrix) -> OutlierList | None:
    """What the list shows; None without blocks, or while they are looked for."""
    found = blocks(session, shown)
    if found is None:
        return None
    names = shown.names if shown.items.is_unit else shown.classes
    rows = []
    for one in outliers(shown, found):
        pair = (shown.classes[one.true], shown.classes[one.predicted])
        rows.append(
            OutlierRow(
                sanitise(names[one.true]),
                sanitise(names[one.predicted]),
                one.count,
                times_words(one.times),
                pair in session.matrix.reviewed,
                (one.true, one.predicted) == (shown.true, shown.predicted),
            )
        )
    named = session.matrix.blocks == GROUPS and in_order(session) is not None
    seen = sum(row.reviewed for row in rows)
    return OutlierList(tuple(rows), group_rows(session, shown, found), found.n, seen, named)


def group_rows(session: Session, shown: Matrix, found: Blocks) -> tuple[GroupRow, ...]:
    """Groups of the hierarchy (where they are the blocks), else blocks, taken for each other, most surprising first."""
    tree = in_order(session) if session.matrix.blocks == GROUPS else None
    if tree is not None:
        return tuple(
            GroupRow(_name(tree, first), _name(tree, second), n, n / expected)
            for first, second, n, expected, _ in confused_groups(shown.whole, tree)
        )
    names = shown.names if shown.items.is_unit else shown.classes
    pairs = excess(shown.whole, found, MOST)
    columns = (pairs.first, pairs.second, pairs.count, pairs.expected, pairs.residual)
    return tuple(
        GroupRow(span(names, found, first), span(names, found, second), n, n / expected)
        for first, second, n, expected, residual in zip(*(each.tolist() for each in columns), strict=True)
        if residual >= CERTAIN
    )


def _name(tree: Hierarchy, node: int) -> str:
    path = path_of(tree, node)
    return sanitise(path[-1] if path else tree.nodes[node].name)


class ConfusedGroups(NamedTuple):
    """Two nodes of a hierarchy, the mistakes between them both ways, and how far that is from chance."""

    first: int
    second: int
    n: int
    expected: float
    residual: float


@lru_cache(maxsize=8)
def confused_groups(c: Confusion, tree: Hierarchy) -> tuple[ConfusedGroups, ...]:
    """Pairs of innermost groups taken for each other more often than chance has it, most surprising first.

    A hint that the hierarchy wants restructuring (Blocks, Alsallakh et al. 2018, section 4.2.1): mistakes between
    such groups are more than what the classes' own error rates explain. Only residuals of at least CERTAIN count.
    """
    pairs = group_pairs(c, innermost(tree, c.n_classes), MOST)
    columns = (pairs.first, pairs.second, pairs.count, pairs.expected, pairs.residual)
    found = (ConfusedGroups(*row) for row in zip(*(each.tolist() for each in columns), strict=True))
    return tuple(each for each in found if each.residual >= CERTAIN)


def innermost(tree: Hierarchy, n_classes: int) -> NDArray[np.int64]:
    """(K,) the node of the innermost group that owns each class; -1 for a class directly under the root."""
    out = np.full(n_classes, -1, dtype=np.int64)
    for node in tree.groups:  # Outer groups come before what they hold.
        if node:
            out[tree.classes(node)] = node
    return out


def at_outlier(line: int) -> Callable[[Session], Session]:
    """The step to an outlier by its line; where the cursor is on it already, to its samples."""

    def step(session: Session) -> Session:
        shown = matrix(session)
        found = blocks(session, shown) if shown is not None else None
        if shown is None or found is None:
            return session
        listed = outliers(shown, found)
        if line >= len(listed):
            return session
        one = listed[line]
        if (one.true, one.predicted) == (shown.true, shown.predicted):
            return drill(session)
        return select(session, true=shown.classes[one.true], predicted=shown.classes[one.predicted])

    return step
