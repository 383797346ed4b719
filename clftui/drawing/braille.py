"""Dots: a cell holds 2 x 4 of them (Unicode's braille patterns), so lines and clouds get eight pixels per cell.

A picture of dots is a bool array (4 * rows, 2 * columns), first row on top.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Dots = NDArray[np.bool_]
Codes = NDArray[np.uint32]

_BASE = 0x2800
# Bit of the dot at (row, column) of a cell.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)


def blank(columns: int, rows: int) -> Dots:
    """No dots on `columns` x `rows` cells."""
    return np.zeros((4 * rows, 2 * columns), np.bool_)


def codes(dots: Dots) -> Codes:
    """(4 h, 2 w) dots -> (h, w) cell codes; a cell without dots is a blank."""
    h, w = dots.shape[0] // 4, dots.shape[1] // 2
    cells = dots[: 4 * h, : 2 * w].reshape(h, 4, w, 2)
    bits = (cells * _BITS[None, :, None, :]).sum(axis=(1, 3)).astype(np.uint32)
    return np.where(bits == 0, np.uint32(32), _BASE + bits).astype(np.uint32)


def scatter(dots: Dots, x: ArrayLike, y: ArrayLike) -> None:
    """Set the dots at integer columns `x` and rows `y`; those outside are dropped."""
    columns, rows = np.asarray(x, np.intp), np.asarray(y, np.intp)
    inside = (columns >= 0) & (columns < dots.shape[1]) & (rows >= 0) & (rows < dots.shape[0])
    dots[rows[inside], columns[inside]] = True


def polyline(dots: Dots, x: ArrayLike, y: ArrayLike, *, thick: bool = False, spacing: int = 1) -> None:
    """Join the points (x, y), in dots from the top left, by straight lines; NaN breaks the line.

    `thick` adds a second row of dots below; `spacing` > 1 keeps every that many columns only (a dotted line). A point
    without neighbours is a single dot.
    """
    px, py = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = np.isfinite(px) & np.isfinite(py)
    start = np.flatnonzero(known[:-1] & known[1:])
    dx, dy = px[start + 1] - px[start], py[start + 1] - py[start]
    steps = np.maximum(np.abs(dx), np.abs(dy)).astype(np.intp) + 2
    # All segments at once: the number of each one's points, and how far along it every point lies.
    segment = np.repeat(np.arange(len(start)), steps)
    along = (np.arange(len(segment)) - np.repeat(np.cumsum(steps) - steps, steps)) / np.repeat(steps - 1, steps)
    columns = px[start][segment] + along * dx[segment]
    rows = py[start][segment] + along * dy[segment]
    xs = np.rint(np.concatenate([px[known], columns])).astype(np.intp)
    ys = np.rint(np.concatenate([py[known], rows])).astype(np.intp)
    if spacing > 1:
        xs, ys = xs[xs % spacing == 0], ys[xs % spacing == 0]
    scatter(dots, xs, ys)
    if thick:
        below = ys + 1
        scatter(dots, xs, np.where(below < dots.shape[0], below, ys - 1))


def scaled(values: ArrayLike, low: float, high: float, height: int) -> NDArray[np.float64]:
    """Dot rows 0..height-1 of values on an axis from `low` (bottom) to `high` (top), clipped; NaN stays NaN."""
    span = high - low
    value = np.asarray(values, dtype=float)
    share = np.clip((value - low) / span, 0, 1) if span > 0 else np.where(np.isnan(value), np.nan, 0.5)
    rows: NDArray[np.float64] = (1 - share) * (height - 1)
    return rows


def spark(values: ArrayLike, columns: int, low: float, high: float, rows: int = 1, *, thick: bool = False) -> Codes:
    """(rows, columns) cells of a line through `values` on an axis low..high; NaN is a gap.

    Where there are more values than dot columns each column spans the least to the greatest of its values, so that no
    event is lost and the last value keeps its place.
    """
    value = np.asarray(values, dtype=float)
    dots = blank(columns, rows)
    wide, height = dots.shape[1], dots.shape[0]
    if not len(value) or not columns:
        return codes(dots)
    at = scaled(value, low, high, height)
    if len(value) <= wide:
        x = np.linspace(0, wide - 1, len(value)) if len(value) > 1 else np.array([wide - 1.0])
        polyline(dots, x, at, thick=thick)
        return codes(dots)
    bucket = np.arange(len(value)) * wide // len(value)
    for column in range(wide):
        inside = at[bucket == column]
        inside = np.rint(inside[np.isfinite(inside)]).astype(int)
        if len(inside):
            dots[inside.min() : inside.max() + 1, column] = True
    return codes(dots)


def contour(inside: Dots) -> Dots:
    """The dots of a region that touch its outside or the picture's edge."""
    padded = np.pad(inside, 1)
    core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    edge: Dots = inside & ~core
    return edge
