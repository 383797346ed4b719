"""Draws what surrounds the rows of the table of runs: titles, the whiskers' scale and key, what is hidden."""

from __future__ import annotations

import math

from clftui.drawing.canvas import Canvas
from clftui.state.runs_score import Score
from clftui.state.runs_table import RunRow
from clftui.state.settings import RunsSort
from clftui.text import sanitise, text_width
from clftui.widgets.runs_columns import GAP, LEFT, Column, Kind
from clftui.widgets.runs_rows import RunsPicture

_NUMBER = 5
"""Columns of a score without its interval."""
_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

_SORTED = {
    RunsSort.SCORE: Kind.SCORE,
    RunsSort.MACRO_F1: Kind.MACRO_F1,
    RunsSort.WORST: Kind.WORST,
    RunsSort.CHANGE: Kind.CHANGE,
    RunsSort.NAME: Kind.RUN,
}
_TITLES = {
    Kind.RUN: "run",
    Kind.MACRO_F1: "F1",
    Kind.WORST: "worst class",
    Kind.CHANGE: "change",
    Kind.BEST: "best",
    Kind.EPOCHS: "epochs",
    Kind.PARAMETERS: "params",
    Kind.SPARK: "by epoch",
}


def draw_head(canvas: Canvas, picture: RunsPicture) -> None:
    """Titles; the sorting column has ▾, the whiskers their scale."""
    for column in picture.columns:
        if column.kind is Kind.WHISKER:
            _draw_ticks(canvas, picture, column)
        elif column.kind is not Kind.MARK:
            _draw_title(canvas, picture, column)


def _draw_title(canvas: Canvas, picture: RunsPicture, column: Column) -> None:
    p = canvas.palette
    sorts = _SORTED[picture.table.sort] is column.kind
    title = _TITLES.get(column.kind, sanitise(column.name))
    if column.kind is Kind.DROP:
        title = "gap" if column.name.startswith("train") else "drop"
    # Titles of numbers end where the numbers do; a long one may begin over the gap before its column.
    end = column.x + (_NUMBER if column.kind in (Kind.SCORE, Kind.OTHER) else column.width)
    x = end - text_width(title)
    if column.words or x < column.x - GAP:
        x = column.x
    used = canvas.text(x, 0, title, p.text if sorts else p.muted, width=column.x + column.width - x)
    if sorts:
        # After a title that ends with its column there is no room for a blank on both sides of the mark.
        canvas.text(x + used + (x + used < column.x + column.width), 0, "▾", p.text)


def axis_of(picture_rows: list[RunRow], others: list[Score]) -> tuple[float, float]:
    """A scale for the whiskers of the rows on the screen; the lowest tenth of many may lie off it."""
    scores = [row.score for row in picture_rows] + others
    # An accuracy that is only told has no interval.
    low = sorted(low for score in scores if math.isfinite(low := min(score.value, score.low)))
    high = [high for score in scores if math.isfinite(high := max(score.value, score.high))]
    if not low:
        return 0.0, 1.0
    start = low[len(low) // 10] if len(low) >= 20 else low[0]
    margin = max((max(high) - start) * 0.02, 0.002)
    return max(start - margin, 0.0), min(max(high) + margin, 1.0)


def _draw_ticks(canvas: Canvas, picture: RunsPicture, column: Column) -> None:
    low, high = picture.axis
    step = next((s for s in _TICKS if (high - low) / s * 6 <= column.width), _TICKS[-1])
    digits = 1 if step < 0.01 else 0
    tick = math.ceil(low / step - 1e-9)
    while tick * step <= high + 1e-9:
        at = math.floor((tick * step - low) / (high - low) * (column.width - 1) + 0.5)
        words = f"{100 * tick * step:.{digits}f}"
        x = min(column.x + at - len(words) // 2, column.x + column.width - len(words))
        canvas.text(x, 0, words, canvas.palette.muted)
        tick += 1


def draw_more(canvas: Canvas, picture: RunsPicture, y: int, above: int, below: int, docked: list[str]) -> None:
    """The line under the rows: how many runs are out of sight, and what the whiskers' marks mean."""
    p = canvas.palette
    parts = [f"{above} above"] if above else []
    parts += [f"{below} more"] if below and not above else [f"{below} below"] if below else []
    words = ", ".join(parts)
    if docked:
        words += f", then the lettered {' '.join(docked)}"
    canvas.text(LEFT, y, f"┄ {words}" if words else "", p.muted)
    draw_key(canvas, picture, y)


def draw_key(canvas: Canvas, picture: RunsPicture, y: int) -> bool:
    """What the whiskers' marks mean, at the right end; returns whether there are any."""
    column, other = picture.column(Kind.WHISKER), picture.column(Kind.OTHER)
    if column is None:
        return False
    words = f"○ {other.name}  " if other is not None else ""
    words += f"● {picture.table.split}  ─ 95 %"
    canvas.text(LEFT, y, words, canvas.palette.muted, width=column.x + column.width - LEFT, align="right")
    return True
