"""What a layer's units answer to: class means, relevance to a group, separation of classes, dead units, thresholds.

Relevance is equation 2 of Bilal et al. 2018 ("Do convolutional neural networks learn class hierarchy?", section 5.2);
separation is Fisher's ratio of 1936 as an analysis of variance has it: the variation between classes over that within.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_COLUMNS = 64
"""Units whose quartiles are found at once: a copy of their values stays in the processor's cache."""


class Relevance(NamedTuple):
    """How much more units answer to a group than to the rest, each (units,)."""

    ratio: Float64
    """`low_inside / high_outside`; inf where the rest is 0 and the group is not, NaN undefined."""
    low_inside: Float64
    """First quartile of the group's responses; NaN without any."""
    high_outside: Float64
    """Third quartile of all other responses; NaN without any."""


def relevance(values: ArrayLike, inside: ArrayLike) -> Relevance:
    """Equation 2 for each unit: `values` (n, units), a row a sample (or a class mean), `inside` (n,) its rows of G.

    Rows of NaN, those of classes without samples, count for neither side. Where three quarters of the rest answer 0
    the ratio is inf if three quarters of the group answer more, and undefined if they do not; where they answer less
    than 0 a ratio says nothing and is undefined.
    """
    value, mask = np.asarray(values), np.asarray(inside, dtype=np.bool_)
    known = ~np.isnan(value).all(axis=1)
    low = _quantile(value[mask & known], 0.25)
    high = _quantile(value[~mask & known], 0.75)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(high > 0, low / high, np.where((high == 0) & (low > 0), np.inf, np.nan))
    return Relevance(ratio, low, high)


def _quantile(values: NDArray[np.generic], share: float) -> Float64:
    units = values.shape[1]
    out = np.full(units, np.nan)
    if len(values):
        for start in range(0, units, _COLUMNS):
            part = np.ascontiguousarray(values[:, start : start + _COLUMNS].T, dtype=np.float64)
            out[start : start + _COLUMNS] = np.quantile(part, share, axis=1)
    return out


def by_relevance(found: Relevance) -> Int64:
    """(units,) the most relevant first: infinite ones by the group's first quartile, then by ratio, undefined last.

    Equal ones keep their order.
    """
    keys = np.where(np.isnan(found.ratio), -np.inf, found.ratio)
    ties = np.nan_to_num(found.low_inside, nan=-np.inf)
    return np.lexsort((-ties, -keys)).astype(np.int64)


def descending(values: ArrayLike) -> Int64:
    """(units,) the greatest first, undefined last, equal ones in their order."""
    value = np.asarray(values, dtype=np.float64)
    return np.argsort(-np.where(np.isnan(value), -np.inf, value), kind="stable").astype(np.int64)


def class_sums(values: ArrayLike, labels: ArrayLike, classes: int) -> tuple[Float64, Int64]:
    """Sums of the rows (n, units) of each class, (classes, units), and how many there are; labels below 0 count not."""
    value, label = np.asarray(values), np.asarray(labels, dtype=np.int64)
    inside = (label >= 0) & (label < classes)
    order = np.argsort(label[inside], kind="stable")
    rows, own = value[inside][order], label[inside][order]
    n = np.bincount(own, minlength=classes).astype(np.int64)
    sums = np.zeros((classes, value.shape[1]))
    there = np.flatnonzero(n)
    if there.size:
        starts = np.r_[0, np.cumsum(n[there])[:-1]]
        sums[there] = np.add.reduceat(rows, starts, axis=0, dtype=np.float64)
    return sums, n


def class_means(values: ArrayLike, labels: ArrayLike, classes: int) -> Float64:
    """(classes, units) mean rows of each class; NaN without any."""
    sums, n = class_sums(values, labels, classes)
    return np.where(n[:, None] > 0, sums / np.maximum(n, 1)[:, None], np.nan)


def separation(values: ArrayLike, labels: ArrayLike, classes: int) -> Float64:
    """(units,) sum of squares between classes over that within them, of the rows (n, units).

    0: the classes' means are equal. inf: each class answers one value, not all the same. NaN: the unit is constant, or
    fewer than two classes have rows.
    """
    value, label = np.asarray(values), np.asarray(labels, dtype=np.int64)
    inside = (label >= 0) & (label < classes)
    value, label = value[inside], label[inside]
    out = np.full(value.shape[1], np.nan)
    if len(np.unique(label)) > 1:
        for start in range(0, value.shape[1], _COLUMNS):
            out[start : start + _COLUMNS] = _separation(value[:, start : start + _COLUMNS], label, classes)
    return out


