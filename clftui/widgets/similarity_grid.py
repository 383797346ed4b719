"""How alike the explanations of several runs or methods are, as a small matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import Measure
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.ramp import shade
from clftui.text import MINUS, UNDEFINED, shorten

CELL = 6
NAME = 12
MOST = 8


def grid_height(n: int) -> int:
    """Rows for `n` maps: the title, the head and a row each."""
    return 2 + min(n, MOST)


def draw_grid(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    found: NDArray[np.float64] | None,
    names: Sequence[str],
    inks: Sequence[int],
    measure: Measure,
    unrelated: NDArray[np.float64] | None = None,
) -> None:
    """`found` (L, L) with its names: letters of runs, or the names of methods, which are numbered where they are long.

    The less alike two are, the stronger their cell. Only the lower triangle is told: the matrix is symmetric. Above it
    stand, faint, the values of `unrelated` (L, L), of different samples.
    """
    p = canvas.palette
    used = canvas.text(x, y, f"{measure.value} ", p.text, attrs=BOLD)
    canvas.text(x + used, y, measure.words, p.muted, width=width - used)
    long = max(map(len, names), default=1)
    left = min(long, NAME) + 3
    room = max((width - left) // CELL, 1)
    n = min(len(names), MOST, room)
    heads = list(names) if long <= CELL - 2 else [str(number + 1) for number in range(len(names))]
    for column in range(n):
        canvas.text(
            x + left + column * CELL, y + 1, heads[column], inks[column], attrs=BOLD, width=CELL - 1, align="right"
        )
    for row in range(n):
        at = y + 2 + row
        head = "" if heads[row] == names[row] else f"{heads[row]} "
        canvas.text(x, at, head + shorten(names[row], NAME), inks[row], attrs=BOLD)
        for column in range(row + 1):
            _draw_cell(canvas, x + left + column * CELL, at, found, row, column, measure)
        for column in range(row + 1, n if unrelated is not None else 0):
            assert unrelated is not None
            words = number(float(unrelated[row, column]))
            canvas.text(x + left + column * CELL, at, words, p.faint, width=CELL - 1, align="right")


def _draw_cell(
    canvas: Canvas, x: int, y: int, found: NDArray[np.float64] | None, row: int, column: int, measure: Measure
) -> None:
    p = canvas.palette
    value = float("nan") if found is None else float(found[row, column])
    word = "…" if found is None else number(value)
    if row == column or np.isnan(value):
        canvas.text(x, y, word, p.faint, width=CELL - 1, align="right")
        return
    level = apart(value, measure)
    if not p.colourful:
        canvas.text(x, y, p.shade_glyph(level), p.text)
        canvas.text(x, y, word, p.text, attrs=BOLD * (level > 0.75), width=CELL - 1, align="right")
        return
    paper = int(shade(p.ember, np.asarray(level), p.page))
    canvas.fill(x, y, CELL, 1, bg=paper)
    canvas.text(x, y, word, p.ink(paper), paper, width=CELL - 1, align="right")


def apart(value: float, measure: Measure) -> float:
    """How far from alike a value is, 0..1: a full shade at L1 or hash .5, MSE .25, SSIM 0."""
    full = {Measure.L1: 0.5, Measure.MSE: 0.25, Measure.SSIM: 1.0, Measure.HASH: 0.5}[measure]
    return float(np.clip(abs(value - measure.alike) / full, 0, 1))


def number(value: float) -> str:
    """`.165`, `−.02`, `1.00`; undefined is an en dash."""
    if np.isnan(value):
        return UNDEFINED
    text = f"{abs(value):.3f}" if abs(value) < 0.9995 else f"{abs(value):.2f}"
    return (MINUS if value < -0.0005 else "") + (text[1:] if text.startswith("0") else text)
