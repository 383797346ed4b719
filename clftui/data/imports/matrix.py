"""A bare confusion matrix, K x K counts with or without names; rows = true unless the file says otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.classes import ClassList
from clftui.data.imports.made import Made, Part
from clftui.data.imports.table import Table
from clftui.data.run import Run
from clftui.schema import FormatError

MAX_CLASSES = 5_000
"""Of a table of counts; they are laid out as K x K."""

_TRUE = r"true|actual|reference|truth|ground.?truth|gt|target|label"
_PREDICTED = r"pred|predicted|prediction|output|response"
_AXIS = re.compile(rf"(?:(?P<true>{_TRUE})|(?P<predicted>{_PREDICTED}))", re.I)
_PREFIX = re.compile(rf"(?:(?P<true>{_TRUE})|(?P<predicted>{_PREDICTED}))[\s_:=\-]+(?P<name>.+)\Z", re.I)


def parse_matrix(cells: Sequence[Sequence[str]]) -> tuple[list[list[float]], list[str], list[str], str] | None:
    """(numbers, row names, column names, corner) of a square table; names are empty where it has none.

    None where the table is not square numbers with at most one header line and one column of names.
    """
    if len(cells) < 2:
        return None
    body = [list(row) for row in cells]
    height, width = len(body), len(body[-1])
    named = height == width - 1 or (height == width and _has_frame(body))
    headed = height == width + 1 or (height == width and named)
    header = body.pop(0) if headed else []
    names = [row[0] for row in body] if named else []
    if named:
        body = [row[1:] for row in body]
    size = len(body)
    if (headed != named) and not (_are_names(header) and _are_names(names)):
        return None
    corner = header.pop(0) if named and len(header) == size + 1 else ""
    if size < 2 or any(len(row) != size for row in body) or (header and len(header) != size):
        return None
    numbers = [values for row in body if (values := _numbers(row)) is not None]
    if len(numbers) != size:
        return None
    return numbers, [name.strip() for name in names], [name.strip() for name in header], corner.strip()


def _are_names(cells: Sequence[str]) -> bool:
    """Whether a line beside counts can be the classes' names: words, or numbers that count; not counts themselves."""
    numbers = _numbers(cells)
    return numbers is None or any(numbers == [float(first + at) for at in range(len(cells))] for first in (0, 1))


def _has_frame(body: Sequence[Sequence[str]]) -> bool:
    """Whether a square table begins with a header line and a column of names rather than with counts."""
    first, column = [cell.strip() for cell in body[0]], [row[0].strip() for row in body[1:]]
    if _numbers(first) is None or _numbers(column) is None:
        return True
    # Numbered classes: the same numbers along both sides under an empty corner.
    return first[0] == "" and first[1:] == column


def _numbers(row: Sequence[str]) -> list[float] | None:
    try:
        return [float(cell) if cell.strip() else 0.0 for cell in row]
    except ValueError:
        return None


def matrix_run(
    path: Path,
    numbers: Any,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    corner: str = "",
    *,
    explicit: ClassList | None = None,
    transposed: bool = False,
    where: str = "the matrix",
) -> Run:
    """The run of one bare (K, K) matrix, or of (E, K, K), one for each epoch.

    `transposed`: the caller knows that its rows are the predicted classes.
    """
    given: NDArray[Any] = np.asarray(numbers)
    if given.ndim not in (2, 3) or given.shape[-1] != given.shape[-2] or given.shape[-1] < 2:
        raise FormatError(path, where, f"has shape {given.shape}", "a confusion matrix has K rows and K columns")
    _refuse_shares(path, given)
    epochs: NDArray[Any] = given.reshape(-1, *given.shape[-2:])
    turned, reason = _orientation(rows, columns, corner, transposed)
    rows, columns = [_bare(name) for name in rows], [_bare(name) for name in columns]
    names, epochs = _named(path, epochs, rows, columns)
    width = epochs.shape[-1]
    notes = []
    if not names and explicit is not None and len(explicit.names) == width:
        names, note = explicit.names, f"class names from {explicit.path.name}"
        notes.append(note)
    if not names:
        names = tuple(str(index) for index in range(width))
        notes.append("classes have no names and are numbered from 0; a file classes.txt beside it would name them")
    if turned:
        epochs = epochs.transpose(0, 2, 1)
    notes.insert(0, reason)
    notes.append("only counts are known: no samples, no scores")
    parts = [Part("test", epoch, {"confusion": np.ascontiguousarray(dense)}) for epoch, dense in enumerate(epochs, 1)]
    return Made(path.stem, path, tuple(names), parts, {}, notes).run()


