"""Draws the bars of leaf classes: recall with its interval, or the mean over runs with all of them on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import bar
from clftui.state.runs_leaves import LeafBars
from clftui.text import UNDEFINED, percent, rate, sanitise, text_width

_WIDEST = 64
"""Columns of one bar with its name and numbers, beyond which a second column of bars fits."""
_NARROWEST = 38
_GAP = 3


@dataclass(frozen=True)
class Columns:
    """How bars are laid out: `across` columns of `rows` lines, `width` cells each."""

    across: int
    rows: int
    width: int

    @property
    def shown(self) -> int:
        return self.across * self.rows


def layout(width: int, rows: int, total: int) -> Columns:
    """As many columns of bars as the classes need and the width holds."""
    fit = max(1, (width + _GAP) // (_NARROWEST + _GAP))
    needed = max(1, -(-total // max(rows, 1)))
    across = min(fit, needed)
    return Columns(across, max(rows, 1), min((width - (across - 1) * _GAP) // across, _WIDEST))


def draw_leaves(
    canvas: Canvas,
    y: int,
    bars: LeafBars,
    columns: Columns,
    letters: dict[str, str],
    focused: str | None,
    *,
    first: int,
    cursor: int | None,
) -> None:
    """The bars from place `first` on, down the first column, then the next."""
    shown = range(first, min(first + columns.shown, len(bars.classes)))
    longest = max((text_width(sanitise(bars.classes[at])) for at in shown), default=4)
    name_width = min(max(longest, 4), max(columns.width // 3, 8))
    for number, at in enumerate(shown):
        across, line = divmod(number, columns.rows)
        x = 1 + across * (columns.width + _GAP)
        _draw_name(canvas, x, y + line, bars.classes[at], name_width, at == cursor)
        _draw_bar(canvas, x + name_width + 1, y + line, columns.width - name_width - 1, bars, at, letters, focused)


def _draw_name(canvas: Canvas, x: int, y: int, name: str, width: int, here: bool) -> None:
    p = canvas.palette
    canvas.text(x, y, name, p.focus if here else p.text, attrs=BOLD if here else 0, width=width, align="right",
                middle=True)  # fmt: skip


def _draw_bar(
    canvas: Canvas, x: int, y: int, width: int, bars: LeafBars, at: int, letters: dict[str, str], focused: str | None
) -> None:
    p = canvas.palette
    value, low, high = float(bars.value[at]), float(bars.low[at]), float(bars.high[at])
    shown, arms = rate(value, low, high) if bars.member is not None else (percent(value, 0), _ends(low, high))
    numbers = 14
    room = width - numbers
    canvas.text(x + room + 1, y, shown, p.text, width=5, align="right")
    canvas.text(x + room + 7, y, arms, p.faint, width=numbers - 7)
    if room < 4 or math.isnan(value):
        return
    own = letters.get(bars.member.run.key) if bars.member is not None else None
    colour = p.runs["ABCD".index(own)] if own is not None else p.muted
    canvas.text(x, y, bar(value, room), p.mix(colour, p.page, 0.35), width=room)
    for start in range(_place(low, room), _place(high, room) + 1):
        # The interval lies on the bar where the bar is: a line that both paper and ink can carry.
        inside = start < round(value * room)
        canvas.text(x + start, y, "─", p.page if inside else p.faint, p.mix(colour, p.page, 0.35) if inside else None)
    _draw_runs(canvas, x, y, room, bars, at, letters, focused)


def _ends(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{percent(low, 0)}{UNDEFINED}{percent(high, 0)}"


def _place(share: float, width: int) -> int:
    return min(max(math.floor(share * width), 0), width - 1)


def _draw_runs(
    canvas: Canvas, x: int, y: int, width: int, bars: LeafBars, at: int, letters: dict[str, str], focused: str | None
) -> None:
    """The other lettered runs and the focused one on the same bar; of a single run's own bar nothing."""
    p = canvas.palette
    for row, member in enumerate(bars.members):
        key, value = member.run.key, float(bars.values[row, at])
        letter = letters.get(key)
        own = bars.member is not None and key == bars.member.run.key
        if own or math.isnan(value) or (letter is None and key != focused):
            continue
        if bars.member is not None and key != focused:
            continue
        colour = p.runs["ABCD".index(letter)] if letter is not None else p.focus
        canvas.text(x + _place(value, width), y, letter or "●", colour, p.page, attrs=BOLD if key == focused else 0)
