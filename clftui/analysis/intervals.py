"""Intervals of metrics: Wilson's for shares, a seeded bootstrap for what is not a share of samples.

Every interval depends on its own class, the seed and the counts alone: asking for other classes does not move it.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.metrics import Metric, accuracy, average_precision, macro, outcomes, ratio

CONFIDENCE = 0.95
# Known beforehand: the first frame does not wait for the statistics module.
_Z95 = 1.9599639845400536


@lru_cache
def normal_quantile(confidence: float) -> float:
    """How many standard deviations either way hold `confidence` of a normal distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    if confidence == CONFIDENCE:
        return _Z95
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(successes: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE) -> tuple[Float64, Float64]:
    """(low, high) of Wilson's score interval of successes / n (1927), broadcast; NaN where n is 0.

    Inside [0, 1] and never of zero width, also for 0 of n and n of n.
    """
    k, whole = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64))
    z = normal_quantile(confidence)
    share = ratio(k, whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (k + z * z / 2) / (whole + z * z)
        arm = z / (whole + z * z) * np.sqrt(k * (1 - share) + z * z / 4)
    # At the ends the formula gives exactly 0 and 1 but for rounding.
    low = np.where(k == 0, 0.0, np.minimum(middle - arm, share))
    high = np.where(k == whole, 1.0, np.maximum(middle + arm, share))
    undefined = np.isnan(share)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def metric_interval(
    c: Confusion,
    metric: Metric,
    classes: ArrayLike | None = None,
    *,
    seed: int = 0,
    draws: int = 1000,
    confidence: float = CONFIDENCE,
) -> tuple[Float64, Float64, Float64, Int64]:
    """(value, low, high, n), each (len(classes),): a metric, its interval and the samples it rests on.

    Recall (n = support), specificity (n = samples of other classes) and accuracy (n = all): Wilson. Precision: Wilson,
    conditional on the predicted count n: it does not cover how that count would vary. F1: percentile bootstrap with
    n = tp + fp + fn, see `f1_interval`. Support: no interval (NaN). Undefined values have NaN bounds.
    ValueError for AP, which `ap_interval` gives from scores.
    """
    at = _class_indices(c, classes)
    tp, fp, fn, tn = (given[at] for given in outcomes(c))
    match metric:
        case Metric.RECALL:
            k, n = tp, tp + fn
        case Metric.PRECISION:
            k, n = tp, tp + fp
        case Metric.SPECIFICITY:
            k, n = tn, tn + fp
        case Metric.ACCURACY:
            k, n = tp + tn, tp + fp + fn + tn
        case Metric.F1:
            low, high = f1_interval(tp, fp, fn, c.total, at, seed=seed, draws=draws, confidence=confidence)
            return ratio(2 * tp, 2 * tp + fp + fn), low, high, tp + fp + fn
        case Metric.SUPPORT:
            support = tp + fn
            nothing = np.full(len(at), np.nan)
            return support.astype(np.float64), nothing, nothing.copy(), support
        case _:
            raise ValueError(f"{metric.label} needs scores; counts alone cannot give its interval")
    low, high = wilson(k, n, confidence)
    return ratio(k, n), low, high, n


def _class_indices(c: Confusion, classes: ArrayLike | None) -> NDArray[np.int64]:
    if classes is None:
        return np.arange(c.n_classes)
    return np.asarray(classes, dtype=np.int64).reshape(-1)


def f1_interval(
    tp: Int64,
    fp: Int64,
    fn: Int64,
    total: int,
    streams: ArrayLike,
    *,
    seed: int = 0,
    draws: int = 1000,
    confidence: float = CONFIDENCE,
) -> tuple[Float64, Float64]:
    """(low, high) of F1 from outcome counts (C,) of `total` samples; `streams` (C,) names each one's random stream.

    Percentile bootstrap of the multinomial (tp, fp, fn, rest). F1 needs only tp and the errors fp + fn, so each draw is
    two binomials: the samples not in the rest, then the hits among them. Draws without any of the three are left out.
    Without a hit, or without an error, all draws are alike and would claim certainty: there the Wilson interval of
    J = tp / (tp + fp + fn) is mapped by F1 = 2 J / (1 + J). NaN where nothing is counted.
    """
    involved = tp + fp + fn
    hits = np.zeros((len(tp), draws))
    drawn = np.zeros((len(tp), draws))
    mixed = (tp > 0) & (tp < involved)
    for i in np.flatnonzero(mixed):
        rng = stream(seed, int(np.asarray(streams).reshape(-1)[i]))
        drawn[i] = rng.binomial(total, involved[i] / total, size=draws)
        hits[i] = rng.binomial(drawn[i].astype(np.int64), tp[i] / involved[i])
    low, high = percentile_interval(ratio(2 * hits, hits + drawn), confidence)
    flat_low, flat_high = (2 * j / (1 + j) for j in wilson(tp, involved, confidence))
    value = ratio(2 * tp, tp + involved)
    return np.where(mixed, np.minimum(low, value), flat_low), np.where(mixed, np.maximum(high, value), flat_high)


def stream(seed: int, number: int) -> np.random.Generator:
    """The random generator of one class (or of whatever `number` counts): independent of all others of the seed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number])))


def percentile_interval(values: Float64, confidence: float = CONFIDENCE) -> tuple[Float64, Float64]:
    """(low, high), each (C,): the middle `confidence` of `values` (C, draws); NaN draws are left out."""
    ordered = np.sort(values, axis=1)
    defined = np.count_nonzero(~np.isnan(ordered), axis=1)
    bounds = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        at = tail * np.maximum(defined - 1, 0)
        left = np.floor(at).astype(np.int64)
        right = np.minimum(left + 1, np.maximum(defined - 1, 0))
        a = np.take_along_axis(ordered, left[:, None], axis=1)[:, 0]
        b = np.take_along_axis(ordered, right[:, None], axis=1)[:, 0]
        bounds.append(a + (b - a) * (at - left))
    return bounds[0], bounds[1]


def accuracy_interval(c: Confusion, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """(value, low, high): accuracy with its Wilson interval; NaN without samples."""
    low, high = wilson(c.total - c.errors, c.total, confidence)
    return accuracy(c), float(low), float(high)


def ap_interval(
    score: ArrayLike, positive: ArrayLike, seed: int = 0, draws: int = 200, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """(value, low, high) of average precision: percentile bootstrap over the samples; NaN without a positive.

    Negatives count only by how many lie above each positive, so a draw costs the positives, not the samples.
    Where all draws are alike (a perfect or a hopeless order) Wilson's interval with n = positives stands in
    (Boyd, Eng and Page 2013 treat AP as a binomial share of the positives).
    """
    value = average_precision(score, positive)
    if math.isnan(value):
        return value, math.nan, math.nan
    hits, misses, rest = _steps(np.asarray(score), np.asarray(positive, dtype=bool))
    resample = _Resampler(stream(seed, 0), np.concatenate([hits, misses, [rest]]))
    out = np.full((1, draws), np.nan)
    for i in range(draws):
        drawn = resample()
        up = drawn[: len(hits)]
        tp = np.cumsum(up)
        if tp[-1]:
            out[0, i] = (up * ratio(tp, tp + np.cumsum(drawn[len(hits) : -1])))[up > 0].sum() / tp[-1]
    low, high = percentile_interval(out, confidence)
    if not high[0] > low[0]:
        low, high = wilson([value * hits.sum()], [hits.sum()], confidence)
    return value, min(float(low[0]), value), max(float(high[0]), value)


def _steps(score: NDArray[np.generic], positive: NDArray[np.bool_]) -> tuple[Int64, Int64, int]:
    """Per distinct score of a positive, highest first: positives at it, negatives at it and above (since the last);
    and the negatives below all positives."""
    thresholds, hits = np.unique(score[positive], return_counts=True)
    bin_of = np.searchsorted(thresholds, score[~positive], side="right")
    misses = np.bincount(bin_of, minlength=len(thresholds) + 1)
    return hits[::-1].astype(np.int64), misses[:0:-1].astype(np.int64), int(misses[0])


def macro_f1_interval(
    c: Confusion, seed: int = 0, draws: int = 200, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """(value, low, high) of the mean F1 over its defined classes: bootstrap over the samples.

    Samples are drawn as cells of the confusion (and as unanswered ones). Draws of many small classes lie below the
    value as a whole, F1 being curved: the percentiles are those of the draws around their own mean, put at the value,
    so the interval tells the spread and not that bias. Without a hit, or without an error, the whole
    is one share and is treated as `f1_interval` does. About 60 ms for 50,000 samples in 12,000 cells.
    """
    value = macro(c, Metric.F1)
    hits = c.total - c.errors
    if not 0 < hits < c.total:
        if not c.total:
            return value, math.nan, math.nan
        low, high = (2 * float(j) / (1 + float(j)) for j in wilson(hits, c.total, confidence))
        return value, low, high
    rng = stream(seed, 0)
    unanswered = np.flatnonzero(c.unanswered)
    cells = np.concatenate([c.count, c.unanswered[unanswered]])
    true = np.concatenate([c.true, unanswered])
    diagonal = np.flatnonzero(c.true == c.predicted)
    resample = _Resampler(rng, cells)
    out = np.empty((1, draws))
    for i in range(draws):
        drawn = resample()
        support = np.bincount(true, weights=drawn, minlength=c.n_classes)
        predicted = np.bincount(c.predicted, weights=drawn[: len(c.count)], minlength=c.n_classes)
        tp = np.bincount(c.true[diagonal], weights=drawn[diagonal], minlength=c.n_classes)
        whole = support + predicted
        out[0, i] = ratio(2 * tp, whole)[whole > 0].mean()
    low_bound, high_bound = percentile_interval(out - out.mean() + value, confidence)
    return value, max(float(low_bound[0]), 0.0), min(float(high_bound[0]), 1.0)


class _Resampler:
    """Draws sum(cells) samples with replacement and counts them per cell."""

    def __init__(self, rng: np.random.Generator, cells: Int64) -> None:
        self._rng, self._cells, self._n = rng, cells, int(cells.sum())
        # A multinomial draw costs its cells, sample by sample its samples; the latter are about 16 times cheaper each.
        self._cell_of = np.repeat(np.arange(len(cells)), cells) if self._n <= 16 * len(cells) else None

    def __call__(self) -> Int64:
        if self._cell_of is None:
            return self._rng.multinomial(self._n, self._cells / self._n)
        picked = self._cell_of[self._rng.integers(self._n, size=self._n)]
        return np.bincount(picked, minlength=len(self._cells)).astype(np.int64)