def _refuse_shares(path: Path, dense: NDArray[Any]) -> None:
    values = dense.astype(np.float64)
    if not np.isfinite(values).all() or (values < 0).any():
        raise FormatError(path, "", "holds cells that are no counts", "write whole numbers from 0 on")
    if (values != np.floor(values)).any():
        raise FormatError(path, "", "holds shares, not counts", "write the matrix before it is normalised")


def _orientation(rows: Sequence[str], columns: Sequence[str], corner: str, transposed: bool) -> tuple[bool, str]:
    if transposed:
        return True, "rows were taken as predicted classes, as asked"
    said = _AXIS.search(corner)
    if said is not None:
        predicted = said["predicted"] is not None
        told = "predicted" if predicted else "true"
        return predicted, f"rows were taken as {told} classes: its corner says {corner[:40]!r}"
    marks = [_PREFIX.match(name) for name in rows]
    if rows and all(mark is not None for mark in marks):
        predicted = all(mark is not None and mark["predicted"] is not None for mark in marks)
        return predicted, f"rows were taken as {'predicted' if predicted else 'true'} classes: their names say so"
    marks = [_PREFIX.match(name) for name in columns]
    if columns and all(mark is not None for mark in marks):
        true = all(mark is not None and mark["true"] is not None for mark in marks)
        return true, f"columns were taken as {'true' if true else 'predicted'} classes: their names say so"
    return False, "rows were taken as true classes, columns as predicted ones; nothing in the file says so"


def _bare(name: str) -> str:
    match = _PREFIX.match(name)
    return match["name"] if match is not None else name


def _named(
    path: Path, epochs: NDArray[Any], rows: Sequence[str], columns: Sequence[str]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    names = tuple(rows or columns)
    if len(set(names)) != len(names):
        raise FormatError(path, "", "names a class twice", "give every class its own name")
    if rows and columns and list(rows) != list(columns):
        if set(rows) != set(columns):
            raise FormatError(path, "", "names other classes in its rows than in its columns", "use the same names")
        epochs = epochs[:, :, [list(columns).index(name) for name in rows]]
    return names, epochs


def pair_counts(table: Table, roles: dict[str, str]) -> tuple[list[str], NDArray[np.int64]] | None:
    """Classes and K x K counts of a table `actual, predicted, count`; None where it is no such table."""
    if not {"true", "predicted", "count"} <= roles.keys() or roles.keys() & {"id", "path", "text"}:
        return None
    pairs = list(zip(*(table.columns[roles[role]].tolist() for role in ("true", "predicted", "count")), strict=True))
    if len({(true, predicted) for true, predicted, _ in pairs}) != len(pairs):
        return None
    try:
        counts = np.array([int(float(count)) for _, _, count in pairs], dtype=np.int64)
    except (ValueError, OverflowError):
        return None
    seen = {label for true, predicted, _ in pairs for label in (true, predicted)}
    if len(seen) > MAX_CLASSES:
        return None
    numeric = all(re.fullmatch(r"-?\d{1,15}", label, re.ASCII) for label in seen)
    names = sorted(seen, key=int) if numeric else sorted(seen)
    at = {name: index for index, name in enumerate(names)}
    dense = np.zeros((len(names), len(names)), dtype=np.int64)
    for (true, predicted, _), value in zip(pairs, counts, strict=True):
        dense[at[true], at[predicted]] = value
    return names, dense
