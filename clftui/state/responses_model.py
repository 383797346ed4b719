"""The response map of a layer as values: its classes in the matrix's order, its units in theirs, what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis import responses as analysis
from clftui.analysis.folding import Items
from clftui.analysis.responses import Relevance
from clftui.data.evaluation import Evaluation
from clftui.data.responses import Layer, ResponseFile
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.hierarchy_view import selected_group
from clftui.state.later import LATER, weak
from clftui.state.layers import NOTHING_RECORDED, epoch_recorded, shown_layer
from clftui.state.matrix_model import matrix, missing
from clftui.state.peers import places_of
from clftui.state.responses_settings import SHARES, SIDES, ResponsesSettings, UnitOrder
from clftui.state.session import Session, passed
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

TOP = 0.99
"""The quantile of class means above 0 where the scale of colours ends."""


class Figures(NamedTuple):
    """What one layer answers, over the samples that pass the filters where single ones were recorded."""

    means: Float64
    """(K, units) of each class, the mean over all places; NaN without samples."""
    labels: Int64
    """(n,) true class of each recorded sample; -1 where it has none, does not pass or is not of the epoch."""
    separation: Float64
    """(units,) between classes over within them; of class means alone their spread."""
    dead: NDArray[np.bool_]
    """(units,) that answer 0 to everything."""
    used: int
    """Single samples that count; 0 where class means alone were recorded."""
    filtered: bool
    """Whether filters left something out."""
    low: float
    """The lowest class mean, 0 at most."""
    quantiles: tuple[float, ...]
    """The class means above 0 at each of SHARES and at TOP; NaN without any."""


class Target(NamedTuple):
    """What relevance and means are about."""

    name: str
    classes: tuple[int, ...]
    group: bool


@dataclass(frozen=True, eq=False)
class ResponseMap:
    """A layer's responses as they show. A *line* is an item of the matrix: a class, or a collapsed group."""

    run: Run
    evaluation: Evaluation
    layer: Layer
    epoch: int
    file: ResponseFile
    items: Items
    names: tuple[str, ...]
    """(n,) of the items."""
    order: Int64
    """(n,) the item of each line."""
    figures: Figures
    target: Target
    relevance: Relevance | None
    """None while it is computed."""
    units: Int64
    """(units,) in the order that shows, those that never answer last."""
    alive: int
    """How many of them ever answer."""
    line: int
    """The line under the cursor."""
    column: int
    """The place of the unit under the cursor among `units`."""
    settings: ResponsesSettings

    @property
    def n(self) -> int:
        """Lines."""
        return len(self.order)

    @property
    def unit(self) -> int:
        """The unit under the cursor."""
        return int(self.units[self.column])

    @property
    def columns(self) -> int:
        """Columns that the cursor moves among: units that answer, or all of them where none does."""
        return self.alive or len(self.units)

    def members(self, line: int) -> Int64:
        """The class indices of a line."""
        item = int(self.order[line])
        return np.array([item]) if self.items.is_unit else self.items.members(item)

    def name(self, line: int) -> str:
        """What a line is called."""
        return self.names[int(self.order[line])]

    @property
    def from_samples(self) -> bool:
        """Whether relevance and separation are told from single samples rather than class means."""
        return self.figures.used > 0

    def window(self, lines: slice, columns: slice) -> Float64:
        """(lines, columns) mean responses of the lines to the units at some places of the order; NaN undefined.

        With places a unit takes `places` columns.
        """
        units = self.units[columns]
        if self.items.is_unit:
            return self._rows(self.order[lines], units)
        found = [mean_of(self._rows(self.members(line), units)) for line in range(*lines.indices(self.n))]
        return np.array(found, dtype=np.float64).reshape(len(found), -1)

    def _rows(self, classes: Int64, units: Int64) -> Float64:
        cells = np.ix_(classes, units)
        if self.places == 1:
            return self.figures.means[cells]
        maps = analysis.linearised(analysis.shrunk(self.file.class_mean[cells], self.settings.side))
        return maps.reshape(len(maps), -1).astype(np.float64)

    @property
    def places(self) -> int:
        """Columns of a unit."""
        h, w = self.file.grid
        return min(self.settings.side, h) * min(self.settings.side, w)

    def values_of(self, unit: int) -> Float64:
        """(n lines,) mean responses to one unit."""
        own = self.figures.means[:, unit]
        return np.array([float(mean_of(own[self.members(line)])) for line in range(self.n)])

    @property
    def keys(self) -> Float64 | None:
        """(units,) what orders the units, or would if they were not in the given order; None while it is computed."""
        order = self.settings.order
        if order is UnitOrder.SENSITIVITY:
            return self.figures.separation
        if order is UnitOrder.MEAN:
            return group_means(self.figures, self.target)
        return self.relevance.ratio if self.relevance is not None else None


