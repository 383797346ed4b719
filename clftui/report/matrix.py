"""The confusion matrix without a screen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.metrics import Metric, per_class
from clftui.report import Options
from clftui.report.blocks import settled
from clftui.report.render import Table, Value
from clftui.state.epochs_history import past
from clftui.state.matrix_model import Matrix, matrix, missing
from clftui.state.rare import OTHER, most_confused
from clftui.state.selection import Scope
from clftui.state.session import Session
from clftui.text import plural

READABLE = 30
"""More classes than this make no readable table: the most confused ones stay, the others are summed."""
NO_ANSWER = "(no answer)"
AXES = "true \\ predicted"


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"classes", "cells": [[true, predicted, count], ...]}` by class name, in the order of the classes.

    `options.top` keeps the largest cells, `options.dense` adds `"counts"`, K x K with rows = true. Samples without an
    answer are in no cell: where there are any, `"unanswered"` holds [true, count]. For a chosen cell `"history"` holds
    [epoch, count] of each epoch, in the range if there is one.
    """
    options = options or Options()
    shown = matrix(session)
    if shown is None:
        return {"classes": list(session.classes), "cells": []}
    c, names = shown.whole, shown.classes
    kept = np.arange(len(c.count))
    if options.top is not None:
        kept = np.sort(np.argsort(-c.count, kind="stable")[: options.top])
    triplets = zip(c.true[kept].tolist(), c.predicted[kept].tolist(), c.count[kept].tolist(), strict=True)
    found: dict[str, Any] = {"classes": list(names), "cells": [[names[t], names[p], n] for t, p, n in triplets]}
    if c.unanswered.any():
        found["unanswered"] = [[names[t], int(c.unanswered[t])] for t in np.flatnonzero(c.unanswered).tolist()]
    if options.dense:
        found["counts"] = c.dense().tolist()
    if session.selection.scope.is_cell:
        found["history"] = _history(session, session.selection.scope)
    return found


def _history(session: Session, cell: Scope) -> list[list[int]]:
    run, split, span = session.run, session.selection.split, session.selection.span
    index = run.class_index if run is not None else {}
    true, predicted = index.get(cell.true or "", -1), index.get(cell.predicted or "", -1)
    if run is None or split is None or min(true, predicted) < 0:
        return []
    known = past(session, run, split, Metric.RECALL, wait=True)
    first, last = span or (-math.inf, math.inf)
    every = known.confusions if known is not None else ()
    return [[epoch, c.cell(true, predicted)] for epoch, c in every if first <= epoch <= last]


def table(session: Session, options: Options | None = None) -> Table:
    """Rows = true, columns = predicted, in the order of the view, with recall at the right and precision below.

    Of more than 30 classes (or `options.top`) the most confused are shown and the rest summed as "(other)";
    `options.dense` shows all.
    """
    options = options or Options()
    shown = matrix(settled(session))
    run = session.run
    title = f"Confusion matrix of {run.name}" if run is not None else "Confusion matrix"
    if shown is None:
        return Table(title, (AXES,), (), (missing(session) or "There is no matrix to show.",))
    if session.selection.split is not None:
        title += f", {session.selection.split}"
    classes = _kept(shown, options)
    rest = np.setdiff1d(np.arange(len(shown.classes)), classes)
    names = [shown.classes[index] for index in classes.tolist()]
    counts = _with_rest(shown.whole, classes, rest)
    notes = ["Rows are true classes, columns predicted ones; – is undefined."]
    if len(rest):
        names.append(OTHER)
        notes.append(f"{plural(len(rest), 'class', 'classes')} with fewer mistakes are summed as {OTHER}.")
    recall = _shares(shown.whole, Metric.RECALL, classes, rest)
    precision = _shares(shown.whole, Metric.PRECISION, classes, rest)
    unanswered = _fold(shown.whole.unanswered, classes, rest)
    # A column only where somebody gave no answer: then recall does not follow from the counts alone.
    silent = unanswered.any()
    columns = (AXES, *names, *((NO_ANSWER,) if silent else ()), Metric.RECALL.label)
    rows: list[tuple[Value, ...]] = []
    for at, name in enumerate(names):
        rows.append((name, *counts[at].tolist(), *((int(unanswered[at]),) if silent else ()), recall[at]))
    rows.append((Metric.PRECISION.label, *precision, *((None,) if silent else ()), None))
    return Table(title, columns, tuple(rows), tuple(notes))


def _kept(shown: Matrix, options: Options) -> NDArray[np.int64]:
    """Class indices of the table's rows, in the order of the view."""
    most = shown.n if options.dense else options.top or READABLE
    if len(shown.classes) <= most:
        return shown.items.order
    return shown.items.order[most_confused(shown.whole, most)[shown.items.order]]


def _with_rest(c: Confusion, classes: NDArray[np.int64], rest: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts of `classes`, in their order, and where there is a rest one more row and column with its sums."""
    place = np.full(c.n_classes, len(classes), dtype=np.int64)
    place[classes] = np.arange(len(classes))
    size = len(classes) + (1 if len(rest) else 0)
    out = np.zeros((size, size), dtype=np.int64)
    np.add.at(out, (place[c.true], place[c.predicted]), c.count)
    return out


def _fold(values: NDArray[np.int64], classes: NDArray[np.int64], rest: NDArray[np.int64]) -> NDArray[np.int64]:
    kept = values[classes]
    return np.append(kept, values[rest].sum()) if len(rest) else kept


def _shares(c: Confusion, metric: Metric, classes: NDArray[np.int64], rest: NDArray[np.int64]) -> list[float | None]:
    """The metric of each class; of "(other)" none: confusions among its classes would count as right."""
    values: list[float | None] = [float(value) for value in per_class(c, metric)[classes]]
    return [*values, None] if len(rest) else values
