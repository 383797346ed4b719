"""The list of confused pairs on a canvas: two lines a pair beside the matrix, one with columns where it is alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.pairs import PairList, PairRow, title
from clftui.state.settings import PairSort
from clftui.text import UNDEFINED, count, text_width

BESIDE_FROM = 110
"""Columns of the view from which on the list has room beside the matrix."""
BESIDE = 34
"""Columns of the list beside the matrix, the gutter before it not counted."""
_GUTTER = 2
_NAMES = 31
"""Least columns for the two names and the arrow between them."""
ARROW = " → "


class _Column(Enum):
    """(label, width with the gap before it), the most useful first."""

    COUNT = ("count", 8)
    RATE = ("rate %", 8)
    CHANGE = ("change", 8)
    INTERVAL = ("", 11)
    REASON = ("reason", 12)
    CHANCE = ("× chance", 10)
    BACK = ("back", 7)


_SORTED = {
    PairSort.COUNT: _Column.COUNT,
    PairSort.RATE: _Column.RATE,
    PairSort.SURPRISE: _Column.CHANCE,
    PairSort.CHANGE: _Column.CHANGE,
    PairSort.REASON: _Column.REASON,
}


@dataclass(frozen=True)
class ListLayout:
    """Where the list lies: `lines` screen rows a pair, `shown` pairs at once from `y` on."""

    x: int
    y: int
    width: int
    lines: int
    shown: int

    def line_at(self, x: int, y: int) -> int | None:
        """Which shown pair a place on the screen belongs to."""
        inside = self.x <= x < self.x + self.width and self.y <= y < self.y + self.lines * self.shown
        return (y - self.y) // self.lines if inside else None


def beside(width: int, height: int) -> ListLayout:
    """The list at the right end of a view."""
    return ListLayout(width - BESIDE, 1, BESIDE, 2, max((height - 1) // 2, 0))


def alone(width: int, height: int) -> ListLayout:
    """The list in the place of the matrix."""
    if width >= _NAMES + _Column.COUNT.value[1] + _Column.RATE.value[1] + 1:
        head = min(2, max(height - 1, 0))
        return ListLayout(0, head, width, 1, height - head)
    head = 1 if height > 2 else 0
    return ListLayout(0, head, width, 2, max((height - head) // 2, 0))


def draw_pairs(
    canvas: Canvas, layout: ListLayout, shown: PairList, rows: Sequence[PairRow], cursor: int | None
) -> None:
    """The visible `rows`; `cursor` numbers among them, None where its pair is not visible."""
    p = canvas.palette
    if layout.y:
        x = layout.x + 1
        x += canvas.text(x, 0, "Confused pairs", p.text, attrs=BOLD, width=layout.width - 1)
        room = layout.x + layout.width - x - 3
        canvas.text(x + 2, 0, title(shown), p.muted, width=max(room, 0))
    if not rows:
        canvas.text(layout.x + 1, layout.y, "Nothing is confused.", p.muted, width=layout.width - 1)
        return
    if layout.lines == 1:
        _draw_columns(canvas, layout, shown.sort, rows, cursor)
    else:
        for i, row in enumerate(rows):
            _draw_two_lines(canvas, layout, shown.sort, layout.y + 2 * i, row, i == cursor)


def _draw_two_lines(canvas: Canvas, layout: ListLayout, sort: PairSort, y: int, row: PairRow, focused: bool) -> None:
    p = canvas.palette
    x, end = layout.x + 1, layout.x + layout.width - 1
    if focused:
        _focus(canvas, layout, y, 2)
    number = count(row.count)
    canvas.text(end - len(number), y, number, p.text, attrs=BOLD)
    left = end - len(number) - 1
    change, colour = _change(canvas, row)
    if change.strip(UNDEFINED):
        left -= text_width(change) + 1
        canvas.text(left, y, change, colour)
    canvas.text(x, y, row.true, p.text, attrs=BOLD if focused else 0, width=max(left - x - 1, 1), middle=True)
    words = _chance(row) if sort is PairSort.SURPRISE else f"{row.rate} {row.interval}" if not row.few else _few(row)
    if row.reason is not None:
        words = f"{words if row.few else f'{row.rate} %'} {row.reason.value}"
    left = end - text_width(words)
    canvas.text(left, y + 1, words, p.muted)
    canvas.text(x, y + 1, f" {ARROW.strip()} {row.predicted}", p.text, width=max(left - x - 1, 1), middle=True)


def _draw_columns(
    canvas: Canvas, layout: ListLayout, sort: PairSort, rows: Sequence[PairRow], cursor: int | None
) -> None:
    p = canvas.palette
    places, names = _places(layout.width, sort, rows)
    head = layout.y - 1
    if head > 0:
        canvas.text(1, head, "true → predicted", p.muted, width=names)
        for column, end in places:
            label = f"▾{column.value[0]}" if column is _SORTED[sort] else column.value[0]
            canvas.text(end - text_width(label), head, label, p.muted)
    for i, row in enumerate(rows):
        y, focused = layout.y + i, i == cursor
        if focused:
            _focus(canvas, layout, y, 1)
        half = (names - len(ARROW)) // 2
        attrs = BOLD if focused else 0
        wide = half if text_width(row.predicted) > half else names - len(ARROW) - text_width(row.predicted)
        used = canvas.text(1, y, row.true, p.text, attrs=attrs, width=min(wide, text_width(row.true)), middle=True)
        used += canvas.text(1 + used, y, ARROW, p.faint)
        canvas.text(1 + used, y, row.predicted, p.text, attrs=attrs, width=max(names - used, 1), middle=True)
        for column, end in places:
            _cell(canvas, column, row, end, y)


def _places(width: int, sort: PairSort, rows: Sequence[PairRow]) -> tuple[list[tuple[_Column, int]], int]:
    """The columns that fit, each with the screen column after its end, and the columns left for the names."""
    wanted = [_SORTED[sort], *(column for column in _Column if column is not _SORTED[sort])]
    if all(row.reason is None for row in rows) and sort is not PairSort.REASON:
        wanted.remove(_Column.REASON)
    if all(math.isnan(row.change) for row in rows) and sort is not PairSort.CHANGE:
        wanted.remove(_Column.CHANGE)
    room, chosen = width - 2 - _NAMES, set[_Column]()
    for column in wanted:
        if column.value[1] <= room and (column is not _Column.INTERVAL or _Column.RATE in chosen):
            chosen.add(column)
            room -= column.value[1]
    longest = max((text_width(row.true) + text_width(row.predicted) for row in rows), default=0) + len(ARROW)
    names = min(_NAMES + room, max(_NAMES, longest))
    end, places = 1 + names, []
    screen = (_Column.COUNT, _Column.RATE, _Column.INTERVAL, _Column.CHANCE, _Column.CHANGE, _Column.BACK,
              _Column.REASON)  # fmt: skip
    for column in screen:
        if column in chosen:
            end += column.value[1]
            places.append((column, end))
    return places, names


def _cell(canvas: Canvas, column: _Column, row: PairRow, end: int, y: int) -> None:
    p = canvas.palette
    colour, attrs = p.muted, 0
    match column:
        case _Column.COUNT:
            text, colour, attrs = count(row.count), p.text, BOLD
        case _Column.RATE:
            text, colour = (_few(row), p.faint) if row.few else (row.rate, p.text)
        case _Column.INTERVAL:
            canvas.text(end - column.value[1] + 1, y, "" if row.few else row.interval, p.faint)
            return
        case _Column.CHANCE:
            text = _chance(row)
        case _Column.CHANGE:
            text, colour = _change(canvas, row)
        case _Column.BACK:
            text = count(row.back) if row.back else "0"
        case _Column.REASON:
            text = row.reason.value if row.reason is not None else ""
    canvas.text(end - text_width(text), y, text, colour, attrs=attrs)


def _focus(canvas: Canvas, layout: ListLayout, y: int, height: int) -> None:
    p = canvas.palette
    canvas.paint(layout.x, y, layout.width, height, bg=p.raised)
    canvas.vline(layout.x, y, height, p.focus, "▌")


def _few(row: PairRow) -> str:
    """`of 5`: a rate of so few samples would pretend too much."""
    return f"of {count(row.support)}"


def _chance(row: PairRow) -> str:
    if not math.isfinite(row.times):
        return UNDEFINED
    return f"×{count(round(row.times))}" if row.times >= 9.5 else f"×{row.times:.1f}"


def _change(canvas: Canvas, row: PairRow) -> tuple[str, int]:
    """`▲4`, worse, or `▼3`, better; nothing where the count is the same."""
    p = canvas.palette
    if math.isnan(row.change):
        return UNDEFINED, p.faint
    if not row.change:
        return "", p.faint
    return (f"▲{count(round(row.change))}", p.worse) if row.change > 0 else (f"▼{count(round(-row.change))}", p.better)


def gutter() -> int:
    """Columns that the list takes from the matrix beside it."""
    return BESIDE + _GUTTER
