"""Samples as lines of text: for documents, for samples without images, and for terminals too small for thumbnails."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.drawing.canvas import BOLD, REVERSE, Align, Canvas
from clftui.state.class_tree import labels_of
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import MARK
from clftui.state.session import Session
from clftui.text import count, shorten
from clftui.views import sample_badges
from clftui.views.sample_columns import (
    RIGHT,
    Fact,
    columns_of,
    content_of,
    documents,
    facts_of,
    has_long_texts,
    placed,
    title_of,
    words_of,
)
from clftui.views.sample_parts import name_of, verdict_colour, wrapped
from clftui.views.sample_seen import Seen, draw_header, group_name

TWO_LINES = 18
"""From this height on long documents have two lines each."""


@dataclass(frozen=True)
class Rows:
    """The geometry of a list of lines."""

    top: int
    room: int
    """Cell rows for lines and headers."""
    foot: int
    row_height: int = 1
    """Cells of a sample: documents have two."""
    columns: int = 1
    margin: int = 0
    head: int = 1

    @property
    def rows(self) -> int:
        """Samples that fit without headers."""
        return max(self.room // self.row_height, 1)

    def column_at(self, x: int) -> int | None:
        """A line is as wide as the screen."""
        return 0


def layout(shown: SampleList, width: int, height: int) -> Rows:
    """As many lines as fit under the header and over the foot."""
    title = 2 if height >= 26 else 0
    foot = 0 if height < 10 else 2 if height < 18 else 6 if documents(shown) else 3
    head = 1 if height >= 5 else 0
    title += 1 if shown.trouble and height >= 8 else 0
    two = height >= TWO_LINES and has_long_texts(shown, width)
    return Rows(title + head, max(height - title - head - foot, 1), foot, 2 if two else 1)


def draw_rows(canvas: Canvas, session: Session, shown: SampleList, rows: Rows, seen: Seen, focus: int) -> None:
    """Draw the lines that show; the item `focus` is marked."""
    facts, labels = facts_of(session, shown, seen.indices), labels_of(session)
    columns = columns_of(canvas.width, shown, facts)
    if rows.top:
        for x, width, name in placed(columns):
            title, right = title_of(name, shown), name in RIGHT
            canvas.text(x, rows.top - 1, title, canvas.palette.faint, width=width, align="right" if right else "left")
    if shown.trouble and rows.top > 1:
        canvas.text(2, rows.top - 2, shown.trouble, canvas.palette.worse, width=canvas.width - 3)
    for line in seen.lines:
        if line.header >= 0:
            draw_header(canvas, line.y - 1, shown, line.header, labels)
    for number, (item, line) in enumerate(seen.items):
        fact = facts[number]
        folded = seen.flow.items.is_folded(item)
        if folded:
            group = seen.flow.items.group_of(item)
            _draw_group(canvas, line.y, shown, group, group_name(shown, group, labels), columns, fact, item == focus)
        else:
            for x, width, name in placed(columns):
                _draw_cell(canvas, x, line.y, width, name, shown, fact, item == focus, rows.row_height)
        if fact.marked and not folded:
            x = next(x for x, _, name in placed(columns) if name == "predicted")
            canvas.text(x + 1, line.y, MARK, canvas.palette.worse)
        if item == focus:
            _mark(canvas, line.y, rows.row_height)
        if fact.chosen:
            sample_badges.draw_selected_line(canvas, line.y)
        if fact.tag is not None:
            sample_badges.draw_letter(canvas, 1, line.y, fact.tag)


def _draw_group(
    canvas: Canvas, y: int, shown: SampleList, group: int, name: str, columns: dict[str, int], fact: Fact, focused: bool
) -> None:
    """`▸ 110 Shirt`, and what stands for it where there is room."""
    p, groups = canvas.palette, shown.groups
    assert groups is not None
    number, strong = count(int(groups.sizes[group])), BOLD if focused else 0
    text = next(((x, width) for x, width, column in placed(columns) if column == "text"), None)
    last = text is not None and text[0] > canvas.width // 3
    room = (text[0] if text is not None and last else canvas.width) - 13 - (0 if last else 1)
    canvas.text(2, y, "▸", p.muted)
    canvas.text(4, y, number, p.muted, width=7, align="right")
    canvas.text(12, y, shorten(name, room), p.text, attrs=strong)
    if text is not None and last:
        canvas.text(text[0], y, shorten(fact.content, text[1], middle=fact.is_path), p.muted)


def _draw_cell(
    canvas: Canvas, x: int, y: int, width: int, name: str, shown: SampleList, fact: Fact, focused: bool, lines: int
) -> None:
    p, strong, answer = canvas.palette, BOLD if focused else 0, fact.answer
    match name:
        case "id":
            canvas.text(x, y, shorten(fact.sample_id, width, middle=True), p.muted)
        case "text" if fact.is_path or lines == 1:
            colour = p.muted if fact.is_path else p.text
            canvas.text(x, y, shorten(fact.content, width, middle=fact.is_path), colour, attrs=strong)
        case "text":
            for number, part in enumerate(wrapped(fact.content, width, lines)):
                canvas.text(x, y + number, part, p.text, attrs=strong)
        case "true":
            canvas.text(x, y, shorten(answer.true or "–", width), p.muted)
        case "predicted":
            canvas.text(x, y, answer.verdict.glyph, verdict_colour(p, answer.verdict))
            canvas.text(x + 2, y, shorten(name_of(answer.predicted), width - 2), p.text, attrs=strong)
        case _:
            colour = p.text if name in ("score", "by") else p.muted
            align: Align = "right" if name in RIGHT else "left"
            words = words_of(name, shown, fact)
            canvas.text(x, y, shorten(words, width), colour, attrs=strong if name == "score" else 0, width=width,
                        align=align)  # fmt: skip


def _mark(canvas: Canvas, y: int, lines: int) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.paint(0, y, canvas.width, lines, bg=p.raised)
        canvas.vline(0, y, lines, p.focus, "▌")
    else:
        canvas.paint(0, y, canvas.width, lines, attrs=REVERSE)


def draw_document(canvas: Canvas, y: int, shown: SampleList, index: int, lines: int) -> None:
    """The focused sample's whole text, as much of it as fits `lines`."""
    text, _ = content_of(shown, shown.row(index))
    for number, line in enumerate(wrapped(text, canvas.width - 3, lines)):
        canvas.text(2, y + number, line, canvas.palette.text)
