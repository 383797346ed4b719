"""Saliency maps over a whole data set: what they are like, whether their area tells right from wrong, and how alike
those of two methods, two models, or a trained and a random model are.

Maps are (m, h, w) in 0..1; one that is zero throughout explains nothing, so what is measured of it is NaN. Area against
correctness: VAC-CNN (Xuan et al. 2022), section 6; the pointing game: Zhang et al., "Top-down neural attention by
excitation backprop", ECCV 2016; comparing with random weights: Adebayo et al., "Sanity checks for saliency maps", 2018.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.intervals import normal_quantile, percentile_interval, stream, wilson
from clftui.analysis.saliency import COMPARED_SIDE, Measure, alike, areas_above, resized
from clftui.analysis.significance import erfc, student_tail

Bool = NDArray[np.bool_]

MOST_SIDE = 64
"""Maps of more cells a side are compared on so many."""
_CELLS = 2_000_000
"""Cells that are compared at a time."""
_ALIKE = 0.95
"""Maps of different samples that are as alike as this leave nothing to compare with."""


class MapNumbers(NamedTuple):
    """(m,) each, of maps; all but `empty` are NaN of an empty map."""

    empty: Bool
    area: Float64
    """Share that reaches the threshold."""
    entropy: Float64
    """Shannon entropy of the map as a distribution over its cells, as a share of that of an even one: 0 a single cell,
    1 even; times log2 of the cells it is bits. NaN of a map of one cell."""
    variation: Float64
    """Total variation: the mean absolute step between neighbouring cells, 0 flat, 1 a chessboard."""


def map_numbers(maps: ArrayLike, threshold: float) -> MapNumbers:
    """What maps (m, h, w) are like, each on its own cells."""
    given = np.asarray(maps, dtype=np.float64)
    empty = ~given.any(axis=(1, 2))
    area = areas_above(given, threshold)
    told = (np.where(empty, np.nan, each) for each in (area, entropies(given), variations(given)))
    return MapNumbers(np.asarray(empty, dtype=np.bool_), *told)


def entropies(maps: ArrayLike) -> Float64:
    """(m,) Shannon entropy of each map made to sum to 1, over log2 of its cells; NaN of an empty or a one-cell map."""
    flat = np.asarray(maps, dtype=np.float64).reshape(len(np.asarray(maps)), -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = flat / flat.sum(axis=1, keepdims=True)
        bits = -np.where(share > 0, share * np.log2(share), 0.0).sum(axis=1)
        return np.where(flat.any(axis=1), bits / np.log2(flat.shape[1]), np.nan)


def variations(maps: ArrayLike) -> Float64:
    """(m,) mean absolute difference of cells that are neighbours in a row or a column; NaN of a map of one cell."""
    given = np.asarray(maps, dtype=np.float64)
    steps = [np.abs(np.diff(given, axis=axis)).reshape(len(given), -1) for axis in (1, 2)]
    pairs = sum(each.shape[1] for each in steps)
    total = np.add(*(each.sum(axis=1) for each in steps))
    return np.asarray(total / pairs if pairs else np.full(len(given), np.nan), dtype=np.float64)


class Mean(NamedTuple):
    """A mean with its 95 % interval and the numbers it rests on; NaN where there are none."""

    value: float
    low: float
    high: float
    n: int


def mean_interval(values: ArrayLike) -> Mean:
    """The mean of those of `values` (m,) that are defined, with Student's interval; of one value without bounds."""
    given = np.asarray(values, dtype=np.float64)
    known = given[~np.isnan(given)]
    n = len(known)
    if n < 2:
        return Mean(float(known[0]) if n else math.nan, math.nan, math.nan, n)
    value, arm = float(known.mean()), student_quantile(n - 1) * float(known.std(ddof=1)) / math.sqrt(n)
    return Mean(value, value - arm, value + arm, n)


@lru_cache(maxsize=1024)
def student_quantile(df: float, confidence: float = 0.95) -> float:
    """How many standard errors either way hold `confidence` of Student's distribution, as `student_tail` has it."""
    if df >= 200 or not df > 0:
        return normal_quantile(confidence)
    low, high = 1.0, 700.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if 2 * float(student_tail(middle, df)) > 1 - confidence else (low, middle)
    return (low + high) / 2


