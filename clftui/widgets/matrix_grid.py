"""The cells of the matrix on a canvas: a whole window at once, in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, DIM, ITALIC, REVERSE, Canvas
from clftui.drawing.glyphs import UPPER, shades
from clftui.drawing.palette import Depth, Palette
from clftui.drawing.ramp import Floats, Ints, count_level, diverge, luminance, shade
from clftui.state.matrix_cells import Cells, largest, largest_change, peak
from clftui.state.matrix_model import Matrix
from clftui.state.settings import Share
from clftui.text import UNDEFINED
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_numbers import (
    Codes,
    count_codes,
    count_width,
    share_codes,
    share_decimals,
    share_width,
    signed_codes,
)

_BLANK = 32
STEPS = (0.33, 0.55, 0.83)
BESIDE = np.array([ord(char) for char in " ░▒▓"], dtype=np.uint32)
"""The glyph beside a number by steps of its level: weak cells need none, a full block would read as a cursor."""
_PER_MILLE = 1000.0
"""Shares take the logarithm of counts among a thousand: a thousandth is then the faintest, as one sample is."""


def level_of(matrix: Matrix, values: Floats, top: float) -> Floats:
    """Level 0..1 of counts or shares on a ramp that ends at `top`, below 0 for negative ones; NaN stays NaN."""
    unit = 1.0 if matrix.settings.share is Share.COUNTS else _PER_MILLE
    settings = matrix.settings
    level = count_level(np.abs(values) * unit, top * unit, settings.scaling.value, settings.exponent)
    return np.where(values < 0, -level, level)


def levels(matrix: Matrix, window: Cells) -> Floats:
    """(rows, columns) levels of the cells that are shaded; 0 for the others, the diagonal among them when it is off.

    The same scale for the whole matrix. Of a difference, above 0 is for the worse: more mistakes, fewer right answers.
    """
    shaded = window.shown & ~np.isnan(window.value)
    if not matrix.settings.diagonal:
        shaded &= ~window.diagonal
    level = np.where(shaded, level_of(matrix, np.where(shaded, window.value, 0.0), peak(matrix)), 0.0)
    return np.where(window.diagonal, -level, level) if matrix.other is not None else level


def paper(palette: Palette, matrix: Matrix, level: Floats) -> Ints:
    """The colour of each level: on the ramp of counts, or for a difference on the two arms of worse and better."""
    if matrix.other is not None:
        return diverge(palette.worse_arm, palette.better_arm, level, palette.page)
    return shade(palette.ember, level, palette.page)


def cell_codes(matrix: Matrix, window: Cells) -> Codes:
    """(rows, columns, `number_width`) characters of the numbers of the cells that show."""
    value = np.where(window.shown, window.value, 0.0)
    if matrix.settings.share is Share.COUNTS:
        known = np.nan_to_num(np.abs(value)).astype(np.int64)
        codes = count_codes(known, _magnitude_width(matrix))
        codes[..., -1] = np.where(np.isnan(value), ord(UNDEFINED), codes[..., -1])
    else:
        codes = share_codes(np.abs(value), _decimals(matrix))
    return codes if matrix.other is None else signed_codes(codes, value)


def number_width(matrix: Matrix) -> int:
    """Columns of the widest number of the whole matrix, so that scrolling does not change the cells' width."""
    return _magnitude_width(matrix) + (1 if matrix.other is not None else 0)


def _magnitude_width(matrix: Matrix) -> int:
    if matrix.settings.share is not Share.COUNTS:
        return share_width(_decimals(matrix))
    if matrix.other is None:
        return count_width(max(largest(matrix.confusion), 1))
    return count_width(max(round(largest_change(matrix.confusion, matrix.other.confusion)), 1))


def _decimals(matrix: Matrix) -> int:
    return 1 if matrix.settings.share is Share.TOTAL else share_decimals(matrix.confusion.support)


