"""Decisions of people and models on the same images, a CSV for each subject and session (model-vs-human's columns)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList, class_file
from clftui.data.imports.names import MISSING, normal, split_name
from clftui.data.imports.predictions import predictions
from clftui.data.imports.table import Strings, Table, read_delimited
from clftui.data.run import Run
from clftui.data.source import MemorySource
from clftui.schema import FormatError
from clftui.text import plural

MAX_SPLITS = 12
"""Conditions beyond that are a column to group by, and no splits of their own."""

_NEEDED = frozenset(("object_response", "category", "imagename"))
_SUBJECT = ("subj", "subject")
_ALL = "all"
"""The split of every trial."""
_PERSON = re.compile(r"(?:subject|subj|human|observer|participant)[-_ ]?\d+\Z", re.I)
"""People are numbered anew in each experiment; a model is the same one in all."""
_OWN_PREFIX = re.compile(r"\d+_[^_]+_[^_]+_(?=.*_)")
"""`0001_cl_s01_` is the trial, the experiment and the subject; what follows is the same image for all of them."""


def decision_runs(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """Each subject is a run, all trials the split `all`, each condition a split; None for other tables."""
    by_name = _by_name(table.columns)
    if not _is_decisions(by_name):
        return None
    return _runs(path, by_name, table.notes, options, explicit)


def decision_tree(
    root: Path, found: Sequence[tuple[Path, Sequence[Path]]], problems: list[tuple[Path, str]]
) -> tuple[list[Run], set[Path]]:
    """The runs of all such files in the folders `found` (each with its files), and the files.

    The sessions of one subject lie in files of their own. Where several folders have some, each is an experiment: its
    name leads the names of its splits, models are one run throughout, and people are another run in each.
    """
    mine = [(folder, [file for file in files if _is_decision_file(file)]) for folder, files in found]
    mine = [(folder, files) for folder, files in mine if files]
    used = {file for _, files in mine for file in files}
    if len(used) < 2:
        return [], set()
    read = [(folder, *_joined(files, problems)) for folder, files in mine]
    read = [each for each in read if each[1]]
    explicit = class_file([root]) or _all_classes(root, [columns for _, columns, _ in read])
    parts = [(folder, _runs(folder, columns, notes, Options(None, transposed=False), explicit))
             for folder, columns, notes in read]  # fmt: skip
    if len(parts) == 1:
        return parts[0][1], used
    return _over_experiments(root, parts), used


def _is_decision_file(file: Path) -> bool:
    return file.suffix.casefold() == ".csv" and _is_decisions(_header(file))


def _joined(files: Sequence[Path], problems: list[tuple[Path, str]]) -> tuple[dict[str, Strings], list[str]]:
    """The columns that all files have, one file below the other, and what was assumed."""
    whole: dict[str, list[Strings]] = {}
    notes: list[str] = []
    read = 0
    wanted = set.intersection(*(set(_header(file)) for file in files))
    for file in files:
        try:
            table = read_delimited(file, file.read_text(encoding="utf-8-sig", errors="replace"))
        except (OSError, FormatError) as error:
            problems.append((file, str(error)))
            continue
        read += 1
        notes.extend(f"{file.name}: {note}" for note in table.notes)
        for name, values in _by_name(table.columns).items():
            if name in wanted:
                whole.setdefault(name, []).append(values)
    notes.insert(0, f"{plural(read, 'file')} with decisions were read together")
    return {name: np.concatenate(parts) for name, parts in whole.items()}, notes


def _all_classes(root: Path, experiments: Sequence[Mapping[str, Strings]]) -> ClassList | None:
    """Every category and answer of any experiment, so that subjects compare; None where there is but one experiment."""
    if len(experiments) < 2:
        return None
    said = {str(name).strip() for each in experiments for role in ("category", "object_response")
            for name in set(each[role].tolist())}  # fmt: skip
    return ClassList(tuple(sorted(name for name in said if name.casefold() not in MISSING)), root / "all answers")


def _over_experiments(root: Path, parts: Sequence[tuple[Path, Sequence[Run]]]) -> list[Run]:
    """One run for each subject of `parts`, its splits led by the folder they are from."""
    found: dict[str, list[tuple[str, Run]]] = {}
    for folder, runs in parts:
        experiment = split_name(folder.name)
        for run in runs:
            person = f"{experiment}/{run.name}" if _PERSON.match(run.name) else run.name
            found.setdefault(person, []).append((experiment, run))
    return [_one_subject(root, name, mine) for name, mine in found.items()]


def _one_subject(root: Path, name: str, mine: Sequence[tuple[str, Run]]) -> Run:
    parts: dict[str, tuple[MemorySource, str]] = {}
    for experiment, run in mine:
        assert isinstance(run.source, MemorySource)
        for split in run.splits:
            parts[experiment if split == _ALL else f"{experiment}-{split}"] = (run.source, split)
    notes = [f"{plural(len(mine), 'experiment')}, each a split: a folder is one"]
    notes += [note for _, run in mine for note in run.notes]
    run = mine[0][1]
    source = MemorySource.joined(run.classes, parts)
    return replace(run, key=name, name=name, path=root, source=source, notes=tuple(dict.fromkeys(notes)))


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
    order: list[tuple[str, np.ndarray]] = [(_ALL, np.arange(len(columns["run"])))]
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
