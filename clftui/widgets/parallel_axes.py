"""Parallel coordinates: a line of dots for each sample through its scores, or a median and a band of many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.brushes import BELOW, bands, histogram, place
from clftui.drawing import braille
from clftui.drawing.canvas import BOLD, UNDERLINE, Canvas
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import blend
from clftui.state.score_filter import range_words
from clftui.state.scores_axes import MANY, Axes
from clftui.state.scores_letters import Letters
from clftui.state.scores_settings import LineColour, ScoresSettings
from clftui.text import count, sanitise, text_width

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

LEFT, RIGHT = 8, 12
BAR = 3
"""Cells of the longest bar of an axis' histogram."""
BARS_FROM = 7
"""Cells between axes that leave room for bars."""
CROWD = 12
"""From so many lines on their colour tells how many run through a cell."""
FAINTEST = 0.3
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
    p = canvas.palette
    if shown.samples.n > MANY:
        groups = _many(p, at, shown, heights)
    else:
        groups = _single(p, at, shown, settings, letters, heights)
    if line >= 0 and shown.a:
        groups.append([_plain(_lines(at, heights[line : line + 1], thick=not p.colourful), p.text)])
    _draw_groups(canvas, at, groups)
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


Layer = tuple[braille.Dots, Int32]
"""Dots, and a colour for each cell of theirs."""


def _dense(at: Frame, heights: Float64, p: Palette, colour: int) -> Layer:
    """Lines through `heights` (m, a): where few run the fainter, so that a crowd does not bury its shape."""
    dots = _lines(at, heights)
    if not p.colourful or len(heights) < CROWD:
        return _plain(dots, colour)
    left, right = min(at.x), max(at.x)
    columns = np.arange(right - left + 1)
    # A line is in the cells between its heights at a column's two edges: counted by their ends, then summed up.
    x = np.asarray(at.x) - left
    count = np.zeros((dots.shape[0] // 4 + 1, len(columns)))
    rows = np.asarray(_dots(at, heights) // 4, dtype=np.float64)
    middle = columns.astype(np.float64)
    here, there = (_at_columns(rows, x, each) for each in (middle - 0.5, middle + 0.5))
    first, last = np.minimum(here, there), np.maximum(here, there)
    known = ~(np.isnan(first) | np.isnan(last))
    number = np.broadcast_to(np.arange(len(columns)), first.shape)[known]
    top = len(count) - 1
    np.add.at(count, (np.clip(np.rint(first[known]), 0, top).astype(np.intp), number), 1)
    np.add.at(count, (np.clip(np.rint(last[known]) + 1, 0, top).astype(np.intp), number), -1)
    lines = np.maximum(np.cumsum(count, axis=0)[:-1], 1)
    level = np.log(lines) / max(float(np.log(lines.max())), 1e-9)
    return dots, blend(p.page, colour, FAINTEST + (1 - FAINTEST) * level)


def _at_columns(rows: Float64, x: NDArray[np.int64], columns: NDArray[np.float64]) -> Float64:
    """(m, c) heights of lines with `rows` (m, a) on the axes at `x`, at some columns."""
    if len(x) < 2:
        return np.repeat(rows, len(columns), axis=1)
    part = np.clip(np.searchsorted(x, columns, side="right") - 1, 0, len(x) - 2)
    share = np.clip((columns - x[part]) / np.maximum(x[part + 1] - x[part], 1), 0, 1)
    found: Float64 = rows[:, part] * (1 - share) + rows[:, part + 1] * share
    return found


def _plain(dots: braille.Dots, colour: int) -> Layer:
    return dots, np.full((dots.shape[0] // 4, dots.shape[1] // 2), colour, np.int32)


def _single(
    p: Palette, at: Frame, shown: Axes, settings: ScoresSettings, letters: Letters, heights: Float64
) -> list[list[Layer]]:
    """Every sample a line; those outside the brushes faint, without colours dotted, below the others."""
    groups: list[list[Layer]] = []
    if shown.brushed and not shown.lit.all():
        unlit = heights[~shown.lit]
        faint = _dense(at, unlit, p, p.line) if p.colourful else _plain(_lines(at, unlit, spacing=3), p.line)
        groups.append([faint])
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
    groups.append([_dense(at, heights[part], p, colour) for part, colour in parts if part.any()])
    return groups


def _many(p: Palette, at: Frame, shown: Axes, heights: Float64) -> list[list[Layer]]:
    """A median and a band from 5 to 95 % of all samples, and of those inside the brushes."""
    groups = [[_plain(_band(at, heights), p.line), _plain(_median(at, heights), p.muted)]]
    if shown.brushed and shown.lit.any():
        lit = heights[shown.lit]
        groups.append([_plain(_band(at, lit, 1), p.better), _plain(_median(at, lit), p.better)])
    return groups


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


def _draw_groups(canvas: Canvas, at: Frame, groups: list[list[Layer]]) -> None:
    """Layers of a group add up their dots, a cell has the colour of the topmost; a group hides those before it."""
    if not at.x:
        return
    left = min(at.x)
    bits = np.zeros((at.rows + at.below, max(at.x) - left + 1), np.uint32)
    colour = np.zeros(bits.shape, np.int32)
    for layers in groups:
        own = np.zeros_like(bits)
        for dots, ink in layers:
            codes = braille.codes(dots)
            here = codes != ord(" ")
            own[here] |= codes[here] - _BRAILLE
            colour[here] = ink[here]
        bits[own > 0] = own[own > 0]
    rows, columns = np.nonzero(bits)
    inside = (rows + at.top < canvas.height) & (columns + left < canvas.width)
    rows, columns = rows[inside], columns[inside]
    where = rows + at.top, columns + left
    canvas.code[where] = bits[rows, columns] + _BRAILLE
    canvas.fg[where] = colour[rows, columns]
    canvas.attrs[where] = 0


def _draw_brush(canvas: Canvas, at: Frame, shown: Axes, settings: ScoresSettings, number: int, under: bool) -> None:
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
            canvas.text(
                x + used + 1, y, sanitise(letters.names[cls]), p.focus if under else p.muted, width=room - used - 1
            )
