"""Draws the reliability diagram: accuracy by confidence with intervals, the other runs as lines, counts below."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.binning import Binning
from clftui.analysis.calibration import Reliability
from clftui.drawing.braille import blank, codes, polyline, scaled
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.cells import BLANK
from clftui.text import MINUS, count, percent, plural, rate, short_score
from clftui.widgets.timeline import run_colour

Float64 = NDArray[np.float64]

AXIS = 4
"""Columns of the numbers at the left."""
COUNTS = 3
"""Lines of the columns that count samples."""
BELOW = COUNTS + 2
"""Lines under the plot: counts, axis, read-out."""
LEAST = (24, 6 + BELOW)
"""Columns and lines that a diagram needs."""
FEW = 10
"""A line through bins of fewer samples would be a line through noise."""
_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, eq=False)
class Diagram:
    """What is drawn: the focused run, the others by letter, and the bin under the cursor."""

    own: Reliability
    letter: str
    others: tuple[tuple[str, Reliability], ...]
    binning: Binning
    cursor: int | None


def draw_diagram(canvas: Canvas, x: int, y: int, width: int, height: int, shown: Diagram) -> None:
    """The diagram in `width` x `height` cells; too small a place stays empty."""
    if width < LEAST[0] or height < LEAST[1]:
        return
    plot = _Plot(canvas, x + AXIS + 1, y, width - AXIS - 1, height - BELOW, shown)
    plot.frame()
    plot.lines()
    plot.points()
    plot.counts()
    plot.axis()
    read_out(canvas, x, y + height - 1, width, shown)


class _Plot:
    def __init__(self, canvas: Canvas, x: int, y: int, width: int, height: int, shown: Diagram) -> None:
        self.canvas, self.x, self.y, self.width, self.height, self.shown = canvas, x, y, width, height, shown
        self.low = self._lowest()

    def _lowest(self) -> float:
        """Where the axes begin: at 0, or later where nothing lies below; at .9 at the latest, also where all is 1."""
        runs = (self.shown.own, *(each for _, each in self.shown.others))
        values = [np.fmin(each.confidence, each.accuracy)[each.n > 0] for each in runs]
        least = min((float(each.min()) for each in values if each.size), default=0.0)
        return min(math.floor(least * 10) / 10, 0.9) if least >= 0.4 else 0.0

    def across(self, found: Reliability, values: Float64) -> Float64:
        """Dot columns: by confidence, or one step a bin where all bins hold as many samples."""
        if self.shown.binning is Binning.MASS:
            bins = len(found.n)
            return (np.arange(bins) + 0.5) / bins * (2 * self.width - 1)
        return (np.asarray(values) - self.low) / (1 - self.low) * (2 * self.width - 1)

    def row(self, values: Float64) -> Float64:
        return scaled(values, self.low, 1.0, 4 * self.height)

    def frame(self) -> None:
        p = self.canvas.palette
        step = 0.2 if self.height >= 10 else 0.5
        for tick in np.arange(math.ceil(self.low / step - 1e-9) * step, 1.0001, step):
            line = self.y + int(self.row(np.array([tick]))[0]) // 4
            self.canvas.text(self.x - AXIS - 1, line, f"{100 * tick:.0f}", p.muted, width=AXIS, align="right")
            self.canvas.put(self.x, line, np.where(np.arange(self.width) % 2, BLANK, ord("·")), p.line)

    def lines(self) -> None:
        """The diagonal, where confidence is accuracy, then the other runs."""
        p, own = self.canvas.palette, self.shown.own
        ends = np.array([self.low, 1.0])
        if self.shown.binning is Binning.MASS:
            self._line(self.across(own, own.confidence), self.row(own.confidence), p.muted, spacing=2)
        else:
            self._line(self.across(own, ends), self.row(ends), p.muted, spacing=2)
        for letter, each in self.shown.others:
            held = each.n >= FEW
            colour = p.mix(run_colour(self.canvas, letter), p.page, 0.35)
            xs, ys = self.across(each, each.confidence)[held], self.row(each.accuracy)[held]
            self._line(xs, ys, colour)
            if len(xs):
                self._put(int(xs[0]) // 2, int(ys[0]) // 4, letter, run_colour(self.canvas, letter), BOLD)

    def _line(self, xs: Float64, ys: Float64, colour: int, spacing: int = 1) -> None:
        dots = blank(self.width, self.height)
        polyline(dots, xs, ys, spacing=spacing)
        drawn = codes(dots)
        for line, column in zip(*np.nonzero(drawn != BLANK), strict=True):
            self.canvas.put(self.x + int(column), self.y + int(line), [[drawn[line, column]]], colour)

    def points(self) -> None:
        """Whiskers of 95 %, and dots: full where the interval leaves the confidence out, so chance explains it not."""
        p, own = self.canvas.palette, self.shown.own
        ink = run_colour(self.canvas, self.shown.letter) if self.shown.letter else p.text
        xs = self.across(own, own.confidence)
        for at in np.flatnonzero(own.n).tolist():
            column, here = int(xs[at]) // 2, at == self.shown.cursor
            top, bottom = (int(self.row(np.array([end]))[0]) // 4 for end in (own.high[at], own.low[at]))
            quiet = p.line if own.n[at] < FEW else p.mix(ink, p.page, 0.4)
            for line in range(top, bottom + 1):
                self._put(column, line, "│", p.focus if here else quiet)
        for at in np.flatnonzero(own.n).tolist():
            sure = not own.low[at] <= own.confidence[at] <= own.high[at]
            colour = p.focus if at == self.shown.cursor else ink
            line = int(self.row(own.accuracy[at : at + 1])[0]) // 4
            self._put(int(xs[at]) // 2, line, "●" if sure else "○", colour, BOLD if sure else 0)

    def _put(self, column: int, line: int, char: str, colour: int, attrs: int = 0) -> None:
        if 0 <= column < self.width and 0 <= line < self.height:
            self.canvas.text(self.x + column, self.y + line, char, colour, attrs=attrs)

    def counts(self) -> None:
        """A column a bin, by the logarithm of its samples: single ones show beside thousands."""
        p, own, y = self.canvas.palette, self.shown.own, self.y + self.height
        most = float(np.log1p(own.n.max())) if len(own.n) and own.n.max() else 0.0
        if not most:
            return
        edges = np.linspace(0, 1, len(own.n) + 1) if self.shown.binning is Binning.MASS else own.edges
        starts = edges if self.shown.binning is Binning.MASS else (edges - self.low) / (1 - self.low)
        places = np.rint(starts * self.width).astype(int)
        for at in np.flatnonzero(own.n).tolist():
            first, last = max(int(places[at]), 0), max(int(places[at + 1]), int(places[at]) + 1)
            level = max(round(float(np.log1p(own.n[at])) / most * 8 * COUNTS), 1)
            colour = p.focus if at == self.shown.cursor else p.faint
            gap = 1 if last - first > 2 else 0
            wide = min(last - first - gap, self.width - first)
            for line in range(COUNTS if last > 0 else 0):
                part = min(max(level - 8 * (COUNTS - 1 - line), 0), 8)
                if part:
                    self.canvas.text(self.x + first, y + line, _BARS[part] * wide, colour)
        tallest = int(own.n.max())
        words = str(tallest) if tallest < 10_000 else f"{tallest // 1000}k"
        self.canvas.text(self.x - AXIS - 1, y, words, p.faint, width=AXIS, align="right")

    def axis(self) -> None:
        p, own, y = self.canvas.palette, self.shown.own, self.y + self.height + COUNTS
        if self.shown.binning is Binning.MASS:
            self.canvas.text(self.x, y, "least sure", p.muted)
            words = "surest: as many in each bin"
            self.canvas.text(self.x, y, words, p.muted, width=self.width, align="right")
            return
        step = 0.2 if self.width >= 24 else 0.5
        for tick in np.arange(math.ceil(self.low / step - 1e-9) * step, 1.0001, step):
            words = f"{100 * tick:.0f}"
            at = int(self.across(own, np.array([tick]))[0]) // 2
            at = min(max(at - len(words) // 2, 0), self.width - len(words))
            self.canvas.text(self.x + at, y, words, p.muted)
        self.canvas.text(self.x - AXIS - 1, y, "conf", p.muted)


def bin_words(found: Reliability, at: int) -> str:
    """`.53–.60  24 of 52 right, 46 ±13, sure 57 %: 11 too sure`."""
    n, right = int(found.n[at]), round(float(found.n[at] * np.nan_to_num(found.accuracy[at])))
    span = f"{short_score(float(found.edges[at]))}–{short_score(float(found.edges[at + 1]))}"
    if not n:
        return f"{span}  no sample"
    shown, arms = rate(float(found.accuracy[at]), float(found.low[at]), float(found.high[at]))
    gap = 100 * float(found.gap[at])
    which = "too sure" if gap > 0 else "not sure enough"
    within = found.low[at] <= found.confidence[at] <= found.high[at]
    tail = "within chance" if within else f"{abs(gap):.{0 if abs(gap) >= 9.95 else 1}f} points {which}"
    sure = percent(float(found.confidence[at]), 0)
    return f"{span}  sure {sure}, right {shown} {arms} ({count(right)} of {count(n)}): {tail}"


def read_out(canvas: Canvas, x: int, y: int, width: int, shown: Diagram) -> None:
    """The bin under the cursor in words, or how to read the diagram."""
    p = canvas.palette
    if shown.cursor is not None and shown.cursor < len(shown.own.n):
        canvas.text(x, y, bin_words(shown.own, shown.cursor), p.focus, width=width)
        return
    words = "below the dots: too sure" if width < 44 else "below the dotted line: too sure · ● beyond chance"
    canvas.line(x, y, [Span(words, p.muted), Span(f"  {plural(len(shown.own.n), 'bin')}", p.faint)])


def gap_words(gap: float) -> str:
    """A gap in points, with the mark of the side it errs on: `▲ 3.2` too sure, `▼ 1.0` not sure enough."""
    if math.isnan(gap):
        return "–"
    sign = "+" if gap >= 0 else MINUS
    return f"{sign}{100 * abs(gap):.1f}"
