"""Tables of predictions as columns of text, with the scores of all classes as one block of numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.imported import NothingToOpen
from clftui.data.imports.names import Block, column_roles, score_block
from clftui.data.samples import allow_long_cells
from clftui.schema import FormatError
from clftui.text import plural

Strings = NDArray[np.object_]
Float32 = NDArray[np.float32]

_CHUNK_ROWS = 2_000
MOST_LISTED = 20
"""Items of a list that is kept as the text of a cell."""


class Top(NamedTuple):
    """The k best classes of each sample, best first, as written, and their (n, k) scores."""

    labels: list[list[str]]
    scores: Float32


@dataclass(frozen=True, eq=False)
class Table:
    """`columns` (n,) text by name; `block`'s values are `scores` (n, K) float32; `notes` say what was left out.

    `top` is there where only the k best classes of each sample are known.
    """

    columns: Mapping[str, Strings]
    block: Block | None
    scores: Float32 | None
    notes: tuple[str, ...] = ()
    top: Top | None = None

    @property
    def n(self) -> int:
        """Rows."""
        if self.scores is not None:
            return len(self.scores)
        return len(next(iter(self.columns.values()))) if self.columns else 0


def strings(values: Iterable[Any]) -> Strings:
    """An object array of str."""
    items = list(values)
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


def split_lines(path: Path, text: str) -> list[list[str]]:
    """The cells of delimited text; the delimiter is told from the file's ending and its first line."""
    delimiter = delimiter_of(path, text)
    allow_long_cells()
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise FormatError(path, "", f"is not delimited text ({error})", "write it as CSV") from error


def delimiter_of(path: Path, text: str) -> str:
    """Tab for .tsv; else whichever of comma, tab, semicolon and bar the first line has most of; else blank."""
    if path.suffix.casefold() == ".tsv":
        return "\t"
    first = text.lstrip().split("\n", 1)[0]
    best = max(",\t;|", key=first.count)
    return best if best in first or " " not in first.strip() else " "


def read_delimited(path: Path, text: str) -> Table:
    """A CSV or TSV with a header. A torn last row, or one with too many cells, is dropped and counted."""
    return read_stream(path, io.StringIO(text, newline=""), delimiter_of(path, text))


def read_stream(path: Path, lines: Iterator[str], delimiter: str) -> Table:
    """`read_delimited` of lines as they come, so that a large file is never whole in memory."""
    allow_long_cells()
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        collector = _Collector(path, header)
        while chunk := list(islice(lines, _CHUNK_ROWS)):
            if any('"' in line for line in chunk):
                collector.add(csv.reader(chain(chunk, lines), delimiter=delimiter))
            elif not collector.add_plain(chunk, delimiter):
                collector.add(csv.reader(chunk, delimiter=delimiter))
    except csv.Error as error:
        raise FormatError(path, "", f"is not delimited text ({error})", "write it as CSV") from error
    return collector.table()


