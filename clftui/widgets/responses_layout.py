"""Where the parts of a response map lie on a screen of a given size: plain arithmetic, no drawing.

From the top: the units' cursor, what orders them, the map, its legend, a sentence, the pane below. From the left: the
groups, the classes, the map, a unit's samples. What does not fit goes in the opposite order.
"""

from __future__ import annotations

from typing import NamedTuple

from clftui.widgets.matrix_layout import EDGE, Layout

HEAD = 2
FEET = 2
"""Lines of legend and sentence."""
SIDES = ((168, 47), (100, 31))
"""From this many columns of the body on so many are for samples."""
ROOMY = 27
"""Lines of the body from which on something stands below, even if the map has to scroll."""
APART = 32
LOWER_FEW, LOWER_LEAST, LOWER_MOST = 5, 7, 14
LABEL_LEAST, LABEL_MOST = 9, 22
WIDEST = 4
"""Columns of a unit where all of them fit."""


class Needs(NamedTuple):
    """What the layout depends on, besides the size."""

    lines: int
    units: int
    """Those that ever answer."""
    silent: int
    """Those that do not."""
    places: int
    name_width: int
    left: int = 0
    """Columns of the groups."""
    lower: bool = True
    side: bool = True


class Plan(NamedTuple):
    """Positions in cells of the view; a width or height of 0 for a part that has no room."""

    left: int
    label_width: int
    x: int
    y: int
    lines: int
    """How many lines show."""
    line_height: int
    """Rows of a line; 0: two lines a row."""
    unit_width: int
    units: int
    """How many units show."""
    silent: int
    """How many columns are left for those that never answer."""
    legend_y: int
    lower_y: int
    lower_height: int
    side_x: int
    side_width: int

    @property
    def width(self) -> int:
        """Columns of the map, without those that never answer."""
        return self.units * self.unit_width

    @property
    def height(self) -> int:
        """Rows of the map."""
        return self.lines * self.line_height or -(-self.lines // 2)

    @property
    def label_x(self) -> int:
        return EDGE + self.left + 1

    def row(self, line: int) -> int:
        """The screen row where the name of the `line`-th line that shows stands."""
        return self.y + (line * self.line_height if self.line_height else line // 2)

    def at(self, x: int, y: int) -> tuple[int, int] | None:
        """The line and the unit, counted from the first that show, at a screen cell; None beside them."""
        inside = self.x <= x < self.x + self.width and self.y <= y < self.y + self.height
        if not inside:
            return None
        line = (y - self.y) // self.line_height if self.line_height else 2 * (y - self.y)
        return min(line, self.lines - 1), (x - self.x) // self.unit_width

    def of_matrix(self) -> Layout:
        """The same rows as those of a matrix, for what stands beside them."""
        half = not self.line_height
        return Layout(
            label_width=self.label_width, head_height=1, x=self.x, y=self.y, cell_width=1,
            cell_height=max(self.line_height, 1), seams=False, rows=self.lines, columns=self.units, share_x=-1,
            interval_x=-1, spark_x=-1, foot_y=-1, sentence_y=-1, runs_y=-1, half=half,
        )  # fmt: skip


def plan(width: int, height: int, needs: Needs) -> Plan:
    """The parts on a body of `width` x `height` cells."""
    side = next((columns for least, columns in SIDES if width >= least), 0) if needs.side else 0
    inner = width - (side + 3 if side else 0)
    label = min(max(needs.name_width, LABEL_LEAST), LABEL_MOST if inner >= 60 else 12)
    label = max(min(label, inner // 4), 1)
    x = EDGE + needs.left + 1 + label + 1
    room = max(inner - x - EDGE, 1)
    tall = max(height - HEAD - FEET, 1)
    # A line parts the pane from the sentence, or holds its second half.
    gap = 1 if height >= APART or tall - needs.lines >= LOWER_LEAST + 3 else 0
    lower = _lower(tall - gap, needs, height >= ROOMY) if needs.lower else 0
    gap = gap if lower else 0
    tall = max(tall - lower - gap, 1)
    line_height = 2 if 2 * needs.lines <= tall else 1 if needs.lines <= tall else 0
    lines = min(needs.lines, tall * 2 if not line_height else tall // line_height)
    wide = _unit_width(room, needs)
    units = max(min(needs.units, room // wide), 1)
    silent = max(min(needs.silent, room - units * wide), 0) if units == needs.units else 0
    used = lines * line_height or -(-lines // 2)
    legend = HEAD + used
    below = legend + FEET + gap
    return Plan(
        needs.left, label, x, HEAD, lines, line_height, wide, units, silent, legend if legend < height else -1, below,
        height - below if lower else 0, inner + 2 if side else 0, side,
    )  # fmt: skip


def _lower(tall: int, needs: Needs, roomy: bool) -> int:
    """Lines of the pane below: what the map leaves, at least a few, at most a third where the map has to scroll."""
    if not roomy:
        left = tall - needs.lines - 1
        return min(left, LOWER_MOST) if left >= LOWER_FEW else 0
    least = max(LOWER_LEAST, min(tall // 3, LOWER_MOST))
    spare = tall - (2 if 2 * needs.lines + least <= tall else 1) * needs.lines
    return max(least, min(spare, LOWER_MOST))


def _unit_width(room: int, needs: Needs) -> int:
    if needs.places > 1:
        return min(needs.places, room)
    return max(min(room // max(needs.units + min(needs.silent, needs.units // 2), 1), WIDEST), 1)
