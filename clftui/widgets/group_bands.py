"""The selected group on the matrix: a band of its rows, a band of its columns, and where they cross."""

from __future__ import annotations

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import UPPER
from clftui.widgets.matrix_layout import Layout

BAND, CROSSING = 0.5, 1.0
"""How far the page is mixed into the raised colour: samples missed or taken in, samples right in the group."""


def draw_bands(canvas: Canvas, layout: Layout, start: int, end: int, top: int, left: int) -> None:
    """Tint the blank cells of items `start` to `end` (positions): their rows, their columns, stronger where both are.

    Cells that hold something keep their colours. Without colours the labels of the group are bold alone.
    """
    per = layout.per
    rows = (max(start // per - top, 0), min(-(-end // per) - top, layout.rows))
    columns = (max(start // per - left, 0), min(-(-end // per) - left, layout.columns))
    down = _screen_rows(layout, *rows) if rows[0] < rows[1] else None
    x = layout.x + columns[0] * layout.cell_width
    across = (x, (columns[1] - columns[0]) * layout.cell_width) if columns[0] < columns[1] else None
    if down is not None:
        canvas.paint(layout.label_x, down[0], layout.label_width, down[1], attrs=BOLD)
    if not canvas.palette.colourful:
        return
    if down is not None:
        _tint(canvas, layout.x, down[0], layout.width, down[1], BAND)
    if across is not None:
        _tint(canvas, across[0], layout.y, across[1], layout.height, BAND)
        if down is not None:
            _tint(canvas, across[0], down[0], across[1], down[1], CROSSING)


def _screen_rows(layout: Layout, first: int, after: int) -> tuple[int, int]:
    if layout.half:
        y = layout.y + first // 2
        return y, layout.y + (after + 1) // 2 - y
    # The half rows above and below belong to the neighbours too.
    seam = 1 if layout.seams else 0
    return layout.y + first * layout.cell_height + seam, (after - first) * layout.cell_height - seam


def _tint(canvas: Canvas, x: int, y: int, width: int, height: int, share: float) -> None:
    palette = canvas.palette
    to = palette.mix(palette.page, palette.raised, share)
    area = (slice(max(y, 0), max(y + height, 0)), slice(max(x, 0), max(x + width, 0)))
    bg, fg, code = canvas.bg[area], canvas.fg[area], canvas.code[area]
    blank = (palette.page, palette.mix(palette.page, palette.raised, BAND))
    bg[np.isin(bg, blank)] = to
    # Of two pixels in a cell the upper one is its ink.
    fg[(code == UPPER) & np.isin(fg, blank)] = to
