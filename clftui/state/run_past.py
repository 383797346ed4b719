"""How a run's accuracy on a split went over its epochs, read behind the screen where that takes reading."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from clftui.analysis.metrics import accuracy
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.history import history
from clftui.state.later import LATER, weak
from clftui.state.reported import reported_past

READABLE = 600_000
"""Samples times epochs whose labels are read for one run's curve; of longer runs only the last epochs are read."""


@dataclass(frozen=True)
class Past:
    """`accuracy` of `epochs`, oldest first, NaN where an epoch is broken or was not read. Filters do not apply."""

    epochs: tuple[int, ...]
    accuracy: tuple[float, ...]

    def change(self, epoch: int) -> float:
        """Accuracy at `epoch` less that of the epoch before; NaN without one."""
        at = self.epochs.index(epoch) if epoch in self.epochs else 0
        return self.accuracy[at] - self.accuracy[at - 1] if at > 0 else math.nan

    @property
    def best(self) -> int | None:
        """The first epoch of the highest accuracy; None unless every epoch is known."""
        known = [value for value in self.accuracy if not math.isnan(value)]
        if len(known) < 2 or len(known) < len(self.accuracy):
            return None
        return self.epochs[self.accuracy.index(max(known))]


def past(run: Run, split: str, epoch: int, *, wait: bool = False) -> Past | None:
    """The past of `run` with `epoch` and the one before it always among what is read; None while it is being read."""
    return LATER.get(("past", split, epoch, *weak(run)), partial(_read, run, split, epoch), wait=wait)


def _read(run: Run, split: str, epoch: int) -> Past:
    epochs = run.epochs(split)
    values = _of_history(run, split) or dict(reported_past(run, split))
    near = {epoch, max((each for each in epochs if each < epoch), default=epoch)}
    size = _accuracy(run, split, epoch)[1]
    wanted = set(epochs) if len(epochs) * size <= READABLE else near
    # Labels are exact and what was logged may be a running mean of training: labels win where they are read.
    values = values | {each: _accuracy(run, split, each)[0] for each in wanted}
    return Past(epochs, tuple(values.get(each, math.nan) for each in epochs))


def _of_history(run: Run, split: str) -> dict[int, float]:
    return {epoch: accuracy(confusion) for epoch, confusion in history(run, split) or ()}


def _accuracy(run: Run, split: str, epoch: int) -> tuple[float, int]:
    try:
        evaluation = run.evaluation(split, epoch)
    except FormatError:
        return math.nan, 0
    if evaluation is None:
        return math.nan, 0
    try:
        return accuracy(evaluation.confusion), evaluation.confusion.total
    except FormatError:
        return math.nan, 0
