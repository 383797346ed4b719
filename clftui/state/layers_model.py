"""What the layers variant shows: for each layer what its probe gets right, then class by class. No drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.analysis.layer_power import (
    ABSENT,
    Gains,
    best_layer,
    first_separable,
    gains,
    hits_by_class,
    level_hits,
)
from clftui.analysis.level_maps import Level, level_maps
from clftui.analysis.metrics import ratio
from clftui.analysis.significance import ALPHA
from clftui.data.evaluation import Evaluation
from clftui.data.responses import Layer
from clftui.data.run import Run
from clftui.state import map_tasks
from clftui.state.class_order import matrix_order
from clftui.state.class_tree import class_words, tree_of
from clftui.state.later import LATER, weak
from clftui.state.layers import NOTHING_RECORDED, epoch_recorded, layers_of
from clftui.state.layers_probes import Probed, Task, probed, task_of
from clftui.state.layers_settings import LayersOrder
from clftui.state.session import Session, passed
from clftui.text import count, plural, sanitise

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

OUTPUT = "output"
QUICK = 200_000
"""Samples x layers, or classes x layers, up to which a draw counts for itself."""


class Hits(NamedTuple):
    """Right answers with Wilson's 95 % interval."""

    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        low, high = wilson(self.right, self.n)
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class LayerRow:
    """One layer, or the output."""

    name: str
    units: int
    predicted: Int64 | None = None
    """(n,) answers, ABSENT where not recorded; None while the probe is fitted, or where there is none."""
    words: str = ""
    """How the probe was made; why there is none; how far it is."""
    probed: Probed | None = None
    share: float = float("nan")
    """How far the fit is, 0 to 1; NaN where none is under way."""

    @property
    def is_output(self) -> bool:
        return not self.units


@dataclass(frozen=True, eq=False)
class Counted:
    """What is counted of the rows whose answers are there."""

    levels: tuple[tuple[Hits, ...], ...]
    """Per row a number for each of the levels, the classes last; empty for a row without answers."""
    right: Int64
    n: Int64
    """(rows, K)"""
    gains: Gains
    """(compared layers, K)"""
    compared: tuple[int, ...]
    """The rows that `gains` has, without the output."""

    @property
    def recall(self) -> Float64:
        """(rows, K), NaN undefined."""
        return ratio(self.right, self.n)

    @cached_property
    def best(self) -> NDArray[np.intp]:
        """(K,) which of `compared` gains most; -1 none."""
        return best_layer(self.gains)

    @cached_property
    def first(self) -> NDArray[np.intp]:
        """(K,) the first row from which on the class is separable; -1 none."""
        return first_separable(self.recall)


@dataclass(frozen=True, eq=False)
class Power:
    """The layers of one run on one split in one epoch."""

    run: Run
    evaluation: Evaluation
    names: tuple[str, ...]
    """(K,) what the classes are called."""
    levels: tuple[Level, ...]
    """Of the hierarchy, the classes last; only those without one."""
    rows: tuple[LayerRow, ...]
    """The layers in the network's order, then the output."""
    counted: Counted
    order: Int64
    """(K,) class indices in the order of the list."""
    column: int
    """The row that classes are compared in; -1 is each class's best."""

    @property
    def waiting(self) -> int:
        """Probes that are being fitted."""
        return sum(row.predicted is None and row.share == row.share for row in self.rows)

    @property
    def lines(self) -> int:
        """Lines that the cursor may stand on."""
        return len(self.rows) + len(self.order)

    def against(self, cls: int) -> int:
        """The place in `counted.compared` of the layer that a class is compared in; -1 where there is none."""
        if self.column < 0:
            return int(self.counted.best[cls])
        return self.counted.compared.index(self.column) if self.column in self.counted.compared else -1

    @property
    def beaten(self) -> Int64:
        """(m,) classes of which a layer's probe gets more right than the output, beyond the adjusted test."""
        found = self.counted.gains
        return np.flatnonzero(((found.q < ALPHA) & (found.won > found.lost)).any(axis=0))


def layers_trouble(session: Session) -> str:
    """Why there is nothing to show, in a sentence; empty where there is something."""
    run, split = session.run, session.selection.split
    if run is None or split is None or not run.epochs(split):
        return "No run with predictions is focused; r takes the next run, s the next split."
    found = layers_of(session)
    if not found:
        return NOTHING_RECORDED
    if not any(layer.file is not None and layer.file.n for layer in found):
        return (
            f"Of the {plural(len(found), 'layer')} of {sanitise(run.name)} class means alone were recorded; a probe "
            "needs those of single samples, which `clftui respond` and `RunLogger.log_responses(values=...)` record."
        )
    return ""


