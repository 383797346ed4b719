"""The ranking of runs by class without a screen."""

from __future__ import annotations

from typing import Any

from clftui.analysis.metrics import Metric
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.ranking_cell import Interval, cell_interval, weak_words
from clftui.state.ranking_table import RankingTable, overall_interval, ranking
from clftui.state.ranking_ties import best_weak_spots
from clftui.state.session import Session

BROAD = 20
"""With more classes than this a table has a row for each class instead of a column."""

_BASIS = {
    Metric.RECALL: "Wilson",
    Metric.PRECISION: "Wilson, conditional on how often the class is predicted",
    Metric.SPECIFICITY: "Wilson",
    Metric.ACCURACY: "Wilson",
    Metric.F1: "seeded bootstrap",
    Metric.AP: "seeded bootstrap",
}


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"metric", "classes", "rows": [{"run", "overall", "values", "low", "high", "ranks"}]}`.

    Rows are runs, best overall first (`options.top` of them); values, their 95 % intervals and ranks (1 = best) follow
    `classes`, which are in the order of the view. `"overall_metric"` names what `overall` is. Where rows are epochs
    they stand in the order of the view too, `"run"` is `epoch 3`, and `"epochs_of"` names the run.
    """
    table = ranking(session, wait=True)
    rows = range(len(table.rows))[: options.top if options is not None else None]
    return {
        "metric": table.metric.value,
        "overall_metric": table.overall_label,
        "classes": list(table.classes),
        **({} if table.epochs_of is None else {"epochs_of": table.epochs_of.name}),
        "rows": [_entry(table, row) for row in rows],
    }


def _entry(table: RankingTable, row: int) -> dict[str, Any]:
    cells = intervals(table, row)
    return {
        "run": table.names[row],
        "overall": float(table.overall[row]),
        "values": table.values[row].tolist(),
        "low": [cell.low for cell in cells],
        "high": [cell.high for cell in cells],
        "ranks": [rank or None for rank in table.ranks[row].tolist()],
    }


def intervals(table: RankingTable, row: int) -> list[Interval]:
    """The interval of every class of one run."""
    return [cell_interval(table, row, column, wait=True) for column in range(len(table.classes))]


def table(session: Session, options: Options | None = None) -> Table:
    """Runs by classes as on the screen; of many classes, classes by runs."""
    shown = ranking(session, wait=True)
    title = f"{_rows_words(shown)} by class: {shown.metric.label} on {shown.split or 'no split'}"
    top = options.top if options is not None else None
    if len(shown.classes) > BROAD:
        columns = ("class", *shown.names)
        by_class: list[tuple[Value, ...]] = [
            (name, *shown.values[:, column].tolist()) for column, name in enumerate(shown.classes[:top])
        ]
        overall = (shown.overall_label, *shown.overall.tolist())
        return Table(title, columns, (overall, *by_class), _notes(session, shown))
    columns = (shown.noun, shown.overall_label, "low", "high", *shown.classes)
    rows = range(len(shown.rows))[:top]
    return Table(title, columns, tuple(_row(shown, row) for row in rows), _notes(session, shown))


def _rows_words(shown: RankingTable) -> str:
    return "Runs" if shown.epochs_of is None else f"Epochs of {shown.epochs_of.name}"


def _row(shown: RankingTable, row: int) -> tuple[Value, ...]:
    low, high = overall_interval(shown, row, wait=True)
    return (shown.names[row], float(shown.overall[row]), low, high, *shown.values[row].tolist())


def _notes(session: Session, shown: RankingTable) -> tuple[str, ...]:
    order = f", best {shown.overall_label} first" if shown.epochs_of is None else ""
    notes = [f"{shown.metric.label} of each class{order}; – is undefined."]
    if shown.metric in _BASIS:
        notes.append(f"Intervals in JSON: 95 %, {_BASIS[shown.metric]}.")
    spots = best_weak_spots(shown, wait=True)
    sentence = "".join(piece.text for piece in weak_words(session, shown, spots, keys=False, most=20))
    notes += [f"{sentence[:1].upper()}{sentence[1:]}."] if sentence else []
    notes += [f"{absent.run.name}: {absent.reason}" for absent in shown.absent]
    difference = session.catalog.class_difference()
    return (*notes, difference) if difference is not None else tuple(notes)
