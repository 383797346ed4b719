"""What merging classes would gain in accuracy and lose in information: blocks, groups, pairs, and a greedy path.

Merged classes count as one: mistakes among them are none, so accuracy rises by their share of all samples. What is lost
is mutual information between true class and answer, in bits: merged, an answer no longer tells which of them it is.
Classes that a model cannot tell apart cost little. A sample without an answer has an answer of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Confusion, Float64, Int64, renumbered
from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import ratio

MOST_PAIRS = 400
"""Candidate pairs of the greedy path: those with the most mistakes."""
NO_LOSS = 1e-12
"""Bits; below it a loss is rounding."""


class Merges(NamedTuple):
    """What each of m merges would do, alone."""

    within: Int64
    """(m,) mistakes among the merged classes."""
    gain: Float64
    """(m,) what accuracy would rise by; NaN without samples."""
    low: Float64
    high: Float64
    """(m,) Wilson's 95 % interval of the gain, a share of all samples."""
    loss: Float64
    """(m,) bits of mutual information between true class and answer that are lost, >= 0."""
    entropy: Float64
    """(m,) bits of the true classes' entropy that are lost: what a perfect model would no longer tell."""

    @property
    def per_bit(self) -> Float64:
        """(m,) the lower end of the gain for each bit lost; see `worth`."""
        return worth(self.low, self.loss)


class Step(NamedTuple):
    """One step of the greedy path."""

    members: Int64
    """The classes that are one from here on, ascending."""
    joined: Int64
    """Those of them that came in by this step: of the part with fewer classes."""
    gain: float
    loss: float
    """Of this step alone."""
    accuracy: float
    information: float
    """Accuracy, and mutual information in bits, after it."""
    classes: int
    """Classes that are left."""


