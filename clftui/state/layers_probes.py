"""A linear probe of each recorded layer, fitted in the worker process: what it is fitted on, and what it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.layer_power import ABSENT
from clftui.analysis.linear_probe import folds_for
from clftui.data.evaluation import Evaluation
from clftui.data.responses import Layer, ResponseFile, layers
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state import map_tasks
from clftui.state.map_tasks import Arrays, ById
from clftui.state.peers import places_of, table_of
from clftui.storage import file_signature
from clftui.text import count, plural, sanitise

Int64 = NDArray[np.int64]

SEED = 0
TRAIN_SPLITS = ("train", "training")
HELD_OUT = "No sample is answered by a probe that was fitted on it."
VERSION = 1
"""Raised when a probe would answer otherwise, so that what is kept on the disk is not taken for it."""


@dataclass(frozen=True, eq=False)
class Task:
    """One layer's probe before it is fitted."""

    run: Run
    evaluation: Evaluation
    layer: Layer
    rows: Int64
    """Places in the file of the recorded samples that the evaluation has."""
    positions: Int64
    """Where those stand in the evaluation."""
    train: ResponseFile | None
    """The same layer on the train split; None cross-validates."""
    train_rows: Int64
    train_true: Int64
    digest: str

    @property
    def parameters(self) -> dict[str, Any]:
        return {"n_classes": len(self.evaluation.classes), "seed": SEED, "version": VERSION}

    @property
    def key(self) -> Hashable:
        """What its progress is known by."""
        return map_tasks.key_of("probe", self.digest, self.parameters)

    @property
    def how(self) -> str:
        """`fitted on train` or `5-fold cross-validated on test`"""
        if self.train is not None:
            return f"fitted on {count(len(self.train_rows))} samples of the train split"
        return f"{folds_for(len(self.evaluation.classes))}-fold cross-validated on {sanitise(self.evaluation.split)}"

    def arrays(self) -> Arrays:
        """What the worker is sent."""
        values = self.layer.opened.values(self.rows)
        true = self.evaluation.true[self.positions].astype(np.int64)
        if self.train is None:
            return {"values": values, "true": true}
        return {
            "values": values, "true": true, "train": self.train.values(self.train_rows), "train_true": self.train_true,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Probed:
    """What a layer's probe answers."""

    task: Task
    predicted: Int64
    """(n of the evaluation,) classes, ABSENT for samples that the layer did not record."""
    scores: NDArray[np.float16] | None
    """(len(task.rows), K); None where they would be too many."""
    fitted: Int64
    converged: NDArray[np.bool_]

    @property
    def words(self) -> str:
        """`5-fold cross-validated on test …; 8,000 samples a fit`, and whether the fits came to their ends."""
        open_ends = int(np.count_nonzero(~self.converged))
        ends = "" if not open_ends else f"; {plural(open_ends, 'fit')} of {len(self.converged)} did not converge"
        return f"{self.task.how}; {count(int(self.fitted.min()) if self.fitted.size else 0)} samples a fit{ends}"


def task_of(run: Run, evaluation: Evaluation, layer: Layer, epoch: int) -> Task | str:
    """The probe of a layer recorded in `epoch`, or a sentence why there is none."""
    if layer.file is None:
        return layer.trouble
    if not layer.file.n:
        return "class means alone were recorded; a probe needs those of single samples, which `clftui respond` records"
    if not evaluation.has_samples:
        return "a bare matrix has no samples to probe"
    return _task(run, evaluation, layer, _train_file(run, evaluation.split, layer, epoch))


def _train_file(run: Run, split: str, layer: Layer, epoch: int) -> ResponseFile | None:
    """The layer's file of a train split where it has samples; None else, and for the train split itself."""
    for name in TRAIN_SPLITS:
        if name == split:
            return None
        for other in layers(run.path, name, epoch):
            if other.name == layer.name and other.file is not None and other.file.n:
                return other.file if other.file.units == layer.opened.units else None
    return None


@lru_cache(maxsize=256)
def _task(run: Run, evaluation: Evaluation, layer: Layer, train: ResponseFile | None) -> Task | str:
    place = places_of(evaluation.sample, layer.opened.sample)
    rows = np.flatnonzero(place >= 0)
    positions = place[rows]
    if not (evaluation.true[positions] >= 0).any():
        return f"no recorded sample has a label on {sanitise(evaluation.split)}"
    labels = _train_labels(run, train) if train is not None else None
    train_rows = np.flatnonzero(labels >= 0) if labels is not None else np.empty(0, dtype=np.int64)
    if labels is None or not len(train_rows):
        train, train_true = None, np.empty(0, dtype=np.int64)
    else:
        train_true = labels[train_rows]
    told = hashlib.sha256()
    for file in (layer.opened, *((train,) if train is not None else ())):
        told.update(repr((file.path, _signature(file))).encode())
    for array in (rows, positions, evaluation.true[positions], train_rows, train_true):
        told.update(np.ascontiguousarray(array).tobytes())
    return Task(run, evaluation, layer, rows, positions, train, train_rows, train_true, told.hexdigest())


def _signature(file: ResponseFile) -> object:
    from pathlib import Path

    try:
        return file_signature(Path(file.path))
    except OSError:
        return None


def _train_labels(run: Run, train: ResponseFile) -> Int64 | None:
    """(n,) true classes of the train split's recorded samples, -1 unknown; None where nothing tells them."""
    split = next((name for name in TRAIN_SPLITS if f"/{name}.responses." in train.path.replace("\\", "/")), "")
    try:
        evaluation = run.evaluation(split)
    except FormatError:
        evaluation = None
    if evaluation is not None and evaluation.has_samples:
        place = places_of(evaluation.sample, train.sample)
        return np.where(place >= 0, evaluation.true[place], -1).astype(np.int64)
    table = table_of(run, split)
    if table is None or table.true is None:
        return None
    index = run.class_index
    labels = np.asarray([index.get(name, -1) for name in table.true.tolist()] + [-1], dtype=np.int64)
    return labels[np.where((train.sample >= 0) & (train.sample < table.n), train.sample, table.n)]


def probed(task: Task, *, wait: bool = False) -> Probed | None:
    """What the probe answers; None until the worker has fitted it. FormatError where it fails."""
    found = map_tasks.result("probe", task.digest, task.parameters, task.arrays, wait=wait)
    return None if found is None else _unpacked(task, ById(found))


@lru_cache(maxsize=64)
def _unpacked(task: Task, kept: ById) -> Probed:
    arrays = kept.arrays
    predicted = np.full(task.evaluation.n, ABSENT, dtype=np.int64)
    predicted[task.positions] = arrays["predicted"]
    return Probed(task, predicted, arrays.get("scores"), arrays["fitted"], arrays["converged"])
