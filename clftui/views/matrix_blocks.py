"""Blocks in the Matrix view: their outlines, the digits of outliers, and whether anything is still on its way."""

from __future__ import annotations

import numpy as np

from clftui.drawing.canvas import Canvas
from clftui.state import blocks as model
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.state.similar import pending_seconds
from clftui.widgets.matrix_layout import Layout
from clftui.widgets.matrix_outlines import draw_digits, draw_lines, draw_tint

DIGITS = 9
"""Outliers that have a digit of their own on the grid."""


def draw_blocks(canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
    """Blocks over the cells, before anything else is drawn on them."""
    found = model.blocks(session, shown)
    if found is None:
        return
    if layout.numbers and not layout.half:
        draw_lines(canvas, layout, _item_ranges(found, shown), top, left)
        return
    per = layout.per
    block_of_item = _block_of_item(found, shown)
    rows, columns = (
        block_of_item[np.minimum(np.arange(first, first + many) * per + per // 2, shown.n - 1)]
        for first, many in ((top, layout.rows), (left, layout.columns))
    )
    draw_tint(canvas, layout, rows, columns)


def draw_outliers(canvas: Canvas, layout: Layout, session: Session, shown: Matrix, top: int, left: int) -> None:
    """The digits of the first outliers on their pixels."""
    found = model.blocks(session, shown)
    if found is None:
        return
    listed = model.outliers(shown, found)[:DIGITS]
    places = []
    for each in listed:
        row, column = (int(shown.place[shown.item(index)]) // layout.per for index in (each.true, each.predicted))
        row, column = (column, row) if shown.settings.transposed else (row, column)
        places.append((row - top, column - left))
    pairs = [(each.true, each.predicted) for each in listed]
    here = (shown.true, shown.predicted)
    draw_digits(canvas, layout, places, pairs.index(here) if here in pairs else None)


def _item_ranges(found: model.Blocks, shown: Matrix) -> list[tuple[int, int]]:
    """The outlines as positions of items: a collapsed group is one."""
    if shown.items.is_unit:
        return list(found.outlines)
    ends = shown.items.starts
    ranges = {
        (int(np.searchsorted(ends, start, "right")) - 1, int(np.searchsorted(ends, end, "left")))
        for start, end in found.outlines
    }
    return sorted(ranges)


def _block_of_item(found: model.Blocks, shown: Matrix) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) the block of the first class of the item at each position."""
    first = shown.items.order[shown.items.starts[:-1]]
    return np.asarray(found.block_of[first], dtype=np.int64)


def is_waiting(session: Session, shown: Matrix) -> bool:
    """Whether a better order or the blocks are still on their way."""
    if pending_seconds(session) is not None:
        return True
    return session.matrix.blocks is not None and model.blocks(session, shown) is None


def region_words(session: Session, shown: Matrix) -> str:
    """What the read-out says of the block, or of what lies between two, under the cursor."""
    names = shown.names if shown.items.is_unit else shown.classes
    return model.words(session, shown, names)
