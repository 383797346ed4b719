"""Draws classes by layer: recall in each, where the probe beats the output, and from which layer on it is separable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clftui.analysis.significance import ALPHA
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import half_rows, shades, whisker
from clftui.drawing.ramp import Ints, shade
from clftui.state.layers_model import Power
from clftui.text import UNDEFINED, p_value, signed, text_width
from clftui.widgets.layers_table import draw_cell, ice_levels

FACTS = (("at", 11), ("gain", 7), ("", 6), ("q", 6), ("  from", 13))
"""The layer compared, its recall less the output's, half the interval, q, where the class is first separable."""


@dataclass(frozen=True)
class ClassColumns:
    """Where the columns of the classes stand."""

    name: int
    name_width: int
    cells: int
    cell: int
    """Columns of a layer's cell with its gap; 1 without a number."""
    facts: int
    kept: tuple[int, ...]
    axis: int
    axis_width: int
    strip: int
    """Where the overview of all classes stands; -1 without."""


def class_columns(shown: Power, width: int, many: bool) -> ClassColumns:
    """Columns for a canvas `width` wide; `many`: not all classes fit, an overview shows beside them."""
    layers = len(shown.rows)
    longest = max((text_width(shown.names[cls]) for cls in shown.order[:500].tolist()), default=6)
    name_width = min(max(longest, 8), max(10, width // 5))
    strip = layers + 2 if many and width > 60 + 2 * layers else 0
    room = width - 3 - name_width - strip - 1
    cell = next((each for each, facts in ((7, 2), (4, 3)) if each * layers + _needed(facts) <= room), 1)
    cells = 2 + name_width + 1
    facts = cells + cell * layers + 1
    left = width - strip - facts - 1
    kept = []
    for each in (1, 0, 4, 3, 2):
        if FACTS[each][1] <= left:
            kept.append(each)
            left -= FACTS[each][1]
    axis_width = min(left - 3, 41) if left >= 18 else 0
    axis = facts + sum(FACTS[each][1] for each in kept) + 2
    return ClassColumns(2, name_width, cells, cell, facts, tuple(sorted(kept)), axis, max(axis_width, 0),
                        width - layers - 1 if strip else -1)  # fmt: skip


def _needed(facts: int) -> int:
    return sum(FACTS[each][1] for each in (1, 0, 4)[:facts])


def draw_class_heads(canvas: Canvas, y: int, shown: Power, at: ClassColumns) -> None:
    """Names of layers and of facts."""
    p = canvas.palette
    canvas.text(at.name, y, "recall %" if at.cell > 1 else "recall", p.muted)
    for number, row in enumerate(shown.rows):
        if at.cell > 1:
            canvas.text(at.cells + number * at.cell, y, row.name, p.muted, width=at.cell - 1)
    if at.cell == 1 and shown.rows:
        canvas.text(at.cells, y, "▸" if len(shown.rows) < 9 else f"{len(shown.rows) - 1} layers ▸", p.muted,
                    width=max(len(shown.rows), 1))  # fmt: skip
    x = at.facts
    for each in at.kept:
        head, width = FACTS[each]
        right = each in (1, 2, 3)
        canvas.text(x, y, head, p.muted, width=width - (0 if right else 1), align="right" if right else "left")
        x += width
    if at.axis_width:
        middle = at.axis + at.axis_width // 2
        canvas.text(middle - 9, y, "output ◂", p.muted)
        canvas.text(middle + 2, y, "▸ probe", p.muted)


def draw_class(canvas: Canvas, y: int, shown: Power, at: ClassColumns, cls: int, focused: bool, limit: float) -> None:
    """One class's line."""
    p = canvas.palette
    if focused:
        canvas.paint(0, y, at.strip - 1 if at.strip > 0 else canvas.width, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.focus)
    name = shown.names[cls]
    canvas.text(at.name, y, name, p.text, attrs=BOLD if focused else 0, width=at.name_width, middle=True)
    recall = shown.counted.recall[:, cls] if len(shown.counted.recall) else np.full(len(shown.rows), math.nan)
    if at.cell > 1:
        for number, share in enumerate(recall.tolist()):
            draw_cell(canvas, at.cells + number * at.cell, y, share, at.cell - 1)
    else:
        _put(canvas, at.cells, y, ice_levels(recall)[None])
    _draw_facts(canvas, y, shown, at, cls, focused, limit)


def _put(canvas: Canvas, x: int, y: int, levels: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.put(x, y, np.full(levels.shape, BLANK, np.uint32), p.text, shade(p.ice, levels, p.page))
    else:
        canvas.put(x, y, shades(levels), p.text)


def _draw_facts(canvas: Canvas, y: int, shown: Power, at: ClassColumns, cls: int, focused: bool, limit: float) -> None:
    p, found = canvas.palette, shown.counted.gains
    best = shown.against(cls)
    first = int(shown.counted.first[cls]) if len(shown.counted.first) else -1
    # An earlier layer may come still.
    start = shown.rows[first].name if first >= 0 and not shown.waiting else UNDEFINED
    if best < 0:
        cells = {4: (f"  {start}", p.muted)}
    else:
        difference, low, high, q = (
            float(each[best, cls]) for each in (found.difference, found.low, found.high, found.q)
        )
        told = q < ALPHA
        colour = p.muted if not told else p.better if difference > 0 else p.worse
        mark = "" if not told else "▲" if difference > 0 else "▼"
        half = f"±{50 * (high - low):.1f}" if math.isfinite(high) else ""
        cells = {
            0: (shown.rows[shown.counted.compared[best]].name, p.text),
            1: (f"{mark}{signed(100 * difference)}", colour),
            2: (half, p.faint),
            3: (p_value(q), p.text if told else p.faint),
            4: (f"  {start}", p.muted),
        }
    x = at.facts
    for each in at.kept:
        words, ink = cells.get(each, ("", p.muted))
        width, right = FACTS[each][1], each in (1, 2, 3)
        canvas.text(x, y, words, ink, attrs=BOLD if focused and each == 1 else 0,
                    width=width - (0 if right else 1), align="right" if right else "left")  # fmt: skip
        x += width
    if at.axis_width and best >= 0:
        _draw_whisker(canvas, at.axis, y, at.axis_width, (low, difference, high), limit, colour)


def _draw_whisker(
    canvas: Canvas, x: int, y: int, width: int, values: tuple[float, float, float], limit: float, colour: int
) -> None:
    p = canvas.palette
    wide = width - 1 + width % 2
    canvas.text(x + wide // 2, y, "┊", p.line)
    for column, cell in enumerate(whisker(*values, -limit, limit, wide)):
        if cell != " ":
            canvas.text(x + column, y, cell, colour if cell == "●" else p.faint)


def difference_limit(shown: Power, classes: Sequence[int]) -> float:
    """The end of the axis of differences: what the shown classes need."""
    found = shown.counted.gains
    ends = [
        abs(float(each[best, cls]))
        for cls in classes
        if (best := shown.against(cls)) >= 0
        for each in (found.low, found.high)
        if math.isfinite(each[best, cls])
    ]
    return max(ends, default=1.0)


def draw_overview(canvas: Canvas, y: int, height: int, shown: Power, at: ClassColumns, top: int, lines: int) -> None:
    """All classes from top to bottom, two half rows a line, a column a layer; a line marks which of them show."""
    p, recall = canvas.palette, shown.counted.recall
    if at.strip < 0 or not len(recall) or height < 1:
        return
    parts = np.array_split(shown.order, min(2 * height, len(shown.order)))
    means = np.asarray([[_mean(recall[row, part]) for row in range(len(recall))] for part in parts])
    levels = ice_levels(means)
    if len(levels) % 2:
        levels = np.concatenate([levels, np.full((1, levels.shape[1]), np.nan)])
    if p.colourful:
        colours: Ints = shade(p.ice, levels, p.page)
        canvas.put(at.strip, y, *half_rows(colours))
    else:
        pairs = np.nan_to_num(levels).reshape(len(levels) // 2, 2, -1).mean(axis=1)
        canvas.put(at.strip, y, shades(pairs), p.text)
    rows = len(levels) // 2
    start = y + top * rows // max(len(shown.order), 1)
    end = y + max((top + lines) * rows // max(len(shown.order), 1), top * rows // max(len(shown.order), 1) + 1)
    canvas.vline(at.strip - 1, start, min(end, y + rows) - start, p.focus, "┃")


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan
