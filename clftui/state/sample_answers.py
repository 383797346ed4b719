"""What each run says about one sample: its prediction, its best classes, and its predictions epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.history import is_current
from clftui.state.sample_ids import find_row, position_in
from clftui.state.sample_list import SampleList
from clftui.state.session import Session

NEAR = 5
"""A true class within this many best ones counts as near."""


class Verdict(Enum):
    """How far off an answer is."""

    RIGHT = auto()
    NEAR = auto()
    """Wrong, the true class among the five best."""
    WRONG = auto()
    UNKNOWN = auto()
    """The sample has no label."""

    @property
    def glyph(self) -> str:
        return {"RIGHT": "✓", "NEAR": "◐", "WRONG": "✗", "UNKNOWN": "–"}[self.name]


@dataclass(frozen=True)
class Answer:
    """One run's answer to one sample. Scores that were not logged are NaN."""

    verdict: Verdict
    true: str | None
    predicted: str | None
    confidence: float
    true_score: float
    true_rank: int
    """1 = first; 0 unknown; one more than `kept` where only the best were logged."""
    kept: int | None
    """How many classes a sample ranks where the run logged only the best ones."""
    top: tuple[tuple[str, float], ...] = ()
    """The best classes and their scores, the predicted one first."""


def verdict(true: int, predicted: int, rank: int) -> Verdict:
    """The verdict on one answer; `rank` of the true class counts from 1, 0 = unknown."""
    if true < 0:
        return Verdict.UNKNOWN
    if true == predicted:
        return Verdict.RIGHT
    return Verdict.NEAR if 0 < rank <= NEAR else Verdict.WRONG


def answers_at(evaluation: Evaluation, positions: NDArray[np.int64], top: int = 0) -> tuple[Answer, ...]:
    """The answers at `positions`, each with its `top` best classes. FormatError where the file is broken."""
    classes = evaluation.classes
    true, predicted = evaluation.true[positions], evaluation.predicted[positions]
    confidence, own = evaluation.confidence(positions), evaluation.true_score(positions)
    rank, kept = evaluation.true_rank(positions), evaluation.rank_limit
    best = _best(evaluation, positions, top) if top else [()] * len(positions)
    return tuple(
        Answer(
            verdict(int(true[i]), int(predicted[i]), int(rank[i]) if kept is None or rank[i] <= kept else 0),
            classes[true[i]] if true[i] >= 0 else None,
            classes[predicted[i]] if predicted[i] >= 0 else None,
            float(confidence[i]),
            float(own[i]),
            int(rank[i]),
            kept,
            best[i],
        )
        for i in range(len(positions))
    )


def _best(evaluation: Evaluation, positions: NDArray[np.int64], k: int) -> list[tuple[tuple[str, float], ...]]:
    classes, scores = evaluation.top(positions, k)
    names = evaluation.classes
    return [
        tuple((names[c], float(s)) for c, s in zip(cs, ss, strict=True) if c >= 0)
        for cs, ss in zip(classes, scores, strict=True)
    ]


@dataclass(frozen=True)
class RunAnswer:
    """A run's answer to the focused sample, or the word that says why there is none."""

    letter: str | None
    run: Run
    answer: Answer | None
    position: int | None
    evaluation: Evaluation | None
    missing: str = ""


def in_words(answer: Answer, labels: Mapping[str, str]) -> Answer:
    """An answer for the screen: its classes by what the hierarchy calls them (`class_tree.labels_of`)."""
    if not labels:
        return answer
    true, predicted = (labels.get(name, name) if name is not None else None for name in (answer.true, answer.predicted))
    top = tuple((labels.get(name, name), score) for name, score in answer.top)
    return replace(answer, true=true, predicted=predicted, top=top)


def all_in_words(answers: tuple[RunAnswer, ...], labels: Mapping[str, str]) -> tuple[RunAnswer, ...]:
    """The same of every run's answer."""
    return tuple(
        replace(item, answer=in_words(item.answer, labels)) if item.answer is not None else item for item in answers
    )


def compared_runs(session: Session) -> tuple[tuple[str | None, Run], ...]:
    """The runs A to D; the focused run too, without a letter, where it has none."""
    lettered: tuple[tuple[str | None, Run], ...] = session.lettered
    run = session.run
    if run is None or any(each is run for _, each in lettered):
        return lettered
    return ((None, run), *lettered)


def run_answers(session: Session, shown: SampleList, row: int, top: int = 0) -> tuple[RunAnswer, ...]:
    """What the compared runs say about the sample in row `row` of the list's table."""
    return tuple(_run_answer(session, shown, letter, run, row, top) for letter, run in compared_runs(session))


def _run_answer(session: Session, shown: SampleList, letter: str | None, run: Run, row: int, top: int) -> RunAnswer:
    try:
        evaluation = session.evaluation(run)
        if evaluation is None or not evaluation.has_samples:
            word = "no such split" if evaluation is None else "no samples"
            return RunAnswer(letter, run, None, None, None, word)
        position = position_in(run, evaluation, (shown.table, shown.evaluation), row)
        if position is None:
            return RunAnswer(letter, run, None, None, None, "no such sample")
        return RunAnswer(letter, run, _answer(evaluation, position, top), position, evaluation)
    except FormatError:
        return RunAnswer(letter, run, None, None, None, "unreadable")


@lru_cache(maxsize=256)
def _answer(evaluation: Evaluation, position: int, top: int) -> Answer:
    return answers_at(evaluation, np.asarray([position], dtype=np.int64), top)[0]


@dataclass(frozen=True, eq=False)
class Track:
    """The predictions of one sample epoch by epoch."""

    epochs: tuple[int, ...]
    predicted: NDArray[np.int32]
    """(E,) classes; -1 no answer, -2 the epoch does not hold the sample."""
    true: int

    @property
    def wrong(self) -> int:
        """Epochs in which the prediction was not the true class."""
        return int(np.count_nonzero((self.predicted != self.true) & (self.predicted > -2)))

    @property
    def seen(self) -> int:
        """Epochs that hold the sample."""
        return int(np.count_nonzero(self.predicted > -2))

    @property
    def flips(self) -> int:
        """Changes between right and wrong from one epoch to the next."""
        known = self.predicted[self.predicted > -2] == self.true
        return int(np.count_nonzero(known[1:] != known[:-1]))


def track(run: Run, evaluation: Evaluation, position: int) -> Track | None:
    """The sample at `position` of `evaluation` in all epochs of the run; None until these have been read elsewhere.

    Reading ninety epochs is no job for a key press: the labels come from the reading that `history` did.
    """
    return _track(run, evaluation, position) if is_current(run, evaluation.split) else None


@lru_cache(maxsize=512)
def _track(run: Run, evaluation: Evaluation, position: int) -> Track:
    row, epochs = int(evaluation.sample[position]), run.epochs(evaluation.split)
    found = np.full(len(epochs), -2, dtype=np.int32)
    for index, epoch in enumerate(epochs):
        try:
            each = run.evaluation(evaluation.split, epoch)
        except FormatError:
            continue
        at = find_row(each, row, position) if each is not None and each.has_samples else None
        if each is not None and at is not None:
            found[index] = each.predicted[at]
    return Track(epochs, found, int(evaluation.true[position]))
