"""Metrics per class and overall, equal to scikit-learn's on the same samples; undefined is NaN, never 0."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Confusion, Float64, Int64


class Metric(StrEnum):
    """What a class is measured by; every one is better when higher (support has no better)."""

    RECALL = "recall"
    PRECISION = "precision"
    F1 = "f1"
    SPECIFICITY = "specificity"
    ACCURACY = "accuracy"
    AP = "ap"
    SUPPORT = "support"

    @property
    def label(self) -> str:
        """The word on the screen."""
        return {Metric.F1: "F1", Metric.AP: "AP"}.get(self, self.value)

    @property
    def needs_scores(self) -> bool:
        """Whether it needs scores; a confusion alone cannot give it."""
        return self is Metric.AP


def outcomes(c: Confusion) -> tuple[Int64, Int64, Int64, Int64]:
    """(tp, fp, fn, tn), each (K,): every class against the rest.

    A sample without an answer is a miss (fn) of its own class and a true negative of all others.
    """
    tp = c.correct
    fp = c.predicted_count - tp
    fn = c.support - tp
    return tp, fp, fn, c.total - tp - fp - fn


def ratio(part: ArrayLike, whole: ArrayLike) -> Float64:
    """part / whole as float64, NaN where whole is 0."""
    top, bottom = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    out = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def per_class(c: Confusion, metric: Metric) -> Float64:
    """(K,) float64 of one metric; NaN where it is undefined.

    recall = tp / support; precision = tp / predicted count; F1 = 2 tp / (2 tp + fp + fn); specificity = tn / (tn + fp);
    accuracy = (tp + tn) / n, the class against the rest; support = samples of the class.

    Equal to scikit-learn's precision_recall_fscore_support(labels=0..K-1) wherever its denominator is not 0. There
    scikit-learn returns `zero_division` (0 by default): a class without samples has no recall here, a class never
    predicted no precision. A class with samples that is never predicted has F1 = 0 in both.
    ValueError for a metric that needs scores.
    """
    tp, fp, fn, tn = outcomes(c)
    match metric:
        case Metric.RECALL:
            return ratio(tp, tp + fn)
        case Metric.PRECISION:
            return ratio(tp, tp + fp)
        case Metric.F1:
            return ratio(2 * tp, 2 * tp + fp + fn)
        case Metric.SPECIFICITY:
            return ratio(tn, tn + fp)
        case Metric.ACCURACY:
            return ratio(tp + tn, np.full(c.n_classes, c.total))
        case Metric.SUPPORT:
            return c.support.astype(np.float64)
        case _:
            raise ValueError(f"{metric.label} needs scores; counts alone cannot give it")


def accuracy(c: Confusion) -> float:
    """Right samples / labelled samples; NaN without samples. Samples without an answer count as wrong."""
    return (c.total - c.errors) / c.total if c.total else math.nan


def macro(c: Confusion, metric: Metric) -> float:
    """The mean over the classes where `metric` is defined; NaN if none is. Macro recall is the balanced accuracy.

    scikit-learn's average="macro" instead counts undefined classes as 0.
    """
    return mean_defined(per_class(c, metric))


def mean_defined(values: ArrayLike) -> float:
    """The mean of the values that are not NaN; NaN if none is."""
    given = np.asarray(values, dtype=np.float64)
    defined = given[~np.isnan(given)]
    return float(defined.mean()) if defined.size else math.nan


def worst(c: Confusion, metric: Metric) -> tuple[int, float]:
    """The class with the lowest defined value (lowest index among equals) and the value; (-1, NaN) if none."""
    values = per_class(c, metric)
    if np.isnan(values).all():
        return -1, math.nan
    at = int(np.nanargmin(values))
    return at, float(values[at])


def average_precision(score: ArrayLike, positive: ArrayLike) -> float:
    """The area under the precision-recall steps of one class, equal to scikit-learn's average_precision_score.

    `score` (n,) the class's score of every labelled sample, `positive` (n,) bool whether the sample is of the class.
    Equal scores are one threshold. NaN without a positive; ValueError for NaN scores.
    """
    values = np.asarray(score)
    hits = np.asarray(positive, dtype=bool)
    if values.shape != hits.shape or values.ndim != 1:
        raise ValueError(f"score has shape {values.shape} and positive {hits.shape}; both need one value per sample")
    if np.isnan(values).any():
        raise ValueError(f"score is NaN in row {int(np.argmax(np.isnan(values)))}")
    total = int(np.count_nonzero(hits))
    if not total:
        return math.nan
    order = np.argsort(values, kind="stable")[::-1]
    ordered = values[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    tp = np.cumsum(hits[order])[last]
    return float(np.sum(np.diff(tp, prepend=0) * (tp / (last + 1))) / total)


def true_rank(scores: ArrayLike, true: ArrayLike) -> NDArray[np.int64]:
    """(n,) the rank of the true class among `scores` (n, K), 1 = highest; 0 where unlabelled (-1).

    Equal scores give the true class the better rank (as `>` in the definition of top-k accuracy).
    """
    values = np.asarray(scores)
    labels = np.asarray(true)
    own = np.take_along_axis(values, np.maximum(labels, 0)[:, None], axis=1)
    better = np.count_nonzero(values > own, axis=1)
    return np.where(labels >= 0, better + 1, 0).astype(np.int64)


def topk_accuracy(rank: ArrayLike, k: int) -> float:
    """The share of labelled samples whose true class has rank 1 to k; NaN without any.

    `rank` (n,): 1 = the best score, 0 = unlabelled (not counted), negative = the true class is not among those stored
    (counted as a miss).
    """
    given = np.asarray(rank)
    labelled = given != 0
    n = int(np.count_nonzero(labelled))
    return int(np.count_nonzero((given >= 1) & (given <= k))) / n if n else math.nan
