"""Decisions: one class against the rest at a threshold, and answers decided anew by costs, thresholds and merging.

Arrays in, arrays out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.metrics import average_precision, ratio
from clftui.analysis.temperature import tempered

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass(frozen=True)
class Outcome:
    """What a threshold makes of the samples."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def precision(self) -> float:
        """NaN where nothing is called positive."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else math.nan

    @property
    def recall(self) -> float:
        """NaN without positives."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else math.nan

    @property
    def f1(self) -> float:
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else math.nan

    def cost(self, miss: float, alarm: float = 1.0) -> float:
        """What the mistakes cost: `miss` for each positive not found, `alarm` for each negative called positive."""
        return miss * self.fn + alarm * self.fp


@dataclass(frozen=True, eq=False)
class Sweep:
    """Every threshold of one class against the rest: a sample is called positive from `threshold` on.

    `threshold` (m,) are the scores that occur, falling; `tp` and `fp` (m,) count what is called positive there.
    """

    threshold: Float64
    tp: Int64
    fp: Int64
    positives: int
    negatives: int
    ap: float
    """Average precision, as scikit-learn has it."""

    @property
    def precision(self) -> Float64:
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Float64:
        """(m,) NaN without positives."""
        return ratio(self.tp, np.full(len(self.tp), self.positives))

    @property
    def fall_out(self) -> Float64:
        """(m,) share of the negatives called positive."""
        return ratio(self.fp, np.full(len(self.fp), self.negatives))

    @property
    def f1(self) -> Float64:
        return ratio(2 * self.tp, self.tp + self.fp + self.positives)

    @cached_property
    def auc(self) -> float:
        """The area under the ROC curve, as scikit-learn's roc_auc_score; NaN where one side is empty."""
        if not self.positives or not self.negatives:
            return math.nan
        x, y = np.append(0.0, self.fall_out), np.append(0.0, self.recall)
        return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))

    def at(self, threshold: float) -> Outcome:
        """The outcome where everything from `threshold` on is called positive."""
        kept = int(np.searchsorted(-self.threshold, -threshold, side="right"))
        tp, fp = (int(self.tp[kept - 1]), int(self.fp[kept - 1])) if kept else (0, 0)
        return Outcome(tp, fp, self.positives - tp, self.negatives - fp)

    def cheapest(self, miss: float, alarm: float = 1.0) -> float:
        """The threshold of least cost, the highest among equals; above every score where calling none is cheapest."""
        costs = miss * (self.positives - self.tp) + alarm * self.fp
        at = int(np.argmin(costs)) if len(costs) else 0
        if not len(costs) or miss * self.positives <= costs[at]:
            return math.inf
        return float(self.threshold[at])

    def best_f1(self) -> float:
        """The threshold of the largest F1, the highest among equals; NaN where it is undefined."""
        values = self.f1
        return float(self.threshold[int(np.nanargmax(values))]) if self.positives and len(values) else math.nan


def sweep(score: ArrayLike, positive: ArrayLike) -> Sweep:
    """The thresholds of a class's score (n,) where `positive` (n,) bool says which samples are of it. No NaN."""
    values = np.asarray(score, dtype=np.float64)
    hits = np.asarray(positive, dtype=bool)
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(ordered) else np.empty(0, np.intp)
    tp = np.cumsum(hits[order])[last].astype(np.int64)
    positives = int(np.count_nonzero(hits))
    return Sweep(ordered[last], tp, last + 1 - tp, positives, len(values) - positives, average_precision(values, hits))


@dataclass(frozen=True, eq=False)
class Rule:
    """How answers are decided anew from scores of K classes. What is None changes nothing.

    `weight` (K,) multiplies the scores, so the class of the largest product is answered: with the cost of missing a
    class as its weight that is the answer of least expected cost. `threshold` (K,), NaN for none: such a class is
    answered from its threshold on and never below; of several the one that exceeds its threshold most. `group` (K,)
    numbers sets of classes that count as one: their products are summed, and a mistake within a set is none.
    """

    temperature: float = 1.0
    weight: Float64 | None = None
    threshold: Float64 | None = None
    group: Int64 | None = None

    @property
    def needs_scores(self) -> bool:
        """Whether the scores of all classes are needed; merging alone can do without them."""
        return self.temperature != 1 or self.weight is not None or self.threshold is not None