class Parted(NamedTuple):
    """How a number differs between right and wrong samples. Undefined values are NaN."""

    right: float
    """Mean over right samples."""
    wrong: float
    difference: float
    """Right less wrong, with Welch's 95 % interval."""
    low: float
    high: float
    auc: float
    """The chance that a right sample's number is above a wrong one's, ties counting half; DeLong's 95 % interval."""
    auc_low: float
    auc_high: float
    p: float
    """Two-sided, of Mann and Whitney's test: normal, corrected for ties."""
    n_right: int
    n_wrong: int


def parted(values: ArrayLike, right: ArrayLike) -> Parted:
    """`values` (m,) of right samples against those of wrong ones, `right` (m,) bool; NaN values are left out."""
    given, is_right = np.asarray(values, dtype=np.float64), np.asarray(right, dtype=bool)
    known = ~np.isnan(given)
    a, b = given[known & is_right], given[known & ~is_right]
    mean_a, mean_b = (float(each.mean()) if each.size else math.nan for each in (a, b))
    difference, low, high = _welch(a, b)
    auc, auc_low, auc_high, p = _auc(a, b)
    return Parted(mean_a, mean_b, difference, low, high, auc, auc_low, auc_high, p, len(a), len(b))


def _welch(a: Float64, b: Float64) -> tuple[float, float, float]:
    """(difference of means, low, high) of Welch's unequal variances."""
    if not a.size or not b.size:
        return math.nan, math.nan, math.nan
    value = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return value, math.nan, math.nan
    parts = [float(each.var(ddof=1)) / len(each) for each in (a, b)]
    variance = sum(parts)
    if not variance > 0:
        return value, math.nan, math.nan
    df = variance**2 / sum(part**2 / (len(each) - 1) for part, each in zip(parts, (a, b), strict=True))
    arm = student_quantile(df) * math.sqrt(variance)
    return value, value - arm, value + arm


def _auc(a: Float64, b: Float64) -> tuple[float, float, float, float]:
    """(AUC, low, high, p): DeLong, DeLong and Clarke-Pearson 1988; the test has its own variance, of no difference.

    Where no two samples are out of order DeLong's interval has no width: Wilson's for the smaller side stands in. Where
    all are equal there is none.
    """
    m, n = len(a), len(b)
    if not m or not n:
        return math.nan, math.nan, math.nan, math.nan
    both = midranks(np.concatenate([a, b])[None])[0]
    over = (both[:m] - midranks(a[None])[0]) / n
    under = 1 - (both[m:] - midranks(b[None])[0]) / m
    auc = float(over.mean())
    low = high = math.nan
    if min(m, n) >= 2:
        arm = normal_quantile(0.95) * math.sqrt(float(over.var(ddof=1)) / m + float(under.var(ddof=1)) / n)
        if arm > 1e-9:
            low, high = max(auc - arm, 0.0), min(auc + arm, 1.0)
        if auc in (0.0, 1.0):
            low, high = (float(each) for each in wilson(auc * min(m, n), min(m, n)))
    return auc, low, high, _mann_whitney(auc, m, n, np.concatenate([a, b]))


def _mann_whitney(auc: float, m: int, n: int, values: Float64) -> float:
    whole = m + n
    _, ties = np.unique(values, return_counts=True)
    tied = float((ties.astype(np.float64) ** 3 - ties).sum())
    variance = m * n / 12 * (whole + 1 - tied / (whole * (whole - 1)))
    if not variance > 0:
        return math.nan
    z = max(abs(auc - 0.5) * m * n - 0.5, 0.0) / math.sqrt(variance)
    return float(erfc(z / math.sqrt(2)))


