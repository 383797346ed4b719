"""Class names and their order: a file beside the data, else the format's own list, else sorted names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.names import MISSING
from clftui.schema import FormatError
from clftui.text import plural

Int32 = NDArray[np.int32]

CLASS_FILES = (
    "classes.txt", "labels.txt", "class_names.txt", "classes.json", "class_names.json", "labels.json",
)  # fmt: skip
_CONFIGURATION = "config.json"
"""Of a model, as Hugging Face writes it: its id2label."""
_INTEGER = re.compile(r"-?\d{1,15}(?:\.0+)?\Z")
"""Longer numbers are names: no list has so many classes."""


@dataclass(frozen=True)
class ClassList:
    """An explicit order of classes and the file it came from."""

    names: tuple[str, ...]
    path: Path


def class_file(folders: Iterable[Path]) -> ClassList | None:
    """The first class list found in `folders`. A file of another meaning (repeated lines: labels) is passed over."""
    for folder in folders:
        for name in (*CLASS_FILES, _CONFIGURATION):
            path = folder / name
            if path.is_file():
                names = _read(path)
                if len(names) > 1 and len(set(names)) == len(names):
                    return ClassList(tuple(names), path)
    return None


def _read(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError:
        return []
    if path.suffix == ".txt":
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        value = json.loads(text)
    except ValueError:
        return []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if isinstance(value, dict) and path.name == _CONFIGURATION:
        value = value.get("id2label")
    if isinstance(value, dict) and value:
        return _from_mapping(value)
    return []


def _from_mapping(value: dict[str, object]) -> list[str]:
    """{"0": "cat"} or {"cat": 0}; anything else is no class list."""
    if all(key.isdigit() and isinstance(name, str) for key, name in value.items()):
        return [str(value[key]) for key in sorted(value, key=int)]
    if all(isinstance(index, int) for index in value.values()):
        ordered = sorted(value, key=lambda name: int(str(value[name])))
        return ordered if [value[name] for name in ordered] == list(range(len(ordered))) else []
    return []


@dataclass(frozen=True)
class Coded:
    """Labels as class indices (-1 = missing), the classes in order, and what was assumed in one clause."""

    classes: tuple[str, ...]
    true: Int32
    predicted: Int32
    note: str
    best: Int32 | None = None
    """(n, k) of tables that tell the k best classes."""


def code(
    true: Sequence[str], predicted: Sequence[str], explicit: ClassList | None, own: Sequence[str] | None, where: Path
) -> Coded:
    """Turn labels written as names or as indices into indices.

    `own` are the format's own class names (a block of scores names its columns), in its order. FormatError where a
    label is in none of the lists that count.
    """
    values = {label for label in (*true, *predicted) if label.strip().casefold() not in MISSING}
    # The explicit file may not belong to these labels: then it is passed over, and said so.
    refused = ""
    for names, source in ((explicit.names if explicit else None, "file"), (own, "own")):
        if names is None:
            continue
        index = _index_of(values, tuple(names))
        if index is not None:
            told = f"class order from {explicit.path.name}" if explicit and source == "file" else "class order as given"
            return Coded(tuple(names), _codes(true, index), _codes(predicted, index), told + refused)
        if source == "file" and explicit is not None:
            refused = f" ({explicit.path.name} does not name all classes and was not used)"
        else:
            lost = next(value for value in sorted(values) if _index_of({value}, tuple(names)) is None)
            raise FormatError(where, "labels", f"hold {lost[:60]!r}, which no column of scores names", "add the column")
    if not values:
        raise FormatError(where, "labels", "are all missing", "write true and predicted classes")
    if all(_INTEGER.match(value) for value in values):
        return _numbered(true, predicted, values, where, refused)
    ordered = tuple(sorted(values))
    index = {name: at for at, name in enumerate(ordered)}
    return Coded(ordered, _codes(true, index), _codes(predicted, index), "class order: sorted names" + refused)


def _numbered(true: Sequence[str], predicted: Sequence[str], values: set[str], where: Path, refused: str) -> Coded:
    numbers = sorted({int(float(value)) for value in values})
    dense = numbers[0] >= 0 and numbers[-1] < max(10_000, 4 * len(numbers))
    used = list(range(numbers[-1] + 1)) if dense else numbers
    classes = tuple(str(number) for number in used)
    if len(classes) > 1_000_000:
        raise FormatError(where, "labels", f"make {plural(len(classes), 'class', 'classes')}", "write class indices")
    index = {value: int(float(value)) if dense else numbers.index(int(float(value))) for value in values}
    note = f"classes are the numbers {classes[0]} to {classes[-1]}; a file classes.txt beside it would name them"
    return Coded(classes, _codes(true, index), _codes(predicted, index), note + refused)


def _index_of(values: set[str], names: tuple[str, ...]) -> dict[str, int] | None:
    """Where each label stands in `names`: by name, or, if that fails, all as numbers; None where neither fits."""
    at = {name: number for number, name in enumerate(names)}
    if all(value in at or value.strip() in at for value in values):
        return {**at, **{value: at[value] if value in at else at[value.strip()] for value in values}}
    if all(_INTEGER.match(value) for value in values):
        numbers = {value: int(float(value)) for value in values}
        if all(0 <= number < len(names) for number in numbers.values()):
            return numbers
    return None


def _codes(labels: Sequence[str], index: dict[str, int]) -> Int32:
    return np.array([index.get(label, -1) for label in labels], dtype=np.int32)
