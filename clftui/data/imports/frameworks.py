"""Where what frameworks write is told apart: training logs, tables of results, image folders, shards, parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList, class_file
from clftui.data.imports.dialects import prepared
from clftui.data.imports.image_folder import image_array_run, image_tree
from clftui.data.imports.log_folders import (
    USUAL,
    folder_logs,
    log_files,
    log_folders,
    log_name,
    read_log,
    read_logs,
)
from clftui.data.imports.logs import is_log, json_log, table_log
from clftui.data.imports.predictions import predictions
from clftui.data.imports.results_table import has_scores, is_about_models, is_results, results_runs
from clftui.data.imports.scalar_run import log_run, with_scalars
from clftui.data.imports.table import Table, read_delimited
from clftui.data.imports.tensorboard import events_log, is_events
from clftui.data.imports.wandb_csv import chart_runs, is_chart, is_run_table, run_table_runs
from clftui.data.imports.writer_shards import shard_run
from clftui.data.run import Run
from clftui.schema import FormatError

PARQUET = (".parquet", ".pq")
SETTINGS = frozenset(("config.json", "args.json", "info.json", "train_results.json", "training_args.json"))
"""Files that tell about a model or its training and hold no predictions."""
MOST_SNIFFED = 4_000
"""Characters of a file that its header is looked for in."""


def table_runs(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The runs of a table that is no plain one of predictions; None for those."""
    if is_chart(list(table.columns)):
        return chart_runs([(path, table)])
    if is_run_table(list(table.columns)) and (runs := run_table_runs(path, table)):
        return runs
    if is_results(table):
        return results_runs([(path, table)])
    if is_log(table):
        return [log_run(log_name(path), table_log(path, table))]
    found = prepared(path, table, options, explicit)
    return None if found is None else predictions(path, found.table, found.classes, options.images_root)


def json_log_runs(path: Path, value: Any) -> list[Run] | None:
    """The run of a JSON object that is a training log or the results of one evaluation; None for others."""
    log = json_log(path, value) if isinstance(value, Mapping) else None
    return None if log is None else [log_run(log_name(path), log)]


def file_dialect(path: Path, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """The runs of a file that is neither text nor arrays; None for others."""
    if is_events(path):
        return [log_run(log_name(path), events_log([path]))]
    if path.suffix.casefold() == ".wandb":
        raise FormatError(
            path, "", "is W&B's binary log, which clftui does not read", "log a table, or export the history as CSV"
        )
    if path.suffix.casefold() == ".log":
        log = read_log(path)
        return None if log is None else [log_run(log_name(path), log)]
    if path.suffix.casefold() in PARQUET:
        from clftui.data.imports.parquet import read_parquet

        table = read_parquet(path)
        known = table_runs(path, table, options, explicit)
        return known if known is not None else predictions(path, table, explicit, options.images_root)
    return None


def folder_starts(
    folder: Path, files: Sequence[Path], options: Options, problems: list[tuple[Path, str]]
) -> tuple[list[Run], set[Path]]:
    """What a folder holds as a whole, and the files that this has used: a table of results, shards, images, parquet."""
    runs: list[Run] = []
    results, charts = _results(files), _charts(files)
    used = {path for path, _ in (*results, *charts)}
    try:
        runs += results_runs(results) if results else []
        runs += chart_runs(charts)
    except FormatError as error:
        problems.append((folder, str(error)))
    for find in (shard_run, image_array_run):
        try:
            made = find(folder, files, options)
            if made is not None:
                runs.append(made[0])
                used |= made[1]
        except FormatError as error:
            problems.append((folder, str(error)))
    for file in files:
        if file.suffix.casefold() in PARQUET:
            try:
                runs += file_dialect(file, options, class_file([folder])) or []
            except FormatError as error:
                problems.append((file, str(error)))
    return runs, used


def _results(files: Sequence[Path]) -> list[tuple[Path, Table]]:
    """The tables of results among the files; a single one is left to whoever opens tables one by one."""
    named = [file for file in files if file.suffix.casefold() == ".csv" and b"model" in _head(file)]
    found = [(file, table) for file, table in _tables(named) if is_results(table) or is_about_models(table)]
    return found if len(found) > 1 and any(map(has_scores, (table for _, table in found))) else []


def _charts(files: Sequence[Path]) -> list[tuple[Path, Table]]:
    """The charts that W&B exported, one for each metric."""
    named = [file for file in files if file.suffix.casefold() == ".csv" and b"__max" in _head(file)]
    return [(file, table) for file, table in _tables(named) if is_chart(list(table.columns))]


def _tables(files: Sequence[Path]) -> Iterator[tuple[Path, Table]]:
    """The tables that can be read; the others say later what is wrong with them."""
    for file in files:
        with suppress(OSError, FormatError):
            yield file, read_delimited(file, file.read_bytes().decode("utf-8-sig", "replace"))


def _head(file: Path) -> bytes:
    """The beginning of a file's first line, in lower case."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_SNIFFED).split(b"\n", 1)[0].lower()
    except OSError:
        return b""


def folder_ends(
    folder: Path, runs: Sequence[Run], used: set[Path], options: Options, problems: list[tuple[Path, str]]
) -> list[Run]:
    """`runs` with the training logs that lie beside their predictions, and the runs of all other logs."""
    taken = set(used) | {run.path for run in runs}
    out = []
    places = [run.path if run.path.is_dir() else run.path.parent for run in runs if run.classes]
    for run in runs:
        place = run.path if run.path.is_dir() else run.path.parent
        alone = bool(run.classes) and places.count(place) == 1
        logs = [file for file in log_files(place) if file not in taken] if alone else []
        try:
            out.append(with_scalars(run, read_logs(logs)[0]) if logs else run)
            taken |= set(logs)
        except FormatError:
            out.append(run)
    return [*out, *folder_logs(folder, taken, options, problems)]


def logs_here(files: Sequence[Path]) -> set[Path]:
    """Those of `files` that are training logs, of which a folder has one, or only tell how was trained."""
    found: set[Path] = set()
    for file in files:
        if file.name.casefold() in USUAL:
            try:
                found |= {file} if read_log(file) is not None else set()
            except FormatError:
                continue
    return found | {file for file in files if found and file.name.casefold() in SETTINGS}


def without_predictions(folder: Path) -> str | None:
    """Why a folder of images in class folders shows nothing, in one sentence; None for other folders."""
    tree = image_tree(folder)
    if tree is None:
        return None
    images = "1 image" if len(tree.paths) == 1 else f"{len(tree.paths)} images"
    return (
        f"{folder} holds {images} in {len(tree.classes)} class folders but no predictions; "
        "put a CSV of path and predicted beside them."
    )


def log_candidates(folder: Path) -> list[Path]:
    """The logs at and below a folder."""
    return [file for _, files in log_folders(folder) for file in files]
