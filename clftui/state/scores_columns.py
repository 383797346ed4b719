"""The scores of single classes: of all samples for a filter, of some samples for the axes of the Scores view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.state.later import PASTS, weak
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import count, sanitise

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

AT_ONCE = 1 << 21
"""Up to so many numbers are read by whoever asks; more take longer than a key press may."""
_BLOCK = 1 << 20


class ClassScores(NamedTuple):
    """(n,) scores of one class, NaN where not logged, and what those are at most, NaN where nothing is known."""

    values: Float32
    ceiling: Float32


def class_scores(evaluation: Evaluation, cls: int) -> ClassScores:
    """The scores of all samples for one class. NotYet in a draw, until they have been read."""
    wait = may_wait() or _is_small(evaluation, evaluation.n)
    found = PASTS.get(("class scores", weak(evaluation), cls), lambda: _class_scores(evaluation, cls), wait=wait)
    if found is None:
        note_missing()
        raise reading(evaluation, evaluation.n)
    return found


def ready_summary(evaluation: Evaluation) -> Float32:
    """(n,) the predicted classes' scores. NotYet in a draw, until all scores have been read once."""
    if "summary" in evaluation.__dict__ or may_wait() or _is_small(evaluation, evaluation.n):
        return evaluation.confidence()
    if PASTS.get(("score summary", weak(evaluation)), lambda: evaluation.confidence()) is None:
        note_missing()
        raise reading(evaluation, evaluation.n)
    return evaluation.confidence()


def mean_scores(evaluation: Evaluation, positions: Int64) -> Float64:
    """(K,) the mean score of each class over some samples; what was not logged counts as 0, NaN rows not at all."""
    total, known = np.zeros(len(evaluation.classes)), 0
    for part in _blocks(evaluation, positions):
        scores = evaluation.scores(part)
        if scores is not None:
            good = ~np.isnan(scores[:, 0]) if scores.shape[1] else np.zeros(len(part), dtype=np.bool_)
            total += scores[good].sum(axis=0, dtype=np.float64)
            known += int(np.count_nonzero(good))
            continue
        classes, values = evaluation.top(part, (evaluation.rank_limit or 1) + 1)
        kept = (classes >= 0) & ~np.isnan(values)
        total += np.bincount(classes[kept], values[kept].astype(np.float64), minlength=len(total))
        known += int(np.count_nonzero(kept.any(axis=1)))
    return total / known if known else total


def scores_at(evaluation: Evaluation, positions: Int64, classes: Int64) -> Float32:
    """(m, a) scores of some samples for some classes, NaN where not logged."""
    out = np.full((len(positions), len(classes)), np.nan, dtype=np.float32)
    if not len(classes):
        return out
    start = 0
    for part in _blocks(evaluation, positions):
        scores = evaluation.scores(part)
        out[start : start + len(part)] = scores[:, classes] if scores is not None else _kept(evaluation, part, classes)
        start += len(part)
    return out


def reading(evaluation: Evaluation, samples: int) -> NotYet:
    """What is said while scores are being read."""
    return NotYet(f"Reading the scores of {count(samples)} samples of {sanitise(evaluation.split)} …")


def is_quick(evaluation: Evaluation, samples: int) -> bool:
    """Whether all scores of so many samples are read within a key press."""
    return may_wait() or _is_small(evaluation, samples)


def _is_small(evaluation: Evaluation, samples: int) -> bool:
    width = len(evaluation.classes) if evaluation.score_kind == "full" else (evaluation.rank_limit or 1) * 4
    return samples * width <= AT_ONCE


def _blocks(evaluation: Evaluation, positions: Int64) -> list[Int64]:
    # The best of many classes are read and kept alone.
    width = len(evaluation.classes) if evaluation.score_kind == "full" else (evaluation.rank_limit or 1) + 1
    step = max(_BLOCK // max(width, 1), 1)
    return [positions[start : start + step] for start in range(0, len(positions), step)]


def _class_scores(evaluation: Evaluation, cls: int) -> ClassScores:
    column = evaluation.score_column(cls)
    if column is not None:
        return ClassScores(column, np.full(evaluation.n, np.nan, dtype=np.float32))
    every, one = np.arange(evaluation.n, dtype=np.int64), np.array([cls], dtype=np.int64)
    found, most = [_none()], [_none()]
    for part in _blocks(evaluation, every):
        top = evaluation.top(part, (evaluation.rank_limit or 0) + 1)
        found.append(_kept(evaluation, part, one, top)[:, 0])
        most.append(_ceiling(evaluation, top))
    values, ceiling = np.concatenate(found), np.concatenate(most)
    return ClassScores(values, np.where(np.isnan(values), ceiling, np.nan).astype(np.float32))


def _none() -> Float32:
    return np.zeros(0, dtype=np.float32)


def _kept(evaluation: Evaluation, part: Int64, classes: Int64, top: tuple[Int32, Float32] | None = None) -> Float32:
    """(m, a) scores for `classes` where only the best, or only those of the true and predicted class, are logged.

    `top` are the best of `part`, where they have been read.
    """
    found, values = top or evaluation.top(part, (evaluation.rank_limit or 0) + 1)
    out = np.full((len(part), len(classes)), np.nan, dtype=np.float32)
    true, true_score = evaluation.true[part], evaluation.true_score(part)
    for column, cls in enumerate(classes.tolist()):
        hit = found == cls
        listed = hit.any(axis=1)
        out[listed, column] = values[listed, hit.argmax(axis=1)[listed]]
        own = ~listed & (true == cls)
        out[own, column] = true_score[own]
    return out


def _ceiling(evaluation: Evaluation, top: tuple[Int32, Float32]) -> Float32:
    """(m,) what the score of a class that was not kept is at most: the least kept one, and what they leave of 1."""
    limit = evaluation.rank_limit or 0
    classes, values = top
    kept = (classes >= 0) & ~np.isnan(values)
    left = 1.0 - np.where(kept, values, 0).sum(axis=1)
    ranked = kept.copy()
    # A predicted class that is not among the best ones stands before them; it bounds nothing.
    ranked[:, 0] &= kept.sum(axis=1) <= limit
    least = np.where(ranked, values, np.inf).min(axis=1, initial=np.inf)
    bound = np.minimum(np.clip(left, 0, 1), least)
    return np.where(kept.any(axis=1), bound, np.nan).astype(np.float32)
