"""What the Ranking view shows, as values: runs, or epochs of one run, by classes, measured by one metric. No drawing.

Rows are runs, best overall first; columns are classes of the focused run in the chosen order. Other runs are matched
to them by class name, never by index. Epochs of the focused run stand in their own order where rows do not mean ranks.
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
from clftui.data.run import Run
from clftui.state.average_precision import ap_values
from clftui.state.class_order import class_order
from clftui.state.later import LATER, weak
from clftui.state.members import Absent, Member, members
from clftui.state.ranking_fold import Fold, fold_of, folded
from clftui.state.ranking_group import of_groups
from clftui.state.ranking_rows import Found, found_rows
from clftui.state.session import Session, class_map
from clftui.state.settings import ClassOrder, RankingRows

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
GROUPED = {"accuracy": "group acc.", "macro-F1": "group F1"}
"""What an overall value is called where whatever is taken for its own group counts as right."""
OVERALL_AP_CLASSES = 200
"""Beyond this many classes AP is computed for the columns on the screen alone, and its mean is left undefined."""


@dataclass(frozen=True, eq=False)
class RankingTable:
    """`values` and `ranks` (R, K): the metric (NaN undefined) and the run's rank in the class (1 best, 0 undefined).

    `overall` (R,) says which row is best; `overall_label` says what it is. `classes` (K,) names the columns and
    `columns` (K,) gives their index in the focused run.
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
    epochs_of: Run | None = None
    """The run whose epochs the rows are; None where they are runs."""
    reading: bool = False
    """Whether epochs are still being read."""
    fold: Fold | None = None
    """What makes the columns groups of classes; None where they are classes."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """(R,) what the rows are called."""
        if self.epochs_of is not None:
            return tuple(f"epoch {member.evaluation.epoch}" for member in self.rows)
        return tuple(member.run.name for member in self.rows)

    @property
    def noun(self) -> str:
        """What a row is: `run` or `epoch`."""
        return "run" if self.epochs_of is None else "epoch"

    @cached_property
    def by_overall(self) -> Int64:
        """(R,) rows, the best overall first; those without an overall value last, equal ones as they stand."""
        return np.argsort(np.where(np.isnan(self.overall), np.inf, -self.overall), kind="stable").astype(np.int64)

    @property
    def best_row(self) -> int:
        """The best row overall."""
        return int(self.by_overall[0]) if len(self.rows) else 0

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
    found, fold = found_rows(session, wait=wait), fold_of(session)
    metric, order = session.ranking.metric, session.ranking.order
    if not found.present:
        nothing, empty = np.zeros((0, 0)), np.zeros(0, dtype=np.int64)
        split, more = session.selection.split or "", (False, found.epochs_of, found.reading)
        return RankingTable(metric, split, (), (), empty, (), nothing, np.zeros(0), "", found.absent, *more)
    classes = session.classes or found.present[0].run.classes
    if fold is not None:
        found, classes = folded(found, fold), fold.groups
    if metric is Metric.AP:
        values, pending = _ap(found.present, classes, shown, wait)
        return _assemble(session.catalog, found, classes, metric, order, values, pending)
    return _counted(session.catalog, found, classes, metric, order)


@lru_cache(maxsize=8)
def _counted(
    catalog: Catalog, found: Found, classes: tuple[str, ...], metric: Metric, order: ClassOrder
) -> RankingTable:
    values = class_values(found.present, classes, metric)
    return _assemble(catalog, found, classes, metric, order, values, False)


def _assemble(
    catalog: Catalog,
    found: Found,
    classes: tuple[str, ...],
    metric: Metric,
    order: ClassOrder,
    values: Float64,
    pending: bool,
) -> RankingTable:
    present, own = found.present, found.own
    assert own is not None
    fold = own.fold if isinstance(own.fold, Fold) else None
    overall, label = _overall(present, metric, values, pending)
    if fold is not None:
        label = GROUPED.get(label, label)
        order = ClassOrder.GIVEN if order is ClassOrder.HIERARCHY else order
    columns = _column_order(catalog, present, own, classes, metric, order)
    table = RankingTable(
        metric=metric,
        split=own.evaluation.split,
        rows=present,
        classes=tuple(classes[column] for column in columns),
        columns=columns,
        given=classes,
        values=values[:, columns],
        overall=overall,
        overall_label=label,
        absent=found.absent,
        pending=pending,
        epochs_of=found.epochs_of,
        reading=found.reading,
        fold=fold,
    )
    if not found.by_overall:
        return table
    best_first = table.by_overall
    rows = tuple(present[row] for row in best_first)
    return replace(table, rows=rows, values=table.values[best_first], overall=overall[best_first])


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
    if table.overall_label in ("accuracy", GROUPED["accuracy"]):
        return accuracy_interval(member.confusion)[1:]
    if table.overall_label in ("macro-F1", GROUPED["macro-F1"]):
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


def metrics(session: Session) -> tuple[Metric, ...]:
    """The metrics that can be chosen: AP only where some run keeps the scores of all classes."""
    present, _ = members(session)
    has_scores = any(member.evaluation.score_kind == "full" for member in present)
    return tuple(metric for metric in METRICS if has_scores or not metric.needs_scores)


def with_metric(session: Session, metric: Metric) -> Session:
    """`session` ranked by another metric."""
    return replace(session, ranking=replace(session.ranking, metric=metric))


def of_runs(session: Session) -> Session:
    """`session` with runs as rows and classes as columns, whatever the view shows."""
    return replace(session, ranking=replace(session.ranking, rows=RankingRows.RUNS, level=None))