class Decision(NamedTuple):
    """Answers (m,) and what the scores say about them; a score is that of the class's whole set where it has one."""

    predicted: Int32
    confidence: NDArray[np.float32]
    true_score: NDArray[np.float32]
    true_rank: Int32
    nan: NDArray[np.bool_]


def decide(scores: ArrayLike, true: ArrayLike, predicted: ArrayLike, rule: Rule) -> Decision:
    """The answers under `rule` to samples with `scores` (m, K), true classes and stored answers (m,), -1 for none.

    The stored answer stays where nothing beats it, where the scores are NaN, and where there was none. Inside a set of
    merged classes the true class is answered, so that rows and columns keep their classes.
    """
    p = tempered(scores, rule.temperature)
    labels, stored = np.asarray(true, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    fixed = np.isnan(p).any(axis=1) | (stored < 0)
    answer = np.where(fixed, stored, _answers(np.nan_to_num(p), stored, rule))
    if rule.group is not None:
        answer = settled(answer, labels, rule.group)
    summed = p if rule.group is None else _summed(p, rule.group)
    rows = np.arange(len(p))
    own = np.where(labels >= 0, summed[rows, labels], np.nan)
    sure = np.where(answer >= 0, summed[rows, answer], np.nan)
    better = 1 + np.count_nonzero(p > p[rows, labels][:, None], axis=1)
    rank = np.where(answer == labels, 1, np.maximum(better, 2))
    nan = np.asarray(np.isnan(p).any(axis=1), dtype=np.bool_)
    rank = np.where((labels >= 0) & ~nan, rank, 0)
    return Decision(answer.astype(np.int32), sure.astype(np.float32), own.astype(np.float32), rank.astype(np.int32),
                    nan)  # fmt: skip


def settled(answer: Int64, true: Int64, group: Int64) -> Int64:
    """(m,) the answers, the true class wherever answer and truth are of one set."""
    same = (answer >= 0) & (true >= 0) & (group[answer] == group[true])
    return np.where(same, true, answer)


def _answers(p: NDArray[np.float32], stored: Int64, rule: Rule) -> Int64:
    value = p.astype(np.float64) if rule.weight is None else p * rule.weight
    held = None
    if rule.threshold is not None:
        held = ~np.isnan(rule.threshold)
        # A class with a threshold of its own is no candidate below it, unless all classes have one.
        if not held.all():
            value[:, held] = -1.0
    answer = _largest(value, stored) if rule.group is None else _largest_set(value, stored, rule.group)
    if rule.threshold is None or held is None:
        return answer
    over = p[:, held] / np.maximum(rule.threshold[held], 1e-12)
    if held.all():
        return np.asarray(over.argmax(axis=1), dtype=np.int64)
    first = np.flatnonzero(held)[over.argmax(axis=1)]
    return np.where(over.max(axis=1) >= 1, first, answer)


def _largest(value: Float64, stored: Int64) -> Int64:
    best = value.argmax(axis=1)
    rows = np.arange(len(value))
    return np.where((stored >= 0) & (value[rows, stored] >= value[rows, best]), stored, best)


def _largest_set(value: Float64, stored: Int64, group: Int64) -> Int64:
    """The best class of the set with the largest sum."""
    total = np.asarray(_summed(np.maximum(value, 0), group), dtype=np.float64)
    rows = np.arange(len(value))
    top = _largest(total, stored)
    inside = np.where(group[None, :] == group[top][:, None], value, -2.0)
    return _largest(inside, np.where(group[stored] == group[top], stored, inside[rows].argmax(axis=1)))


def _summed(p: NDArray[np.floating], group: Int64) -> NDArray[np.floating]:
    """(m, K) each class's score replaced by the sum over its set."""
    out = p.copy()
    for number in np.flatnonzero(np.bincount(group) > 1).tolist():
        members = np.flatnonzero(group == number)
        out[:, members] = p[:, members].sum(axis=1, keepdims=True)
    return out
