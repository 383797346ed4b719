"""Colour-intensity histograms: what lies inside the contour beside the mean of the class, channel by channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import columns
from clftui.state.sample_detail_colours import Colours
from clftui.text import shorten
from clftui.widgets.similarity_grid import number

_HUES = (0xE0645C, 0x62C26B, 0x6B8FEA)
_NAMES = ("red", "green", "blue")
NAME = 7


def colours_height(found: Colours | None) -> int:
    """Rows: a title, the heads, and a row a channel."""
    return 3 if found is not None and found.grey else 5


def draw_colours(canvas: Canvas, x: int, y: int, width: int, found: Colours | None, class_name: str) -> None:
    """Intensities 0 to 255 from left to right, own and mean on one scale, the distance between them in the title."""
    p = canvas.palette
    used = canvas.text(x, y, "Colours inside", p.text, attrs=BOLD)
    if found is None:
        canvas.text(x + used + 2, y, "reading…", p.faint)
        return
    if np.isnan(found.own).any():
        canvas.text(x + used + 2, y, "nothing is inside the contour", p.faint, width=width - used - 2)
        return
    if found.mean is not None:
        words = f"{number(found.distance)} from the class, 0 = alike"
        canvas.text(x + used + 2, y, words, p.muted, width=width - used - 2)
    bars = found.own.shape[1]
    gap = x + NAME + bars + 2
    canvas.text(x + NAME, y + 1, "dark", p.faint)
    canvas.text(x + NAME, y + 1, "light", p.faint, width=bars, align="right")
    mean = found.mean
    if mean is not None and gap - x + bars <= width:
        canvas.text(gap, y + 1, shorten(f"mean of {found.n} {class_name}", width - (gap - x)), p.faint)
    elif mean is None and gap - x + 12 <= width:
        canvas.text(gap, y + 1, "no class mean", p.faint)
    top = float(np.max(found.own if mean is None else np.maximum(found.own, mean)))
    for channel in range(len(found.own)):
        at = y + 2 + channel
        canvas.text(x, at, "grey" if found.grey else _NAMES[channel], p.muted)
        hue = p.text if found.grey or not p.colourful else _HUES[channel]
        canvas.text(x + NAME, at, _bars(found.own[channel], top), hue)
        if mean is not None and gap - x + bars <= width:
            dim = p.muted if found.grey or not p.colourful else p.mix(hue, p.page, 0.35)
            canvas.text(gap, at, _bars(mean[channel], top), dim)


def _bars(values: NDArray[np.float64], top: float) -> str:
    """A column a bin; nothing is a blank, a little is visible."""
    shown = columns(values, 0.0, top)
    return "".join(char if value > 0 else " " for char, value in zip(shown, values, strict=True))
