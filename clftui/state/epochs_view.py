"""What the Epochs view shows, as values: a metric of every class over the epochs of the runs A to D. No drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric
from clftui.data.catalog import Catalog
from clftui.data.run import Run
from clftui.state import epochs_list
from clftui.state.class_order import class_order
from clftui.state.epochs_history import Past, is_waiting, past
from clftui.state.epochs_loss import Losses, losses
from clftui.state.epochs_past_best import past_best
from clftui.state.hierarchy_view import selected_group
from clftui.state.moves import go, select, step_epoch
from clftui.state.selection import Tab
from clftui.state.session import Session, class_map
from clftui.state.settings import ClassOrder

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

METRICS = (Metric.RECALL, Metric.PRECISION, Metric.F1, Metric.SUPPORT)
LOW_QUANTILE = 0.05
"""The scale ends where all but this share of the values lie: one bad first epoch must not flatten the rest."""


@dataclass(frozen=True, eq=False)
class RunEpochs:
    """One run in the epoch range. `values` (E, K) float32 as in `Past`."""

    letter: str
    run: Run
    past: Past
    epochs: tuple[int, ...]
    accuracy: NDArray[np.float64]
    values: Float32
    losses: Losses
    best: int | None
    """Place in `epochs` of the first highest accuracy; None without one."""


@dataclass(frozen=True, eq=False)
class EpochsTable:
    """Rows are classes in the order of Ranking, hardest first by default; `order` (R,) holds their indices."""

    metric: Metric
    split: str
    runs: tuple[RunEpochs, ...]
    classes: tuple[str, ...]
    order: Int64
    row_of: dict[str, int]
    low: float
    high: float
    """Ends of the absolute scale: 1 and the low end for shares, the greatest size for support."""
    pending: tuple[tuple[str, Run], ...] = ()
    """Letter and run of those whose epochs are still being read."""
    absent: tuple[tuple[str, Run], ...] = ()
    """Those that have nothing on this split, or nothing in the range."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last epoch of all runs here; (0, 0) without any."""
        every = [epoch for each in self.runs for epoch in (each.epochs[0], each.epochs[-1])]
        return (min(every), max(every)) if every else (0, 0)


def metric_of(session: Session) -> Metric:
    """The metric of Ranking, where counts over epochs give it; else recall."""
    return session.ranking.metric if session.ranking.metric in METRICS else Metric.RECALL


def shown_runs(session: Session) -> tuple[tuple[str, Run], ...]:
    """The lettered runs, and the focused one where it has no letter."""
    lettered = session.lettered
    if session.run is not None and all(run is not session.run for _, run in lettered):
        return (*lettered, ("", session.run))
    return lettered


def epochs_table(session: Session, *, wait: bool = False) -> EpochsTable:
    """The table of the selected split; runs whose epochs are still being read are `pending`, unless `wait`.

    FormatError where a run's folder cannot be listed.
    """
    split, metric = session.selection.split or "", metric_of(session)
    found: list[tuple[str, Run, Past, Losses]] = []
    pending, absent = [], []
    for letter, run in shown_runs(session):
        known = past(session, run, split, metric, wait=wait)
        if known is None:
            pending.append((letter, run))
        elif not any(inside(session.selection.span, epoch) for epoch in known.epochs):
            absent.append((letter, run))
        else:
            found.append((letter, run, known, losses(run, split)))
    group = selected_group(session)
    members = tuple(int(each) for each in group[0].classes(group[1])) if group is not None else None
    table = _table(
        session.catalog, session.classes, metric, split, tuple(found), session.selection.span, session.ranking.order,
        session.selection.run, members,
    )  # fmt: skip
    if pending or absent:
        table = replace(table, pending=tuple(pending), absent=tuple(absent))
    return table


def is_reading(session: Session) -> bool:
    """Whether some run's epochs, or its newest, are still being read."""
    split, metric = session.selection.split or "", metric_of(session)
    return any(is_waiting(session, run, split, metric) for _, run in shown_runs(session))


def inside(span: tuple[int, int] | None, epoch: int) -> bool:
    """Whether an epoch is in the range."""
    return span is None or span[0] <= epoch <= span[1]


@lru_cache(maxsize=4)
def _table(
    catalog: Catalog,
    classes: tuple[str, ...],
    metric: Metric,
    split: str,
    found: tuple[tuple[str, Run, Past, Losses], ...],
    span: tuple[int, int] | None,
    order: ClassOrder,
    focused: str | None,
    members: tuple[int, ...] | None,
) -> EpochsTable:
    runs = tuple(_in_range(*each, span) for each in found)
    rows = _order(catalog, classes, runs, order, focused)
    if members is not None:
        rows = rows[np.isin(rows, members)]
    low, high = _scale(runs, metric)
    names = {classes[index]: row for row, index in enumerate(rows.tolist())}
    return EpochsTable(metric, split, runs, classes, rows, names, low, high)


def _in_range(letter: str, run: Run, known: Past, lost: Losses, span: tuple[int, int] | None) -> RunEpochs:
    kept = [at for at, epoch in enumerate(known.epochs) if inside(span, epoch)]
    part = slice(kept[0], kept[-1] + 1)
    scores = known.accuracy[part]
    best = int(np.nanargmax(scores)) if np.isfinite(scores).any() else None
    return RunEpochs(letter, run, known, known.epochs[part], scores, known.values[part], lost, best)


