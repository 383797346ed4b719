"""Training logs of the usual frameworks: Lightning, Keras, Ultralytics, timm, Hugging Face, W&B, plain JSON lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clftui.data.imports.names import column_roles, normal
from clftui.data.imports.scalar_names import CLOCK, STEP, split_and_metric, tells_training
from clftui.data.imports.scalar_run import Log, Point, points_of
from clftui.data.imports.settings_files import settings_beside
from clftui.data.imports.table import Table
from clftui.schema import FormatError
from clftui.text import plural

_PREDICTIONS = {"true", "predicted", "path", "id", "text", "count"}
"""A table that has any of these is of samples, not of epochs."""
_MISSING = frozenset(("", "na", "n/a", "none", "null", "nan"))
_FLAT = frozenset(("param_count", "n_parameters", "parameters", "params", "num_params", "n_params"))


def is_log(table: Table) -> bool:
    """Whether a table is a training log: a column of epochs or steps, a loss or an accuracy, and no samples."""
    names = list(table.columns)
    timed = any(normal(name) == "epoch" or name.strip().casefold() in STEP for name in names)
    return timed and tells_training(names) and not _PREDICTIONS & column_roles(names).keys()


def table_log(path: Path, table: Table) -> Log:
    """The log in a table. Gaps are allowed anywhere; a row that repeats its header is passed over."""
    names = list(table.columns)
    epoch = next((name for name in names if normal(name) == "epoch"), None)
    step = next((name for name in names if name.strip().casefold() in STEP), None)
    rows: list[dict[str, float]] = []
    odd = 0
    for cells in zip(*table.columns.values(), strict=True):
        row = {}
        for name, cell in zip(names, cells, strict=True):
            if cell.strip().casefold() not in _MISSING:
                try:
                    row[name] = float(cell)
                except ValueError:
                    odd += cell != name and normal(name) not in CLOCK
        rows.append(row)
    notes = list(table.notes)
    if odd:
        notes.append(f"{plural(odd, 'cell was', 'cells were')} left out: no number")
    skipped = frozenset(name for name in names if normal(name) in CLOCK or normal(name) in _FLAT or name in STEP)
    log = _told(path, points_of(rows, epoch, step, skipped), names)
    log.notes[:0] = notes
    size = next((row[name] for row in rows for name in row if normal(name) in _FLAT), None)
    if size is not None and size > 0:
        log.model = {**log.model, "parameters": int(size)}
    return log


def _told(path: Path, points: list[Point], names: Sequence[str]) -> Log:
    """Whose log it is, by its columns: unprefixed metrics of Ultralytics are those of validation."""
    model, hyperparameters = settings_beside(path.parent)
    log = Log(path, points, model=model, hyperparameters=hyperparameters)
    plain = {normal(name) for name in names}
    if "metrics/accuracy_top1" in plain:
        log.plain = "val"
        log.notes.append("Ultralytics' classification log: accuracies are those of validation")
    elif "eval_top1" in plain:
        log.per_cent = True
        log.notes.append("timm's training summary")
    return log


def json_log(path: Path, value: Mapping[str, Any]) -> Log | None:
    """The log in a JSON object, None where it is none: a Trainer's state, lists by metric, or single results."""
    if isinstance(value.get("log_history"), list):
        return _trainer_state(path, value)
    report = _classification_report(path, value)
    if report is not None:
        return report
    names = [str(name) for name in value]
    roles = column_roles(names).keys() & {"true", "predicted", "path", "text"}
    if roles or not tells_training(names):
        return None
    lists = {name: item for name, item in value.items() if isinstance(item, list)}
    if lists and len({len(item) for item in lists.values()}) == 1 and all(map(_numbers, lists.values())):
        points = [
            Point(name, float(item), epoch) for name, items in lists.items() if normal(name) not in CLOCK
            for epoch, item in enumerate(items, 1) if item is not None
        ]  # fmt: skip
        log = _told(path, points, names)
        log.notes.append("lists of values: one for each epoch")
        return log
    return None if lists else _results(path, value, names)


def _numbers(items: list[Any]) -> bool:
    return all(item is None or (isinstance(item, int | float) and not isinstance(item, bool)) for item in items)


def _results(path: Path, value: Mapping[str, Any], names: list[str]) -> Log | None:
    """Single results such as eval_results.json or wandb-summary.json."""
    numbers = {name: number for name, item in value.items() if (number := _real(item)) is not None}
    if not tells_training(list(numbers)):
        return None
    epoch = next((number for name, number in numbers.items() if normal(name) == "epoch"), None)
    when = None if epoch is None else max(1.0, math.ceil(epoch))
    skipped = frozenset(name for name in numbers if normal(name) in CLOCK or normal(name) in _FLAT)
    log = _told(path, points_of([numbers], None, None, skipped), names)
    log.points = [Point(point.name, point.value, when or 1.0) for point in log.points]
    log.plain = "test" if not any(split_and_metric(name)[0] for name in numbers) else log.plain
    log.notes.append("the results of one evaluation")
    size = next((number for name, number in numbers.items() if normal(name) in _FLAT), None)
    if size is not None and size > 0:
        # timm counts millions.
        log.model = {**log.model, "parameters": int(size * 1e6) if size < 100_000 else int(size)}
    return log


def _trainer_state(path: Path, value: Mapping[str, Any]) -> Log:
    """Hugging Face's trainer_state.json: dicts with fractional epochs, losses and evaluations between each other."""
    records = [record for record in value["log_history"] if isinstance(record, dict)]
    skip = {"epoch", "step", "total_flos", *_SUMMARIES}
    points = [
        Point(str(name), float(item), _real(record.get("epoch")), _real(record.get("step")))
        for record in records
        for name, item in record.items()
        if name not in skip and isinstance(item, int | float) and not isinstance(item, bool)
    ]
    model, hyperparameters = settings_beside(path.parent)
    notes = ["the state of Hugging Face's Trainer"]
    if not points:
        raise FormatError(path, "log_history", "holds no logged numbers", "train with logging_strategy='epoch'")
    return Log(path, points, model=model, hyperparameters=hyperparameters, notes=notes)


_SUMMARIES = frozenset(("train_loss", "train_runtime", "train_samples_per_second", "train_steps_per_second"))
"""What the Trainer writes once at its end, of the whole training."""


def _real(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _classification_report(path: Path, value: Mapping[str, Any]) -> Log | None:
    """scikit-learn's classification_report(output_dict=True): one evaluation's accuracy and means."""
    macro = value.get("macro avg")
    if not isinstance(macro, dict) or not {"precision", "recall", "f1-score", "support"} <= macro.keys():
        return None
    known = {"accuracy": value.get("accuracy"), "macro_f1": macro["f1-score"], "macro_recall": macro["recall"],
             "samples": macro["support"]}  # fmt: skip
    points = [Point(f"test_{name}", number, 1.0) for name, item in known.items() if (number := _real(item)) is not None]
    classes = sum(isinstance(item, dict) for item in value.values()) - 2
    note = f"scikit-learn's report of {plural(classes, 'class', 'classes')}: it has no confusions; "
    return Log(path, points, plain="test", notes=[note + "save y_true and y_pred as CSV to see them"])
