"""Parallel coordinates without a screen: the scores of the selected samples for the classes that matter to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from clftui.analysis.brushes import BELOW, bands
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.filters import FilterError
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.sample_list import Nothing
from clftui.state.scores_axes import Axes
from clftui.state.scores_axis_steps import shown_axes
from clftui.state.scores_view import USUAL
from clftui.state.session import Session
from clftui.text import count

LISTED = 10
"""Lines where nobody says how many."""


def data(session: Session, options: Options) -> dict[str, Any]:
    """`{"samples", "n", "inside", "axes": [{"class", "mean", "low", "median", "high", "brush"}], "lines": [...]}`.

    FilterError where there are no scores but those of predicted and true classes.
    """
    shown = _found(session)
    low, median, high = bands(shown.values)
    return {
        "samples": shown.samples.words,
        "n": shown.samples.n,
        "inside": int(np.count_nonzero(shown.lit)),
        "axes": [
            {
                "class": name,
                "mean": float(shown.means[at]),
                "low": _known(low[at]),
                "median": _known(median[at]),
                "high": _known(high[at]),
                "below": int(np.count_nonzero(np.isnan(shown.values[:, at]))) if shown.limit is not None else 0,
                "brush": _brush(shown, at),
            }
            for at, name in enumerate(shown.names)
        ],
        "lines": [_line(shown, index) for index in _lines(shown, options)],
    }


def _found(session: Session) -> Axes:
    shown = shown_axes(session, USUAL)
    if isinstance(shown, Nothing):
        raise FilterError(shown.sentence)
    return shown


def _known(value: float) -> float | None:
    """None for what lies below the logged scores."""
    return None if value == BELOW else float(value)


def _brush(shown: Axes, at: int) -> list[float] | None:
    brush = shown.brushes[at]
    return None if brush is None else [brush.low, brush.high]


def _lines(shown: Axes, options: Options) -> list[int]:
    """The surest of the samples inside the brushes."""
    found: list[int] = np.flatnonzero(shown.lit)[: LISTED if options.top is None else options.top].tolist()
    return found


def _line(shown: Axes, index: int) -> dict[str, Any]:
    evaluation, position = shown.samples.evaluation, int(shown.samples.positions[index])
    true, predicted = int(evaluation.true[position]), int(evaluation.predicted[position])
    row = int(evaluation.sample[position])
    return {
        "id": id_of(table_of(shown.samples.run, evaluation.split), row),
        "true": evaluation.classes[true] if true >= 0 else None,
        "predicted": evaluation.classes[predicted] if predicted >= 0 else None,
        "scores": [float(value) for value in shown.values[index]],
    }


def table(session: Session, options: Options) -> Table:
    """A row a sample, a column an axis; medians and ends of the band below."""
    shown = _found(session)
    rows: list[tuple[Value, ...]] = []
    for index in _lines(shown, options):
        line = _line(shown, index)
        rows.append((line["id"], line["true"], line["predicted"], *line["scores"]))
    for words, values in zip(("5 %", "median", "95 %"), bands(shown.values), strict=True):
        rows.append((f"{words} of all", None, None, *(_known(value) for value in values)))
    inside = int(np.count_nonzero(shown.lit))
    notes = []
    if shown.brushed:
        words = " and ".join(each.describe() for each in shown.brushes if each is not None)
        notes.append(f"{words}: {count(inside)} of {count(shown.samples.n)}.")
    if shown.limit is not None:
        notes.append(f"Scores below the {shown.limit} best of a sample were not logged: –.")
    if len(rows) - 3 < inside:
        notes.append(f"{count(len(rows) - 3)} of {count(inside)} listed, surest first.")
    columns = ("id", "true", "predicted", *shown.names)
    return Table(f"Scores of {shown.samples.title}", columns, tuple(rows), tuple(notes))
