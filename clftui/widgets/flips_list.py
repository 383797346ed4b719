"""Draws flips: one line a class, samples lost at the left of the axis, won at its right; then patterns of runs."""

from __future__ import annotations

from collections.abc import Sequence

from clftui.analysis.significance import ALPHA
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.flips import FlipRow, Pattern
from clftui.state.flips_list import FlipLines
from clftui.state.selection import LETTERS
from clftui.text import count, p_value, text_width

HEADS = (("✓→✗", "newly wrong"), ("✗→✓", "newly right"), ("✗→✗", "wrong, another class"))
Q = 6
_NAME = 12
"""Least columns of a class's name."""
_AXIS_FROM = 13
"""Least columns of the bars."""


def draw_flips(
    canvas: Canvas, x: int, y: int, width: int, height: int, shown: FlipLines, top: int, cursor: int | None
) -> None:
    """A summary with the columns' heads at `y`, then lines from `top` on; `cursor` is the focused one."""
    p = canvas.palette
    lines = shown.lines[top : top + max(height - 1, 0)]
    if shown.sentence and not lines:
        canvas.text(x + 2, y, shown.sentence, p.muted, width=width - 3)
        return
    rows = [row for row in shown.lines if isinstance(row, FlipRow)]
    wide = _number_width(rows)
    numbers = 3 * (wide + 1) + Q + 1
    bars = _bars(width - 4 - _NAME - numbers, lines)
    name = width - 4 - numbers - (bars + 2 if bars else 0)
    _draw_head(canvas, x, y, name, wide, bars, shown)
    most = max((max(row.newly_wrong, row.newly_right) for row in rows if row.name), default=1)
    for number, line in enumerate(lines):
        at, focused = y + 1 + number, cursor == top + number
        if focused:
            canvas.paint(x, at, width, 1, bg=p.raised)
            canvas.text(x, at, "▌", p.focus)
        if isinstance(line, Pattern):
            _draw_pattern(canvas, x, at, width, line)
            continue
        _draw_row(canvas, x, at, name, wide, line, focused)
        if bars and line.name:
            _draw_bars(canvas, x + width - bars - 1, at, bars, line, most)


def _number_width(rows: Sequence[FlipRow]) -> int:
    most = max((max(row.newly_wrong, row.newly_right, row.differently) for row in rows), default=0)
    return max(text_width(count(most)), 3)


def _bars(room: int, lines: Sequence[FlipRow | Pattern]) -> int:
    """Columns of the bars, an odd number; 0 without room for them, or without a class on the screen."""
    if room < _AXIS_FROM + 2 or not any(isinstance(line, FlipRow) for line in lines):
        return 0
    wide = min(room - 2, 41) if room < 60 else min(room * 2 // 3, 61)
    return wide - 1 + wide % 2


def _draw_head(canvas: Canvas, x: int, y: int, name: int, wide: int, bars: int, shown: FlipLines) -> None:
    p, found = canvas.palette, shown.found
    if found is None:
        canvas.text(x + 2, y, shown.sentence, p.muted, width=name)
        return
    canvas.text(x + 3, y, f"{found.after}", p.muted, width=name)
    at = x + 3 + name
    for (glyphs, _), colour in zip(HEADS, (p.worse, p.better, p.muted), strict=True):
        canvas.text(at, y, glyphs, colour, width=wide + 1, align="right")
        at += wide + 1
    canvas.text(at, y, "q", p.faint, width=Q + 1, align="right")
    if bars:
        middle = at + Q + 3 + bars // 2
        canvas.text(middle - 6, y, "lost ◂", p.muted)
        canvas.text(middle + 1, y, "▸ won", p.muted)


def _draw_row(canvas: Canvas, x: int, y: int, name: int, wide: int, row: FlipRow, focused: bool) -> None:
    p = canvas.palette
    sure = (row.q if row.name else row.p) <= ALPHA
    if sure and row.net:
        canvas.text(x + 1, y, "▼" if row.net > 0 else "▲", p.worse if row.net > 0 else p.better, attrs=BOLD)
    words, colour = (row.name, p.text) if row.name else ("all classes", p.muted)
    canvas.text(x + 3, y, words, colour, attrs=BOLD if sure or focused else 0, width=name - 1, middle=True)
    at = x + 3 + name
    for number, ink in ((row.newly_wrong, p.text), (row.newly_right, p.text), (row.differently, p.muted)):
        canvas.text(at, y, count(number), ink if number else p.faint, width=wide + 1, align="right")
        at += wide + 1
    # All classes together are one test; nothing is adjusted.
    canvas.text(at, y, p_value(row.q if row.name else row.p), p.text if sure else p.faint, width=Q + 1, align="right")


def _draw_bars(canvas: Canvas, x: int, y: int, width: int, row: FlipRow, most: int) -> None:
    """Lost at the left, won at the right, on one scale for all classes; half cells count."""
    p, arm = canvas.palette, width // 2
    # What may be chance recedes into the page.
    worse, better = (p.mix(colour, p.page, 0.3 if row.q <= ALPHA else 0.65) for colour in (p.worse, p.better))
    canvas.text(x + arm, y, "│", p.line)
    lost, won = (-(-2 * arm * number // max(most, 1)) for number in (row.newly_wrong, row.newly_right))
    full, half = divmod(lost, 2)
    canvas.text(x + arm - full - half, y, "▐" * half + "█" * full, worse)
    full, half = divmod(won, 2)
    canvas.text(x + arm + 1, y, "█" * full + "▌" * half, better)


def _draw_pattern(canvas: Canvas, x: int, y: int, width: int, line: Pattern) -> None:
    """`A✓ B✓ C✗ D✗     185`"""
    p, parts = canvas.palette, list[Span]()
    for letter in sorted((*line.right, *line.wrong)):
        good = letter in line.right
        parts.append(Span(letter, p.runs[LETTERS.index(letter)], None, BOLD))
        parts.append(Span("✓ " if good else "✗ ", p.better if good else p.worse))
    used = 3 + canvas.line(x + 3, y, parts)
    number = count(line.n)
    canvas.text(x + used + 1, y, number, p.text, width=9, align="right")
    canvas.text(x + used + 12, y, line.words, p.faint, width=max(width - used - 13, 0))
