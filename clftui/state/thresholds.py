"""One class against the rest: what every threshold on its score would find, miss and cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.decisions import Outcome, Sweep, sweep
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.calibration import MANY_SCORES, rows_of
from clftui.state.filters import Filter
from clftui.state.later import LATER, SLOW, weak
from clftui.state.session import Session
from clftui.text import sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

SLICES = 200
"""Equal slices of the score, of which drawings make as few bars as they have room for."""
LADDER = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
          0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999,
          0.9995)  # fmt: skip
"""Thresholds that keys step through, finer towards both ends, where sure models put their scores."""
COSTS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True, eq=False)
class OneClass:
    """The thresholds of one class of one run."""

    cls: int
    sweep: Sweep
    decided: Outcome
    """What the answers are now: the class of the highest score, or what is supposed instead."""
    unknown: int
    """Samples left out because their scores are NaN."""
    positive: Int64
    """(SLICES,) how many samples of the class have their score in a slice."""
    negative: Int64
    """(SLICES,) the same of the others."""

    @property
    def n(self) -> int:
        return self.sweep.positives + self.sweep.negatives


def shown_class(session: Session) -> str | None:
    """The class that the cursor is on: that of the column, else the first."""
    classes = session.classes
    name = session.selection.predicted
    return name if name in classes else classes[0] if classes else None


def why_no_sweep(run: Run, evaluation: Evaluation | None) -> str:
    """Why thresholds cannot be told, and what can be instead; empty where they can."""
    if evaluation is None:
        return "This run has nothing on this split."
    if evaluation.has_samples and evaluation.score_kind == "full":
        return ""
    limit = evaluation.rank_limit
    have = f"the {limit} best classes of a sample" if limit is not None else "no scores of every class"
    return (
        f"Of {sanitise(run.name)} on {sanitise(evaluation.split)} {have} were kept: how many samples of a class lie "
        "above a threshold is not known. Merging classes can still be supposed, with M."
    )


def one_class(session: Session, run: Run, cls: int, *, wait: bool = False) -> OneClass | None:
    """The thresholds of class `cls` of `run`; None while its scores are being read, or where they were not kept."""
    evaluation = session.evaluation(run)
    if evaluation is None or why_no_sweep(run, evaluation):
        return None
    filters = session.bound_filters
    many = evaluation.n * len(evaluation.classes) > MANY_SCORES
    key = ("thresholds", cls, filters, *weak(evaluation))
    return (SLOW if many else LATER).get(key, partial(_swept, run, evaluation, filters, cls), wait=wait)


def _swept(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...], cls: int) -> OneClass:
    rows = rows_of(run, evaluation, filters)
    column = evaluation.score_column(cls)
    score = np.full(len(rows), np.nan) if column is None else column[rows].astype(np.float64)
    known = ~np.isnan(score)
    rows, score = rows[known], score[known]
    positive, called = evaluation.true[rows] == cls, evaluation.predicted[rows] == cls
    tp, fp = int((positive & called).sum()), int((~positive & called).sum())
    at = np.minimum((score * SLICES).astype(np.int64), SLICES - 1)
    inside, outside = (np.bincount(at[side], minlength=SLICES) for side in (positive, ~positive))
    found = sweep(score, positive)
    decided = Outcome(tp, fp, found.positives - tp, found.negatives - fp)
    return OneClass(cls, found, decided, int(np.count_nonzero(~known)), inside, outside)


def step_ladder(now: float, by: int, ladder: tuple[float, ...]) -> float:
    """The next rung of a ladder above (`by` > 0) or below `now`, which may lie between two."""
    rungs = [rung for rung in ladder if (rung > now if by > 0 else rung < now) and not math.isclose(rung, now)]
    if not rungs:
        return ladder[-1] if by > 0 else ladder[0]
    return min(rungs) if by > 0 else max(rungs)
