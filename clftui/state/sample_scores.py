"""Numbers that take all scores of a sample: how spread they are, and how well they fit the label."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.state.later import PASTS, weak
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Float64 = NDArray[np.float64]

_CHUNK_VALUES = 1 << 20


class Spread(NamedTuple):
    """(n,) each, by position; NaN unknown."""

    entropy: Float64
    """Bits; NaN where not all classes' scores were logged."""
    other: Float64
    """The best score of a class that is not the true one."""


def spread(evaluation: Evaluation) -> Spread:
    """Entropy and best other class of all samples. NotYet in a draw, until the scores have been read."""
    found = PASTS.get(("score spread", weak(evaluation)), lambda: _spread(evaluation), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Reading the scores of {sanitise(evaluation.split)} …")
    return found


def label_quality(evaluation: Evaluation, at: NDArray[np.int64]) -> Float64:
    """(m,) the true class's score less the best other one's, from -1, a label that nothing speaks for, to 1.

    Only right answers need all scores: of a wrong one the best other class is the predicted one.
    """
    from clftui.analysis.agreement import normalised_margin

    right = evaluation.true[at] == evaluation.predicted[at]
    second = spread(evaluation).other[at] if right.any() else np.full(len(at), np.nan)
    found = normalised_margin(evaluation.true_score(at), evaluation.confidence(at), second, right)
    return np.where(evaluation.true[at] >= 0, found, np.nan)


def _spread(evaluation: Evaluation) -> Spread:
    n, classes = evaluation.n, len(evaluation.classes)
    found = Spread(np.full(n, np.nan), np.full(n, np.nan))
    step = max(_CHUNK_VALUES // max(classes, 1), 1)
    for start in range(0, n, step):
        at = np.arange(start, min(start + step, n), dtype=np.int64)
        scores = evaluation.scores(at)
        if scores is None:
            found.other[at] = _kept_other(evaluation, at)
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.where(scores > 0, scores * np.log2(scores), np.where(np.isnan(scores), np.nan, 0.0))
        found.entropy[at] = -bits.sum(axis=1, dtype=np.float64)
        labelled = np.flatnonzero(evaluation.true[at] >= 0)
        scores[labelled, evaluation.true[at[labelled]]] = -np.inf
        if classes > 1:
            found.other[at[labelled]] = scores[labelled].max(axis=1)
    return found


def _kept_other(evaluation: Evaluation, at: NDArray[np.int64]) -> Float64:
    """(m,) the best kept score of another class than the true one, where only the best classes were logged."""
    if evaluation.score_kind != "top":
        return np.full(len(at), np.nan)
    classes, scores = evaluation.top(at, 2)
    mine = classes == evaluation.true[at][:, None]
    best = np.where(mine | (classes < 0), np.nan, scores.astype(np.float64))
    return np.asarray(np.fmax.reduce(best, axis=1))
