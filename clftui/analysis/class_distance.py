"""How far classes lie apart in a model's eyes: Algorithm 1 of VAC-CNN (Xuan et al. 2021), in one vectorised step.

The distance of class a from class b is the mean over a's samples of 1 - P(b), made symmetric by the mean of both ways;
0 on the diagonal. A class without samples is undefined, NaN.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

LEAST = 1e-6
"""A mean score below this counts as this where its logarithm is taken."""


class ClassDistance(StrEnum):
    """What a distance is measured in. With many classes the literal one bunches near 1; the others part it."""

    LITERAL = "literal"
    RANK = "rank"
    LOG = "log"


class ScoreSums:
    """Sums of scores by true class, row after row of samples: never more than a block of them in memory."""

    def __init__(self, classes: int) -> None:
        self.total = np.zeros((classes, classes))
        """(K, K) sum over the samples of class a of the scores of b."""
        self.n = np.zeros(classes, dtype=np.int64)
        """(K,) samples of each class that counted."""

    def add(self, true: ArrayLike, scores: ArrayLike) -> None:
        """Count (m,) true classes, -1 unlabelled, with (m, K) scores; rows with a NaN are left out."""
        label, values = np.asarray(true, dtype=np.int64), np.asarray(scores, dtype=np.float64)
        fine = (label >= 0) & ~np.isnan(values).any(axis=1)
        label, values = label[fine], values[fine]
        if not len(label):
            return
        order = np.argsort(label, kind="stable")
        kinds, first = np.unique(label[order], return_index=True)
        self.total[kinds] += np.add.reduceat(values[order], first, axis=0)
        self.n += np.bincount(label, minlength=len(self.n))

    def add_few(self, true: ArrayLike, classes: ArrayLike, scores: ArrayLike) -> None:
        """The same of (m, k) kept classes, -1 none, and their scores; what is not kept counts as 0."""
        label, kept = np.asarray(true, dtype=np.int64), np.asarray(classes, dtype=np.int64)
        values = np.asarray(scores, dtype=np.float64)
        fine = (label >= 0) & ~np.isnan(np.where(kept >= 0, values, 0)).any(axis=1)
        label, kept, values = label[fine], kept[fine], values[fine]
        size = len(self.n)
        there = kept >= 0
        cell = (label[:, None] * size + kept)[there]
        self.total += np.bincount(cell, values[there], minlength=size * size).reshape(size, size)
        self.n += np.bincount(label, minlength=size)

    def distances(self) -> Float64:
        """(K, K) Algorithm 1; NaN in the rows and columns of classes without samples."""
        return algorithm_1(self.total, self.n)


def algorithm_1(total: ArrayLike, n: ArrayLike) -> Float64:
    """(K, K) distances from sums of scores (K, K), row = true class, over (K,) samples."""
    sums, size = np.asarray(total, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = 1 - sums / np.where(size > 0, size, np.nan)[:, None]
    np.fill_diagonal(apart, np.where(size > 0, 0.0, np.nan))
    both: Float64 = (apart + apart.T) / 2
    return both


def rescaled(distances: ArrayLike, kind: ClassDistance) -> Float64:
    """Literal distances (K, K) in another measure, 0 to 1, symmetric, 0 on the diagonal; NaN stays.

    Log: how many decades the mean score lies below 1, as a share of six. Rank: the place among all pairs, ties at the
    mean of theirs, as a share of the number of pairs.
    """
    found = np.array(distances, dtype=np.float64)
    if kind is ClassDistance.LITERAL or not len(found):
        return found
    if kind is ClassDistance.LOG:
        out: Float64 = np.log10(np.clip(1 - found, LEAST, 1)) / np.log10(LEAST)
        np.fill_diagonal(out, np.diagonal(found))
        return out
    upper = np.triu_indices(len(found), 1)
    values = found[upper]
    known = np.isfinite(values)
    place = np.full(len(values), np.nan)
    _, number, size = np.unique(values[known], return_inverse=True, return_counts=True)
    last = np.cumsum(size)
    place[known] = (last - (size - 1) / 2)[number] / max(int(known.sum()), 1)
    out = np.zeros_like(found)
    out[upper] = place
    out += out.T
    np.fill_diagonal(out, np.diagonal(found))
    return out


def nearest_classes(distances: ArrayLike, of: int) -> Int64:
    """The other defined classes, nearest to class `of` first, equals in the order of the classes."""
    row = np.array(np.asarray(distances, dtype=np.float64)[of])
    row[of] = np.nan
    order = np.argsort(row, kind="stable")
    return np.asarray(order[: int(np.isfinite(row).sum())], dtype=np.int64)
