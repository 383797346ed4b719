"""CSV files that W&B's pages export: a chart with a column for each run, and the table of runs with a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clftui.data.imports.names import normal
from clftui.data.imports.scalar_names import ACCURACY, CLOCK, STEP, split_and_metric
from clftui.data.imports.scalar_run import Log, Point, log_run
from clftui.data.imports.table import Table
from clftui.data.run import Run

_ENDS = ("__MIN", "__MAX")
_ABOUT = frozenset(("name", "state", "notes", "user", "tags", "created", "runtime", "sweep", "hostname", "id", "group",
                    "job_type", "updated", "end_time", "github", "description", "project"))  # fmt: skip
_NEEDED = frozenset(("name", "state", "created", "runtime"))
_PARAMETERS = frozenset(("n_parameters", "parameters", "params", "num_params", "n_params", "num_parameters"))


def is_chart(names: Sequence[str]) -> bool:
    """Whether columns are those of an exported chart: a value and its range within each step, `cnn - val_acc__MIN`."""
    return bool(_values(names))


def is_run_table(names: Sequence[str]) -> bool:
    """Whether columns are those of the exported table of runs."""
    return {normal(name) for name in names} >= _NEEDED


def _values(names: Sequence[str]) -> list[str]:
    known = set(names)
    return [name for name in names if " - " in name and all(f"{name}{end}" in known for end in _ENDS)]


def chart_runs(tables: Sequence[tuple[Path, Table]]) -> list[Run]:
    """A run for each run of the charts: each chart has one metric, all of a run's are its scalars."""
    logs: dict[str, Log] = {}
    for path, table in tables:
        names = list(table.columns)
        axis = next((name for name in names if name not in _values(names) and not name.endswith(_ENDS)), None)
        when = table.columns[axis].tolist() if axis is not None else [""] * table.n
        by_epoch = axis is not None and normal(axis) == "epoch"
        for column in _values(names):
            run, metric = column.rsplit(" - ", 1)
            if normal(metric) in CLOCK or metric in STEP:
                continue
            log = logs.setdefault(run.strip(), Log(path, [], notes=["a chart that W&B exported"]))
            for at, cell in zip(when, table.columns[column].tolist(), strict=True):
                value, place = _number(cell), _number(at)
                if value is not None:
                    log.points.append(Point(metric, value, place if by_epoch else None, None if by_epoch else place))
    return [log_run(name, log) for name, log in logs.items() if log.points]


def run_table_runs(path: Path, table: Table) -> list[Run]:
    """A run for each row of the table of runs: its summary as the scalars of one epoch, its settings beside them."""
    columns = {normal(name): name for name in table.columns}
    runs = []
    for row in range(table.n):
        cells = {name: table.columns[name][row].strip() for name in table.columns}
        epoch = _number(cells.get(columns.get("epoch", ""), ""))
        log = Log(path, [], plain="test", notes=["W&B's table of runs: the summary of each"])
        settings: dict[str, object] = {}
        for name, cell in cells.items():
            value = _number(cell)
            split, metric = split_and_metric(name)
            if normal(name) in _ABOUT or normal(name) in CLOCK or not cell:
                continue
            if normal(name) in _PARAMETERS and value:
                log.model = {"parameters": int(value)}
            elif value is not None and (split is not None or metric in ("loss", "accuracy", *ACCURACY)):
                log.points.append(Point(name, value, max(1.0, epoch or 1.0)))
            else:
                settings[name] = cell if value is None else int(value) if value.is_integer() else value
        log.hyperparameters = settings
        if log.points:
            runs.append(log_run(cells[columns["name"]] or f"row {row + 1}", log))
    return runs


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
