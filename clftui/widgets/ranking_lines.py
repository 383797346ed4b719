"""Draws ranking lines (VisMlic, figure 5): each row's rank in each class, joined from class to class."""

from __future__ import annotations

import math

import numpy as np

from clftui.drawing.braille import Dots, blank, codes, polyline
from clftui.drawing.canvas import BOLD, DIM, REVERSE, UNDERLINE, Canvas
from clftui.drawing.palette import Depth, Palette
from clftui.state.ranking_cell import value_words
from clftui.state.ranking_ties import ClassTies
from clftui.text import UNDEFINED, percent, rate, shorten
from clftui.widgets.ranking_grid import cut_in_the_middle
from clftui.widgets.ranking_lines_picture import ALONE, OTHER, SEVERAL, TIED, LinesPicture, hue

FEW = 8
"""With more rows than this only the focused row, those with letters, and the best epoch are joined by lines."""
_PAST_DOT, _BEFORE_DOT = 1, 2
_SOFT, _TIED_SOFT, _FAINT = 0.45, 0.25, 0.55


def _soft(p: Palette, colour: int, share: float) -> int:
    """A colour on its way into the page, where the terminal can show it."""
    return p.mix(colour, p.page, share) if p.colourful else colour


def draw_lines(canvas: Canvas, picture: LinesPicture) -> None:
    """Head, ranks, lines, marks and the overall order."""
    _draw_head(canvas, picture)
    _draw_ranks(canvas, picture)
    _draw_connectors(canvas, picture)
    for place, column in enumerate(picture.shown_columns):
        _draw_marks(canvas, picture, place, column)
    _draw_overall(canvas, picture)


def _draw_head(canvas: Canvas, picture: LinesPicture) -> None:
    p, plan, table = canvas.palette, picture.layout, picture.table
    if plan.head < 1:
        return
    canvas.text(1, 0, "rank", p.muted, width=4)
    # `17 tied` over each class where that fits; else the word stands once, at the left.
    wordy = plan.pitch > len(f"{len(table.rows)} tied")
    if plan.head > 1 and not wordy:
        canvas.text(1, 1, "tied", p.muted, width=4)
    shown = picture.shown_columns
    names = tuple(picture.labels.get(name, name) for name in table.classes[shown.start : shown.stop])
    middle = cut_in_the_middle(names, plan.pitch - 1)
    for place, column in enumerate(shown):
        focused = column == picture.column
        attrs = BOLD | (REVERSE if focused and p.depth is Depth.MONO else 0)
        name = shorten(names[place], plan.pitch - 1, middle=middle)
        canvas.text(plan.x(place), 0, name, p.focus if focused else p.text, attrs=attrs)
        found = picture.ties.get(column)
        if plan.head > 1:
            known = "…" if found is None else str(found.number) if found.best >= 0 else UNDEFINED
            canvas.text(plan.x(place), 1, f"{known} tied" if wordy and known.isdigit() else known, p.muted)
    if not plan.name_width:
        return
    canvas.text(plan.names_x, 0, table.overall_label, p.text, attrs=BOLD)
    if plan.head > 1:
        who = picture.letters[picture.row] or f"this {table.noun}"
        room = canvas.width - plan.names_x - 1
        words = f"{TIED} tied with {who}"
        canvas.text(plan.names_x, 1, words if len(words) <= room else f"{TIED} tied", _tie_colour(p, picture))


def _tie_colour(p: Palette, picture: LinesPicture) -> int:
    return _soft(p, hue(p, picture, picture.row), _TIED_SOFT)


def _draw_ranks(canvas: Canvas, picture: LinesPicture) -> None:
    p, plan = canvas.palette, picture.layout
    focused = plan.line(picture.row)
    seen: set[int] = set()
    for place in range(plan.places):
        line = plan.line(place)
        if line not in seen:
            seen.add(line)
            colour, attrs = (p.text, BOLD) if line == focused else (p.muted, 0)
            canvas.text(1, plan.head + line, str(place + 1), colour, attrs=attrs, width=3, align="right")


def _joined(picture: LinesPicture) -> list[int]:
    """The rows that have lines, the most prominent last."""
    rows = range(len(picture.table.rows))
    wanted = [row for row in rows if len(rows) <= FEW or picture.prominence(row)[0] < 2]
    if picture.table.epochs_of is not None and picture.table.best_row not in wanted:
        wanted.append(picture.table.best_row)
    return sorted(wanted, key=picture.prominence, reverse=True)


def _draw_connectors(canvas: Canvas, picture: LinesPicture) -> None:
    p, plan = canvas.palette, picture.layout
    x = plan.first_x
    width = plan.overall_x - x + (1 if picture.whole else 0)
    if width < 1:
        return
    whole = blank(width, plan.lines)
    colours = np.full((plan.lines, width), p.text, np.int32)
    attrs = np.zeros((plan.lines, width), np.uint8)
    for row in _joined(picture):
        dots = blank(width, plan.lines)
        focused = row == picture.row
        _trace(dots, picture, row, thick=focused)
        cells = codes(dots) != ord(" ")
        colour = hue(p, picture, row)
        share = 0.0 if focused else _SOFT if picture.letters[row] is not None else _FAINT
        colours[cells] = _soft(p, colour, share)
        if p.depth is Depth.MONO:
            attrs[cells] = BOLD if focused else DIM
        whole |= dots
    canvas.put(x, plan.head, codes(whole), colours, attrs=attrs)


