"""Cells of the matrix that hold an image: where they lie, the number under each, the cursor around one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clftui.data.images import Picture, Unreadable
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.ramp import Floats
from clftui.state.matrix_cells import Cells
from clftui.state.matrix_model import Matrix
from clftui.state.settings import Zoom
from clftui.text import shorten
from clftui.widgets.matrix_grid import BESIDE, STEPS, cell_codes, levels, number_style
from clftui.widgets.matrix_layout import (
    EDGE,
    INTERVAL_WIDTH,
    SHARE_WIDTH,
    Content,
    Layout,
    below_grid,
    feet_of,
    label_width,
)
from clftui.widgets.matrix_numbers import Codes

Bool = NDArray[np.bool_]
DrawImage = Callable[[int, int, int, int, int, int], Picture | Unreadable | None]
"""Draws at (x, y) within columns x rows the image of a shown (row, column); None while it is not there."""

HEIGHTS = (3, 4, 5, 6, 7, 8, 10, 12, 14)
"""Rows that an image may have; it is twice as many columns wide: a square on the screen."""
USUAL = 4
"""Rows of an image where not all classes fit anyway."""
NEARER = 2
"""How many times larger images are at the nearest level."""


def arrange_images(width: int, height: int, content: Content) -> Layout:
    """Cells of images: as large as lets all classes show, else of a size that shows what is on them."""
    label = label_width(width, content.name_width)
    x, y = min(EDGE + label + 1, max(width - 1, 0)), 2 if height > 3 else min(1, height - 1)
    room, below = max(width - x - EDGE, 1), below_grid(height)
    tall, roomier = max(height - below - y - 1, 1), height - y - 3
    rows_of = image_rows(room, tall, content)
    across, down = max(2 * rows_of, content.number_width) + 1, rows_of + 1
    footless = below > 2 and roomier // down > tall // down and tall // down < content.n
    if footless:
        # One more row of images is worth more than the margin below.
        tall = roomier
    columns, rows = (min(content.n, max(each, 1)) for each in (room // across, tall // down))
    share, interval = _margins(room, columns * across)
    bottom = y + rows * down + 1
    feet = {"foot_y": -1, "sentence_y": bottom, "runs_y": bottom + 1} if footless else feet_of(bottom, height, below)
    beside = x + columns * across + 1
    return Layout(
        label_width=label,
        head_height=1,
        x=x,
        y=y,
        cell_width=across,
        cell_height=down,
        seams=False,
        rows=rows,
        columns=columns,
        share_x=beside if share else -1,
        interval_x=beside + share if interval else -1,
        spark_x=-1,
        foot_y=feet["foot_y"],
        sentence_y=feet["sentence_y"],
        runs_y=feet["runs_y"],
        wide=True,
        numbers=True,
        images=True,
    )


def image_rows(room: int, tall: int, content: Content) -> int:
    """Rows of an image in a grid of `room` x `tall` cells."""
    n = max(content.n, 1)
    heights = [each for each in HEIGHTS if each >= content.image_rows]
    fitting = [each for each in heights if n * (each + 1) <= tall and n * (2 * each + 1) <= room]
    rows = max(fitting, default=max(USUAL, content.image_rows))
    if content.zoom is Zoom.WIDE:
        rows = min(NEARER * rows, HEIGHTS[-1])
    return max(min(rows, tall - 1, (room - 1) // 2), 1)


def _margins(room: int, used: int) -> tuple[int, int]:
    """Columns of the rows' margin, share and interval, where the images leave room for them."""
    left = room - used
    share = SHARE_WIDTH + 2 if left >= SHARE_WIDTH + 2 else 0
    return share, INTERVAL_WIDTH + 1 if share and left >= share + INTERVAL_WIDTH + 1 else 0


