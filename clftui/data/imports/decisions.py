"""Decisions of people and models on the same images, a CSV for each subject and session (model-vs-human's columns)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList, class_file
from clftui.data.imports.names import normal
from clftui.data.imports.predictions import predictions
from clftui.data.imports.table import Strings, Table, read_delimited
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.text import plural

MAX_SPLITS = 12
"""Conditions beyond that are a column to group by, and no splits of their own."""

_NEEDED = frozenset(("object_response", "category", "imagename"))
_SUBJECT = ("subj", "subject")
_OWN_PREFIX = re.compile(r"\d+_[^_]+_[^_]+_(?=.*_)")
"""`0001_cl_s01_` is the trial, the experiment and the subject; what follows is the same image for all of them."""


def decision_runs(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """Each subject is a run, all trials the split `all`, each condition a split; None for other tables."""
    by_name = _by_name(table.columns)
    if not _is_decisions(by_name):
        return None
    return _runs(path, by_name, table.notes, options, explicit)


def decision_folder(
    folder: Path, files: Sequence[Path], options: Options, problems: list[tuple[Path, str]]
) -> tuple[list[Run], set[Path]]:
    """The sessions of one subject lie in files of their own: the runs of all such files in `folder`, and the files."""
    mine = [file for file in files if file.suffix.casefold() == ".csv" and _is_decisions(_header(file))]
    if len(mine) < 2:
        return [], set()
    whole: dict[str, list[Strings]] = {}
    notes: list[str] = []
    used = set()
    wanted = set.intersection(*(set(_header(file)) for file in mine))
    for file in mine:
        try:
            table = read_delimited(file, file.read_text(encoding="utf-8-sig", errors="replace"))
        except (OSError, FormatError) as error:
            problems.append((file, str(error)))
            continue
        used.add(file)
        notes.extend(f"{file.name}: {note}" for note in table.notes)
        for name, values in _by_name(table.columns).items():
            if name in wanted:
                whole.setdefault(name, []).append(values)
    notes.insert(0, f"{plural(len(used), 'file')} with decisions were read together")
    columns = {name: np.concatenate(parts) for name, parts in whole.items()}
    return _runs(folder, columns, notes, options, class_file([folder])), set(mine)


def _header(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            return {normal(name): name for name in next(csv.reader([text.readline(10_000)]), [])}
    except OSError:
        return {}


def _by_name(columns: Mapping[str, Strings]) -> dict[str, Strings]:
    return {normal(name): values for name, values in columns.items()}


def _is_decisions(columns: Mapping[str, object]) -> bool:
    return columns.keys() >= _NEEDED and any(name in columns for name in _SUBJECT)


def _runs(
    path: Path, given: Mapping[str, Strings], notes: Sequence[str], options: Options, explicit: ClassList | None
) -> list[Run]:
    subject = next(name for name in _SUBJECT if name in given)
    columns: dict[str, Strings] = {
        "run": given[subject],
        "true": given["category"],
        "predicted": given["object_response"],
        "path": given["imagename"],
        "id": _ids(given["imagename"]),
    }
    named = {subject, "category", "object_response", "imagename"}
    columns.update({name: values for name, values in given.items() if name not in named})
    told = [*notes, "a subject is a run; `na` is no answer; images are known by their names without trial and subject"]
    order: list[tuple[str, np.ndarray]] = [("all", np.arange(len(columns["run"])))]
    if "condition" in columns:
        names = sorted(set(columns["condition"].tolist()))
        if 2 <= len(names) <= MAX_SPLITS:
            order += [(name, np.flatnonzero(columns["condition"] == name)) for name in names]
            told.append(f"split all holds every trial, each of {len(names)} conditions is a split of its own too")
    rows = np.concatenate([at for _, at in order])
    split = np.concatenate([np.full(len(at), name, dtype=object) for name, at in order])
    columns = {name: values[rows] for name, values in columns.items()} | {"split": split}
    return predictions(path, Table(columns, None, None, tuple(told)), explicit, options.images_root)


def _ids(names: Strings) -> Strings:
    """Images by what their names share between subjects; whole names where that would make two of them the same."""
    out = np.empty(len(names), dtype=object)
    out[:] = [_OWN_PREFIX.sub("", name, count=1) for name in names.tolist()]
    return out
