"""Complexity against accuracy: what each run costs and is worth, and which runs are on the Pareto front."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import accuracy_interval
from clftui.analysis.pareto import pareto_front
from clftui.data.run import Run
from clftui.state.members import Member, members
from clftui.state.reported import reported_score
from clftui.state.session import Session
from clftui.state.settings import Cost

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """Runs that say what they cost: `runs` and (N,) `cost`, `accuracy`, `low`, `high` (95 % Wilson), `front` bool.

    `silent` counts those on this split that do not say it.
    """

    unit: Cost
    runs: tuple[Run, ...]
    cost: Float64
    accuracy: Float64
    low: Float64
    high: Float64
    front: NDArray[np.bool_]
    silent: int

    @property
    def ladder(self) -> list[int]:
        """The places of the runs on the front, the cheapest first."""
        places = np.flatnonzero(self.front)
        return [int(at) for at in places[np.lexsort((self.accuracy[places], self.cost[places]))]]

    def place(self, key: str | None) -> int | None:
        """The place of a run, by its key."""
        return next((at for at, run in enumerate(self.runs) if run.key == key), None)


def tradeoff(session: Session) -> Tradeoff:
    """Cost and accuracy of all runs on the selected split and epoch, under the filters."""
    present, absent = members(session)
    selection = session.selection
    told = () if session.filters else tuple(each.run for each in absent if not each.broken)
    return _tradeoff(present, told, selection.split, selection.epoch, shown_cost(session))


@lru_cache(maxsize=4)
def _tradeoff(
    present: tuple[Member, ...], told: tuple[Run, ...], split: str | None, epoch: int | None, unit: Cost
) -> Tradeoff:
    """`told`: runs without predictions on the split, which count where they tell their accuracy."""
    scores = [(member.run, accuracy_interval(member.confusion)) for member in present]
    for run in told:
        score = reported_score(run, split, epoch)
        if not math.isnan(score.value):
            scores.append((run, (score.value, score.low, score.high)))
    costs = np.array([cost_of(run, unit) for run, _ in scores], dtype=np.float64)
    said = [at for at, cost in enumerate(costs.tolist()) if not math.isnan(cost)]
    shown = tuple(scores[at][0] for at in said)
    found = np.array([scores[at][1] for at in said], dtype=np.float64).reshape(-1, 3)
    cost = costs[said]
    return Tradeoff(
        unit, shown, cost, found[:, 0], found[:, 1], found[:, 2], pareto_front(cost, found[:, 0]),
        len(scores) - len(said),
    )  # fmt: skip


def cost_of(run: Run, unit: Cost) -> float:
    """What run.json says the model costs, > 0; NaN where it does not."""
    value = run.model.get(unit.value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value <= 0:
        return math.nan
    return float(value)


def costs(session: Session) -> tuple[Cost, ...]:
    """The costs that some run says."""
    runs = session.catalog.runs
    return tuple(unit for unit in Cost if any(not math.isnan(cost_of(run, unit)) for run in runs))


def shown_cost(session: Session) -> Cost:
    """The chosen cost, or where no run says it one that some run says."""
    said = costs(session)
    return session.runs.cost if session.runs.cost in said or not said else said[0]
