"""How a list of samples lies in rows: groups under headers or folded into one sample each, a hundred thousand at once.

A list's samples are numbered by their index in it. Its items are what shows: the samples of open groups, and one for
each folded group. Sections part the items: each open group is one, with a header; folded groups in a row are another.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.state.sample_groups import Groups

Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Items:
    """What of a list shows, in sections."""

    groups: Groups | None
    folded: NDArray[np.bool_]
    """(G,) whether each group is one item; empty without groups."""
    n: int
    """How many items there are."""
    bounds: Int64
    """(S + 1,) the item at which each section begins."""
    header: Int64
    """(S,) the group that a section's header names; -1 without one."""
    firsts: Int64
    """(G,) the item at which each group begins; a single 0 without groups."""

    def index_of(self, item: int) -> int:
        """The list's index of an item; of a folded group its first."""
        if self.groups is None or not self.groups.n:
            return item
        group = int(np.searchsorted(self.firsts, item, side="right")) - 1
        return int(self.groups.starts[group]) + item - int(self.firsts[group])

    def item_of(self, index: int) -> int:
        """The item that shows the list's `index`-th sample."""
        if self.groups is None or not self.groups.n:
            return index
        group = self.groups.of(index)
        inside = 0 if self.folded[group] else index - int(self.groups.starts[group])
        return int(self.firsts[group]) + inside

    def group_of(self, item: int) -> int:
        """The group of an item; -1 without groups."""
        return int(np.searchsorted(self.firsts, item, side="right")) - 1 if self.groups is not None else -1

    def is_folded(self, item: int) -> bool:
        """Whether an item stands for a whole group."""
        group = self.group_of(item)
        return group >= 0 and bool(self.folded[group])


@lru_cache(maxsize=8)
def items_of(n: int, groups: Groups | None, folded: bool, turned: frozenset[str]) -> Items:
    """The items of a list of `n` samples: `folded` or, those in `turned`, the other way; a single group is open."""
    if groups is None or not groups.n:
        one = np.asarray([0, n], dtype=np.int64)
        nothing = np.zeros(0, dtype=np.bool_)
        return Items(None, nothing, n, one, np.full(1, -1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    shut = np.asarray([groups.n > 1 and (key in turned) != folded for key in groups.keys], dtype=np.bool_)
    sizes = np.where(shut, 1, groups.sizes)
    firsts = np.cumsum(sizes) - sizes
    # A section begins at each open group, and at a folded one after an open one.
    begins = ~shut
    begins[1:] |= ~shut[:-1]
    begins[:1] = True
    at = np.flatnonzero(begins)
    total = int(sizes.sum())
    bounds = np.append(firsts[at], total)
    header = np.where(shut[at], -1, at)
    return Items(groups, shut, total, bounds, header, firsts)


class Line(NamedTuple):
    """A row of items on the screen."""

    header: int
    """The group whose header stands above it; -1 for none."""
    y: int
    """The first cell row of the items, under the header where that has a row of its own."""
    start: int
    """The first item, and the one after the last."""
    stop: int


@dataclass(frozen=True, eq=False)
class Flow:
    """Items in rows of `columns`, each `pitch` cells high, a header `head` more."""

    items: Items
    columns: int
    pitch: int
    head: int = 1

    @cached_property
    def _rows(self) -> Int64:
        """(S + 1,) the row at which each section begins."""
        rows = np.zeros(self.items.bounds.size, dtype=np.int64)
        rows[1:] = np.cumsum(-(-np.diff(self.items.bounds) // self.columns))
        return rows

    @cached_property
    def _heads(self) -> list[int]:
        """The rows that have a header above them."""
        rows: list[int] = self._rows[:-1][self.items.header >= 0].tolist()
        return rows

    @property
    def rows(self) -> int:
        """Rows of items."""
        return int(self._rows[-1])

    def row_of(self, item: int) -> tuple[int, int]:
        """Row and column of an item."""
        section = int(np.searchsorted(self.items.bounds, item, side="right")) - 1
        section = min(section, self.items.header.size - 1)
        row, column = divmod(item - int(self.items.bounds[section]), self.columns)
        return int(self._rows[section]) + row, column

    def items_at(self, row: int) -> tuple[int, int]:
        """The items of a row: the first, and the one after the last."""
        section = self._section(row)
        start = int(self.items.bounds[section]) + (row - int(self._rows[section])) * self.columns
        return start, min(start + self.columns, int(self.items.bounds[section + 1]))

    def moved(self, item: int, rows: int, columns: int) -> int:
        """The item `rows` down and `columns` on; up and down keep the column where the row is long enough."""
        if rows and self.items.n:
            row, column = self.row_of(item)
            target = max(0, min(row + rows, self.rows - 1))
            if target == row:  # At the edge already: to the very end.
                column = 0 if rows < 0 else self.columns
            start, stop = self.items_at(target)
            item = min(start + column, stop - 1)
        return max(0, min(item + columns, self.items.n - 1))

    def follow(self, top: int, cursor: int, height: int) -> int:
        """Where to begin, near row `top`: row `cursor` shows in `height` cells, none of which the end leaves empty."""
        top = max(0, min(top, cursor, self.rows - 1))
        if self._height(top, cursor + 1) > height:
            top = cursor
            while top > 0 and self._height(top - 1, cursor + 1) <= height:
                top -= 1
        while top > 0 and self._height(top - 1, self.rows) <= height:
            top -= 1
        return top

    def lines(self, top: int, y: int, height: int) -> list[Line]:
        """The rows from `top` on that fit `height` cells from row `y` of the screen on.

        The first has its group's header even in the middle of the group.
        """
        found: list[Line] = []
        for row in range(top, self.rows):
            header = self._header(row) if row == top or self._is_head(row) else -1
            used = self.pitch + (self.head if header >= 0 else 0)
            if used > height and found:
                break
            start, stop = self.items_at(row)
            found.append(Line(header, y + used - self.pitch, start, stop))
            y, height = y + used, height - used
        return found

    def _section(self, row: int) -> int:
        return int(np.searchsorted(self._rows, row, side="right")) - 1

    def _header(self, row: int) -> int:
        return int(self.items.header[self._section(row)])

    def _is_head(self, row: int) -> bool:
        at = bisect_left(self._heads, row)
        return at < len(self._heads) and self._heads[at] == row

    def _height(self, top: int, stop: int) -> int:
        """Cells of the rows `top` to `stop`, headers and that of the first row included."""
        heads = bisect_left(self._heads, stop) - bisect_left(self._heads, top)
        extra = 1 if self._header(top) >= 0 and not self._is_head(top) else 0
        return (stop - top) * self.pitch + self.head * (heads + extra)
