"""A metric of every class over the epochs of the runs, without a screen."""

from __future__ import annotations

from typing import Any

import numpy as np

from clftui.analysis.curves import RULE
from clftui.analysis.metrics import Metric
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.epochs_past_best import past_best
from clftui.state.epochs_view import EpochsTable, RunEpochs, epochs_table
from clftui.state.session import Session
from clftui.text import plural


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"metric", "classes", "runs": [{"run", "epochs", "accuracy", "values", "best_epoch", "lowest_loss_epoch",
    "overfit_epoch"}]}`.

    `classes` are in the order of the view (`options.top` of them); `values` holds a list over the epochs for each of
    them and `best_epoch` the first epoch of its highest value, null where it is undefined throughout.
    """
    table = epochs_table(session, wait=True)
    rows = table.order[: options.top if options is not None else None]
    return {
        "metric": table.metric.value,
        "classes": [table.classes[index] for index in rows.tolist()],
        "runs": [_entry(each, rows) for each in table.runs],
    }


def _entry(each: RunEpochs, rows: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    return {
        "run": each.run.name,
        "epochs": list(each.epochs),
        "accuracy": each.accuracy.tolist(),
        "values": [[_plain(value) for value in each.values[:, index].tolist()] for index in rows.tolist()],
        "best_epoch": [_best(each, index) for index in rows.tolist()],
        "lowest_loss_epoch": each.losses.lowest,
        "overfit_epoch": each.losses.overfit,
    }


def _plain(value: float) -> float:
    """A float32 without the digits that it does not have."""
    return float(f"{value:.7g}")


def _best(each: RunEpochs, index: int) -> int | None:
    values = each.values[:, index]
    return each.epochs[int(np.nanargmax(values))] if np.isfinite(values).any() else None


def table(session: Session, options: Options | None = None) -> Table:
    """A row a class and run: its first, best and last value, and whether it is past its best beyond chance."""
    shown = epochs_table(session, wait=True)
    order = shown.order[: options.top if options is not None else None].tolist()
    rows: list[tuple[Value, ...]] = [_overall(each) for each in shown.runs]
    tests = {
        each.run.key: past_best(session, each.run, wait=True) if shown.metric is Metric.RECALL else None
        for each in shown.runs
    }
    for index in order:
        for each in shown.runs:
            tested = tests[each.run.key]
            past = "" if tested is None or not tested.past[index] else "past its best"
            values = each.values[:, index]
            best = _best(each, index)
            top = _plain(float(np.nanmax(values))) if best is not None else None
            ends = (_plain(float(values[0])), _plain(float(values[-1])))
            rows.append((shown.classes[index], each.run.name, ends[0], top, best, ends[1], each.epochs[-1], past))
    columns = ("class", "run", "first", "best", "best epoch", "last", "last epoch", "beyond chance")
    title = f"{shown.metric.label} over the epochs, {shown.split or 'no split'}"
    return Table(title, columns, tuple(rows), _notes(session, shown))


def _overall(each: RunEpochs) -> tuple[Value, ...]:
    top = float(each.accuracy[each.best]) if each.best is not None else None
    epoch = each.epochs[each.best] if each.best is not None else None
    return ("accuracy", each.run.name, float(each.accuracy[0]), top, epoch, float(each.accuracy[-1]),
            each.epochs[-1], "")  # fmt: skip


def _notes(session: Session, shown: EpochsTable) -> tuple[str, ...]:
    notes = [f"{plural(len(shown.order), 'class', 'classes')}, in the order of the view; – is undefined."]
    if shown.metric is Metric.RECALL:
        notes.append("Past its best: best epoch chosen on half of the samples, tested on the other half (McNemar, "
                     "false discoveries held at 5 % over the classes).")  # fmt: skip
    if len(session.catalog.runs) > len(shown.runs) + len(shown.absent):
        notes.append("The runs A to D and the focused one; --run names another.")
    for each in shown.runs:
        if each.losses.lowest is not None:
            notes.append(f"{each.run.name}: lowest loss in epoch {each.losses.lowest}.")
        if each.losses.overfit is not None:
            since = f"over-fits since epoch {each.losses.overfit}, loss ×{each.losses.times:.2f}"
            notes.append(f"{each.run.name}: {since}.")
    if any(each.losses.overfit is not None for each in shown.runs):
        notes.append(RULE)
    notes += [f"{run.name}: no epoch on this split, or none in the range." for _, run in shown.absent]
    return tuple(notes)
