"""The last epochs of one run, as alarms look at them: changes from epoch to epoch, and drops below an earlier level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.changes import Changes, ChangeSet, Part, paired_changes, unpaired_changes
from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.metrics import ratio


class Watched(Protocol):
    """Epochs of one run over K classes, oldest first."""

    @property
    def steps(self) -> Sequence[ChangeSet]:
        """The changes from each epoch to the next, the last to the newest epoch."""

    def changes(self, before: int, after: int) -> ChangeSet:
        """The changes from one epoch to another, by their places."""

    def drops(self, part: Part, rows: Int64, columns: Int64, newest: int, level: int) -> tuple[Float64, Float64]:
        """(z, wrong): how far the `newest` epochs are worse than the `level` ones before, (m,), in standard errors were
        samples to change independently; and how often each was wrong in each of these epochs, (m, level + newest).

        Wrong is to miss the class, to answer outside the group, or to be in the cell.
        """


class WatchedSamples:
    """`true` (n,) and `predicted` (E, n) of the same samples in E epochs; -1 = no answer. `steps` if they are known."""

    def __init__(
        self, true: ArrayLike, predicted: ArrayLike, n_classes: int, hierarchy: Hierarchy | None = None,
        steps: Sequence[ChangeSet] | None = None,
    ) -> None:  # fmt: skip
        self._true = np.asarray(true, dtype=np.int64)
        self._predicted = np.asarray(predicted)
        self._n_classes, self._hierarchy, self._steps = n_classes, hierarchy, steps

    @cached_property
    def steps(self) -> Sequence[ChangeSet]:
        if self._steps is not None:
            return self._steps
        return [self._compared(at - 1, at) for at in range(1, len(self._predicted))]

    def changes(self, before: int, after: int) -> ChangeSet:
        """See `Watched`."""
        return self.steps[before] if after == before + 1 else self._compared(before, after)

    def _compared(self, before: int, after: int) -> ChangeSet:
        first, last = self._predicted[before], self._predicted[after]
        return paired_changes(self._true, first, last, self._n_classes, self._hierarchy)

    @cached_property
    def _by_class(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Samples sorted by true class, and where each class begins, (K + 1,)."""
        order = np.argsort(self._true, kind="stable")
        return order, np.searchsorted(self._true[order], np.arange(self._n_classes + 1))

    def drops(self, part: Part, rows: Int64, columns: Int64, newest: int, level: int) -> tuple[Float64, Float64]:
        """See `Watched`: z = sum d / sqrt(sum d squared), d a sample's mean of the newest less that of the level."""
        z, rates = np.zeros(len(rows)), np.zeros((len(rows), level + newest))
        for at, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            wrong = self._wrong(part, row, column, level + newest)
            d = wrong[-newest:].mean(axis=0) - wrong[:-newest].mean(axis=0)
            z[at] = d.sum() / max(math.sqrt(float(d @ d)), 1e-9)
            rates[at] = wrong.mean(axis=1)
        return z, rates

    def _wrong(self, part: Part, row: int, column: int, epochs: int) -> NDArray[np.bool_]:
        order, start = self._by_class
        members = [row]
        if part is Part.GROUP and self._hierarchy is not None:
            members = self._hierarchy.classes(row).tolist()
        at = np.concatenate([order[start[each] : start[each + 1]] for each in members])
        answers = self._predicted[-epochs:, at]
        return np.asarray(answers == column if part is Part.CELL else ~np.isin(answers, members))


class WatchedCounts:
    """Confusions of E epochs over the same classes, where samples are not known."""

    def __init__(self, confusions: Sequence[Confusion], hierarchy: Hierarchy | None = None) -> None:
        self._confusions, self._hierarchy = confusions, hierarchy

    @cached_property
    def steps(self) -> Sequence[ChangeSet]:
        return [self.changes(at - 1, at) for at in range(1, len(self._confusions))]

    def changes(self, before: int, after: int) -> ChangeSet:
        """See `Watched`."""
        return unpaired_changes(self._confusions[before], self._confusions[after], self._hierarchy)

    def drops(self, part: Part, rows: Int64, columns: Int64, newest: int, level: int) -> tuple[Float64, Float64]:
        """See `Watched`: two proportions, as if every epoch had other samples."""
        hits, n = np.zeros((2, newest + level, len(rows)))
        for place, each in enumerate(self._confusions[-(newest + level) :]):
            here = _of_part(unpaired_changes(each, each, self._hierarchy), part)
            at = here.places(rows, columns)
            known = np.flatnonzero(at >= 0)
            hits[place, known], n[place, known] = here.after[at[known]], here.n_after[at[known]]
        if part is not Part.CELL:
            hits = n - hits
        first, last = hits[:-newest].sum(axis=0), hits[-newest:].sum(axis=0)
        n_first, n_last = n[:-newest].sum(axis=0), n[-newest:].sum(axis=0)
        pooled = ratio(first + last, n_first + n_last)
        error = np.sqrt(pooled * (1 - pooled) * (ratio(1, n_first) + ratio(1, n_last)))
        z = (ratio(last, n_last) - ratio(first, n_first)) / np.maximum(error, 1e-9)
        return np.nan_to_num(z), ratio(hits, n).T


def _of_part(changes: ChangeSet, part: Part) -> Changes:
    return next(each for each in changes if each.part is part)
