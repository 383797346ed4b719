"""One sample by each explanation method, or by each model, side by side with contours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.data.samples import SampleTable
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_tree import labels_of
from clftui.state.explained_numbers import area
from clftui.state.methods_shown import Example, Shown
from clftui.state.sample_answers import answers_at, in_words
from clftui.state.session import Session
from clftui.text import percent, shorten, text_width
from clftui.views.explained_rows import Painter, draw_over
from clftui.views.sample_parts import name_of, run_colour, verdict_colour, wrapped
from clftui.widgets.methods_table import trust_ink
from clftui.widgets.saliency import Show, draw_legend, draw_map

LEAST, MOST = 8, 30
"""Columns of a picture."""


@dataclass(frozen=True, eq=False)
class _Panel:
    table: SampleTable | None
    row: int
    values: NDArray[np.float32] | None


def draw_examples(
    canvas: Canvas, place: tuple[int, int, int, int], session: Session, found: Shown, told: Example, painter: Painter
) -> int:
    """The sample's answer, then a picture for each method with its name and area; the row below.

    `place` is column, row, width and the row that ends it.
    """
    p, home = canvas.palette, told.home
    x, y, width, end = place
    at = np.asarray([told.position], dtype=np.int64)
    answer = in_words(answers_at(home.evaluation, at)[0], labels_of(session))
    used = canvas.text(x, y, f"#{shorten(told.sample, 16, middle=True)}", p.focus, attrs=BOLD) + 1
    canvas.text(x + used, y, answer.verdict.glyph, verdict_colour(p, answer.verdict))
    words = f"{name_of(answer.predicted)}, true {answer.true or 'unknown'}"
    canvas.text(x + used + 2, y, shorten(words, width - used - 2), p.text)
    y += 1
    room = end - y - 1
    if room < 4:
        return y
    columns, lines, panel = _layout(len(told.maps), width, room)
    table = home.table if home.table is not None and home.table.paths is not None else None
    number = int(home.evaluation.sample[told.position])
    several = len({row.run.key for row, _, _ in told.maps}) > 1
    for index, (row, values, why) in enumerate(told.maps[: columns * lines]):
        left, top = x + index % columns * (panel + 1), y + index // columns * (panel // 2 + 2)
        strong = row is found.row
        mark = row.letter or "·" if several else row.trust.glyph
        canvas.text(left, top, mark, run_colour(p, row.letter) if several else trust_ink(p, row.trust))
        name = row.run.name if several else row.name
        share = f"{percent(area(values, found.threshold), 0)} %" if values is not None else ""
        canvas.text(left + 2, top, shorten(name, panel - 3 - text_width(share), middle=True), p.text,
                    attrs=BOLD if strong else 0)  # fmt: skip
        canvas.text(left, top, share, p.muted, width=panel, align="right")
        _draw(canvas, left, top + 1, panel, _Panel(table, number, values), why, painter)
    y += lines * (panel // 2 + 2)
    if y < canvas.height:
        draw_legend(canvas, x, y - 1, width, found.threshold)
    return y


def _layout(n: int, width: int, room: int) -> tuple[int, int, int]:
    """(columns, lines, width of a panel): the largest panels of `n` that fit `width` and `room`."""
    best = (1, 1, LEAST)
    for columns in range(1, n + 1):
        lines = -(-n // columns)
        panel = min((width + 1) // columns - 1, 2 * (room // lines - 2), MOST)
        if panel > best[2] or columns == 1:
            best = (columns, lines, max(panel, LEAST))
    columns, lines, panel = best
    return columns, max(min(lines, room // (panel // 2 + 2)), 1), panel


def _draw(canvas: Canvas, x: int, y: int, panel: int, one: _Panel, why: str, painter: Painter) -> None:
    rows = min(panel // 2, canvas.height - y)
    if rows < 1:
        return
    if one.values is None:
        for number, line in enumerate(wrapped(why, panel, rows)):
            canvas.text(x, y + number, line, canvas.palette.muted)
    elif one.table is None:
        draw_map(canvas, x, y, panel, rows, None, one.values, painter.threshold)
    else:
        draw_over(canvas, x, y, panel, rows, one, painter, Show.BOTH)
