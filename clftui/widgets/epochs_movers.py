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
    if shown.sentence and not shown.lines:
        canvas.text(x + 2, y, shown.sentence, p.muted, width=width - 3)
        return
    summary = f"{shown.worse} worse, {len(shown.lines) - shown.worse} better"
    used = canvas.text(x + 3, y, summary, p.text, width=max(width - 3, 0))
    used += canvas.text(x + 5 + used, y, f"FDR {100 * shown.q_level:g} %", p.muted, width=max(width - 5 - used, 0))
    visible = shown.lines[top : top + max(height - 1, 0)]
    longest = max((text_width(line.name) for line in visible), default=0)
    names, axis = _columns(x, width, longest)
    if axis is not None:
        middle = axis[0] + axis[1] // 2
        if middle - 8 > x + 6 + used:
            canvas.text(middle - 8, y, "worse ◂", p.muted)
        canvas.text(middle + 2, y, "▸ better", p.muted, width=max(x + width - middle - 2, 0))
        canvas.vline(middle, y + 1, height - 1, p.line, "┊")
    for row, line in enumerate(visible):
        _draw_line(canvas, x, y + 1 + row, width, names, axis, shown.limit, line, cursor == top + row)


def _columns(x: int, width: int, longest: int) -> tuple[int, tuple[int, int] | None]:
    """Columns of the name, and start and width of the whiskers' axis; None without room."""
    if width < WHISKER_FROM:
        return max(width - 5 - NUMBERS, 4), None
    room = width - 5 - NUMBERS - 2
    names = max(min(longest, room - 15), 8)
    wide = min(max(room - names, 15), 41)
    wide -= 1 - wide % 2
    return room - wide, (x + width - wide, wide)


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
    p, mover = canvas.palette, line.mover
    colour = p.worse if mover.worse else p.better
    if focused:
        canvas.paint(x, y, width, 1, bg=p.raised)
        canvas.text(x, y, "▌", p.focus)
    canvas.text(x + 1, y, line.letter, run_colour(canvas, line.letter), attrs=BOLD)
    canvas.text(x + 3, y, "▼" if mover.worse else "▲", colour, attrs=BOLD if mover.alarm else 0)
    attrs = BOLD if not line.is_cell or focused else 0
    name = f"{line.name} alarm" if mover.alarm and text_width(line.name) + 6 <= names else line.name
    canvas.text(x + 5, y, name, p.text, attrs=attrs, width=names, middle=True)
    if name is not line.name:
        canvas.text(x + 6 + text_width(line.name), y, "alarm", p.worse)
    at = x + 5 + names
    canvas.text(at, y, signed(100 * mover.change), p.text, width=6, align="right")
    half = 50 * (mover.high - mover.low)
    if math.isfinite(half):
        canvas.text(at + 7, y, f"±{half:.1f}", p.faint, width=NUMBERS - 6)
    if axis is None:
        return
    # Worse is always left, whatever the sign of the number.
    side = 1 if (mover.change < 0) is mover.worse else -1
    low, high = sorted((side * mover.low, side * mover.high))
    cells = whisker(low, side * mover.change, high, -limit, limit, axis[1])
    quiet = p.mix(colour, p.page, 0.4)
    for column, cell in enumerate(cells):
        if cell != " ":
            canvas.text(axis[0] + column, y, cell, colour if cell == "●" else quiet)
