"""The matrix as sentences, one confusion at a time, for screen readers and for terminals with room for little else."""

from __future__ import annotations

import math

import numpy as np

from clftui.analysis.folding import unit
from clftui.analysis.intervals import metric_interval
from clftui.analysis.metrics import Metric
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import run_cells, sentence
from clftui.state.pairs import PairList, PairRow, cursor, pair_list, rows
from clftui.state.session import Session
from clftui.text import count, plural, rate, sanitise


def readout(session: Session, *, brief: bool = False) -> tuple[str, ...]:
    """What there is to know of the cell under the cursor, the most important first, one sentence each.

    `brief` leaves out of the first what its beginning says already. Raises FormatError where the run's file is broken.
    """
    shown, listed = class_matrix(session), pair_list(session)
    if shown is None or listed is None:
        return ("There is no matrix to read out; r takes the next run, s the next split.",)
    line = cursor(session, listed)
    row = rows(session, listed, line, line + 1)[0] if line is not None else None
    cell = sentence(session, shown)
    return (
        f"{cell.title}: {cell.brief if brief else cell.words}.",
        _place(shown, listed, line),
        *_about_pair(row),
        *_about_classes(shown),
        *_other_runs(session, shown),
    )


def class_matrix(session: Session) -> Matrix | None:
    """The matrix with a row for each class, however the screen folds them."""
    run, confusion, selection = session.run, session.confusion(), session.selection
    if run is None or confusion is None or not run.classes:
        return None
    order = np.arange(len(run.classes))
    true = run.class_index.get(selection.true or "", 0)
    predicted = run.class_index.get(selection.predicted or "", min(1, len(order) - 1))
    names = run.classes
    return Matrix(names, confusion, unit(order), names, confusion, order, order, true, predicted, session.matrix)


def _place(shown: Matrix, listed: PairList, line: int | None) -> str:
    if not listed.n:
        return "Nothing is confused."
    if line is not None:
        return f"Confusion {count(line + 1)} of {count(listed.n)} by {listed.sort.value}; j and k read the next ones."
    what = "Right answers" if shown.true == shown.predicted else "Not among the confusions"
    return f"{what}; j begins with the first of {plural(listed.n, 'confusion')} by {listed.sort.value}."


def _about_pair(row: PairRow | None) -> tuple[str, ...]:
    if row is None:
        return ()
    true, predicted = sanitise(row.true), sanitise(row.predicted)
    words = [f"The other way round, {predicted} as {true}: {count(row.back)}."]
    if not math.isnan(row.change):
        moved = {1: f"{count(round(row.change))} more", -1: f"{count(round(-row.change))} fewer", 0: "as many"}
        words.append(f"{moved[int(math.copysign(1, row.change)) if row.change else 0].capitalize()} than an epoch ago.")
    if math.isfinite(row.times):
        words.append(f"{row.times:.1f} times what chance would give.")
    if row.few:
        words.append(f"{true} has few samples: its rates say little.")
    if row.reason is not None:
        words.append(f"Tagged {row.reason.value}: {row.reason.meaning}.")
    return tuple(words)


def _about_classes(shown: Matrix) -> tuple[str, ...]:
    words = []
    for metric, index in ((Metric.RECALL, shown.true), (Metric.PRECISION, shown.predicted)):
        value, low, high, _ = metric_interval(shown.confusion, metric, [index])
        name = sanitise(shown.classes[index])
        if math.isnan(float(value[0])):
            words.append(f"The {metric.label} of {name} is undefined.")
        else:
            said, interval = rate(float(value[0]), float(low[0]), float(high[0]))
            words.append(f"{metric.label.capitalize()} of {name}: {said} %, {interval}.")
    return tuple(words)


def _other_runs(session: Session, shown: Matrix) -> tuple[str, ...]:
    others = [cell for cell in run_cells(session, shown) if session.run is None or cell.name != session.run.name]
    return tuple(
        f"{cell.letter} {sanitise(cell.name)}: {cell.shown} % {cell.interval}".rstrip() + "." for cell in others
    )
