"""Sample tables and class hierarchies, shared by the runs of a collection and therefore never overwritten."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.values import to_numpy
from clftui.schema import HIERARCHY_FILE, SAMPLES_FOLDER, UNLABELLED, FormatError, valid_split
from clftui.storage import atomic_json, atomic_write, read_json

Columns = Mapping[str, Any]
"""Column names to lists or arrays."""
Table = str | os.PathLike[str] | Columns | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class SampleList:
    """What the logger needs of a sample table: its file, its length, and its true classes where it names them."""

    path: Path
    count: int
    true: NDArray[np.int64] | None


def prepare_table(run: Path, split: str, table: Table, classes: Mapping[str, int], *, write: bool) -> SampleList:
    """The sample table of `split`: an existing CSV by path, or columns or rows to be written to `../samples/`.

    Columns are `id` (the row number when there is none), `true` (class numbers or names), `path` or `text`, and any
    further ones to group by. A table that is already there must have the same content.
    """
    if not valid_split(split):
        remedy = "use letters, digits, _ + - and a version such as test-v2.1"
        raise FormatError(run, "samples", f"names the split {split!r}, which cannot name a file", remedy)
    if isinstance(table, (str, os.PathLike)):
        path = Path(table)
        return SampleList(path, *_read(path, classes))
    path = run.parent / SAMPLES_FOLDER / f"{split}.csv"
    columns = _columns(path, table)
    names = list(classes)
    cells = {name: _cells(path, name, values, names) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in cells.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise FormatError(path, "", f"would get columns of different lengths ({listed})", "pass equal ones")
    count = next(iter(lengths.values()))
    if "id" not in cells:
        cells = {"id": [str(row) for row in range(count)]} | cells
    if write:
        path.parent.mkdir(exist_ok=True)
        if "path" in cells:
            cells["path"] = [_relative(cell, path.parent) for cell in cells["path"]]
        _write_once(path, _csv(cells))
    return SampleList(path, count, _true_of(cells.get("true"), classes))


def _columns(path: Path, table: Columns | Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if isinstance(table, Mapping):
        columns = {str(name): values for name, values in table.items()}
    else:
        names = list(dict.fromkeys(str(name) for row in table for name in row))
        columns = {name: [row.get(name) for row in table] for name in names}
    if not columns:
        raise FormatError(path, "", "would get no columns", "give at least id or true for every sample")
    first = [name for name in ("id", "true", "path", "text") if name in columns]
    return {name: columns[name] for name in [*first, *(name for name in columns if name not in first)]}


def _cells(path: Path, name: str, values: Any, classes: Sequence[str]) -> list[str]:
    plain: list[Any] = to_numpy(values).tolist() if hasattr(values, "__array__") else list(values)
    if name != "true":
        return ["" if value is None else str(value) for value in plain]
    texts = []
    for value in plain:
        if isinstance(value, bool) or not isinstance(value, int):
            texts.append("" if value is None else str(value))
        elif UNLABELLED <= value < len(classes):
            texts.append(classes[value] if value >= 0 else "")
        else:
            raise FormatError(path, "true", f"has the label {value}, which is no class of the run", "check the labels")
    return texts


def _relative(cell: str, folder: Path) -> str:
    """A path as the table should hold it: relative to the table if it lies in the collection or was found from here."""
    if not cell or (not Path(cell).is_absolute() and (folder / cell).exists()):
        return cell
    absolute = Path(cell).absolute()
    inside = absolute.is_relative_to(folder.parent.absolute())
    if inside or (not Path(cell).is_absolute() and absolute.exists()):
        return Path(os.path.relpath(absolute, folder.absolute())).as_posix()
    return cell


def _csv(cells: Mapping[str, Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    return out.getvalue().encode()


def _write_once(path: Path, data: bytes) -> None:
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        atomic_write(path, lambda file: _put(file, data))
        return
    if there != data:
        remedy = "give the new samples another split name, or remove the old table"
        raise FormatError(path, "", "already holds other samples, which other runs may refer to", remedy)


def _put(file: Any, data: bytes) -> None:
    file.write(data)


def _read(path: Path, classes: Mapping[str, int]) -> tuple[int, NDArray[np.int64] | None]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            at = header.index("true") if "true" in header else -1
            true = [row[at] if at >= 0 and len(row) > at else "" for row in rows if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(path, "", f"cannot be read as a sample table ({error})", "pass a UTF-8 CSV file") from error
    return len(true), _true_of(true if at >= 0 else None, classes)


def _true_of(names: Iterable[str] | None, classes: Mapping[str, int]) -> NDArray[np.int64] | None:
    if names is None:
        return None
    return np.array([classes.get(name, UNLABELLED) for name in names], np.int64)


def prepare_hierarchy(run: Path, hierarchy: object, classes: Iterable[str], *, write: bool) -> Path | None:
    """The class hierarchy's file: an existing one by path, or a nested mapping written to `../hierarchy.json`.

    A mapping is {"name", "children"}; its leaves, names alone or {"name"}, must include every class once.
    """
    if hierarchy is None:
        return None
    if isinstance(hierarchy, (str, os.PathLike)):
        return Path(hierarchy)
    path = run.parent / HIERARCHY_FILE
    leaves = list(_leaves(path, hierarchy))
    missing = [name for name in classes if leaves.count(name) != 1]
    if missing:
        problem = f"has the class {missing[0]!r} {leaves.count(missing[0])} times among its leaves"
        raise FormatError(path, "children", problem, "give every class one place in the tree")
    if write and not path.exists():
        atomic_json(path, hierarchy)
    elif write and read_json(path) != hierarchy:
        raise FormatError(path, "", "already holds another hierarchy", "remove it first if no other run needs it")
    return path


def _leaves(path: Path, node: object) -> Iterable[str]:
    if isinstance(node, str):
        yield node
        return
    if not isinstance(node, Mapping) or "name" not in node:
        raise FormatError(path, "children", 'has a node that is neither a name nor {"name", "children"}', "correct it")
    if not node.get("children"):
        yield str(node["name"])
    for child in node.get("children") or []:
        yield from _leaves(path, child)
