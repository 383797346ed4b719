"""Epochs as characters, many cells at once: colours two to a character, heights, bars, and the ramp of a run's hue."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import LEFT, UPPER, shades
from clftui.drawing.palette import Depth, Palette
from clftui.drawing.ramp import Floats, Ints, interpolate, shade
from clftui.drawing.snapped import snapped

Codes = NDArray[np.uint32]
Drawn = tuple[Codes, Ints, Ints]
"""Characters, ink and paper."""

_HEIGHTS = np.array([ord(char) for char in "▁▂▃▄▅▆▇█"], dtype=np.uint32)
_BARS = np.array([ord(char) for char in " ▏▎▍▌▋▊▉█"], dtype=np.uint32)
ZERO = 0.4
"""How far the paper of an epoch without a sample in the cell goes from the page to the raised surface."""


@lru_cache(maxsize=32)
def hue_ramp(palette: Palette, hue: int) -> Ints:
    """(256,) colours from the page through `hue` towards the text colour: lightness tells the value, hue the run."""
    stops = [palette.mix(palette.page, hue, share) for share in (0.22, 0.45, 0.72)]
    ramp = interpolate([*stops, hue, palette.mix(hue, palette.text, 0.7)])
    return snapped(ramp) if palette.depth is Depth.ANSI256 else ramp


def spread(values: Floats, slots: int) -> Floats:
    """(..., slots): every value as often as there is room, the same for all; NaN where nothing is left."""
    length = values.shape[-1]
    times = max(slots // max(length, 1), 1)
    out = np.full((*values.shape[:-1], slots), np.nan)
    wide = np.repeat(values, times, axis=-1)[..., :slots]
    out[..., : wide.shape[-1]] = wide
    return out


def strip(palette: Palette, level: Floats, ramp: Ints, hue: int) -> Drawn:
    """(..., W) characters of levels (..., 2 W): two epochs each; one each, (..., W), where colours cannot tell."""
    if not palette.colourful:
        return _flat(palette, shades(level), hue)
    colours = _colours(palette, level, ramp)
    left, right = colours[..., 0::2], colours[..., 1::2]
    same = left == right
    return np.where(same, BLANK, LEFT).astype(np.uint32), np.where(same, palette.text, left).astype(np.int32), right


def upright_strip(palette: Palette, level: Floats, ramp: Ints, hue: int) -> Drawn:
    """`strip` for epochs that run down: the upper half of a character is the earlier of two."""
    code, ink, paper = strip(palette, level, ramp, hue)
    return np.where(code == LEFT, UPPER, code).astype(np.uint32), ink, paper


def spark(palette: Palette, level: Floats, hue: int) -> Drawn:
    """(..., W) heights of levels (..., W); an epoch without a sample is a faint base line."""
    known = ~np.isnan(level)
    some = np.nan_to_num(level)
    code = np.where(known, _HEIGHTS[np.clip(np.rint(some * 7), 0, 7).astype(int)], BLANK).astype(np.uint32)
    ink = np.where(some > 0, hue, palette.faint).astype(np.int32)
    return code, ink, np.full(code.shape, palette.page, dtype=np.int32)


def bars(palette: Palette, level: Floats, hue: int, width: int) -> Drawn:
    """(..., width) bars to the right of levels (...)."""
    eighths = np.clip(np.rint(np.nan_to_num(level) * width * 8), 0, width * 8).astype(int)
    eighths = np.where((level > 0) & (eighths == 0), 1, eighths)
    part = np.clip(eighths[..., None] - 8 * np.arange(width), 0, 8)
    code = _BARS[part]
    zero = (level == 0)[..., None] & (np.arange(width) == 0)
    code = np.where(zero, ord("▏"), code).astype(np.uint32)
    ink = np.where(zero, palette.faint, hue).astype(np.int32)
    return code, ink, np.full(code.shape, palette.page, dtype=np.int32)


def _flat(palette: Palette, code: Codes, hue: int) -> Drawn:
    return code, np.full(code.shape, hue, dtype=np.int32), np.full(code.shape, palette.page, dtype=np.int32)


def _colours(palette: Palette, level: Floats, ramp: Ints) -> Ints:
    zero = palette.mix(palette.page, palette.raised, ZERO)
    return np.where(level == 0, zero, shade(ramp, level, palette.page)).astype(np.int32)
