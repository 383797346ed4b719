"""Draws changes with their 95 % intervals on one axis: of one line under every change, of a group's children."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import whisker
from clftui.state.sensitivity_view import Shown, siblings
from clftui.text import UNDEFINED, signed, text_width

LEAST_LIMIT = 0.05
"""Shares that the axis reaches at least."""
MOST_NAME = 13
"""Columns of a name, where a third of the width is less."""
NUMBER = 9
"""Columns of a change and the gap after it."""
LEAST_ROOM = 12
"""Columns that an axis needs."""


class Line(NamedTuple):
    """A change as a share with its interval; NaN undefined."""

    name: str
    change: float
    low: float
    high: float
    told: bool
    """Whether it is beyond chance."""
    focused: bool


def draw_changes(canvas: Canvas, x: int, y: int, width: int, shown: Shown) -> None:
    """The changes of the focused line: a title, then a line a change."""
    found, node = shown.found, shown.node
    assert found is not None
    lines = [_line(shown, node, at, each.name, at == shown.column) for at, each in enumerate(found.changes)]
    _draw(canvas, x, y, width, f"{found.name_of(node)}: change and 95 % interval", lines)


def draw_children(canvas: Canvas, x: int, y: int, width: int, height: int, shown: Shown) -> None:
    """What the group under the cursor holds, or the class stands among, under the change under the cursor."""
    found = shown.found
    assert found is not None
    group, nodes = siblings(shown)
    at = min(shown.column, len(found.changes) - 1)
    lines = [_line(shown, node, at, found.name_of(node), node == shown.node) for node in nodes]
    focus = next((number for number, line in enumerate(lines) if line.focused), 0)
    room = height - 1
    top = max(0, min(focus - room // 2, len(lines) - room))
    more = f", {room} of {len(lines)}" if len(lines) > room else ""
    title = f"Under {found.changes[at].name}: {found.name_of(group)}{more}"
    _draw(canvas, x, y, width, title, lines[top : top + room], lines)


def _line(shown: Shown, node: int, at: int, name: str, focused: bool) -> Line:
    found = shown.found
    assert found is not None
    change, low, high = (float(each[node, at]) for each in (found.change, found.low, found.high))
    return Line(name, change, low, high, found.significant(node, at), focused)


def _draw(
    canvas: Canvas, x: int, y: int, width: int, title: str, lines: Sequence[Line], every: Sequence[Line] = ()
) -> None:
    """`every` are the lines that the axis holds, where not all of them show."""
    p = canvas.palette
    canvas.text(x, y, title, p.text, attrs=BOLD, width=width, middle=True)
    names = min(max((text_width(line.name) for line in every or lines), default=1), max(MOST_NAME, width // 3))
    start, room = x + names + NUMBER, width - names - NUMBER
    ends = [end for line in every or lines for end in (line.low, line.high) if math.isfinite(end)]
    low, high = min([-LEAST_LIMIT, *ends]), max([LEAST_LIMIT, *ends])
    zero = start + round((0 - low) / (high - low) * (room - 1))
    for row, line in enumerate(lines, y + 1):
        ink = p.text if line.focused else p.muted
        canvas.text(x, row, line.name, ink, attrs=BOLD if line.focused else 0, width=names, middle=True)
        words = UNDEFINED if math.isnan(line.change) else signed(100 * line.change)
        canvas.text(x + names + 1, row, words, p.text if line.told else p.muted, width=6, align="right")
        if room < LEAST_ROOM:
            continue
        canvas.text(zero, row, "┊", p.line)
        if math.isnan(line.change) or math.isnan(line.low):
            continue
        colour = p.muted if not line.told else p.worse if line.change < 0 else p.better
        for column, cell in enumerate(whisker(line.low, line.change, line.high, low, high, room)):
            if cell != " ":
                canvas.text(start + column, row, cell, colour)
