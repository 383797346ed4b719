"""What the methods variant shows beside its rows: who agrees with whom, an example by each method, the advice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.explanation_stats import Mean, mean_interval
from clftui.analysis.saliency import Measure
from clftui.schema import FormatError
from clftui.state.class_order import matrix_order
from clftui.state.explained_index import Held
from clftui.state.methods_model import Row, rows_of
from clftui.state.methods_numbers import Maps, pair
from clftui.state.methods_settings import AreaOrder
from clftui.state.peers import aligned
from clftui.state.sample_ids import id_of, position_in, row_of
from clftui.state.sample_list import Nothing
from clftui.state.session import Session

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
MOST_COMPARED = 8
"""Methods and runs that are compared with each other."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Algorithm 2 over many samples: (L, L) means over the samples that both explain, NaN where there is none."""

    rows: tuple[Row, ...]
    same: Float64
    other: Float64
    """Of different samples: what maps that have nothing to do with each other come to."""
    arms: Float64
    """Half the 95 % interval of `same`."""
    n: Int64
    beyond: NDArray[np.bool_]
    """Whether maps of the same sample differ from those of different ones by more than chance."""
    complete: bool


@dataclass(frozen=True, eq=False)
class Shown:
    """What shows."""

    rows: tuple[Row, ...]
    cursor: int
    threshold: float
    measure: Measure

    @property
    def row(self) -> Row:
        """The row under the cursor."""
        return self.rows[self.cursor]

    @property
    def mine(self) -> tuple[Row, ...]:
        """The rows whose maps stand side by side: the methods of the run; where it has one, that method of all runs."""
        methods = tuple(row for row in self.rows if row.run is self.row.run and row.maps is not None)
        runs = tuple(row for row in self.rows if row.name == self.row.name and row.maps is not None)
        return methods if len(methods) > 1 or len(runs) < 2 else runs

    @property
    def progress(self) -> tuple[int, int] | None:
        """Maps that are counted, and all, while some are not."""
        waiting = [row for row in self.rows if row.maps is not None and (row.summary is None or row.checks is None)]
        whole = sum(len(row.maps.positions) for row in self.rows if row.maps is not None)
        return (sum(row.done for row in self.rows), whole) if waiting else None


def shown(session: Session) -> Shown | Nothing:
    """What shows, the cursor inside it. FormatError where something is still being read."""
    rows = rows_of(session)
    if isinstance(rows, Nothing):
        return rows
    cursor = max(0, min(session.features.methods.cursor, len(rows) - 1))
    return Shown(rows, cursor, session.explain.threshold, session.explain.measure)


def agreement(found: Shown, measure: Measure | None = None) -> Agreement:
    """Every method and run against every other, MOST_COMPARED of them at most; in a draw as far as it is known."""
    rows = tuple(row for row in found.rows if row.maps is not None)[:MOST_COMPARED]
    measure = measure or found.measure
    size = len(rows)
    same, other, arms = (np.full((size, size), np.nan) for _ in range(3))
    n, complete = np.zeros((size, size), dtype=np.int64), True
    beyond = np.zeros((size, size), dtype=np.bool_)
    same[np.diag_indices(size)] = measure.alike
    for i, j in zip(*np.tril_indices(size, -1), strict=True):
        first, second = rows[j].maps, rows[i].maps
        assert first is not None and second is not None
        told = pair(first, second, measure)
        if told is None:
            complete = False
            continue
        mean, base, apart = (mean_interval(each) for each in (told.same, told.other, told.same - told.other))
        beyond[i, j] = beyond[j, i] = apart.low > 0 or apart.high < 0
        same[i, j] = same[j, i] = mean.value
        other[i, j] = other[j, i] = base.value
        arms[i, j] = arms[j, i] = (mean.high - mean.low) / 2
        n[i, j] = n[j, i] = mean.n
    return Agreement(rows, same, other, arms, n, beyond, complete)


