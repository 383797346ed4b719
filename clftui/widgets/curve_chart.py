"""Draws curves over epochs in braille: runs superimposed, one split solid, the other dotted, with a cursor line."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.braille import blank, codes, polyline, scaled
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.cells import BLANK
from clftui.state.epochs_detail import Curve, Detail
from clftui.text import UNDEFINED, count, decimals_for, percent
from clftui.widgets.timeline import run_colour

AXIS = 4
"""Columns of the numbers at the left."""
READ_OUT = 7
"""Columns that a read-out takes right of its point."""


def draw_chart(canvas: Canvas, x: int, y: int, width: int, height: int, shown: Detail, relative: bool) -> None:
    """The curves from line `y` on: `height` lines, the last of them the epochs."""
    curves = [each for each in shown.curves if len(each.epochs) and np.isfinite(each.values).any()]
    p = canvas.palette
    if not curves or height < 4 or width < AXIS + 12:
        words = "reading the epochs …" if shown.pending else "nothing defined to draw"
        canvas.text(x, y, words, p.muted, width=max(width, 0))
        return
    plot = _Plot(canvas, x + AXIS + 1, y, width - AXIS - 1 - READ_OUT, height - 1, curves, relative, shown.is_share)
    plot.ticks(shown.is_share)
    plot.cursor_line()
    for each in sorted(curves, key=lambda curve: (curve.focused, not curve.dotted)):
        plot.line(each)
    plot.put()
    plot.best()
    plot.read_out(shown.is_share)
    plot.epochs()


def chart_title(canvas: Canvas, x: int, y: int, width: int, shown: Detail) -> None:
    """The pane's rule with its title and what solid and dotted mean."""
    p = canvas.palette
    canvas.hline(x, y, width, p.line)
    about = f" solid {shown.split} · dotted {shown.other} " if shown.other else f" {shown.split} "
    used = canvas.text(x + 1, y, f" {shown.title} ", p.text, attrs=BOLD, width=max(width - 4, 1), middle=True)
    if width - used - 4 >= len(about):
        canvas.text(x + width - len(about) - 1, y, about, p.muted)


