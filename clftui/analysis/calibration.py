"""Calibration: does a confidence of .8 mean right in 80 of 100? Reliability by bins, its errors, and temperatures.

Arrays in, arrays out. Confidence is the predicted class's score, `correct` whether that class is the true one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.binning import Binning
from clftui.analysis.intervals import CONFIDENCE, wilson
from clftui.analysis.metrics import ratio

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

LEAST_P = 1e-15
"""Scores below this count as this in a likelihood, or one sample logged as impossible would make it infinite."""
_DRAWN = 10_000_000
"""Numbers that a bootstrap draws at most: as many repetitions as that allows, between the two below."""
_DRAWS = (200, 1000)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Bins of confidence, each (B,) but `edges` (B + 1,): bin b holds edges[b] < confidence <= edges[b + 1].

    `confidence` and `accuracy` are means, NaN in an empty bin; `low` and `high` are Wilson's 95 % interval of accuracy.
    """

    edges: Float64
    n: Int64
    confidence: Float64
    accuracy: Float64
    low: Float64
    high: Float64

    @property
    def total(self) -> int:
        return int(self.n.sum())

    @property
    def gap(self) -> Float64:
        """(B,) confidence - accuracy: above 0 the model is surer than it is right."""
        return self.confidence - self.accuracy


def edges_of(confidence: ArrayLike, bins: int, binning: Binning = Binning.WIDTH) -> Float64:
    """(bins + 1,) edges from 0 to 1, or at the quantiles of `confidence` (n,), as scikit-learn's calibration_curve."""
    if binning is Binning.WIDTH or not np.size(confidence):
        return np.linspace(0.0, 1.0, bins + 1)
    # Percentiles, not quantiles: the two differ in the last bit, which moves samples that are edges themselves.
    return np.percentile(np.asarray(confidence, dtype=np.float64), np.linspace(0.0, 1.0, bins + 1) * 100)


def bin_of(confidence: ArrayLike, edges: Float64) -> Int64:
    """(n,) the bin of each value; an edge belongs to the bin below it, values outside to the outermost bins."""
    return np.searchsorted(edges[1:-1], np.asarray(confidence, dtype=np.float64)).astype(np.int64)


def reliability(confidence: ArrayLike, correct: ArrayLike, edges: Float64) -> Reliability:
    """How often the samples of each bin are right. `confidence` (n,) without NaN, `correct` (n,) bool."""
    values = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    bins = len(edges) - 1
    at = bin_of(values, edges)
    n = np.bincount(at, minlength=bins)
    hits = np.bincount(at, weights=right, minlength=bins)
    low, high = wilson(hits, n)
    return Reliability(edges, n.astype(np.int64), ratio(np.bincount(at, weights=values, minlength=bins), n),
                       ratio(hits, n), low, high)  # fmt: skip