def mean_of(rows: NDArray[np.floating]) -> Float64:
    """The mean along the first axis over what is known; NaN where nothing is."""
    known = ~np.isnan(rows)
    n = known.sum(axis=0)
    return np.asarray(np.where(n > 0, np.where(known, rows, 0).sum(axis=0) / np.maximum(n, 1), np.nan))


def group_means(figures: Figures, target: Target) -> Float64:
    """(units,) the mean of the target's class means."""
    return mean_of(figures.means[list(target.classes)])


def response_map(session: Session) -> ResponseMap | str:
    """What shows, or one sentence why nothing does. In a draw NotYet until the layer has been read.

    Raises FormatError where a file is broken.
    """
    run, evaluation, shown = session.run, session.evaluation(), matrix(session)
    if run is None or evaluation is None or shown is None:
        return missing(session) or NOTHING_RECORDED
    layer, epoch = shown_layer(session), epoch_recorded(session)
    if layer is None or epoch is None:
        return NOTHING_RECORDED
    file = layer.opened
    if file.classes != len(run.classes):
        problem = f"has {file.classes} classes, the run {len(run.classes)}"
        raise FormatError(file.path, "class_mean", problem, "record a row for each class of run.json")
    figures = figures_of(session, run, evaluation, layer)
    target = target_of(session)
    found = relevance_of(figures, layer, target)
    units, alive = _ordered(session.features.responses, figures, target, found)
    settings = session.features.responses
    place = np.flatnonzero(units == settings.unit) if settings.unit is not None else np.empty(0)
    column = min(int(place[0]), (alive or len(units)) - 1) if place.size else 0
    line = int(shown.place[shown.item(shown.true)])
    return ResponseMap(
        run, evaluation, layer, epoch, file, shown.items, shown.names, shown.order, figures, target, found, units,
        alive, line, column, settings,
    )  # fmt: skip


