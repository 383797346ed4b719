"""The response map as cells: a two-part scale of colours, its units' heads, its legend and its cursor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER, half_rows, shades
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints
from clftui.state.responses_model import Scale
from clftui.state.unit_filter import response_words
from clftui.text import text_width
from clftui.widgets.responses_layout import Plan

Float64 = NDArray[np.float64]

BELOW, ABOVE = 0.62, 0.5
"""Where the ice ramp ends below the threshold, and where the ember ramp begins at it."""
LEGEND = 14
APART = 4
"""Columns of a unit from which on its bar leaves a blank beside the next."""
NAME_EVERY = 3
"""Screen rows from one name to the next where a row holds two lines."""
SILENT, MARK = "×", "●"
_HEIGHTS = np.array([ord(char) for char in " ▁▂▃▄▅▆▇█"], np.uint32)


def colours(palette: Palette, scale: Scale, values: Float64) -> Ints:
    """The colour of each response: ice below the threshold, ember from it on; undefined ones are the page."""
    level, limit = scale.level(values), float(scale.level(np.array(scale.threshold)))
    above = values >= scale.threshold
    cold = np.clip(np.nan_to_num(level) / limit if limit > 0 else level * 0, 0, 1) * BELOW
    hot = ABOVE + (1 - ABOVE) * np.clip((level - limit) / (1 - limit) if limit < 1 else level * 0 + 1, 0, 1)
    found = np.where(above, _on(palette.ember, hot), _on(palette.ice, cold))
    return np.where(np.isnan(values), palette.page, found).astype(np.int32)


def _on(ramp: Ints, level: Float64) -> Ints:
    return ramp[np.rint(np.nan_to_num(level) * (len(ramp) - 1)).astype(np.intp)]


def glyphs(scale: Scale, values: Float64) -> NDArray[np.uint32]:
    """The same without colours: ` ░▒▓` below the threshold, a full block from it on."""
    level, limit = scale.level(values), float(scale.level(np.array(scale.threshold)))
    share = np.clip(level / limit, 0, 1) if limit > 0 else level * 0
    # The weakest tenth stays blank, or a page full of units that hardly answer would be grey.
    faint = np.where(share < 0.1, 0, share * 0.74)
    return shades(np.where(values >= scale.threshold, 1.0, faint))


def draw_map(canvas: Canvas, plan: Plan, scale: Scale, values: Float64) -> None:
    """Responses of what shows, (lines, units) or (lines, units x places)."""
    p = canvas.palette
    if values.shape[1] == plan.units:
        values = np.repeat(values, plan.unit_width, axis=1)
    values = values[:, : plan.width]
    if not p.colourful:
        if not plan.line_height:
            blank = np.full((len(values) % 2, values.shape[1]), np.nan)
            values = np.concatenate([values, blank])
            values = np.fmax(values[0::2], values[1::2])
        code = np.repeat(glyphs(scale, values), max(plan.line_height, 1), axis=0)
        strong = np.repeat(values >= scale.threshold, max(plan.line_height, 1), axis=0)
        canvas.put(plan.x, plan.y, code, np.where(strong, p.text, p.muted), p.page, np.where(strong, BOLD, 0))
        return
    paper = colours(p, scale, values)
    if plan.line_height:
        paper = np.repeat(paper, plan.line_height, axis=0)
        canvas.put(plan.x, plan.y, np.full(paper.shape, BLANK, np.uint32), p.text, paper)
        return
    blank_line = np.full((len(paper) % 2, paper.shape[1]), p.page, np.int32)
    code, upper, lower = half_rows(np.concatenate([paper, blank_line]))
    same = upper == lower
    canvas.put(plan.x, plan.y, np.where(same, BLANK, code), np.where(same, p.text, upper), lower)


def draw_silent(canvas: Canvas, plan: Plan, total: int) -> None:
    """The units that never answer, at the right: × over dots, or how many there are."""
    if not total:
        return
    p, x = canvas.palette, plan.x + plan.width
    if plan.silent:
        canvas.fill(x, plan.y - 1, plan.silent, 1, char=SILENT, fg=p.faint)
        for line in range(plan.lines):
            canvas.fill(x, plan.row(line), plan.silent, 1, char="·", fg=p.line)


def draw_head(canvas: Canvas, plan: Plan, label: str, levels: Float64, strong: NDArray[np.bool_]) -> None:
    """What orders the units, as a bar of a cell's height over each; `levels` (units,) 0..1, NaN a blank."""
    p = canvas.palette
    canvas.text(plan.label_x, plan.y - 1, label, p.muted, width=plan.label_width, align="right")
    steps = np.where(np.isnan(levels), 0, 1 + np.rint(np.clip(np.nan_to_num(levels), 0, 1) * 7)).astype(int)
    codes = np.repeat(_HEIGHTS[steps], plan.unit_width)
    if plan.unit_width >= APART:
        codes[plan.unit_width - 1 :: plan.unit_width] = BLANK
    ink = np.repeat(np.where(strong, p.text, p.faint), plan.unit_width)
    canvas.put(plan.x, plan.y - 1, codes[None, : plan.width], ink[None, : plan.width], p.page)


