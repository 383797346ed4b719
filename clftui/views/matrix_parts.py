"""The grid of the Matrix view with its labels and margins: as cells, or as pixels."""

from __future__ import annotations

import numpy as np

from clftui.drawing.canvas import Canvas
from clftui.drawing.ramp import FAINTEST, Floats
from clftui.state.hierarchy_view import COLLAPSED
from clftui.state.matrix_cells import cells, items_a_pixel, margin, overview, peak
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import margin_history
from clftui.state.session import Session
from clftui.state.settings import Scaling
from clftui.text import count
from clftui.widgets import matrix_frame as frame
from clftui.widgets.matrix_grid import draw_cursor, draw_numbers, draw_shades, level_of, levels
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_overview import draw_pixel_cursor, draw_pixels, draw_rulers, draw_strips
from clftui.widgets.matrix_past import draw_past
from clftui.widgets.matrix_wide import draw_wide, draw_wide_cursor


def draw_cell_part(canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
    """The cells from position (top, left) on, with their labels and margins."""
    rows = slice(top, min(top + layout.rows, shown.n))
    columns = slice(left, min(left + layout.columns, shown.n))
    row, column = shown.cursor[0] - top, shown.cursor[1] - left
    if layout.strips is not None:
        from clftui.views.matrix_epochs import draw_epochs_part  # Loaded when histories are first asked for.

        draw_epochs_part(canvas, layout, session, shown, (rows, columns))
        draw_blocks(canvas, layout, session, shown, top, left)
        draw_around(canvas, layout, shown, (rows, columns))
        draw_wide_cursor(canvas, layout, row, column)
        return
    window = cells(shown, rows, columns)
    if layout.wide:
        draw_wide(canvas, layout, shown, window, rows, columns)
    else:
        (draw_numbers if layout.numbers else draw_shades)(canvas, layout, shown, window)
    draw_blocks(canvas, layout, session, shown, top, left)
    draw_around(canvas, layout, shown, (rows, columns))
    frame.draw_row_margin(canvas, layout, shown, rows, row)
    past = margin_history(session, shown) if layout.spark_x >= 0 else None
    if past is not None:
        draw_past(canvas, layout, past[0], past[1], shown.order[rows], row)
    frame.draw_axes(canvas, layout, shown, frame.part_words(shown.n, rows, columns), peak(shown))
    (draw_wide_cursor if layout.wide else draw_cursor)(canvas, layout, row, column)


def draw_around(canvas: Canvas, layout: Layout, shown: Matrix, window: tuple[slice, slice]) -> None:
    """Labels and the lower margin of the shown rows and columns."""
    rows, columns = window
    row, column = shown.cursor[0] - rows.start, shown.cursor[1] - columns.start
    tails = frame.begin_alike(shown.names, max(layout.head_height, layout.cell_width - 1))
    frame.draw_column_labels(canvas, layout, _names(shown, columns), column, tails)
    frame.draw_row_labels(canvas, layout, _marked(shown, rows), row)
    frame.draw_column_margin(canvas, layout, shown, columns, column)


def draw_pixel_part(canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
    """The pixels from (top, left) on, with rulers and margins: all of them in the overview."""
    per = layout.per
    row, column = shown.cursor[0] // per - top, shown.cursor[1] // per - left
    rows = slice(top, min(top + layout.rows, items_a_pixel(shown.n, per)))
    columns = slice(left, min(left + layout.columns, items_a_pixel(shown.n, per)))
    if per > 1:
        whole = overview(shown, per)
        value, top_value = whole.value, whole.peak
        level = _quieter(level_of(shown, value, top_value), shown.settings.scaling)
        diagonal = np.eye(len(value), dtype=np.bool_)
        margins = whole.rows, whole.columns
        hint = f"{count(shown.n)} classes, {per} × {per} a pixel, {shown.settings.pool.value}"
    else:
        window = cells(shown, rows, columns)
        level, diagonal, top_value = levels(shown, window), window.diagonal, peak(shown)
        margins = margin(shown, shown.row_metric, rows)[0], margin(shown, shown.column_metric, columns)[0]
        hint = frame.part_words(shown.n, rows, columns)
    draw_pixels(canvas, layout, shown, level, diagonal)
    draw_blocks(canvas, layout, session, shown, top, left)
    names = [shown.names[item] for item in shown.order[per * rows.start : per * rows.stop : per].tolist()]
    if 0 <= row < len(names):
        names[row] = shown.names[int(shown.order[shown.cursor[0]])]
    draw_rulers(canvas, layout, names, left, (row, column))
    draw_strips(canvas, layout, *margins, (shown.row_metric.label, shown.column_metric.label))
    frame.draw_axes(canvas, layout, shown, hint, top_value)
    draw_pixel_cursor(canvas, layout, row, column)
    if session.matrix.blocks is not None:
        from clftui.views.matrix_blocks import draw_outliers

        draw_outliers(canvas, layout, session, shown, top, left)


def _quieter(level: Floats, scaling: Scaling) -> Floats:
    """Of a pixel that stands for hundreds of cells a single mistake says little: logarithms bend further."""
    if scaling is not Scaling.LOG:
        return level
    return np.sign(level) * np.where(level != 0, np.maximum(np.abs(level) ** 1.5, FAINTEST), 0.0)


def draw_blocks(canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
    """The outlines of blocks, where they are asked for."""
    if session.matrix.blocks is None:
        return
    from clftui.views import matrix_blocks  # Loaded when blocks are first asked for.

    matrix_blocks.draw_blocks(canvas, layout, session, shown, top, left)


def _names(shown: Matrix, positions: slice) -> list[str]:
    return [shown.names[item] for item in shown.order[positions].tolist()]


def _marked(shown: Matrix, positions: slice) -> list[str]:
    """Names of rows; collapsed groups carry a mark."""
    names = _names(shown, positions)
    if shown.items.is_unit:
        return names
    groups = shown.items.sizes[shown.order[positions]] > 1
    return [f"{COLLAPSED}{name}" if group else name for name, group in zip(names, groups.tolist(), strict=True)]
