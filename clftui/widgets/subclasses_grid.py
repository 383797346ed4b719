"""Correlations of samples as a square of half-block pixels, parts apart; its cursor and its scale."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import half_rows, legend, shades
from clftui.drawing.ramp import shade
from clftui.state.map_side import short_signed
from clftui.state.subclasses_model import Shown
from clftui.widgets.subclasses_layout import Plan

Float64 = NDArray[np.float64]

LEFT = 3
"""Columns for the number of a part and the cursor."""
FULL = 127
LOW, HIGH = 5, 99
"""Percentiles of the correlations where the ramp begins and ends."""


class Scale(NamedTuple):
    """Where the ramp begins and ends."""

    low: float
    high: float

    def level(self, r: Float64) -> Float64:
        """0 at or below `low`, 1 from `high` on; NaN stays."""
        return np.asarray(np.clip((r - self.low) / max(self.high - self.low, 0.01), 0.0, 1.0))


@lru_cache(maxsize=64)
def scale_of(found: Shown) -> Scale:
    """The scale of one comparison, told from its correlations between different samples."""
    r = found.kinds.r
    other = r[np.triu_indices(len(r), 1)][:: max(1, len(r) ** 2 // 100_000)]
    low, high = np.percentile(other, (LOW, HIGH)) / FULL if len(other) else (0.0, 1.0)
    return Scale(float(low), float(high))


@lru_cache(maxsize=64)
def pixels(found: Shown, plan: Plan) -> Float64:
    """(2 height, 2 height) mean correlations, NaN in the gaps. The same array for the same place on the screen."""
    r = found.correlations().astype(np.float64) / FULL
    side = 2 * plan.height
    at = np.full(side, -1)
    starts: list[int] = []
    ends: list[int] = []
    for part in range(len(plan.tall)):
        bins = plan.bins(part)
        first = 2 * plan.top(part)
        at[first : first + len(bins) - 1] = len(starts) + np.arange(len(bins) - 1)
        starts += bins[:-1].tolist()
        ends += bins[1:].tolist()
    means = _means(_means(r, starts, ends).T, starts, ends).T
    out = np.full((side, side), np.nan)
    filled = np.flatnonzero(at >= 0)
    out[np.ix_(filled, filled)] = means[np.ix_(at[filled], at[filled])]
    return out


def _means(values: Float64, starts: list[int], ends: list[int]) -> Float64:
    """(pixels, m) mean rows of each pixel; one row for a pixel narrower than a sample."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    first = np.minimum(np.asarray(starts), len(values) - 1)
    last = np.maximum(np.asarray(ends), first + 1)
    return np.asarray((total[last] - total[first]) / (last - first)[:, None])


def draw_square(canvas: Canvas, found: Shown, plan: Plan, scale: Scale) -> None:
    """The correlations alone."""
    draw_levels(canvas, plan.x, plan.y, scale.level(pixels(found, plan)))


def draw_levels(canvas: Canvas, x: int, y: int, level: Float64) -> None:
    """Levels (2 h, w) on the ice ramp as half blocks; NaN is the page. Without colour the stronger one as a shade."""
    p = canvas.palette
    if not p.colourful:
        both = np.fmax(level[0::2], level[1::2])
        canvas.put(x, y, shades(np.nan_to_num(both)), p.text, p.page)
        return
    # A weak correlation is not a gap: the ramp begins a little above the page.
    shown = np.where(np.isnan(level), np.nan, 0.06 + 0.94 * level)
    code, upper, lower = half_rows(shade(p.ice, shown, p.page))
    same = upper == lower
    canvas.put(x, y, np.where(same, BLANK, code), np.where(same, p.text, upper), lower)


def draw_margin(canvas: Canvas, found: Shown, plan: Plan, place: int) -> None:
    """The numbers of the parts at the left, the cursor at the left and on top."""
    p, line = canvas.palette, plan.line_of(place)
    here = found.part_at(place).number
    for facts in found.facts:
        if found.parts > 1:
            y = plan.y + plan.top(facts.number - 1) + (plan.tall[facts.number - 1] - 1) // 2
            ink = p.text if facts.number == here else p.muted
            canvas.text(plan.x - LEFT, y, str(facts.number), ink, attrs=BOLD * (facts.number == here))
    canvas.text(plan.x - 1, plan.y + line, "▸", p.focus, attrs=BOLD)
    canvas.text(plan.x + 2 * line, plan.y - 1, "▾", p.focus, attrs=BOLD)


def draw_scale(canvas: Canvas, x: int, y: int, scale: Scale) -> int:
    """`correlation .31 ░▒▓ .94`; the columns it takes."""
    used = canvas.text(x, y, "correlation ", canvas.palette.muted)
    return used + legend(canvas, x + used, y, canvas.palette.ice, short_signed(scale.low), short_signed(scale.high), 10)
