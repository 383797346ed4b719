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
from clftui.state.layers import NOTHING_RECORDED, epoch_recorded, shown_layer
from clftui.state.matrix_model import matrix, missing
from clftui.state.responses_figures import (
    Figures,
    Target,
    figures_of,
    group_means,
    mean_of,
    relevance_of,
    target_of,
)
from clftui.state.responses_settings import SHARES, SIDES, ResponsesSettings, UnitOrder
from clftui.state.session import Session

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


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
        if self.items.is_unit:
            return own[self.order]
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
    found = relevance_of(session, evaluation, layer, figures, target)
    units, alive = _ordered(session.features.responses, figures, target, found)
    settings = session.features.responses
    place = np.flatnonzero(units == settings.unit) if settings.unit is not None else np.empty(0)
    column = min(int(place[0]), (alive or len(units)) - 1) if place.size else 0
    line = int(shown.place[shown.item(shown.true)])
    return ResponseMap(
        run, evaluation, layer, epoch, file, shown.items, shown.names, shown.order, figures, target, found, units,
        alive, line, column, settings,
    )  # fmt: skip


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
