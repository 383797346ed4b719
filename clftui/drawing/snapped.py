"""Ramps for terminals of 256 or 16 colours: fewer steps, but still from weak to strong.

The nearest colour of each step alone would not do: it goes from grey to olive to dark red and back in lightness.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.ramp import Ints, to_oklab

_LEVELS = (0, 95, 135, 175, 215, 255)
_EVERY = 4
_CHANGE = 0.02 / _EVERY
"""What a change of colour costs, as a squared distance in OKLab: steps that are hardly nearer are left out."""

# xterm's values of the sixteen colours; nothing lies between them, so each ramp is a short path of rising contrast.
_RED, _BRIGHT_RED, _YELLOW, _BRIGHT_YELLOW = 0xCD0000, 0xFF0000, 0xCDCD00, 0xFFFF00
_BLUE, _BRIGHT_BLUE, _CYAN, _BRIGHT_CYAN = 0x0000EE, 0x5C5CFF, 0x00CDCD, 0x00FFFF
_BLACK, _WHITE = 0x000000, 0xFFFFFF
_WARM_UP = (_RED, _BRIGHT_RED, _YELLOW, _BRIGHT_YELLOW, _WHITE)
_COLD_UP = (_BLUE, _BRIGHT_BLUE, _CYAN, _BRIGHT_CYAN, _WHITE)
_WARM_DOWN = (_BRIGHT_YELLOW, _YELLOW, _BRIGHT_RED, _RED, _BLACK)
_COLD_DOWN = (_BRIGHT_CYAN, _CYAN, _BRIGHT_BLUE, _BLUE, _BLACK)


def steps16(name: str, dark: bool) -> Ints:
    """The ramp `name` in the sixteen colours of xterm, (256,): warm for errors and what got worse, else cold."""
    warm = name in ("ember", "worse_arm")
    steps = (_WARM_UP if dark else _WARM_DOWN) if warm else (_COLD_UP if dark else _COLD_DOWN)
    found: Ints = np.array(steps, np.int32)[np.arange(256) * len(steps) // 256]
    found.setflags(write=False)
    return found


@cache
def _colours() -> tuple[Ints, NDArray[np.float64]]:
    """The 6 x 6 x 6 cube and the 24 greys, (240,) packed from dark to light, and their OKLab (240, 3)."""
    cube = [r << 16 | g << 8 | b for r in _LEVELS for g in _LEVELS for b in _LEVELS]
    packed = np.array([*cube, *(value * 0x010101 for value in range(8, 239, 10))], np.int32)
    lab = to_oklab(packed)
    order = np.argsort(lab[:, 0], kind="stable")
    return packed[order], lab[order]


def snapped(ramp: Ints) -> Ints:
    """`ramp` (n,) in the colours of a 256-colour terminal: the nearest in OKLab whose lightness only rises, or falls.

    The cheapest such path by dynamic programming, over every fourth step of the ramp: there are few colours to choose.
    """
    wanted = to_oklab(ramp[_EVERY // 2 :: _EVERY])
    packed, lab = _colours()
    if wanted[-1, 0] < wanted[0, 0]:
        packed, lab = packed[::-1], lab[::-1]
    cost = ((wanted[:, None] - lab[None]) ** 2).sum(axis=2)
    places = np.arange(len(packed))
    best, back = cost[0], np.zeros(cost.shape, np.intp)
    for step in range(1, len(wanted)):
        cheapest = np.minimum.accumulate(best)
        origin = np.maximum.accumulate(np.where(best == cheapest, places, 0))
        stay = best <= cheapest + _CHANGE
        back[step] = np.where(stay, places, origin)
        best = np.where(stay, best, cheapest + _CHANGE) + cost[step]
    path = [int(best.argmin())]
    for step in range(len(wanted) - 1, 0, -1):
        path.append(int(back[step, path[-1]]))
    found: Ints = packed[path[::-1]].repeat(_EVERY)[: len(ramp)]
    found.setflags(write=False)
    return found