def draw_numbers(canvas: Canvas, layout: Layout, matrix: Matrix, window: Cells) -> None:
    """Cells with their numbers; shades behind them, or shade glyphs beside them where colours cannot tell."""
    palette = canvas.palette
    level = levels(matrix, window)
    bg, fg, attrs = number_style(palette, matrix, level, window)
    level = np.abs(level)
    numbers = cell_codes(matrix, window)
    rows, columns, digits = numbers.shape
    pad = (layout.cell_width - digits) // 2
    code = np.full((rows, columns, layout.cell_width), _BLANK, dtype=np.uint32)
    start = layout.cell_width - pad - digits
    code[:, :, start : start + digits] = numbers
    if not palette.colourful and start > 0:
        code[:, :, start - 1] = BESIDE[np.digitize(level, STEPS)]
    wide = layout.cell_width
    put = (code.reshape(rows, -1), np.repeat(fg, wide, 1), np.repeat(bg, wide, 1), np.repeat(attrs, wide, 1))
    if layout.seams:
        _put_with_seams(canvas, layout, put, np.repeat(bg, wide, 1))
    else:
        canvas.put(layout.x, layout.y, *put)


def number_style(
    palette: Palette, matrix: Matrix, signed: Floats, window: Cells
) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    """Background, ink and attributes of cells with numbers, by their signed levels."""
    level = np.abs(signed)
    shaded = level > 0
    attrs = np.where(window.few, ITALIC, 0).astype(np.uint8)
    if palette.colourful:
        bg = paper(palette, matrix, signed)
        return bg, np.where(shaded, palette.faded(bg, level), palette.faint).astype(np.int32), attrs
    bg = np.full(level.shape, palette.page, dtype=np.int32)
    step = np.digitize(level, STEPS)
    attrs[step == len(STEPS)] |= BOLD
    attrs[step == 0] |= DIM if palette.depth is Depth.MONO else 0
    fg = np.where(step > 0, palette.text, np.where(shaded, palette.muted, palette.faint))
    return bg, fg.astype(np.int32), attrs


def _put_with_seams(canvas: Canvas, layout: Layout, put: tuple[Any, Any, Any, Any], bg: Ints) -> None:
    """Number rows and, between them, half blocks of the cell above and the cell below."""
    targets: tuple[NDArray[Any], ...] = (canvas.code, canvas.fg, canvas.bg, canvas.attrs)
    for at, values in zip(targets, put, strict=True):
        area = at[layout.y + 1 : layout.y + layout.height : 2, layout.x : layout.x + layout.width]
        area[...] = values[: area.shape[0], : area.shape[1]]
    page = np.full((1, bg.shape[1]), canvas.palette.page, dtype=np.int32)
    above, below = np.vstack([page, bg]), np.vstack([bg, page])
    code = np.where(above == below, _BLANK, UPPER).astype(np.uint32)
    halves: tuple[NDArray[Any], ...] = (code, above, below)
    for target, half in zip(targets, halves, strict=False):
        area = target[layout.y : layout.y + layout.height : 2, layout.x : layout.x + layout.width]
        area[...] = half[: area.shape[0], : area.shape[1]]


def draw_shades(canvas: Canvas, layout: Layout, matrix: Matrix, window: Cells) -> None:
    """Cells as shades alone, two columns wide or a multiple; the diagonal a faint tint where it takes no part."""
    palette = canvas.palette
    level = levels(matrix, window)
    unshaded_diagonal = window.diagonal & (level == 0)
    code: Codes = np.full(level.shape, _BLANK, dtype=np.uint32)
    bg: Ints = np.full(level.shape, palette.page, dtype=np.int32)
    fg: Ints = np.full(level.shape, palette.muted if palette.colourful else palette.text, dtype=np.int32)
    if palette.colourful:
        bg = paper(palette, matrix, level)
        fg = np.where(level != 0, palette.faded(bg, np.abs(level)), fg)
        bg = np.where(unshaded_diagonal, palette.mix(palette.page, palette.raised, 0.6), bg)
    else:
        code = shades(np.abs(level))
    code, fg, bg = (_spread(each, layout) for each in (code, fg, bg))
    if matrix.other is not None:
        for sign, where in ("+", window.value > 0), ("−", window.value < 0):
            _mark(code, layout, where & (level != 0), ord(sign))
    if not palette.colourful:
        _mark(code, layout, unshaded_diagonal, ord("·"))
    _mark(code, layout, np.isnan(window.value), ord(UNDEFINED))
    canvas.put(layout.x, layout.y, code, fg, bg)


