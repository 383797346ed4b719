"""The panes below the strips: what moved, flips or learning dynamics at the left, curves at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state import epochs_list
from clftui.state.epochs_detail import Detail, detail
from clftui.state.epochs_list import MoverLines
from clftui.state.flips_list import FlipLines
from clftui.state.session import Session
from clftui.state.settings import EpochsPane
from clftui.views.pace import Pace
from clftui.views.view import follow
from clftui.widgets.curve_chart import chart_title, draw_chart
from clftui.widgets.dynamics_list import draw_dynamics
from clftui.widgets.epochs_movers import draw_movers
from clftui.widgets.flips_list import draw_flips


class Lower:
    """Owns the list's scroll position, and the chart that stays while the cursor runs."""

    def __init__(self) -> None:
        self._top = 0
        self._followed: object = None
        self._lines = (0, 0, 0, 0)
        """x, y, width and number of the lines on the screen."""
        self.hurried = False
        """Whether the chart is that of an earlier class, and is to be drawn again soon."""
        self._pace = Pace()
        self._chart: Detail | None = None

    @property
    def shown(self) -> int:
        """Lines of the list on the screen."""
        return self._lines[3]

    def draw(self, canvas: Canvas, session: Session, y: int, chart: int | None) -> None:
        """From line `y` to the end; the chart from column `chart` on, or alone where it is chosen."""
        self._lines, self.hurried = (0, 0, 0, 0), False
        height = canvas.height - y
        if session.epochs.pane is EpochsPane.CHART:
            self._draw_chart(canvas, session, 0, y, canvas.width, height)
            return
        width = canvas.width if chart is None else chart - 1
        self._draw_list(canvas, session, y, width, height)
        if chart is not None:
            canvas.vline(chart - 1, y, height, canvas.palette.line)
            self._draw_chart(canvas, session, chart, y, canvas.width - chart, height)

    def _draw_list(self, canvas: Canvas, session: Session, y: int, width: int, height: int) -> None:
        p = canvas.palette
        canvas.hline(0, y, width, p.line)
        room = max(height - 2, 0)
        found = epochs_list.listing(session)
        canvas.text(1, y, f" {found.title} ", p.text, attrs=BOLD, width=width - 2)
        total = len(found.lines)
        line = min(session.epochs.line, max(total - 1, 0))
        now = (line, total, room)
        if now != self._followed:
            self._top = follow(self._top, line, room, total)
        self._followed = now
        self._top = max(0, min(self._top, total - room))
        self._lines = (0, y + 2, width, min(room, total - self._top))
        cursor = line if session.epochs.listed else None
        if isinstance(found, MoverLines):
            draw_movers(canvas, 0, y + 1, width, height - 1, found, self._top, cursor)
        elif isinstance(found, FlipLines):
            draw_flips(canvas, 0, y + 1, width, height - 1, found, self._top, cursor)
        else:
            draw_dynamics(canvas, 0, y + 1, width, height - 1, found, self._top, cursor)

    def _draw_chart(self, canvas: Canvas, session: Session, x: int, y: int, width: int, height: int) -> None:
        shown = detail(session)
        self.hurried = self._pace.hurries(shown.title if shown is not None else None)
        if self.hurried and self._chart is not None:
            shown = self._chart
        self._chart = shown
        if shown is None:
            canvas.hline(x, y, width, canvas.palette.line)
            return
        chart_title(canvas, x, y, width, shown)
        draw_chart(canvas, x, y + 1, width, height - 1, shown, session.epochs.relative)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """The step that a click asks for: to the line, on the focused one where it leads."""
        left, top, width, lines = self._lines
        if not (left <= x < left + width and top <= y < top + lines):
            return None
        return partial(_click, line=self._top + y - top)

    def wheel(self, rows: int) -> None:
        """Scroll the list."""
        self._top += rows


def _click(session: Session, line: int) -> Session:
    if session.epochs.listed and session.epochs.line == line:
        return epochs_list.drill(session)
    return epochs_list.at(session, line)
