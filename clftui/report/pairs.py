"""All confused pairs of classes, in the order of the screen's list."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.matrix_model import missing
from clftui.state.pairs import PairList, pair_list, sort_words
from clftui.state.session import Session
from clftui.state.triage import pair_reasons
from clftui.text import count, plural

Float64 = NDArray[np.float64]

LISTED = 50
"""Pairs that a table lists without `top`."""
COLUMNS = ("true", "predicted", "count", "rate", "low", "high", "surprise", "times", "change", "back", "reason")


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"pairs": [{"true", "predicted", "count", "rate", "low", "high", "surprise", "times", "change",
    "back", "reason"}]}`.

    `rate` is of the true class, with 95 % bounds (Wilson); `times` the count that chance would give; `surprise`
    how far it is above that (Poisson deviance residual); `change` since the epoch before; `back` the count of the same
    classes the other way round; `reason` the user's tag.
    """
    options = options or Options()
    shown = pair_list(session)
    if shown is None:
        return {"pairs": []}
    return {"pairs": [dict(zip(COLUMNS, row, strict=True)) for row in _rows(session, shown, options.top)]}


def _rows(session: Session, shown: PairList, top: int | None) -> list[tuple[Value, ...]]:
    """The first `top` pairs; those under the view's threshold are left out, as on the screen."""
    part = slice(0, shown.n if top is None else min(top, shown.n))
    counts, support = shown.count[part], shown.support[part]
    low, high = wilson(counts, support)
    tags = pair_reasons(session.catalog)
    columns = (
        shown.true[part], shown.predicted[part], counts, counts / support, low, high, shown.surprise[part],
        shown.times[part], shown.change[part], shown.back[part],
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for true, predicted, k, rate, lo, hi, odd, times, change, back in zip(*(c.tolist() for c in columns), strict=True):
        pair = (shown.classes[true], shown.classes[predicted])
        moved = None if math.isnan(change) else round(change)
        tag = tags.get(pair)
        rows.append((*pair, k, rate, lo, hi, odd, times, moved, back, tag.value if tag is not None else None))
    return rows


def table(session: Session, options: Options | None = None) -> Table:
    """The pairs as rows; without `options.top` the first 50. Columns that nothing is known of are left out."""
    options = options or Options()
    run, shown = session.run, pair_list(session)
    title = f"Confused pairs of {run.name}" if run is not None else "Confused pairs"
    if shown is None:
        return Table(title, COLUMNS[:6], (), (missing(session) or "There is no matrix to show.",))
    if session.selection.split is not None:
        title += f", {session.selection.split}"
    rows = _rows(session, shown, options.top or LISTED)
    known = [i for i in range(len(COLUMNS)) if i < 6 or any(not _unknown(row[i]) for row in rows)]
    notes = ["rate = count / samples of the true class, with its 95 % interval (Wilson)."]
    meanings = {
        "surprise": "surprise = the count's distance from what chance would give (Poisson deviance residual).",
        "times": "times = count / what chance would give.",
        "change": "change = since the epoch before.",
        "back": "back = the same classes the other way round.",
    }
    notes += [meanings[COLUMNS[i]] for i in known if COLUMNS[i] in meanings]
    if shown.n > len(rows):
        notes.append(f"The first {count(len(rows))} of {plural(shown.n, 'pair')} {sort_words(shown.sort)}.")
    return Table(
        title, tuple(COLUMNS[i] for i in known), tuple(tuple(row[i] for i in known) for row in rows), tuple(notes)
    )


def _unknown(value: Value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