def _order(
    catalog: Catalog, classes: tuple[str, ...], runs: tuple[RunEpochs, ...], order: ClassOrder, focused: str | None
) -> Int64:
    given = np.arange(len(classes), dtype=np.int64)
    own = next((each for each in runs if each.run.key == focused), runs[0] if runs else None)
    if own is None:
        return given
    confusion = own.past.confusions[-1][1]
    if order is not ClassOrder.HARDEST and own.run.classes == classes:
        return class_order(catalog, classes, confusion, order)
    # By the end of the range, whatever epoch shows: rows that moved at every step could not be followed.
    last = np.stack([each.values[-1] for each in runs]).astype(np.float64)
    known = ~np.isnan(last)
    mean = np.where(known, last, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.argsort(np.where(known.any(axis=0), mean, np.inf), kind="stable").astype(np.int64)


def _scale(runs: tuple[RunEpochs, ...], metric: Metric) -> tuple[float, float]:
    finite = [each.values[np.isfinite(each.values)] for each in runs]
    finite = [each for each in finite if each.size]
    if metric is Metric.SUPPORT:
        return 0.0, max((float(each.max()) for each in finite), default=1.0)
    least = min((float(np.quantile(each, LOW_QUANTILE)) for each in finite), default=0.0)
    return min(math.floor(least * 10) / 10, 0.9), 1.0


def levels(table: EpochsTable, rows: Int64, relative: bool) -> list[NDArray[np.float64]]:
    """For each run (R, E) how strong the cells of classes `rows` are, 0 to 1: the lower the metric the stronger, for
    sizes the larger; NaN undefined. `relative`: between the least and the greatest value of each class."""
    cells = [each.values[:, rows].T.astype(np.float64) for each in table.runs]
    if relative and cells:
        whole = np.concatenate(cells, axis=1)
        known = ~np.isnan(whole)
        low = np.where(known, whole, np.inf).min(axis=1, keepdims=True)
        high = np.where(known, whole, -np.inf).max(axis=1, keepdims=True)
    else:
        low, high = np.array([[table.low]]), np.array([[table.high]])
    width = np.where(high > low, high - low, np.inf)
    up = table.metric is Metric.SUPPORT
    return [np.clip((each - low) / width if up else (high - each) / width, 0, 1) for each in cells]


@dataclass(frozen=True, eq=False)
class Marks:
    """Of the visible classes of one run: `best` (R,) places of the best epochs in the range, -1 none; `past` (R,)
    whether the newest epoch is worse than the best beyond chance; `now` (R,) and `overall` at the epoch that shows."""

    best: Int64
    past: NDArray[np.bool_]
    now: NDArray[np.float64]
    half: NDArray[np.float64]
    """(R,) half of the 95 % interval of `now` (of F1 as if it were recall); NaN for sizes."""
    overall: float
    shown: int | None
    """Place in the range of the epoch that shows; None where it is outside."""


def marks(session: Session, table: EpochsTable, each: RunEpochs, rows: Int64) -> Marks:
    """What is marked of the classes `rows` in a run's strip."""
    values = each.values[:, rows].astype(np.float64)
    known = ~np.isnan(values)
    best = np.where(known.any(axis=0), np.where(known, values, -np.inf).argmax(axis=0), -1)
    if table.metric is Metric.SUPPORT or len(each.epochs) < 2:
        best[:] = -1
    tested = past_best(session, each.run) if table.metric is Metric.RECALL else None
    beyond = np.zeros(len(rows), dtype=np.bool_) if tested is None else tested.past[rows]
    epoch = session.epoch_of(each.run)
    at = each.past.at(epoch)
    now = each.past.values[at][rows].astype(np.float64) if at is not None else np.full(len(rows), np.nan)
    overall = float(each.past.accuracy[at]) if at is not None else math.nan
    half = _half_width(table, each, at, now, rows)
    return Marks(best, beyond, now, half, overall, each.epochs.index(epoch) if epoch in each.epochs else None)


def _half_width(
    table: EpochsTable, each: RunEpochs, at: int | None, now: NDArray[np.float64], rows: Int64
) -> NDArray[np.float64]:
    nothing = np.full(len(rows), np.nan)
    if at is None or table.metric is Metric.SUPPORT:
        return nothing
    confusion = each.past.confusions[at][1]
    counts = confusion.predicted_count if table.metric is Metric.PRECISION else confusion.support
    index = class_map(table.classes, each.run)[rows]
    n = np.where(index >= 0, counts[np.maximum(index, 0)], 0)
    low, high = wilson(np.rint(np.nan_to_num(now) * n), n)
    return np.asarray((high - low) / 2)


def row_of_cursor(table: EpochsTable, session: Session) -> int:
    """The row under the cursor; the first where the selection names none of the rows."""
    return table.row_of.get(session.selection.true or "", 0)


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows` classes (or lines of the list) down, the epoch that shows `columns` epochs on."""
    if columns:
        session = step_epoch(session, columns)
    if not rows:
        return session
    if session.epochs.listed:
        return epochs_list.at(session, session.epochs.line + rows)
    table = epochs_table(session)
    if not len(table.order):
        return session
    row = min(max(row_of_cursor(table, session) + rows, 0), len(table.order) - 1)
    return select(session, true=table.classes[int(table.order[row])])


def drill(session: Session) -> Session:
    """The matrix at the class under the cursor; from the list, the samples that it is about."""
    if session.epochs.listed:
        return epochs_list.drill(session)
    return go(session, Tab.MATRIX)
