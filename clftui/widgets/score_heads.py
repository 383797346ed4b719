"""What stands above the stacks, or before them where classes are rows: letters, names, numbers, keywords, legend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clftui.drawing.canvas import BOLD, UNDERLINE, Canvas, Span
from clftui.drawing.ramp import shade
from clftui.state.scores_layout import ScoresLayout
from clftui.state.scores_letters import Letters
from clftui.state.scores_stacks import Stacks
from clftui.text import count, sanitise, short_score, text_width
from clftui.widgets.score_stacks import RIGHT_MOST, WRONG_LEAST, plain_right

WRONG = "✗"
NAMED_FROM = 4
"""Cells of a column from which on its name, or a part of it, stands over it."""
_NUMBER = 6


def draw_heads(
    canvas: Canvas, shown: Stacks, layout: ScoresLayout, first: int, cursor: int, letters: Letters,
    words: Sequence[Sequence[str]],
) -> None:  # fmt: skip
    """The classes from column `first` on; `cursor` is the column under it, `words` each class's keywords."""
    p = canvas.palette
    if layout.upright:
        counts = f"n, {WRONG}" if layout.size >= NAMED_FROM else WRONG
        for y, label in enumerate(("class", counts, "words")[: 2 + layout.words]):
            canvas.text(0, y, label, p.faint, width=layout.left - 2, align="right")
        canvas.text(0, layout.head, "unsure", p.faint, width=layout.left - 2, align="right")
        canvas.text(0, layout.head + layout.rows - 1, "sure", p.faint, width=layout.left - 2, align="right")
    elif layout.head:
        canvas.text(1, 0, "class", p.faint, width=layout.left - 2)
        if layout.counts:
            canvas.text(layout.left - 13, 0, f"n     {WRONG}", p.faint, width=12, align="right")
        canvas.text(layout.left, 0, "sure", p.faint)
        canvas.text(layout.left, 0, "unsure", p.faint, width=canvas.width - layout.left - 1, align="right")
    sizes, wrongs = shown.sizes, shown.wrongs
    usual = wrongs.sum() / max(int(sizes.sum()), 1)
    for number in range(first, min(first + layout.columns, shown.n)):
        cls = int(shown.order[number])
        n, wrong = int(sizes[number]), int(wrongs[number])
        bad = wrong > usual * n
        hue = letters.hue_of(cls)
        spans = (
            Span(letters.of(cls), p.class_colour(hue) if hue is not None else p.muted, None, BOLD),
            Span(" "),
            Span(sanitise(letters.names[cls]), p.focus if number == cursor else p.text, None,
                 BOLD if number == cursor else 0),
        )  # fmt: skip
        draw = _draw_column if layout.upright else _draw_row
        draw(canvas, layout, number - first, spans, n, wrong, p.worse if bad else p.muted)
        if layout.words and number < len(words):
            _draw_words(canvas, layout, number - first, words[number])


def _draw_column(
    canvas: Canvas, layout: ScoresLayout, at: int, spans: tuple[Span, ...], n: int, wrong: int, colour: int
) -> None:
    p, x = canvas.palette, layout.left + at * (layout.size + 1)
    if layout.size < NAMED_FROM:
        # No name, but the cursor shows at its letter.
        canvas.text(x, 0, spans[0].text, p.focus if spans[2].attrs else spans[0].fg, attrs=BOLD)
        canvas.text(x, 1, _short(wrong) if wrong else "", colour, width=layout.size, align="right")
        return
    used = canvas.text(x, 0, spans[0].text, spans[0].fg, attrs=BOLD) + 1
    canvas.text(x + used, 0, spans[2].text, spans[2].fg, attrs=spans[2].attrs, width=layout.size - used)
    told = f"{_short(wrong)} {WRONG}" if wrong else ""
    if len(told) + len(_short(n)) >= layout.size:
        told = told.removesuffix(f" {WRONG}")
    canvas.text(x, 1, told, colour, width=layout.size, align="right")
    if text_width(told) + len(_short(n)) < layout.size:
        canvas.text(x, 1, _short(n), p.muted)


def _draw_row(
    canvas: Canvas, layout: ScoresLayout, at: int, spans: tuple[Span, ...], n: int, wrong: int, colour: int
) -> None:
    p, y = canvas.palette, layout.head + at * layout.size
    x = 1 if layout.left > 2 else 0
    used = x + canvas.text(x, y, spans[0].text, spans[0].fg, attrs=BOLD) + 1
    room = layout.left - (13 if layout.counts else 1) - used
    canvas.text(used, y, spans[2].text, spans[2].fg, attrs=spans[2].attrs, width=room)
    if not layout.counts:
        return
    canvas.text(layout.left - 13, y, _short(n), p.muted, width=_NUMBER, align="right")
    canvas.text(layout.left - 7, y, _short(wrong), colour, width=_NUMBER, align="right")


def _short(n: int) -> str:
    return count(n) if n < 10_000 else f"{n // 1000}k"


def _draw_words(canvas: Canvas, layout: ScoresLayout, at: int, words: Sequence[str]) -> None:
    """The weightiest word in plain ink, the others muted, as many as fit."""
    p, x = canvas.palette, layout.left + at * (layout.size + 1)
    used = 0
    for number, word in enumerate(words):
        room = layout.size - used
        if number and text_width(word) > room:
            break
        used += canvas.text(x + used, 2, word, p.muted if number else p.text, width=room) + 1


def legend_width(often: str, unit: str) -> int:
    """Columns that `draw_legend` takes."""
    return 26 + sum(text_width(each) + 2 for each in (often and f"x {often}", unit) if each)


def draw_legend(canvas: Canvas, x: int, y: int, low: float, often: str, unit: str) -> None:
    """`right ▇▇▇▇ wrong xxxx .4–1  x wrong in > 9 epochs  a cell ≤ 8 right, ≤ 3 wrong`"""
    p = canvas.palette
    steps = np.linspace(0, 1, 4)
    right, wrong = RIGHT_MOST * (1 - steps), WRONG_LEAST + (1 - WRONG_LEAST) * steps
    at = x + canvas.text(x, y, "right ", p.muted)
    if p.colourful:
        canvas.put(at, y, np.full(4, ord(" ")), None, shade(p.ice, np.maximum(right, 0.004), p.page)[None])
    else:
        canvas.put(at, y, plain_right(right), p.muted)
    at += 4
    at += canvas.text(at, y, " wrong ", p.muted)
    if p.colourful:
        paper = shade(p.ember, wrong, p.page)
        canvas.put(at, y, np.full(4, ord("x")), p.ink(paper)[None], paper[None], BOLD)
    else:
        canvas.text(at, y, "xxxx", p.text)
    at += 4
    at += canvas.text(at, y, f" {short_score(low, 1)}–1", p.muted)
    if often:
        at += canvas.text(at, y, "  ", p.muted)
        at += canvas.text(at, y, "x", p.text, attrs=BOLD | UNDERLINE)
        at += canvas.text(at, y, f" {often}", p.muted)
    if unit:
        canvas.text(at, y, f"  {unit}", p.muted)
