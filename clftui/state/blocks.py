"""Blocks of the matrix: where they lie in the order that shows, what is confused outside all of them, what they hold.

They are cut from the newest epoch without filters, so that they stay while a person filters or steps through epochs;
outliers and counts are of what shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.blocks import partition, suggested
from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items
from clftui.analysis.surprise import GroupPairs, group_pairs, ranked, surprise
from clftui.state.hierarchy_view import in_order
from clftui.state.later import LATER, weak
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.state.settings import GROUPS, SUGGESTED
from clftui.state.similar import reference
from clftui.text import count, sanitise

Int64 = NDArray[np.int64]

AT_ONCE = 300
"""Up to so many classes blocks cost less than a key press may; more are cut behind the screen's back."""
LISTED = 20
"""Outliers worth a look."""
BEYOND = 1.0
"""Deviance residual from which on a cell is an outlier: about a standard deviation above chance. Chance is generous
here, since it spreads the mistakes inside blocks over the cells outside too."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A cut of an order of classes. Block i owns the class positions `edges[i]` to `edges[i + 1]` (excluded)."""

    order: Int64
    edges: Int64
    inner: tuple[tuple[int, int], ...] = ()
    """Outlines inside the blocks: the ranges of smaller groups."""

    @property
    def n(self) -> int:
        """Blocks."""
        return len(self.edges) - 1

    @cached_property
    def block_of(self) -> Int64:
        """(K,) the block of each class index."""
        out = np.empty(len(self.order), dtype=np.int64)
        out[self.order] = np.repeat(np.arange(self.n), np.diff(self.edges))
        return out

    @property
    def outlines(self) -> tuple[tuple[int, int], ...]:
        """Class positions (start, end) of every outline."""
        return (*zip(self.edges[:-1].tolist(), self.edges[1:].tolist(), strict=True), *self.inner)

    def classes(self, block: int) -> Int64:
        """The class indices of a block, in order."""
        return self.order[int(self.edges[block]) : int(self.edges[block + 1])]


@dataclass(frozen=True)
class Outlier:
    """A confused cell outside every block, by class index; `surprise` is its Poisson deviance residual."""

    true: int
    predicted: int
    count: int
    times: float
    """The count over what chance would give."""
    surprise: float


def blocks(session: Session, shown: Matrix, *, wait: bool = False) -> Blocks | None:
    """The blocks that the settings ask for; None where they ask for none, or while they are on their way."""
    wanted = session.matrix.blocks
    if wanted is None:
        return None
    if wanted == GROUPS:
        found = _groups(session, shown)
        if found is not None:
            return found
        wanted = SUGGESTED
    source = reference(session) or shown.whole
    if len(shown.classes) <= AT_ONCE:
        return _cut_at_once(source, shown.items, wanted)
    key = ("blocks", wanted, *weak(source, shown.items))
    return LATER.get(key, partial(_cut, source, shown.items, wanted), wait=wait)


def _cut(c: Confusion, items: Items, wanted: int) -> Blocks:
    edges = suggested(c, items.order) if wanted == SUGGESTED else partition(c, items.order, wanted)
    return Blocks(items.order, edges)


_cut_at_once = lru_cache(maxsize=16)(_cut)


def _groups(session: Session, shown: Matrix) -> Blocks | None:
    """The outermost groups of the hierarchy as blocks, the others as outlines inside; None in another order."""
    tree = in_order(session)
    if tree is None or not np.array_equal(tree.order, shown.items.order):
        return None
    tops = [tree.nodes[child] for child in tree.nodes[0].children]
    edges = [node.start for node in tops] + [tops[-1].end]
    inner = [tree.nodes[i] for i in tree.groups if tree.nodes[i].parent]
    return _nested(shown.items, tuple(edges), tuple((node.start, node.end) for node in inner))


@lru_cache(maxsize=16)
def _nested(items: Items, edges: tuple[int, ...], inner: tuple[tuple[int, int], ...]) -> Blocks:
    return Blocks(items.order, np.asarray(edges, dtype=np.int64), inner)


def outliers(shown: Matrix, found: Blocks, top: int = LISTED) -> tuple[Outlier, ...]:
    """The most surprising cells outside every block, of those that the threshold lets through."""
    return _outliers(shown.whole, found, max(shown.settings.at_least, 1), top)


@lru_cache(maxsize=4)
def _outliers(c: Confusion, found: Blocks, at_least: int, top: int) -> tuple[Outlier, ...]:
    apart = found.block_of[c.true] != found.block_of[c.predicted]
    odd = surprise(c)
    cells = ranked(c, apart & (c.count >= at_least) & (odd.residual >= BEYOND), top)
    columns = (c.true, c.predicted, c.count, odd.times, odd.residual)
    return tuple(Outlier(*row) for row in zip(*(each[cells].tolist() for each in columns), strict=True))


@lru_cache(maxsize=4)
def _mistakes(c: Confusion, found: Blocks) -> Int64:
    """(b, b) mistakes by block of the true and of the predicted class."""
    off = c.true != c.predicted
    codes = found.block_of[c.true[off]] * found.n + found.block_of[c.predicted[off]]
    flat = np.bincount(codes, weights=c.count[off], minlength=found.n * found.n)
    return flat.astype(np.int64).reshape(found.n, found.n)


def share_inside(c: Confusion, found: Blocks) -> tuple[int, int]:
    """(mistakes inside blocks, all mistakes) of the answered samples."""
    grid = _mistakes(c, found)
    return int(np.trace(grid)), int(grid.sum())


def excess(c: Confusion, found: Blocks, top: int | None = None) -> GroupPairs:
    """Pairs of blocks that are confused more than chance has it, most surprising first."""
    return group_pairs(c, found.block_of, top)


def span(names: Sequence[str], found: Blocks, block: int) -> str:
    """`Sneaker … Ankle boot`: the classes of a block by its ends."""
    classes = found.classes(block)
    first, last = sanitise(names[int(classes[0])]), sanitise(names[int(classes[-1])])
    return first if len(classes) == 1 else f"{first} … {last}"


def words(session: Session, shown: Matrix, names: Sequence[str]) -> str:
    """What the read-out says of the region under the cursor: a block, or what lies between two. `names` (K,)."""
    if session.matrix.blocks is None:
        return ""
    found = blocks(session, shown)
    if found is None:
        return "blocks …"
    grid = _mistakes(shown.whole, found)
    row, column = int(found.block_of[shown.true]), int(found.block_of[shown.predicted])
    if row == column:
        inside, missed = int(grid[row, row]), int(grid[row].sum())
        return f"block {row + 1}: {span(names, found, row)}, {count(inside)} of its {count(missed)} mistakes inside"
    between = f"block {row + 1}, {span(names, found, row)}, as block {column + 1}, {span(names, found, column)}"
    return f"{between}: {count(int(grid[row, column]))} mistakes"
