"""Draws training curves: a chart of lines in braille with its axes, best epochs and where over-fitting begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.braille import blank, codes, polyline, scaled
from clftui.drawing.canvas import BOLD, Canvas
from clftui.text import text_width

Float64 = NDArray[np.float64]

LEAST_WIDTH, LEAST_HEIGHT = 16, 4
_SPACED = 3
_REACH = 2.0
"""How far the axis of losses reaches above the median, in distances from the median to the highest tenth."""
_THICK_FROM = 7
"""Lines of the plot from which on the focused run is drawn two dots thick."""
_ENDS = 2
"""Columns right of the plot for the letters."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart: `values` (E,) of `epochs` (E,). `spaced` dots are training's. `best` is marked by ▾."""

    epochs: Float64
    values: Float64
    colour: int
    letter: str = ""
    thick: bool = False
    spaced: bool = False
    best: int | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """Lines on shared axes. `percent` says that values are shares; `cursor` is an epoch, `onset` another."""

    title: str
    lines: tuple[Line, ...]
    percent: bool
    onset: int | None = None
    onset_words: str = ""
    cursor: int | None = None


def draw_chart(canvas: Canvas, x: int, y: int, width: int, height: int, chart: Chart) -> None:
    """The chart in a rectangle: title and the highest value on its first line, epochs on its last."""
    p = canvas.palette
    known = [line for line in chart.lines if np.isfinite(line.values).any()]
    canvas.text(x, y, chart.title, p.muted, width=width)
    if not known or width < LEAST_WIDTH or height < LEAST_HEIGHT:
        if not known:
            canvas.text(x, y + 1, "not logged", p.faint, width=width)
        return
    low, high, cut = _limits(known, chart.percent)
    labels = [_tick(value, chart.percent, high - low) for value in (high, (low + high) / 2, low)]
    labels[0] = f"≥{labels[0]}" if cut else labels[0]
    margin = max(map(text_width, labels)) + 1
    plot = _Plot(x + margin, y + 1, width - margin - _ENDS, height - 2, low, high, *_span(known))
    for row, label in zip((0, plot.height // 2, plot.height - 1), labels, strict=True):
        if row or label is labels[0]:
            canvas.text(x, plot.y + row, label, p.faint, width=margin - 1, align="right")
    _draw_onset(canvas, plot, chart, x)
    if chart.cursor is not None:
        canvas.vline(plot.column(chart.cursor), plot.y, plot.height, p.focus, "│")
    _draw_lines(canvas, plot, known)
    _draw_marks(canvas, plot, known)
    _draw_ends(canvas, plot, known)
    _draw_epochs(canvas, plot)


@dataclass(frozen=True)
class _Plot:
    """Where values and epochs stand, in cells."""

    x: int
    y: int
    width: int
    height: int
    low: float
    high: float
    first: float
    last: float

    def dot_columns(self, epochs: Float64) -> Float64:
        span = max(self.last - self.first, 1)
        return np.asarray((epochs - self.first) / span * (2 * self.width - 1), dtype=np.float64)

    def column(self, epoch: float) -> int:
        return self.x + int(np.rint(self.dot_columns(np.array([epoch]))[0])) // 2

    def row(self, value: float) -> int:
        return self.y + int(scaled([value], self.low, self.high, 4 * self.height)[0]) // 4


def _limits(lines: Sequence[Line], percent: bool) -> tuple[float, float, bool]:
    """The ends of the value axis, and whether values lie above it: the losses of first epochs can dwarf all others."""
    values = np.concatenate([line.values[np.isfinite(line.values)] for line in lines])
    low, high = float(values.min()), float(values.max())
    usual = float(np.median(values))
    top = usual + _REACH * (float(np.quantile(values, 0.9)) - usual)
    cut = not percent and low < top < high
    high = top if cut else high
    if high - low < 1e-9:
        return low - 0.01, high + 0.01, False
    return low, high, cut


def _span(lines: Sequence[Line]) -> tuple[float, float]:
    epochs = np.concatenate([line.epochs for line in lines])
    return float(epochs.min()), float(epochs.max())


def _tick(value: float, percent: bool, span: float) -> str:
    if percent:
        return f"{100 * value:.0f}" if span >= 0.03 else f"{100 * value:.1f}"
    digits = min(max(1 - math.floor(math.log10(max(span, 1e-9))), 0), 4)
    return f"{value:.{digits}f}"


def _draw_lines(canvas: Canvas, plot: _Plot, lines: Sequence[Line]) -> None:
    """All lines, the later ones on top: a cell that two share holds the dots of both in the colour of the upper one."""
    dots = blank(plot.width, plot.height)
    colour = np.full((plot.height, plot.width), canvas.palette.muted, np.int32)
    for line in lines:
        own, known = blank(plot.width, plot.height), np.isfinite(line.values)
        rows = scaled(line.values[known], plot.low, plot.high, own.shape[0])
        columns = plot.dot_columns(line.epochs[known])
        polyline(
            own, columns, rows, thick=line.thick and plot.height >= _THICK_FROM, spacing=_SPACED if line.spaced else 1
        )
        if line.spaced and known.sum() == 1:
            polyline(own, columns, rows)
        dots |= own
        colour[codes(own) != 32] = line.colour
    # Only cells with dots are put, so that the lines behind them stay.
    drawn = codes(dots)
    for row, column in np.argwhere(drawn != 32).tolist():
        canvas.put(plot.x + column, plot.y + row, [drawn[row, column]], int(colour[row, column]))


def _draw_marks(canvas: Canvas, plot: _Plot, lines: Sequence[Line]) -> None:
    for line in lines:
        if line.best is None:
            continue
        place = np.flatnonzero(line.epochs == line.best)
        if place.size and math.isfinite(line.values[place[0]]):
            row = plot.row(float(line.values[place[0]]))
            above = row > plot.y
            canvas.text(plot.column(line.best), row - 1 if above else row, "▾", line.colour, attrs=BOLD)


def _draw_ends(canvas: Canvas, plot: _Plot, lines: Sequence[Line]) -> None:
    """Each run's letter where its line ends; of two that end on one row the upper one is lifted, or left out."""
    taken: set[int] = set()
    for line in reversed(lines):
        known = np.flatnonzero(np.isfinite(line.values))
        if not line.letter or not known.size:
            continue
        row = plot.row(float(line.values[known[-1]]))
        near = [at for at in (row, row - 1, row + 1) if plot.y <= at < plot.y + plot.height and at not in taken]
        if near:
            taken.add(near[0])
            x = min(plot.column(float(line.epochs[known[-1]])) + 1, plot.x + plot.width)
            canvas.text(x, near[0], line.letter, line.colour, attrs=BOLD if line.thick else 0)


def _draw_onset(canvas: Canvas, plot: _Plot, chart: Chart, left: int) -> None:
    if chart.onset is None:
        return
    p = canvas.palette
    at = plot.column(chart.onset)
    canvas.vline(at, plot.y, plot.height, p.worse, "┊")
    # Beside the line, but never over the title; where both do not fit the words under the chart say it.
    words, taken = chart.onset_words, left + text_width(chart.title) + 1
    wide = text_width(words)
    x = next((each for each in (at + 1, at - wide) if taken <= each <= plot.x + plot.width - wide), None)
    if x is not None:
        canvas.text(x, plot.y - 1, words, p.worse)


def _draw_epochs(canvas: Canvas, plot: _Plot) -> None:
    p, y = canvas.palette, plot.y + plot.height
    first, last = f"{plot.first:.0f}", f"{plot.last:.0f}"
    canvas.text(plot.x, y, first, p.faint)
    end = max(plot.x + plot.width - len(last), plot.x)
    if plot.last > plot.first:
        canvas.text(end, y, last, p.faint)
    middle = plot.x + (plot.width - 5) // 2
    if middle > plot.x + len(first) and middle + 5 < end:
        canvas.text(middle, y, "epoch", p.faint)
