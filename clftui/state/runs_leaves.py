"""Recall of every class of the pinned run, or of the classes of the pinned group across runs, best first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import metric_interval
from clftui.analysis.metrics import Metric
from clftui.state.class_spread import spread_of
from clftui.state.members import Member, members
from clftui.state.ranking_table import class_values
from clftui.state.runs_groups import pinned_classes
from clftui.state.session import Session

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeafBars:
    """Classes by falling `value`, NaN last: (K,) `value`, `low`, `high`.

    Of one run (`member`) those are recall and its 95 % Wilson interval; across runs the mean with the lowest and the
    highest run. `values` (R, K) is recall of all `members`.
    """

    member: Member | None
    group: str
    """The pinned group's name; empty for all classes."""
    classes: tuple[str, ...]
    value: Float64
    low: Float64
    high: Float64
    members: tuple[Member, ...]
    values: Float64

    def row_of(self, key: str | None) -> int | None:
        """The row of a run in `values`, by its key."""
        return next((row for row, each in enumerate(self.members) if each.run.key == key), None)


def leaf_bars(session: Session) -> LeafBars | None:
    """The bars of the pinned run, else across runs where a group is pinned, else of the focused run; None without."""
    present, _ = members(session)
    inside = pinned_classes(session)
    classes = inside or session.classes
    pinned = _member(present, session.runs.pinned_run)
    own = pinned if pinned is not None else None if inside else _member(present, session.selection.run)
    if not present or not classes or (own is None and not inside):
        return None
    path = session.runs.pinned_group
    return _bars(present, own, path[-1] if inside and path else "", classes)


def _member(present: tuple[Member, ...], key: str | None) -> Member | None:
    return next((member for member in present if member.run.key == key), None)


@lru_cache(maxsize=8)
def _bars(present: tuple[Member, ...], own: Member | None, group: str, classes: tuple[str, ...]) -> LeafBars:
    values = class_values(present, classes, Metric.RECALL)
    if own is None:
        spread, order = spread_of(present, classes, values)
        back = np.argsort(order)
        value, low, high = spread.mean[back], spread.low[back], spread.high[back]
    else:
        value, low, high = _intervals(own, classes)
    order = np.argsort(np.where(np.isnan(value), np.inf, -value), kind="stable")
    names = tuple(classes[at] for at in order)
    return LeafBars(own, group, names, value[order], low[order], high[order], present, values[:, order])


def _intervals(own: Member, classes: tuple[str, ...]) -> tuple[Float64, Float64, Float64]:
    index = own.run.class_index
    at = np.array([index.get(name, -1) for name in classes], dtype=np.int64)
    out = np.full((3, len(classes)), np.nan)
    known = at >= 0
    value, low, high, _ = metric_interval(own.confusion, Metric.RECALL, at[known])
    out[:, known] = value, low, high
    return out[0], out[1], out[2]
