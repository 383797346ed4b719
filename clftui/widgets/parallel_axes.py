"""Parallel coordinates: a line of dots for each sample through its scores, or a median and a band of many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.brushes import BELOW, bands, histogram, place
from clftui.drawing import braille
from clftui.drawing.canvas import BOLD, UNDERLINE, Canvas
from clftui.drawing.palette import Palette
from clftui.state.score_filter import range_words
from clftui.state.scores_axes import MANY, Axes
from clftui.state.scores_letters import Letters
from clftui.state.scores_settings import LineColour, ScoresSettings
from clftui.text import count, sanitise, text_width

Float64 = NDArray[np.float64]

LEFT, RIGHT = 8, 6
BAR = 3
"""Cells of the longest bar of an axis' histogram."""
BARS_FROM = 7
"""Cells between axes that leave room for bars."""
HUED = 8
"""Classes whose lines get a hue of their own; the others are plain."""
_TICKS = {False: (1.0, 0.5, 0.0), True: (0.999, 0.99, 0.9, 0.5, 0.1, 0.01, 0.001)}
_BRAILLE = 0x2800


@dataclass(frozen=True)
class Frame:
    """Where the axes stand: rows `top` to `top + rows`, one more for what was not logged, their cells in `x`."""

    top: int
    rows: int
    below: bool
    """Whether the row under the axes is for scores that were not logged."""
    x: tuple[int, ...]

    def row(self, at: float) -> int:
        """The canvas row of a place 0 (bottom) to 1 on an axis."""
        return self.top + min(int((1 - at) * (self.rows * 4 - 1) + 0.5) // 4, self.rows - 1)


def frame(width: int, top: int, height: int, axes: int, below: bool) -> Frame:
    """The axes of a pane of `height` rows at `top`, the last of which has their names."""
    rows = max(height - 1 - below, 1)
    left, right = LEFT + 1, max(width - RIGHT, LEFT + 2)
    if axes < 2:
        return Frame(top, rows, below, ((left + right) // 2,) * axes)
    return Frame(top, rows, below, tuple(int(each) for each in np.rint(np.linspace(left, right, axes))))


def draw_axes(
    canvas: Canvas, at: Frame, shown: Axes, settings: ScoresSettings, letters: Letters, cursor: int, line: int
) -> None:
    """`cursor` is the axis under it, -1 while keys move elsewhere; `line` the sample whose line stands out, -1 none."""
    _draw_scale(canvas, at, settings, shown)
    heights = _heights(shown, settings)
    _draw_rules(canvas, at, shown, settings, heights)
    layers = _many(canvas.palette, at, shown, heights) if shown.samples.n > MANY else _single(
        canvas.palette, at, shown, settings, letters, heights
    )  # fmt: skip
    if line >= 0 and shown.a:
        layers.append((_lines(at, heights[line : line + 1], thick=True), canvas.palette.text))
    _draw_layers(canvas, at, layers)
    for number in range(shown.a):
        _draw_brush(canvas, at, shown, settings, number, number == cursor)
    _draw_names(canvas, at, shown, settings, letters, cursor)


def _heights(shown: Axes, settings: ScoresSettings) -> Float64:
    """(m, a) places of the scores, 0 to 1; BELOW where not logged though others are, NaN where nothing is known."""
    found = place(shown.values, settings.logit)
    turned = np.asarray([name in settings.inverted for name in shown.names], dtype=np.bool_)
    found = np.where(turned, 1 - found, found)
    if shown.limit is None:
        return found
    return np.where(np.isnan(found), BELOW, found)


def _draw_scale(canvas: Canvas, at: Frame, settings: ScoresSettings, shown: Axes) -> None:
    p, used = canvas.palette, set[int]()
    for tick in _TICKS[settings.logit]:
        row = at.row(float(place(tick, settings.logit)))
        words = {1.0: "1.0", 0.0: "0"}.get(tick, f"{tick:g}"[1:])
        if row not in used:
            canvas.text(0, row, words, p.faint, width=LEFT - 1, align="right")
            used.add(row)
    if at.below:
        canvas.text(0, at.top + at.rows, f"< top {shown.limit}", p.faint, width=LEFT, align="right")


def _draw_rules(canvas: Canvas, at: Frame, shown: Axes, settings: ScoresSettings, heights: Float64) -> None:
    """The axes, and beside each how many samples lie where: the longest bar is the fullest part of all axes."""
    p = canvas.palette
    wide = len(at.x) < 2 or min(np.diff(at.x)) >= BARS_FROM
    for x in at.x:
        canvas.vline(x, at.top, at.rows + at.below, p.line)
    if not wide or not shown.samples.n:
        return
    # Places are linear already: what is drawn is what is counted.
    logged = np.where(heights == BELOW, np.nan, heights)
    counts = histogram(logged, at.rows, False)
    top = np.log1p(max(int(counts.max()), 1))
    for number, x in enumerate(at.x):
        for part, n in enumerate(counts[number].tolist()):
            if n:
                eighths = max(round(float(np.log1p(n) / top) * BAR * 8), 1)
                full, rest = divmod(eighths, 8)
                bar = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
                canvas.text(x + 1, at.top + at.rows - 1 - part, bar, p.raised if p.colourful else p.line)


def _dots(at: Frame, heights: Float64) -> Float64:
    """Rows of dots, from the top, of places on the axes."""
    rows = (1 - heights) * (at.rows * 4 - 1)
    return np.where(heights == BELOW, at.rows * 4 + 1.5, rows)


def _lines(at: Frame, heights: Float64, *, thick: bool = False, spacing: int = 1) -> braille.Dots:
    """The dots of lines through `heights` (m, a)."""
    left, right = min(at.x), max(at.x)
    dots = braille.blank(right - left + 1, at.rows + at.below)
    m = len(heights)
    # Lines are joined into one, a NaN between each and the next.
    x = np.tile(np.append((np.asarray(at.x) - left) * 2.0 + 0.5, np.nan), m)
    y = np.concatenate([_dots(at, heights), np.full((m, 1), np.nan)], axis=1).ravel()
    braille.polyline(dots, x, y, thick=thick, spacing=spacing)
    return dots


Layer = tuple[braille.Dots, int]


def _single(
    p: Palette, at: Frame, shown: Axes, settings: ScoresSettings, letters: Letters, heights: Float64
) -> list[Layer]:
    """Every sample a line; those outside the brushes faint and dotted, below the others."""
    layers: list[Layer] = []
    if shown.brushed and not shown.lit.all():
        layers.append((_lines(at, heights[~shown.lit], spacing=3), p.line))
    if settings.colour is LineColour.RIGHT:
        parts = [(shown.right & shown.lit, p.better), (~shown.right & shown.lit, p.worse)]
    else:
        classes, number = np.unique(shown.true, return_counts=True)
        ranked = classes[np.argsort(-number, kind="stable")].tolist()
        parts = [(np.isin(shown.true, ranked[HUED:]) & shown.lit, p.muted)] if len(ranked) > HUED else []
        # The most frequent class first, so that the rare ones lie over it.
        for each in ranked[:HUED]:
            hue = letters.hue_of(int(each))
            parts.append(((shown.true == each) & shown.lit, p.class_colour(hue) if hue is not None else p.muted))
    return layers + [(_lines(at, heights[part]), colour) for part, colour in parts if part.any()]


def _many(p: Palette, at: Frame, shown: Axes, heights: Float64) -> list[Layer]:
    """A median and a band from 5 to 95 % of all samples, and of those inside the brushes."""
    layers = [(_band(at, heights), p.line), (_median(at, heights), p.muted)]
    if shown.brushed and shown.lit.any():
        lit = heights[shown.lit]
        layers += [(_band(at, lit, 1), p.better), (_median(at, lit), p.better)]
    return layers


def _median(at: Frame, heights: Float64) -> braille.Dots:
    return _lines(at, bands(heights, (0.5,)))


def _band(at: Frame, heights: Float64, phase: int = 0) -> braille.Dots:
    """Every second dot between the 5 % and the 95 % of each axis, straight lines from axis to axis."""
    low, high = _dots(at, bands(heights, (0.05, 0.95)))
    left, right = min(at.x), max(at.x)
    dots = braille.blank(right - left + 1, at.rows + at.below)
    x = np.arange(dots.shape[1])
    ends = (np.asarray(at.x) - left) * 2.0 + 0.5
    upper, lower = np.rint(np.interp(x, ends, high)), np.rint(np.interp(x, ends, low))
    y = np.arange(dots.shape[0])[:, None]
    inside = (y >= upper) & (y <= lower)
    return np.asarray(inside & ((x + phase) % 2 == 0) & ((y + phase) % 2 == 0), dtype=np.bool_)


def _draw_layers(canvas: Canvas, at: Frame, layers: list[Layer]) -> None:
    """One layer over the other: dots add up, a cell has the colour of the topmost."""
    if not layers or not at.x:
        return
    left = min(at.x)
    bits = np.zeros((at.rows + at.below, max(at.x) - left + 1), np.uint32)
    colour = np.zeros(bits.shape, np.int32)
    for dots, ink in layers:
        codes = braille.codes(dots)
        here = codes != ord(" ")
        bits[here] |= codes[here] - _BRAILLE
        colour[here] = ink
    rows, columns = np.nonzero(bits)
    rows, columns = rows + at.top, columns + left
    inside = (rows < canvas.height) & (columns < canvas.width)
    where = rows[inside], columns[inside]
    drawn = bits > 0
    canvas.code[where] = (bits[drawn] + _BRAILLE)[inside]
    canvas.fg[where] = colour[drawn][inside]
    canvas.attrs[where] = 0


def _draw_brush(
    canvas: Canvas, at: Frame, shown: Axes, settings: ScoresSettings, number: int, under: bool
) -> None:
    """A bracket around the kept part of an axis, and what it keeps: `≥ .80: 25 of 110`."""
    brush = shown.brushes[number]
    if brush is None:
        return
    p, x = canvas.palette, at.x[number]
    ends = [float(place(each, settings.logit)) for each in (brush.low, brush.high)]
    if shown.names[number] in settings.inverted:
        ends = [1 - each for each in reversed(ends)]
    top, bottom = at.row(ends[1]), at.row(ends[0])
    colour = p.focus if under else p.text
    canvas.vline(x, top, bottom - top + 1, colour, "┃")
    if top < bottom:
        canvas.text(x - 1, top, "┏┳┓", colour)
        canvas.text(x - 1, bottom, "┗┻┛", colour)
    else:
        canvas.text(x - 1, top, "┣╋┫", colour)
    words = f"{range_words(brush.low, brush.high)}: {count(int(shown.lit.sum()))} of {count(shown.samples.n)}"
    if under:
        words += "  upper" if settings.upper else ""
    else:
        words = range_words(brush.low, brush.high)
    row = top if settings.upper and under else bottom
    left = x + 3 + text_width(words) > canvas.width
    canvas.text(x - 2 - text_width(words) if left else x + 3, row, words, colour, attrs=BOLD if under else 0)


def _draw_names(
    canvas: Canvas, at: Frame, shown: Axes, settings: ScoresSettings, letters: Letters, cursor: int
) -> None:
    p, y = canvas.palette, at.top + at.rows + at.below
    canvas.text(0, y, "axis", p.faint, width=LEFT - 1, align="right")
    for number, name in enumerate(shown.names):
        cls, x = int(shown.index[number]), at.x[number]
        room = (at.x[number + 1] if number + 1 < len(at.x) else canvas.width) - x - 1
        hue, under = letters.hue_of(cls), number == cursor
        colour = p.focus if under else p.class_colour(hue) if hue is not None else p.muted
        letter = letters.of(cls) + ("▾" if name in settings.inverted else "")
        used = canvas.text(x, y, letter, colour, attrs=BOLD | (UNDERLINE if under else 0))
        if room - used > 4:
            canvas.text(x + used + 1, y, sanitise(name), p.focus if under else p.muted, width=room - used - 1)
