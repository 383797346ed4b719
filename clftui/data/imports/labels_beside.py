"""True labels that lie in a file of their own beside a table of predictions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from clftui.data.imports.beside import listed
from clftui.data.imports.classes import CLASS_FILES
from clftui.data.imports.names import column_roles
from clftui.data.imports.table import Table, read_delimited, read_lines
from clftui.schema import FormatError

_CALLED = re.compile(r"(?:.*[_\-. ])?(?:labels?|truth|ground_?truth|gt|targets?|solutions?|annotations?|y_true|y_test|"
                     r"true|samples|index|test)(?:[_\-. ].*)?\Z", re.I)  # fmt: skip
_ENDINGS = (".csv", ".tsv", ".txt", ".jsonl")
_MOST_BYTES = 500_000_000


class Labels(NamedTuple):
    """(n,) the true class of each prediction, "" where the file lacks it, and where it came from."""

    true: tuple[str, ...]
    note: str


def labels_beside(path: Path, names: Sequence[str] | None, n: int) -> Labels | None:
    """The labels of `n` predictions, by the samples' names where both files have them, else by their order; or None."""
    for file in listed(path.parent)[0]:
        if file == path or file.suffix.casefold() not in _ENDINGS or not _CALLED.match(file.stem):
            continue
        try:
            if file.stat().st_size <= _MOST_BYTES:
                found = _labels(file, names, n)
                if found is not None:
                    return found
        except (OSError, FormatError):
            continue
    return None


def _labels(file: Path, names: Sequence[str] | None, n: int) -> Labels | None:
    text = file.read_bytes().decode("utf-8-sig", "replace")
    if file.suffix.casefold() == ".txt" or "\n" not in text.strip():
        lines = [line.strip() for line in text.splitlines()]
        usual = file.name in CLASS_FILES and len(set(lines)) == len(lines)
        fits = len(lines) == n > 1 and not usual
        return Labels(tuple(lines), f"true classes are the lines of {file.name}") if fits else None
    table: Table = read_lines(file, text) if file.suffix.casefold() == ".jsonl" else read_delimited(file, text)
    roles = column_roles(list(table.columns))
    if "true" not in roles or "predicted" in roles or table.block is not None:
        return None
    true = table.columns[roles["true"]].tolist()
    keys = [table.columns[roles[role]].tolist() for role in ("path", "id") if role in roles]
    if names is not None:
        for key in keys:
            found = _joined(key, true, names)
            lost = sum(not label for label in found)
            if lost < len(found):
                told = f"true classes from {file.name}, joined by name"
                return Labels(found, told + (f"; {lost} of {len(found)} samples are not in it" if lost else ""))
    if table.n == n and (names is None or not keys):
        return Labels(tuple(true), f"true classes from {file.name}, in its order")
    return None


def _joined(key: Sequence[str], true: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """By the whole name, else by the bare file name, else without its ending."""
    for short in (str, _bare, _stem):
        at = dict(zip(map(short, key), true, strict=True))
        found = tuple(at.get(short(name), "") for name in names)
        if any(found):
            return found
    return ("",) * len(names)


def _bare(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _stem(name: str) -> str:
    return _bare(name).rpartition(".")[0] or _bare(name)
