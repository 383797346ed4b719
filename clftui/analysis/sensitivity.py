"""How much a metric of every class and group changes when the pictures (or what else the samples are) are changed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.changes import UNPAIRED, Changes, Part
from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.hierarchy import Hierarchy, group_metrics, levels
from clftui.analysis.intervals import CONFIDENCE, normal_quantile
from clftui.analysis.metrics import Metric, ratio
from clftui.analysis.movers import family
from clftui.analysis.significance import erfc

Bool = NDArray[np.bool_]

CODES = 8
"""Of a sample and a node: 4 where its true class is of the node, 2 where the first answer is, 1 where the second is."""
_TRUE, _BEFORE, _AFTER = (np.array([bool(code & bit) for code in range(CODES)]) for bit in (4, 2, 1))


class Measured(NamedTuple):
    """A metric of every node before and after, each (nodes,); the root's is the accuracy of all classes together.

    NaN undefined. `low` and `high` bound the change, after less before; `n` counts the samples of the node.
    """

    before: Float64
    after: Float64
    low: Float64
    high: Float64
    p: Float64
    n: Int64

    @property
    def change(self) -> Float64:
        return self.after - self.before


def joint_counts(true: ArrayLike, before: ArrayLike, after: ArrayLike, tree: Hierarchy) -> Int64:
    """(nodes, 8) samples of each code, for every node that any of their three classes is in; code 0 is not counted.

    `true` (n,) in [0, K), the answers `before` and `after` (n,), -1 = none. The root counts the answers that are right
    as its own, so that its recall is the accuracy.
    """
    position = np.append(tree.position, -1)
    label, first, last = (position[np.asarray(each, dtype=np.int64)] for each in (true, before, after))
    out = np.zeros(len(tree.nodes) * CODES, dtype=np.int64)
    for level in levels(tree):
        # The place after the last is that of no answer, in no node.
        owner = np.append(level, -1)
        t, b, a = owner[label], owner[first], owner[last]
        for node, code, new in (
            (t, 4 + 2 * (b == t) + (a == t), t >= 0),
            (b, 2 + (a == b), (b >= 0) & (b != t)),
            (a, np.ones_like(a), (a >= 0) & (a != t) & (a != b)),
        ):
            out += np.bincount(node[new] * CODES + code[new], minlength=len(out))
    joint = out.reshape(-1, CODES)
    joint[0] = np.bincount(4 + 2 * (first == label) + (last == label), minlength=CODES)
    return joint


def measured(joint: Int64, metric: Metric) -> Measured:
    """The change of `metric` (recall, precision or F1) between answers to the same samples, counted by `joint_counts`.

    Recall, and the accuracy of the root: exact McNemar, interval of Agresti and Min. Precision and F1 are no shares of
    fixed samples: there the delta method, each sample weighing what it moves both ratios by, and a normal test, both
    with a hit and a miss added to either side; p is 1 and the interval undefined where no sample moved.
    """
    sums = {name: joint[:, rows].sum(axis=1) for name, rows in _SETS.items()}
    moved = joint[:, _TRUE & (_BEFORE != _AFTER)].sum(axis=1)
    row = np.arange(len(joint), dtype=np.int64)
    shares = family(
        Changes(Part.GROUP, row, np.full_like(row, -1), sums["hit before"], sums["hit after"], sums["true"],
                sums["true"], moved)
    )  # fmt: skip
    before, after = ratio(sums["hit before"], sums["true"]), ratio(sums["hit after"], sums["true"])
    out = Measured(before, after, shares.low, shares.high, shares.p, sums["true"])
    if metric is Metric.RECALL:
        return out
    weight, with_true = _weights(metric)
    sides = []
    for name, answered in (("before", _BEFORE), ("after", _AFTER)):
        side = _ratio(sums[f"hit {name}"], sums[name], sums["true"], metric)
        part = weight * (_TRUE & answered) - side.shrunk[:, None] * (1 * answered + with_true * _TRUE)
        sides.append((side, part / side.whole[:, None]))
    (first, pull_before), (last, pull_after) = sides
    variance = (joint * (pull_after - pull_before) ** 2).sum(axis=1) + first.added + last.added
    return _joined(out, first, last, variance, joint[:, _BEFORE != _AFTER].sum(axis=1) > 0)


_SETS = {
    "true": _TRUE,
    "before": _BEFORE,
    "after": _AFTER,
    "hit before": _TRUE & _BEFORE,
    "hit after": _TRUE & _AFTER,
}


def _weights(metric: Metric) -> tuple[int, int]:
    """(how often a hit counts above, whether the node's own samples count below) of precision and F1."""
    if metric not in (Metric.PRECISION, Metric.F1):
        raise ValueError(f"{metric.label} of a group is not known; recall, precision and F1 are")
    return (2, 1) if metric is Metric.F1 else (1, 0)


class _Ratio(NamedTuple):
    """Precision or F1 of every node on one side, as measured and as its interval needs it; (nodes,) each."""

    value: Float64
    shrunk: Float64
    """With a hit and a miss added: at 0 or 1 a ratio seems to have no spread (Agresti and Caffo 2000)."""
    whole: Float64
    """What `shrunk` is a share of."""
    added: Float64
    """The variance that the two added samples bring."""


def _ratio(hits: Int64, answers: Int64, true: Int64, metric: Metric) -> _Ratio:
    weight, with_true = _weights(metric)
    counted = answers + with_true * true
    whole = np.asarray(counted + 2 + with_true, dtype=np.float64)
    shrunk = ratio(weight * (hits + 1), whole)
    added = ((weight - shrunk * (1 + with_true)) ** 2 + shrunk**2) / whole**2
    return _Ratio(ratio(weight * hits, counted), shrunk, whole, added)


def _joined(shares: Measured, before: _Ratio, after: _Ratio, variance: Float64, moved: Bool) -> Measured:
    """Normal intervals and tests of `after` less `before`; the first node keeps what `shares` says.

    p is 1 and the interval undefined where not `moved`.
    """
    change, spread = after.value - before.value, np.sqrt(variance)
    middle = after.shrunk - before.shrunk
    arm = normal_quantile(CONFIDENCE) * spread
    p = np.where(moved, erfc(np.abs(middle) / spread / math.sqrt(2.0)), 1.0)
    low, high = np.maximum(np.minimum(middle - arm, change), -1.0), np.minimum(np.maximum(middle + arm, change), 1.0)
    unknown = np.isnan(change)
    for bound in (low, high):
        bound[unknown | ~moved] = np.nan
    p[unknown] = np.nan
    out = Measured(before.value, after.value, low, high, p, shares.n)
    for mine, theirs in zip(out[:5], shares[:5], strict=True):
        mine[0] = theirs[0]
    return out


def measured_apart(before: Confusion, after: Confusion, tree: Hierarchy, metric: Metric) -> Measured:
    """`measured` where nothing says which samples are the same: two proportions, intervals of Newcombe.

    F1: the delta method on either side, as `measured` has it.
    """
    sides = [_Side.of(each, tree) for each in (before, after)]
    shares = _apart(*((side.inside, side.support) for side in sides))
    if metric is Metric.RECALL:
        return shares._replace(n=sides[1].support)
    if metric is Metric.PRECISION:
        out = _apart(*((side.inside, side.predicted) for side in sides))
        for mine, theirs in zip(out[:5], shares[:5], strict=True):
            mine[0] = theirs[0]
        return out._replace(n=sides[1].support)
    _weights(metric)
    (first, spread_before), (last, spread_after) = (side.f1() for side in sides)
    moved = np.ones(len(shares.n), dtype=np.bool_)
    return _joined(shares, first, last, spread_before + spread_after, moved)._replace(n=sides[1].support)


class _Side(NamedTuple):
    inside: Int64
    predicted: Int64
    support: Int64

    @classmethod
    def of(cls, c: Confusion, tree: Hierarchy) -> _Side:
        """Samples answered inside their own node, answers in the node, samples of it; the root's are right and all."""
        found = group_metrics(c, tree)
        inside = np.rint(np.nan_to_num(found.recall) * found.support).astype(np.int64)
        answers = np.array([c.predicted_count[tree.classes(node)].sum() for node in range(len(tree.nodes))])
        inside[0] = c.total - c.errors
        return cls(inside, answers.astype(np.int64), found.support)

    def f1(self) -> tuple[_Ratio, Float64]:
        """(value, variance)"""
        found = _ratio(self.inside, self.predicted, self.support, Metric.F1)
        missed = self.predicted + self.support - 2 * self.inside
        squares = self.inside * (2 - 2 * found.shrunk) ** 2 + missed * found.shrunk**2
        return found, squares / found.whole**2 + found.added


def _apart(before: tuple[Int64, Int64], after: tuple[Int64, Int64]) -> Measured:
    row = np.arange(len(before[0]), dtype=np.int64)
    none = np.full_like(row, UNPAIRED)
    shares = family(Changes(Part.GROUP, row, none, before[0], after[0], before[1], after[1], none))
    return Measured(ratio(*before), ratio(*after), shares.low, shares.high, shares.p, after[1])


def right_sets(right: ArrayLike) -> tuple[int, int, int]:
    """(right under all, right under none, right in the first alone) of `right` (1 + C, n): original, then each change.

    Without a change nothing can be said of it: (0, 0, 0).
    """
    given = np.asarray(right, dtype=bool)
    if len(given) < 2:
        return 0, 0, 0
    only = given[0] & ~given[1:].any(axis=0)
    return int(given.all(axis=0).sum()), int((~given).all(axis=0).sum()), int(only.sum())
