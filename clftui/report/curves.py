"""Training curves, best epochs, over-fitting and the Pareto front without a screen."""

from __future__ import annotations

import math
from typing import Any

from clftui.analysis.curves import RULE
from clftui.data.run import Run
from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.runs_curves import RunCurves, SplitCurve, curves
from clftui.state.runs_pareto import cost_of, tradeoff
from clftui.state.session import Session
from clftui.state.settings import Cost

COLUMNS = (
    "run", "split", "epochs", "accuracy", "best epoch", "best accuracy", "loss", "lowest in", "lowest loss",
    "over-fits from", "Pareto front",
)  # fmt: skip
CHOSEN = "Picking the best of many epochs flatters it: expect a little less on new samples."


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"runs": [{"name", "split": {name: {"epochs", "accuracy", "loss"}}, "train", "validation", "best_epoch",
    "lowest_loss_epoch", "overfit_from", "parameters", "flops"}], "pareto_cost", "pareto": [names]}`.

    Runs as the catalog has them; the front by rising cost, empty where no run says what its model costs.
    """
    shown = tradeoff(session)
    return {
        "runs": [_entry(run, found) for run, found in _read(session, options)],
        "pareto_cost": shown.unit.value if shown.runs else None,
        "pareto": [shown.runs[at].name for at in shown.ladder],
    }


def _read(session: Session, options: Options | None) -> list[tuple[Run, RunCurves]]:
    runs = session.catalog.runs[: options.top] if options is not None else session.catalog.runs
    read = ((run, curves(session, run, wait=True)) for run in runs)
    return [(run, found) for run, found in read if found is not None]


def _entry(run: Run, found: RunCurves) -> dict[str, Any]:
    return {
        "name": run.name,
        "split": {
            name: {"epochs": curve.epochs, "accuracy": curve.accuracy, "loss": curve.loss}
            for name, curve in found.splits.items()
        },
        "train": found.train or None,
        "validation": found.validation or None,
        "best_epoch": found.best_epoch,
        "lowest_loss_epoch": found.least_loss_epoch,
        "overfit_from": found.overfit_from,
        "parameters": cost_of(run, Cost.PARAMETERS),
        "flops": cost_of(run, Cost.FLOPS),
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a run and split: newest and best accuracy, newest and lowest loss, and since when it over-fits."""
    shown = tradeoff(session)
    front = {shown.runs[at].key for at in shown.ladder}
    rows = tuple(
        _row(run, found, curve, run.key in front)
        for run, found in _read(session, options)
        for curve in found.splits.values()
    )
    notes = [RULE, CHOSEN]
    if shown.runs:
        notes.append(f"Pareto front of {shown.unit.label} against accuracy on {session.selection.split}.")
    return Table(f"Training curves of {session.catalog.name}", COLUMNS, rows, tuple(notes))


def _row(run: Run, found: RunCurves, curve: SplitCurve, front: bool) -> tuple[Value, ...]:
    own = curve.split == found.validation
    best, lowest = (found.best_epoch, found.least_loss_epoch) if own else (None, None)
    return (
        run.name,
        curve.split,
        len(curve.epochs),
        _value(curve, curve.epochs[-1], curve.accuracy.tolist()),
        best,
        _value(curve, best, curve.accuracy.tolist()),
        _value(curve, curve.epochs[-1], curve.loss.tolist()),
        lowest,
        _value(curve, lowest, curve.loss.tolist()),
        found.overfit_from if own else None,
        "yes" if front and own else None,
    )


def _value(curve: SplitCurve, epoch: int | None, values: list[float]) -> float:
    return values[curve.epochs.index(epoch)] if epoch is not None else math.nan
