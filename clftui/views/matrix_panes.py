"""What stands beside the matrix or in its place: the confused pairs, the linear read-out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from clftui.drawing.canvas import Canvas
from clftui.state import pairs
from clftui.state.class_tree import labels_of
from clftui.state.pairs import pair_list
from clftui.state.readout import readout
from clftui.state.session import Session
from clftui.state.settings import Pane
from clftui.text import sanitise
from clftui.views.view import follow
from clftui.widgets.matrix_readout import draw_readout
from clftui.widgets.pair_list import BESIDE_FROM, ListLayout, alone, beside, draw_pairs, gutter

NARROW = 60
"""Columns under which sentences are kept brief."""


def pane_legend(session: Session) -> str:
    """What a pane in the grid's place shows: `pairs by count`; empty where there is the grid."""
    if session.matrix.pane not in (Pane.PAIRS, Pane.READOUT):
        return ""
    text = f" with “{sanitise(session.matrix.pair_text)}”" if session.matrix.pair_text else ""
    return f"{session.matrix.pane.value} by {session.matrix.pair_sort.value}{text}"


class Panes:
    """Shares the view's canvas between the grid and the panes. Owns the list's scroll position alone."""

    def __init__(self) -> None:
        self._top = 0
        self._followed: object = None
        self._layout: ListLayout | None = None

    def draw(self, canvas: Canvas, session: Session, grid: Callable[[Canvas], None]) -> None:
        """`grid` draws the matrix on the part of the canvas that it gets."""
        self._layout = None
        match session.matrix.pane:
            case Pane.READOUT:
                draw_readout(canvas, readout(session, brief=canvas.width < NARROW))
            case Pane.PAIRS:
                self._draw_list(canvas, session, alone(canvas.width, canvas.height))
            case Pane.BOTH if canvas.width >= BESIDE_FROM:
                part = Canvas(canvas.width - gutter(), canvas.height, canvas.palette)
                grid(part)
                canvas.put(0, 0, part.code, part.fg, part.bg, part.attrs)
                self._draw_list(canvas, session, beside(canvas.width, canvas.height))
            case _:
                grid(canvas)

    def _draw_list(self, canvas: Canvas, session: Session, layout: ListLayout) -> None:
        shown = pair_list(session)
        if shown is None:
            return
        self._layout = layout
        line = pairs.cursor(session, shown)
        # The wheel may leave the cursor behind.
        now = (line, shown.n, layout.shown)
        if line is not None and now != self._followed:
            self._top = follow(self._top, line, layout.shown, shown.n)
        self._followed = now
        self._top = max(0, min(self._top, shown.n - layout.shown))
        labels = labels_of(session)
        rows = [
            replace(each, true=labels.get(each.true, each.true), predicted=labels.get(each.predicted, each.predicted))
            for each in pairs.rows(session, shown, self._top, self._top + layout.shown)
        ]
        draw_pairs(canvas, layout, shown, rows, None if line is None else line - self._top)

    def page(self, session: Session | None) -> tuple[int, int] | None:
        """What a page is where a pane has taken the grid's place."""
        if session is None or session.matrix.pane not in (Pane.PAIRS, Pane.READOUT):
            return None
        return (max(self._layout.shown, 1), 1) if self._layout is not None else (10, 1)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """The step that a click on the list asks for: to the pair, on the focused one to its samples."""
        line = self._layout.line_at(x, y) if self._layout is not None else None
        return None if line is None else self._step(self._top + line)

    def _step(self, line: int) -> Callable[[Session], Session]:
        def step(session: Session) -> Session:
            shown = pair_list(session)
            if shown is None or line >= shown.n:
                return session
            return pairs.drill(session) if pairs.cursor(session, shown) == line else pairs.at(session, line)

        return step

    def wheel(self, rows: int) -> bool:
        """Scroll the list where it has the whole view; whether it has."""
        alone_now = self._layout is not None and self._layout.x == 0
        if alone_now:
            self._top += rows
        return alone_now
