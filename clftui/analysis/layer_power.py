"""Which layer tells which classes apart, from the answers of a probe of each layer and of the network itself.

Answers are class numbers of one list of classes; ABSENT stands where a layer did not record the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.dynamics import paired_difference
from clftui.analysis.metrics import ratio
from clftui.analysis.significance import benjamini_hochberg, mcnemar

ABSENT = -2
SEPARABLE = 0.9
"""A class is separable from the first layer on that has this share of its best recall."""


class Gains(NamedTuple):
    """Each class in each layer against the output, on the samples that both answered."""

    n: Int64
    """(L, K) shared samples of the class."""
    won: Int64
    """(L, K) of them right in the layer's probe and wrong in the output."""
    lost: Int64
    """(L, K) the other way round."""
    low: Float64
    high: Float64
    """(L, K) 95 % interval of the difference of recall, (won - lost) / n."""
    q: Float64
    """(L, K) exact McNemar, adjusted over all layers and classes together (Benjamini and Hochberg)."""

    @property
    def difference(self) -> Float64:
        """(L, K) recall of the probe less that of the output; NaN without shared samples."""
        return ratio(self.won - self.lost, self.n)


def hits_by_class(true: ArrayLike, predicted: ArrayLike, n_classes: int) -> tuple[Int64, Int64]:
    """(right, samples), each (K,): of the labelled samples that were answered or could have been."""
    label, answer = np.asarray(true, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    known = (label >= 0) & (answer != ABSENT)
    n = np.bincount(label[known], minlength=n_classes)
    right = np.bincount(label[known & (label == answer)], minlength=n_classes)
    return right.astype(np.int64), n.astype(np.int64)


def level_hits(true: ArrayLike, predicted: ArrayLike, group: ArrayLike) -> tuple[int, int]:
    """(right, samples) where any answer of the true class's group is right; `group` (K,) numbers the groups."""
    label, answer = np.asarray(true, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    known = (label >= 0) & (answer != ABSENT)
    owner = np.append(np.asarray(group, dtype=np.int64), -1)
    same = known & (answer >= 0) & (owner[label] == owner[np.maximum(answer, -1)])
    return int(np.count_nonzero(same)), int(np.count_nonzero(known))


def gains(true: ArrayLike, layers: Sequence[ArrayLike], output: ArrayLike, n_classes: int) -> Gains:
    """`true` and `output` (n,), `layers` L arrays (n,) of answers; `output` may be ABSENT too."""
    label, last = np.asarray(true, dtype=np.int64), np.asarray(output, dtype=np.int64)
    shape = (len(layers), n_classes)
    n, won, lost = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for at, given in enumerate(layers):
        answer = np.asarray(given, dtype=np.int64)
        shared = (label >= 0) & (answer != ABSENT) & (last != ABSENT)
        mine, theirs = answer == label, last == label
        for out, which in ((n, shared), (won, shared & mine & ~theirs), (lost, shared & theirs & ~mine)):
            out[at] = np.bincount(label[which], minlength=n_classes)
    p = np.where(n > 0, mcnemar(lost, won), np.nan)
    low, high = paired_difference(won, lost, n)
    return Gains(n, won, lost, low, high, benjamini_hochberg(p.reshape(-1)).reshape(shape))


def best_layer(found: Gains) -> NDArray[np.intp]:
    """(K,) the layer of the largest difference to the output, the earlier of equal ones; -1 where none is defined."""
    difference = found.difference
    if not len(difference):
        return np.full(difference.shape[1], -1, dtype=np.intp)
    known = ~np.isnan(difference)
    at = np.where(known, difference, -np.inf).argmax(axis=0)
    return np.where(known.any(axis=0), at, -1).astype(np.intp)


def first_separable(recall: ArrayLike) -> NDArray[np.intp]:
    """(K,) the first of the rows of `recall` (L, K) that reaches SEPARABLE of the column's best; -1 where that is 0 or
    undefined."""
    given = np.asarray(recall, dtype=np.float64)
    filled = np.where(np.isnan(given), -1.0, given)
    best = filled.max(axis=0, initial=-1.0)
    reached = filled >= SEPARABLE * best - 1e-12
    return np.where(best > 0, reached.argmax(axis=0), -1).astype(np.intp)
