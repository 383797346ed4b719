"""What is known of one unit: the samples it answers most to, their distribution by class, its maps, its past."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis import responses as analysis
from clftui.data.evaluation import Evaluation
from clftui.data.explanations import MapFile, methods
from clftui.data.responses import Layer, epochs_with_responses, layers
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.layers import layers_of
from clftui.state.peers import places_of
from clftui.state.responses_figures import Figures, figures_of, mean_of, relevance_of
from clftui.state.responses_model import ResponseMap
from clftui.state.session import Session, passed
from clftui.state.unit_filter import UnitCall, unit_responses
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import count

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


class Answers(NamedTuple):
    """One unit's responses to the samples that pass the filters."""

    unit: int
    values: Float32
    """(n,) by position in the evaluation; NaN where a sample was not recorded or does not pass."""
    strongest: Int64
    """(m,) positions, the strongest first; those it answers 0 or less to are left out."""
    medians: Float64
    """(K,) of each class; NaN without samples."""
    n: Int64
    """(K,) samples of each class."""

    def bins(self, true: Int64, bins: int) -> Int64:
        """(K, bins) how many samples of each class lie in equal steps from 0, or the least, to the greatest."""
        known = self.values[~np.isnan(self.values)]
        low, high = (min(0.0, float(known.min())), float(known.max())) if known.size else (0.0, 1.0)
        return analysis.binned(known, true[~np.isnan(self.values)], len(self.medians), low, high, bins)


def answers(session: Session, shown: ResponseMap) -> Answers | None:
    """What the unit under the cursor answers to single samples; None where none was recorded, NotYet in a draw."""
    if not shown.file.n or not shown.evaluation.has_samples:
        return None
    call = UnitCall(shown.layer.name, shown.unit)
    run, evaluation, filters = shown.run, shown.evaluation, session.bound_filters
    mask = passed(run, evaluation, filters)
    key = ("unit answers", weak(shown.layer), weak(evaluation), shown.unit, filters)

    def work() -> Answers:
        # In the other thread this waits for the file.
        values = unit_responses(run, evaluation, call)
        return _answers(call.unit, values, np.asarray(evaluation.true, dtype=np.int64), len(run.classes), mask)

    try:
        found = LATER.get(key, work, wait=may_wait())
    except LookupError:
        return None
    if found is None:
        note_missing()
        raise NotYet(f"Reading what unit {shown.unit} answers …")
    return found


def _answers(unit: int, values: Float32, true: Int64, classes: int, mask: NDArray[np.bool_] | None) -> Answers:
    own = values if mask is None else np.where(mask, values, np.nan).astype(np.float32)
    known = np.flatnonzero(~np.isnan(own))
    order = np.argsort(-own[known], kind="stable")
    strongest = known[order][own[known[order]] > 0]
    labels = true[known]
    medians = analysis.class_medians(own[known], labels, classes)
    n = np.bincount(labels[labels >= 0], minlength=classes).astype(np.int64)
    return Answers(unit, own, strongest.astype(np.int64), medians, n)


class UnitMaps(NamedTuple):
    """Saved maps that explain one unit, by one method."""

    method: str
    file: MapFile
    rows: Int64


def unit_maps(shown: ResponseMap, unit: int) -> UnitMaps | None:
    """The maps of a unit; None where none was saved. Files do not say of which layer they are."""
    for method in methods(shown.run.path, shown.evaluation.split):
        if method.maps is not None and (rows := _of_unit(method.maps, unit)).size:
            return UnitMaps(method.name, method.maps, rows)
    return None


@lru_cache(maxsize=64)
def _of_unit(file: MapFile, unit: int) -> Int64:
    try:
        return np.flatnonzero(file.of_unit & (file.target == unit)).astype(np.int64)
    except FormatError:
        return np.empty(0, dtype=np.int64)


@lru_cache(maxsize=64)
def map_of(file: MapFile, rows: tuple[int, ...], sample: int) -> Float32 | None:
    """The newest of a unit's maps (`rows` of the file) over the sample in a row of the table; None without one."""
    found = [row for row in rows if int(file.sample[row]) == sample]
    try:
        return file.map(max(found, key=lambda row: int(file.epoch[row]))) if found else None
    except FormatError:
        return None


class UnitPast(NamedTuple):
    """A unit over the epochs in which its layer was recorded."""

    epochs: tuple[int, ...]
    means: Float64
    """(epochs, K) class means; NaN where an epoch cannot be read or has other units."""
    separation: Float64
    """(epochs,) between classes over within them, NaN without samples; in no epoch any, the spread of class means."""


