"""All confused pairs of classes, largest first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.matrix_model import Matrix, matrix, missing, pairs
from clftui.state.session import Session
from clftui.text import count, plural

Float64 = NDArray[np.float64]

LISTED = 50
"""Pairs that a table lists without `top`."""


def _rates(shown: Matrix, top: int | None) -> tuple[list[tuple[str, str, int]], Float64, Float64, Float64, int]:
    """(true, predicted, count) by name, rate of the true class with Wilson's interval, and how many pairs there are.

    Pairs under the view's threshold are left out, as on the screen.
    """
    true, predicted, counts = pairs(shown.whole)
    total = int(np.count_nonzero(counts >= shown.settings.at_least))
    kept = slice(0, total if top is None else min(top, total))
    n = shown.whole.support[true[kept]]
    low, high = wilson(counts[kept], n)
    named = [
        (shown.classes[t], shown.classes[p], k)
        for t, p, k in zip(true[kept].tolist(), predicted[kept].tolist(), counts[kept].tolist(), strict=True)
    ]
    return named, counts[kept] / n, low, high, total


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"pairs": [{"true", "predicted", "count", "rate", "low", "high"}]}`: rate of the true class, 95 % (Wilson)."""
    options = options or Options()
    shown = matrix(session)
    if shown is None:
        return {"pairs": []}
    named, rate, low, high, _ = _rates(shown, options.top)
    bounds = zip(named, rate.tolist(), low.tolist(), high.tolist(), strict=True)
    return {
        "pairs": [
            {"true": t, "predicted": p, "count": k, "rate": r, "low": lo, "high": hi} for (t, p, k), r, lo, hi in bounds
        ]
    }


def table(session: Session, options: Options | None = None) -> Table:
    """The pairs as rows; without `options.top` the 50 largest."""
    options = options or Options()
    run, shown = session.run, matrix(session)
    columns = ("true", "predicted", "count", "rate", "low", "high")
    title = f"Confused pairs of {run.name}" if run is not None else "Confused pairs"
    if shown is None:
        return Table(title, columns, (), (missing(session) or "There is no matrix to show.",))
    if session.selection.split is not None:
        title += f", {session.selection.split}"
    named, rate, low, high, total = _rates(shown, options.top or LISTED)
    bounds = zip(named, rate.tolist(), low.tolist(), high.tolist(), strict=True)
    rows: list[tuple[Value, ...]] = [(t, p, k, r, lo, hi) for (t, p, k), r, lo, hi in bounds]
    notes = ["rate = count / samples of the true class, with its 95 % interval (Wilson)."]
    if total > len(rows):
        notes.append(f"The {count(len(rows))} largest of {plural(total, 'pair')}.")
    return Table(title, columns, tuple(rows), tuple(notes))
