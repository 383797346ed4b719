"""Runs from arrays: labels beside predictions, epochs stacked or in files of their own, scores of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.classes import ClassList, code
from clftui.data.imports.made import Made, Part, as_scores, best_class
from clftui.data.imports.matrix import matrix_run
from clftui.data.imports.names import ArrayName
from clftui.data.imports.npy import ANSWERS, SCORES, Named
from clftui.data.imports.npy_split import SplitArrays
from clftui.data.imports.table import strings
from clftui.data.imports.tables_beside import ROLES, from_table, of_samples
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.data.soft_labels import shares_of
from clftui.schema import FormatError

Array = NDArray[Any]


def arrays_run(
    name: str,
    path: Path,
    arrays: Sequence[Named],
    beside: Sequence[Named],
    *,
    explicit: ClassList | None,
    images_root: Path | None = None,
    transposed: bool = False,
    samples: Sequence[Named] = (),
) -> Run:
    """One run from the arrays that belong together; labels it lacks are taken from `beside`.

    `samples` are columns of tables of samples that may belong to a split.

    FormatError where there are no predictions or scores, or no true labels of their length.
    """
    answers = [a for a in arrays if a.about.role in ANSWERS] or _guess(arrays)
    if not answers:
        bare = [a for a in arrays if a.about.role == "confusion" or _square(a.values)]
        if bare:
            own, matrix = _own_classes([*arrays, *beside]), bare[0]
            return matrix_run(
                path, matrix.values, own, own, explicit=explicit, transposed=transposed, where=matrix.label
            )
        there = ", ".join(a.label for a in arrays[:8]) or "nothing"
        problem = f"has no predictions or scores (it has {there})"
        raise FormatError(path, "", problem, "name them preds, probs or logits")
    notes: list[str] = []
    context = [*arrays, *beside]
    splits = _splits(path, answers, context, notes)
    return _run_of(name, path, splits, explicit, _own_classes(context) or None, images_root, notes, samples)


def _splits(path: Path, answers: Sequence[Named], context: Sequence[Named], notes: list[str]) -> list[SplitArrays]:
    """A split without labels is left out, and said so, where another has them."""
    by_split: dict[str, list[Named]] = {}
    if any(answer.about.epoch == 0 for answer in answers):
        notes.append("epochs count from 0 and were moved to count from 1")
        answers = [replace(a, about=replace(a.about, epoch=_next(a.about.epoch))) for a in answers]
    for answer in answers:
        by_split.setdefault(answer.about.split or "test", []).append(answer)
    splits: list[SplitArrays] = []
    problems: list[tuple[str, FormatError]] = []
    for split, mine in by_split.items():
        try:
            splits.append(SplitArrays(path, split, mine, context, notes))
        except FormatError as error:
            problems.append((split, error))
    if not splits:
        raise problems[0][1]
    notes.extend(f"split {split} was left out: it {error.problem}" for split, error in problems)
    return splits


def _next(epoch: int | None) -> int | None:
    return None if epoch is None else epoch + 1


def _guess(arrays: Sequence[Named]) -> list[Named]:
    """An array whose name says nothing is told by its shape: whole numbers are predictions, a wide one scores."""
    out = []
    for a in arrays:
        if a.about.role is None and a.values.dtype.kind in "iuf" and a.values.ndim and not _square(a.values):
            kind = "predicted" if a.values.dtype.kind in "iu" else "scores" if a.values.ndim >= 2 else None
            if kind is not None:
                out.append(Named(a.path, a.label, ArrayName(kind, a.about.split, a.about.epoch), a.values))
    return out


def _square(values: Array) -> bool:
    return values.ndim == 2 and values.shape[0] == values.shape[1] and values.dtype.kind in "iuf"


def _own_classes(arrays: Iterable[Named]) -> tuple[str, ...]:
    """The names that an array of classes gives; empty without one."""
    found = next((a for a in arrays if a.about.role == "classes" and a.values.ndim == 1), None)
    return () if found is None else tuple(str(name) for name in found.values.tolist())


def _run_of(
    name: str,
    path: Path,
    splits: Sequence[SplitArrays],
    explicit: ClassList | None,
    own: tuple[str, ...] | None,
    images_root: Path | None,
    notes: list[str],
    tables_of: Sequence[Named],
) -> Run:
    width = max((v.shape[1] for s in splits for e in s.epochs.values() for v in e.values() if v.ndim == 2), default=0)
    if explicit is not None and width and len(explicit.names) != width:
        explicit = None
    if own is None and width:
        own = explicit.names if explicit is not None else _column_names(splits, width, notes)
    true = [str(label) for s in splits for label in s.true.tolist()]
    predicted = [str(label) for s in splits for e in s.epochs.values() for label in e.get("predicted", ())]
    coded = code(true, predicted, explicit, own, path)
    notes.append(coded.note)
    parts: list[Part] = []
    tables: dict[str, SampleTable] = {}
    true_at = predicted_at = 0
    for split in splits:
        labels = coded.true[true_at : true_at + split.n]
        true_at += split.n
        if split.soft is not None and split.soft.shape[1] != len(coded.classes):
            notes.append(f"soft labels of {split.soft.shape[1]} classes were not used: there are {len(coded.classes)}")
            split.soft = None
        told = of_samples(split.name, split.true, tables_of, [role for role in ROLES if role in split.extra])
        split.extra |= {role: each.values for role, each in told.items()}
        notes.extend(f"{', '.join(told)} {from_table(each.path)}" for each in list(told.values())[:1])
        sample, table = _samples(path, split, labels, coded.classes, images_root)
        if table is not None:
            tables[split.name] = table
        for epoch, found in split.epochs.items():
            arrays: dict[str, Array] = {"sample": sample, "true": labels}
            if "predicted" in found:
                length = len(found["predicted"])
                arrays["predicted"] = coded.predicted[predicted_at : predicted_at + length]
                predicted_at += length
            _add_scores(arrays, found, notes)
            if epoch == max(split.epochs):
                _add_extra(arrays, split)
            parts.append(Part(split.name, epoch, arrays))
    return Made(name, path, coded.classes, parts, tables, notes).run()


def _column_names(splits: Sequence[SplitArrays], width: int, notes: list[str]) -> tuple[str, ...]:
    """Names for columns that have none: the labels' sorted names where they are as many, else numbers."""
    labels = {str(label) for split in splits for label in split.true.tolist()}
    if len(labels) == width and any(split.true.dtype.kind in "US" for split in splits):
        notes.append("the columns of the scores were taken in the order of the sorted class names")
        return tuple(sorted(labels))
    return tuple(str(index) for index in range(width))


