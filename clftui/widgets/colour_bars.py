"""Colour-intensity histograms: what lies inside the contour beside the mean of the class, channel by channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import BINS
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import columns
from clftui.state.sample_detail_colours import Colours
from clftui.text import shorten
from clftui.widgets.similarity_grid import number

_HUES = (0xE0645C, 0x62C26B, 0x6B8FEA)
_NAMES = ("red", "green", "blue")
NAME, GAP = 7, 2


def colours_height(found: Colours | None, width: int) -> int:
    """Rows: a title, the heads, and a row a channel; two where both histograms have no room side by side."""
    channels = 1 if found is not None and found.grey else 3
    below = found is not None and found.mean is not None and not _beside(width)
    return 2 + channels * (2 if below else 1)


def _beside(width: int) -> bool:
    return width >= NAME + 2 * BINS + GAP


def draw_colours(canvas: Canvas, x: int, y: int, width: int, found: Colours | None, class_name: str) -> None:
    """Intensities 0 to 255 from left to right, own and mean on one scale, the distance between them in the title."""
    p = canvas.palette
    used = canvas.text(x, y, "Colours inside", p.text, attrs=BOLD) + 2
    if found is None or np.isnan(found.own).any():
        words = "reading…" if found is None else "nothing is inside the contour"
        canvas.text(x + used, y, words, p.faint, width=width - used)
        return
    mean = found.mean
    far = f"{number(found.distance)} from the class mean, 0 = alike" if mean is not None else "no class mean"
    if used + len(far) > width:
        far = far.removesuffix(", 0 = alike").replace("the class mean", "class")
    canvas.text(x + used, y, far, p.muted, width=width - used)
    canvas.text(x + NAME, y + 1, "dark", p.faint)
    canvas.text(x + NAME, y + 1, "light", p.faint, width=BINS, align="right")
    other, beside = x + NAME + BINS + GAP, _beside(width)
    if mean is not None:
        place = other if beside else x + NAME + BINS + 1
        words = shorten(f"mean of {found.n} {class_name}" if beside else f"{found.n} of class", x + width - place)
        canvas.text(place, y + 1, words, p.faint)
    top = float(np.max(found.own if mean is None else np.maximum(found.own, mean)))
    at = y + 2
    for channel in range(len(found.own)):
        canvas.text(x, at, "grey" if found.grey else _NAMES[channel], p.muted)
        hue = p.text if found.grey or not p.colourful else _HUES[channel]
        canvas.text(x + NAME, at, _bars(found.own[channel], top), hue)
        if mean is not None:
            dim = p.muted if found.grey or not p.colourful else p.mix(hue, p.page, 0.35)
            at += not beside
            canvas.text(other if beside else x + NAME, at, _bars(mean[channel], top), dim)
            if not beside:
                canvas.text(x, at, " class", p.faint)
        at += 1


def _bars(values: NDArray[np.float64], top: float) -> str:
    """A column a bin; nothing is a blank, a little is visible."""
    shown = columns(values, 0.0, top)
    return "".join(char if value > 0 else " " for char, value in zip(shown, values, strict=True))