def _trace(dots: Dots, picture: LinesPicture, row: int, *, thick: bool) -> None:
    """Set the dots of one row's line, with a gap around each mark; a class without a rank breaks it."""
    plan, ranks = picture.layout, picture.table.ranks[row]
    shown = picture.shown_columns
    mark = len(picture.mark(row)) + (not thick and picture.numbered)
    for column in range(shown.start - 1, shown.stop):
        here = int(ranks[column]) if column >= 0 else 0
        last = column + 1 == len(ranks)
        there = row + 1 if last else int(ranks[column + 1])
        if not here or not there or (last and not picture.whole):
            continue
        left = (column - shown.start) * plan.pitch
        after = mark + (_chip_width(picture, column) if thick else 0)
        start, end = 2 * (left + after) + _PAST_DOT, 2 * (left + plan.pitch) - _BEFORE_DOT
        if end > start:
            polyline(dots, [start, end], [plan.dot(here - 1), plan.dot(there - 1)], thick=thick)


def _chip_width(picture: LinesPicture, column: int) -> int:
    """Columns that the focused row's value takes beside its mark, 0 where it is left out."""
    plan = picture.layout
    if plan.chips:
        return plan.value_width + 2
    return plan.value_width if column == picture.column and plan.pitch > plan.value_width else 0


def _draw_marks(canvas: Canvas, picture: LinesPicture, place: int, column: int) -> None:
    p, plan = canvas.palette, picture.layout
    found = picture.ties.get(column)
    for line, rows in picture.rows_at(column).items():
        x, y = plan.x(place), plan.head + line
        named = [row for row in rows if picture.prominence(row)[0] < 2]
        if not named:
            _draw_others(canvas, picture, rows, found, x, y)
        room = x + plan.pitch - 2
        for row in named:
            if row != named[0] and x >= room:
                break
            if row == picture.row:
                x = _draw_focused(canvas, picture, column, x, y)
            else:
                tied = found is not None and bool(found.tied[row])
                attrs = BOLD | (UNDERLINE if tied else 0)
                x += canvas.text(x, y, picture.mark(row), hue(p, picture, row), attrs=attrs)


def _draw_others(
    canvas: Canvas, picture: LinesPicture, rows: list[int], found: ClassTies | None, x: int, y: int
) -> None:
    """Rows without a letter that share a place: their dot, or the first one's number."""
    p = canvas.palette
    tied = found is not None and bool(found.tied[rows].any())
    colour = _tie_colour(p, picture) if tied else p.muted if picture.numbered else p.faint
    if picture.numbered:
        mark = picture.mark(rows[0]) + ("+" if len(rows) > 1 else "")
        canvas.text(x, y, mark, colour, attrs=UNDERLINE if tied else 0)
    else:
        canvas.text(x, y, TIED if tied else SEVERAL if len(rows) > 1 else OTHER, colour)


def _draw_focused(canvas: Canvas, picture: LinesPicture, column: int, x: int, y: int) -> int:
    """The focused row's mark and, on a chip, its value. Returns where the next mark may stand."""
    p, plan = canvas.palette, picture.layout
    colour = hue(p, picture, picture.row)
    mono = p.depth is Depth.MONO
    used = canvas.text(x, y, picture.mark(picture.row), p.ink(colour) if not mono else None,
                       None if mono else colour, BOLD | (REVERSE if mono else 0))  # fmt: skip
    width = _chip_width(picture, column)
    if not width:
        return x + used
    value = value_words(picture.table.metric, float(picture.table.values[picture.row, column]), picture.digits)
    pad = " " if plan.chips else ""
    ink = p.focus if column == picture.column else p.text
    chip = f"{pad}{value:>{plan.value_width}}{pad}"
    canvas.text(x + used, y, chip, ink, p.raised, BOLD if column == picture.column else 0)
    return x + used + width


def _draw_overall(canvas: Canvas, picture: LinesPicture) -> None:
    """The rows by their overall value; where several share a line the most prominent one stands for them."""
    p, plan, table = canvas.palette, picture.layout, picture.table
    middle = cut_in_the_middle(table.names, plan.name_width)
    by_line: dict[int, list[int]] = {}
    for row in range(len(table.rows)):
        by_line.setdefault(plan.line(row), []).append(row)
    for line, rows in by_line.items():
        row = min(rows, key=picture.prominence)
        y, colour = plan.head + line, hue(p, picture, row)
        focused, plain = row == picture.row, picture.prominence(row)[0] == 2
        if not plain or len(table.rows) <= FEW:
            mark = picture.mark(row) if not picture.numbered else ALONE if focused else OTHER
            canvas.text(plan.overall_x, y, mark, colour, attrs=BOLD)
        if not plan.name_width:
            continue
        attrs = (BOLD | (REVERSE if p.depth is Depth.MONO else 0)) if focused else 0
        name = shorten(table.names[row], plan.name_width, middle=middle)
        used = canvas.text(plan.names_x, y, name, p.muted if plain else colour, attrs=attrs)
        more = f" +{len(rows) - 1}"
        if len(rows) > 1 and used + len(more) <= plan.name_width:
            canvas.text(plan.names_x + used, y, more, p.faint)
        best = row == table.best_row
        value = float(table.overall[row])
        shown = percent(value) if value < 1 or math.isnan(value) else "100"
        x = plan.names_x + plan.name_width + 1
        canvas.text(x, y, shown, p.text, width=4, align="right", attrs=BOLD if best else 0)
        if plan.overall_width > 4:
            canvas.text(x + 5, y, rate(value, *picture.overall[row])[1], p.faint)
