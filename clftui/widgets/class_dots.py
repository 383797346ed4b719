"""Draws recall by class as dots, every run on one line per class: where runs disagree at a glance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_spread import ClassSpread
from clftui.text import UNDEFINED, percent, sanitise, text_width

NUMBERS = 21
"""Columns of range, mean and best at the right."""
_DOTS = "·•●"


def draw_class_dots(
    canvas: Canvas,
    y: int,
    height: int,
    spread: ClassSpread,
    letters: dict[str, str],
    focused: str | None,
    *,
    first: int = 0,
    cursor: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> None:
    """The axis on line `y`, and below it as many of the spread's classes as `height` holds, from `first` on.

    `labels` rename classes; `cursor` is the column whose name is marked.
    """
    p = canvas.palette
    columns = range(first, min(first + max(height - 1, 0), len(spread.classes)))
    if not columns:
        return
    names = [(labels or {}).get(name, name) for name in spread.classes[columns.start : columns.stop]]
    name_width = min(max(4, *(text_width(sanitise(name)) for name in names)), max(16, canvas.width // 7))
    x, right = name_width + 3, canvas.width - NUMBERS - 2
    width = right - x
    if width < 20:
        return
    low = _axis_low(spread, columns)
    _draw_axis(canvas, x, y, width, low, right)
    for line, (column, name) in enumerate(zip(columns, names, strict=True), y + 1):
        here = column == cursor
        canvas.text(
            1, line, name, p.focus if here else p.text, attrs=BOLD if here else 0, width=name_width,
            align="right", middle=True,
        )  # fmt: skip
        _draw_line(canvas, x, line, width, low, spread, column, letters, focused)
        _draw_numbers(canvas, right, line, spread, column)


def _axis_low(spread: ClassSpread, columns: range) -> float:
    shown = spread.low[columns.start : columns.stop]
    known = shown[np.isfinite(shown)]
    least = float(known.min()) if known.size else 0.0
    return min(math.floor(least * 10) / 10, 0.9)


def _place(value: float, low: float, width: int) -> int:
    return math.floor((value - low) / (1 - low) * (width - 1) + 0.5)


def _draw_axis(canvas: Canvas, x: int, y: int, width: int, low: float, right: int) -> None:
    p = canvas.palette
    step = next((s for s in (0.05, 0.1, 0.2) if (1 - low) / s * 6 <= width), 0.5)
    tick = round(low / step)
    while tick * step <= 1 + 1e-9:
        if tick * step >= low - 1e-9:
            words = f"{100 * tick * step:.0f}"
            at = x + _place(tick * step, low, width) - len(words) // 2
            canvas.text(min(at, x + width - len(words)), y, words, p.muted)
        tick += 1
    for at, title in ((right + 2, "range"), (right + 8, "mean"), (right + 15, "best")):
        canvas.text(at, y, title, p.muted, width=5, align="right")


def _draw_line(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    low: float,
    spread: ClassSpread,
    column: int,
    letters: dict[str, str],
    focused: str | None,
) -> None:
    p = canvas.palette
    values = spread.values[:, column]
    if math.isnan(spread.low[column]):
        return
    start, end = _place(spread.low[column], low, width), _place(spread.high[column], low, width)
    canvas.hline(x + start, y, end - start + 1, p.line)
    counts: dict[int, int] = {}
    for value in values[~np.isnan(values)].tolist():
        at = _place(value, low, width)
        counts[at] = counts.get(at, 0) + 1
    for at, number in counts.items():
        canvas.text(x + at, y, _DOTS[min(number, 3) - 1], p.text if number > 2 else p.muted)
    marked = [
        (letters.get(member.run.key), member.run.key == focused, value)
        for member, value in zip(spread.members, values.tolist(), strict=True)
        if not math.isnan(value) and (member.run.key in letters or member.run.key == focused)
    ]
    # D first and the focused run last: where two share a place the more important one stays.
    for letter, is_focus, value in sorted(marked, key=lambda each: (each[1], -ord(each[0] or "Z"))):
        at = x + _place(value, low, width)
        if letter is None:
            canvas.text(at, y, "●", p.focus)
        else:
            canvas.text(at, y, letter, p.runs["ABCD".index(letter)], attrs=BOLD if is_focus else 0)


def _draw_numbers(canvas: Canvas, x: int, y: int, spread: ClassSpread, column: int) -> None:
    p = canvas.palette
    low, high, mean = (float(values[column]) for values in (spread.low, spread.high, spread.mean))
    words = (percent(high - low) if not math.isnan(low) else UNDEFINED, percent(mean), percent(high))
    for at, value, colour in zip((2, 8, 15), words, (p.text, p.muted, p.muted), strict=True):
        canvas.text(x + at, y, value.removesuffix(".0") if value == "100.0" else value, colour, width=5, align="right")