def worth(low: ArrayLike, loss: ArrayLike) -> Float64:
    """Gain for each bit; infinite where nothing is lost, 0 where nothing is gained."""
    gained, lost = np.asarray(low, dtype=np.float64), np.asarray(loss, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(lost > NO_LOSS, gained / np.maximum(lost, NO_LOSS), np.inf)
    return np.where(gained > 0, found, np.where(np.isnan(gained), np.nan, 0.0))


def mutual_information(c: Confusion) -> float:
    """Bits that the answer tells about the true class (plug-in estimate); NaN without samples."""
    if not c.total:
        return math.nan
    joint = _f(c.count).sum() + _f(c.unanswered).sum()
    answers = _f(c.predicted_count).sum() + _f(np.asarray([c.unanswered.sum()])).sum()
    bits = (joint - _f(c.support).sum() - answers) / c.total + math.log2(c.total)
    return max(float(bits), 0.0)


def label_entropy(c: Confusion) -> float:
    """Bits of the true classes' entropy; NaN without samples."""
    if not c.total:
        return math.nan
    return max(float(math.log2(c.total) - _f(c.support).sum() / c.total), 0.0)


def merges(c: Confusion, groups: Sequence[ArrayLike]) -> Merges:
    """Each of `groups` (class indices, two or more) merged alone. Costs the cells of the confusion for each."""
    m = len(groups)
    within = np.zeros(m, dtype=np.int64)
    loss, entropy = np.full(m, math.nan), np.full(m, math.nan)
    information, bits = mutual_information(c), label_entropy(c)
    for at, group in enumerate(groups):
        number = merged_map(c.n_classes, [group])
        after = renumbered(c, number, int(number.max(initial=-1)) + 1)
        within[at] = c.errors - after.errors
        if c.total:
            loss[at] = max(information - mutual_information(after), 0.0)
            entropy[at] = max(bits - label_entropy(after), 0.0)
    whole = np.full(m, c.total)
    low, high = wilson(within, whole)
    return Merges(within, ratio(within, whole), low, high, loss, entropy)


def merged_map(n_classes: int, groups: Sequence[ArrayLike]) -> Int64:
    """(K,) each class's number once `groups` are merged, from 0 in the classes' order; overlapping groups are one."""
    leader = np.arange(n_classes, dtype=np.int64)
    for group in groups:
        members = np.asarray(group, dtype=np.int64).reshape(-1)
        if len(members):
            touched = np.isin(leader, leader[members])
            leader[touched] = leader[touched].min()
    return np.unique(leader, return_inverse=True)[1].reshape(-1).astype(np.int64)


def greedy_path(c: Confusion, steps: int = 10) -> list[Step]:
    """Merge after merge the two parts with the most sure gain for each bit lost, among the MOST_PAIRS most confused.

    Ends early where no two parts are confused any more.
    """
    work = _Path(c)
    found: list[Step] = []
    while len(found) < steps and (step := work.step()) is not None:
        found.append(step)
    return found


class _Path:
    """The parts so far: rows and columns of the classes that candidates name, as dense counts over all classes."""

    def __init__(self, c: Confusion) -> None:
        self.n, self.total = c.n_classes, c.total
        self.accuracy = (c.total - c.errors) / c.total if c.total else math.nan
        self.information, self.classes = mutual_information(c), c.n_classes
        pairs = np.asarray(confused_pairs_together(c, MOST_PAIRS), dtype=np.int64).reshape(-1, 2)
        self.first, self.second = pairs[:, 0], pairs[:, 1]
        self.known = np.unique(np.concatenate([self.first, self.second]))
        place = np.full(c.n_classes, -1, dtype=np.int64)
        place[self.known] = np.arange(len(self.known))
        self.place = place
        every = np.arange(c.n_classes)
        self.rows = c.window(self.known, every).astype(np.float64)
        self.columns = c.window(every, self.known).T.astype(np.float64)
        self.missing = c.unanswered[self.known].astype(np.float64)
        self.support = c.support[self.known].astype(np.float64)
        self.predicted = c.predicted_count[self.known].astype(np.float64)
        self.members = [np.asarray([cls]) for cls in self.known.tolist()]

    def step(self) -> Step | None:
        """Merge the best pair."""
        if not len(self.first) or not self.total:
            return None
        a, b = self.place[self.first], self.place[self.second]
        within = self.rows[a, self.second] + self.rows[b, self.first]
        loss = np.maximum(self._loss(a, b), 0.0)
        low, _ = wilson(within, np.full(len(within), self.total))
        value = np.where(within > 0, worth(low, loss), -1.0)
        best = int(np.lexsort((np.arange(len(value)), -within, -value))[0])
        if value[best] <= 0:
            return None
        gain, lost = float(within[best]) / self.total, float(loss[best])
        self.accuracy += gain
        self.information = max(self.information - lost, 0.0)
        self.classes -= 1
        keep, drop = int(a[best]), int(b[best])
        joined = min(self.members[keep], self.members[drop], key=lambda each: (len(each), -int(each.min())))
        self._merge(keep, drop)
        return Step(self.members[keep], np.sort(joined), gain, lost, self.accuracy, self.information, self.classes)

    def _loss(self, a: NDArray[np.intp], b: NDArray[np.intp]) -> Float64:
        """(m,) bits lost by merging the parts at `a` and `b`: what sums of n log n over cells and margins change by."""
        p, q = self.known[a], self.known[b]
        joint = _grown(self.rows[a], self.rows[b]).sum(axis=1) + _grown(self.columns[a], self.columns[b]).sum(axis=1)
        # The four cells of the pair itself become one; so far they were counted in rows and in columns.
        four = np.stack([self.rows[a, p], self.rows[a, q], self.rows[b, p], self.rows[b, q]])
        joint -= (
            _grown(four[0], four[2]) + _grown(four[1], four[3]) + _grown(four[0], four[1]) + _grown(four[2], four[3])
        )
        joint += _f(four.sum(axis=0)) - _f(four).sum(axis=0)
        joint += _grown(self.missing[a], self.missing[b])
        margins = _grown(self.support[a], self.support[b]) + _grown(self.predicted[a], self.predicted[b])
        return np.asarray((margins - joint) / self.total, dtype=np.float64)

    def _merge(self, keep: int, drop: int) -> None:
        into, gone = int(self.known[keep]), int(self.known[drop])
        for table in (self.rows, self.columns):
            table[keep] += table[drop]
            table[drop] = 0
            table[:, into] += table[:, gone]
            table[:, gone] = 0
        for margin in (self.missing, self.support, self.predicted):
            margin[keep] += margin[drop]
            margin[drop] = 0
        self.members[keep] = np.sort(np.concatenate([self.members[keep], self.members[drop]]))
        first = np.where(self.first == gone, into, self.first)
        second = np.where(self.second == gone, into, self.second)
        pairs = np.unique(np.sort(np.stack([first, second])[:, first != second], axis=0), axis=1)
        self.first, self.second = pairs[0], pairs[1]


def confused_pairs_together(c: Confusion, top: int) -> list[Int64]:
    """The `top` pairs of classes with the most mistakes, both ways together, most first; each (2,), ascending."""
    off = c.true != c.predicted
    low = np.minimum(c.true[off], c.predicted[off]).astype(np.int64)
    high = np.maximum(c.true[off], c.predicted[off]).astype(np.int64)
    codes, at = np.unique(low * max(c.n_classes, 1) + high, return_inverse=True)
    counts = np.bincount(at.reshape(-1), weights=c.count[off], minlength=len(codes))
    order = np.argsort(-counts, kind="stable")[:top]
    return [np.asarray(divmod(code, c.n_classes)) for code in codes[order].tolist()]


def _f(values: ArrayLike) -> Float64:
    """n log2 n, 0 for 0."""
    n = np.asarray(values, dtype=np.float64)
    return n * np.log2(np.maximum(n, 1.0))


def _grown(a: ArrayLike, b: ArrayLike) -> Float64:
    """By how much n log n grows where two counts become one."""
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return _f(first + second) - _f(first) - _f(second)
