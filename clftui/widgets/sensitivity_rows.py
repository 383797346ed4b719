"""Draws what changes cost: a line a group or class, a cell a change; beside it which splits are right together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.ramp import diverge, inks
from clftui.state.sensitivity import Sensitivity
from clftui.state.sensitivity_view import SetLine, Shown
from clftui.text import UNDEFINED, count, p_value, percent, signed, text_width

LEAST_CELL, MOST_CELL = 8, 13
SIDE = 34
"""Columns that the list of sets needs beside the table."""
LEAST_WORDS = 24
"""Columns that the names of splits need beside the marks."""
BELOW = 7
"""Lines of it below the table, where there is no room beside."""


@dataclass(frozen=True)
class SensitivityLayout:
    """Where everything stands; the table begins at the left."""

    name: int
    """Columns of the names."""
    n: int
    """Column of the number of samples, then that of the value unchanged."""
    value: int
    cells: int
    cell: int
    """Columns of a change."""
    first: int
    """The first change that shows, and how many."""
    columns: int
    rows: int
    """Lines of the table."""
    side: int
    """Column of the sets; -1 below the table."""
    below: int
    """Line of the sets; -1 beside the table, or where there is no room."""

    def column_at(self, x: int) -> int | None:
        """The change at a column of the screen."""
        at = (x - self.cells) // self.cell
        return self.first + at if x >= self.cells and at < self.columns else None


def layout_of(shown: Shown, width: int, height: int, first: int) -> SensitivityLayout:
    """The layout of a canvas; `first` is the change that showed first until now."""
    found = shown.found
    assert found is not None
    longest = max(
        (2 * max(found.tree.nodes[node].depth - 1, 0) + text_width(found.name_of(node)) for node in shown.nodes[:500]),
        default=8,
    )
    name = min(max(longest, 11), max(width // 4, 14))
    value = 2 + name + 1 + 7
    cells = value + 7
    wanted = min(max(max(text_width(each.name) for each in found.changes) + 1, LEAST_CELL), MOST_CELL)
    total = len(found.changes)
    beside = bool(shown.sets) and width - cells - total * LEAST_CELL >= SIDE + 2
    side = -1
    room = width - cells - 1
    if beside:
        cell = min(wanted, (room - SIDE - 1) // total)
        side = max(cells + total * cell + 2, width // 2)
    else:
        cell = min(wanted, max(room // total, LEAST_CELL))
    columns = max(min(total, (side - cells - 1 if beside else room) // cell), 1)
    focus = min(shown.column, total - 1)
    first = min(max(first, focus - columns + 1, 0), focus, total - columns)
    below = height - 1 - BELOW if shown.sets and not beside and height >= 16 else -1
    rows = max((below - 1 if below >= 0 else height - 2) - 1, 1)
    return SensitivityLayout(name, 2 + name + 1, value, cells, cell, first, columns, rows, side, below)


def draw_heads(canvas: Canvas, y: int, shown: Shown, at: SensitivityLayout) -> None:
    """Names of the columns."""
    p, found = canvas.palette, shown.found
    assert found is not None
    canvas.text(at.n, y, "n", p.muted, width=6, align="right")
    canvas.text(at.value, y, found.base, p.muted, width=6, align="right")
    for number in range(at.first, at.first + at.columns):
        focused = number == shown.column
        x = at.cells + (number - at.first) * at.cell
        canvas.text(x, y, found.changes[number].name, p.text if focused else p.muted, attrs=BOLD if focused else 0,
                    width=at.cell - 1, align="right", middle=True)  # fmt: skip
    if at.first + at.columns < len(found.changes):
        canvas.text(at.cells + at.columns * at.cell, y, "▸", p.muted)


def draw_row(canvas: Canvas, y: int, shown: Shown, at: SensitivityLayout, line: int, limit: float) -> None:
    """One group or class; `limit` is the greatest change, at which the colours end."""
    p, found = canvas.palette, shown.found
    assert found is not None
    node, focused = shown.nodes[line], line == shown.cursor
    if focused:
        canvas.paint(0, y, at.cells + at.columns * at.cell, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.faint if shown.in_sets else p.focus)
    indent = 2 * max(found.tree.nodes[node].depth - 1, 0)
    group = found.kind_of(node) != "class"
    canvas.text(2 + indent, y, found.name_of(node), p.text if group or focused else p.muted,
                attrs=BOLD if group or focused else 0, width=at.name - indent, middle=True)  # fmt: skip
    canvas.text(at.n, y, count(int(found.n[node])), p.muted, width=6, align="right")
    before = float(found.before[node, min(shown.column, len(found.changes) - 1)])
    canvas.text(at.value, y, UNDEFINED if math.isnan(before) else percent(before), p.text, width=6, align="right")
    for number in range(at.first, at.first + at.columns):
        here = focused and number == shown.column
        _draw_cell(canvas, at.cells + (number - at.first) * at.cell, y, at.cell - 1, found, node, number, limit, here)


def _draw_cell(
    canvas: Canvas, x: int, y: int, width: int, found: Sensitivity, node: int, number: int, limit: float, here: bool
) -> None:
    p, change = canvas.palette, float(found.change[node, number])
    if math.isnan(change):
        canvas.text(x, y, UNDEFINED, p.faint, width=width, align="right")
        return
    told = found.significant(node, number)
    mark = "" if not told else "▼" if change < 0 else "▲"
    words = f"{mark}{signed(100 * change)}"
    if text_width(words) >= width:
        words = f"{mark}{signed(100 * change, 0)}"
    ink, attrs = (p.text if told else p.muted), (BOLD if told or here else 0)
    if p.colourful and told:
        level = -np.sign(change) * math.sqrt(min(abs(change) / limit, 1.0)) if limit > 0 else 0.0
        paper = int(diverge(p.worse_arm, p.better_arm, np.array([level]), p.page)[0])
        ink = int(inks(np.array([paper]))[0])
        canvas.paint(x, y, width, 1, bg=paper)
    elif told:
        ink = p.worse if change < 0 else p.better
    canvas.text(x + 1, y, words, ink, attrs=attrs, width=width - 1, align="right")
    if here:
        canvas.text(x, y, "▐", p.focus)


@dataclass(frozen=True)
class _SetColumns:
    number: int
    """Columns of the numbers."""
    marks: int
    """Splits whose marks have room."""
    words: int
    """Columns of the names; 0 where first letters stand above the marks instead."""


def _set_columns(shown: Shown, width: int) -> _SetColumns:
    assert shown.found is not None
    number = max((text_width(count(each.n)) for each in shown.sets), default=1)
    room = width - 4 - number
    marks = min(1 + len(shown.found.matched), max(room // 2, 0))
    words = room - 2 * marks
    return _SetColumns(number, marks, words if words >= LEAST_WORDS else 0)


def set_heads(shown: Shown, width: int) -> int:
    """Lines above the first set."""
    return 1 if _set_columns(shown, width).words else 2


def draw_sets(canvas: Canvas, x: int, y: int, width: int, height: int, shown: Shown, top: int) -> None:
    """A title, then which splits are right together for the samples of the focused line, from line `top` on."""
    p, found, at = canvas.palette, shown.found, _set_columns(shown, width)
    assert found is not None
    title = f"{count(shown.samples)} samples of {found.name_of(shown.node)}"
    canvas.text(x, y, title, p.text, attrs=BOLD, width=width, middle=True)
    if not at.words:
        initials = " ".join(["=", *(each.name[:1] for each in found.matched)])
        canvas.text(x + 4 + at.number, y + 1, initials, p.muted, width=2 * at.marks)
    heads = set_heads(shown, width)
    for row, each in enumerate(shown.sets[top : top + height - heads]):
        _draw_set(canvas, x, y + heads + row, width, found, at, each, shown.in_sets and top + row == shown.line)


def _draw_set(
    canvas: Canvas, x: int, y: int, width: int, found: Sensitivity, at: _SetColumns, line: SetLine, focused: bool
) -> None:
    p, inner = canvas.palette, x + 4 + at.number
    if focused:
        canvas.paint(x, y, width, 1, bg=p.raised)
        canvas.text(x, y, "▌", p.focus)
    canvas.text(x + 2, y, count(line.n), p.text if line.n else p.faint, width=at.number, align="right",
                attrs=BOLD if focused else 0)  # fmt: skip
    if line.words:
        canvas.text(inner, y, line.words, p.text, width=x + width - inner)
        return
    for number, split in enumerate((found.base, *(each.split for each in found.matched))[: at.marks]):
        good = split in line.right
        canvas.text(inner + 2 * number, y, "✓" if good else "✗", p.better if good else p.worse)
    canvas.text(inner + 2 * at.marks + 1, y, _wrong_words(found, line), p.faint, width=max(at.words - 1, 0))


def _wrong_words(found: Sensitivity, line: SetLine) -> str:
    own = ["unchanged"] if found.base in line.wrong else []
    return f"wrong: {', '.join([*own, *(each.name for each in found.matched if each.split in line.wrong)])}"


def foot_words(shown: Shown) -> str:
    """The focused cell in a line: `cat, rotate90: 90.0 → 15.0 %, −75.0 (−93.0 to −43.3), q .002`."""
    found = shown.found
    assert found is not None
    number = min(shown.column, len(found.changes) - 1)
    node, change = shown.node, found.changes[number]
    before, after, low, high, q = (
        float(each[node, number]) for each in (found.before, found.after, found.low, found.high, found.q)
    )
    name = found.name_of(node)
    if math.isnan(before) or math.isnan(after):
        return f"{name}, {change.name}: undefined for want of samples"
    words = f"{name}, {change.name}: {percent(before)} → {percent(after)} %, {signed(100 * (after - before))}"
    if not math.isnan(low):
        words += f" ({signed(100 * low)} to {signed(100 * high)})"
    words += f", q {p_value(q)}" if not math.isnan(q) else ""
    words += "" if change.paired else ", other samples"
    words += f"; {found.troubles[0]}" if found.troubles else ""
    return words if change.epoch == found.epoch else f"{words}, epoch {change.epoch}"
