"""The cells of a run over its epochs, a row at a time: what a window shows is gathered, and nothing else.

A row is read from the sorted triplets of every epoch once and kept as triplets (epoch, predicted, count), so that
scrolling by a row costs that row, and scrolling sideways costs nothing but the window.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property, lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items
from clftui.analysis.metrics import ratio
from clftui.data.run import Run
from clftui.state.history import History
from clftui.state.matrix_cells import values
from clftui.state.session import class_map
from clftui.state.settings import Share

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

KEPT_ROWS = 2048
"""Rows kept of one run: a few screens of them."""


class Row(NamedTuple):
    """One item as the true one: its cells that are not 0, (m,) each, and (E,) of every epoch."""

    epoch: Int64
    """Place in the history."""
    item: Int64
    """The predicted item; -1 for classes that the matrix does not have."""
    samples: Int64
    support: Int64
    correct: Int64


class Series:
    """One run's history over the items of a matrix, classes aligned by name."""

    def __init__(self, past: History, run: Run, classes: tuple[str, ...], items: Items) -> None:
        self.epochs = np.array([epoch for epoch, _ in past], dtype=np.int64)
        self._past = [confusion for _, confusion in past]
        self.size = sum(len(confusion.count) for confusion in self._past)
        """Cells that are not 0, over all epochs."""
        self._n = items.n if not items.is_unit else len(classes)
        place = class_map(classes, run)
        item_of = np.arange(len(classes)) if items.is_unit else items.item_of
        self._item_of = np.full(len(run.classes), -1, dtype=np.int64)
        self._item_of[place[place >= 0]] = item_of[place >= 0]
        self._lacking = np.bincount(item_of[place < 0], minlength=self._n) > 0
        self._place = place if items.is_unit else None
        self._rows: OrderedDict[int, Row] = OrderedDict()

    def counts(self, true: Int64, predicted: Int64) -> Float64:
        """(E, len(true), len(predicted)) samples of these items; NaN where the run does not know their classes."""
        epochs, wide = len(self._past), len(predicted)
        column = np.full(self._n + 1, -1, dtype=np.int64)
        column[predicted] = np.arange(wide)
        column[-1] = -1
        out = np.zeros((epochs, len(true), wide))
        for at, item in enumerate(true.tolist()):
            row = self.row(item)
            to = column[row.item]
            seen = to >= 0
            cell = row.epoch[seen] * wide + to[seen]
            out[:, at] = np.bincount(cell, weights=row.samples[seen], minlength=epochs * wide).reshape(epochs, wide)
        out[:, self._lacking[true]] = np.nan
        out[:, :, self._lacking[predicted]] = np.nan
        return out

    def shares(self, share: Share, true: Int64, predicted: Int64) -> Float64:
        """`counts`, or the share of them that is asked for; NaN where it is undefined."""
        counts = self.counts(true, predicted)
        if share is Share.COUNTS:
            return counts
        return ratio(counts, self.wholes(share, true, predicted))

    def wholes(self, share: Share, true: Int64, predicted: Int64) -> Float64:
        """What the counts are shares of, to be broadcast to (E, len(true), len(predicted)); counts: of the true."""
        if share is Share.TOTAL:
            return np.array([c.total for c in self._past], dtype=np.float64)[:, None, None]
        if share is Share.COLUMN:
            return self.predicted_count[:, predicted][:, None, :]
        return self.support(true)[:, :, None]

    def support(self, true: Int64) -> Float64:
        """(E, len(true)) samples of true items."""
        return self._of_rows(true, "support")

    def correct(self, true: Int64) -> Float64:
        """(E, len(true)) the diagonal."""
        return self._of_rows(true, "correct")

    def _of_rows(self, true: Int64, name: str) -> Float64:
        out = np.empty((len(self._past), len(true)))
        for at, item in enumerate(true.tolist()):
            out[:, at] = getattr(self.row(item), name)
        out[:, self._lacking[true]] = np.nan
        return out

    @cached_property
    def predicted_count(self) -> Float64:
        """(E, items) samples predicted as each item."""
        known = self._item_of >= 0
        target = self._item_of[known]
        out = [np.bincount(target, weights=c.predicted_count[known], minlength=self._n) for c in self._past]
        counts = np.stack(out).astype(np.float64)
        counts[:, self._lacking] = np.nan
        return counts

    def row(self, item: int) -> Row:
        """The cells of one true item in every epoch."""
        found = self._rows.get(item)
        if found is None:
            found = self._rows[item] = self._read(item)
            if len(self._rows) > KEPT_ROWS:
                self._rows.popitem(last=False)
        else:
            self._rows.move_to_end(item)
        return found

    def _read(self, item: int) -> Row:
        members = np.flatnonzero(self._item_of == item) if self._place is None else self._place[[item]]
        members = members[members >= 0]
        parts = [_cells(c, members) for c in self._past]
        lengths = [len(predicted) for predicted, _ in parts]
        epoch = np.repeat(np.arange(len(parts)), lengths)
        if not parts:
            nothing = np.zeros(0, dtype=np.int64)
            return Row(nothing, nothing, nothing, nothing, nothing)
        to = self._item_of[np.concatenate([predicted for predicted, _ in parts])]
        count = np.concatenate([each for _, each in parts])
        answered = np.bincount(epoch, weights=count, minlength=len(parts))
        silent = np.array([c.unanswered[members].sum() for c in self._past])
        correct = np.bincount(epoch, weights=np.where(to == item, count, 0), minlength=len(parts))
        return Row(epoch, to, count, (answered + silent).astype(np.int64), correct.astype(np.int64))

    def peak(self, share: Share, diagonal: bool, shown: NDArray[np.bool_]) -> float:
        """The largest value of any cell in the epochs that `shown` (E,) names; the diagonal only if asked for."""
        past = [c for c, wanted in zip(self._past, shown.tolist(), strict=True) if wanted]
        if self._place is not None:
            return max((_peak(c, share, diagonal) for c in past), default=0.0)
        return max((self._folded_peak(at, share, diagonal) for at in np.flatnonzero(shown).tolist()), default=0.0)

    def _folded_peak(self, at: int, share: Share, diagonal: bool) -> float:
        c = self._past[at]
        true, predicted = self._item_of[c.true].astype(np.int64), self._item_of[c.predicted].astype(np.int64)
        kept = (true >= 0) & (predicted >= 0) & (diagonal | (true != predicted))
        codes, where = np.unique(true[kept] * self._n + predicted[kept], return_inverse=True)
        if not len(codes):
            return 0.0
        sums = np.bincount(where.reshape(-1), weights=c.count[kept]).astype(np.float64)
        rows, columns = np.divmod(codes, self._n)
        if share is Share.TOTAL:
            sums = ratio(sums, c.total)
        elif share is Share.COLUMN:
            sums = ratio(sums, self.predicted_count[at, columns])
        elif share is Share.ROW:
            known = self._item_of >= 0
            support = np.bincount(self._item_of[known], weights=c.support[known], minlength=self._n)
            sums = ratio(sums, support[rows])
        return float(np.nanmax(sums)) if np.isfinite(sums).any() else 0.0


def _cells(c: Confusion, members: Int64) -> tuple[NDArray[np.int32], Int64]:
    """(predicted, count) of the cells of some true classes."""
    if len(members) == 1:
        return c.row(int(members[0]))
    chosen = np.zeros(c.n_classes, dtype=np.bool_)
    chosen[members] = True
    cells = chosen[c.true]
    return c.predicted[cells], c.count[cells]


_peaks: WeakKeyDictionary[Confusion, dict[tuple[Share, bool], float]] = WeakKeyDictionary()


def _peak(c: Confusion, share: Share, diagonal: bool) -> float:
    known = _peaks.setdefault(c, {})
    found = known.get((share, diagonal))
    if found is None:
        # Past the cache: ninety epochs would drive everything else out of it.
        value = values.__wrapped__(c, share)
        part = value if diagonal else value[c.true != c.predicted]
        found = known[share, diagonal] = float(part.max()) if part.size else 0.0
    return found


@lru_cache(maxsize=12)
def series(past: History, run: Run, classes: tuple[str, ...], items: Items) -> Series:
    """The same history and items give the same object, with the rows it has read."""
    return Series(past, run, classes, items)