def draw_unit(canvas: Canvas, plan: Plan, at: int, words: str, beside: str) -> None:
    """`▾ unit 35` over the unit under the cursor, and words where they have room beside it."""
    p = canvas.palette
    canvas.text(plan.label_x, 0, "unit", p.muted, width=plan.label_width, align="right")
    edge = plan.side_x - 2 if plan.side_width else canvas.width
    x = plan.x + at * plan.unit_width + (plan.unit_width - 1) // 2
    wide = text_width(words) + 2
    left = x + wide > edge
    start = max(x - wide + 1, plan.x) if left else x
    canvas.text(start, 0, f"{words} ▾" if left else f"▾ {words}", p.focus, attrs=BOLD)
    room = edge - (start + wide + 3)
    if not left and text_width(beside) <= room:
        canvas.text(start + wide + 3, 0, beside, p.muted)
    elif text_width(beside) + 3 <= start - plan.x:
        canvas.text(plan.x, 0, beside, p.muted)


def draw_labels(canvas: Canvas, plan: Plan, names: Sequence[str], here: int, inside: NDArray[np.bool_]) -> None:
    """Names of the lines that show, a bar beside those of the target; `here` is the line under the cursor."""
    p = canvas.palette
    for line, name in enumerate(names):
        y = plan.row(line)
        if inside[line]:
            canvas.vline(plan.label_x - 1, y, max(plan.line_height, 1), p.focus, "▌")
        if line == here:
            continue
        apart = abs(y - plan.row(here)) >= 1 and line % (2 * NAME_EVERY) == 0 if not plan.line_height else True
        if apart:
            ink = p.text if plan.line_height else p.faint
            canvas.text(plan.label_x, y, name, ink, width=plan.label_width, align="right")
    if 0 <= here < len(names):
        canvas.fill(plan.label_x, plan.row(here), plan.label_width, 1)
        canvas.text(plan.label_x, plan.row(here), names[here], p.focus, attrs=BOLD, width=plan.label_width,
                    align="right")  # fmt: skip


def draw_cursor(canvas: Canvas, plan: Plan, line: int, unit: int) -> None:
    """The cell under the cursor: a dot in it, where rows hold two lines its half in the focus colour."""
    p, x, y = canvas.palette, plan.x + unit * plan.unit_width, plan.row(line)
    if not (0 <= unit < plan.units and 0 <= line < plan.lines and y < canvas.height and x < canvas.width):
        return
    wide = min(plan.unit_width, canvas.width - x)
    if not p.colourful:
        canvas.paint(x, y, wide, max(plan.line_height, 1), attrs=REVERSE | BOLD)
    elif plan.line_height:
        middle = x + (wide - 1) // 2
        paper = int(canvas.bg[y, middle])
        canvas.text(middle, y, MARK, p.ink(paper), paper, BOLD)
    else:
        for column in range(x, x + wide):
            blank = int(canvas.code[y, column]) != UPPER
            upper, lower = int(canvas.bg[y, column] if blank else canvas.fg[y, column]), int(canvas.bg[y, column])
            pair = (p.focus, lower) if line % 2 == 0 else (upper, p.focus)
            canvas.put(column, y, np.array([[UPPER]], dtype=np.uint32), *pair)


def draw_legend(canvas: Canvas, plan: Plan, scale: Scale, words: Sequence[str]) -> None:
    """`response 0 ▒▒▒▒ 5.3 ▓▓▓▓ 12`, the threshold where the colours part; then words as far as they fit."""
    p, y = canvas.palette, plan.legend_y
    if y < 0:
        return
    edge = plan.side_x - 2 if plan.side_width else canvas.width - 1
    canvas.text(plan.label_x, y, "response", p.muted, width=plan.label_width, align="right")
    at = plan.x + canvas.text(plan.x, y, f"{response_words(scale.low)} ", p.muted)
    half = LEGEND // 2
    for low, high in ((scale.low, scale.threshold), (scale.threshold, scale.top)):
        # Values in the middle of equal steps, none of the lower part on the threshold itself.
        values = low + (high - low) * (np.arange(half) + 0.5) / half
        if p.colourful:
            canvas.put(at, y, np.full((1, half), BLANK, np.uint32), p.text, colours(p, scale, values[None, :]))
        else:
            canvas.put(at, y, glyphs(scale, values)[None, :], p.text, p.page)
        at += half
        name = response_words(high)
        at += canvas.text(at, y, f" {name} ", p.text if high == scale.threshold else p.muted)
    for part in words:
        if at + text_width(part) + 2 > edge:
            continue
        at += 2 + canvas.text(at + 2, y, part, p.muted)


def draw_words(canvas: Canvas, x: int, y: int, width: int, rows: int, words: Sequence[str]) -> None:
    """Sentences on one line where they fit, else each on its own, as far as there are rows."""
    if rows < 1 or y < 1:
        return
    first, *more = words
    p, beside = canvas.palette, "; ".join(more)
    used = canvas.text(x, y, first, p.text, width=width)
    if used + 3 + text_width(beside) <= width:
        canvas.text(x + used + 3, y, beside, p.muted)
    elif rows > 1:
        canvas.text(x, y + 1, beside, p.muted, width=width)
