"""An evaluation whose answers are decided anew: the same samples, labels and files, other predictions and scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.decisions import Rule, decide, settled
from clftui.analysis.temperature import tempered
from clftui.data.evaluation import Evaluation
from clftui.data.scores import ScoreKind, Summary
from clftui.data.shards import Labels

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

BLOCK = 4_000_000
"""Scores that one block of rows holds: 16 MB as float32."""


def score_blocks(evaluation: Evaluation, rows: Int64 | None = None) -> Iterator[tuple[Int64, Float32]]:
    """(positions, their scores (m, K)) of the samples at `rows` (None = all), block by block; nothing without scores.

    FormatError where a file is broken.
    """
    at = np.arange(evaluation.n, dtype=np.int64) if rows is None else rows
    step = max(BLOCK // max(len(evaluation.classes), 1), 1)
    for start in range(0, len(at), step):
        block = at[start : start + step]
        scores = evaluation.scores(block)
        if scores is None:
            return
        yield block, scores


class Decided(Evaluation):
    """What `real` would be under a rule: never on disk, read from the files of `real`.

    Scores have the rule's temperature; the predicted class stands first in `top`, whatever its score. Confidence and
    true score of merged classes are those of their set. Without the scores of all classes a rule can only merge.
    """

    def __init__(self, real: Evaluation, rule: Rule) -> None:
        """Reads all scores once. FormatError where they are broken, ValueError where they are not kept but needed."""
        super().__init__(real.split, real.epoch, real.classes, (), ranks=real.ranks, notes=real.notes)
        if rule.needs_scores and real.score_kind != "full":
            raise ValueError("the rule needs the scores of all classes")
        self._real, self.rule = real, rule
        predicted, summary = _whole(real, rule) if real.score_kind == "full" else _merged(real, rule)
        self._labels = replace(real.labels, predicted=predicted)
        self._summary = summary

    @property
    def real(self) -> Evaluation:
        return self._real

    @property
    def path(self) -> str:
        return self.real.path

    @property
    def labels(self) -> Labels:
        return self._labels

    @property
    def score_kind(self) -> ScoreKind:
        return self.real.score_kind

    @property
    def rank_limit(self) -> int | None:
        return self.real.rank_limit

    @property
    def summary(self) -> Summary:
        return self._summary

    def _summary_of(self, pos: ArrayLike | None) -> Summary:
        if pos is None:
            return self._summary
        at = np.asarray(pos, dtype=np.int64).reshape(-1)
        known = self._summary
        return Summary(known.confidence[at], known.true_score[at], known.true_rank[at], known.nan[at])

    def scores(self, pos: ArrayLike) -> Float32 | None:
        found = self.real.scores(pos)
        return None if found is None else tempered(found, self.rule.temperature)

    def top(self, pos: ArrayLike, k: int) -> tuple[Int32, Float32]:
        at = np.asarray(pos, dtype=np.int64).reshape(-1)
        own = self.predicted[at]
        scores = self.scores(at)
        if scores is None:
            return _in_front(*self.real.top(at, k), own)
        key = np.where(np.isnan(scores), -1.0, scores)
        rows = np.flatnonzero(own >= 0)
        key[rows, own[rows]] = np.inf
        order = np.argsort(-key, axis=1, kind="stable")[:, :k]
        lacking = ((0, 0), (0, max(k - scores.shape[1], 0)))
        classes = np.pad(order.astype(np.int32), lacking, constant_values=-1)
        return classes, np.pad(np.take_along_axis(scores, order, axis=1), lacking, constant_values=np.nan)

    def score_columns(self, classes: ArrayLike) -> Float32 | None:
        if self.rule.temperature == 1 or self.score_kind != "full":
            return self.real.score_columns(classes)
        wanted = np.asarray(classes, dtype=np.int64).reshape(-1)
        out = np.empty((self.n, len(wanted)), dtype=np.float32)
        for at, scores in score_blocks(self.real):
            out[at] = tempered(scores, self.rule.temperature)[:, wanted]
        return out

    def features(self, pos: ArrayLike) -> Float32 | None:
        return self.real.features(pos)

    def loss(self, pos: ArrayLike) -> Float32 | None:
        return self.real.loss(pos)

    def forget(self) -> None:
        """What was decided is kept: nothing of it could be read again."""


def _in_front(classes: Int32, values: Float32, own: Int32) -> tuple[Int32, Float32]:
    """`own` before the other classes of each row, with its score where it is listed; the last one makes room."""
    listed = classes == own[:, None]
    moved = (own >= 0) & ~listed[:, 0]
    score = np.where(listed.any(axis=1), np.where(listed, values, 0).sum(axis=1), np.nan)
    # The place it leaves, or the last one.
    gap = np.where(listed.any(axis=1), listed.argmax(axis=1), classes.shape[1] - 1)
    column = np.arange(classes.shape[1])
    source = np.where(column[None, :] <= gap[:, None], np.maximum(column - 1, 0), column)
    shifted, theirs = (np.take_along_axis(each, source, axis=1) for each in (classes, values))
    shifted[:, 0], theirs[:, 0] = own, score
    return (np.where(moved[:, None], shifted, classes).astype(np.int32),
            np.where(moved[:, None], theirs, values).astype(np.float32))  # fmt: skip


def _whole(real: Evaluation, rule: Rule) -> tuple[Int32, Summary]:
    """Answers and summary from the scores of all classes."""
    n = real.n
    predicted = np.empty(n, dtype=np.int32)
    known = Summary(np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.int32), np.empty(n, np.bool_))
    for at, scores in score_blocks(real):
        found = decide(scores, real.true[at], real.predicted[at], rule)
        predicted[at] = found.predicted
        for target, values in zip(known, found[1:], strict=True):
            target[at] = values
    return predicted, known


def _merged(real: Evaluation, rule: Rule) -> tuple[Int32, Summary]:
    """Answers from the stored ones alone; the score of a set is unknown where the answer changes."""
    if rule.group is None:
        return real.predicted, real.summary
    predicted = settled(real.predicted.astype(np.int64), real.true.astype(np.int64), rule.group).astype(np.int32)
    changed = predicted != real.predicted
    known = real.summary
    unknown = np.float32(np.nan)
    return predicted, Summary(
        np.where(changed, unknown, known.confidence),
        np.where(changed, unknown, known.true_score),
        np.where(changed & (known.true_rank > 0), 1, known.true_rank).astype(np.int32),
        known.nan,
    )
