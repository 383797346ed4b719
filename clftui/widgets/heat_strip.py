"""Draws the strips: a class a row, an epoch a column, strong where the metric is low."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import half_columns, shades
from clftui.drawing.ramp import FAINTEST, Ints, shade
from clftui.state.epochs_sampling import kept_rows
from clftui.widgets.epochs_layout import Panel

BEST = ord("▾")
Float64 = NDArray[np.float64]


def draw_strips(canvas: Canvas, panel: Panel, y: int, levels: Float64, best: NDArray[np.int64], colours: Ints) -> None:
    """`levels` (R, E) of the visible classes from line `y` on, `best` (R,) the places that are marked, -1 none."""
    p = canvas.palette
    rows = len(levels)
    if not rows or not panel.epochs:
        return
    kept = kept_rows(levels, panel.columns)
    shown = np.take_along_axis(levels, kept, axis=1)
    # The least level is no blank: that would be a value that is not there.
    shown = np.where(np.isnan(shown), np.nan, np.maximum(shown, FAINTEST))
    if not p.colourful:
        canvas.put(panel.x, y, _glyphs(shown, panel), p.text)
    elif panel.per:
        ink = np.repeat(shade(colours, shown, p.page), panel.per, axis=1)
        canvas.put(panel.x, y, np.full(ink.shape, BLANK, np.uint32), p.text, ink)
    else:
        canvas.put(panel.x, y, *half_columns(shade(colours, shown, p.page), p.page))
    _draw_best(canvas, panel, y, kept, best, shown)


def _glyphs(shown: Float64, panel: Panel) -> NDArray[np.uint32]:
    """Shade glyphs where there is no colour; of two epochs in a cell the stronger."""
    if panel.per:
        return np.repeat(_shaded(shown), panel.per, axis=1)
    if shown.shape[1] % 2:
        shown = np.concatenate([shown, np.full((len(shown), 1), np.nan)], axis=1)
    pairs = shown.reshape(len(shown), -1, 2)
    known = ~np.isnan(pairs)
    return _shaded(np.where(known.any(axis=2), np.where(known, pairs, -1).max(axis=2), np.nan))


def _shaded(levels: Float64) -> NDArray[np.uint32]:
    return np.where(levels > 0.1, shades(levels), np.where(np.isnan(levels), BLANK, ord("·"))).astype(np.uint32)


def _draw_best(
    canvas: Canvas, panel: Panel, y: int, kept: NDArray[np.int64], best: NDArray[np.int64], shown: Float64
) -> None:
    p = canvas.palette
    for row in np.flatnonzero(best >= 0).tolist():
        # Where the epochs are sampled each row keeps its own, its best one among them.
        column = min(int(np.searchsorted(kept[row], best[row])), panel.columns - 1)
        x = panel.x + (column * panel.per if panel.per else column // 2)
        if not 0 <= y + row < canvas.height or not 0 <= x < canvas.width:
            continue
        if not p.colourful:
            canvas.text(x, y + row, chr(BEST), p.text, attrs=BOLD)
            continue
        half = not panel.per and column % 2 == 0
        paper = int(canvas.fg[y + row, x] if half else canvas.bg[y + row, x])
        canvas.text(x, y + row, chr(BEST), p.ink(paper), paper)
