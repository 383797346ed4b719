"""How far apart the focused run holds its classes: Algorithm 1 over all samples of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.class_distance import ClassDistance, ScoreSums, algorithm_1, nearest_classes, rescaled
from clftui.data.evaluation import Evaluation
from clftui.state.later import Later, weak
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import count

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

SPANS = Later(kept=8, wishes=8)
"""Matrices of classes: eight megabytes each of a thousand classes."""

AT_ONCE = 1 << 19
"""Up to so many scores are read by whoever asks."""
MOST_CLASSES = 3000
"""Of more, distances between all pairs do not fit."""
_BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class ClassSpan:
    """Distances between the classes of one evaluation."""

    literal: Float64
    """(K, K) Algorithm 1; NaN undefined."""
    basis: str
    """What they are told from: `scores`, `top 10 scores`, `answers alone`."""

    @property
    def defined(self) -> Int64:
        """The classes that have samples."""
        return np.flatnonzero(np.isfinite(np.diagonal(self.literal))).astype(np.int64)

    def by(self, kind: ClassDistance) -> Float64:
        """(m, m) distances between the `defined` classes."""
        found = self.defined
        return rescaled(self.literal[np.ix_(found, found)], kind)

    def neighbours(self, of: int) -> Int64:
        """The other defined classes, nearest first."""
        return nearest_classes(self.literal, of)


def class_span(evaluation: Evaluation) -> ClassSpan | None:
    """Algorithm 1 of an evaluation; NotYet in a draw, until its scores are read. None with too many classes."""
    classes = len(evaluation.classes)
    if classes > MOST_CLASSES or not classes:
        return None
    values = evaluation.n * classes if evaluation.score_kind == "full" else evaluation.n
    wait = may_wait() or values + classes * classes <= AT_ONCE
    found = SPANS.get(("class distances", weak(evaluation)), lambda: _span(evaluation), wait=wait)
    if found is None:
        note_missing()
        raise NotYet(f"Reading the scores of {count(evaluation.n)} samples …")
    return found


def _span(evaluation: Evaluation) -> ClassSpan:
    """By answers alone a score is 1 for the predicted class: the distance is 1 less the rate of the confusion."""
    classes = len(evaluation.classes)
    if not evaluation.has_samples or evaluation.score_kind not in ("full", "top"):
        c = evaluation.confusion
        total = np.zeros((classes, classes))
        total[c.true, c.predicted] = c.count
        return ClassSpan(algorithm_1(total, c.support), "answers alone")
    sums, limit = ScoreSums(classes), evaluation.rank_limit
    width = classes if limit is None else limit + 1
    step = max(1, _BLOCK // width)
    for start in range(0, evaluation.n, step):
        at = np.arange(start, min(start + step, evaluation.n), dtype=np.int64)
        if limit is None:
            sums.add(evaluation.true[at], evaluation.scores(at))  # type: ignore[arg-type]
        else:
            _add_kept(sums, evaluation, at, width)
    return ClassSpan(sums.distances(), "scores" if limit is None else f"top {limit} scores")


def _add_kept(sums: ScoreSums, evaluation: Evaluation, at: Int64, width: int) -> None:
    kept, scores = evaluation.top(at, width)
    known = kept >= 0
    sums.add_few(evaluation.true[at], np.where(np.isnan(scores), -1, kept), np.where(known, scores, 0))
