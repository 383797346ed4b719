"""Soft labels: what share of people (or of several true classes) each class of a sample gets, beside the hard label.

They lie beside a sample table: `samples/test.soft.npy` for `samples/test.csv`, numbers (N, K), a row for each row of
the table and a column for each class in the order of run.json. Counts do as well as shares: rows are divided by their
sum. A row of zeros is a sample that nobody labelled.

Several true classes may be listed instead: `samples/test.real.json` (as ReaL has them for ImageNet), a list for each
row of the table with the classes that are all right, by number or name; they share alike. An empty list is no label.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.storage import Signature, file_signature, read_json, read_npy

Float32 = NDArray[np.float32]

ENDING = ".soft.npy"
LISTS_ENDING = ".real.json"
_FITTING = 0.5
"""The share of samples whose hard label must have got at least something, or the columns mean other classes."""

_lock = threading.Lock()
_read: dict[tuple[Path, tuple[str, ...]], tuple[Signature, Float32]] = {}
_KEPT = 8


def sidecars(table: SampleTable) -> list[tuple[Path, str]]:
    """The files with soft labels that lie beside a table, the one that counts first, each with its ending."""
    places = [(table.path.with_name(table.path.stem + ending), ending) for ending in (ENDING, LISTS_ENDING)]
    return [(path, ending) for path, ending in places if path.is_file()]


def soft_labels(table: SampleTable | None, classes: tuple[str, ...]) -> Float32 | None:
    """(N, K) shares by row of the table and class; NaN in rows without any. None where there is no such file.

    FormatError where it cannot be read, does not fit the table and the classes, or contradicts the hard labels.
    """
    if table is None:
        return None
    if table.soft is not None:
        return table.soft if table.soft.shape == (table.n, len(classes)) else None
    found = sidecars(table)
    if not found:
        return None
    path, ending = found[0]
    try:
        signature = file_signature(path)
    except OSError:
        return None
    key = (path, classes if ending == LISTS_ENDING else ())
    with _lock:
        known = _read.get(key)
        if known is None or known[0] != signature:
            while len(_read) >= _KEPT:
                _read.pop(next(iter(_read)))
            known = _read[key] = (signature, _of_lists(path, classes) if ending == LISTS_ENDING else _shares(path))
    shares = known[1]
    if shares.shape != (table.n, len(classes)):
        wanted = f"({table.n}, {len(classes)})"
        raise FormatError(path, "", f"has shape {shares.shape}", f"write it as {wanted}: samples, classes")
    _check_order(path, shares, table, classes)
    return shares


def _shares(path: Path) -> Float32:
    values = read_npy(path)
    if values.ndim != 2 or values.dtype.kind not in "fiu":
        problem = f"holds {values.dtype} of shape {values.shape}"
        raise FormatError(path, "", problem, "write numbers of shape (samples, classes)")
    return shares_of(values)


def shares_of(values: NDArray[Any]) -> Float32:
    """(n, K) votes or weights as shares that sum to 1 in each row; NaN in rows that are empty or hold no weights."""
    table = values.astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        table /= table.sum(axis=1, keepdims=True)
    table[~(np.isfinite(table).all(axis=1) & (values >= 0).all(axis=1))] = np.nan
    table.setflags(write=False)
    return table


def _of_lists(path: Path, classes: tuple[str, ...]) -> Float32:
    rows = read_json(path)
    remedy = "write a list for each sample with the numbers or names of the classes that are right"
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise FormatError(path, "", "is no list of lists", remedy)
    index: dict[object, int] = {name: number for number, name in enumerate(classes)}
    table = np.full((len(rows), len(classes)), np.nan, dtype=np.float32)
    for at, row in enumerate(rows):
        chosen = {index.get(each, each) for each in row if isinstance(each, (int, str)) and not isinstance(each, bool)}
        wrong = [each for each in chosen if not isinstance(each, int) or not 0 <= each < len(classes)]
        if wrong or len(chosen) != len(set(map(str, row))):
            said = str(wrong[0] if wrong else row)[:40]
            raise FormatError(path, "", f"holds {said}, which is no class, in row {at}", remedy)
        if chosen:
            table[at] = 0
            table[at, list(map(int, chosen))] = 1 / len(chosen)
    table.setflags(write=False)
    return table


def _check_order(path: Path, shares: Float32, table: SampleTable, classes: tuple[str, ...]) -> None:
    """Columns in another order than the classes would lie without a word; the hard labels tell."""
    if table.true is None:
        return
    index = {name: number for number, name in enumerate(classes)}
    hard = np.asarray([index.get(name, -1) for name in table.true.tolist()], dtype=np.int64)
    rows = np.flatnonzero((hard >= 0) & ~np.isnan(shares[:, 0])) if shares.size else np.zeros(0, dtype=np.int64)
    if rows.size and np.mean(shares[rows, hard[rows]] > 0) < _FITTING:
        problem = "gives most samples' own class nothing"
        raise FormatError(path, "", problem, "write the columns in the order of run.json's classes")
