"""The table of runs without a screen."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.class_spread import class_spread
from clftui.state.runs_groups import group_spread
from clftui.state.runs_table import RunRow, RunsTable, model_words, other_score, row_past, runs_table
from clftui.state.session import Session
from clftui.state.troubles import passed_over, run_notes, troubles
from clftui.text import plural

COLUMNS = (
    "run",
    "accuracy",
    "low",
    "high",
    "macro-F1",
    "worst class",
    "its recall",
    "change",
    "best epoch",
    "epochs",
)


DISAGREEMENTS = 10


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"runs": [{"name", "split", "epochs", "accuracy", "low", "high", "macro_f1", "worst_class", "worst_recall"}],
    "disagreement": [{"class", "range", "mean", "low", "high"}]}`.

    In the order of the view. A run that has nothing on the split, or cannot be read, is there with undefined values.
    With a class hierarchy `groups`, `[{"group": [names], "range", "mean", "accuracy": {run: share}}]`, and with runs
    that differ in their seed alone `seeds`, `[{"name", "runs", "mean", "sd"}]`.
    """
    shown = runs_table(session, wait=True)
    found: dict[str, Any] = {"runs": [_entry(shown, row) for row in _kept(shown, options)]}
    found["disagreement"] = _disagreement(session, options)
    found |= {name: listed for name, listed in (("groups", _groups(session)), ("seeds", _seeds(session))) if listed}
    return found


def _disagreement(session: Session, options: Options | None) -> list[dict[str, Any]]:
    """The classes on which the runs' recall differs most."""
    spread = class_spread(session)
    if spread is None:
        return []
    top = options.top if options is not None and options.top is not None else DISAGREEMENTS
    return [
        {"class": name, "range": high - low, "mean": mean, "low": low, "high": high}
        for name, low, high, mean in zip(
            spread.classes[:top], spread.low.tolist(), spread.high.tolist(), spread.mean.tolist(), strict=False
        )
    ]


def _groups(session: Session) -> list[dict[str, Any]]:
    found = group_spread(session)
    if found is None:
        return []
    names = [member.run.key for member in found.spread.members]
    return [
        {
            "group": path,
            "range": found.spread.high[at] - found.spread.low[at],
            "mean": found.spread.mean[at],
            "accuracy": dict(zip(names, found.spread.values[:, at].tolist(), strict=True)),
        }
        for at, path in enumerate(found.paths)
    ]


def _seeds(session: Session) -> list[dict[str, Any]]:
    together = replace(session, runs=replace(session.runs, seeds=True))
    return [
        {
            "name": row.title,
            "runs": [each.run.name for each in row.seeds],
            "mean": row.score.value,
            "sd": row.score.high - row.score.value,
        }
        for row in runs_table(together, wait=True).rows
        if row.seeds
    ]


def _kept(shown: RunsTable, options: Options | None) -> tuple[RunRow, ...]:
    return shown.rows[: options.top] if options is not None else shown.rows


def _entry(shown: RunsTable, row: RunRow) -> dict[str, Any]:
    return {
        "name": row.run.name,
        "split": shown.split,
        "epochs": len(row.run.epochs(shown.split)) if not row.broken else None,
        "accuracy": row.score.value,
        "low": row.score.low,
        "high": row.score.high,
        "macro_f1": row.macro_f1,
        "worst_class": row.worst_class or None,
        "worst_recall": row.worst_recall,
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a run: scores with intervals, further splits, the change since the epoch before, differing settings."""
    shown = runs_table(session, wait=True)
    kept = _kept(shown, options)
    columns = (*COLUMNS, *(f"accuracy {other}" for other in shown.others), *shown.hyperparameters)
    rows = tuple(_row(session, shown, row) for row in kept)
    number = sum(len(row.keys) for row in shown.rows)
    title = f"{plural(number, 'run')} of {session.catalog.name}, {shown.split or 'no split'}"
    return Table(title, columns, rows, _notes(session, kept))


def _row(session: Session, shown: RunsTable, row: RunRow) -> tuple[Value, ...]:
    past = row_past(row, shown.split, wait=True)
    change = past.change(row.epoch or 0) if past is not None else math.nan
    others = (other_score(session, row, other, wait=True) for other in shown.others)
    settings = (row.run.hyperparameters.get(name) for name in shown.hyperparameters)
    return (
        row.name,
        row.score.value,
        row.score.low,
        row.score.high,
        row.macro_f1,
        row.worst_class or None,
        row.worst_recall,
        change,
        past.best if past is not None else None,
        len(past.epochs) if past is not None else 0,
        *(score.value if score is not None else None for score in others),
        *(value if isinstance(value, int | float | str) or value is None else str(value) for value in settings),
    )


def _notes(session: Session, kept: tuple[RunRow, ...]) -> tuple[str, ...]:
    notes = ["low and high: 95 % interval of accuracy (Wilson); change: since the epoch before; – is undefined."]
    if any(row.seeds for row in kept):
        notes.append("×n: mean of n seeds, low and high one standard deviation away.")
    notes += [f"{row.run.name}: {row.problem}" for row in kept if row.problem]
    notes += [
        f"{row.run.name}: {note}" for row in kept if row.member is not None for note in run_notes(row.member, wait=True)
    ]
    notes += [f"{row.run.name}: {model_words(row.run)}" for row in kept if row.run.model]
    told = {row.problem for row in kept}
    return (*notes, *(sentence for sentence in troubles(session) if sentence not in told), *passed_over(session))
