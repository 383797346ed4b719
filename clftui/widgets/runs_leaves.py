"""Draws the bars of leaf classes: recall with its interval, or the mean over runs with all of them on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.runs_leaves import LeafBars
from clftui.text import UNDEFINED, percent, rate, sanitise, text_width

_WIDEST = 64
_ALONE = 110
"""The same where there is one column of bars."""
_NARROWEST = 38
_GAP = 3
_NUMBERS = 17
"""Columns of a value and its interval."""


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
    return Columns(
        across, max(rows, 1), min((width - (across - 1) * _GAP) // across, _ALONE if across == 1 else _WIDEST)
    )


def axis_low(bars: LeafBars) -> float:
    """Where the bars begin: 0, or where all classes are good a round share below the worst."""
    known = [*bars.low[np.isfinite(bars.low)].tolist(), *bars.values[np.isfinite(bars.values)].tolist()]
    least = min(known, default=0.0)
    return min(math.floor(least * 10) / 10, 0.9) if least >= 0.5 else 0.0


def draw_leaves(
    canvas: Canvas,
    y: int,
    bars: LeafBars,
    columns: Columns,
    letters: Mapping[str, str],
    focused: str | None,
    *,
    first: int,
    cursor: int | None,
    labels: Mapping[str, str],
) -> None:
    """The bars from place `first` on, down the first column, then the next. `labels` rename classes."""
    shown = range(first, min(first + columns.shown, len(bars.classes)))
    names = [labels.get(bars.classes[at], bars.classes[at]) for at in shown]
    longest = max((text_width(sanitise(name)) for name in names), default=4)
    name_width = min(max(longest, 4), max(columns.width // 3, 8))
    p, low = canvas.palette, axis_low(bars)
    for number, (at, name) in enumerate(zip(shown, names, strict=True)):
        across, line = divmod(number, columns.rows)
        x, here = 1 + across * (columns.width + _GAP), at == cursor
        canvas.text(
            x, y + line, name, p.focus if here else p.text, attrs=BOLD if here else 0, width=name_width, align="right",
            middle=True,
        )  # fmt: skip
        bar = _Bar(x + name_width + 1, y + line, columns.width - name_width - 1 - _NUMBERS, low)
        _draw_numbers(canvas, bar, bars, at)
        if bar.width >= 4 and not math.isnan(bars.value[at]):
            _draw_bar(canvas, bar, bars, at, letters)
            _draw_runs(canvas, bar, bars, at, letters, focused)


@dataclass(frozen=True)
class _Bar:
    """Where a bar lies, and the share at its left end."""

    x: int
    y: int
    width: int
    low: float

    def place(self, share: float) -> int:
        at = math.floor((share - self.low) / (1 - self.low) * (self.width - 1) + 0.5)
        return self.x + min(max(at, 0), self.width - 1)


def _draw_numbers(canvas: Canvas, bar: _Bar, bars: LeafBars, at: int) -> None:
    p = canvas.palette
    value, low, high = float(bars.value[at]), float(bars.low[at]), float(bars.high[at])
    if bars.member is not None:
        shown, arms = rate(value, low, high)
    else:
        shown = percent(value)
        arms = "" if math.isnan(low) else f"{percent(low, 0)}{UNDEFINED}{percent(high, 0)}"
    x = bar.x + max(bar.width, 0) + 1
    canvas.text(x, bar.y, shown, p.text, width=5, align="right")
    canvas.text(x + 6, bar.y, arms, p.faint, width=_NUMBERS - 7)


def _draw_bar(canvas: Canvas, bar: _Bar, bars: LeafBars, at: int, letters: Mapping[str, str]) -> None:
    """A thick line up to the interval, a thin one over it, and a dot at the value."""
    p = canvas.palette
    own = letters.get(bars.member.run.key) if bars.member is not None else None
    colour = p.runs["ABCD".index(own)] if own is not None else p.muted
    quiet = p.mix(colour, p.page, 0.5)
    value, low, high = (bar.place(float(each[at])) for each in (bars.value, bars.low, bars.high))
    canvas.hline(bar.x, bar.y, low - bar.x, quiet, "━")
    canvas.hline(low, bar.y, high - low + 1, quiet)
    canvas.text(value, bar.y, own or "●", colour, attrs=BOLD)


def _draw_runs(
    canvas: Canvas, bar: _Bar, bars: LeafBars, at: int, letters: Mapping[str, str], focused: str | None
) -> None:
    """On a pinned run's bar the focused run; on the mean of all runs those with letters and the focused one."""
    p = canvas.palette
    own = bars.member.run.key if bars.member is not None else None
    for row, member in enumerate(bars.members):
        key, value = member.run.key, float(bars.values[row, at])
        shown = key == focused or (own is None and key in letters)
        if not shown or key == own or math.isnan(value):
            continue
        letter = letters.get(key)
        colour = p.runs["ABCD".index(letter)] if letter is not None else p.focus
        canvas.text(bar.place(value), bar.y, letter or "○", colour, attrs=BOLD if key == focused else 0)
