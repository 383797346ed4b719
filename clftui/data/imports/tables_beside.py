"""Tables of samples beside arrays of predictions: names, images, texts and labels, a row for each row of the arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.names import ArrayName, array_name, column_roles, score_block
from clftui.data.imports.npy import Named
from clftui.data.imports.table import delimiter_of, read_delimited
from clftui.schema import FormatError

Array = NDArray[Any]

ROLES = ("id", "path", "text")
_MOST_BYTES = 50_000_000


def tables_beside(path: Path, folders: Iterable[Path]) -> list[Named]:
    """The columns of tables without predictions in `folders`, for the arrays at `path`; a label column is role `true`.

    Paths are relative to the folder that `path` lies in.
    """
    from clftui.data.imports.beside import listed

    out: list[Named] = []
    for folder in folders:
        for file in listed(folder)[0]:
            roles = _roles(file)
            if roles is None:
                continue
            try:
                table = read_delimited(file, file.read_bytes().decode("utf-8-sig", "replace"))
            except (OSError, FormatError):
                continue
            split = array_name(file.stem).split
            for role in (*ROLES, "true"):
                if role in roles and roles[role] in table.columns:
                    values: Array = table.columns[roles[role]]
                    values = _moved(values, folder, path.parent) if role == "path" else values
                    out.append(Named(file, f"{file.name}: {roles[role]}", ArrayName(role, split, None), values))
    return out


def _roles(file: Path) -> dict[str, str] | None:
    """The columns of a table of samples by role; None for other files."""
    if file.suffix.casefold() not in (".csv", ".tsv"):
        return None
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
            first = text.readline(20_000).rstrip("\r\n")
    except OSError:
        return None
    header = [name.strip().strip('"') for name in first.split(delimiter_of(file, first))]
    roles = column_roles(header)
    told = {"predicted", "epoch", "run", "count"} & roles.keys() or score_block(header) is not None
    return None if told or not roles.keys() & {*ROLES} else roles


def _moved(values: Array, folder: Path, place: Path) -> Array:
    base = os.path.relpath(folder, place)
    out = np.empty(len(values), dtype=object)
    out[:] = [name if not name or Path(name).is_absolute() else os.path.normpath(f"{base}/{name}") for name in values]
    return out


def of_samples(split: str, true: Array, tables: Sequence[Named], taken: Iterable[str]) -> dict[str, Named]:
    """The columns of the first table that has a row for each of the labels `true` and does not contradict them.

    Roles in `taken` are known already. A table that names no split counts where its labels say that it is this one.
    """
    for file in dict.fromkeys(each.path for each in tables):
        mine = {each.about.role or "": each for each in tables if each.path == file}
        first = next(iter(mine.values()))
        labels = mine.pop("true", None)
        agrees = None if labels is None or len(labels.values) != len(true) else _same_classes(labels.values, true)
        named = first.about.split == split
        if len(first.values) == len(true) and agrees is not False and (named or (agrees and first.about.split is None)):
            return {role: each for role, each in mine.items() if role not in taken}
    return {}


def from_table(file: Path) -> str:
    """How the note ends that says which table told of the samples."""
    return f"of the samples from {file.name}"


def _same_classes(names: Array, true: Array) -> bool:
    """Whether every class of one is one class of the other, whatever they are called."""
    ours, theirs = [str(value) for value in true.tolist()], [str(value) for value in names.tolist()]
    return len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))
