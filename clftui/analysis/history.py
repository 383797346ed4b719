"""Short histories of one number over epochs: since when it has moved, and fewer points without losing an event."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64


def since(values: ArrayLike, epochs: ArrayLike) -> tuple[float, int] | None:
    """(delta, epoch) of "up 4 since epoch 7": the newest value less that of its last turning point.

    `values` (E,) in the order of `epochs` (E,), oldest first. The turning point is the latest epoch before the newest
    stretch that only rises (or only falls; equal neighbours do not end it), so that everything after it went one way.
    NaN epochs are passed over. None with fewer than two values, or where all are equal.
    """
    series, when = np.asarray(values, dtype=np.float64), np.asarray(epochs)
    if series.shape != when.shape or series.ndim != 1:
        raise ValueError(f"values have shape {series.shape} and epochs {when.shape}; one value per epoch is needed")
    given = ~np.isnan(series)
    series, when = series[given], when[given]
    steps = np.sign(np.diff(series))
    moved = np.flatnonzero(steps)
    if not moved.size:
        return None
    opposed = moved[steps[moved] != steps[moved[-1]]]
    # The first step of the newest stretch starts at the turning point, after any plateau on it.
    first = moved[moved > (opposed[-1] if opposed.size else -1)][0]
    return float(series[-1] - series[first]), int(when[first])


def downsample(values: ArrayLike, width: int) -> Float64:
    """At most `width` of `values` (E,), in order, for a sparkline: the last and every stretch's minimum and maximum.

    Unchanged if it fits. Otherwise exactly `width` values: the last at the end; before it equal stretches of the rest,
    each by its minimum and maximum in the order they occur (an odd place at the front repeats the first value). NaN
    only where a whole stretch is NaN. From width 3 up no minimum or maximum of the whole is lost.
    """
    series = np.asarray(values, dtype=np.float64).reshape(-1)
    if width < 1:
        raise ValueError(f"a sparkline of {width} columns cannot hold a value")
    if len(series) <= width:
        return series.copy()
    return series[kept(series, width)]


def kept(values: ArrayLike, width: int) -> NDArray[np.int64]:
    """The (width,) ascending places in `values` that `downsample` keeps; all places where they fit."""
    series = np.asarray(values, dtype=np.float64).reshape(-1)
    if len(series) <= width:
        return np.arange(len(series))
    pairs = (width - 1) // 2
    out = [0] * (width - 1 - 2 * pairs)
    edges = np.linspace(0, len(series) - 1, pairs + 1).astype(np.int64)
    for start, end in pairwise(edges.tolist()):
        stretch = series[start:end]
        if np.isnan(stretch).all():
            out += [start, start]
            continue
        extremes = start + int(np.nanargmin(stretch)), start + int(np.nanargmax(stretch))
        out += [min(extremes), max(extremes)]
    return np.array([*out, len(series) - 1], dtype=np.int64)


def downsample_all(values: ArrayLike, width: int) -> Float64:
    """`downsample` along the last axis of `values` (..., E): (..., width), or unchanged where it fits.

    All series have the same stretches, so that a place is of the same epochs in each of them.
    """
    series = np.asarray(values, dtype=np.float64)
    if width < 1:
        raise ValueError(f"a sparkline of {width} columns cannot hold a value")
    length = series.shape[-1]
    if length <= width:
        return series.copy()
    pairs = (width - 1) // 2
    out = np.empty((*series.shape[:-1], width))
    out[..., 0], out[..., -1] = series[..., 0], series[..., -1]
    edges = np.linspace(0, length - 1, pairs + 1).astype(np.int64).tolist()
    for at, (start, end) in zip(range(width - 1 - 2 * pairs, width, 2), pairwise(edges), strict=False):
        stretch = series[..., start:end]
        gap = np.isnan(stretch)
        least = np.where(gap, np.inf, stretch).argmin(axis=-1)
        most = np.where(gap, -np.inf, stretch).argmax(axis=-1)
        both = np.stack([np.minimum(least, most), np.maximum(least, most)], axis=-1)
        out[..., at : at + 2] = np.take_along_axis(stretch, both, axis=-1)
    return out
