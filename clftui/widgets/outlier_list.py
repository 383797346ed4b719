"""Beside a matrix with blocks: what is confused outside all of them, and groups taken for each other."""

from __future__ import annotations

from typing import NamedTuple

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.outlier_list import GroupRow, OutlierList, OutlierRow
from clftui.text import count, text_width

WIDTH = 34
GUTTER = 2
DIGITS = 9
"""Outliers that have a digit, the same one as on the grid."""
GROUPS_SHOWN = 3


class OutlierLayout(NamedTuple):
    """Where the list lies: two screen rows an outlier from `y` on, `shown` of them."""

    x: int
    y: int
    width: int
    shown: int

    def line_at(self, x: int, y: int) -> int | None:
        """Which outlier a place on the screen belongs to."""
        inside = self.x <= x < self.x + self.width and self.y <= y < self.y + 2 * self.shown
        return (y - self.y) // 2 if inside else None


def draw_outliers(canvas: Canvas, listed: OutlierList) -> OutlierLayout:
    """The list at the right end of the canvas, over its whole height."""
    p, x, width = canvas.palette, canvas.width - WIDTH, WIDTH
    canvas.text(x + 1, 0, "Outside every block", p.text, attrs=BOLD, width=width - 1)
    if not listed.outliers:
        canvas.text(x + 1, 2, "Nothing beyond chance.", p.muted, width=width - 1)
    else:
        seen = f"reviewed {listed.reviewed} of {len(listed.outliers)}"
        canvas.text(x + 1, 1, seen, p.muted, width=width - 1)
    groups = _groups_height(listed, canvas.height)
    room = canvas.height - 3 - groups - 1
    shown = max(min(len(listed.outliers), room // 2), 0)
    layout = OutlierLayout(x, 3, width, shown)
    for line, row in enumerate(listed.outliers[:shown]):
        _draw_outlier(canvas, layout, line, row)
    y = layout.y + 2 * shown
    if shown and y < canvas.height - groups:
        canvas.text(x + 1, y, "× what chance would give", p.faint, width=width - 1)
    if groups:
        _draw_groups(canvas, x, canvas.height - groups + 1, width, listed)
    return layout


def _groups_height(listed: OutlierList, height: int) -> int:
    """Rows for the groups, the blank before them included; they come after nine outliers."""
    many = min(len(listed.groups), GROUPS_SHOWN)
    wanted = 2 + 2 * many
    return wanted if many and height >= 3 + 2 * DIGITS + 1 + wanted else 0


def _draw_outlier(canvas: Canvas, layout: OutlierLayout, line: int, row: OutlierRow) -> None:
    p, x, y = canvas.palette, layout.x, layout.y + 2 * line
    end = x + layout.width - 1
    if row.here:
        canvas.paint(x, y, layout.width, 2, bg=p.raised)
        canvas.vline(x, y, 2, p.focus, "▌")
    if line < DIGITS:
        canvas.text(x + 1, y, str(line + 1), p.focus if row.here else p.text, attrs=BOLD)
    number = count(row.n)
    canvas.text(end - len(number), y, number, p.text, attrs=BOLD)
    canvas.text(x + 3, y, row.true, p.text, attrs=BOLD if row.here else 0, width=end - len(number) - x - 4, middle=True)
    times = f"×{row.times.removesuffix(' ×')}"
    canvas.text(end - text_width(times), y + 1, times, p.muted)
    if row.reviewed:
        canvas.text(x + 1, y + 1, "✓", p.muted)
    canvas.text(x + 3, y + 1, f"→ {row.predicted}", p.muted, width=end - text_width(times) - x - 4, middle=True)


def _draw_groups(canvas: Canvas, x: int, y: int, width: int, listed: OutlierList) -> None:
    p = canvas.palette
    title = "Groups" if listed.named else "Blocks"
    canvas.text(x + 1, y, f"{title} taken for each other", p.text, attrs=BOLD, width=width - 1)
    for line, row in enumerate(listed.groups[:GROUPS_SHOWN]):
        _draw_group(canvas, x, y + 1 + 2 * line, width, row)


def _draw_group(canvas: Canvas, x: int, y: int, width: int, row: GroupRow) -> None:
    p, end = canvas.palette, x + width - 1
    number, times = count(row.n), f"×{row.times.removesuffix(' ×')}"
    canvas.text(end - len(number), y, number, p.text, attrs=BOLD)
    canvas.text(end - text_width(times), y + 1, times, p.muted)
    canvas.text(x + 3, y, row.first, p.text, width=end - len(number) - x - 4, middle=True)
    canvas.text(x + 1, y + 1, "⇄", p.muted)
    canvas.text(x + 3, y + 1, row.second, p.muted, width=end - text_width(times) - x - 4, middle=True)
