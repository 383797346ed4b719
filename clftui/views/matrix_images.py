"""The grid of the Matrix view where each cell shows the sample that stands for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from textual.message import Message

from clftui.data.images import Picture, Unreadable
from clftui.depth import graphics_in_use
from clftui.drawing.canvas import Canvas
from clftui.state import matrix_images as model
from clftui.state.matrix_cells import cells, peak
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.text import text_width
from clftui.views.matrix_parts import draw_around, draw_blocks
from clftui.widgets import matrix_frame as frame
from clftui.widgets.matrix_images import USUAL, Captions, draw_image_cursor, draw_images, draw_numbers_over
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.thumbnail import Thumbnails

BESIDE_HINT, SCALE = 18, 21
"""Columns that the hint leaves to the axes, and those that the scale needs."""


class ImagesArrived(Message):
    """An image that was shown as a placeholder has been decoded."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ImagesArrived)


def content_of(session: Session, canvas: Canvas) -> int:
    """Rows of the smallest image that shows anything, the terminal's own pixels being finer; 0: there are none."""
    if not model.is_on(session):
        return 0
    return USUAL - 1 if graphics_in_use().pixels and canvas.palette.depth else USUAL


class CellImages:
    """Draws the cells and owns their decoded images."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        """`post` gets a message, from a decoding thread, when something new can be drawn."""
        self._post = post
        self.thumbnails = Thumbnails(self._announce)
        self._numbers: Callable[[], None] = lambda: None

    def _announce(self) -> None:
        self._post(ImagesArrived())

    @property
    def pending(self) -> bool:
        """Whether an image is still being decoded."""
        return self.thumbnails.store.pending

    def is_waiting(self, session: Session, shown: Matrix, layout: Layout, top: int, left: int) -> bool:
        """Whether scores that choose the samples are still on their way."""
        rows, columns = slice(top, top + layout.rows), slice(left, left + layout.columns)
        return model.representatives(session, shown, rows, columns) is None

    def rest(self) -> None:
        """Nothing of it shows: what is not decoded yet need not be."""
        self.thumbnails.begin()
        self.thumbnails.end()

    def stop(self) -> None:
        """End its threads."""
        self.thumbnails.store.stop()

    def draw(self, canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
        """The cells from position (top, left) on, with their labels and margins."""
        rows = slice(top, min(top + layout.rows, shown.n))
        columns = slice(left, min(left + layout.columns, shown.n))
        window = cells(shown, rows, columns)
        captions = Captions(canvas, layout, shown, window)
        part = window.shown & (~window.diagonal | shown.settings.diagonal)
        found = model.representatives(session, shown, rows, columns)
        pictured = part & (np.ones_like(part) if found is None else found >= 0)
        plain = window.shown & ~pictured
        draw_blocks(canvas, layout, session, shown, top, left)
        self.thumbnails.begin()
        draw_images(canvas, layout, pictured, plain, captions, self._drawing(canvas, session, found))
        self.thumbnails.end()
        draw_around(canvas, layout, shown, (rows, columns))
        frame.draw_row_margin(canvas, layout, shown, rows, shown.cursor[0] - top)
        room = canvas.width - layout.x - BESIDE_HINT
        frame.draw_axes(canvas, layout, shown, _hint(room, session, shown, rows, columns), peak(shown))
        at = shown.cursor[0] - top, shown.cursor[1] - left
        draw_image_cursor(canvas, layout, pictured, captions, at)
        self._numbers = partial(draw_numbers_over, canvas, layout, pictured, captions)

    def draw_numbers(self) -> None:
        """The numbers of the last drawing, over a box that was drawn on it."""
        self._numbers()
        self._numbers = lambda: None

    def _drawing(
        self, canvas: Canvas, session: Session, found: model.Int64 | None
    ) -> Callable[[int, int, int, int, int, int], Picture | Unreadable | None]:
        run, evaluation = session.run, session.evaluation()
        table = run.samples(evaluation.split) if run is not None and evaluation is not None else None

        def draw(x: int, y: int, width: int, height: int, row: int, column: int) -> Picture | Unreadable | None:
            if table is None or evaluation is None or found is None:
                return None
            sample = int(evaluation.sample[found[row, column]])
            return self.thumbnails.draw(canvas, x, y, width, height, table, sample)

        return draw


def _hint(room: int, session: Session, shown: Matrix, rows: slice, columns: slice) -> str:
    """`sample 1139 .98   rows 1–6 of 10`, or as much of it as fits `room`."""
    part = frame.part_words(shown.n, rows, columns)
    here = model.representative_at_cursor(session, shown)
    shows = f"sample {here.words}" if here is not None else ""
    both = "   ".join(filter(None, (shows, part)))
    choices = ((both, SCALE), (both, 0), (part, SCALE), (shows, SCALE), (part, 0))
    return next((words for words, beside in choices if text_width(words) <= room - beside), "")
