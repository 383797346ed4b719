"""Draws what stands under the ranking lines: the cell in words, how far ranks lie apart, what is left out."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.ranking_spread import Spread, extremes, spread_of
from clftui.state.words import Piece
from clftui.text import shorten, text_width
from clftui.widgets.ranking_foot import joined, part_width, picture_notes, spans
from clftui.widgets.ranking_lines_layout import FOOT_ORDER, LinesFoot
from clftui.widgets.ranking_lines_picture import LinesPicture, hue

Parts = tuple[tuple[Piece, ...], ...]


def foot_lines(width: int, cell: Parts, weak: tuple[Piece, ...], notes: bool) -> list[LinesFoot]:
    """Which lines the sentences need on a screen of `width` columns."""
    out = [LinesFoot.READING, LinesFoot.SPREAD, LinesFoot.BLANK]
    if part_width(joined(cell)) > width - 2:
        out.append(LinesFoot.MORE)
    return out + [LinesFoot.NOTES] * notes + [LinesFoot.WEAK] * bool(weak)


def draw_lines_foot(canvas: Canvas, picture: LinesPicture, cell: Parts, weak: tuple[Piece, ...]) -> None:
    """The foot, right under the ranks."""
    plan = picture.layout
    y = plan.head + plan.lines
    two = LinesFoot.MORE in plan.foot
    for part in FOOT_ORDER:
        if part not in plan.foot:
            continue
        match part:
            case LinesFoot.READING:
                canvas.line(1, y, spans(canvas, cell[0] if two else joined(cell)))
            case LinesFoot.MORE:
                canvas.line(1, y, spans(canvas, cell[-1]))
            case LinesFoot.SPREAD:
                _draw_spread(canvas, picture, y)
            case LinesFoot.NOTES:
                _draw_notes(canvas, picture, y)
            case LinesFoot.WEAK:
                canvas.line(1, y, spans(canvas, weak))
        y += 1


def _notes(picture: LinesPicture) -> str:
    table = picture.table
    return " · ".join(picture_notes(table, picture.shown_columns, range(len(table.rows))))


def _draw_notes(canvas: Canvas, picture: LinesPicture, y: int) -> None:
    p, notes = canvas.palette, _notes(picture)
    canvas.hline(1, y, canvas.width - 2, p.line)
    if notes:
        canvas.text(3, y, f" {notes} ", p.muted)


def _draw_spread(canvas: Canvas, picture: LinesPicture, y: int) -> None:
    p, table = canvas.palette, picture.table
    shown = [row for row in range(len(table.rows)) if picture.prominence(row)[0] < 2]
    parts: list[list[Span]] = [[Span("spread of ranks", p.muted)]]
    for row in sorted(shown, key=lambda row: (picture.letters[row] or "~", row)):
        found = spread_of(table, row)
        if found is not None:
            name = picture.letters[row] or shorten(table.names[row], 16, middle=True)
            parts.append([Span(f"{name} ", hue(p, picture, row), None, BOLD), Span(_words(found))])
    ends = extremes(table)
    if ends is not None:
        for word, end in zip(("steadiest", "least"), ends, strict=True):
            name = shorten(table.names[end.row], 20, middle=True)
            parts.append([Span(f"{word} ", p.muted), Span(f"{name} {_words(end)}")])
    notes = "" if LinesFoot.NOTES in picture.layout.foot else _notes(picture)
    right = canvas.width - 1 - (text_width(notes) + 2 if notes else 0)
    canvas.text(right + 2, y, notes, p.muted)
    x = 1
    for part in parts:
        width = sum(text_width(span.text) for span in part)
        if x + width > right:
            break
        x += canvas.line(x, y, part) + 2


def _words(found: Spread) -> str:
    return str(found.best) if found.best == found.worst else f"{found.best}–{found.worst}"
