"""Neo's counts (hierarchical confusion matrices): lists of path labels such as `root:fruit:apple` with how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.imports.beside import Options
from clftui.data.imports.classes import ClassList
from clftui.data.imports.matrix import MAX_CLASSES, matrix_run
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.text import plural

_MARK = ":"
_REMEDY = 'write {"actual": ["root:a"], "observed": ["root:b"], "count": 3}, with as many labels in each'


def neo_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """Runs of `[{"actual", "observed", "count"}]`, alone or under data.values: one for each output of the model."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), Mapping):
        value = value["data"].get("values")
    if not (isinstance(value, list) and value and isinstance(value[0], Mapping)):
        return None
    if not {"actual", "observed", "count"} <= value[0].keys() or not isinstance(value[0]["actual"], list):
        return None
    outputs = len(value[0]["actual"])
    counted: list[Counter[tuple[str, str]]] = [Counter() for _ in range(outputs)]
    for row in value:
        actual, observed, count = _row(path, row, outputs)
        for output, pair in enumerate(zip(actual, observed, strict=True)):
            counted[output][pair] += count
    runs = [_run(path, counts) for counts in counted]
    if outputs > 1:
        told = f"the model has {plural(outputs, 'output')}: each is a run, summed over the others"
        runs = [replace(run, notes=(*run.notes, told)) for run in runs]
    return runs


def _row(path: Path, row: Any, outputs: int) -> tuple[list[str], list[str], int]:
    try:
        actual, observed, count = row["actual"], row["observed"], row["count"]
        fits = len(actual) == len(observed) == outputs and int(count) == count >= 0
        if fits and all(isinstance(label, str) for label in (*actual, *observed)):
            return actual, observed, int(count)
    except (TypeError, KeyError, ValueError):
        pass
    raise FormatError(path, "", f"has a row that is no count of {plural(outputs, 'label')}", _REMEDY)


def _run(path: Path, counts: Counter[tuple[str, str]]) -> Run:
    labels = {label for pair in counts for label in pair}
    roots = {label.split(_MARK, 1)[0] for label in labels}
    below = all(_MARK in label for label in labels)
    root = next(iter(roots)) if len(roots) == 1 and below else ""
    bare = {label: label[len(root) + 1 :] if root else label for label in labels}
    names = sorted(set(bare.values()))
    if not 2 <= len(names) <= MAX_CLASSES:
        raise FormatError(path, "", f"names {plural(len(names), 'class', 'classes')}", f"write 2 to {MAX_CLASSES:,}")
    at = {name: index for index, name in enumerate(names)}
    dense = np.zeros((len(names), len(names)), dtype=np.int64)
    for (true, predicted), count in counts.items():
        dense[at[bare[true]], at[bare[predicted]]] += count
    run = matrix_run(path, dense, names, names, "actual")
    notes = ("class order: sorted names; their parts, cut at colons, are the hierarchy", *run.notes[1:])
    name = path.stem if root in ("", "root") else f"{path.stem} {root}"
    return replace(run, key=name, name=name, notes=("actual is true, observed is predicted", *notes))
