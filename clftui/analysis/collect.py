"""What data to collect, class by class, from one run's errors on one split; and when not to collect.

The evidence is an evaluation split: what it shows about a class is certain only as far as its interval says, and it
does not tell how many training samples there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from clftui import text
from clftui.analysis.confusion import Confusion, Float64, Int32, Int64
from clftui.analysis.intervals import metric_interval
from clftui.analysis.metrics import Metric, mean_defined
from clftui.analysis.significance import ALPHA, two_proportion

WIDE = 0.2
"""An interval of recall at least this wide says too little (± 10 points)."""

WANTED_ARM = 0.05
"""The arm of the interval that a suggestion to evaluate more aims at (± 5 points)."""

ONE_SIDED_RATE = 0.05
ONE_SIDED_COUNT = 5
SURE = 0.9
"""From this confidence on a wrong answer is sure; with a true score up to `IMPOSSIBLE` its label is suspect (B34)."""
IMPOSSIBLE = 0.01

_CONFUSED = 3
_Z = 1.96


class Kind(StrEnum):
    """What a reason asks for."""

    MEASURE = "measure"
    RECALL = "recall"
    CONFUSION = "confusion"
    OVERLAP = "overlap"
    LABELS = "labels"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Suggestion:
    """What one class needs.

    `priority` in [0, 1]: how far the class's recall may lie below the mean of all classes, macro recall less `low`.
    `kinds` and `reasons` (sentences) belong together. `confused_with` lists up to three (predicted class, count, share
    of the class's samples), most frequent first. `evidence` are positions in the sample arrays: missed samples of the
    class, those with suspect labels first, then by confidence in the wrong class.
    """

    cls: int
    name: str
    priority: float
    support: int
    recall: float
    low: float
    high: float
    kinds: tuple[Kind, ...]
    reasons: tuple[str, ...]
    confused_with: tuple[tuple[int, int, float], ...]
    evidence: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class SampleScores:
    """The labelled samples behind a confusion: `true`, `predicted` (n,), and, where scores are kept, `confidence` and
    `true_score` (n,) in [0, 1], NaN where unknown."""

    true: NDArray[np.integer]
    predicted: NDArray[np.integer]
    confidence: NDArray[np.floating] | None = None
    true_score: NDArray[np.floating] | None = None


@dataclass(frozen=True, eq=False)
class _Evidence:
    """Missed samples grouped by true class: `positions[start[t]:start[t + 1]]`, of which `suspect` (K,) come first."""

    positions: NDArray[np.intp]
    start: NDArray[np.intp]
    suspect: Int64

    def of(self, cls: int, limit: int) -> tuple[int, ...]:
        found = self.positions[self.start[cls] : self.start[cls + 1]][:limit]
        return tuple(int(position) for position in found)


def collect_suggestions(
    c: Confusion, names: Sequence[str], samples: SampleScores | None = None, *, top: int | None = 10, evidence: int = 20
) -> list[Suggestion]:
    """Suggestions for the classes that have a reason, highest priority first (ties: more errors, then class index).

    Reasons: no or few samples to judge by (interval of recall >= 20 points wide); recall below the macro mean by its
    whole interval; a confusion that goes one way only (two-proportion test) or both ways; sure wrong answers whose true
    class scores next to nothing, which point at labels; samples without an answer. `top` classes, None = all; up to
    `evidence` sample positions each, none without `samples`.
    """
    recall, low, high, support = metric_interval(c, Metric.RECALL)
    mean = mean_defined(recall)
    found = _evidence(samples, c.n_classes)
    gap = np.clip(mean - np.nan_to_num(low), 0.0, 1.0) if not math.isnan(mean) else np.zeros(c.n_classes)
    order = np.lexsort((c.correct - support, -gap))
    out: list[Suggestion] = []
    for cls in order.tolist():
        if top is not None and len(out) >= top:
            break
        confused = _most_confused(c, cls)
        reasons = [
            *_measure(int(support[cls]), float(recall[cls]), float(low[cls]), float(high[cls])),
            *_below(int(c.correct[cls]), int(support[cls]), float(recall[cls]), float(high[cls]), mean),
            *_directions(c, cls, confused, names),
            *_labels(int(found.suspect[cls]), int(support[cls] - c.correct[cls])),
            *_unanswered(int(c.unanswered[cls])),
        ]
        if reasons:
            out.append(
                Suggestion(
                    cls,
                    names[cls],
                    float(gap[cls]),
                    int(support[cls]),
                    float(recall[cls]),
                    float(low[cls]),
                    float(high[cls]),
                    tuple(kind for kind, _ in reasons),
                    tuple(sentence for _, sentence in reasons),
                    confused,
                    found.of(cls, evidence),
                )
            )
    return out


def _evidence(samples: SampleScores | None, n_classes: int) -> _Evidence:
    nothing = np.zeros(0, dtype=np.intp)
    if samples is None:
        return _Evidence(nothing, np.zeros(n_classes + 1, dtype=np.intp), np.zeros(n_classes, dtype=np.int64))
    missed = np.flatnonzero((samples.true >= 0) & (samples.true != samples.predicted))
    true = samples.true[missed]
    sure = _values(samples.confidence, missed)
    sure[samples.predicted[missed] < 0] = np.nan
    suspect = (sure >= SURE) & (_values(samples.true_score, missed) <= IMPOSSIBLE)
    order = np.lexsort((-np.nan_to_num(sure, nan=-1.0), ~suspect, true))
    start = np.searchsorted(true[order], np.arange(n_classes + 1))
    counts = np.bincount(true[suspect], minlength=n_classes).astype(np.int64)
    return _Evidence(missed[order], start, counts)


def _values(scores: NDArray[np.floating] | None, at: NDArray[np.intp]) -> Float64:
    return np.full(len(at), np.nan) if scores is None else scores[at].astype(np.float64)


def _most_confused(c: Confusion, cls: int) -> tuple[tuple[int, int, float], ...]:
    columns: Int32
    columns, counts = c.row(cls)
    off = columns != cls
    columns, counts = columns[off], counts[off]
    order = np.argsort(-counts, kind="stable")[:_CONFUSED]
    support = int(c.support[cls])
    return tuple((int(columns[i]), int(counts[i]), int(counts[i]) / support) for i in order)


def needed(recall: float, arm: float = WANTED_ARM) -> int:
    """Samples of a class after which the 95 % interval of its recall reaches about ± `arm` (normal approximation).

    A recall nearer to 0 or 1 than 0.1 counts as 0.1: it may only look so certain.
    """
    share = min(max(recall, 0.1), 0.9)
    return math.ceil(_Z**2 * share * (1 - share) / arm**2)


def _measure(support: int, recall: float, low: float, high: float) -> list[tuple[Kind, str]]:
    if not support:
        return [(Kind.MEASURE, "no sample of it here: its recall is unknown; label some for this split first")]
    more = needed(recall) - support
    if high - low < WIDE or more <= 0:
        return []
    return [
        (
            Kind.MEASURE,
            f"only {text.plural(support, 'sample')} here: its recall lies anywhere in {_span(low, high)}; "
            f"about {text.count(more)} more in this split would tell it to ±{100 * WANTED_ARM:.0f} points",
        )
    ]


def _below(right: int, support: int, recall: float, high: float, mean: float) -> list[tuple[Kind, str]]:
    if not high < mean:
        return []
    return [
        (
            Kind.RECALL,
            f"recall {text.percent(recall)} %, at most {text.percent(high)} %, lies below the mean of all classes "
            f"({text.percent(mean)} %): {text.count(support - right)} of {text.count(support)} are missed; "
            "more training samples of it are worth a try",
        )
    ]


def _directions(
    c: Confusion, cls: int, confused: tuple[tuple[int, int, float], ...], names: Sequence[str]
) -> list[tuple[Kind, str]]:
    out: list[tuple[Kind, str]] = []
    own = int(c.support[cls])
    for other, count, rate in confused:
        if count < ONE_SIDED_COUNT or rate < ONE_SIDED_RATE:
            continue
        back, whole = c.cell(other, cls), int(c.support[other])
        me, it = text.sanitise(names[cls]), text.sanitise(names[other])
        told = f"{count} of {own} {me} are taken for {it}"
        p = float(two_proportion(count, own, back, whole))
        if p < ALPHA and rate > back / whole:
            out.append(
                (Kind.CONFUSION, f"{told}, but {back} of {whole} {it} for {me}: collect {me} that look like {it}")
            )
        elif p >= ALPHA and back >= ONE_SIDED_COUNT and back / whole >= ONE_SIDED_RATE:
            out.append(
                (
                    Kind.OVERLAP,
                    f"{told} and {back} of {whole} {it} for {me}: the two overlap; see whether their labels can be "
                    "told apart before collecting more",
                )
            )
    return out


def _labels(suspect: int, missed: int) -> list[tuple[Kind, str]]:
    if not suspect:
        return []
    return [
        (
            Kind.LABELS,
            f"{text.count(suspect)} of {text.plural(missed, 'missed sample')} "
            f"{'is' if suspect == 1 else 'are'} predicted otherwise at {100 * SURE:.0f} % or more with at most "
            f"{100 * IMPOSSIBLE:.0f} % for the true class: check those labels first",
        )
    ]


def _unanswered(number: int) -> list[tuple[Kind, str]]:
    if not number:
        return []
    return [(Kind.UNANSWERED, f"{text.plural(number, 'sample')} without an answer: find out why before collecting")]


def _span(low: float, high: float) -> str:
    return f"{text.percent(low, 0)}–{text.percent(high, 0)} %"
