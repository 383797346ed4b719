"""On which classes the runs disagree: recall of every run per class, its range and mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric
from clftui.state.members import Member, members
from clftui.state.ranking_table import class_values
from clftui.state.session import Session

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassSpread:
    """`values` (R, K) recall of `members` in `classes`, NaN undefined; columns with the widest disagreement first.

    With a single run, the hardest classes first. `low`, `high`, `mean` (K,) are over the runs that know the class.
    """

    members: tuple[Member, ...]
    classes: tuple[str, ...]
    values: Float64
    low: Float64
    high: Float64
    mean: Float64


def class_spread(session: Session) -> ClassSpread | None:
    """The spread over all runs on the selected split and epoch; None without runs."""
    present, _ = members(session)
    classes = session.classes or (present[0].run.classes if present else ())
    return _spread(present, classes) if present and classes else None


@lru_cache(maxsize=4)
def _spread(present: tuple[Member, ...], classes: tuple[str, ...]) -> ClassSpread:
    return spread_of(present, classes, class_values(present, classes, Metric.RECALL))[0]


def spread_of(
    present: tuple[Member, ...], names: tuple[str, ...], values: Float64
) -> tuple[ClassSpread, NDArray[np.intp]]:
    """The spread of `values` (R, N) of things with these names, and (N,) which of them each of its columns is."""
    known = ~np.isnan(values)
    number = known.sum(axis=0)
    mean = np.where(number > 0, np.where(known, values, 0).sum(axis=0) / np.maximum(number, 1), np.nan)
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    key = mean if len(present) == 1 else low - high
    order = np.argsort(np.where(np.isnan(key), np.inf, key), kind="stable")
    names = tuple(names[index] for index in order)
    return ClassSpread(present, names, values[:, order], low[order], high[order], mean[order]), order
