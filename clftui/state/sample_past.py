"""What earlier epochs say about each sample: how often wrong, how often forgotten, and whether that is marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.later import PASTS, weak
from clftui.state.moves import say
from clftui.state.peers import answers_until, epochs_wrong
from clftui.state.session import Session
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import plural, sanitise

if TYPE_CHECKING:
    from clftui.analysis.dynamics import SampleDynamics

MARK = "▲"


@dataclass(frozen=True, eq=False)
class Marks:
    """Which samples of one evaluation were wrong in more than `n` of the `epochs` up to it."""

    n: int
    epochs: int
    wrong: NDArray[np.uint16]
    """(n,) in how many epochs each sample was wrong; empty while the epochs are being read."""

    def __getitem__(self, position: int) -> bool:
        return bool(self.wrong.size and self.wrong[position] > self.n)

    @property
    def words(self) -> str:
        """`wrong in > 6 epochs`"""
        return f"wrong in > {plural(self.n, 'epoch')}"


def of_samples(run: Run, evaluation: Evaluation, *, wait: bool = False) -> SampleDynamics | None:
    """(n,) what happened to each sample of an evaluation in the epochs up to it; None while they are being read."""
    return PASTS.get(("sample dynamics", weak(run), weak(evaluation)), lambda: _samples(run, evaluation), wait=wait)


def _samples(run: Run, evaluation: Evaluation) -> SampleDynamics:
    from clftui.analysis.dynamics import Learning

    found = Learning(evaluation.n)
    for each in answers_until(run, evaluation):
        found.add(each.epoch, each.predicted, each.right, each.known)
    return found.result()


def forgetting(run: Run, evaluation: Evaluation) -> NDArray[np.uint16]:
    """(n,) how often each sample was forgotten. NotYet in a draw, until the epochs have been read."""
    found = of_samples(run, evaluation, wait=may_wait())
    if found is None:
        note_missing()
        raise reading(run)
    return found.forgetting


def times_wrong(run: Run, evaluation: Evaluation) -> NDArray[np.uint16]:
    """(n,) in how many epochs each sample was wrong. NotYet in a draw, until the epochs have been read."""
    found = epochs_wrong(run, evaluation)
    if found is None:
        raise reading(run)
    return found


def reading(run: Run) -> NotYet:
    return NotYet(f"Reading the epochs of {sanitise(run.name)} …")


def epochs_until(run: Run, evaluation: Evaluation) -> int:
    """How many epochs there are up to that of an evaluation."""
    return sum(epoch <= evaluation.epoch for epoch in run.epochs(evaluation.split))


def marks(session: Session, run: Run, evaluation: Evaluation) -> Marks | None:
    """What is marked among the samples of an evaluation; None for a run of one epoch.

    Without a choice those are that were wrong in more than half of the epochs.
    """
    epochs = epochs_until(run, evaluation)
    if epochs < 2 or not evaluation.has_samples:
        return None
    often = session.samples.often
    wrong = epochs_wrong(run, evaluation)
    n = epochs // 2 if often is None else often
    return Marks(n, epochs, wrong if wrong is not None else np.zeros(0, dtype=np.uint16))


def step_mark(session: Session, by: int) -> Session:
    """Mark samples wrong in one epoch more, or fewer."""
    run, evaluation = session.run, session.evaluation()
    found = marks(session, run, evaluation) if run is not None and evaluation is not None else None
    if found is None:
        return say(session, "This run has one epoch: no sample can be wrong in more.")
    n = min(max(found.n + by, 0), found.epochs - 1)
    changed = replace(session, samples=replace(session.samples, often=n))
    shown = replace(found, n=n)
    number = int(np.count_nonzero(found.wrong > n))
    return say(changed, f"{MARK} marks samples {shown.words}: {plural(number, 'sample')} of the split.")
