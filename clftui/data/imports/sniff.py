"""What a file or a folder in another format holds, told by endings, names and shapes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.imports.classes import CLASS_FILES, ClassList, class_file
from clftui.data.imports.matrix import matrix_run, pair_counts, parse_matrix
from clftui.data.imports.names import ArrayName, array_name, column_roles
from clftui.data.imports.npy import ANSWERS, CONTEXT, Named, load_npy, named_arrays
from clftui.data.imports.npy_runs import arrays_run
from clftui.data.imports.predictions import is_predictions, predictions
from clftui.data.imports.table import (
    Table,
    from_columns,
    from_records,
    read_delimited,
    read_lines,
    split_lines,
)
from clftui.data.run import Run
from clftui.schema import FormatError

TABLE_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
TEXT_ENDINGS = (*TABLE_ENDINGS, ".txt")
ARRAY_ENDINGS = (".npy", ".npz")
STDIN = Path("-")


@dataclass(frozen=True, eq=False)
class Imported:
    """What was found at a path: runs, and (file, sentence) for what could not be read.

    `signature` changes when one of the files that were, or could have been, used does.
    """

    runs: tuple[Run, ...]
    problems: tuple[tuple[Path, str], ...]
    signature: tuple[object, ...]


@dataclass(frozen=True)
class _Options:
    images_root: Path | None
    transposed: bool


def import_path(
    path: Path,
    *,
    images_root: Path | None = None,
    transposed: bool = False,
    previous: Imported | None = None,
) -> Imported:
    """The runs that a file or a folder in another format holds; `previous` itself where nothing has changed.

    `transposed`: rows of bare matrices are the predicted classes. A folder is looked into, and the folders in it.
    """
    files = _candidates(path)
    signature = _signature(files)
    if previous is not None and (previous.signature == signature or path == STDIN):
        return previous
    options = _Options(images_root, transposed)
    runs: list[Run] = []
    problems: list[tuple[Path, str]] = []
    try:
        if path.is_dir():
            _folder(path, options, runs, problems)
        else:
            runs.extend(_file(path, options))
    except FormatError as error:
        problems.append((path, str(error)))
    return Imported(tuple(runs), tuple(problems), signature)


def _candidates(path: Path) -> list[Path]:
    """The files an import of `path` may read."""
    if path == STDIN:
        return []
    if not path.is_dir():
        return [path, *_readable(path.parent)]
    subfolders = _listed(path)[1]
    return [*_readable(path), *(file for folder in subfolders for file in _readable(folder)), *_readable(path.parent)]


def _readable(folder: Path) -> list[Path]:
    return [file for file in _listed(folder)[0] if file.suffix.casefold() in (*TEXT_ENDINGS, *ARRAY_ENDINGS)]


def _listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders of a folder, sorted; hidden ones left out; nothing where it cannot be listed."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        return [e for e in entries if e.is_file()], [e for e in entries if e.is_dir()]
    except OSError:
        return [], []


def _signature(files: Iterable[Path]) -> tuple[object, ...]:
    out = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        out.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(out)


def _file(path: Path, options: _Options) -> list[Run]:
    if path == STDIN:
        return _text(Path("stdin"), sys.stdin.buffer.read(), options, class_file([Path.cwd()]))
    ending = path.suffix.casefold()
    explicit = class_file([path.parent])
    if ending in ARRAY_ENDINGS:
        beside = _beside(path, [path.parent])
        return [_arrays(path.stem, path, named_arrays(path), beside, options, explicit)]
    if ending not in TEXT_ENDINGS:
        raise FormatError(path, "", "is in no format that clftui reads", "it reads csv, tsv, json, jsonl, npy and npz")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(path, "", f"cannot be read ({error.strerror})", "check its permissions") from error
    return _text(path, data, options, explicit)


def _arrays(
    name: str, path: Path, arrays: list[Named], beside: list[Named], options: _Options, explicit: ClassList | None
) -> Run:
    return arrays_run(
        name, path, arrays, beside, explicit=explicit, images_root=options.images_root, transposed=options.transposed
    )


def _beside(path: Path, folders: Iterable[Path]) -> list[Named]:
    """Labels, names and the like in other files of the same folder; read only where their names say so."""
    out = []
    for folder in folders:
        for file in _listed(folder)[0]:
            about = array_name(file.stem)
            if file != path and file.suffix.casefold() == ".npy" and about.role in CONTEXT[:5]:
                out.append(Named(file, file.stem, about, load_npy(file)))
    return out


def _text(path: Path, data: bytes, options: _Options, explicit: ClassList | None) -> list[Run]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if not text.strip():
        raise FormatError(path, "", "is empty", "write one row for each prediction")
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        return _table(path, read_lines(path, text), options, explicit)
    if text.lstrip()[0] in "[{":
        try:
            value = json.loads(text)
        except ValueError as error:
            if path.suffix.casefold() != ".json":
                return _table(path, read_lines(path, text), options, explicit)
            raise FormatError(path, "", f"is not valid JSON ({error})", "write it again") from error
        return _json(path, value, options, explicit)
    if path.suffix.casefold() == ".json":
        raise FormatError(path, "", "is not valid JSON", "write it again")
    table = read_delimited(path, text)
    roles = column_roles(list(table.columns))
    if not is_predictions(table) or "true" not in roles:
        matrix = parse_matrix(split_lines(path, text))
        if matrix is not None:
            return [_matrix(path, *matrix, options=options, explicit=explicit)]
    return _table(path, table, options, explicit)


def _table(path: Path, table: Table, options: _Options, explicit: ClassList | None) -> list[Run]:
    pairs = pair_counts(table, column_roles(list(table.columns)))
    if pairs is not None:
        names, dense = pairs
        run = matrix_run(path, dense, names, names, "true", explicit=explicit)
        return [run]
    return predictions(path, table, explicit, options.images_root)


def _matrix(
    path: Path,
    numbers: Any,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    corner: str = "",
    *,
    options: _Options,
    explicit: ClassList | None,
) -> Run:
    return matrix_run(path, numbers, rows, columns, corner, explicit=explicit, transposed=options.transposed)


def _json(path: Path, value: Any, options: _Options, explicit: ClassList | None) -> list[Run]:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _table(path, from_records(path, value), options, explicit)
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return [_matrix(path, _square(path, value), options=options, explicit=explicit)]
    if isinstance(value, list) and value:
        about = ArrayName("predicted", array_name(path.stem).split, None)
        answer = Named(path, path.stem, about, np.asarray(value))
        beside = _beside(path, [path.parent, path.parent.parent])
        return [_arrays(path.stem, path, [answer], beside, options, explicit)]
    if isinstance(value, dict):
        return _json_object(path, value, options, explicit)
    raise FormatError(path, "", "holds no predictions", "write a list of objects, one for each prediction")


def _json_object(path: Path, value: Mapping[str, Any], options: _Options, explicit: ClassList | None) -> list[Run]:
    columns, rows = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(rows, list):
        records = [dict(zip(map(str, columns), row, strict=False)) for row in rows if isinstance(row, list)]
        return _table(path, from_records(path, records), options, explicit)
    named = {array_name(str(key)).role: item for key, item in value.items()}
    matrix = named.get("confusion")
    if isinstance(matrix, list) and matrix and isinstance(matrix[0], list):
        given: list[Any] = next((named[role] for role in ("classes", "true") if isinstance(named.get(role), list)), [])
        names = [str(name) for name in given] if len(given) == len(matrix) else []
        return [_matrix(path, _square(path, matrix), names, names, options=options, explicit=explicit)]
    if value and all(isinstance(item, dict) for item in value.values()):
        records = [{"id": key, **item} for key, item in value.items()]
        return _table(path, from_records(path, records), options, explicit)
    inner = next(
        (item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)), None
    )
    if inner is not None:
        return _table(path, from_records(path, inner), options, explicit)
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    inner = next((item for item in lists.values() if item and isinstance(item[0], dict)), None)
    if inner is not None:
        return _table(path, from_records(path, inner), options, explicit)
    classes = next((lists.pop(key) for key in list(lists) if array_name(key).role == "classes"), None)
    if not lists:
        raise FormatError(path, "", "holds no predictions", "write a list of objects, one for each prediction")
    if isinstance(classes, list):
        explicit = ClassList(tuple(str(name) for name in classes), path)
    return _table(path, from_columns(path, lists), options, explicit)


def _square(path: Path, rows: Sequence[Sequence[Any]]) -> Any:
    try:
        return np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FormatError(path, "", "is no square of numbers", "a confusion matrix has K rows of K counts") from error


def _folder(folder: Path, options: _Options, runs: list[Run], problems: list[tuple[Path, str]]) -> None:
    """Arrays of the folder are one run; those of each folder in it another; every prediction file its own."""
    files, subfolders = _listed(folder)
    for place, beside in [(folder, [folder.parent]), *((sub, [folder]) for sub in subfolders)]:
        found = files if place == folder else _listed(place)[0]
        arrays = [f for f in found if f.suffix.casefold() in ARRAY_ENDINGS]
        if any(_answers(file) for file in arrays):
            try:
                runs.append(_array_folder(place, arrays, beside, options))
            except FormatError as error:
                problems.append((place, str(error)))
    quiet: list[tuple[Path, str]] = []
    for file in files:
        if file.suffix.casefold() in TABLE_ENDINGS and file.name not in CLASS_FILES:
            try:
                runs.extend(_file(file, options))
            except FormatError as error:
                quiet.append((file, str(error)))
    # Beside runs, files without predictions are nobody's mistake.
    if not runs and not problems:
        problems.extend(quiet[:3])


def _answers(file: Path) -> bool:
    about = array_name(file.stem)
    return about.role in ANSWERS or (file.suffix.casefold() == ".npz" and about.epoch is not None)


def _array_folder(folder: Path, files: Sequence[Path], beside: Sequence[Path], options: _Options) -> Run:
    arrays: list[Named] = []
    for file in files:
        if _answers(file) or array_name(file.stem).role in CONTEXT:
            arrays.extend(named_arrays(file))
    return _arrays(folder.name, folder, arrays, _beside(folder, beside), options, class_file([folder, *beside]))