class _Collector:
    """Takes the rows of a table and keeps texts by column and the scores of all classes as numbers."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path, self._header = path, header
        self._block = score_block(header)
        self._wanted = [header.index(column) for column in self._block.columns] if self._block is not None else []
        in_block = set(self._wanted)
        self._texts: dict[int, list[str]] = {at: [] for at in range(len(header)) if at not in in_block}
        self._chunks: list[Float32] = []
        self._odd = 0

    def add(self, rows: Iterable[list[str]]) -> None:
        """Rows of cells; those of another length than the header are counted."""
        held: list[list[str]] = []
        for row in rows:
            if len(row) != len(self._header):
                self._odd += bool(row)
                continue
            for at, values in self._texts.items():
                values.append(row[at])
            if self._wanted:
                held.append([row[at] for at in self._wanted])
                if len(held) == _CHUNK_ROWS:
                    self._chunks.append(_floats(self._path, held))
                    held = []
        if held:
            self._chunks.append(_floats(self._path, held))

    def add_plain(self, lines: Sequence[str], delimiter: str) -> bool:
        """Lines without quotes whose scores stand side by side, ten times as fast; False where that does not fit."""
        if not self._wanted or delimiter == " ":
            return False
        first, end, width = self._wanted[0], self._wanted[-1] + 1, len(self._header)
        if self._wanted != list(range(first, end)):
            return False
        rows = [line for line in (line.rstrip("\r\n") for line in lines) if line]
        fitting = [row for row in rows if row.count(delimiter) == width - 1]
        try:
            columns = range(first, end)
            numbers = np.loadtxt(fitting, np.float32, comments=None, delimiter=delimiter, usecols=columns, ndmin=2)
        except (ValueError, UnicodeError):
            return False  # A cell is empty, or no number: the slow way finds out which.
        self._odd += len(rows) - len(fitting)
        before = [row.split(delimiter, first)[:first] for row in fitting]
        behind = [row.rsplit(delimiter, width - end)[1:] for row in fitting]
        for at, values in self._texts.items():
            side, place = (before, at) if at < first else (behind, at - end)
            values.extend(cells[place] for cells in side)
        if fitting:
            self._chunks.append(numbers)
        return True

    def table(self) -> Table:
        """All that was taken."""
        scores = None
        if self._block is not None:
            scores = np.empty((sum(map(len, self._chunks)), len(self._wanted)), dtype=np.float32)
            end = len(scores)
            while self._chunks:  # From the end, each chunk freed: never twice in memory.
                chunk = self._chunks.pop()
                scores[end - len(chunk) : end] = chunk
                end -= len(chunk)
        columns: dict[str, Strings] = {}
        for at, values in self._texts.items():
            columns.setdefault(self._header[at], strings(values))
        odd = self._odd
        told = f"{plural(odd, 'row was', 'rows were')} left out: not {plural(len(self._header), 'cell')}"
        return Table(columns, self._block, scores, (told,) if odd else ())


def _collect(path: Path, header: Sequence[str], rows: Iterable[list[str]]) -> Table:
    collector = _Collector(path, header)
    collector.add(rows)
    return collector.table()


def _floats(path: Path, rows: list[list[str]]) -> Float32:
    try:
        return np.array(rows, dtype=np.float32)
    except ValueError:
        filled = [[cell if cell.strip() else "nan" for cell in row] for row in rows]
    try:
        return np.array(filled, dtype=np.float32)
    except ValueError as error:
        raise FormatError(path, "scores", f"hold something that is no number ({error})", "write numbers") from error


def read_lines(path: Path, text: str) -> Table:
    """JSON lines: one object each. Lines that are not are counted; a torn last one is not."""
    records: list[Mapping[str, Any]] = []
    bad = 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            bad += number < len(lines)
            continue
        if isinstance(value, dict):
            records.append(value)
        else:
            bad += 1
    notes = (f"{plural(bad, 'line was', 'lines were')} left out: no JSON object",) if bad else ()
    return from_records(path, records, notes)


def from_records(path: Path, records: Sequence[Mapping[str, Any]], notes: tuple[str, ...] = ()) -> Table:
    """Objects with the same keys as a table; a list of numbers under one key is the block of scores."""
    header = list(dict.fromkeys(key for record in records for key in record))
    lists = [key for key in header if any(isinstance(record.get(key), (list, tuple)) for record in records)]
    wide = next((key for key in lists if _all_numbers(records, key)), None)
    plain = [key for key in header if key not in lists or (key != wide and _is_short(records, key))]
    if wide is not None:
        return _with_wide(path, records, plain, wide, notes)
    rows = iter([[_text(record.get(key)) for key in plain] for record in records])
    table = _collect(path, plain, rows)
    return Table(table.columns, table.block, table.scores, (*notes, *table.notes))


def _all_numbers(records: Sequence[Mapping[str, Any]], key: str) -> bool:
    first = next(record[key] for record in records if isinstance(record.get(key), (list, tuple)))
    return len(first) > 1 and all(isinstance(item, (int, float)) for item in first)


def _is_short(records: Sequence[Mapping[str, Any]], key: str) -> bool:
    """Whether a further list is worth its place as text: the names of a few best classes."""
    found = (record.get(key) for record in records[:100])
    return all(len(value) <= MOST_LISTED for value in found if isinstance(value, (list, tuple)))


def _with_wide(
    path: Path, records: Sequence[Mapping[str, Any]], plain: Sequence[str], wide: str, notes: tuple[str, ...]
) -> Table:
    width = max(len(record[wide]) for record in records if isinstance(record.get(wide), list))
    rows = []
    for record in records:
        values = record.get(wide)
        rows.append(values if isinstance(values, list) and len(values) == width else [np.nan] * width)
    try:
        scores = np.array(rows, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise FormatError(path, wide, "holds something that is no number", "write one number for each class") from error
    kind = "logits" if "logit" in wide.casefold() else "scores"
    names = tuple(str(index) for index in range(width))
    columns = {key: strings(_text(record.get(key)) for record in records) for key in plain}
    return Table(columns, Block(kind, tuple(f"{wide}[{name}]" for name in names), names), scores, notes)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def from_columns(path: Path, data: Mapping[str, Any]) -> Table:
    """{"y_true": [...], "y_pred": [...], "model": "cnn"}: lists of equal length; a single value is every sample's."""
    lists = {key: value for key, value in data.items() if isinstance(value, list)}
    lengths = {len(value) for value in lists.values()}
    if len(lengths) != 1:
        told = ", ".join(f"{key} has {len(value)}" for key, value in list(lists.items())[:6])
        refusal = FormatError if "predicted" in column_roles(list(lists)) else NothingToOpen
        raise refusal(path, "", f"holds lists of different lengths ({told})", "write one value for each sample")
    single = {key: value for key, value in data.items() if isinstance(value, (str, int, float))}
    rows = zip(*lists.values(), strict=True)
    return from_records(path, [{**single, **dict(zip(lists, row, strict=True))} for row in rows])
