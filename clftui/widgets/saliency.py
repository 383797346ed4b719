"""A saliency map over its image: heat mixed into the pixels, and a contour of dots where it reaches the threshold."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from enum import Flag, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import resized
from clftui.data.images import Picture
from clftui.drawing import blocks, braille
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import shades
from clftui.drawing.ramp import Ints, contrast, interpolate, unpack

Bytes = NDArray[np.uint8]
Values = NDArray[np.float32]

EMBER: Ints = interpolate((0x301B18, 0x7E3124, 0xC35422, 0xF2943C, 0xFDE0B0))
"""The dark theme's ramp in every theme: pictures keep their own colours, and so does the heat on them."""


class Show(Flag):
    """What of a map lies over its image."""

    HEAT = auto()
    CONTOUR = auto()
    BOTH = HEAT | CONTOUR


HEAT = 0.72
"""How much of a pixel the strongest heat takes."""
_KEPT = 16
_WHITE, _BLACK = 0xFFFFFF, 0x0B0E11


def heated(rgb: Bytes, values: Values) -> Bytes:
    """(h, w, 3) pixels under the heat of a map of any size; where it is 0 they stay as they are."""
    level = np.clip(resized(values, *rgb.shape[:2]), 0, 1)
    share = (HEAT * np.sqrt(level))[..., None]
    ramp = unpack(EMBER)[np.rint(level * (len(EMBER) - 1)).astype(np.intp)]
    return np.rint(rgb * (1 - share) + ramp * share).astype(np.uint8)


def outlined(rgb: Bytes, values: Values, threshold: float, show: Show = Show.BOTH) -> Bytes:
    """`heated` pixels with the contour drawn into them, white on dark and black on light, for terminals with pixels."""
    picture = heated(rgb, values) if Show.HEAT in show else rgb.copy()
    inside = resized(values, *rgb.shape[:2]) >= threshold
    if Show.CONTOUR not in show or inside.all() or not inside.any():
        return picture
    core = inside
    for _ in range(max(1, min(rgb.shape[:2]) // 90)):
        padded = np.pad(core, 1, mode="edge")
        core = core & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    line = inside & ~core
    dark = picture[line].mean(axis=1) < 150
    picture[line] = np.where(dark[:, None], unpack(np.array(_WHITE)), unpack(np.array(_BLACK)))
    return picture


class Overlays:
    """The maps over one view's images as pictures: the same one as long as nothing changes, so that it is sent once."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._made: OrderedDict[tuple[Picture, int, float, Show], tuple[Values, Picture]] = OrderedDict()

    def get(self, image: Picture, values: Values, threshold: float, show: Show = Show.BOTH) -> Picture:
        """`image` under `values` (any size) with the contour at `threshold`."""
        key = (image, id(values), threshold, show)
        found = self._made.pop(key, None)
        if found is None:
            # The values are kept: as long as they live nothing else has their id.
            found = values, replace(image, pixels=outlined(image.pixels, values, threshold, show), grey=False)
        self._made[key] = found
        if len(self._made) > self._kept:
            self._made.popitem(last=False)
        return found[1]


def draw_map(
    canvas: Canvas,
    x: int,
    y: int,
    columns: int,
    rows: int,
    rgb: Bytes | None,
    values: Values,
    threshold: float,
    show: Show = Show.BOTH,
) -> tuple[int, int]:
    """Draw a map over the pixels (2 h, 2 w, 3) of its image in the middle of `columns` x `rows` cells.

    Without pixels it lies on black. Returns the columns and rows it takes. Where colour cannot tell heat its shades
    stand alone, and a contour alone lies on what is there.
    """
    if rgb is not None:
        down, across = rgb.shape[0] // 2, rgb.shape[1] // 2
    else:
        across, down = blocks.fit_size(values.shape[1], values.shape[0], columns, rows)
    if not across or not down:
        return 0, 0
    x, y = x + (columns - across) // 2, y + (rows - down) // 2
    p = canvas.palette
    dots = edge(values, threshold, across, down)
    marks = braille.codes(dots)
    marked = (marks != 32) & (Show.CONTOUR in show)
    if not p.colourful:
        if Show.HEAT not in show:
            for row, column in np.argwhere(marked).tolist():
                canvas.put(x + column, y + row, [marks[row, column]], p.text, p.page, BOLD)
            return across, down
        code = np.where(marked, marks, shades(resized(values, down, across)))
        canvas.put(x, y, code, p.text, p.page, np.where(marked, BOLD, 0).astype(np.uint8))
        return across, down
    given = rgb if rgb is not None else np.zeros((2 * down, 2 * across, 3), np.uint8)
    given = given[: 2 * down, : 2 * across]
    picture = heated(given, values) if Show.HEAT in show else given
    code, fg, bg = blocks.pixels(picture)
    mean = blocks.cell_means(picture)
    ink = np.where(contrast(mean, _WHITE) >= 1.6, _WHITE, _BLACK)
    canvas.put(x, y, np.where(marked, marks, code), np.where(marked, ink, fg), np.where(marked, mean, bg))
    return across, down


def edge(values: Values, threshold: float, columns: int, rows: int) -> braille.Dots:
    """The dots of the contour lines; none where nothing, or (at 0) everything, reaches the threshold."""
    fine = resized(values, 4 * rows, 2 * columns)
    inside = fine >= threshold
    return braille.contour(inside) if not inside.all() else np.zeros_like(inside)


def draw_legend(canvas: Canvas, x: int, y: int, width: int, threshold: float) -> None:
    """`heat 0 ▒▒▒▒ 1  ⣏ contour .50`"""
    p = canvas.palette
    steps = 9
    used = canvas.text(x, y, "heat 0 ", p.muted)
    if used + steps + 2 > width:
        return
    levels = (np.arange(steps) + 1) / steps
    if p.colourful:
        canvas.put(x + used, y, np.full(steps, 32, np.uint32), p.text, _ramp(steps))
    else:
        canvas.put(x + used, y, shades(levels - 0.05), p.text)
    used += steps + canvas.text(x + used + steps, y, " 1", p.muted)
    words = f"contour {threshold:.2f}".replace("0.", ".")
    if used + 5 + len(words) <= width:
        canvas.text(x + used + 2, y, "⣏", p.text, attrs=BOLD)
        canvas.text(x + used + 4, y, words, p.muted)


@lru_cache(maxsize=2)
def _ramp(steps: int) -> Ints:
    return EMBER[np.rint((np.arange(steps) + 1) / steps * (len(EMBER) - 1)).astype(np.intp)]