def _add_scores(arrays: dict[str, Array], found: Mapping[str, Array], notes: list[str]) -> None:
    kind = next((kind for kind in SCORES if kind in found), None)
    if kind is None:
        return
    values = found[kind]
    if values.ndim == 1:
        arrays["predicted_nll"] = -np.log(np.maximum(values.astype(np.float32), 1e-30))
        return
    values = values if values.dtype.kind == "f" else values.astype(np.float32)
    kind, values = as_scores(values, kind, notes)
    arrays[kind] = values
    if "predicted" not in arrays:
        notes.append("there is no predicted class: the one of highest score was taken")
        arrays["predicted"] = best_class(values, kind)


def _add_extra(arrays: dict[str, Array], split: SplitArrays) -> None:
    for role, axes in (("features", 2), ("loss", 1)):
        values = split.extra.get(role)
        if values is not None and values.ndim == axes:
            arrays[role] = values if values.dtype.kind == "f" else values.astype(np.float32)


def _samples(
    path: Path, split: SplitArrays, labels: Array, classes: tuple[str, ...], images_root: Path | None
) -> tuple[Array, SampleTable | None]:
    numbers = split.extra.get("sample")
    sample: Array = np.arange(split.n, dtype=np.int64)
    if numbers is not None and numbers.dtype.kind in "iu" and numbers.ndim == 1 and int(numbers.min(initial=0)) >= 0:
        sample = numbers.astype(np.int64)
    named: dict[str, Array] = {role: split.extra[role] for role in ROLES if role in split.extra}
    soft = None if split.soft is None else shares_of(split.soft)
    if (not named and soft is None) or numbers is not None:
        return sample, None
    columns: dict[str, NDArray[np.object_]] = {
        role: strings(str(value) for value in values.tolist()) for role, values in named.items()
    }
    columns["true"] = strings(classes[label] if label >= 0 else "" for label in labels.tolist())
    return sample, SampleTable(path, columns, images_root=images_root, soft=soft)
