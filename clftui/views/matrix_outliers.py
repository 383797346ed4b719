"""The list of block outliers beside the grid, where the grid leaves room for it."""

from __future__ import annotations

from collections.abc import Callable

from clftui.drawing.canvas import Canvas
from clftui.state.matrix_model import Matrix
from clftui.state.outlier_list import at_outlier, outlier_list
from clftui.state.session import Session
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.outlier_list import GUTTER, WIDTH, OutlierLayout, draw_outliers

LEAST_WIDTH, LEAST_HEIGHT = 100, 12
READABLE = 9
"""Columns of a cell that leave room for the beginning of a class name over it."""


class OutlierPane:
    """Remembers where the list lies, for the mouse."""

    def __init__(self) -> None:
        self._layout: OutlierLayout | None = None

    def split(self, canvas: Canvas, arrange: Callable[[Canvas], Layout]) -> Canvas | None:
        """The part of the canvas for the grid; None where the list would cost the grid any of what it shows."""
        self._layout = None
        width = canvas.width - WIDTH - GUTTER
        if canvas.width < LEAST_WIDTH or canvas.height < LEAST_HEIGHT:
            return None
        part = Canvas(width, canvas.height, canvas.palette)
        whole, narrow = arrange(canvas), arrange(part)
        same = (whole.per, whole.rows, whole.columns, whole.seams) == (
            narrow.per, narrow.rows, narrow.columns, narrow.seams,
        )  # fmt: skip
        kept = (whole.interval_x < 0 or narrow.interval_x >= 0) and narrow.cell_width >= min(whole.cell_width, READABLE)
        return part if same and kept else None

    def draw(self, canvas: Canvas, session: Session, shown: Matrix, part: Canvas) -> None:
        """The grid as drawn on `part`, and the list beside it."""
        canvas.put(0, 0, part.code, part.fg, part.bg, part.attrs)
        listed = outlier_list(session, shown)
        if listed is not None:
            self._layout = draw_outliers(canvas, listed)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """The step that a click asks for: to the outlier, on the one under the cursor to its samples."""
        line = self._layout.line_at(x, y) if self._layout is not None else None
        return None if line is None else at_outlier(line)
