"""What research tools write: each dialect looks at a file's content and takes it, or leaves it to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.confusionflow import confusionflow_file, confusionflow_folder, is_confusionflow
from clftui.data.imports.decisions import decision_runs
from clftui.data.imports.fiftyone import fiftyone_runs
from clftui.data.imports.instanceflow import instanceflow_runs
from clftui.data.imports.neo import neo_runs
from clftui.data.imports.table import Table
from clftui.data.imports.vismlic import listed_runs, vismlic_runs, vismlic_table
from clftui.data.run import Run

Problems = list[tuple[Path, str]]

_JSON: tuple[Callable[[Path, Any, Options, ClassList | None], list[Run] | None], ...] = (
    vismlic_runs, listed_runs, instanceflow_runs, confusionflow_file, fiftyone_runs, neo_runs,
)  # fmt: skip


def json_dialect(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The runs of a JSON value that some tool writes; None where no dialect knows it. FormatError where it is torn."""
    for dialect in _JSON:
        runs = dialect(path, value, options, explicit)
        if runs is not None:
            return runs
    return None


def table_dialect(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The runs of a table that some tool writes; None where no dialect knows it."""
    runs = decision_runs(path, table, options, explicit)
    return runs if runs is not None else vismlic_table(path, table, options, explicit)


def folder_dialect(
    folder: Path, files: Sequence[Path], options: Options, problems: Problems
) -> tuple[list[Run], set[Path]]:
    """The runs of a folder that some tool writes, and which of `files` they are made of; none where none knows it."""
    runs = confusionflow_folder(folder, problems)
    return (runs, set(files)) if runs is not None else ([], set())


def claims_below(folder: Path) -> bool:
    """Whether the folders below belong to what `folder_dialect` has opened."""
    return is_confusionflow(folder)
