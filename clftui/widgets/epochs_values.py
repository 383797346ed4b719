"""Draws what each class comes to in the epoch that shows, beside its strip."""

from __future__ import annotations

import numpy as np

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.epochs_view import Marks
from clftui.text import UNDEFINED, count, decimals_for, percent
from clftui.widgets.epochs_layout import EpochsLayout, Panel


def draw_values(canvas: Canvas, metric: Metric, layout: EpochsLayout, panel: Panel, found: Marks, cursor: int) -> None:
    """One run's values beside its strip, `↓` where a class is past its best; `cursor` is the focused row."""
    p, x = canvas.palette, panel.x + panel.width
    values = aligned([value_words(*each, metric) for each in zip(found.now.tolist(), found.half.tolist(), strict=True)])
    for row, words in enumerate(values):
        y = layout.top + row
        if found.past[row]:
            canvas.text(x, y, "↓", p.worse, attrs=BOLD)
        here = row == cursor
        canvas.text(
            x + 1, y, words, p.text if here else p.muted, attrs=BOLD if here else 0,
            width=layout.digits, align="right",
        )  # fmt: skip


def aligned(values: list[str]) -> list[str]:
    """A column of numbers, ones below ones: `54` beside `69.5` leaves room for the digit it has not earned."""
    if not any("." in each for each in values):
        return values
    return [each if "." in each or not each.isdigit() or len(each) > 2 else f"{each}  " for each in values]


def value_words(value: float, half: float, metric: Metric) -> str:
    """A class's value beside its strip: `69.5`, with fewer samples `70`, a size `1,000`; undefined is an en dash."""
    if metric is Metric.SUPPORT:
        return UNDEFINED if np.isnan(value) else count(round(value)) if value < 1e5 else f"{value / 1000:.0f}k"
    return "100" if value >= 1 else percent(value, min(decimals_for(100 * half), 1))
