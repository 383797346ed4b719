"""Colours as poorer terminals know them: 256, 16 or none.

256 colours: plain RGB nearest without dither; by eye, luma weights turn dark blues grey and OKLab adds red specks.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import DIM, REVERSE
from clftui.drawing.palette import Depth, Palette
from clftui.drawing.ramp import inks, unpack

Ints = NDArray[np.int32]

DEFAULT_FG = -1
DEFAULT_BG = -2

# xterm's sixteen colours.
ANSI16 = np.array(
    [
        *(0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5),
        *(0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF),
    ],
    np.int32,
)
_SGR16 = np.array([*range(30, 38), *range(90, 98)], np.int32)
_LEVELS = np.array([0, 95, 135, 175, 215, 255], np.int32)


@cache
def _nearest_level() -> tuple[Ints, Ints]:
    values = np.arange(256)
    level: Ints = np.abs(values[:, None] - _LEVELS).argmin(1).astype(np.int32)
    return level, ((values - _LEVELS[level]) ** 2).astype(np.int32)


def to256(colours: Ints) -> Ints:
    """The nearest of the 6 x 6 x 6 cube and the 24 greys (palette numbers 16..255) of each packed colour."""
    level, error = _nearest_level()
    r, g, b = colours >> 16 & 255, colours >> 8 & 255, colours & 255
    cube = 16 + 36 * level[r] + 6 * level[g] + level[b]
    cube_error = error[r] + error[g] + error[b]
    # The nearest grey is the one nearest to the mean; greys are 8, 18 ... 238.
    grey = np.clip((r + g + b - 9) // 30, 0, 23)
    value = 8 + 10 * grey
    grey_error = (r - value) ** 2 + (g - value) ** 2 + (b - value) ** 2
    nearest: Ints = np.where(grey_error < cube_error, 232 + grey, cube).astype(np.int32)
    return nearest


def to16(colours: Ints) -> Ints:
    """The SGR foreground number of the nearest of xterm's sixteen colours of each packed colour, to 5 bits."""
    nearest: Ints = _nearest_sixteen()[colours >> 9 & 0x7C00 | colours >> 6 & 0x3E0 | colours >> 3 & 0x1F]
    return nearest


@cache
def _nearest_sixteen() -> Ints:
    index = np.arange(1 << 15)
    channels = np.stack([index >> 10, index >> 5 & 31, index & 31], axis=-1) * 8 + 4
    distance = ((channels[:, None] - unpack(ANSI16).astype(np.int32)) ** 2).sum(2)
    nearest: Ints = _SGR16[distance.argmin(1)]
    return nearest


def mapped(code: Any, fg: Ints, bg: Ints, attrs: Any, palette: Palette, depth: Depth) -> tuple[Ints, Ints, Any]:
    """fg, bg and attrs of cells as `depth` shows them; see `encode.Picture`."""
    if depth is Depth.TRUE:
        return fg, bg, attrs
    if depth is Depth.ANSI256:
        near_fg, near_bg = to256(fg), to256(bg)
        lost = _lost(code, (near_fg == near_bg) & (fg != bg))
        return np.where(lost, _black_or_white(bg, 16, 231), near_fg) if lost.any() else near_fg, near_bg, attrs
    if depth is Depth.ANSI16:
        near_fg, near_bg = _sixteen(fg, bg, palette)
        lost = _lost(code, (near_fg + 10 == near_bg) & (fg != bg))
        return np.where(lost, _black_or_white(bg, 30, 97), near_fg) if lost.any() else near_fg, near_bg, attrs
    return np.full_like(fg, DEFAULT_FG), np.full_like(bg, DEFAULT_BG), _attributes(fg, bg, attrs, palette)


def _lost(code: Any, melted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Text that the mapping would make invisible; blanks and blocks may melt into their paper."""
    lost: NDArray[np.bool_] = melted & (code > 32) & ~((code >= 0x2580) & (code <= 0x259F))
    return lost


def _black_or_white(bg: Ints, black: int, white: int) -> Ints:
    return np.where(inks(bg) == inks(0xFFFFFF), black, white).astype(np.int32)


def _sixteen(fg: Ints, bg: Ints, palette: Palette) -> tuple[Ints, Ints]:
    near_fg, near_bg = to16(fg), to16(bg) + 10
    for colour, number in palette.foreground16.items():
        near_fg[fg == colour] = DEFAULT_FG if number == 39 else number
    for colour, number in palette.background16.items():
        near_bg[bg == colour] = DEFAULT_BG if number == 49 else number
    return near_fg, near_bg


def _attributes(fg: Ints, bg: Ints, attrs: Any, palette: Palette) -> Any:
    """Without colour the roles that matter become attributes: quiet text is dim, raised and focused cells reversed."""
    quiet = (fg == palette.faint) | (fg == palette.line)
    raised = (bg == palette.raised) | (bg == palette.focus)
    return (attrs | np.where(quiet, DIM, 0) | np.where(raised, REVERSE, 0)).astype(np.uint8)
