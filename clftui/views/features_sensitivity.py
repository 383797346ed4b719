"""The sensitivity variant of Features: what changing the pictures costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from clftui.drawing.canvas import Canvas
from clftui.state.later import LATER
from clftui.state.sensitivity_view import Shown, point, shown
from clftui.state.session import Session
from clftui.views.view import follow
from clftui.widgets.sensitivity_intervals import draw_changes, draw_children
from clftui.widgets.sensitivity_rows import (
    SIDE,
    SensitivityLayout,
    draw_heads,
    draw_row,
    draw_sets,
    foot_words,
    layout_of,
    set_heads,
)
from clftui.widgets.sentence import draw_sentence

TOP = 1
LEAST_AXIS = 50
"""Columns that intervals need."""
LEAST_CHILDREN = 5
"""Lines below the sets from which on the children of a group show there."""


class SensitivityPane:
    """Draws a line a group or class, a column a change, and which splits are right together."""

    def __init__(self) -> None:
        self._page = (1, 1)
        self._top = 0
        self._set_top = self._sets_from = 0
        self._first = 0
        self._layout: SensitivityLayout | None = None
        self._shown = Shown()

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return LATER.pending

    def legend(self, session: Session) -> str:
        found = shown(session).found
        if found is None:
            return "sensitivity"
        order = " · most lost first" if session.features.sensitivity.worst_first else ""
        return f"change of {found.metric.label} · {found.base}, epoch {found.epoch}{order}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._layout = None
        now = self._shown = shown(session)
        if now.found is None:
            draw_sentence(canvas, now.sentence)
            return
        at = self._layout = layout_of(now, canvas.width, canvas.height, self._first)
        self._first = at.first
        self._top = follow(self._top, now.cursor, at.rows, len(now.nodes))
        self._page = (max(at.rows, 1), 1)
        draw_heads(canvas, 0, now, at)
        size = np.abs(now.found.change)
        limit = float(np.nanmax(size)) if not np.isnan(size).all() else 0.0
        for line in range(self._top, min(self._top + at.rows, len(now.nodes))):
            draw_row(canvas, TOP + line - self._top, now, at, line, limit)
        lines = len(now.found.changes) + 1
        width = at.side - 1 if at.side >= 0 else canvas.width
        if at.rows - len(now.nodes) > lines and width >= LEAST_AXIS:
            draw_changes(canvas, 2, TOP + len(now.nodes) + 1, width - 4, now)
        self._draw_sets(canvas, now, at)
        canvas.text(2, canvas.height - 1, foot_words(now), canvas.palette.text, width=canvas.width - 3)

    def _draw_sets(self, canvas: Canvas, now: Shown, at: SensitivityLayout) -> None:
        x, y = (at.side, 0) if at.side >= 0 else (1, at.below)
        if y < 0 or canvas.width - x < SIDE:
            return
        width, height = canvas.width - x - 2, canvas.height - 1 - y
        heads = set_heads(now, width)
        self._sets_from = y + heads
        self._set_top = follow(self._set_top, now.line, max(height - heads, 1), len(now.sets))
        if at.side >= 0:
            canvas.vline(x - 1, 0, canvas.height - 1, canvas.palette.line)
        else:
            canvas.hline(0, y - 1, canvas.width, canvas.palette.line)
        below = y + heads + max(len(now.sets), 1) + 1
        if at.side >= 0 and canvas.height - 1 - below >= LEAST_CHILDREN:
            draw_children(canvas, x + 3, below, width - 4, canvas.height - 2 - below, now)
        draw_sets(canvas, x + 1, y, width, height, now, self._set_top)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        at, now = self._layout, self._shown
        if at is None or now.found is None:
            return None
        across = x >= at.side if at.side >= 0 else 0 <= at.below <= y
        if across and now.sets:
            line = self._set_top + y - self._sets_from
            if y >= self._sets_from and line < len(now.sets):
                return partial(point, cursor=now.cursor, column=len(now.found.changes), line=line)
            return None
        line = self._top + y - TOP
        if not TOP <= y < TOP + at.rows or line >= len(now.nodes):
            return None
        column = at.column_at(x)
        return partial(
            point, cursor=line, column=min(now.column, len(now.found.changes) - 1) if column is None else column
        )
