"""The matrix as square pixels, two a character cell: overview and half-blocks, their rulers, margins and cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER, half_rows, shades
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Floats, Ints, blend, shade
from clftui.state.matrix_model import Matrix
from clftui.text import count, text_width
from clftui.widgets.matrix_grid import paper
from clftui.widgets.matrix_layout import Layout

Bool = NDArray[np.bool_]

NAME_EVERY = 4
"""Screen rows from one name at the left to the next."""
RIM = 0.3
NUMBER_EVERY = 9
"""Columns that a number of the upper ruler and the gap after it may take."""
_STEPS = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))


def draw_pixels(canvas: Canvas, layout: Layout, matrix: Matrix, level: Floats, diagonal: Bool) -> None:
    """Levels (rows, columns) as pixels; the diagonal a faint tint where nothing is. Below 0 is for the better.

    A halo grows every pixel that shows by a rim at 30 % (Alsallakh et al. 2018, fig. 4).
    Where colour cannot tell a ramp a cell is a shade glyph, the stronger of its two pixels; of a difference + or −.
    """
    palette = canvas.palette
    level, diagonal = _even(level), _even(diagonal)
    if not palette.colourful:
        both = np.where(np.abs(level[0::2]) >= np.abs(level[1::2]), level[0::2], level[1::2])
        marks = (diagonal[0::2] | diagonal[1::2]) & (both == 0)
        glyphs = shades(both)
        if matrix.other is not None:
            glyphs = np.where(both > 0, ord("+"), np.where(both < 0, ord("−"), glyphs))
        canvas.put(layout.x, layout.y, np.where(marks, ord("·"), glyphs), palette.text, palette.page)
        return
    colours = pixel_colours(palette, matrix, level, diagonal)
    code, upper, lower = half_rows(colours)
    # One colour alone needs no glyph: long runs of blanks cost a terminal next to nothing.
    same = upper == lower
    canvas.put(layout.x, layout.y, np.where(same, BLANK, code), np.where(same, palette.text, upper), lower)


def pixel_colours(palette: Palette, matrix: Matrix, level: Floats, diagonal: Bool) -> Ints:
    """The colour of each pixel."""
    tint = np.where(diagonal, palette.mix(palette.page, palette.raised, 0.6), palette.page)
    colours = np.where(level != 0, paper(palette, matrix, level), tint).astype(np.int32)
    if not matrix.settings.halo:
        return colours
    above, below = _largest_around(np.maximum(level, 0)), _largest_around(np.maximum(-level, 0))
    around = np.where(above >= below, above, -below)
    rim = blend(colours, paper(palette, matrix, around), RIM)
    return np.where((level == 0) & (around != 0), rim, colours).astype(np.int32)


def _largest_around(level: Floats) -> Floats:
    """The largest of each pixel's 3 x 3 neighbourhood."""
    out = level
    for axis in (0, 1):
        padded = np.pad(out, [(1, 1) if each == axis else (0, 0) for each in (0, 1)])
        parts = (np.take(padded, range(start, start + level.shape[axis]), axis=axis) for start in (0, 1, 2))
        out = np.maximum.reduce(list(parts))
    return out


def _even(pixels: NDArray[Any]) -> NDArray[Any]:
    """With one blank row more where the number of rows is odd."""
    if len(pixels) % 2 == 0:
        return pixels
    return np.concatenate([pixels, np.zeros((1, pixels.shape[1]), dtype=pixels.dtype)])


def draw_rulers(canvas: Canvas, layout: Layout, names: Sequence[str], left: int, cursor: tuple[int, int]) -> None:
    """Names at the left of every fourth row, class numbers on top; both marks of the cursor, its name among them.

    `names` of the shown rows, `left` the first shown column, `cursor` its row and column among the shown ones.
    """
    palette = canvas.palette
    row, column = cursor
    here = layout.middle(row) if 0 <= row < layout.rows else None
    x, wide = layout.label_x, layout.label_width
    for y in range(layout.y, layout.y + layout.height, NAME_EVERY):
        if here is None or abs(y - here) > 1:
            canvas.text(x, y, names[2 * (y - layout.y)], palette.faint, width=wide, align="right")
    if here is not None:
        canvas.text(x, here, names[row], palette.focus, attrs=BOLD, width=wide, align="right")
        canvas.text(layout.x - 1, here, "▸", palette.focus)
    if layout.y < 2:
        return
    _numbers(canvas, layout, left)
    if 0 <= column < layout.columns:
        canvas.text(layout.x + column, layout.y - 1, "▾", palette.focus)


def _numbers(canvas: Canvas, layout: Layout, left: int) -> None:
    """Round numbers of classes over the pixels where they begin."""
    span = NUMBER_EVERY * layout.per
    step = next((each for each in _STEPS if each >= span), _STEPS[-1])
    first, last = left * layout.per, (left + layout.columns) * layout.per
    for number in range(-(-max(first, 1) // step) * step, last, step):
        x = layout.x + (number - 1) // layout.per - left
        text = f"╷{count(number)}"
        if x + text_width(text) <= layout.x + layout.columns:
            canvas.text(x, layout.y - 1, text, canvas.palette.faint)


def draw_strips(canvas: Canvas, layout: Layout, rows: Floats, columns: Floats, labels: tuple[str, str]) -> None:
    """The margins as strips, (n,) shares each: the weaker the classes, the stronger the cell. `labels` name them."""
    palette = canvas.palette
    if layout.strip_x >= 0:
        right = _weakness(rows)[:, None]
        _strip(canvas, layout.strip_x, layout.y, _even(right))
        if layout.y >= 2 and canvas.width - layout.strip_x >= text_width(labels[0]):
            canvas.text(layout.strip_x, layout.y - 1, labels[0], palette.muted)
    if layout.foot_y >= 0:
        below = _weakness(columns)[None, :]
        _strip(canvas, layout.x, layout.foot_y, np.concatenate([np.zeros_like(below), below]))
        canvas.text(layout.label_x, layout.foot_y, labels[1], palette.muted, width=layout.label_width, align="right")


def _weakness(value: Floats) -> Floats:
    return np.where(np.isnan(value), 0.0, np.maximum(1 - value, 1e-3))


def _strip(canvas: Canvas, x: int, y: int, level: Floats) -> None:
    palette = canvas.palette
    if not palette.colourful:
        canvas.put(x, y, shades(np.maximum(level[0::2], level[1::2])), palette.muted)
        return
    code, upper, lower = half_rows(shade(palette.ice, level, palette.page))
    same = upper == lower
    canvas.put(x, y, np.where(same, BLANK, code), np.where(same, palette.text, upper), lower)


def draw_pixel_cursor(canvas: Canvas, layout: Layout, row: int, column: int) -> None:
    """The pixel under the cursor in the focus colour; its value is in the read-out."""
    if not (0 <= row < layout.rows and 0 <= column < layout.columns):
        return
    palette = canvas.palette
    x, y = layout.x + column, layout.middle(row)
    if not (x < canvas.width and y < canvas.height):
        return
    if not palette.colourful:
        canvas.paint(x, y, 1, 1, attrs=REVERSE | BOLD)
        return
    # The other half of the cell keeps its colour.
    blank = int(canvas.code[y, x]) != UPPER
    upper, lower = (int(canvas.bg[y, x] if blank else canvas.fg[y, x]), int(canvas.bg[y, x]))
    upper, lower = (palette.focus, lower) if row % 2 == 0 else (upper, palette.focus)
    canvas.put(x, y, np.array([[UPPER]], dtype=np.uint32), upper, lower)
