"""Tables of predictions as columns of text, with the scores of all classes as one block of numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    allow_long_cells()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(path, text))
    try:
        header = [name.strip() for name in next(reader, [])]
        return _collect(path, header, reader)
    except csv.Error as error:
        raise FormatError(path, "", f"is not delimited text ({error})", "write it as CSV") from error


def _collect(path: Path, header: Sequence[str], rows: Iterator[list[str]]) -> Table:
    block = score_block(header)
    wanted = [header.index(column) for column in block.columns] if block is not None else []
    in_block = set(wanted)
    texts: dict[int, list[str]] = {at: [] for at in range(len(header)) if at not in in_block}
    chunks: list[Float32] = []
    held: list[list[str]] = []
    odd = 0
    for row in rows:
        if len(row) != len(header):
            odd += bool(row)
            continue
        for at, values in texts.items():
            values.append(row[at])
        if wanted:
            held.append([row[at] for at in wanted])
            if len(held) == _CHUNK_ROWS:
                chunks.append(_floats(path, held))
                held = []
    if held:
        chunks.append(_floats(path, held))
    scores = None
    if block is not None:
        scores = np.concatenate(chunks) if chunks else np.empty((0, len(wanted)), dtype=np.float32)
    columns: dict[str, Strings] = {}
    for at, values in texts.items():
        columns.setdefault(header[at], strings(values))
    notes = (f"{plural(odd, 'row was', 'rows were')} left out: not {plural(len(header), 'cell')}",) if odd else ()
    return Table(columns, block, scores, notes)


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
