"""The margin of the matrix over the epochs: a line of braille dots for each row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import BLANK
from clftui.widgets.matrix_layout import SPARK_WIDTH, Layout

Float64 = NDArray[np.float64]


def draw_past(
    canvas: Canvas, layout: Layout, epochs: Sequence[int], values: Float64, order: NDArray[np.int64], cursor: int
) -> None:
    """The margin over the epochs, a line of dots a row; one scale for all classes, so that rows can be compared.

    `values` (E, K) by class index, `order` the class indices of the shown rows.
    """
    if layout.spark_x < 0:
        return
    palette = canvas.palette
    canvas.text(layout.spark_x, max(layout.y - 1, 0), f"{epochs[0]}–{epochs[-1]}", palette.muted)
    known = values[np.isfinite(values)]
    if not known.size:
        return
    height = 2 if layout.seams else 1
    lines = spark_rows(values[:, order].T, SPARK_WIDTH, float(known.min()), float(known.max()), height)
    for row, line in enumerate(lines):
        canvas.put(layout.spark_x, layout.middle(row), line, palette.text if row == cursor else palette.faint)


def spark_rows(values: Float64, width: int, low: float, high: float, height: int) -> NDArray[np.uint32]:
    """(n, height, width) braille cells of n lines `values` (n, E) on an axis low..high; NaN is a gap.

    Each of the 2 x width dot columns spans the least to the greatest of its epochs and joins the one before, so no
    event is lost.
    """
    n, epochs = values.shape
    dots = 4 * height
    # Of lines two rows high the last dot stays free, or they would touch the next class's.
    deepest = dots - 1 if height == 1 else dots - 2
    span = high - low if high > low else 1.0
    level = np.rint((1 - np.clip((values - low) / span, 0, 1)) * deepest)
    at = np.arange(2 * width) * (epochs - 1) / max(2 * width - 1, 1)
    first = np.floor(at).astype(np.intp)
    last = np.append(np.maximum(first[1:], first[:-1]), epochs - 1)
    top, bottom = np.full((n, 2 * width), np.inf), np.full((n, 2 * width), -np.inf)
    for column in range(2 * width):
        part = level[:, first[column] : last[column] + 1]
        here = np.isfinite(part)
        top[:, column] = np.where(here, part, np.inf).min(axis=1)
        bottom[:, column] = np.where(here, part, -np.inf).max(axis=1)
    rows = np.arange(dots)[None, :, None]
    lit = (rows >= top[:, None, :]) & (rows <= bottom[:, None, :])
    bits = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
    packed = (lit.reshape(n, height, 4, width, 2) * bits[None, None, :, None, :]).sum(axis=(2, 4)).astype(np.uint32)
    return np.where(packed == 0, BLANK, 0x2800 + packed).astype(np.uint32)
