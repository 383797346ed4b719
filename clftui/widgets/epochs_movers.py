"""Draws what moved beyond chance: one line a class, group or cell, with the interval of its change."""

from __future__ import annotations

import math

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import whisker
from clftui.state.epochs_list import MoverLine, MoverLines
from clftui.text import signed, text_width
from clftui.widgets.timeline import run_colour

NUMBERS = 11
"""Columns of the change and its half-width."""
WHISKER_FROM = 44
"""Columns of the pane from which on there are whiskers."""


def draw_movers(
    canvas: Canvas, x: int, y: int, width: int, height: int, shown: MoverLines, top: int, cursor: int | None
) -> None:
    """The summary and as many lines as fit from line `y` on; `cursor` is the focused one, None without focus."""
    p = canvas.palette
    if shown.pending and not shown.lines:
        canvas.text(x + 2, y, "comparing the epochs …", p.muted, width=width - 2)
        return
    summary = f"{shown.worse} worse, {shown.better} better"
    used = canvas.text(x + 3, y, summary, p.text, width=max(width - 3, 0))
    used += canvas.text(x + 5 + used, y, f"FDR {100 * shown.q_level:g} %", p.muted, width=max(width - 5 - used, 0))
    names, axis = _columns(x, width)
    limit = max((max(abs(line.low), abs(line.high), abs(line.change)) for line in shown.lines), default=1.0)
    limit = limit if math.isfinite(limit) else max((abs(line.change) for line in shown.lines), default=1.0)
    if axis is not None:
        middle = axis[0] + axis[1] // 2
        if middle - 8 > x + 6 + used:
            canvas.text(middle - 8, y, "worse ◂", p.muted)
        canvas.text(middle + 2, y, "▸ better", p.muted, width=max(x + width - middle - 2, 0))
        canvas.vline(middle, y + 1, height - 1, p.line, "┊")
    for row, line in enumerate(shown.lines[top : top + height - 1]):
        _draw_line(canvas, x, y + 1 + row, width, names, axis, limit, line, cursor == top + row)


def _columns(x: int, width: int) -> tuple[int, tuple[int, int] | None]:
    """Columns of the name, and start and width of the whiskers' axis; None without room."""
    if width < WHISKER_FROM:
        return max(width - 5 - NUMBERS, 4), None
    wide = min(max(width * 2 // 5, 15), 35)
    wide -= 1 - wide % 2
    return width - 5 - NUMBERS - wide - 2, (x + width - wide, wide)


def _draw_line(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    names: int,
    axis: tuple[int, int] | None,
    limit: float,
    line: MoverLine,
    focused: bool,
) -> None:
    p = canvas.palette
    colour = p.worse if line.worse else p.better
    if focused:
        canvas.paint(x, y, width, 1, bg=p.raised)
        canvas.text(x, y, "▌", p.focus)
    canvas.text(x + 1, y, line.letter, run_colour(canvas, line.letter), attrs=BOLD)
    canvas.text(x + 3, y, "▼" if line.worse else "▲", colour, attrs=BOLD if line.alarm else 0)
    attrs = BOLD if line.kind != "cell" or focused else 0
    canvas.text(x + 5, y, f"{line.name}{' !' if line.alarm else ''}", p.text, attrs=attrs, width=names, middle=True)
    at = x + 5 + names
    change = signed(line.change)
    canvas.text(at, y, change, p.text, width=6, align="right")
    if math.isfinite(line.high - line.low):
        half = f"±{(line.high - line.low) / 2:.1f}"
        canvas.text(at + 7, y, half, p.faint, width=NUMBERS - 6)
    if axis is None:
        return
    # Worse is always left, whatever the sign of the number.
    side = 1 if (line.change < 0) is line.worse else -1
    low, high = sorted((side * line.low, side * line.high))
    cells = whisker(low, side * line.change, high, -limit, limit, axis[1])
    quiet = p.mix(colour, p.page, 0.4)
    for column, cell in enumerate(cells):
        if cell != " " and text_width(cell):
            canvas.text(axis[0] + column, y, cell, colour if cell == "●" else quiet)
