"""What the Ranking view shows, as values: runs by classes, measured by one metric, best run first. No drawing.

Rows are runs, best overall first; columns are classes of the focused run in the chosen order. Other runs are matched
to them by class name, never by index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import accuracy_interval, macro_f1_interval
from clftui.analysis.metrics import Metric, macro, mean_defined, per_class
from clftui.analysis.ranking import rank_spread, ranks
from clftui.data.catalog import Catalog
from clftui.state.average_precision import ap_values
from clftui.state.class_order import class_order
from clftui.state.later import LATER, weak
from clftui.state.members import Absent, Member, members
from clftui.state.moves import focus_run, go, select
from clftui.state.ranking_group import of_groups
from clftui.state.selection import Tab
from clftui.state.session import Session, class_map
from clftui.state.settings import ClassOrder

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

METRICS = (
    Metric.RECALL,
    Metric.PRECISION,
    Metric.F1,
    Metric.AP,
    Metric.SPECIFICITY,
    Metric.ACCURACY,
    Metric.SUPPORT,
)
OVERALL_AP_CLASSES = 200
"""Beyond this many classes AP is computed for the columns on the screen alone, and its mean is left undefined."""


@dataclass(frozen=True, eq=False)
class RankingTable:
    """`values` and `ranks` (R, K): the metric (NaN undefined) and the run's rank in the class (1 best, 0 undefined).

    `overall` (R,) orders the rows; `overall_label` says what it is. `classes` (K,) names the columns and `columns` (K,)
    gives their index in the focused run.
    """

    metric: Metric
    split: str
    rows: tuple[Member, ...]
    classes: tuple[str, ...]
    columns: Int64
    given: tuple[str, ...]
    """The class list of the focused run, in its own order."""
    values: Float64
    overall: Float64
    overall_label: str
    absent: tuple[Absent, ...]
    pending: bool = False
    """Whether some values are still being computed."""

    @cached_property
    def ranks(self) -> Int64:
        return ranks(self.values)

    @cached_property
    def best(self) -> Float64:
        """(K,) the highest value of each class."""
        return _reduce(self.values, np.fmax)

    @cached_property
    def worst(self) -> Float64:
        """(K,) the lowest value of each class."""
        return _reduce(self.values, np.fmin)

    @cached_property
    def mean(self) -> Float64:
        """(K,) the mean over the runs that have a value."""
        return _column_means(self.values)

    @cached_property
    def spread(self) -> Float64:
        """(R,) worst less best rank of each run over its classes: 0 is a run equally good everywhere."""
        return rank_spread(self.ranks)

    def row_of(self, key: str | None) -> int | None:
        """The row of a run, by its key."""
        return next((row for row, member in enumerate(self.rows) if member.run.key == key), None)

    def column_of(self, name: str | None) -> int | None:
        """The column of a class, by its name."""
        return self._places.get(name or "")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: column for column, name in enumerate(self.classes)}


def _reduce(values: Float64, by: np.ufunc) -> Float64:
    return np.asarray(by.reduce(values, axis=0), dtype=np.float64) if len(values) else np.zeros(values.shape[1])


def _column_means(values: Float64) -> Float64:
    known = ~np.isnan(values)
    number = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def ranking(session: Session, *, shown: tuple[str, ...] = (), wait: bool = False) -> RankingTable:
    """The table for `session`; without runs it has no rows.

    AP costs seconds on large splits, so it is computed in the background, the classes `shown` on the screen first;
    `wait` computes everything now. A selected group leaves its classes alone.
    """
    return of_groups(_all_columns(session, shown, wait), session)


def _all_columns(session: Session, shown: tuple[str, ...], wait: bool) -> RankingTable:
    present, absent = members(session)
    metric, order = session.ranking.metric, session.ranking.order
    classes = session.classes or (present[0].run.classes if present else ())
    own = next((m for m in present if m.run.key == session.selection.run), present[0] if present else None)
    if own is None:
        nothing = np.zeros((0, 0))
        empty = np.zeros(0, dtype=np.int64)
        return RankingTable(metric, session.selection.split or "", (), (), empty, (), nothing, np.zeros(0), "", absent)
    if metric is Metric.AP:
        values, pending = _ap(present, classes, shown, wait)
        return _assemble(session.catalog, present, own, classes, metric, order, values, absent, pending)
    return _counted(session.catalog, present, own, classes, metric, order, absent)


@lru_cache(maxsize=8)
def _counted(
    catalog: Catalog,
    present: tuple[Member, ...],
    own: Member,
    classes: tuple[str, ...],
    metric: Metric,
    order: ClassOrder,
    absent: tuple[Absent, ...],
) -> RankingTable:
    values = class_values(present, classes, metric)
    return _assemble(catalog, present, own, classes, metric, order, values, absent, False)


def _assemble(
    catalog: Catalog,
    present: tuple[Member, ...],
    own: Member,
    classes: tuple[str, ...],
    metric: Metric,
    order: ClassOrder,
    values: Float64,
    absent: tuple[Absent, ...],
    pending: bool,
) -> RankingTable:
    overall, label = _overall(present, metric, values, pending)
    # A run without an overall value comes last; equal runs keep the catalog's order.
    by_score = np.argsort(np.where(np.isnan(overall), np.inf, -overall), kind="stable")
    columns = _column_order(catalog, present, own, classes, metric, order)
    return RankingTable(
        metric=metric,
        split=own.evaluation.split,
        rows=tuple(present[row] for row in by_score),
        classes=tuple(classes[column] for column in columns),
        columns=columns,
        given=classes,
        values=values[by_score][:, columns],
        overall=overall[by_score],
        overall_label=label,
        absent=absent,
        pending=pending,
    )


@lru_cache(maxsize=16)
def class_values(present: tuple[Member, ...], classes: tuple[str, ...], metric: Metric) -> Float64:
    """(R, K) values of a metric that counts give, columns aligned to `classes` by name; NaN undefined or unknown."""
    out = np.full((len(present), len(classes)), np.nan)
    for row, member in enumerate(present):
        own = per_class(member.confusion, metric)
        if member.run.classes == classes:
            out[row] = own
        else:
            index = class_map(classes, member.run)
            out[row, index >= 0] = own[index[index >= 0]]
    return out


def _ap(
    present: tuple[Member, ...], classes: tuple[str, ...], shown: tuple[str, ...], wait: bool
) -> tuple[Float64, bool]:
    wanted = None if wait or len(classes) <= OVERALL_AP_CLASSES else shown
    found = [ap_values(member, classes, wanted, wait=wait) for member in present]
    return np.stack([values for values, _ in found]), any(pending for _, pending in found)


def _overall(present: tuple[Member, ...], metric: Metric, values: Float64, pending: bool) -> tuple[Float64, str]:
    """Accuracy is what recall, precision and F1 become when averaged over samples; F1 and AP are averaged by class."""
    if metric is Metric.F1:
        return np.array([macro(member.confusion, Metric.F1) for member in present]), "macro-F1"
    if metric is Metric.AP and not pending and values.shape[1] <= OVERALL_AP_CLASSES:
        return np.array([mean_defined(row) for row in values]), "mean AP"
    return np.array([accuracy_interval(member.confusion)[0] for member in present]), "accuracy"


def overall_interval(table: RankingTable, row: int, *, wait: bool = False) -> tuple[float, float]:
    """(low, high) of a row's overall value: Wilson for accuracy, seeded bootstrap for macro-F1.

    NaN while the bootstrap is not done, and for mean AP, which has none.
    """
    member = table.rows[row]
    if table.overall_label == "accuracy":
        return accuracy_interval(member.confusion)[1:]
    if table.overall_label == "macro-F1":
        confusion = member.confusion
        found = LATER.get(("macro-F1", *weak(confusion)), lambda: macro_f1_interval(confusion), wait=wait)
        if found is not None:
            return found[1:]
    return float("nan"), float("nan")


def _column_order(
    catalog: Catalog,
    present: tuple[Member, ...],
    own: Member,
    classes: tuple[str, ...],
    metric: Metric,
    order: ClassOrder,
) -> Int64:
    if order is not ClassOrder.HARDEST:
        return class_order(catalog, classes, own.confusion, order)
    # AP arrives bit by bit and support is no difficulty: columns that moved meanwhile would lose the reader.
    steady = Metric.RECALL if metric in (Metric.AP, Metric.SUPPORT) else metric
    mean = _column_means(class_values(present, classes, steady))
    return np.argsort(np.where(np.isnan(mean), np.inf, mean), kind="stable").astype(np.int64)


def cursor(table: RankingTable, session: Session) -> tuple[int, int]:
    """Row and column under the cursor; the first where the selection names none of the table's."""
    return table.row_of(session.selection.run) or 0, table.column_of(session.selection.true) or 0


