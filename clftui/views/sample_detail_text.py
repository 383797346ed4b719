"""One document: its words and sentences by weight, run by run, and the keywords of the classes concerned."""

from __future__ import annotations

import math

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.palette import Palette
from clftui.state.class_tree import labels_of
from clftui.state.explanations import READING, Explained, keywords
from clftui.state.sample_answers import in_words
from clftui.state.sample_detail import Detail
from clftui.text import count, sanitise, short_score
from clftui.views.sample_parts import name_of, run_colour, wrapped
from clftui.widgets.text_document import (
    GUTTER,
    NUMBERED,
    Line,
    document_lines,
    draw_line,
    draw_weights_legend,
    number_of,
    numbered_lines,
)

WIDEST = 100
SOME_KEYWORDS = 3
"""Lines of keywords, their title included, that a document which does not fit leaves room for."""
Page = tuple[int, int]


def draw_text(canvas: Canvas, detail: Detail, y: int, width: int, height: int) -> Page:
    """The document in rows `y` to `y + height`; returns how many of its lines show and how many there are."""
    shown = [each for each in detail.by_run if each.document is not None]
    room = min(width - 2, WIDEST)
    words = _keyword_lines(canvas.palette, detail, shown, room) if height >= 10 else []
    foot = (len(words) + 2 if words else 0) + (2 if shown and height >= 6 else 0)
    foot = foot if foot <= height // 2 else 0
    visible = max(height - foot, 1)
    lines = _lines(canvas.palette, detail, shown, room)
    if len(lines) > visible and len(words) > SOME_KEYWORDS:
        visible += len(words) - SOME_KEYWORDS
        foot, words = foot - len(words) + SOME_KEYWORDS, words[:SOME_KEYWORDS]
    if len(lines) > visible:
        visible = max(visible - 1, 1)
    top = max(0, min(detail.session.explain.top_of(detail.sample), len(lines) - visible))
    for number, line in enumerate(lines[top : top + visible]):
        draw_line(canvas, 1, y + number, room, line)
    if len(lines) > visible:
        below = len(lines) - top - visible
        rest = f"▼ {count(below)} more lines; j k scroll" if below else f"▲ {count(top)} lines above"
        canvas.text(1, y + visible, rest, canvas.palette.faint, width=room)
    if foot:
        _draw_foot(canvas, y + height - foot + 1, room, shown, words)
    return visible, len(lines)


def _draw_foot(canvas: Canvas, y: int, width: int, shown: list[Explained], words: list[Line]) -> None:
    draw_weights_legend(canvas, 1, y, width, any(each.signed for each in shown))
    for number, line in enumerate(words):
        draw_line(canvas, 1, y + 2 + number, width, line)


def _lines(p: Palette, detail: Detail, shown: list[Explained], width: int) -> list[Line]:
    """The document once for each run that explains it; plain where none does, with the reason."""
    if not shown:
        found = [Line(math.nan, (Span(line, p.text),)) for line in wrapped(detail.text, width - GUTTER, 100_000)]
        reasons = {each.missing for each in detail.by_run if each.missing}
        found += [Line(math.nan, (Span(line, p.faint),)) for line in ("", *sorted(reasons)) if reasons]
        return found
    out: list[Line] = []
    for each in shown:
        document = each.document
        assert document is not None
        if out:
            out.append(Line(math.nan, ()))
        out.append(_head(p, detail, each))
        if sum(1 for _ in document.words) <= NUMBERED:
            out += numbered_lines(document, width - GUTTER, p, each.signed)
        else:
            out += document_lines(detail.text, document, width - GUTTER, p, each.signed)
    waiting = [each for each in detail.by_run if each.missing == READING]
    return [*out, *(Line(math.nan, (Span(READING, p.faint),)) for _ in waiting[:1])]


def _head(p: Palette, detail: Detail, each: Explained) -> Line:
    """`A report fraud 1.00 wrong   attention of report fraud`"""
    answer = in_words(each.item.answer, labels_of(detail.session)) if each.item.answer is not None else None
    spans = [Span(each.item.letter or "·", run_colour(p, each.item.letter), None, BOLD)]
    if answer is not None:
        spans += [Span(f" {name_of(answer.predicted)}", p.text, None, BOLD)]
        spans += [Span(f" {short_score(answer.confidence)}", p.text)]
        if answer.true is not None:
            right = answer.true == answer.predicted
            spans.append(Span("  right" if right else "  wrong", p.better if right else p.worse))
    what = f"   {sanitise(each.choice.method)}"
    if answer is not None and each.of and detail.words_of(each.of) != name_of(answer.predicted):
        what += f" of {detail.words_of(each.of)}"
    return Line(math.nan, (*spans, Span(what, p.faint)))


def _keyword_lines(p: Palette, detail: Detail, shown: list[Explained], width: int) -> list[Line]:
    """`A report fraud   fraud 9.1  fraudulent 8.2 ...` for the predicted and the true class of each run."""
    out: list[Line] = []
    for each in shown:
        answer, document = each.item.answer, each.document
        if answer is None or document is None:
            continue
        for name in dict.fromkeys((answer.predicted, answer.true)):
            found = keywords(each, name) if name is not None else ()
            if found == () or name is None:
                continue
            spans = [Span(f"{each.item.letter or '·'} ", run_colour(p, each.item.letter), None, BOLD)]
            spans.append(Span(f"{detail.words_of(name)}  ", p.text))
            here = {word.text.casefold() for word in document.words}
            for word in found or ():
                own = word.text in here
                number = number_of(word.weight, each.signed).removeprefix("+")
                spans.append(Span(f" {sanitise(word.text)}", p.text if own else p.muted, None, BOLD * own))
                spans.append(Span(f" {number}", p.faint))
            out.append(Line(math.nan, tuple(spans if found is not None else [*spans, Span("counting…", p.faint)])))
    return [Line(math.nan, (Span("Class keywords", p.text, None, BOLD), Span(
        ", mean weight; bold ones are in this document", p.faint))), *out] if out else []  # fmt: skip
