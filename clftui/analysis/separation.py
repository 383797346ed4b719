"""Numbers that say how far classes part, and how far a picture of them can be trusted: many readers distrust maps.

Everything is exact for the rows it is given, by blocks of distances: n * n distances in all, so callers draw a sample
of many rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_BLOCK = 4_000_000
"""Distances held at once: 32 megabytes."""


def squares(rows: Float64) -> Iterator[tuple[int, Float64]]:
    """(first row, (b, n) squared distances of a block of rows from all rows), never below 0."""
    length = np.einsum("nd,nd->n", rows, rows)
    step = max(1, _BLOCK // max(len(rows), 1))
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        found = length[start : start + step, None] + length - 2 * (block @ rows.T)
        yield start, np.maximum(found, 0.0)


def nearest_rows(rows: ArrayLike, k: int) -> Int64:
    """(n, min(k, n - 1)) the nearest other rows of each of (n, d), nearest first."""
    values = _centred(rows)
    n = len(values)
    k = min(k, max(n - 1, 0))
    out = np.empty((n, k), dtype=np.int64)
    for start, found in squares(values):
        here = np.arange(len(found))
        found[here, here + start] = np.inf
        if k:
            near = np.argpartition(found, k - 1, axis=1)[:, :k]
            order = np.argsort(np.take_along_axis(found, near, axis=1), axis=1, kind="stable")
            out[start : start + len(found)] = np.take_along_axis(near, order, axis=1)
    return out


def purity(nearest: ArrayLike, labels: ArrayLike) -> Float64:
    """(n,) which share of each row's nearest ones (n, k) has its own label; NaN for unlabelled rows, below 0."""
    near, label = np.asarray(nearest, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    if not near.shape[1]:
        return np.full(len(label), np.nan)
    share = (label[near] == label[:, None]).mean(axis=1)
    return np.where(label >= 0, share, np.nan)


def silhouettes(rows: ArrayLike, labels: ArrayLike) -> Float64:
    """(n,) (b - a) / max(a, b) of each row (Rousseeuw 1987): a is its mean distance to its own label's other rows, b
    the least mean distance to another label's.

    0 for the only row of a label; NaN for unlabelled rows (below 0), and everywhere with fewer than two labels.
    """
    label = np.asarray(labels, dtype=np.int64)
    out = np.full(len(label), np.nan)
    use = np.flatnonzero(label >= 0)
    kinds, number, size = np.unique(label[use], return_inverse=True, return_counts=True)
    if len(kinds) < 2:
        return out
    values = _centred(np.asarray(rows, dtype=np.float64)[use])
    member = np.zeros((len(use), len(kinds)))
    member[np.arange(len(use)), number] = 1
    found = np.empty(len(use))
    for start, block in squares(values):
        here = np.arange(len(block))
        # Rounding leaves a row a little apart from itself.
        block[here, here + start] = 0
        total = np.sqrt(block, out=block) @ member
        own = number[start : start + len(block)]
        alone = size[own] < 2
        a = total[here, own] / np.maximum(size[own] - 1, 1)
        mean = total / size
        mean[here, own] = np.inf
        b = mean.min(axis=1)
        top = np.maximum(a, b)
        value = np.divide(b - a, top, out=np.zeros(len(block)), where=top > 0)
        found[start : start + len(block)] = np.where(alone, 0.0, value)
    out[use] = found
    return out


def trustworthiness(rows: ArrayLike, places: ArrayLike, k: int = 10) -> float:
    """1 where the `k` nearest of every row in the picture (n, 2) are among its nearest in truth (n, d), less for each
    that lies farther, by its rank (Venna and Kaski 2001).

    NaN unless 0 < k < n / 2.
    """
    values, near = _centred(rows), nearest_rows(places, k)
    n = len(values)
    if not 0 < k < n / 2:
        return float("nan")
    excess = 0
    for start, found in squares(values):
        here = np.arange(len(found))
        found[here, here + start] = -1
        mine = near[start : start + len(found)]
        for column in range(mine.shape[1]):
            limit = np.take_along_axis(found, mine[:, column : column + 1], axis=1)
            # The row itself is below every limit: what is nearer, and itself, are counted.
            rank = np.count_nonzero(found < limit, axis=1)
            excess += int(np.maximum(rank - k, 0).sum())
    return 1 - excess * 2 / (n * k * (2 * n - 3 * k - 1))


def by_label(values: ArrayLike, labels: ArrayLike, classes: int) -> Float64:
    """(K,) the mean of (n,) values of each label 0 to K - 1, NaN values left out; NaN where there is none."""
    value, label = np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    known = np.isfinite(value) & (label >= 0)
    total = np.bincount(label[known], value[known], minlength=classes)
    number = np.bincount(label[known], minlength=classes)
    mean: Float64 = np.divide(total, number, out=np.full(classes, np.nan), where=number > 0)
    return mean


def _centred(rows: ArrayLike) -> Float64:
    """Around their mean: the expanded square loses digits far from the origin."""
    values = np.asarray(rows, dtype=np.float64)
    return np.asarray(values - values.mean(axis=0)) if len(values) else values