def figures_of(session: Session, run: Run, evaluation: Evaluation, layer: Layer) -> Figures:
    """The numbers of a layer; in a draw NotYet until they are there."""
    file, filters = layer.opened, session.bound_filters
    key = ("responses", weak(layer), weak(evaluation), filters)
    mask = passed(run, evaluation, filters) if evaluation.has_samples else None
    found = LATER.get(key, lambda: _figures(file, evaluation, mask), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Reading what {sanitise(layer.name)} answers …")
    return found


def _figures(file: ResponseFile, evaluation: Evaluation, mask: NDArray[np.bool_] | None) -> Figures:
    means = file.class_mean.reshape(file.classes, file.units, -1).astype(np.float64).mean(axis=2)
    known = bool(file.n) and evaluation.has_samples
    labels = np.full(file.n, -1, dtype=np.int64)
    if known:
        at = places_of(evaluation.sample, file.sample)
        counts = at >= 0 if mask is None else (at >= 0) & mask[at]
        labels = np.where(counts, evaluation.true[at], -1).astype(np.int64)
    used = int(np.count_nonzero(labels >= 0))
    filtered = mask is not None and not mask.all()
    if not used:
        if known and filtered:
            means = np.full_like(means, np.nan)
        separation, gone, filtered = analysis.spread(means), analysis.dead(file.class_mean), filtered and known
    else:
        values = file.values()
        if filtered:
            means = analysis.class_means(values, labels, file.classes)
        separation, gone = analysis.separation(values, labels, file.classes), analysis.dead(file.class_mean, values)
    answered = means[~np.isnan(means)]
    low = min(0.0, float(answered.min())) if answered.size else 0.0
    quantiles = tuple(analysis.threshold(means, share) for share in (*SHARES, TOP))
    return Figures(means, labels, separation, gone, used, filtered, low, quantiles)


def target_of(session: Session) -> Target:
    """What relevance is about: the selected group, else the chosen class, else that under the cursor."""
    chosen = selected_group(session)
    if chosen is not None:
        tree, node = chosen
        return Target(sanitise(tree.nodes[node].name), tuple(tree.classes(node).tolist()), True)
    classes = session.classes
    name = next((each for each in (session.features.responses.of, session.selection.true) if each in classes), "")
    name = name or (classes[0] if classes else "")
    return Target(sanitise(label_of(session, name)), (classes.index(name),) if name else (), False)


def relevance_of(figures: Figures, layer: Layer, target: Target) -> Relevance | None:
    """How relevant each unit is to the target; None in a draw while it is computed."""
    key = ("relevance", weak(layer), id(figures), target.classes)
    found = LATER.get(key, lambda: (figures, _relevance(figures, layer.opened, target)), wait=may_wait())
    if found is None:
        note_missing()
        return None
    # The figures are kept beside the result, so that nothing else gets their id.
    return found[1]


def _relevance(figures: Figures, file: ResponseFile, target: Target) -> Relevance:
    if not figures.used:
        inside = np.isin(np.arange(len(figures.means)), target.classes)
        return analysis.relevance(figures.means, inside)
    rows = figures.labels >= 0
    values = file.values()
    if not rows.all():
        values = values[rows]
    return analysis.relevance(values, np.isin(figures.labels[rows], target.classes))


def _ordered(
    settings: ResponsesSettings, figures: Figures, target: Target, found: Relevance | None
) -> tuple[Int64, int]:
    """The units as they show, and how many of them ever answer."""
    if settings.order is UnitOrder.RELEVANCE and found is not None:
        units = analysis.by_relevance(found)
    elif settings.order is UnitOrder.MEAN:
        units = analysis.descending(group_means(figures, target))
    elif settings.order is UnitOrder.SENSITIVITY:
        units = analysis.descending(figures.separation)
    else:
        units = np.arange(len(figures.dead), dtype=np.int64)
    gone = figures.dead[units]
    return np.concatenate([units[~gone], units[gone]]), int(np.count_nonzero(~gone))


class Scale(NamedTuple):
    """The colours' ends, and the threshold between their two parts."""

    low: float
    threshold: float
    top: float
    log: bool

    def level(self, values: Float64) -> Float64:
        """0..1 of each response on the scale; NaN stays NaN."""
        share = np.clip((values - self.low) / (self.top - self.low), 0, 1) if self.top > self.low else values * 0
        return np.asarray(np.log1p(9 * share) / np.log(10) if self.log else share)


def scale_of(shown: ResponseMap) -> Scale:
    """The scale of a map: from 0, or its lowest response where some are below, to the 99th percentile of the rest."""
    figures, settings = shown.figures, shown.settings
    threshold, top = (figures.quantiles[at] for at in (SHARES.index(settings.share), -1))
    if np.isnan(top):
        return Scale(figures.low, 1.0, 1.0, settings.log)
    return Scale(figures.low, threshold, max(top, threshold), settings.log)


def sides_of(file: ResponseFile) -> tuple[int, ...]:
    """The sides that a unit's places can be shown in: those smaller than what was recorded, and all of it."""
    most = min(max(file.grid), SIDES[-1])
    return (*(side for side in SIDES if side < most), most)
