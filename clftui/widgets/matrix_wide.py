"""Wide cells of the matrix: a number with its share under it, gaps between the cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.state.matrix_cells import Cells, cells
from clftui.state.matrix_model import Matrix
from clftui.state.settings import Share
from clftui.text import UNDEFINED
from clftui.widgets.matrix_grid import BESIDE, STEPS, cell_codes, levels, number_style
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_numbers import Codes

_BLANK, _PERCENT, _DASH = ord(" "), ord("%"), ord(UNDEFINED)


def draw_wide(canvas: Canvas, layout: Layout, matrix: Matrix, window: Cells, rows: slice, columns: slice) -> None:
    """The cells at positions `rows` x `columns`: what the settings ask for, under it the share of the true class.

    Where the settings ask for a share it is the count that stands under it; not of a difference between numbers of
    samples that differ, where a count more says nothing.
    """
    palette = canvas.palette
    level = levels(matrix, window)
    bg, fg, attrs = number_style(palette, matrix, level, window)
    second = Share.ROW if matrix.settings.share is Share.COUNTS else Share.COUNTS
    under = replace(matrix, settings=replace(matrix.settings, share=second))
    lines = [_right(cell_codes(matrix, window), layout.cell_width, matrix.settings.share is not Share.COUNTS)]
    if second is not Share.COUNTS or matrix.other is None or matrix.other.confusion.total == matrix.confusion.total:
        codes = cell_codes(under, cells(under, rows, columns))
        lines.append(_right(codes, layout.cell_width, second is not Share.COUNTS))
    else:
        lines.append(np.full_like(lines[0], _BLANK))
    if not palette.colourful:
        lines[0][:, :, 0] = BESIDE[np.digitize(np.abs(level), STEPS)]
    gap = np.arange(layout.columns * layout.cell_width) % layout.cell_width == layout.cell_width - 1
    for row in range(len(level)):
        ink, paper = (np.repeat(each[row], layout.cell_width) for each in (fg, bg))
        paper = np.where(gap[: len(paper)], palette.page, paper)
        style = np.repeat(attrs[row], layout.cell_width)
        for below, line in enumerate(lines):
            y = layout.y + row * layout.cell_height + 1 + below
            canvas.put(layout.x, y, line[row].reshape(1, -1), ink[None], paper[None], style[None])


def _right(codes: Codes, width: int, per_cent: bool) -> Codes:
    """(rows, columns, width): `codes` right-aligned before a blank and the gap; shares with their sign if it fits."""
    rows, columns, digits = codes.shape
    out = np.full((rows, columns, width), _BLANK, dtype=np.uint32)
    sign = 2 if per_cent and digits + 4 <= width else 0
    end = width - 2 - sign
    out[:, :, max(end - digits, 0) : end] = codes[:, :, max(digits - end, 0) :]
    if sign:
        written = (codes[:, :, -1] != _BLANK) & (codes[:, :, -1] != _DASH)
        out[:, :, end + 1] = np.where(written, _PERCENT, _BLANK)
    return out


def draw_wide_cursor(canvas: Canvas, layout: Layout, row: int, column: int) -> None:
    """A frame in the gaps around shown cell (row, column); strips and images keep their shades."""
    if not (0 <= row < layout.rows and 0 <= column < layout.columns):
        return
    palette = canvas.palette
    x, y = layout.x + column * layout.cell_width, layout.y + row * layout.cell_height
    canvas.frame(x - 1, y, layout.cell_width + 1, layout.cell_height + 1, palette.focus, thick=True)
    if not palette.colourful and layout.strips is None and not layout.images:
        canvas.paint(x, y + 1, layout.cell_width - 1, layout.cell_height - 1, attrs=REVERSE | BOLD)
