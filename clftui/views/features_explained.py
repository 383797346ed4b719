"""The explained variant of Features: where models looked, a row a sample, a class or a run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.explained_facts import Fact, facts_of
from clftui.state.explained_order import Shown, shown_rows
from clftui.state.explained_settings import SIZES, Task
from clftui.state.explained_view import drill, to_row
from clftui.state.explained_words import rule_words, task_words
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.text import shorten, text_width
from clftui.views.explained_rows import Painter, draw_heads, draw_row
from clftui.views.explained_side import draw_side
from clftui.views.view import follow
from clftui.widgets.explained_columns import Needs, columns_of
from clftui.widgets.picture_layer import layer
from clftui.widgets.saliency import Overlays
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.thumbnail import Thumbnails

SIDE_FROM = 120
"""From this width on the row under the cursor shows in large, too."""
GAP_FROM = 24
"""From this height on there is a line between rows with pictures."""
KEPT = 160
"""Pictures under maps that are kept: those of a screen and the next."""


class ExplainedPane:
    """Draws where models looked, a row a sample."""

    def __init__(self) -> None:
        self._page, self._top, self._first, self._lines = (1, 1), 0, 0, 1
        self._thumbnails = Thumbnails(lambda: None)
        self._overlays = Overlays(KEPT)
        self._missing = False

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return self._missing

    def legend(self, session: Session) -> str:
        settings = session.features.explained
        return f"{settings.task.words} · {settings.sort.value}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        self._missing = False
        shown = shown_rows(session)
        if isinstance(shown, Nothing):
            self._page = (1, 1)
            draw_sentence(canvas, shown.sentence)
            return
        side = _side_width(canvas.width)
        width = canvas.width - side
        painter = Painter(self._thumbnails, self._overlays, shown.how.threshold)
        self._thumbnails.begin()
        self._draw_table(canvas, width, session, shown, painter)
        if side:
            fact = facts_of(session, shown, [shown.row])[0]
            draw_side(canvas, width, side, session, shown, fact, painter)
        self._thumbnails.end()
        self._missing = painter.missing

    def _draw_table(self, canvas: Canvas, width: int, session: Session, shown: Shown, painter: Painter) -> None:
        lines = lines_of(canvas, session, shown)
        # Pictures under each other would run together.
        self._lines = lines + (canvas.height >= GAP_FROM and lines > 1)
        self._first = _draw_words(canvas, width, session, shown)
        room = max(1, (canvas.height - self._first) // self._lines)
        self._page = (room, 1)
        self._top = follow(self._top, shown.cursor, room, shown.n)
        rows = shown.order[self._top : self._top + room].tolist()
        facts = facts_of(session, shown, rows)
        columns = columns_of(width - 1, needs_of(shown, facts, lines))
        if self._first:
            first = "run" if shown.rows.task is Task.MODELS else "id"
            draw_heads(canvas, self._first - 1, columns, shown.column.value, shown.falling, first)
        for number, fact in enumerate(facts):
            focused = self._top + number == shown.cursor
            draw_row(canvas, self._first + number * self._lines, lines, columns, fact, painter, focused)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """A row under the mouse gets the cursor; where it has it already its sample opens."""
        index = self._top + (y - self._first) // self._lines
        return partial(_clicked, index=index) if y >= self._first else None


def _clicked(session: Session, index: int) -> Session:
    shown = shown_rows(session)
    if isinstance(shown, Nothing) or not 0 <= index < shown.n:
        return session
    return drill(session) if index == shown.cursor else to_row(session, shown, index)


def _side_width(width: int) -> int:
    return min(62, max(36, width * 34 // 100)) if width >= SIDE_FROM else 0


def lines_of(canvas: Canvas, session: Session, shown: Shown) -> int:
    """Lines of a row: what suits the screen, and as many sizes more or less as was asked for."""
    pictures = layer().graphics.protocol != "none" and not shown.of_text
    if not pictures:
        return 1
    fitting = 2 if canvas.height < 30 else 3 if canvas.height < 54 else 4
    return SIZES[max(0, min(fitting + session.features.explained.zoom, len(SIZES) - 1))]


def needs_of(shown: Shown, facts: list[Fact], lines: int) -> Needs:
    """What the rows on the screen take."""
    letters = any(fact.letter for fact in facts)
    return Needs(
        max(text_width(fact.name) for fact in facts) + (2 if letters else 0),
        max(text_width(fact.answer.true or "no label") for fact in facts),
        max(text_width(fact.answer.predicted or "no answer") for fact in facts) + 2,
        lines,
        lines > 1 and any(fact.values is not None or fact.table is not None for fact in facts),
        shown.of_text,
        shown.column,
        shown.rows.task is not Task.MODELS,
        len(shown.rows.sources) > 1,
    )


def _draw_words(canvas: Canvas, width: int, session: Session, shown: Shown) -> int:
    """The task and its rule in words, a line each where there is room, and a line for the heads; the row below."""
    if canvas.height < 6:
        return 0
    p, room = canvas.palette, width - 3
    title, about = task_words(session, shown)
    used = canvas.text(2, 0, title, p.text, attrs=BOLD, width=room)
    canvas.text(2 + used, 0, shorten(f"  {about}", room - used), p.muted)
    if canvas.height < 14:
        return 2
    canvas.text(2, 1, shorten(rule_words(session, shown), room), p.faint)
    return 3
