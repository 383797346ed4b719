"""Runs of scalars alone: the values a training script logged, by epoch and split, without any prediction."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from clftui.data.imports.scalar_names import split_and_metric
from clftui.data.run import WITHOUT_PREDICTIONS, Run
from clftui.data.source import MemorySource
from clftui.schema import FormatError
from clftui.text import plural

Row = Mapping[str, object]

_EPOCHS = 10_000_000
"""More is a step or a time stamp, not an epoch."""
_MOST = 1_000
"""Epochs that are made of steps."""


@dataclass(frozen=True)
class Point:
    """One logged value: where it was logged, as far as the log says, under the name the log gives."""

    name: str
    value: float
    epoch: float | None = None
    step: float | None = None


@dataclass
class Log:
    """What an importer found in one training log. `notes` are sentences; `plain` is the split of unprefixed names."""

    path: Path
    points: list[Point]
    plain: str = "train"
    per_cent: bool = False
    """Accuracies are per cent whatever their size."""
    model: Mapping[str, object] = field(default_factory=dict)
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def log_run(name: str, log: Log) -> Run:
    """The run of one log; FormatError where nothing finite was logged in it."""
    rows = scalar_rows(log)
    if not rows:
        raise FormatError(log.path, "", "holds no logged numbers", "log a loss or an accuracy for each epoch")
    return scalar_run(name, log.path, rows, [*log.notes, WITHOUT_PREDICTIONS], log.model, log.hyperparameters)


def scalar_run(
    name: str,
    path: Path,
    rows: Sequence[Row],
    notes: Sequence[str],
    model: Mapping[str, object],
    hyperparameters: Mapping[str, object],
) -> Run:
    """A run that has `rows` such as {"epoch": 1, "split": "val", "accuracy": 0.9} and nothing else."""
    source = MemorySource((), {}, scalars=tuple(rows))
    kept = tuple(dict.fromkeys(notes))
    return Run(name, name, path, (), source, model=model, hyperparameters=hyperparameters, notes=kept)


def with_scalars(run: Run, log: Log) -> Run:
    """`run`, which an import made of predictions, with what a log beside them says."""
    rows = scalar_rows(log)
    if not rows or not isinstance(run.source, MemorySource):
        return run
    notes = (*run.notes, f"losses and accuracies of training from {log.path.name}", *log.notes)
    return replace(
        run,
        source=run.source.with_scalars(tuple(rows)),
        notes=tuple(dict.fromkeys(notes)),
        model={**log.model, **run.model},
        hyperparameters={**log.hyperparameters, **run.hyperparameters},
    )


def scalar_rows(log: Log) -> list[dict[str, object]]:
    """One row for each epoch and split, by rising epoch; what was assumed is added to the log's notes."""
    points = [point for point in log.points if math.isfinite(point.value)]
    epochs = _epochs(points, log.notes)
    found: dict[tuple[int, str], dict[str, list[float]]] = {}
    whole = {point.name[: -len("_epoch")] for point in points if point.name.endswith("_epoch")}
    for point, epoch in zip(points, epochs, strict=True):
        # What was logged for a whole epoch is better than the steps of it.
        if point.name.endswith("_step") and point.name[: -len("_step")] in whole:
            continue
        split, metric = split_and_metric(point.name)
        found.setdefault((epoch, split or log.plain), {}).setdefault(metric, []).append(point.value)
    shares = _shares(found, log)
    rows: list[dict[str, object]] = []
    averaged = False
    for (epoch, split), metrics in sorted(found.items()):
        row: dict[str, object] = {"epoch": epoch, "split": split}
        for metric, values in metrics.items():
            mean = split == "train" and len(values) > 1
            averaged = averaged or mean
            value = math.fsum(values) / len(values) if mean else values[-1]
            row[metric] = value / 100 if shares and metric in ("accuracy", "top5") else value
        rows.append(row)
    if averaged:
        log.notes.append("training values logged several times in an epoch are their mean")
    return rows


def _shares(found: Mapping[tuple[int, str], Mapping[str, list[float]]], log: Log) -> bool:
    """Whether accuracies are per cent: the log's kind says so, or one is above 1."""
    values = [value for metrics in found.values() for value in metrics.get("accuracy", ())]
    turned = bool(values) and (log.per_cent or max(values) > 1)
    if turned:
        log.notes.append("accuracies were taken as per cent")
    return turned


def _epochs(points: Sequence[Point], notes: list[str]) -> list[int]:
    """The epoch of each point, counted from 1."""
    if any(point.epoch is not None for point in points):
        return _named_epochs(points, notes)
    steps = sorted({point.step for point in points if point.step is not None})
    if not steps:
        # Nothing says when: values of the same name follow each other.
        seen: dict[str, int] = {}
        out = []
        for point in points:
            seen[point.name] = seen.get(point.name, 0) + 1
            out.append(seen[point.name])
        return out
    ends = sorted({p.step for p in points if p.step is not None and split_and_metric(p.name)[0] not in (None, "train")})
    ends = ends or steps
    told = "steps were taken as epochs"
    if ends != [ends[0] + at for at in range(len(ends))] or ends[0] not in (0, 1):
        told = f"there is no epoch in it: its {plural(len(ends), 'evaluation')} count as epochs"
    if len(ends) > _MOST:
        ends, number = [ends[int(at)] for at in np.linspace(0, len(ends) - 1, _MOST)], len(ends)
        told = f"there is no epoch in it: its {plural(number, 'step')} were put together in {_MOST:,}"
    notes.append(told)
    at = np.searchsorted(np.array(ends), [ends[0] if p.step is None else p.step for p in points])
    return [min(int(place), len(ends) - 1) + 1 for place in at]


def _named_epochs(points: Sequence[Point], notes: list[str]) -> list[int]:
    known = [point.epoch for point in points if point.epoch is not None]
    fractions = any(epoch != math.floor(epoch) for epoch in known)
    shift = 1 if min(known) < 1 and not fractions else 0
    if shift:
        notes.append("epochs count from 0 and were moved to count from 1")
    if fractions:
        notes.append("values logged within an epoch belong to that epoch")
    if max(known) > _EPOCHS or min(known) < 0:
        notes.append("epochs that cannot be are left out")
    out, last = [], 1
    for point in points:
        if point.epoch is not None and 0 <= point.epoch <= _EPOCHS:
            last = max(1, math.ceil(point.epoch) + shift)
        out.append(last)
    return out


def points_of(
    rows: Iterable[Mapping[str, float]], epoch: str | None, step: str | None, skipped: frozenset[str]
) -> list[Point]:
    """The points of rows of numbers; `epoch` and `step` name the columns that say when, `skipped` no metrics."""
    out = []
    for row in rows:
        when = row.get(epoch) if epoch is not None else None
        where = row.get(step) if step is not None else None
        out += [Point(name, value, when, where) for name, value in row.items() if name not in skipped]
    return out
