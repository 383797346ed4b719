"""Draws learning dynamics: a line a class with its best epoch and what it lost since, then samples most forgotten."""

from __future__ import annotations

import math

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import whisker
from clftui.state.dynamics import ClassRow, Dynamics
from clftui.state.dynamics_list import DynamicsLines, ForgottenRow
from clftui.text import UNDEFINED, p_value, percent, plural, sanitise, signed, text_width

_NUMBERS = (("best", 6), ("then %", 7), ("now %", 7), ("change", 8), ("", 6), ("q", 7))
"""Best epoch, recall there and now, their difference with its half-width, q: heads and columns."""
_NAME = 12
_AXIS_FROM = 15


def draw_dynamics(
    canvas: Canvas, x: int, y: int, width: int, height: int, shown: DynamicsLines, top: int, cursor: int | None
) -> None:
    """A summary with the columns' heads at `y`, then lines from `top` on; `cursor` is the focused one."""
    p, found = canvas.palette, shown.found
    if found is None:
        canvas.text(x + 2, y, shown.sentence, p.muted, width=width - 3)
        return
    kept = _columns(width - 4 - _NAME)
    numbers = sum(_NUMBERS[each][1] for each in kept)
    axis = _axis(width - 4 - _NAME - numbers)
    name = width - 4 - numbers - (axis + 2 if axis else 0)
    _draw_head(canvas, x, y, name, kept, axis, found)
    limit = max((abs(end) for row in found.rows for end in (row.low, row.high) if math.isfinite(end)), default=1.0)
    for number, line in enumerate(shown.lines[top : top + max(height - 1, 0)]):
        at, focused = y + 1 + number, cursor == top + number
        if focused:
            canvas.paint(x, at, width, 1, bg=p.raised)
            canvas.text(x, at, "▌", p.focus)
        if isinstance(line, ForgottenRow):
            _draw_sample(canvas, x, at, width, line, focused)
        else:
            _draw_row(canvas, x, at, name, kept, line, focused)
            if axis:
                _draw_whisker(canvas, x + width - axis - 1, at, axis, line, limit)


def _columns(room: int) -> tuple[int, ...]:
    """Which of the numbers fit, the most useful first: best epoch, change, q, then the two recalls, the half-width."""
    kept, left = list[int](), room
    for each in (0, 3, 5, 2, 1, 4):
        if _NUMBERS[each][1] <= left:
            kept.append(each)
            left -= _NUMBERS[each][1]
    return tuple(sorted(kept))


def _axis(room: int) -> int:
    if room < _AXIS_FROM + 2:
        return 0
    wide = min(room - 2, 41)
    return wide - 1 + wide % 2


def _draw_head(canvas: Canvas, x: int, y: int, name: int, kept: tuple[int, ...], axis: int, found: Dynamics) -> None:
    p = canvas.palette
    past, since = len(found.past), found.losses.overfit
    choices = [
        f"{past} of {plural(len(found.rows), 'class', 'classes')} past best",
        f"{past} past best",
        f"{past} past",
    ]
    if since is not None:
        choices = [
            f"over-fit since {since} · {choices[0]}",
            f"over-fit since {since} · {past} past",
            f"over-fit {since}",
        ]
    words = next((each for each in choices if text_width(each) < name), choices[-1])
    canvas.text(x + 3, y, words, p.worse if past or since is not None else p.muted, width=name - 1)
    at = x + 3 + name
    for each in kept:
        head, width = _NUMBERS[each]
        canvas.text(at, y, head, p.muted, width=width, align="right")
        at += width
    if axis:
        middle = at + 2 + axis // 2
        canvas.text(middle - 7, y, "worse ◂", p.muted)
        canvas.text(middle + 1, y, "▸ better", p.muted)


def _draw_row(canvas: Canvas, x: int, y: int, name: int, kept: tuple[int, ...], row: ClassRow, focused: bool) -> None:
    p = canvas.palette
    if row.past:
        canvas.text(x + 1, y, "▼", p.worse, attrs=BOLD)
    words, colour = (row.name, p.text) if row.name else ("all classes", p.muted)
    canvas.text(x + 3, y, words, colour, attrs=BOLD if row.past or focused else 0, width=name - 1, middle=True)
    cells = (
        (str(row.best_epoch) if row.best_epoch else UNDEFINED, p.text),
        (percent(row.best), p.muted),
        (percent(row.now), p.text),
        (signed(-100 * row.loss), p.worse if row.past else p.muted),
        (f"±{50 * (row.high - row.low):.1f}" if math.isfinite(row.high) else "", p.faint),
        (p_value(row.q), p.text if row.past else p.faint),
    )
    at = x + 3 + name
    for each in kept:
        (text, ink), width = cells[each], _NUMBERS[each][1]
        canvas.text(at, y, text, ink, width=width, align="right")
        at += width


def _draw_whisker(canvas: Canvas, x: int, y: int, width: int, row: ClassRow, limit: float) -> None:
    """The change and its interval; worse is left."""
    p = canvas.palette
    canvas.text(x + width // 2, y, "┊", p.line)
    colour = p.worse if row.past else p.muted
    quiet = p.mix(colour, p.page, 0.4)
    for column, cell in enumerate(whisker(-row.high, -row.loss, -row.low, -limit, limit, width)):
        if cell != " " and text_width(cell):
            canvas.text(x + column, y, cell, colour if cell == "●" else quiet)


def _draw_sample(canvas: Canvas, x: int, y: int, width: int, row: ForgottenRow, focused: bool) -> None:
    """`#2376 Coat → Shirt   forgotten 7 times, wrong in 12 of 20`"""
    p = canvas.palette
    right = row.predicted == row.true
    answer = "✓" if right else f"→ {sanitise(row.predicted) if row.predicted is not None else 'no answer'}"
    facts = f"forgotten {plural(row.forgetting, 'time')}, wrong in {row.wrong} of {row.seen}"
    if width < 60:
        facts = f"forgotten {row.forgetting}×, wrong {row.wrong}/{row.seen}"
    room = max(width - 5 - text_width(facts), 8)
    words = f"#{row.id} {sanitise(row.true)} {answer}"
    canvas.text(x + 3, y, words, p.text, attrs=BOLD if focused else 0, width=room, middle=True)
    canvas.text(x + width - 1 - text_width(facts), y, facts, p.muted)
