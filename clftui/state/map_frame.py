"""How places on the map become cells of a window, and back.

A dot is a quarter of a cell high and half a cell wide, so it is about square; the whole picture at zoom z is 2^z times
as wide and high as the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.state.map_layout import Layout
from clftui.state.map_settings import Spot

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """How places become cells: `width` x `height` cells at zoom 0."""

    width: int
    height: int
    zoom: int
    low: tuple[float, float]
    """The least x and y of the places."""
    size: float
    """Dots to the unit at this zoom."""
    margin: tuple[float, float]
    """Dots left of, and above, the picture."""

    @property
    def columns(self) -> int:
        """Cells across the whole picture."""
        return self.width << self.zoom

    @property
    def rows(self) -> int:
        return self.height << self.zoom

    def dots(self, places: Float64) -> tuple[Int64, Int64]:
        """Columns and rows of dots of (p, 2) places."""
        x = (places[:, 0] - self.low[0]) * self.size + self.margin[0]
        y = (places[:, 1] - self.low[1]) * self.size + self.margin[1]
        return np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)

    def cell(self, spot: Spot) -> tuple[int, int]:
        """Column and row of the cell that holds a place."""
        x, y = self.dots(np.asarray([spot]))
        return int(x[0]) // 2, int(y[0]) // 4

    def spot(self, column: int, row: int) -> Spot:
        """The place in the middle of a cell."""
        x = (2 * column + 1 - self.margin[0]) / self.size + self.low[0]
        y = (4 * row + 2 - self.margin[1]) / self.size + self.low[1]
        return x, y


def frame_of(low: tuple[float, float], high: tuple[float, float], width: int, height: int, zoom: int) -> Frame:
    """The frame that shows all places between `low` and `high` in the middle of the window at zoom 0."""
    across, down = max(high[0] - low[0], 1e-9), max(high[1] - low[1], 1e-9)
    wide, tall = 2 * width, 4 * height
    size = min(max(wide - 2, 1) / across, max(tall - 2, 1) / down) * 2**zoom
    margin = ((wide * 2**zoom - across * size) / 2, (tall * 2**zoom - down * size) / 2)
    return Frame(width, height, zoom, low, size, margin)


@lru_cache(maxsize=8)
def _edges(layout: Layout) -> tuple[tuple[float, float], tuple[float, float]]:
    places = layout.places
    if not len(places):
        return (0.0, 0.0), (1.0, 1.0)
    low, high = places.min(axis=0), places.max(axis=0)
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))


def frame_for(layout: Layout, width: int, height: int, zoom: int) -> Frame:
    """The frame of a layout in a window of `width` x `height` cells.

    Of all its points, not of those that pass the filters: the picture must not move when a filter is added.
    """
    return frame_of(*_edges(layout), width, height, zoom)