def ece(found: Reliability) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean of |confidence - accuracy| over samples; NaN empty."""
    if not found.total:
        return math.nan
    return float(np.nansum(found.n * np.abs(found.gap)) / found.total)


def mce(found: Reliability) -> float:
    """Maximum calibration error: the largest |confidence - accuracy| of a bin; NaN without samples."""
    gaps = np.abs(found.gap[found.n > 0])
    return float(gaps.max()) if gaps.size else math.nan


def ece_debiased(found: Reliability) -> float:
    """ECE without what chance alone adds to it, at least 0; NaN without samples.

    The absolute value of a noisy gap is too large on average. Kumar et al. (2019, "Verified uncertainty calibration")
    take a bin's accuracy as normal about its value and subtract the excess, here in closed form (a folded normal).
    """
    if not found.total:
        return math.nan
    held = found.n > 0
    n, gap, share = found.n[held], found.gap[held], found.accuracy[held]
    spread = np.sqrt(share * (1 - share) / n)
    excess = _folded_mean(gap, spread) - np.abs(gap)
    return max(float(np.sum(n * (np.abs(gap) - excess)) / found.total), 0.0)


def _folded_mean(mean: Float64, spread: Float64) -> Float64:
    """The mean of |X| for X normal; |mean| where the spread is 0."""
    wide = spread > 0
    z = np.where(wide, mean / np.where(wide, spread, 1.0), 0.0)
    tail = np.array([math.erf(each / math.sqrt(2)) for each in z.tolist()])
    folded = spread * math.sqrt(2 / math.pi) * np.exp(-z * z / 2) + mean * tail
    return np.where(wide, folded, np.abs(mean))


def ece_interval(
    confidence: ArrayLike, correct: ArrayLike, edges: Float64, *, seed: int = 0, level: float = CONFIDENCE
) -> tuple[float, float]:
    """(low, high) of the ECE by a seeded bootstrap over samples, bins as given; NaN with fewer than two samples.

    The basic interval, mirrored at the value: resampling adds to an ECE what sampling added to it, and mirroring takes
    both away. It may hold 0 alone.
    """
    gaps = np.asarray(confidence, dtype=np.float64) - np.asarray(correct, dtype=np.float64)
    n, bins = len(gaps), len(edges) - 1
    if n < 2:
        return math.nan, math.nan
    at = bin_of(confidence, edges)
    draws = int(np.clip(_DRAWN // n, *_DRAWS))
    rng = np.random.default_rng(seed)
    drawn = np.empty(draws)
    for number in range(draws):
        rows = rng.integers(0, n, n)
        drawn[number] = np.abs(np.bincount(at[rows], weights=gaps[rows], minlength=bins)).sum() / n
    value = float(np.abs(np.bincount(at, weights=gaps, minlength=bins)).sum() / n)
    upper, lower = np.quantile(drawn, [(1 + level) / 2, (1 - level) / 2])
    return max(2 * value - float(upper), 0.0), max(2 * value - float(lower), 0.0)


def nll(true_score: ArrayLike) -> float:
    """The mean of -log(score of the true class), (n,); NaN where one is unknown, or there is none."""
    values = np.asarray(true_score, dtype=np.float64)
    return float(-np.log(np.maximum(values, LEAST_P)).mean()) if values.size else math.nan


def brier_top(confidence: ArrayLike, correct: ArrayLike) -> float:
    """The mean of (confidence - right)^2: the Brier score of "is the answer right"; NaN without samples."""
    values = np.asarray(confidence, dtype=np.float64) - np.asarray(correct, dtype=np.float64)
    return float(np.mean(values * values)) if values.size else math.nan


def brier_terms(scores: ArrayLike, true: ArrayLike) -> Float64:
    """(n,) sum over the classes of (score - is it the true one)^2, 0 to 2 (Brier 1950); `scores` (n, K), `true` (n,).

    The mean of them is the Brier score; with two classes it is twice scikit-learn's brier_score_loss.
    """
    p = np.asarray(scores, dtype=np.float64)
    own = p[np.arange(len(p)), np.asarray(true)]
    return np.asarray(np.einsum("nk,nk->n", p, p) - 2 * own + 1, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ClassGaps:
    """For each class (K,): how many samples count, their mean confidence, how many of them are right, and the ECE.

    Of the top label these are the samples predicted as the class, and accuracy is its precision.
    """

    n: Int64
    confidence: Float64
    accuracy: Float64
    ece: Float64


def by_predicted(
    predicted: ArrayLike, confidence: ArrayLike, correct: ArrayLike, edges: Float64, n_classes: int
) -> ClassGaps:
    """Top-label calibration: each predicted class apart; NaN for a class that is never predicted."""
    sums = ClassSums(n_classes, edges)
    sums.add(np.asarray(predicted, dtype=np.int64), np.asarray(confidence), np.asarray(correct))
    return sums.gaps()


def classwise(scores: ArrayLike, true: ArrayLike, edges: Float64) -> Float64:
    """(K,) ECE of each class's score over all samples against "is it the true class" (Kull et al. 2019)."""
    p = np.asarray(scores)
    sums = ClassSums(p.shape[1], edges)
    sums.add_scores(p, np.asarray(true))
    return sums.gaps().ece


class ClassSums:
    """Sums by class and bin, filled block by block: 50,000 x 1000 scores need not be held at once."""

    def __init__(self, n_classes: int, edges: Float64) -> None:
        self._shape, self._edges = (n_classes, len(edges) - 1), edges
        size = n_classes * (len(edges) - 1)
        self._n, self._confidence, self._hits = (np.zeros(size) for _ in range(3))

    def add(self, cls: Int64, confidence: NDArray[np.floating], correct: NDArray[np.bool_]) -> None:
        """Count samples (m,) of classes `cls` (m,)."""
        code = cls * self._shape[1] + bin_of(confidence, self._edges)
        size = len(self._n)
        self._n += np.bincount(code, minlength=size)
        self._confidence += np.bincount(code, weights=confidence, minlength=size)
        self._hits += np.bincount(code, weights=correct, minlength=size)

    def add_scores(self, scores: NDArray[np.floating], true: NDArray[np.integer]) -> None:
        """Count every class's score of a block: `scores` (m, K), `true` (m,)."""
        m, k = scores.shape
        cls = np.tile(np.arange(k, dtype=np.int64), m)
        self.add(cls, scores.ravel(), (true[:, None] == np.arange(k)).ravel())

    def gaps(self) -> ClassGaps:
        n, total, hits = (values.reshape(self._shape) for values in (self._n, self._confidence, self._hits))
        whole = n.sum(axis=1)
        error = ratio(np.abs(total - hits).sum(axis=1), whole)
        return ClassGaps(whole.astype(np.int64), ratio(total.sum(axis=1), whole), ratio(hits.sum(axis=1), whole), error)
