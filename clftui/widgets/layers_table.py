"""Draws the power of layers: a line a layer with its accuracy on an axis, and how well it tells groups apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import whisker
from clftui.drawing.ramp import shade
from clftui.state.layers_model import Hits, LayerRow, Power
from clftui.text import count, percent, rate, text_width

Float64 = NDArray[np.float64]

CELL = 11
"""Columns of a level: its number and a gap."""
SCORE = 13
LEAST_AXIS = 16


@dataclass(frozen=True)
class LayersColumns:
    """Where the columns of the layers' table stand on a canvas `width` wide."""

    name: int
    units: int
    score: int
    axis: int
    axis_width: int
    """0 where there is no room."""
    cells: int
    levels: tuple[int, ...]
    """Which levels show, by number; the classes themselves are the accuracy and come last."""


def layers_columns(shown: Power, width: int) -> LayersColumns:
    """Names, units, accuracy, axis and as many levels as fit, the coarsest ones first."""
    name = min(max(max(text_width(row.name) for row in shown.rows), 6), max(10, width // 5))
    units = name + 3
    score = units + 7
    cells = score + SCORE + 2
    room = max(width - cells - 1, 0)
    groups = len(shown.levels) - 1
    fit = min(groups, max(room // CELL, 0))
    # The coarsest says most beside the classes; of many levels those between are left out.
    chosen = sorted({round(at) for at in np.linspace(0, groups - 1, fit)}) if fit else []
    axis_width = room - len(chosen) * CELL - 2
    if axis_width < LEAST_AXIS:
        axis_width = 0
    axis_width = min(axis_width, 60)
    axis = cells
    cells += axis_width + 3 if axis_width else 0
    return LayersColumns(2, units, score, axis, axis_width, cells, tuple(chosen))


def axis_ends(shown: Power) -> tuple[float, float]:
    """The ends of the accuracy's axis: tenths around all intervals."""
    ends = [each for told in shown.counted.levels if told for each in told[-1].interval if math.isfinite(each)]
    if not ends:
        return 0.0, 1.0
    return math.floor(min(ends) * 10) / 10, min(math.ceil(max(ends) * 10) / 10, 1.0)


def draw_heads(canvas: Canvas, y: int, shown: Power, at: LayersColumns) -> None:
    """The columns' names, the axis' ends."""
    p = canvas.palette
    canvas.text(at.name, y, "layer", p.muted)
    canvas.text(at.units, y, "units", p.muted, width=5, align="right")
    canvas.text(at.score, y, "accuracy %", p.muted)
    if at.axis_width:
        low, high = axis_ends(shown)
        canvas.text(at.axis, y, f"{100 * low:.0f}", p.muted)
        canvas.text(at.axis, y, f"{100 * high:.0f}", p.muted, width=at.axis_width, align="right")
    for number, level in enumerate(at.levels):
        words = f"{count(len(shown.levels[level].names))} groups"
        canvas.text(at.cells + number * CELL, y, words, p.muted, width=CELL - 1)


def draw_layer(canvas: Canvas, y: int, shown: Power, at: LayersColumns, row: int, focused: bool, marked: bool) -> None:
    """One layer's line; `marked`: classes are compared in it."""
    p, each, told = canvas.palette, shown.rows[row], shown.counted.levels
    if focused:
        canvas.paint(0, y, canvas.width, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.focus)
    if marked:
        canvas.text(1, y, "▸", p.text)
    ink = p.text if each.predicted is not None else p.muted
    width = at.units - at.name - 1
    canvas.text(at.name, y, each.name, ink, attrs=BOLD if focused else 0, width=width, middle=True)
    if each.units:
        canvas.text(at.units, y, count(each.units), p.muted, width=5, align="right")
    hits = told[row] if row < len(told) else ()
    if not hits:
        canvas.text(at.score, y, _state(each), p.muted, width=canvas.width - at.score - 1)
        return
    _draw_score(canvas, y, shown, at, each, hits[-1])
    for number, level in enumerate(at.levels):
        draw_cell(canvas, at.cells + number * CELL, y, hits[level].share, CELL - 2)


def _state(row: LayerRow) -> str:
    return row.words if not row.share > 0 else f"{percent(row.share, 0)} %  {row.words}"


def _draw_score(canvas: Canvas, y: int, shown: Power, at: LayersColumns, row: LayerRow, hits: Hits) -> None:
    p = canvas.palette
    low, high = hits.interval
    value, arms = rate(hits.share, low, high)
    canvas.text(at.score, y, value, p.text, width=6, align="right")
    canvas.text(at.score + 7, y, arms, p.faint)
    if not at.axis_width:
        return
    ends = axis_ends(shown)
    mark = "◆" if row.is_output else "●"
    colour = p.focus if row.is_output else p.text
    for column, cell in enumerate(whisker(low, hits.share, high, *ends, at.axis_width, mark)):
        if cell != " ":
            canvas.text(at.axis + column, y, cell, colour if cell == mark else p.faint)


def draw_cell(canvas: Canvas, x: int, y: int, share: float, width: int) -> None:
    """A recall as a cell of the ice ramp with its number, the lower the stronger; undefined is a dash."""
    p = canvas.palette
    if math.isnan(share):
        canvas.text(x, y, "–", p.faint, width=width, align="center")
        return
    digits = percent(share, 1 if width >= 5 else 0)
    words = digits if text_width(digits) <= width else "●"
    level = ice_levels(np.asarray([share]))
    if not p.colourful:
        words = f"{p.shade_glyph(float(level[0]))} {words}" if width > text_width(words) + 1 else words
        canvas.text(x, y, words, p.text, width=width, align="right")
        return
    paper = int(shade(p.ice, level, p.page)[0])
    canvas.put(x, y, np.full(width, BLANK, np.uint32), p.text, paper)
    canvas.text(x, y, words, p.ink(paper), paper, width=width, align="center")


def ramp_steps(length: int) -> NDArray[np.intp]:
    """(256,) which colours of a ramp of `length` stand for recalls from 1 down to 0, for a legend."""
    steps: NDArray[np.intp] = np.rint(ice_levels(np.linspace(1, 0, 256)) * (length - 1)).astype(np.intp)
    return steps


def ice_levels(recall: Float64) -> Float64:
    """Places of recalls on the ramp, strong where low: half of it is the upper fifth, where most are; NaN undefined."""
    return np.asarray(np.maximum((1 - recall) ** 0.43, 1 / 64))
