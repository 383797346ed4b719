"""Samples as lines of text: for documents, for samples without images, and for terminals too small for thumbnails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.state.sample_answers import Answer
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import MARK, marks
from clftui.state.session import Session
from clftui.text import sanitise, short_score, shorten, text_width
from clftui.views import sample_badges
from clftui.views.sample_parts import name_of, verdict_colour, visible_answers, wrapped

GAP = 2


@dataclass(frozen=True)
class Rows:
    """The geometry of a list of lines."""

    top: int
    rows: int
    foot: int
    columns: int = 1

    def at(self, x: int, y: int) -> int | None:
        """The number of the visible line at a cell; None beside them."""
        return y - self.top if 0 <= y - self.top < self.rows else None


def layout(shown: SampleList, height: int) -> Rows:
    """As many lines as fit under the header and over the foot."""
    title = 2 if height >= 26 else 0
    foot = 0 if height < 10 else 2 if height < 18 else 6 if _documents(shown) else 3
    head = 1 if height >= 5 else 0
    title += 1 if shown.trouble and height >= 8 else 0
    return Rows(title + head, max(height - title - head - foot, 1), foot)


def draw_rows(canvas: Canvas, session: Session, shown: SampleList, rows: Rows, start: int, focus: int) -> None:
    """Draw the lines from the `start`-th sample on; the `focus`-th is marked."""
    stop = min(start + rows.rows, shown.n)
    answers = visible_answers(shown, start, stop)
    ids = [shown.sample_id(index) for index in range(start, stop)]
    columns = _columns(canvas.width, answers, ids, shown)
    if rows.top:
        for x, width, name in _placed(columns):
            title = "path" if name == "text" and not _documents(shown) else _TITLES[name]
            align: Literal["left", "right"] = "right" if name == "score" else "left"
            canvas.text(x, rows.top - 1, title, canvas.palette.faint, width=width, align=align)
    if shown.trouble and rows.top > 1:
        canvas.text(2, rows.top - 2, shown.trouble, canvas.palette.worse, width=canvas.width - 3)
    past = marks(session, shown.run, shown.evaluation)
    tagged = sample_badges.tags_between(session, shown, start, stop)
    chosen = sample_badges.chosen_between(session, shown, start, stop)
    for number, answer in enumerate(answers):
        index, y = start + number, rows.top + number
        for x, width, name in _placed(columns):
            _draw_cell(canvas, x, y, width, name, shown, index, ids[number], answer, index == focus)
        if past is not None and past[int(shown.positions[index])]:
            x = next(x for x, _, name in _placed(columns) if name == "predicted")
            canvas.text(x + 1, y, MARK, canvas.palette.worse)
        if index == focus:
            _mark(canvas, y)
        if chosen[number]:
            sample_badges.draw_selected(canvas, 0, y, 1)
        if (tag := tagged[number]) is not None:
            sample_badges.draw_letter(canvas, 1, y, tag)


_TITLES = {"score": "score", "id": "id", "text": "text", "true": "true", "predicted": "predicted", "own": "true’s"}


def _documents(shown: SampleList) -> bool:
    return shown.table is not None and shown.table.text is not None


def _columns(width: int, answers: tuple[Answer, ...], ids: list[str], shown: SampleList) -> dict[str, int]:
    """Name -> width in cells, from left to right.

    Classes get what their names need, up to a fifth of the width each; a text or path gets the rest: a text before
    the classes, as it is what is read first, a path after them.
    """
    limit = max(8, width // 5)
    true = max([8, *(text_width(sanitise(each.true or "–")) for each in answers)])
    predicted = max([8, *(text_width(name_of(each.predicted)) for each in answers)]) + 2
    name = max([2, *(text_width(sanitise(each)) for each in ids)])
    widths = {"score": 5, "id": min(name, max(4, width // 8))}
    classes = {"true": min(true, limit), "predicted": min(predicted, limit + 2)}
    if width >= 64:
        classes["own"] = 6
    room = width - 3 - sum(widths.values()) - sum(classes.values()) - GAP * (len(widths) + len(classes))
    if room < 10 or shown.table is None or (shown.table.text is None and shown.table.paths is None):
        return widths | classes
    return widths | {"text": room} | classes if _documents(shown) else widths | classes | {"text": room}


def _placed(columns: dict[str, int]) -> list[tuple[int, int, str]]:
    """(x, width, name) of each column."""
    placed, x = [], 2
    for name, width in columns.items():
        placed.append((x, width, name))
        x += width + GAP
    return placed


def _draw_cell(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    name: str,
    shown: SampleList,
    index: int,
    sample_id: str,
    answer: Answer,
    focused: bool,
) -> None:
    p, strong = canvas.palette, BOLD if focused else 0
    match name:
        case "score":
            canvas.text(x, y, short_score(answer.confidence, 3), p.text, attrs=strong, width=width, align="right")
        case "id":
            canvas.text(x, y, shorten(sample_id, width, middle=True), p.muted)
        case "text":
            text, middle = content_of(shown, index)
            canvas.text(x, y, shorten(text, width, middle=middle), p.muted if middle else p.text, attrs=strong)
        case "true":
            canvas.text(x, y, shorten(answer.true or "–", width), p.muted)
        case "predicted":
            canvas.text(x, y, answer.verdict.glyph, verdict_colour(p, answer.verdict))
            canvas.text(x + 2, y, shorten(name_of(answer.predicted), width - 2), p.text, attrs=strong)
        case _:
            canvas.text(x, y, short_score(answer.true_score, 3), p.muted)


def _mark(canvas: Canvas, y: int) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.paint(0, y, canvas.width, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.focus)
    else:
        canvas.paint(0, y, canvas.width, 1, attrs=REVERSE)


def content_of(shown: SampleList, index: int) -> tuple[str, bool]:
    """What a sample is in words, its text or its path, and whether to cut it in the middle."""
    table, row = shown.table, shown.row(index)
    if table is None or not 0 <= row < table.n:
        return "", False
    if table.text is not None:
        return str(table.text[row]), False
    return (str(table.paths[row]), True) if table.paths is not None else ("", False)


def draw_document(canvas: Canvas, y: int, shown: SampleList, index: int, lines: int) -> None:
    """The focused sample's whole text, as much of it as fits `lines`."""
    text, _ = content_of(shown, index)
    for number, line in enumerate(wrapped(text, canvas.width - 3, lines)):
        canvas.text(2, y + number, line, canvas.palette.text)
