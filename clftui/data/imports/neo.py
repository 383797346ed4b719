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

Row = tuple[dict[str, str], dict[str, str], int]

_MARK = ":"
_REMEDY = 'write {"actual": ["root:a"], "observed": ["root:b"], "count": 3}'


def neo_runs(path: Path, value: Any, options: Options, explicit: ClassList | None) -> list[Run] | None:
    """Runs of `[{"actual", "observed", "count"}]`, alone or under data.values: one for each output of the model."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), Mapping):
        value = value["data"].get("values")
    if not (isinstance(value, list) and value and isinstance(value[0], Mapping)):
        return None
    if {"reference_text", "annotation_text", "occurrence"} <= value[0].keys():
        value = [_from_chart(row) for row in value]
    if not {"actual", "observed", "count"} <= value[0].keys() or not isinstance(value[0]["actual"], list):
        return None
    rows = [_row(path, row) for row in value]
    roots = list(dict.fromkeys(root for actual, observed, _ in rows for root in (*actual, *observed)))
    runs = [_run(path, root, rows) for root in roots]
    if len(roots) > 1:
        told = f"the model has {plural(len(roots), 'output')}: each is a run, summed over the others"
        runs = [replace(run, notes=(*run.notes, told)) for run in runs]
    return runs


def _from_chart(row: Any) -> Mapping[str, Any]:
    """The row of a Vega chart of counts, whose labels are `a:b` or `[a:b,c:d]`."""
    if not isinstance(row, Mapping):
        return {}
    names = {"actual": "reference_text", "observed": "annotation_text"}
    labels = {key: str(row.get(name, "")).strip("[]").split(",") for key, name in names.items()}
    return {**labels, "count": row.get("occurrence")}


def _row(path: Path, row: Any) -> Row:
    try:
        count = row["count"]
        actual, observed = (_by_root(row[key]) for key in ("actual", "observed"))
        if actual is not None and observed is not None and int(count) == count >= 0:
            return actual, observed, int(count)
    except (TypeError, KeyError, ValueError, AttributeError):
        pass
    raise FormatError(path, "", f"has a row that is no count of labels ({str(row)[:60]})", _REMEDY)


def _by_root(labels: list[str]) -> dict[str, str] | None:
    """The labels by the output they are of, which their first part names; None where an output has two."""
    found = {(label.split(_MARK, 1)[0] if _MARK in label else ""): label for label in labels}
    return found if len(found) == len(labels) else None


def _run(path: Path, root: str, rows: list[Row]) -> Run:
    lacking = f"(no {root or 'label'})"
    counts: Counter[tuple[str, str]] = Counter()
    for actual, observed, count in rows:
        counts[actual.get(root, lacking), observed.get(root, lacking)] += count
    cut = len(root) + 1 if root else 0
    bare = {label: label if label == lacking else label[cut:] for pair in counts for label in pair}
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