def past(shown: ResponseMap) -> UnitPast:
    """The unit under the cursor epoch by epoch, over all samples; in a draw NotYet until it has been read."""
    run, split, name = shown.run, shown.evaluation.split, shown.layer.name
    epochs = epochs_with_responses(run.path, split)
    known = tuple(_layer_of(run, split, epoch, name) for epoch in epochs)
    key = ("unit past", weak(run), split, name, shown.unit, weak(*(each for each in known if each is not None)))
    answered = _answered(run, split)
    found = LATER.get(key, lambda: _past(epochs, known, shown.unit, answered, len(run.classes)), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Reading the epochs of unit {shown.unit} …")
    return found


def _layer_of(run: Run, split: str, epoch: int, name: str) -> Layer | None:
    return next((each for each in layers(run.path, split, epoch) if each.name == name), None)


def _answered(run: Run, split: str) -> Evaluation | None:
    """The newest epoch, which tells the samples' true classes; None where the run tells no samples."""
    newest = run.newest(split)
    found = run.evaluation(split, newest) if newest is not None else None
    return found if found is not None and found.n and found.has_samples else None


def _past(
    epochs: tuple[int, ...], known: tuple[Layer | None, ...], unit: int, answered: Evaluation | None, classes: int
) -> UnitPast:
    means, separation = np.full((len(epochs), classes), np.nan), np.full(len(epochs), np.nan)
    of_samples = np.zeros(len(epochs), dtype=np.bool_)
    for at, layer in enumerate(known):
        file = layer.file if layer is not None else None
        if file is None or unit >= file.units or file.classes != classes:
            continue
        try:
            means[at] = file.class_mean[:, unit].reshape(classes, -1).mean(axis=1)
            separation[at] = analysis.spread(means[at][:, None])[0]
            if file.n and answered is not None:
                place = places_of(answered.sample, file.sample)
                own = np.where(place >= 0, answered.true[place], -1)
                separation[at] = analysis.separation(file.unit(unit)[:, None], own, classes)[0]
                of_samples[at] = True
        except FormatError:
            continue
    if of_samples.any():
        separation[~of_samples] = np.nan  # A spread of class means is no point of the same line.
    return UnitPast(epochs, means, separation)


class LayerLine(NamedTuple):
    """One layer beside the others, for the same target."""

    name: str
    units: int
    silent: int
    favouring: int | None
    """Units with a relevance of 1 or more; None while it is computed, or where the layer cannot be read."""
    relevance: float
    """The median of the relevances that are defined; NaN without any, inf where most are."""
    separation: float
    """The median over the units that ever answer."""
    best: float
    """The greatest separation of a unit."""
    mean: float
    """The target's mean response, over the layer's mean: 1 is no more than others."""
    trouble: str = ""


def layer_lines(session: Session, shown: ResponseMap) -> tuple[LayerLine, ...]:
    """All layers of the epoch side by side, first to last; what is not read yet is undefined for now."""
    return tuple(_line(session, shown, layer) for layer in layers_of(session))


def _line(session: Session, shown: ResponseMap, layer: Layer) -> LayerLine:
    key = ("layer line", weak(layer), weak(shown.evaluation), session.bound_filters, shown.target.classes)
    found = LATER.get(key, lambda: _measured(session, shown, layer), wait=may_wait())
    if found is None:
        note_missing()
        return _unknown(layer)
    return found


def _unknown(layer: Layer, trouble: str = "") -> LayerLine:
    nan, units = float("nan"), layer.file.units if layer.file is not None else 0
    return LayerLine(layer.name, units, 0, None, nan, nan, nan, nan, trouble)


def _measured(session: Session, shown: ResponseMap, layer: Layer) -> LayerLine:
    try:
        figures = figures_of(session, shown.run, shown.evaluation, layer)
    except FormatError as error:
        return _unknown(layer, error.brief)
    if len(figures.means) != len(shown.run.classes):
        return _unknown(layer, f"has {count(len(figures.means))} classes, the run {count(len(shown.run.classes))}")
    found = relevance_of(session, shown.evaluation, layer, figures, shown.target)
    ratio = found.ratio if found is not None else np.full(len(figures.dead), np.nan)
    alive = ~figures.dead
    return LayerLine(
        layer.name, len(figures.dead), int(figures.dead.sum()), int(np.count_nonzero(ratio >= 1)),
        _median(ratio[alive]), _median(figures.separation[alive]), _greatest(figures.separation),
        _relative(figures, shown.target.classes),
    )  # fmt: skip


def _median(values: Float64) -> float:
    known = np.sort(values[~np.isnan(values)])
    # Two infinite ones have no mean, so the lower of the two in the middle counts.
    return float(known[(len(known) - 1) // 2]) if known.size else float("nan")


def _greatest(values: Float64) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if known.size else float("nan")


def _relative(figures: Figures, classes: tuple[int, ...]) -> float:
    whole = float(mean_of(figures.means.reshape(-1)))
    own = float(mean_of(figures.means[list(classes)].reshape(-1)))
    return own / whole if whole > 0 else float("nan")
