"""Blocks on the grid: thin lines in the gaps between cells with numbers, a tint where cells are shades or pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, REVERSE, UNDERLINE, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER
from clftui.widgets.matrix_layout import Layout

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]
Range = tuple[int, int]

TINT, DIAGONAL = 0.08, 0.16
"""How far the page is mixed into the text colour inside a block, and on its diagonal."""
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_LINES = np.array([ord(char) for char in " ╴╶─╵┘└┴╷┐┌┬│┤├┼"], dtype=np.uint32)
"""Box lines by the sum of their arms."""
_DOT = ord("·")


def draw_lines(canvas: Canvas, layout: Layout, ranges: Sequence[Range], top: int, left: int) -> None:
    """Outlines of the items start to end (positions) on the diagonal, where cells hold numbers.

    `top` and `left` are the first positions on the screen. Nothing that a cell holds is covered: between cells that
    touch, the seam gives way to the line; between rows without a gap, an underline is the line.
    """
    near = [(start, end) for start, end in ranges if _meets(start - top, end - top, layout.rows)]
    near = [(start, end) for start, end in near if _meets(start - left, end - left, layout.columns)]
    boxes = [((start - top, end - top), (start - left, end - left)) for start, end in near]
    if layout.cell_height > 1:
        _draw_boxes(canvas, layout, boxes)
        return
    for rows, columns in boxes:
        _underlined(canvas, layout, rows, columns)


def _meets(start: int, end: int, shown: int) -> bool:
    return start < shown and end > 0


def _x(layout: Layout, column: int) -> int:
    """The screen column of the line before a shown column: the blank its cell begins with, or the gap before it."""
    return layout.x + column * layout.cell_width - (1 if layout.cell_height > 1 and not layout.seams else 0)


def _draw_boxes(canvas: Canvas, layout: Layout, boxes: Sequence[tuple[Range, Range]]) -> None:
    """All boxes at once, so that lines which meet are joined."""
    arms = np.zeros((canvas.height, canvas.width), dtype=np.uint8)
    for rows, columns in boxes:
        first, last = max(rows[0], 0), min(rows[1], layout.rows)
        start, stop = max(columns[0], 0), min(columns[1], layout.columns)
        x0, x1 = _x(layout, start), min(_x(layout, stop), canvas.width - 1)
        y0, y1 = (min(layout.y + row * layout.cell_height, canvas.height - 1) for row in (first, last))
        for row, y in ((rows[0], y0), (rows[1], y1)):
            if 0 <= row <= layout.rows:
                arms[y, x0:x1] |= _RIGHT
                arms[y, x0 + 1 : x1 + 1] |= _LEFT
        for column, x in ((columns[0], x0), (columns[1], x1)):
            if 0 <= column <= layout.columns:
                arms[y0:y1, x] |= _DOWN
                arms[y0 + 1 : y1 + 1, x] |= _UP
    there = arms > 0
    canvas.code[there] = _LINES[arms[there]]
    canvas.fg[there] = canvas.palette.line
    # A seam under a line would give its colour to the whole gap.
    canvas.bg[there] = canvas.palette.page
    canvas.attrs[there] = 0


def _underlined(canvas: Canvas, layout: Layout, rows: Range, columns: Range) -> None:
    """A box between rows that have no gap: the rows above and below it end in underlines, bars at its sides."""
    first, last = max(rows[0], 0), min(rows[1], layout.rows)
    start, stop = max(columns[0], 0), min(columns[1], layout.columns)
    x0, x1 = _x(layout, start), _x(layout, stop)
    for row in (rows[0], rows[1]):
        y = layout.y + row - 1
        if layout.y <= y < layout.y + layout.height and y < canvas.height:
            line = slice(x0, min(x1, canvas.width))
            canvas.attrs[y, line] |= UNDERLINE
            blank = canvas.code[y, line] == BLANK
            canvas.fg[y, line][blank] = canvas.palette.line
    for column, x in ((columns[0], x0), (columns[1], x1)):
        if 0 <= column <= layout.columns and x < canvas.width:
            area = (slice(layout.y + first, layout.y + last), x)
            blank = canvas.code[area] == BLANK
            canvas.code[area][blank] = ord("│")
            canvas.fg[area][blank] = canvas.palette.line


def draw_tint(canvas: Canvas, layout: Layout, rows: Int64, columns: Int64) -> None:
    """Tint the blank cells where the block of the shown row is that of the shown column; dots where colour cannot tell.

    `rows` and `columns` are the block of each shown row and column (of each pixel's middle in the overview).
    """
    inside = rows[:, None] == columns[None, :]
    if layout.half:
        if len(inside) % 2:
            inside = np.concatenate([inside, np.zeros((1, inside.shape[1]), dtype=np.bool_)])
        upper, lower = inside[0::2], inside[1::2]
    else:
        upper = lower = inside.repeat(layout.cell_height, 0).repeat(layout.cell_width, 1)
    height, width = upper.shape
    area = (slice(layout.y, layout.y + height), slice(layout.x, layout.x + width))
    code, fg, bg = canvas.code[area], canvas.fg[area], canvas.bg[area]
    upper, lower = upper[: code.shape[0], : code.shape[1]], lower[: code.shape[0], : code.shape[1]]
    if not canvas.palette.colourful:
        dots = (upper | lower) & (code == BLANK)
        code[dots] = _DOT
        fg[dots] = canvas.palette.faint
        return
    two = code == UPPER
    ink = np.where(two, fg, bg)
    ink, paper = _tinted(canvas, ink, upper), _tinted(canvas, bg, lower)
    plain = two | (code == BLANK)
    split = plain & (ink != paper)
    code[plain] = np.where(split[plain], UPPER, BLANK)
    fg[split] = ink[split]
    bg[plain] = paper[plain]


def _tinted(canvas: Canvas, colours: NDArray[np.int32], inside: Bool) -> NDArray[np.int32]:
    palette = canvas.palette
    out = colours.copy()
    out[inside & (colours == palette.page)] = palette.mix(palette.page, palette.text, TINT)
    diagonal = palette.mix(palette.page, palette.raised, 0.6)
    out[inside & (colours == diagonal)] = palette.mix(palette.page, palette.text, DIAGONAL)
    return out


def draw_digits(canvas: Canvas, layout: Layout, places: Sequence[Range], here: int | None) -> None:
    """1, 2, 3 ... on the pixels (shown row, shown column) of the outliers; `here` is the place of the cursor's."""
    palette, taken = canvas.palette, set[Range]()
    for number, (row, column) in enumerate(places, 1):
        if not (0 <= row < layout.rows and 0 <= column < layout.columns):
            continue
        x, y = layout.x + column, layout.middle(row)
        if (x, y) in taken or x >= canvas.width or y >= canvas.height:
            continue
        taken.add((x, y))
        paper = palette.focus if number - 1 == here else palette.text
        ink = palette.on_focus if number - 1 == here else palette.page
        if palette.colourful:
            canvas.text(x, y, str(number), ink, paper, attrs=BOLD)
        else:
            canvas.text(x, y, str(number), attrs=BOLD | REVERSE)
