"""One table, four ways to write it: aligned text, Markdown, CSV, and the JSON envelope that all views share."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clftui.state.session import Session
from clftui.text import UNDEFINED, harmless, sanitise, text_width

SCHEMA = 1

Value = str | int | float | None


@dataclass(frozen=True)
class Table:
    """What a view shows, as rows. Undefined numbers are None or NaN."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()


def _undefined(value: Value) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _shown(value: Value) -> str:
    """A value for people; text from data comes out without anything a terminal would obey."""
    if _undefined(value):
        return UNDEFINED
    return f"{value:.4g}" if isinstance(value, float) else sanitise(str(value))


def _numeric(table: Table, column: int) -> bool:
    values = [row[column] for row in table.rows if not _undefined(row[column])]
    return bool(values) and all(isinstance(value, int | float) for value in values)


def as_text(table: Table) -> str:
    """Aligned columns, numbers to the right."""
    cells = [[sanitise(name) for name in table.columns], *([_shown(v) for v in row] for row in table.rows)]
    widths = [max(text_width(row[i]) for row in cells) for i in range(len(table.columns))]
    right = [_numeric(table, i) for i in range(len(table.columns))]
    lines = [sanitise(table.title), ""]
    for row in cells:
        padded = [
            " " * (width - text_width(cell)) + cell if to_right else cell + " " * (width - text_width(cell))
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    lines += ["", *(sanitise(note) for note in table.notes)] if table.notes else []
    return "\n".join(lines) + "\n"


def markdown_safe(text: str) -> str:
    for char in "\\|`*_<[":
        text = text.replace(char, "\\" + char)
    return text


def as_markdown(table: Table) -> str:
    """A Markdown table under a heading."""
    rule = ["---:" if _numeric(table, i) else "---" for i in range(len(table.columns))]
    rows = [[markdown_safe(_shown(value)) for value in row] for row in table.rows]
    lines = [f"## {markdown_safe(sanitise(table.title))}", ""]
    lines += [
        "| " + " | ".join(row) + " |" for row in ([markdown_safe(sanitise(c)) for c in table.columns], rule, *rows)
    ]
    lines += ["", *(f"- {markdown_safe(sanitise(note))}" for note in table.notes)] if table.notes else []
    return "\n".join(lines) + "\n"


def as_csv(table: Table) -> str:
    """CSV with a header; undefined is an empty field, numbers keep all their digits, names stay as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(["" if _undefined(value) else value for value in row])
    return out.getvalue()


def plain(value: Any) -> Any:
    """`value` as JSON has it: NumPy scalars and arrays become numbers and lists, undefined becomes None."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_json(session: Session, view: str, data: Mapping[str, Any]) -> str:
    """The stable envelope: schema, view, collection, runs, split, epoch, filters, data."""
    run = session.run
    envelope = {
        "schema": SCHEMA,
        "view": view,
        "collection": session.catalog.name,
        "runs": [each.name for each in session.catalog.runs],
        "split": session.selection.split,
        "epoch": session.epoch_of(run) if run is not None else None,
        "filters": [*(each.describe() for each in session.filters), *_supposed(session)],
        "data": data,
    }
    return json_safe(json.dumps(plain(envelope), ensure_ascii=False, allow_nan=False, indent=1)) + "\n"


def _supposed(session: Session) -> list[str]:
    return [f"what if {session.what_if.describe()}"] if session.what_if is not None else []


def json_safe(text: str) -> str:
    """`text` with what a terminal would obey, and what is no Unicode, as escapes: the same JSON."""
    if harmless(text) == text:
        return text
    return "".join(char if harmless(char) == char else f"\\u{ord(char):04x}" for char in text)
