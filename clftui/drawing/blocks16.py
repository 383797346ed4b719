"""Pictures in sixteen colours: quadrants of two of them, or a shade of one on another where that comes closer.

The nearest of sixteen colours turns a photograph into three greys; shades give a few hundred mixtures.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.colours import ANSI16
from clftui.drawing.ramp import Ints, unpack

Codes = NDArray[np.uint32]
Floats = NDArray[np.float32]

_GLYPHS = " ▘▝▀▖▌▞▛"
"""By mask: bit 0 upper left, 1 upper right, 2 lower left. The fourth is always paper: mirror images are the same."""
_QUARTERS, _HALVES = np.arange(8), np.array([0, 3, 5])
_SHADES = (("░", 0.25), ("▒", 0.5), ("▓", 0.75))
_MOST_DISTANCE = 330.0
"""Colours further apart do not look mixed: a shade of them is a pattern."""
_SHADE_COST = 900.0
"""How much closer, in squared distance per pixel, a shade has to come: its grain is seen too."""


class _Mixtures(NamedTuple):
    """Every shade of a colour on another."""

    code: Codes
    fg: Ints
    bg: Ints
    colour: Floats
    """(n, 3)"""


@lru_cache(maxsize=1)
def _mixtures() -> _Mixtures:
    colours = unpack(ANSI16).astype(np.float32)
    found = []
    for first, second in combinations(range(16), 2):
        if np.linalg.norm(colours[first] - colours[second]) > _MOST_DISTANCE:
            continue
        for glyph, share in _SHADES:
            mixed = colours[first] * share + colours[second] * (1 - share)
            found.append((ord(glyph), int(ANSI16[first]), int(ANSI16[second]), mixed))
    code, fg, bg, colour = zip(*found, strict=True)
    return _Mixtures(np.array(code, np.uint32), np.array(fg, np.int32), np.array(bg, np.int32), np.stack(colour))


def pixels(rgb: NDArray[np.uint8], halves: bool = False) -> tuple[Codes, Ints, Ints]:
    """(2 h, 2 w, 3) pixels -> code, fg, bg (h, w) in xterm's sixteen colours, with the least squared error.

    `halves`: without the quarters, which the font of a Linux console lacks.
    """
    h, w = rgb.shape[0] // 2, rgb.shape[1] // 2
    parts = rgb[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 3).transpose(0, 2, 1, 3, 4)
    cells: Floats = parts.reshape(h * w, 4, 3).astype(np.float32)
    code, fg, bg, error = _parted(cells, _HALVES if halves else _QUARTERS)
    mixtures = _mixtures()
    total = cells.sum(axis=1)
    # The sum over four pixels of |p - m|^2, expanded: one product for all mixtures.
    costs = (cells**2).sum(axis=(1, 2))[:, None] - 2 * total @ mixtures.colour.T + 4 * (mixtures.colour**2).sum(axis=1)
    best = costs.argmin(axis=1)
    shaded = costs[np.arange(len(best)), best] + 4 * _SHADE_COST < error
    code = np.where(shaded, mixtures.code[best], code)
    fg, bg = np.where(shaded, mixtures.fg[best], fg), np.where(shaded, mixtures.bg[best], bg)
    return code.reshape(h, w).astype(np.uint32), fg.reshape(h, w), bg.reshape(h, w)


def _parted(cells: Floats, masks: NDArray[np.intp]) -> tuple[Codes, Ints, Ints, Floats]:
    """code, fg, bg and squared error (n,) of the best of the `masks` for each (n, 4, 3) cell."""
    colours = unpack(ANSI16).astype(np.float32)
    # (n, 4, 16): from each pixel to each colour. Ink and paper are then free of each other.
    distance = (cells**2).sum(axis=2)[..., None] - 2 * cells @ colours.T + (colours**2).sum(axis=1)
    bits = ((masks[:, None] >> np.arange(4)) & 1).astype(np.float32)
    inked = np.einsum("mk,nkc->nmc", bits, distance, optimize=True)
    papered = distance.sum(axis=1)[:, None] - inked
    error = inked.min(axis=2) + papered.min(axis=2)
    best, each = error.argmin(axis=1), np.arange(len(cells))
    glyphs = np.array([ord(_GLYPHS[mask]) for mask in masks], np.uint32)
    fg = ANSI16[inked[each, best].argmin(axis=1)]
    bg = ANSI16[papered[each, best].argmin(axis=1)]
    return glyphs[best], fg, bg, error[each, best]
