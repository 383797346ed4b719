"""A table with one row for each prediction: CSV, TSV, JSON or JSON lines, under whatever names its columns have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.classes import ClassList, Coded, code
from clftui.data.imports.imported import NothingToOpen
from clftui.data.imports.made import Made, Part, as_scores, best_class
from clftui.data.imports.names import (
    COLUMNS,
    MISSING,
    Block,
    array_name,
    column_roles,
    normal,
    score_block,
    split_name,
)
from clftui.data.imports.npy import SCORES
from clftui.data.imports.table import Strings, Table, strings
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]


def is_predictions(table: Table) -> bool:
    """Whether a table has predictions: a predicted column, or scores of classes."""
    return "predicted" in column_roles(list(table.columns)) or table.block is not None


def _has_answers(table: Table) -> bool:
    """Whether only something is missing: numbers in lists may be anything, unless they are called scores."""
    block = list(table.block.columns) if table.block is not None else []
    named = any(array_name(name.split("[")[0]).role in SCORES for name in block[:1]) or score_block(block) is not None
    return named or not table.columns or "predicted" in column_roles(list(table.columns))


def predictions(path: Path, table: Table, explicit: ClassList | None, images_root: Path | None) -> list[Run]:
    """The runs of a prediction table, one for each value of its run or model column. FormatError where it has none."""
    roles = column_roles(list(table.columns))
    if "true" not in roles:
        _lacks(path, "true", table)
    if "predicted" not in roles and table.block is None:
        _lacks(path, "predicted", table)
    if table.n == 0:
        raise FormatError(path, "", "has a header but no rows", "write one row for each prediction")
    notes = list(table.notes)
    table = _with_named_block(table, roles)
    coded, table = _coded(path, table, roles, explicit, notes)
    names = _values(table, roles.get("run"), path.stem if path.stem else str(path))
    said = _Said(_values(table, roles.get("split"), "test"), _epochs(path, table, roles.get("epoch"), notes),
                 _confidence(table, roles, notes))  # fmt: skip
    return [
        _one_run(path, name or "unnamed", table, roles, coded, rows, said, images_root, list(notes))
        for name, rows in _rows_of_each(names).items()
    ]


class _Said(NamedTuple):
    """(n,) each: what a row says of itself beside its classes."""

    splits: Strings
    epochs: Int64
    confidence: Float32 | None


def _rows_of_each(names: Strings) -> dict[str, Int64]:
    """The rows of each name, in the order the names come."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names.tolist()):
        found.setdefault(name, []).append(row)
    return {name: np.array(rows, dtype=np.int64) for name, rows in found.items()}


def _lacks(path: Path, role: str, table: Table) -> None:
    there = ", ".join(list(table.columns)[:8]) or "none"
    wanted = " or ".join(COLUMNS[role][:2])
    refusal = FormatError if _has_answers(table) else NothingToOpen
    raise refusal(path, "", f"has no column of {role} classes (there are {there})", f"call it {wanted}")


def _with_named_block(table: Table, roles: Mapping[str, str]) -> Table:
    """Columns called exactly as the classes are their scores: `path,true,cat,dog`."""
    if table.block is not None:
        return table
    used = set(roles.values())
    labels = {name for role in ("true", "predicted") if role in roles for name in table.columns[roles[role]].tolist()}
    labels = {label for label in labels if label.strip().casefold() not in MISSING}
    columns = [column for column in table.columns if column in labels and column not in used]
    if len(labels) < 2 or set(columns) != labels:
        return table
    try:
        scores = np.array([table.columns[column] for column in columns], dtype=np.float32).T
    except ValueError:
        return table
    rest = {name: values for name, values in table.columns.items() if name not in columns}
    return Table(rest, Block("scores", tuple(columns), tuple(columns)), scores, table.notes)


def _coded(
    path: Path, table: Table, roles: Mapping[str, str], explicit: ClassList | None, notes: list[str]
) -> tuple[Coded, Table]:
    true = table.columns[roles["true"]].tolist()
    predicted = table.columns[roles["predicted"]].tolist() if "predicted" in roles else []
    answered = len(predicted)
    if table.top is not None:
        predicted = [*predicted, *(label for row in table.top.labels for label in row)]
    own, block = None, table.block
    if block is not None and not all(name.isdigit() for name in block.names):
        own = block.names
    elif block is not None and explicit is not None and len(explicit.names) == len(block.names):
        own = explicit.names
    elif block is not None:
        own, explicit = _names_for_numbers(block.names, true, predicted, notes), None
    coded = code(true, predicted, explicit, own, path)
    notes.append(coded.note)
    if table.top is not None:
        best = coded.predicted[answered:].reshape(table.top.scores.shape)
        return Coded(coded.classes, coded.true, coded.predicted[:answered], coded.note, best), table
    if block is None or table.scores is None:
        return coded, table
    scores = table.scores
    if own is not None and tuple(own) != coded.classes:
        scores = _reordered(path, scores, tuple(own), coded.classes)
    kind, scores = as_scores(scores, block.kind, notes)
    if "predicted" not in roles:
        notes.append("there is no predicted class: the one of highest score was taken")
        coded = Coded(coded.classes, coded.true, best_class(scores, kind), coded.note)
    return coded, Table(table.columns, Block(kind, block.columns, coded.classes), scores, table.notes)


