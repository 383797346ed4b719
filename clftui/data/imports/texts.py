"""Text files: CSV, TSV, JSON and JSON lines, with predictions or with a matrix."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.imports.beside import Options, array_run, arrays_beside
from clftui.data.imports.classes import ClassList
from clftui.data.imports.frameworks import json_log_runs, table_runs
from clftui.data.imports.imported import NothingToOpen
from clftui.data.imports.logs import is_log
from clftui.data.imports.matrix import matrix_run, pair_counts, parse_matrix
from clftui.data.imports.names import ArrayName, array_name, column_roles, score_block
from clftui.data.imports.npy import Named
from clftui.data.imports.papers import json_dialect, table_dialect
from clftui.data.imports.predictions import is_predictions, predictions
from clftui.data.imports.table import (
    Table,
    delimiter_of,
    from_columns,
    from_records,
    read_delimited,
    read_lines,
    read_stream,
    split_lines,
)
from clftui.data.run import Run
from clftui.schema import FormatError


def text_runs(path: Path, data: bytes, options: Options, explicit: ClassList | None) -> list[Run]:
    """The runs in the bytes of a text file. FormatError where it holds neither predictions nor a matrix."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if not text.strip():
        raise FormatError(path, "", "is empty", "write one row for each prediction")
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        return _table(path, read_lines(path, text), options, explicit)
    if text.lstrip()[0] in "[{" or (path.suffix.casefold() == ".json" and text.lstrip()[0] == '"'):
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
    if not is_log(table) and (not is_predictions(table) or "true" not in roles):
        matrix = parse_matrix(split_lines(path, text))
        if matrix is not None:
            return [_matrix(path, *matrix, options=options, explicit=explicit)]
    return _table(path, table, options, explicit)


def large_table_runs(path: Path, options: Options, explicit: ClassList | None) -> list[Run]:
    """`text_runs` of a large CSV file, which is read line by line where its header says that it is of predictions."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            delimiter = delimiter_of(path, first)
            header = [name.strip().strip('"') for name in first.rstrip("\r\n").split(delimiter)]
            roles = column_roles(header)
            if "true" in roles and ("predicted" in roles or score_block(header) is not None):
                return _table(path, read_stream(path, chain([first], lines), delimiter), options, explicit)
    except UnicodeDecodeError:
        pass  # As Latin-1 it can be read whole.
    return text_runs(path, path.read_bytes(), options, explicit)


def _table(path: Path, table: Table, options: Options, explicit: ClassList | None) -> list[Run]:
    known = table_dialect(path, table, options, explicit)
    if known is None:
        known = table_runs(path, table, options, explicit)
    if known is not None:
        return known
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
    options: Options,
    explicit: ClassList | None,
) -> Run:
    return matrix_run(path, numbers, rows, columns, corner, explicit=explicit, transposed=options.transposed)


def _json(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run]:
    known = json_dialect(path, value, options, explicit)
    if known is None:
        known = json_log_runs(path, value)
    if known is not None:
        return known
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _table(path, from_records(path, value), options, explicit)
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return [_matrix(path, _square(path, value), options=options, explicit=explicit)]
    if isinstance(value, list) and value:
        about = ArrayName("predicted", array_name(path.stem).split, None)
        answer = Named(path, path.stem, about, np.asarray(value))
        others = arrays_beside(path, [path.parent, path.parent.parent])
        return [array_run(path.stem, path, [answer], others, options, explicit)]
    if isinstance(value, dict):
        return _json_object(path, value, options, explicit)
    raise NothingToOpen(path, "", "holds no predictions", "write a list of objects, one for each prediction")


def _json_object(path: Path, value: Mapping[str, Any], options: Options, explicit: ClassList | None) -> list[Run]:
    if isinstance(value.get(column_roles(list(map(str, value))).get("true", "")), (str, int)):
        return _table(path, from_records(path, [value]), options, explicit)  # one line of JSON lines
    columns, rows = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(rows, list):
        records = [dict(zip(map(str, columns), row, strict=False)) for row in rows if isinstance(row, list)]
        index = value.get("index")  # pandas' orient="split": the samples' names, where they are no row numbers.
        if isinstance(index, list) and len(index) == len(records) and all(isinstance(name, str) for name in index):
            records = [{"filename": name, **record} for name, record in zip(index, records, strict=True)]
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
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    inner = next((item for item in lists.values() if item and isinstance(item[0], dict)), None)
    if inner is not None:
        return _table(path, from_records(path, inner), options, explicit)
    classes = next((key for key in lists if array_name(key).role == "classes"), None)
    if not lists or len(lists) == (classes is not None):
        raise NothingToOpen(path, "", "holds no predictions", "write a list of objects, one for each prediction")
    if classes is not None:
        explicit = ClassList(tuple(str(name) for name in lists[classes]), path)
    data = {key: item for key, item in value.items() if key != classes}
    return _table(path, from_columns(path, data), options, explicit)


def _square(path: Path, rows: Sequence[Sequence[Any]]) -> Any:
    try:
        return np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise NothingToOpen(path, "", "is no square of numbers", "a confusion matrix has K rows of K counts") from error
