"""Beside the table: the row under the cursor in large, how alike the runs' maps are, and the class over all runs."""

from __future__ import annotations

from clftui.data.weighted_text import Document
from clftui.drawing.canvas import BOLD, Canvas
from clftui.schema import FormatError
from clftui.state.class_scatter import class_scatter
from clftui.state.class_tree import label_of
from clftui.state.explained_facts import Fact, maps_of_runs
from clftui.state.explained_order import Shown
from clftui.state.explanations import likeness
from clftui.state.session import Session
from clftui.text import sanitise, shorten
from clftui.views.explained_rows import Painter, draw_over
from clftui.views.sample_parts import name_of, run_colour, verdict_colour, wrapped
from clftui.widgets.accuracy_scatter import LEAST_HEIGHT, draw_scatter
from clftui.widgets.colour_bars import colours_height, draw_colours
from clftui.widgets.saliency import Show, draw_legend
from clftui.widgets.similarity_grid import draw_grid, grid_height

LEAST_PICTURE = 4
SCATTER = 12
"""Lines of the scatter where there is room."""


def draw_side(canvas: Canvas, x: int, width: int, session: Session, shown: Shown, fact: Fact, painter: Painter) -> None:
    """Everything that has room in the column from `x` on, from the top."""
    p = canvas.palette
    canvas.vline(x, 0, canvas.height, p.line)
    x, width = x + 2, width - 3
    y = _draw_title(canvas, x, width, shown, fact)
    if shown.of_text:
        y = _draw_text(canvas, x, y, width, shown)
    else:
        y = _draw_pictures(canvas, x, y, width, fact, painter)
        y = _draw_likeness(canvas, x, y, width, shown)
    _draw_rest(canvas, x, y, width, session, shown, fact)


def _draw_title(canvas: Canvas, x: int, width: int, shown: Shown, fact: Fact) -> int:
    p, answer = canvas.palette, fact.answer
    rows = shown.rows
    used = canvas.text(x, 0, f"#{shorten(rows.sample_id(shown.row), 16, middle=True)}", p.focus, attrs=BOLD) + 2
    source = rows.source_of(shown.row)
    canvas.text(x + used, 0, source.letter or "·", run_colour(p, source.letter), attrs=BOLD)
    canvas.text(x + used + 2, 0, shorten(source.run.name, width - used - 2, middle=True), p.muted)
    words = f"{name_of(answer.predicted)}, true {answer.true or 'unknown'}"
    canvas.text(x, 1, answer.verdict.glyph, verdict_colour(p, answer.verdict))
    canvas.text(x + 2, 1, shorten(words, width - 2), p.text)
    return 2


def _draw_pictures(canvas: Canvas, x: int, y: int, width: int, fact: Fact, painter: Painter) -> int:
    """The original and the map over it, side by side; the row below."""
    p, panel = canvas.palette, (width - 2) // 2
    rows = min(panel // 2, max(canvas.height - 26, LEAST_PICTURE) if canvas.height >= 30 else canvas.height - y - 12)
    if rows < LEAST_PICTURE or fact.table is None:
        return y
    painter.missing |= painter.thumbnails.draw(canvas, x, y, panel, rows, fact.table, fact.row) is None
    if fact.values is not None:
        draw_over(canvas, x + panel + 2, y, panel, rows, fact, painter, Show.BOTH)
    else:
        why = "the map is zero throughout: it explains nothing" if fact.is_empty else fact.missing
        for number, line in enumerate(wrapped(why, panel, rows)):
            canvas.text(x + panel + 2, y + number, line, p.muted)
    y += rows
    if fact.values is not None:
        draw_legend(canvas, x, y, width, painter.threshold)
        y += 1
    return y + 1


def _draw_likeness(canvas: Canvas, x: int, y: int, width: int, shown: Shown) -> int:
    maps = maps_of_runs(shown.rows, shown.row)
    if len(maps) < 2 or y + grid_height(len(maps)) > canvas.height:
        return y
    found = likeness(maps, shown.how.measure)
    names = [each.item.letter or sanitise(each.item.run.name) for each in maps]
    inks = [run_colour(canvas.palette, each.item.letter) for each in maps]
    draw_grid(canvas, x, y, width, found, names, inks, shown.how.measure)
    return y + grid_height(len(maps)) + 1


def _draw_rest(canvas: Canvas, x: int, y: int, width: int, session: Session, shown: Shown, fact: Fact) -> None:
    """The colours, then the scatter of the class, where they have room."""
    source, position = shown.rows.source_of(shown.row), int(shown.rows.position[shown.row])
    label = int(source.evaluation.true[position])
    name = source.run.classes[label] if label >= 0 else ""
    called = sanitise(label_of(session, name))
    height = colours_height(fact.colours, width)
    if fact.colours is not None and y + height + LEAST_HEIGHT + 1 <= canvas.height:
        draw_colours(canvas, x, y, width, fact.colours, called)
        y += height + 1
    room = min(canvas.height - y, SCATTER)
    if not name or room < LEAST_HEIGHT:
        return
    letters = {run.key: letter for letter, run in session.lettered}
    try:
        found = class_scatter(session, name)
    except FormatError:
        canvas.text(x, y, "the runs are still being read", canvas.palette.faint, width=width)
        return
    draw_scatter(canvas, x, y, width, room, found, letters, source.run.key, called)


def _draw_text(canvas: Canvas, x: int, y: int, width: int, shown: Shown) -> int:
    """The document, as much of it as fits above the scatter."""
    source = shown.rows.source_of(shown.row)
    try:
        position = int(shown.rows.position[shown.row])
        document: Document | None = source.held.document_of(position) if source.held is not None else None
    except FormatError:
        document = None
    text = " ".join(word.text for word in document.words) if document is not None else "no explanation"
    lines = wrapped(text, width, max(canvas.height - y - SCATTER - 2, 1))
    for number, line in enumerate(lines):
        canvas.text(x, y + 1 + number, line, canvas.palette.text)
    return y + len(lines) + 2