def power(session: Session, *, wait: bool = False) -> Power | None:
    """What shows; None where there is nothing (`layers_trouble` says why). With `wait` every probe is fitted.

    Of the epoch whose responses show, answers as they were logged. FormatError where a file is broken.
    """
    run, split, epoch = session.run, session.selection.split, epoch_recorded(session)
    if run is None or split is None or epoch is None or layers_trouble(session):
        return None
    evaluation = run.evaluation(split, epoch if epoch in run.epochs(split) else session.epoch_of(run))
    if evaluation is None:
        return None
    mask = passed(run, evaluation, session.bound_filters)
    paused = session.features.layers.paused and not wait
    rows = tuple(_row(task_of(run, evaluation, layer, epoch), layer, wait, paused) for layer in layers_of(session))
    rows += (LayerRow(OUTPUT, 0, _among(rows, evaluation), f"answers of {sanitise(run.name)} itself"),)
    tree = tree_of(session)
    levels = level_maps(tree) if tree is not None and tree.groups else (_classes(run),)
    filters = session.bound_filters
    probes = weak(*(row.probed for row in rows if row.probed is not None))
    sizes = tuple(len(level.names) for level in levels)
    key = (
        "layers",
        weak(evaluation),
        filters,
        probes,
        tuple(row.name for row in rows),
        sizes,
        *(weak(tree) if tree else ()),
    )
    quick = len(rows) * max(evaluation.n, len(run.classes)) <= QUICK
    counted = LATER.get(key, lambda: _counted(evaluation, mask, rows, levels), wait=wait or quick)
    if counted is None:
        counted = _counted(evaluation, np.zeros(evaluation.n, dtype=bool), (), levels)
        rows = tuple(LayerRow(row.name, row.units, None, "being counted", None, 0.0) for row in rows)
    column = next((i for i, row in enumerate(rows) if row.name == session.features.layers.column), -1)
    whole = evaluation.confusion
    found = Power(
        run, evaluation, class_words(session, run.classes), levels, rows, counted,
        matrix_order(session, run.classes, whole), column,
    )  # fmt: skip
    return _ordered(found, session.features.layers.order)


def _classes(run: Run) -> Level:
    return Level(run.classes, np.arange(len(run.classes), dtype=np.int64))


def _among(rows: tuple[LayerRow, ...], evaluation: Evaluation) -> Int64:
    """What the run answered, to the samples that some layer has recorded: so that all rows speak of the same ones."""
    have = np.zeros(evaluation.n, dtype=bool)
    for row in rows:
        if row.predicted is not None:
            have |= row.predicted != ABSENT
    if not have.any():
        have[:] = True
    return _restricted(evaluation, have.tobytes())


@lru_cache(maxsize=32)
def _restricted(evaluation: Evaluation, have: bytes) -> Int64:
    """The same array for the same samples: what is counted of it is known by it."""
    return np.where(np.frombuffer(have, dtype=bool), evaluation.predicted, ABSENT).astype(np.int64)


def _row(task: Task | str, layer: Layer, wait: bool, paused: bool) -> LayerRow:
    units = layer.file.units if layer.file is not None else 1
    if isinstance(task, str):
        return LayerRow(layer.name, units, None, task)
    if paused and not map_tasks.is_there(task.key):
        return LayerRow(layer.name, units, None, "no probe was fitted: esc goes on")
    found = probed(task, wait=wait)
    if found is not None:
        return LayerRow(layer.name, units, found.predicted, found.words, found)
    return LayerRow(layer.name, units, None, *_progress(task))


def _progress(task: Task) -> tuple[str, None, float]:
    trouble = map_tasks.trouble(task.key)
    if trouble:
        return f"the probe failed: {sanitise(trouble)}", None, float("nan")
    way = map_tasks.way(task.key)
    share = way.share if way is not None else 0.0
    return f"a probe is being fitted, {task.how}", None, share


def _counted(
    evaluation: Evaluation, mask: NDArray[np.bool_] | None, rows: tuple[LayerRow, ...], levels: tuple[Level, ...]
) -> Counted:
    true = evaluation.true.astype(np.int64)
    if mask is not None:
        true = np.where(mask, true, -1)
    k = len(evaluation.classes)
    right, n = (np.zeros((len(rows), k), dtype=np.int64) for _ in range(2))
    told: list[tuple[Hits, ...]] = []
    for at, row in enumerate(rows):
        if row.predicted is None:
            told.append(())
            continue
        right[at], n[at] = hits_by_class(true, row.predicted, k)
        told.append(tuple(Hits(*level_hits(true, row.predicted, level.group)) for level in levels))
    compared = tuple(at for at, row in enumerate(rows) if row.predicted is not None and not row.is_output)
    answers = [row.predicted for row in rows if row.predicted is not None and not row.is_output]
    output = rows[-1].predicted if rows else None
    nothing = np.full(evaluation.n, ABSENT, dtype=np.int64)
    return Counted(tuple(told), right, n, gains(true, answers, nothing if output is None else output, k), compared)


def _ordered(found: Power, order: LayersOrder) -> Power:
    """`found` with its classes in the chosen order; equal ones as in the matrix."""
    if order is LayersOrder.GIVEN or not found.counted.compared:
        return found
    if order is LayersOrder.DEPTH:
        key = np.where(found.counted.first < 0, len(found.rows), found.counted.first).astype(np.float64)
    else:
        at = np.asarray([found.against(cls) for cls in range(len(found.order))], dtype=np.intp)
        difference = found.counted.gains.difference[at, np.arange(len(at))]
        key = np.where((at < 0) | np.isnan(difference), np.inf, -difference)
    return replace(found, order=found.order[np.argsort(key[found.order], kind="stable")])


def recorded_words(found: Power) -> str:
    """`10,000 of 10,000 samples recorded`"""
    have = int(np.count_nonzero(found.rows[-1].predicted != ABSENT)) if found.rows[-1].predicted is not None else 0
    return f"{count(have)} of {plural(found.evaluation.n, 'sample')}"