def disagreed(found: Shown) -> Int64 | None:
    """Positions of the cursor's run, those whose maps by its methods are least alike first; None until it is known."""
    home = found.row.maps
    maps = [row.maps for row in found.mine if row.maps is not None]
    pairs = [(first, second) for at, first in enumerate(maps) for second in maps[at + 1 :]]
    if len({id(each.run) for each in maps}) > 1:
        # Positions are those of the cursor's run.
        pairs = [(home, other) for other in maps if home is not None and other is not home]
    # All are asked for, and not one at a time.
    compared = [pair(first, second, found.measure) for first, second in pairs]
    total: dict[int, list[float]] = {}
    for told in compared:
        if told is None:
            return None
        for position, value in zip(told.positions.tolist(), told.same.tolist(), strict=True):
            if value == value:
                total.setdefault(position, []).append(abs(value - found.measure.alike))
    # Samples of all methods come before those that few explain.
    ordered = sorted(total, key=lambda position: (-len(total[position]), -float(np.mean(total[position])), position))
    return np.asarray(ordered, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Example:
    """One sample by each method, or by each model."""

    home: Maps
    """The maps of the row under the cursor."""
    sample: str
    """Its id."""
    position: int
    """In the evaluation of `home`."""
    maps: tuple[tuple[Row, NDArray[np.float32] | None, str], ...]
    """Row, (h, w) map, why there is none."""


def example(session: Session, found: Shown) -> Example | None:
    """The focused sample, where a method explains it; else the first that all of them do."""
    rows = found.mine
    home = found.row.maps or (rows[0].maps if rows else None)
    if home is None:
        return None
    position = _position(session, home)
    if position is None:
        listed = candidates(found)
        if not listed.size:
            return None
        position = int(listed[0])
    told, number = [], int(home.evaluation.sample[position])
    for row in rows:
        assert row.maps is not None
        there = position_in(row.maps.run, row.maps.evaluation, (home.table, home.evaluation), number)
        told.append((row, *_map(row.maps.held, -1 if there is None else there)))
    return Example(home, id_of(home.table, number), position, tuple(told))


def _map(explained: Held, position: int) -> tuple[NDArray[np.float32] | None, str]:
    try:
        values = explained.map_of(position) if position >= 0 else None
    except FormatError as error:
        return None, error.brief
    if values is None:
        return None, "no map of this sample"
    return (values, "") if values.any() else (None, "∅ the map is zero throughout")


def _position(session: Session, home: Maps) -> int | None:
    name = session.selection.sample
    if name is None:
        return None
    at = np.flatnonzero(home.evaluation.sample == row_of(home.table, name))
    return int(at[0]) if at.size and home.held.at[at[0]] >= 0 else None


def candidates(found: Shown) -> Int64:
    """Positions of the cursor's run that all methods beside it explain; else those that its own does."""
    rows = [row.maps for row in found.mine if row.maps is not None]
    home = found.row.maps or (rows[0] if rows else None)
    if home is None:
        return np.zeros(0, dtype=np.int64)
    mask = np.zeros(len(home.held.at), dtype=np.bool_)
    mask[home.positions] = True
    every = mask.copy()
    for maps in rows:
        there = aligned(maps.run, maps.evaluation, home.run, home.evaluation)
        every &= (there >= 0) & (maps.held.at[np.maximum(there, 0)] >= 0)
    return np.flatnonzero(every if every.any() else mask).astype(np.int64)


def class_lines(session: Session, row: Row) -> Int64:
    """Indices into the row's `summary.classes` in the order that is asked for."""
    summary, maps = row.summary, row.maps
    if summary is None or maps is None or not len(summary.classes):
        return np.zeros(0, dtype=np.int64)
    if session.features.methods.order is AreaOrder.STRONGEST:
        far = np.asarray([abs(each.auc - 0.5) for each in summary.by_class])
        return np.lexsort((-far, np.nan_to_num(summary.q, nan=1.0)))
    order = matrix_order(session, maps.run.classes, maps.evaluation.confusion)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return np.argsort(place[summary.classes], kind="stable")


def pair_mean(found: Agreement, i: int, j: int) -> Mean:
    """One cell of an agreement with its interval."""
    value, arm = float(found.same[i, j]), float(found.arms[i, j])
    return Mean(value, value - arm, value + arm, int(found.n[i, j]))
