"""The box of cells that is being selected, drawn over the grid: bars at its sides, labels in the focus colour."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.matrix_box import Box
from clftui.widgets.matrix_layout import Layout


def draw_box(canvas: Canvas, layout: Layout, box: Box, top: int, left: int) -> None:
    """`top` and `left` are the positions of the first row and column on the screen; what lies outside is cut."""
    first, last = max(box.rows.start - top, 0), min(box.rows.stop - top, layout.rows)
    start, stop = max(box.columns.start - left, 0), min(box.columns.stop - left, layout.columns)
    if first >= last or start >= stop:
        return
    p = canvas.palette
    x, width = layout.x + start * layout.cell_width, (stop - start) * layout.cell_width
    y, height = layout.y + first * layout.cell_height, (last - first) * layout.cell_height
    for row in range(first, last):
        canvas.paint(layout.label_x, layout.middle(row), layout.label_width, 1, fg=p.focus, attrs=BOLD)
    head = max(layout.y - layout.head_height, 1)
    canvas.paint(x, head, width, layout.y - head, fg=p.focus, attrs=BOLD)
    if layout.seams and width >= 2:
        # Page colour under the frame, as around the cursor: a line over half a seam would colour all of it.
        for row in (y, y + height):
            canvas.paint(x, row, width, 1, bg=p.page)
        for column in (x, x + width - 1):
            canvas.paint(column, y, 1, height, bg=p.page)
        canvas.frame(x, y, width, height + 1, p.focus)
        return
    if box.columns.start >= left:
        canvas.vline(x, y, height, p.focus, "▌")
    if box.columns.stop - left <= layout.columns:
        canvas.vline(x + width - 1, y, height, p.focus, "▐")