class Captions:
    """The numbers of a window of cells, with the shade that says how much."""

    def __init__(self, canvas: Canvas, layout: Layout, matrix: Matrix, window: Cells) -> None:
        self._canvas, self._layout = canvas, layout
        level = levels(matrix, window)
        self._paper, self._ink, self._attrs = number_style(canvas.palette, matrix, level, window)
        self._codes = _centred(cell_codes(matrix, window), layout.cell_width - 1)
        if not canvas.palette.colourful:
            _mark(self._codes, np.abs(level))

    def draw(self, row: int, column: int, y: int, height: int = 1) -> None:
        """The number of a shown cell on its shade, in the middle of `height` rows from screen row `y`."""
        x, width = self._layout.x + column * self._layout.cell_width, self._layout.cell_width - 1
        paper, ink = int(self._paper[row, column]), int(self._ink[row, column])
        self._canvas.fill(x, y, width, height, paper)
        middle, attrs = y + (height - 1) // 2, int(self._attrs[row, column])
        self._canvas.put(x, middle, self._codes[row, column][None], ink, paper, attrs)

    def over_line(self, row: int, column: int, y: int, attrs: int = 0) -> None:
        """The number alone, over a line that runs along screen row `y`."""
        codes = self._codes[row, column]
        inked = np.flatnonzero(codes != BLANK)
        if not inked.size:
            return
        first, last = max(int(inked[0]) - 1, 0), min(int(inked[-1]) + 2, len(codes))
        x = self._layout.x + column * self._layout.cell_width + first
        paper, ink = int(self._paper[row, column]), int(self._ink[row, column])
        self._canvas.put(x, y, codes[None, first:last], ink, paper, int(self._attrs[row, column]) | attrs)


def _centred(codes: Codes, width: int) -> Codes:
    """(rows, columns, width): each number in the middle of its cell."""
    rows, columns, digits = codes.shape
    out = np.full((rows, columns, width), BLANK, dtype=np.uint32)
    inked = codes != BLANK
    size = np.where(inked.any(axis=2), digits - np.argmax(inked, axis=2), 0)
    for row, column in np.argwhere(size > 0).tolist():
        used = min(int(size[row, column]), width)
        start = (width - used) // 2
        out[row, column, start : start + used] = codes[row, column, digits - used :]
    return out


def _mark(codes: Codes, level: Floats) -> None:
    """The shade as a glyph at both sides of the numbers, where colours cannot tell it."""
    glyph = BESIDE[np.digitize(level, STEPS)]
    for place in (0, codes.shape[2] - 1):
        there = codes[:, :, place] == BLANK
        codes[:, :, place] = np.where(there, glyph, codes[:, :, place])


def draw_images(
    canvas: Canvas, layout: Layout, pictured: Bool, plain: Bool, captions: Captions, draw_image: DrawImage
) -> None:
    """The cells that are `pictured` (rows, columns) as images with their number under them, `plain` ones as numbers.

    An image that cannot be shown leaves its cell to the number, with a word that says why.
    """
    width, height = layout.cell_width - 1, layout.cell_height - 1
    for row, column in np.argwhere(pictured | plain).tolist():
        x, y = layout.x + column * layout.cell_width, layout.y + row * layout.cell_height + 1
        if plain[row, column]:
            captions.draw(row, column, y, height)
            continue
        found = draw_image(x, y, width, height, row, column)
        if isinstance(found, Unreadable):
            captions.draw(row, column, y, height)
            word = shorten(found.word, width)
            canvas.text(x, y + (height - 1) // 2 + 1, word, canvas.palette.muted, width=width, align="center")
            continue
        if found is None:
            canvas.fill(x, y, width, height, canvas.palette.surface if canvas.palette.colourful else None)
        captions.draw(row, column, y + height)


def draw_image_cursor(canvas: Canvas, layout: Layout, captioned: Bool, captions: Captions, at: tuple[int, int]) -> None:
    """A frame in the gaps around the shown cell `at`; the numbers that lie on it stay.

    `captioned` (rows, columns) are the cells with a number under their image.
    """
    row, column = at
    if not (0 <= row < layout.rows and 0 <= column < layout.columns):
        return
    x, y = layout.x + column * layout.cell_width, layout.y + row * layout.cell_height
    canvas.frame(x - 1, y, layout.cell_width + 1, layout.cell_height + 1, canvas.palette.focus, thick=True)
    for above, line in ((row - 1, y), (row, y + layout.cell_height)):
        if above >= 0 and captioned[above, column]:
            canvas.paint(x, line, layout.cell_width - 1, 1, bg=canvas.palette.page)
            captions.over_line(above, column, line, BOLD)


def draw_numbers_over(canvas: Canvas, layout: Layout, captioned: Bool, captions: Captions) -> None:
    """The numbers under the images once more, over lines that were drawn since."""
    for row, column in np.argwhere(captioned).tolist():
        captions.over_line(row, column, layout.y + (row + 1) * layout.cell_height)
