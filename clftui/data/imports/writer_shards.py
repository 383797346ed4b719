"""Predictions that each rank wrote for itself, with the places of its samples: Lightning's BasePredictionWriter.

Its recipe saves `predictions_<rank>` and `batch_indices_<rank>`; clftui reads them as .npy, .npz or .json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.beside import Options, array_run, arrays_beside
from clftui.data.imports.classes import class_file
from clftui.data.imports.names import ArrayName
from clftui.data.imports.npy import Named
from clftui.data.run import Run
from clftui.data.shards import first_of_each
from clftui.schema import FormatError
from clftui.storage import open_npz, read_npy
from clftui.text import plural

Array = NDArray[Any]

_SHARD = re.compile(r"(?P<what>predictions|preds|batch_indices|indices|labels|targets)_(?:rank_?)?(?P<rank>\d+)\Z")
_ENDINGS = (".npy", ".npz", ".json")
_ROLES = {"preds": "predictions", "indices": "batch_indices", "targets": "labels"}


def shard_run(folder: Path, files: Sequence[Path], options: Options) -> tuple[Run, set[Path]] | None:
    """The run that the shards of a folder make together, and the shards; None where there are none.

    Samples that occur twice (a distributed sampler pads) are dropped, the lowest rank's stay. FormatError where the
    arrays of a rank do not fit each other.
    """
    ranks: dict[int, dict[str, Path]] = {}
    for file in files:
        match = _SHARD.match(file.stem)
        if match is not None and file.suffix.casefold() in _ENDINGS:
            ranks.setdefault(int(match["rank"]), {})[_ROLES.get(match["what"], match["what"])] = file
    whole = {rank: found for rank, found in sorted(ranks.items()) if {"predictions", "batch_indices"} <= found.keys()}
    if not whole:
        return None
    values, places, labels = [], [], []
    for found in whole.values():
        rows, at = _flat(found["predictions"]), _flat(found["batch_indices"])
        if at.ndim != 1 or at.dtype.kind not in "iu" or len(at) != len(rows):
            name = found["batch_indices"].name
            raise FormatError(
                found["predictions"], "", f"has {len(rows)} rows and {name} has shape {at.shape}",
                "write the dataset index of each prediction",
            )  # fmt: skip
        values.append(rows)
        places.append(at.astype(np.int64))
        labels.append(_flat(found["labels"]) if "labels" in found else None)
    used = {file for found in ranks.values() for file in found.values()}
    return _merged(folder, values, places, labels, options, len(whole)), used


def _merged(
    folder: Path, values: list[Array], places: list[Array], labels: Sequence[Array | None], options: Options, ranks: int
) -> Run:
    answers, sample = np.concatenate(values), np.concatenate(places)
    keep, _ = first_of_each(sample, np.zeros(len(sample), np.int64), np.zeros(len(sample), np.int64))
    dropped = 0 if keep is None else len(sample) - len(keep)
    keep = np.arange(len(sample)) if keep is None else keep
    own = [each for each in labels if each is not None]
    others = arrays_beside(folder / "predictions_0", [folder, folder.parent])
    if len(own) == len(labels):
        true: Array = np.concatenate(own)[keep]
    else:
        given = next((each.values for each in others if each.about.role == "true" and each.values.ndim == 1), None)
        if given is None or len(given) <= sample.max(initial=0):
            raise FormatError(folder, "", "has predictions by rank but no labels", "put labels.npy beside them")
        true = given[sample[keep]]
    kind = "scores" if answers.ndim == 2 else "predicted"
    arrays = [
        Named(folder, "predictions", ArrayName(kind, None, None), answers[keep]),
        Named(folder, "labels", ArrayName("true", None, None), true),
        Named(folder, "indices", ArrayName("sample", None, None), sample[keep]),
    ]
    beside = [each for each in others if each.about.role == "classes"]
    run = array_run(folder.name, folder, arrays, beside, options, class_file([folder, folder.parent]))
    told = f"predictions of {plural(ranks, 'rank')} put together by their indices"
    told += f"; {plural(dropped, 'repeated sample')} dropped" if dropped else ""
    return replace(run, notes=(told, *run.notes))


def _flat(path: Path) -> Array:
    """One array: of batches all rows after one another."""
    if path.suffix.casefold() == ".npy":
        return read_npy(path)
    if path.suffix.casefold() == ".npz":
        archive = open_npz(path)
        names = sorted(archive.members, key=lambda name: int(re.sub(r"\D", "", name) or 0))
        parts = [np.atleast_1d(archive.read(name)) for name in names]
    else:
        parts = [np.asarray(batch) for batch in _batches(path)]
    try:
        return np.concatenate(parts) if parts else np.empty(0, np.int64)
    except ValueError as error:
        raise FormatError(path, "", "has batches of different widths", "write one row for each sample") from error


def _batches(path: Path) -> Iterator[Any]:
    """The rows in lists of any depth: batches in dataloaders, or rows alone."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FormatError(path, "", "is not valid JSON", "write a list of batches") from error
    while isinstance(value, list) and value and isinstance(value[0], list) and _depth(value) > 2:
        value = [row for batch in value for row in batch]
    if isinstance(value, list) and value and not isinstance(value[0], list):
        value = [value]
    wide = "predictions" in path.name or "preds" in path.name
    yield from ([value] if wide and value and len({len(row) for row in value}) == 1 else value)


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        depth, value = depth + 1, value[0]
    return depth