def _names_for_numbers(
    numbers: Sequence[str], true: Sequence[str], predicted: Sequence[str], notes: list[str]
) -> tuple[str, ...]:
    """What `prob_0 prob_1 ...` stand for: the numbers themselves, or the labels' names in sorted order."""
    labels = {label for label in (*true, *predicted) if label.strip().casefold() not in MISSING}
    if len(labels) == len(numbers) and not all(re.fullmatch(r"-?\d+(\.0+)?", label) for label in labels):
        notes.append("scores are numbered: they were taken in the order of the sorted class names")
        return tuple(sorted(labels))
    return tuple(str(int(number)) for number in numbers)


def _reordered(path: Path, scores: Float32, own: tuple[str, ...], classes: tuple[str, ...]) -> Float32:
    at = {name: index for index, name in enumerate(own)}
    if set(own) != set(classes):
        raise FormatError(path, "scores", f"are of {len(own)} classes, not {len(classes)}", "write one for each class")
    return scores[:, [at[name] for name in classes]]


def _values(table: Table, column: str | None, default: str) -> Strings:
    if column is None:
        return strings([default] * table.n)
    return strings(value.strip() for value in table.columns[column].tolist())


def _one_run(
    path: Path,
    name: str,
    table: Table,
    roles: Mapping[str, str],
    coded: Coded,
    rows: Int64,
    said: _Said,
    images_root: Path | None,
    notes: list[str],
) -> Run:
    splits, epochs, confidence = said
    parts, tables = [], {}
    for split, at_rows in _rows_of_each(splits[rows]).items():
        mine = rows[at_rows]
        samples, numbers = _sample_table(path, table, roles, mine, epochs[mine], images_root)
        label = split_name(split)
        tables[label] = samples
        for epoch in np.unique(epochs[mine]).tolist():
            at = epochs[mine] == epoch
            here = mine[at]
            arrays = {
                "sample": numbers[at],
                "true": coded.true[here],
                "predicted": coded.predicted[here],
            }
            if table.block is not None and table.scores is not None:
                arrays[table.block.kind] = table.scores if len(here) == table.n else table.scores[here]
            elif table.top is not None and coded.best is not None:
                arrays["top_classes"] = coded.best[here]
                arrays["top_nll"] = -np.log(np.maximum(table.top.scores[here], 1e-30))
            elif confidence is not None:
                arrays["predicted_nll"] = -np.log(np.maximum(confidence[here], 1e-30))
            parts.append(Part(label, int(epoch), arrays))
    return Made(name, path, coded.classes, parts, tables, notes).run()


def _epochs(path: Path, table: Table, column: str | None, notes: list[str]) -> Int64:
    if column is None:
        return np.ones(table.n, dtype=np.int64)
    try:
        epochs = np.array([int(float(value)) for value in table.columns[column].tolist()], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise FormatError(path, column, "holds something that is no epoch number", "write whole numbers") from error
    if len(epochs) and epochs.min() == 0:
        notes.append("epochs count from 0 and were moved to count from 1")
        epochs = epochs + 1
    if len(epochs) and epochs.min() < 0:
        raise FormatError(path, column, "holds a negative epoch", "write whole numbers from 1 on")
    return epochs


def _confidence(table: Table, roles: Mapping[str, str], notes: list[str]) -> Float32 | None:
    if "confidence" not in roles:
        return None
    column = roles["confidence"]
    try:
        wide = np.array([cell if cell.strip() else "nan" for cell in table.columns[column].tolist()], dtype=np.float64)
    except ValueError:
        notes.append(f"{column} holds something that is no number and was not used")
        return None
    with np.errstate(over="ignore"):
        values = wide.astype(np.float32)
    top, low = np.nanmax(values, initial=0), np.nanmin(values, initial=0)
    if low < 0 or top > 100:
        notes.append(f"{column} goes from {low:g} to {top:g}, is no confidence and was not used")
        return None
    if top > 1.001:
        notes.append(f"{column} was taken as per cent")
        values /= 100
    return values


def _sample_table(
    path: Path, table: Table, roles: Mapping[str, str], rows: Int64, epochs: Int64, images_root: Path | None
) -> tuple[SampleTable, Int64]:
    """The samples of `rows` in the order they first appear, and each row's number among them."""
    key = roles.get("id") or roles.get("path")
    if key is not None:
        number: dict[str, int] = {}
        numbers = np.array([number.setdefault(name, len(number)) for name in table.columns[key][rows].tolist()])
        numbers = numbers.astype(np.int64)
        first = np.full(len(number), -1, dtype=np.int64)
        first[numbers[::-1]] = rows[::-1]
    else:
        # Nothing names the samples: within an epoch they are told apart by their order.
        numbers = np.zeros(len(rows), dtype=np.int64)
        first = np.empty(0, dtype=np.int64)
        for epoch in np.unique(epochs):
            mine = epochs == epoch
            numbers[mine] = np.arange(np.count_nonzero(mine))
            first = rows[mine] if np.count_nonzero(mine) > len(first) else first
    hidden = {roles[role] for role in ("predicted", "confidence", "epoch", "run", "split") if role in roles}
    renamed = {roles[role]: role for role in ("true", "path", "id", "text") if role in roles}
    columns = {
        renamed.get(name, normal(name)): values[first] for name, values in table.columns.items() if name not in hidden
    }
    return SampleTable(path, columns, images_root=images_root), numbers