class _Plot:
    """The drawing area of `width` x `height` cells at (x, y)."""

    def __init__(
        self,
        canvas: Canvas,
        x: int,
        y: int,
        width: int,
        height: int,
        curves: list[Curve],
        relative: bool,
        is_share: bool,
    ) -> None:
        self.canvas, self.x, self.y, self.width, self.height = canvas, x, y, width, height
        self.curves, self.relative = curves, relative
        self.first = min(each.epochs[0] for each in curves)
        self.last = max(each.epochs[-1] for each in curves)
        values = np.concatenate([each.values[np.isfinite(each.values)] for each in curves])
        self.low, self.high = (0.0, 1.0) if relative else _padded(values, is_share)
        self.code = np.full((height, width), BLANK, np.uint32)
        self.ink = np.full((height, width), canvas.palette.faint, np.int32)
        self.dots = blank(width, height)

    def _dot_x(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        span = max(self.last - self.first, 1)
        return (epochs - self.first) / span * (2 * self.width - 1)

    def _cell_x(self, epoch: int) -> int:
        return int(round(float(self._dot_x(np.array([epoch]))[0])) // 2)

    def _values(self, each: Curve) -> NDArray[np.float64]:
        if not self.relative:
            return each.values
        low, high = float(np.nanmin(each.values)), float(np.nanmax(each.values))
        return (each.values - low) / (high - low) if high > low else np.where(np.isnan(each.values), np.nan, 0.5)

    def _rows(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return scaled(values, self.low, self.high, 4 * self.height)

    def ticks(self, is_share: bool) -> None:
        p = self.canvas.palette
        step = _step(self.low, self.high, max(self.height // 3, 2))
        tick = math.ceil(self.low / step - 1e-9)
        while tick * step <= self.high + 1e-9:
            row = int(self._rows(np.array([tick * step]))[0]) // 4
            words = count(round(tick * step)) if not is_share else f"{100 * tick * step:g}"
            if self.relative:
                words = {0.0: "low", 1.0: "high"}.get(tick * step, "")
            self.canvas.text(self.x - 1 - AXIS, self.y + row, words, p.muted, width=AXIS, align="right")
            self.code[row, ::2] = ord("·")
            self.ink[row] = p.line
            tick += 1

    def cursor_line(self) -> None:
        own = self._own()
        if own is None or own.shown is None:
            return
        at, p = self._cell_x(own.epochs[own.shown]), self.canvas.palette
        self.code[:, at] = ord("│")
        self.ink[:, at] = p.mix(p.focus, p.page, 0.5)

    def _own(self) -> Curve | None:
        solid = [each for each in self.curves if not each.dotted]
        return next((each for each in solid if each.focused), solid[0] if solid else None)

    def line(self, each: Curve) -> None:
        """Curves share their dots; a cell has the hue of the last one drawn in it."""
        p = self.canvas.palette
        own = blank(self.width, self.height)
        epochs = np.asarray(each.epochs, dtype=np.float64)
        polyline(own, self._dot_x(epochs), self._rows(self._values(each)),
                 thick=each.focused and not each.dotted, spacing=3 if each.dotted else 1)  # fmt: skip
        colour = run_colour(self.canvas, each.letter)
        share = 0.45 if each.dotted or not each.focused else 0.0
        touched = codes(own) != BLANK
        self.dots |= own
        self.ink[touched] = p.mix(colour, p.page, share) if share else colour

    def put(self) -> None:
        drawn = codes(self.dots)
        self.canvas.put(self.x, self.y, np.where(drawn != BLANK, drawn, self.code), self.ink)

    def best(self) -> None:
        """The best epoch of the focused run, above its point."""
        own = self._own()
        if own is None or own.best is None or len(own.epochs) < 2:
            return
        row = int(self._rows(self._values(own)[own.best : own.best + 1])[0]) // 4 - 1
        if row >= 0:
            self.canvas.text(self.x + self._cell_x(own.epochs[own.best]), self.y + row, "▾", self.canvas.palette.text)

    def read_out(self, is_share: bool) -> None:
        """`A 69.5` beside each run's point at the epoch that shows, moved apart where they would meet."""
        p, taken = self.canvas.palette, set[tuple[int, int]]()
        solid = sorted((each for each in self.curves if not each.dotted), key=lambda curve: not curve.focused)
        for each in solid:
            if each.shown is None:
                continue
            value = float(each.values[each.shown])
            x = self.x + self._cell_x(each.epochs[each.shown]) + 1
            words = _words(value, each.half, is_share)
            at = self._values(each)[each.shown : each.shown + 1]
            row = int(self._rows(at)[0]) // 4 if np.isfinite(at[0]) else self.height - 1
            free = self._free(row, x, taken)
            if free is None:
                continue
            taken |= {(free, x + dx) for dx in range(READ_OUT)}
            colour = run_colour(self.canvas, each.letter)
            parts = [Span(f"{each.letter} ", colour, p.page, BOLD), Span(words, p.text, p.page)]
            self.canvas.line(x, self.y + free, parts[0 if each.letter else 1 :])

    def _free(self, row: int, x: int, taken: set[tuple[int, int]]) -> int | None:
        """The nearest line to `row` on which no other read-out stands."""
        for off in (0, -1, 1, -2, 2, -3, 3, -4, 4):
            place = row + off
            if 0 <= place < self.height and all((place, x + dx) not in taken for dx in range(-1, READ_OUT)):
                return place
        return None

    def epochs(self) -> None:
        p, y = self.canvas.palette, self.y + self.height
        own = self._own()
        now = own.epochs[own.shown] if own is not None and own.shown is not None else None
        taken: list[tuple[int, int]] = []
        step = max(int(_step(self.first, self.last, max(self.width // 12, 2))), 1)
        ticks = [self.first, *range(step * (self.first // step + 1), self.last + 1, step), self.last]
        for epoch in [now, *ticks] if now is not None else ticks:
            words = str(epoch)
            start = self.x + self._cell_x(epoch) - len(words) // 2
            start = max(self.x, min(start, self.x + self.width - len(words)))
            end = start + len(words)
            if all(end < before or start > after for before, after in taken):
                current = epoch == now
                self.canvas.text(start, y, words, p.focus if current else p.muted, attrs=BOLD if current else 0)
                taken.append((start, end))


def _words(value: float, half: float, is_share: bool) -> str:
    """A value with the digits that its interval deserves."""
    if math.isnan(value):
        return UNDEFINED
    return percent(value, min(decimals_for(100 * half), 1)) if is_share else count(round(value))


def _padded(values: NDArray[np.float64], is_share: bool) -> tuple[float, float]:
    """The least and greatest value with a little room; shares end at 0 and 1."""
    low, high = float(values.min()), float(values.max())
    margin = (high - low) * 0.06 or max(abs(high) * 0.05, 0.01)
    low, high = low - margin, high + margin
    return (max(low, 0.0), min(high, 1.0)) if is_share else (low, high)


def _step(low: float, high: float, parts: int) -> float:
    """A round step that cuts low..high into about `parts`."""
    raw = max(high - low, 1e-9) / max(parts, 1)
    scale = 10.0 ** math.floor(math.log10(raw))
    return float(next(scale * each for each in (1, 2, 5, 10) if scale * each >= raw - 1e-12))
