"""Fewer columns than epochs without losing an event: what `analysis.history.kept` does, for many rows at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64 = NDArray[np.int64]


def kept_rows(values: ArrayLike, width: int) -> Int64:
    """(R, min(E, width)) ascending places in each row of `values` (R, E) that stay: minima, maxima and the last.

    Equal stretches of the epochs (`edges`) keep their least and their greatest value in the order they occur; the last
    epoch stays. A stretch without a value keeps its first place.
    """
    series = np.asarray(values, dtype=np.float64)
    rows, number = series.shape
    if number <= width:
        return np.broadcast_to(np.arange(number), (rows, number)).copy()
    cuts, front = edges(number, width)
    places = [np.zeros(rows, dtype=np.int64)] * front
    missing = np.isnan(series)
    low, high = np.where(missing, np.inf, series), np.where(missing, -np.inf, series)
    for start, end in pairwise(cuts.tolist()):
        least = start + low[:, start:end].argmin(axis=1)
        greatest = start + high[:, start:end].argmax(axis=1)
        places += [np.minimum(least, greatest), np.maximum(least, greatest)]
    places.append(np.full(rows, number - 1, dtype=np.int64))
    return np.stack(places, axis=1).astype(np.int64)


def edges(number: int, width: int) -> tuple[Int64, int]:
    """Where the stretches of `number` epochs on `width` columns begin and end, and how many columns precede them."""
    pairs = (width - 1) // 2
    return np.linspace(0, number - 1, pairs + 1).astype(np.int64), width - 1 - 2 * pairs


def column_of(at: int, number: int, width: int) -> int:
    """The column, 0 to `width` - 1, that stands for the epoch at place `at`: of a stretch the first."""
    if number <= width:
        return at
    cuts, front = edges(number, width)
    if at >= number - 1:
        return width - 1
    stretch = int(np.searchsorted(cuts, at, side="right")) - 1
    return min(front + 2 * max(stretch, 0), width - 1)


def place_at(column: int, number: int, width: int) -> int:
    """The first epoch's place that `column` stands for."""
    if number <= width:
        return min(max(column, 0), number - 1)
    if column >= width - 1:
        return number - 1
    cuts, front = edges(number, width)
    return int(cuts[max(column - front, 0) // 2])
