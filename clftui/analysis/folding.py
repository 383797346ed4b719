"""Items, the rows and columns of a matrix on screen: a class each, k classes each, or a collapsed group each.

Folding a confusion onto items gives a confusion of items, so that everything that reads confusions reads both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, Int64

How = Literal["sum", "max"]

# One counter per cell of the result is cheapest while the result is small; else the cells are sorted.
_FEW_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Items:
    """A cut of K ordered classes into m runs of neighbours.

    `order` (K,) is the class index of each position; item i owns `order[starts[i]:starts[i + 1]]` (`starts` (m + 1,));
    `item_of` (K,) is the item of each class index. Compared by identity: made once for an order, then passed around.
    """

    order: Int64
    starts: Int64
    item_of: Int64

    @property
    def n(self) -> int:
        """Items."""
        return len(self.starts) - 1

    @cached_property
    def sizes(self) -> Int64:
        """(m,) classes of each item."""
        return np.diff(self.starts)

    @cached_property
    def is_unit(self) -> bool:
        """Whether every item is one class."""
        return self.n == len(self.order)

    def members(self, item: int) -> Int64:
        """The class indices of one item, in order."""
        return self.order[int(self.starts[item]) : int(self.starts[item + 1])]


class _Same:
    """An array as a key of a cache: equal only to itself."""

    def __init__(self, array: Int64) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.array is self.array


def unit(order: Int64) -> Items:
    """One item per class, in `order` (K,), a permutation of the class indices."""
    return blocks_of(order, 1)


def blocks_of(order: Int64, k: int) -> Items:
    """Items of `k` neighbours each, the last one of what is left. The same order and k give the same object."""
    if k < 1:
        raise ValueError(f"an item has at least one class, not {k}")
    return _blocks_of(_Same(order), k)


@lru_cache(maxsize=32)
def _blocks_of(order: _Same, k: int) -> Items:
    classes = len(order.array)
    return _items(order.array, np.append(np.arange(0, classes, k), classes))


def merged(order: Int64, ranges: Sequence[tuple[int, int]]) -> Items:
    """One item for each range (start, end) of positions, end excluded; every other class is an item of its own.

    ValueError where ranges overlap, are empty or leave the order. The same order and ranges give the same object.
    """
    return _merged(_Same(order), tuple(sorted((int(start), int(end)) for start, end in ranges)))


@lru_cache(maxsize=32)
def _merged(order: _Same, ranges: tuple[tuple[int, int], ...]) -> Items:
    classes, last = len(order.array), 0
    is_start = np.ones(classes + 1, dtype=np.bool_)
    for start, end in ranges:
        if not last <= start < end <= classes:
            raise ValueError(f"the range {start} to {end} of {classes} positions is empty, outside, or met before")
        is_start[start + 1 : end] = False
        last = end
    return _items(order.array, np.flatnonzero(is_start))


def _items(order: Int64, starts: NDArray[np.integer]) -> Items:
    if not np.array_equal(np.sort(order), np.arange(len(order))):
        raise ValueError("an order names every class index once")
    item_of = np.empty(len(order), dtype=np.int64)
    item_of[order] = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return Items(order, starts.astype(np.int64), item_of)


@lru_cache(maxsize=32)
def fold(confusion: Confusion, items: Items, how: How = "sum") -> Confusion:
    """`confusion` over `items`: a cell holds the sum, or the largest, of the cells of its classes.

    Support stays what the classes of an item have together, and so do the right answers of a sum's diagonal, which
    holds the confusions inside an item too (`inner` tells them apart). In "max" `unanswered` counts all samples that
    the largest cells do not show, so that shares stay shares of the support.
    """
    _check(confusion, items)
    if items.is_unit and np.array_equal(items.item_of, np.arange(items.n)):
        return confusion
    true, predicted, count = _folded(
        items.item_of[confusion.true], items.item_of[confusion.predicted], confusion.count, items.n, how
    )
    if how == "sum" or items.is_unit:
        unanswered = _per_item(confusion.unanswered, items)
    else:
        shown = np.zeros(items.n, dtype=np.int64)
        np.add.at(shown, true, count)
        unanswered = _per_item(confusion.support, items) - shown
    return Confusion(
        items.n, true.astype(np.int32), predicted.astype(np.int32), count, unanswered, confusion.unlabelled
    )


@lru_cache(maxsize=32)
def inner(confusion: Confusion, items: Items, how: How = "sum") -> Int64:
    """(m,) confusions among the classes of each item: their sum, or the largest cell; 0 for an item of one class."""
    _check(confusion, items)
    true, predicted = items.item_of[confusion.true], items.item_of[confusion.predicted]
    inside = (true == predicted) & (confusion.true != confusion.predicted)
    out = np.zeros(items.n, dtype=np.int64)
    _ufunc(how).at(out, true[inside], confusion.count[inside])
    return out


def _check(confusion: Confusion, items: Items) -> None:
    if confusion.n_classes != len(items.order):
        raise ValueError(f"items of {len(items.order)} classes cannot fold a confusion of {confusion.n_classes}")


def _ufunc(how: How) -> np.ufunc:
    return np.add if how == "sum" else np.maximum


def _folded(true: Int64, predicted: Int64, count: Int64, m: int, how: How) -> tuple[Int64, Int64, Int64]:
    """The cells (item, item, value) of folded triplets, sorted."""
    codes = true * m + predicted
    if m * m <= _FEW_CELLS:
        values = np.zeros(m * m, dtype=np.int64)
        _ufunc(how).at(values, codes, count)
        cells = np.flatnonzero(values)
        values = values[cells]
    else:
        by_code = np.argsort(codes, kind="stable")
        codes = codes[by_code]
        first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
        cells = codes[first]
        values = _ufunc(how).reduceat(count[by_code], first) if len(first) else count[:0]
    rows, columns = np.divmod(cells, max(m, 1))
    return rows, columns, values


def _per_item(values: Int64, items: Items) -> Int64:
    if not items.n:
        return np.zeros(0, dtype=np.int64)
    return np.add.reduceat(values[items.order], items.starts[:-1])