def point(session: Session, table: RankingTable, row: int, column: int) -> Session:
    """`session` with the cursor at a row and column, clamped."""
    if not table.rows or not table.classes:
        return session
    name = table.classes[min(max(column, 0), len(table.classes) - 1)]
    key = table.rows[min(max(row, 0), len(table.rows) - 1)].run.key
    # First the class: focusing a run keeps it only where that run knows it.
    return focus_run(select(session, true=name), key)


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows` runs down and `columns` classes to the right, clamped at the edges."""
    table = ranking(session)
    row, column = cursor(table, session)
    return point(session, table, row + rows, column + columns)


def drill(session: Session) -> Session:
    """The matrix of the focused run, at the class under the cursor and what it is most often mistaken for."""
    table = ranking(session)
    if not table.rows or not table.classes:
        return session
    row, column = cursor(table, session)
    member = table.rows[row]
    name = table.classes[column]
    true = member.run.class_index.get(name)
    deeper = go(session, Tab.MATRIX)
    if true is None:
        return select(deeper, run=member.run.key)
    predicted, counts = member.confusion.row(true)
    wrong = predicted != true
    mistaken = int(predicted[wrong][np.argmax(counts[wrong])]) if wrong.any() else true
    return select(deeper, run=member.run.key, true=name, predicted=member.run.classes[mistaken])


def metrics(session: Session) -> tuple[Metric, ...]:
    """The metrics that can be chosen: AP only where some run keeps the scores of all classes."""
    present, _ = members(session)
    has_scores = any(member.evaluation.score_kind == "full" for member in present)
    return tuple(metric for metric in METRICS if has_scores or not metric.needs_scores)


def with_metric(session: Session, metric: Metric) -> Session:
    """`session` ranked by another metric."""
    return replace(session, ranking=replace(session.ranking, metric=metric))
