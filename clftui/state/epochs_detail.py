"""The curves of the selected cell, class or group: every run that shows, on its split and on the training data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.hierarchy import Hierarchy, group_metrics
from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.epochs_history import Past, past
from clftui.state.epochs_view import inside, metric_of, shown_runs
from clftui.state.hierarchy_view import selected_group
from clftui.state.later import LATER, weak
from clftui.state.session import Session, class_map
from clftui.text import sanitise

Float64 = NDArray[np.float64]

TRAIN = "train"


@dataclass(frozen=True, eq=False)
class Curve:
    """`values` (E,) of `epochs`, NaN undefined."""

    letter: str
    run: Run
    split: str
    epochs: tuple[int, ...]
    values: Float64
    focused: bool
    dotted: bool
    """On the other split."""
    shown: int | None
    """Place of the epoch that shows."""

    half: float
    """Half of the 95 % interval of the value that shows; NaN undefined."""

    @property
    def best(self) -> int | None:
        """Place of the first highest value."""
        return int(np.nanargmax(self.values)) if np.isfinite(self.values).any() else None


@dataclass(frozen=True)
class Detail:
    """What the chart is of: `Shirt recall`, on `test` (solid) and `train` (dotted)."""

    title: str
    split: str
    other: str
    """Empty where no run has a second split."""
    is_share: bool
    is_cell: bool
    """Of a cell a lower value is better."""
    curves: tuple[Curve, ...]
    pending: bool


def other_split(session: Session) -> str:
    """The training data, or where these show the next split that the focused run has."""
    split = session.selection.split
    run = session.run
    splits = run.splits if run is not None else ()
    if TRAIN in splits and split != TRAIN:
        return TRAIN
    return next((each for each in splits if each != split), "")


def detail(session: Session, *, wait: bool = False) -> Detail | None:
    """The curves of what is selected, a group before a cell before a class; None without a class."""
    true, predicted, classes = session.selection.true, session.selection.predicted, session.classes
    if true not in classes or session.selection.split is None:
        return None
    metric, group = metric_of(session), selected_group(session)
    cell = session.epochs.cell and predicted in classes and predicted != true and group is None
    split, other = session.selection.split, other_split(session)
    curves, pending = [], False
    for letter, run in shown_runs(session):
        for each in (split, other) if other else (split,):
            if each not in run.splits:
                continue
            try:
                known = past(session, run, each, metric, wait=wait)
            except FormatError:
                continue
            values = None
            if known is not None:
                if group is not None:
                    values = _of_group(run, known, group[0], group[1], metric, wait)
                elif cell:
                    values = _of_cell(known, run, true, predicted or "")
                else:
                    values = known.values[:, classes.index(true)].astype(np.float64)
            if known is None or values is None:
                pending = True
                continue
            n = _size(session, run, known, true, group, metric)
            curves.append(_curve(session, letter, run, each, known, values, each != split, n))
    title = f"{sanitise(label_of(session, true))} {metric.label}"
    if group is not None:
        title = f"group {sanitise(group[0].nodes[group[1]].name)} {metric.label}"
    elif cell:
        title = f"{sanitise(label_of(session, true))} → {sanitise(label_of(session, predicted or ''))}"
    is_share = metric is not Metric.SUPPORT or bool(cell)
    return Detail(title, split, other, is_share, bool(cell), tuple(curves), pending)


def _curve(
    session: Session, letter: str, run: Run, split: str, known: Past, values: Float64, dotted: bool, n: int
) -> Curve:
    kept = [at for at, epoch in enumerate(known.epochs) if inside(session.selection.span, epoch)]
    epochs = tuple(known.epochs[at] for at in kept)
    epoch = session.epoch_of(run)
    shown = epochs.index(epoch) if epoch in epochs else None
    value = float(values[kept][shown]) if shown is not None else math.nan
    low, high = wilson(round(value * n), n) if math.isfinite(value) and value <= 1 else (math.nan, math.nan)
    return Curve(letter, run, split, epochs, values[kept], run is session.run, dotted, shown, float(high - low) / 2)


def _size(
    session: Session, run: Run, known: Past, true: str, group: tuple[Hierarchy, int] | None, metric: Metric
) -> int:
    """The samples that a value of the newest epoch rests on."""
    if not known.confusions:
        return 0
    confusion = known.confusions[-1][1]
    counts = confusion.predicted_count if metric is Metric.PRECISION else confusion.support
    names = [true] if group is None else [session.classes[at] for at in group[0].classes(group[1]).tolist()]
    index = class_map(tuple(names), run)
    return int(counts[index[index >= 0]].sum())


@lru_cache(maxsize=32)
def _of_cell(known: Past, run: Run, true: str, predicted: str) -> Float64:
    """(E,) the share of the true class's samples that were taken for the predicted one."""
    row, column = class_map((true, predicted), run).tolist()
    out = np.full(len(known.confusions), np.nan)
    if row >= 0 and column >= 0:
        for at, (_, confusion) in enumerate(known.confusions):
            support = int(confusion.support[row])
            out[at] = confusion.cell(row, column) / support if support else np.nan
    return out


def _of_group(run: Run, known: Past, tree: Hierarchy, node: int, metric: Metric, wait: bool) -> Float64 | None:
    """(E,) recall, precision, F1 or size of a group: right is any class of the group. NaN of other class lists."""

    def work() -> Float64:
        if len(tree.order) != len(run.classes):
            return np.full(len(known.confusions), np.nan)
        found = [group_metrics(confusion, tree) for _, confusion in known.confusions]
        by_metric = {
            Metric.RECALL: [float(each.recall[node]) for each in found],
            Metric.PRECISION: [float(each.precision[node]) for each in found],
            Metric.F1: [float(each.f1[node]) for each in found],
            Metric.SUPPORT: [float(each.support[node]) for each in found],
        }
        return np.asarray(by_metric[metric])

    return LATER.get(("epochs group", metric, node, *weak(known), *weak(tree)), work, wait=wait)
