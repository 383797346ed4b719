"""The responses variant of Features: each class's mean response of a layer's units."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state.hierarchy_view import Icicle, icicle, selected_group
from clftui.state.matrix_model import matrix
from clftui.state.responses_events import here_words
from clftui.state.responses_figures import FIGURES, mean_of
from clftui.state.responses_model import ResponseMap, Scale, response_map, scale_of
from clftui.state.responses_settings import LowerPane, UnitOrder
from clftui.state.responses_steps import drill, put
from clftui.state.responses_unit import Answers, answers
from clftui.state.responses_words import cell_words, favour_words, number, order_words, trust_words
from clftui.state.session import Session
from clftui.state.unready import NotYet, impatient, note_missing
from clftui.text import plural, sanitise, text_width
from clftui.views.pace import Pace
from clftui.views.responses_side import StrongestSamples
from clftui.views.responses_under import draw_under
from clftui.views.view import leap
from clftui.widgets import responses_map as drawing
from clftui.widgets.icicle import Lane, draw_icicle, lanes, lanes_width
from clftui.widgets.responses_layout import Needs, Plan, plan
from clftui.widgets.sentence import draw_sentence

LABEL = 18
NAMES = 2000
"""Classes whose names are measured."""


class ResponsesPane:
    """Draws the map, what stands under it and beside it. Owns its scroll positions and decoded pictures."""

    def __init__(self) -> None:
        self._page = (1, 1)
        self._top = self._left = 0
        self._plan: Plan | None = None
        self._icicle: Icicle | None = None
        self._lanes: tuple[Lane, ...] = ()
        self._cursor = (0, 0)
        self._side = StrongestSamples()
        self._last: tuple[object, Answers | None] = (None, None)
        self._pace = Pace()

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return self._side.busy or FIGURES.pending

    def legend(self, session: Session) -> str:
        with impatient():
            try:
                shown = response_map(session)
            except FormatError:
                shown = ""
        if isinstance(shown, str):
            return session.features.variant.value
        parts = [f"{sanitise(shown.layer.name)} · {order_words(shown)}"]
        parts += ["log"] if shown.settings.log else []
        if shown.epoch != shown.evaluation.epoch:
            parts.append(f"recorded in epoch {shown.epoch}")
        return " · ".join(parts)

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._plan = None
        try:
            shown = response_map(session)
        except NotYet as wait:
            self._side.rest()
            draw_sentence(canvas, str(wait))
            return
        if isinstance(shown, str):
            self._side.rest()
            draw_sentence(canvas, shown)
            return
        self._draw(canvas, session, shown)

    def _draw(self, canvas: Canvas, session: Session, shown: ResponseMap) -> None:
        at = self._plan = self._arranged(canvas, session, shown)
        self._page = (at.lines, at.units)
        self._top = leap(self._top, shown.line, at.lines, shown.n)
        self._left = leap(self._left, shown.column, at.units, shown.columns)
        self._cursor = shown.line, shown.column
        scale = scale_of(shown)
        self._map(canvas, at, session, shown, scale)
        found = self._answers(session, shown)
        if at.lower_height:
            draw_under(canvas, at, session, shown, found)
        if at.side_width and not isinstance(found, NotYet):
            self._side.draw(canvas, at, session, shown, found)
        else:
            self._side.rest()
            canvas.text(at.side_x, 0, str(found) if at.side_width else "", canvas.palette.muted, width=at.side_width)

    def _arranged(self, canvas: Canvas, session: Session, shown: ResponseMap) -> Plan:
        whole = matrix(session)
        self._icicle = icicle(session, whole.whole, whole.items) if whole is not None else None
        spare = canvas.width // 8
        self._lanes = lanes(self._icicle, canvas.width * 2 // 3, session.groups.level, spare, canvas.palette.colourful)
        silent = len(shown.units) - shown.alive if shown.alive else 0
        names = max((text_width(sanitise(name)) for name in shown.names[:NAMES]), default=1)
        needs = Needs(
            shown.n, shown.columns, silent, shown.places, min(names, LABEL), lanes_width(self._lanes),
            shown.settings.lower is not LowerPane.NONE,
        )  # fmt: skip
        return plan(canvas.width, canvas.height, needs)

    def _map(self, canvas: Canvas, at: Plan, session: Session, shown: ResponseMap, scale: Scale) -> None:
        lines = slice(self._top, min(self._top + at.lines, shown.n))
        columns = slice(self._left, min(self._left + at.units, shown.columns))
        drawing.draw_map(canvas, at, scale, shown.window(lines, columns))
        silent = len(shown.units) - shown.alive if shown.alive else 0
        drawing.draw_silent(canvas, at, silent)
        levels, strong = _levels(shown)
        drawing.draw_head(canvas, at, _head(shown), levels[columns], strong[columns])
        drawing.draw_unit(canvas, at, shown.column - self._left, f"unit {shown.unit}", favour_words(shown))
        target = set(shown.target.classes)
        inside = np.array([bool(target.intersection(shown.members(line).tolist())) for line in range(shown.n)[lines]])
        names = [sanitise(shown.name(line)) for line in range(shown.n)[lines]]
        drawing.draw_labels(canvas, at, names, shown.line - self._top, inside)
        if self._icicle is not None:
            self._groups(canvas, at, session, shown, scale)
        drawing.draw_cursor(canvas, at, shown.line - self._top, shown.column - self._left)
        words = [f"× {silent} of {plural(len(shown.units), 'unit')} never answer"] if silent else []
        if shown.n > at.lines or shown.columns > at.units:
            words.append(
                f"lines {lines.start + 1}–{lines.stop} of {shown.n}, units to {columns.stop} of {shown.columns}"
            )
        drawing.draw_legend(canvas, at, scale, words)
        edge = at.side_x - 2 if at.side_width else canvas.width - 1
        room = (at.lower_y if at.lower_height else canvas.height) - at.legend_y - 1
        told = tuple(filter(None, (cell_words(shown), here_words(session, shown), trust_words(shown))))
        drawing.draw_words(canvas, 1, at.legend_y + 1, edge - 1, room, told)

    def _groups(self, canvas: Canvas, at: Plan, session: Session, shown: ResponseMap, scale: Scale) -> None:
        """The groups beside the classes, by their metric or by the unit under the cursor."""
        assert self._icicle is not None
        chosen = selected_group(session)
        node = chosen[1] if chosen is not None else None
        grown, levels, title = self._icicle, None, ""
        if shown.settings.coloured:
            own = shown.values_of(shown.unit)
            values = {
                group.node: float(mean_of(own[group.start : group.end])) for level in grown.levels for group in level
            }
            levels = {key: float(scale.level(np.array(value))) for key, value in values.items() if not np.isnan(value)}
            named = (tuple(g._replace(shown=number(values[g.node])) for g in level) for level in grown.levels)
            grown, title = grown._replace(levels=tuple(named)), f"unit {shown.unit}"
        draw_icicle(canvas, at.of_matrix(), grown, self._lanes, self._top, shown.line, node, levels, title)

    def _answers(self, session: Session, shown: ResponseMap) -> Answers | NotYet | None:
        """What the unit answers to samples; until it is read, and a key is let go, what one before it did."""
        about = shown.layer, shown.evaluation, session.filters
        kept, last = self._last
        known = last if kept == about else None
        if self._pace.hurries(shown.unit) and known is not None:
            note_missing()
            return known
        try:
            found = answers(session, shown)
        except NotYet as wait:
            return known or wait
        self._last = about, found
        return found

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        found = self._plan.at(x, y) if self._plan is not None else None
        if found is None:
            return None
        line, column = self._top + found[0], self._left + found[1]
        return drill if (line, column) == self._cursor else partial(put, line=line, column=column)


def _levels(shown: ResponseMap) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(units,) heights of the bars over the units as they show, and which of them stand out."""
    keys = shown.keys
    if keys is None:
        return np.full(len(shown.units), np.nan), np.zeros(len(shown.units), dtype=np.bool_)
    keys = keys[shown.units]
    finite = keys[np.isfinite(keys)]
    top = max(float(finite.max()), 1e-9) if finite.size else 1.0
    ratio = shown.settings.order in (UnitOrder.RELEVANCE, UnitOrder.GIVEN)
    value = np.where(np.isinf(keys), 1.0, _ratio_level(keys, top) if ratio else keys / top)
    strong = keys >= (1.0 if ratio else float(np.median(finite)) if finite.size else 0.0)
    return value, np.asarray(strong, dtype=np.bool_)


def _ratio_level(keys: NDArray[np.float64], top: float) -> NDArray[np.float64]:
    """Below 1 up to half of the height, above it by logarithm: ratios reach from a tenth to thousands."""
    low = np.clip(keys, 0, 1) / 2
    return np.where(keys > 1, 0.5 + np.log(np.maximum(keys, 1)) / np.log(top) / 2 if top > 1 else 0.5, low)


def _head(shown: ResponseMap) -> str:
    order = shown.settings.order
    return {UnitOrder.SENSITIVITY: "sensitivity", UnitOrder.MEAN: "mean"}.get(order, "relevance")
