"""The box of cells that is being selected, drawn over the grid: lines or a tint, labels in the focus colour."""

from __future__ import annotations

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER
from clftui.state.matrix_box import Box
from clftui.widgets.matrix_grid import draw_cursor
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_wide import draw_wide_cursor

Span = tuple[int, int]


def draw_box(canvas: Canvas, layout: Layout, box: Box, top: int, left: int, cursor: tuple[int, int]) -> None:
    """`top` and `left` are the first row and column on the screen, `cursor` the row and column of the cursor on it.

    What lies outside is cut. In the overview all pixels that the box touches belong to it.
    """
    rows, columns = (
        _shown(box.rows, top, layout.rows, layout.per),
        _shown(box.columns, left, layout.columns, layout.per),
    )
    if rows[0] >= rows[1] or columns[0] >= columns[1]:
        return
    if layout.half:
        _draw_pixels(canvas, layout, rows, columns)
        return
    _draw_labels(canvas, layout, rows, columns)
    x, width = layout.x + columns[0] * layout.cell_width, (columns[1] - columns[0]) * layout.cell_width
    y, height = layout.y + rows[0] * layout.cell_height, (rows[1] - rows[0]) * layout.cell_height
    p = canvas.palette
    if layout.wide:
        canvas.frame(x - 1, y, width + 1, height + 1, p.focus)
        draw_wide_cursor(canvas, layout, *cursor)
        return
    if layout.seams:
        # Page colour under the frame, as around the cursor: a line over half a seam would colour all of it.
        for row in (y, y + height):
            canvas.paint(x, row, width, 1, bg=p.page)
        for column in (x, x + width - 1):
            canvas.paint(column, y, 1, height, bg=p.page)
        canvas.frame(x, y, width, height + 1, p.focus)
    else:
        if box.columns.start >= left:
            canvas.vline(x, y, height, p.focus, "▌")
        if box.columns.stop - left <= layout.columns:
            # Numbers that fill their cells push the bar onto the blanks that begin the next ones.
            filled = bool((canvas.code[y : y + height, min(x + width, canvas.width) - 1] != ord(" ")).any())
            end = x + width if filled and layout.numbers else x + width - 1
            canvas.vline(end, y, height, p.focus, "▐" if end < x + width else "▌")
    draw_cursor(canvas, layout, *cursor)


def _shown(part: slice, first: int, number: int, per: int) -> Span:
    """The shown rows or columns, from 0, that positions `part` fall into; the end excluded."""
    return max(part.start // per - first, 0), min(-(-part.stop // per) - first, number)


def _draw_labels(canvas: Canvas, layout: Layout, rows: Span, columns: Span) -> None:
    p = canvas.palette
    for row in range(*rows):
        canvas.paint(layout.label_x, layout.middle(row), layout.label_width, 1, fg=p.focus, attrs=BOLD)
    head = max(layout.y - layout.head_height, 1)
    x, width = layout.x + columns[0] * layout.cell_width, (columns[1] - columns[0]) * layout.cell_width
    canvas.paint(x, head, width, layout.y - head, fg=p.focus, attrs=BOLD)


def _draw_pixels(canvas: Canvas, layout: Layout, rows: Span, columns: Span) -> None:
    """Bars on the rulers; where colours can tell, what is blank inside the box is tinted as well."""
    p = canvas.palette
    first, last = layout.y + rows[0] // 2, layout.y + (rows[1] - 1) // 2
    x, width = layout.x + columns[0], columns[1] - columns[0]
    if layout.y >= 2:
        canvas.hline(x, layout.y - 1, width, p.focus, "━")
    canvas.vline(layout.x - 1, first, last - first + 1, p.focus, "┃")
    if not p.colourful:
        return
    area = slice(first, min(last + 1, canvas.height)), slice(x, min(x + width, canvas.width))
    code, fg, bg = (each[area] for each in (canvas.code, canvas.fg, canvas.bg))
    upper, lower = np.where(code == UPPER, fg, bg), bg.copy()
    number = np.arange(2 * (first - layout.y), 2 * (first - layout.y) + 2 * len(code)).reshape(-1, 2)
    inside = (number >= rows[0]) & (number < rows[1])
    tint = p.mix(p.page, p.focus, 0.22)
    upper = np.where(inside[:, :1] & (upper == p.page), tint, upper)
    lower = np.where(inside[:, 1:] & (lower == p.page), tint, lower)
    same = upper == lower
    canvas.put(x, first, np.where(same, BLANK, UPPER).astype(np.uint32), np.where(same, p.text, upper), lower)
