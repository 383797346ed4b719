"""How a metric becomes the size and the brightness of a disc."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric
from clftui.drawing.glyphs import DISC_LEVELS, disc_level
from clftui.drawing.palette import Palette
from clftui.text import count

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_DIMMEST = 0.28


@dataclass(frozen=True)
class Scale:
    """Five sizes, one more for each `step` above `floor`; the fifth has no upper end."""

    floor: float
    step: float
    counts: bool = False

    def level(self, value: float) -> int:
        """1 to 5; 0 for NaN, which has no disc."""
        return disc_level(value, self.floor, self.step)

    def colour(self, palette: Palette, value: float, rank: int, runs: int, relative: bool) -> int:
        """The brightness of a disc: by its value, or (`relative`) by the run's rank in the class."""
        if relative:
            share = 1.0 if runs < 2 else (runs - max(rank, 1)) / (runs - 1)
        else:
            share = (value - self.floor) / (DISC_LEVELS * self.step)
        share = _DIMMEST + (1 - _DIMMEST) * min(max(share, 0.0), 1.0)
        return int(palette.ice[round(share * (len(palette.ice) - 1))])

    def words(self, level: int) -> str:
        """What a size stands for: `70+`."""
        low = self.floor + (level - 1) * self.step
        if self.counts:
            return f"{count(math.ceil(low))}+"
        return f"{100 * low:.0f}+"


def scale_of(metric: Metric, values: NDArray[np.float64]) -> Scale:
    """The finest scale that still has the upper nine tenths of the values (R, K) on it.

    One scale for the whole table, so that scrolling changes no disc. Values under it get the smallest disc.
    """
    known = values[np.isfinite(values)]
    if metric is Metric.SUPPORT:
        most = float(known.max()) if known.size else 1.0
        return Scale(0.0, max(most, 1.0) / DISC_LEVELS, counts=True)
    low = float(np.quantile(known, 0.1)) if known.size else 0.5
    step = next((step for step in _STEPS if 1 - DISC_LEVELS * step <= low + 1e-9), _STEPS[-1])
    return Scale(1 - DISC_LEVELS * step, step)