def _spread(cells: NDArray[Any], layout: Layout) -> NDArray[Any]:
    return np.repeat(cells, layout.cell_height, 0).repeat(layout.cell_width, 1)


def _mark(code: Codes, layout: Layout, where: NDArray[np.bool_], char: int) -> None:
    rows, columns = np.nonzero(where)
    middle = rows * layout.cell_height + (layout.cell_height - 1) // 2
    code[middle, columns * layout.cell_width + (layout.cell_width - 1) // 2] = char


def draw_cursor(canvas: Canvas, layout: Layout, row: int, column: int) -> None:
    """The cursor around shown cell (row, column); the cell's value and shade stay as they are."""
    palette = canvas.palette
    x, y, w = layout.x + column * layout.cell_width, layout.middle(row), layout.cell_width
    if not (0 <= row < layout.rows and 0 <= column < layout.columns):
        return
    if not palette.colourful:
        top = layout.y + row * layout.cell_height + (1 if layout.seams else 0)
        height = 1 if layout.seams else layout.cell_height
        canvas.paint(x, top, w, height, palette.text, palette.page, REVERSE | BOLD)
        if w < 5 or (layout.cell_height > 1 and not layout.seams):
            # A reversed full block would be a hole.
            canvas.vline(x, top, height, palette.text, "[")
            canvas.vline(x + w - 1, top, height, palette.text, "]")
            canvas.paint(x, top, w, height, attrs=REVERSE | BOLD)
    elif layout.seams:
        canvas.paint(x, y, 1, 1, bg=palette.page)
        canvas.paint(x + w - 1, y, 1, 1, bg=palette.page)
        canvas.paint(x, y - 1, w, 1, bg=palette.page)
        canvas.paint(x, y + 1, w, 1, bg=palette.page)
        canvas.paint(x + 1, y, w - 2, 1, attrs=BOLD)
        canvas.frame(x, y - 1, w, 3, palette.focus, thick=True)
    elif w > 3 and layout.cell_height == 1:
        # A halo of page colour parts the bars from a cell of nearly the same brightness.
        canvas.text(x, y, "▐", palette.focus, palette.page)
        # A number that fills its cell pushes the second bar onto the blank that begins the next one.
        end = x + w - 1 if chr(int(canvas.code[y, min(x + w, canvas.width) - 1])) == " " else x + w
        canvas.paint(x + 1, y, end - x - 1, 1, attrs=BOLD)
        canvas.text(end, y, "▌", palette.focus, palette.page if end < x + w else None)
    else:
        _bracket(canvas, layout, x, layout.y + row * layout.cell_height)


def _bracket(canvas: Canvas, layout: Layout, x: int, y: int) -> None:
    """Bars at both inner edges of a shaded cell; in the ink that reads on it where the focus colour would not."""
    palette = canvas.palette
    paper = int(canvas.bg[y, x]) if y < canvas.height and x < canvas.width else palette.page
    bright = abs(float(luminance(paper) - luminance(palette.focus))) < 0.25
    fg = palette.ink(paper) if bright else palette.focus
    for row in range(y, y + layout.cell_height):
        canvas.text(x, row, "▌", fg)
        canvas.text(x + layout.cell_width - 1, row, "▐", fg)