def _separation(values: NDArray[np.generic], labels: Int64, classes: int) -> Float64:
    # Responses far from 0 would lose their digits in squares.
    rows = values.astype(np.float64)
    rows -= rows.mean(axis=0)
    sums, n = class_sums(rows, labels, classes)
    total = np.einsum("nu,nu->u", rows, rows)
    between = (sums[n > 0] ** 2 / n[n > 0, None]).sum(axis=0)
    within = np.maximum(total - between, 0.0)
    within = np.where(within <= 1e-12 * total, 0.0, within)
    # A mean is not always the number that all rows are.
    varies = (values != values[:1]).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(varies, between / within, np.nan)


def spread(means: ArrayLike) -> Float64:
    """(units,) standard deviation over the mean of the absolute class means (K, units): what class means alone tell.

    NaN where fewer than two classes have one, or all are 0.
    """
    value = np.asarray(means, dtype=np.float64)
    rows = value[~np.isnan(value).all(axis=1)]
    if len(rows) < 2:
        return np.full(value.shape[1], np.nan)
    size = np.abs(rows).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size > 0, rows.std(axis=0) / size, np.nan)


def dead(means: ArrayLike, values: ArrayLike | None = None) -> Bool:
    """(units,) which answer 0 to everything: to every class (K, units[, h, w]) and, where there are
    `values` (n, units), to every sample.
    """
    mean = np.asarray(means)
    rows = np.moveaxis(mean, 1, 0).reshape(mean.shape[1], -1)
    answers = np.any(np.nan_to_num(rows) != 0, axis=1)
    if values is not None:
        answers = answers | np.any(np.asarray(values) != 0, axis=0)
    return np.asarray(~answers, dtype=np.bool_)


def threshold(means: ArrayLike, share: float) -> float:
    """The quantile `share` (0..1) of the responses above 0 among (K, units) class means; NaN without any."""
    value = np.asarray(means, dtype=np.float64)
    positive = value[value > 0]
    return float(np.quantile(positive, share)) if positive.size else float("nan")


def shrunk(maps: ArrayLike, side: int) -> Float32:
    """(K, units, h, w) maps averaged down to at most `side` x `side` places, as the paper makes 8 x 8 of 64 x 64.

    Places are parted as evenly as h and w allow; maps that are no larger stay as they are.
    """
    value = np.asarray(maps, dtype=np.float32)
    for axis in (2, 3):
        size = value.shape[axis]
        parts = min(side, size)
        if parts == size:
            continue
        edges = np.arange(parts + 1) * size // parts
        sums = np.add.reduceat(value, edges[:-1], axis=axis)
        shape = [1] * 4
        shape[axis] = parts
        value = sums / np.diff(edges).reshape(shape).astype(np.float32)
    return value


def linearised(maps: ArrayLike) -> Float32:
    """(K, units, h, w) -> (K, units, h * w): a unit's places side by side, row by row, each a column of one pixel."""
    value = np.asarray(maps, dtype=np.float32)
    return value.reshape(*value.shape[:2], -1)


def binned(values: ArrayLike, labels: ArrayLike, classes: int, low: float, high: float, bins: int) -> Int64:
    """(classes, bins) how many of each class's values (n,) fall into equal bins from `low` to `high`, ends included.

    Values outside are left out.
    """
    value, label = np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    at = np.floor((value - low) / (high - low) * bins) if high > low else np.zeros(len(value))
    at = np.where(value == high, bins - 1, at)
    inside = (at >= 0) & (at < bins) & (value <= high) & (value >= low) & (label >= 0) & (label < classes)
    flat = label[inside] * bins + at[inside].astype(np.int64)
    return np.bincount(flat, minlength=classes * bins).reshape(classes, bins).astype(np.int64)


def class_medians(values: ArrayLike, labels: ArrayLike, classes: int) -> Float64:
    """(classes,) median value (n,) of each class; NaN without any."""
    value, label = np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    order = np.argsort(label, kind="stable")
    edges = np.searchsorted(label[order], np.arange(classes + 1))
    out = np.full(classes, np.nan)
    for index in range(classes):
        if edges[index] < edges[index + 1]:
            out[index] = np.median(value[order[edges[index] : edges[index + 1]]])
    return out