def midranks(rows: ArrayLike) -> Float64:
    """(m, k) the ranks 1..k of each row's values, equal ones sharing the mean of theirs."""
    given = np.asarray(rows, dtype=np.float64)
    m, k = given.shape
    order = np.argsort(given, axis=1, kind="stable")
    ranked = np.take_along_axis(given, order, axis=1)
    begins = np.ones((m, k), dtype=bool)
    begins[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    group = np.cumsum(begins.reshape(-1)) - 1
    place = np.tile(np.arange(1, k + 1, dtype=np.float64), m)
    means = np.bincount(group, weights=place) / np.bincount(group)
    found = np.empty((m, k))
    np.put_along_axis(found, order, means[group].reshape(m, k), axis=1)
    return found


def compared(a: ArrayLike, b: ArrayLike, measure: Measure) -> Float64:
    """(m,) how alike maps (m, h, w) and (m, h', w') are, pair by pair, as `saliency.compare` has it; NaN of empty ones.

    Large maps are compared as `shrunk` leaves them.
    """
    return _paired(a, b, lambda x, y: alike(x, y, measure))


def rank_correlations(a: ArrayLike, b: ArrayLike) -> Float64:
    """(m,) Spearman's correlation of the cells of maps (m, h, w) and (m, h', w'), pair by pair; NaN of a flat one."""

    def function(x: Float64, y: Float64) -> Float64:
        first, second = (midranks(each.reshape(len(each), -1)) for each in (x, y))
        first, second = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
            return np.asarray((first * second).sum(axis=1) / scale)

    return _paired(a, b, function, least=1)


def _paired(
    a: ArrayLike, b: ArrayLike, function: Callable[[Float64, Float64], Float64], least: int = COMPARED_SIDE
) -> Float64:
    first, second = shrunk(a), shrunk(b)
    found = np.full(len(first), np.nan)
    h, w = (max(p, q, least) for p, q in zip(first.shape[1:], second.shape[1:], strict=True))
    known = np.flatnonzero(first.any(axis=(1, 2)) & second.any(axis=(1, 2)))
    step = max(1, _CELLS // max(h * w, 1))
    for start in range(0, len(known), step):
        at = known[start : start + step]
        found[at] = function(resized(first[at], h, w), resized(second[at], h, w))
    return found


def shrunk(maps: ArrayLike) -> NDArray[np.floating]:
    """Maps (m, h, w) with cells averaged so that no side has more than MOST_SIDE; smaller ones as they are."""
    given = np.asarray(maps)
    if max(given.shape[1:], default=0) <= MOST_SIDE:
        return given
    # Weights of another type than the maps would have both copied.
    kind = given.dtype if given.dtype.kind == "f" else np.float64
    down, across = (_shares(side, min(side, MOST_SIDE)).astype(kind) for side in given.shape[1:])
    return np.asarray(down @ (given @ across.T))


@lru_cache(maxsize=16)
def _shares(old: int, new: int) -> Float64:
    """(new, old) how much of each old cell lies in a new one; rows sum to 1."""
    edges, cells = np.arange(new + 1)[:, None] * old / new, np.arange(old)
    inside = np.clip(np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells), 0, None)
    return np.asarray(inside * new / old, dtype=np.float64)


def unrelated(n: int, seed: int) -> Int64:
    """(n,) another place for each of `n`, none its own, each taken once; of a single one itself."""
    order = stream(seed, n).permutation(n)
    found = np.empty(n, dtype=np.int64)
    found[order] = np.roll(order, 1)
    return found


def hits(maps: ArrayLike, boxes: ArrayLike) -> Float64:
    """(m,) 1 where the maximum of a map lies inside its box (x0, y0, x1, y1 as shares of the image), 0 where outside.

    The maximum is the middle of its cell; of several equal ones the share that lies inside counts. NaN of an empty map,
    and where the box is not known (NaN).
    """
    given, box = np.asarray(maps), np.asarray(boxes, dtype=np.float64)
    h, w = given.shape[1:]
    top = given == given.max(axis=(1, 2), keepdims=True)
    x, y = (np.arange(w) + 0.5) / w, (np.arange(h) + 0.5) / h
    across = (x >= box[:, :1]) & (x <= box[:, 2:3])
    down = (y >= box[:, 1:2]) & (y <= box[:, 3:4])
    inside = (top & (down[:, :, None] & across[:, None, :])).sum(axis=(1, 2)) / top.sum(axis=(1, 2))
    return np.where(given.any(axis=(1, 2)) & ~np.isnan(box).any(axis=1), inside, np.nan)


def kept_share(same: ArrayLike, other: ArrayLike, seed: int = 0, draws: int = 500) -> Mean:
    """How much of a likeness stays: 0 where `same` (m,) is no higher than `other` (m,) on average, 1 where it is whole.

    `same` are similarities (1 = equal) of a sample's two maps, `other` those of different samples' maps: a method that
    draws much the same map of every sample is always alike, and only what lies above that counts. The interval is the
    bootstrap over samples; NaN of what is undefined, and where different samples are alike by .95 or more.
    """
    a, b = np.asarray(same, dtype=np.float64), np.asarray(other, dtype=np.float64)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b, n = a[known], b[known], int(known.sum())
    if n < 2 or b.mean() >= _ALIKE:
        return Mean(math.nan, math.nan, math.nan, n)
    drawn = stream(seed, n).integers(n, size=(draws, n))
    middle, base = a[drawn].mean(axis=1), b[drawn].mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = percentile_interval(((middle - base) / (1 - base))[None])
    value = float((a.mean() - b.mean()) / (1 - b.mean()))
    return Mean(value, min(float(low[0]), value), max(float(high[0]), value), n)
