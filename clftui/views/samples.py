"""Tab 7: the samples of the selection as thumbnails, as lines of text, or one alone."""

from __future__ import annotations

from textual import events
from textual.message import Message

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.schema import FormatError
from clftui.state.sample_answers import run_answers, track
from clftui.state.sample_detail_colours import COLOURS
from clftui.state.sample_detail_nearest import NEAREST
from clftui.state.sample_ids import row_of
from clftui.state.sample_list import (
    Nothing,
    SampleList,
    as_rows,
    focus,
    index_of,
    is_detail,
    is_listed,
    listing,
    move,
)
from clftui.state.sample_order import sort_words
from clftui.state.sample_past import MARK, marks
from clftui.state.sample_title import title_words
from clftui.state.session import Session
from clftui.text import count, shorten, text_width
from clftui.views import sample_detail, sample_grid, sample_rows
from clftui.views.sample_badges import progress_words
from clftui.views.sample_grid import Grid
from clftui.views.sample_parts import draw_answers, verdict_colour
from clftui.views.sample_rows import Rows
from clftui.views.view import Act, View, follow
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.thumbnail import Thumbnails


class PicturesArrived(Message):
    """Something that was shown as a placeholder has been decoded."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, PicturesArrived)


class SamplesView(View):
    """Owns its scroll position and the decoded images, nothing else."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.thumbnails = Thumbnails(self._announce)
        self._top = 0
        """The first visible row of thumbnails or lines."""
        self._document = (1, 1)
        """Lines of a sample's document that show, and all of them."""

    def _announce(self) -> None:
        # Called from a decoding thread; posting a message is what Textual allows from there.
        self.post_message(PicturesArrived())

    def on_unmount(self) -> None:
        self.thumbnails.store.stop()

    def on_pictures_arrived(self) -> None:
        self.redraw()

    @property
    def busy(self) -> bool:
        return super().busy or self.thumbnails.store.pending or NEAREST.pending or COLOURS.pending

    @property
    def legend(self) -> str:
        session = self.session
        shown = listing(session) if session is not None else None
        if session is None or not isinstance(shown, SampleList):
            return ""
        if is_detail(session):
            return "detail"
        words = f"{'lines' if as_rows(session, shown) else 'thumbnails'} · {sort_words(shown.sort)}"
        counted = progress_words(session, shown)
        return f"{counted} · {words}" if counted else words

    @property
    def page(self) -> tuple[int, int]:
        if self.session is not None and is_detail(self.session):
            return self._document
        body = self._body()
        return (body.rows, body.columns) if body is not None else (1, 1)

    def _body(self) -> Grid | Rows | None:
        """How the list lies on the screen now; None where a single sample or a sentence does."""
        session = self.session
        shown = listing(session) if session is not None else None
        if session is None or not isinstance(shown, SampleList) or not shown.n or is_detail(session):
            return None
        return _body(session, shown, self.size.width, self.size.height)

    def draw(self, canvas: Canvas) -> None:
        session = self.session
        if session is None or not canvas.width or not canvas.height:
            return
        shown = listing(session)
        try:
            if isinstance(shown, Nothing):
                draw_sentence(canvas, shown.sentence)
            elif is_detail(session):
                self._document = sample_detail.draw_detail(canvas, session, shown, self.thumbnails)
            elif not shown.n:
                draw_sentence(canvas, _empty(shown))
            else:
                self._draw_list(canvas, session, shown)
        except FormatError as error:
            canvas.fill(0, 0, canvas.width, canvas.height)
            draw_sentence(canvas, str(error))

    def _draw_list(self, canvas: Canvas, session: Session, shown: SampleList) -> None:
        body = _body(session, shown, canvas.width, canvas.height)
        index = index_of(session, shown)
        rows = -(-shown.n // body.columns)
        self._top = follow(self._top, index // body.columns, body.rows, rows)
        start = self._top * body.columns
        focused = index if is_listed(session, shown) else -1
        if isinstance(body, Grid):
            if sample_grid.has_title(canvas.height):
                _draw_title(canvas, shown, min(body.rows * body.columns, shown.n - start))
            sample_grid.draw_grid(canvas, session, shown, body, self.thumbnails, start, focused)
            _draw_grid_foot(canvas, session, shown, index, body)
        else:
            if body.top > 2 or (body.top > 1 and not shown.trouble):
                _draw_title(canvas, shown, min(body.rows, shown.n - start))
            sample_rows.draw_rows(canvas, session, shown, body, start, focused)
            _draw_rows_foot(canvas, session, shown, index, body)

    def on_click(self, event: events.Click) -> None:
        """Focus a sample; the focused one opens."""
        session, body = self.session, self._body()
        shown = listing(session) if session is not None else None
        number = body.at(event.x, event.y) if body is not None else None
        if number is None or body is None or not isinstance(shown, SampleList):
            return
        index = self._top * body.columns + number
        if index < shown.n:
            name = shown.sample_id(index)
            self.post_message(Act(lambda now: focus(now, name)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._wheel(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._wheel(-1)

    def _wheel(self, by: int) -> None:
        step = by * self.page[1]
        self.post_message(Act(lambda now: move(now, 0, step)))


def _body(session: Session, shown: SampleList, width: int, height: int) -> Grid | Rows:
    grid = None if as_rows(session, shown) else sample_grid.layout(session, shown, width, height)
    return grid or sample_rows.layout(shown, height)


def _empty(shown: SampleList) -> str:
    words = title_words(shown)[1]
    help_words = "F drops the last filter" if shown.filters else "backspace goes back"
    return f"None {words}; {help_words}."


def _draw_title(canvas: Canvas, shown: SampleList, visible: int) -> None:
    """`110 of 1,000 Shirt predicted as T-shirt                  surest first, 24 shown`"""
    p = canvas.palette
    number, rest = title_words(shown)
    right = f"{sort_words(shown.sort)}, {count(visible)} shown" if visible < shown.n else sort_words(shown.sort)
    canvas.text(canvas.width - 1 - len(right), 0, right, p.muted)
    used = canvas.text(1, 0, number, p.text, attrs=BOLD)
    canvas.text(used + 2, 0, shorten(rest, max(canvas.width - used - len(right) - 5, 1)), p.muted)


def _draw_focus(canvas: Canvas, y: int, session: Session, shown: SampleList, index: int) -> None:
    """`#6024  true Shirt   sample 3 of 110   wrong in 12 of 12 epochs`"""
    p = canvas.palette
    name = session.selection.sample or shown.sample_id(index)
    used = 1 + canvas.text(1, y, f"#{shorten(name, 28, middle=True)}", p.focus, attrs=BOLD)
    position = int(shown.positions[index])
    true = int(shown.evaluation.true[position])
    if is_listed(session, shown):
        label = f"true {shorten(shown.evaluation.classes[true], 32)}" if true >= 0 else "no label"
        used += 2 + canvas.text(used + 2, y, label, p.text)
        used += 3 + canvas.text(used + 3, y, f"sample {count(index + 1)} of {count(shown.n)}", p.muted)
        history = track(shown.run, shown.evaluation, position)
        if history is not None and history.seen > 1:
            words = f"wrong in {history.wrong} of {history.seen} epochs"
            used += 3 + canvas.text(used + 3, y, words, p.muted)
        past = marks(session, shown.run, shown.evaluation)
        if past is not None and past[position]:
            used += 1 + canvas.text(used + 1, y, MARK, p.worse)
        content, is_path = sample_rows.content_of(shown, index)
        room = canvas.width - used - 4
        if room >= 16 and is_path:
            canvas.text(
                used + 3, y, shorten(content, room, middle=True), p.faint, width=room, align="right", middle=True
            )
    else:
        canvas.text(used + 2, y, "is not among these any more", p.muted)


def _focused_row(session: Session, shown: SampleList, index: int) -> int:
    name = session.selection.sample
    return shown.row(index) if name is None else row_of(shown.table, name)


def _draw_grid_foot(canvas: Canvas, session: Session, shown: SampleList, index: int, grid: Grid) -> None:
    p, height = canvas.palette, canvas.height
    answers = run_answers(session, shown, _focused_row(session, shown, index))
    if sample_grid.foot_lines(height) == 1:
        name = f"#{shorten(session.selection.sample or shown.sample_id(index), 16, middle=True)}"
        used = canvas.text(1, height - 1, name, p.focus, attrs=BOLD)
        draw_answers(canvas, used + 3, height - 1, canvas.width - used - 3, answers, names=False)
        return
    _draw_focus(canvas, height - 3, session, shown, index)
    draw_answers(canvas, 1, height - 2, canvas.width - 1, answers, names=True)
    x = 1
    for glyph, verdict, words in sample_grid.legend_words(session, shown):
        if x + text_width(words) + 2 > canvas.width:
            break
        colour = verdict_colour(p, verdict) if verdict is not None else p.faint
        x += canvas.line(x, height - 1, [Span(glyph, colour), Span(f" {words}", p.faint)]) + 3


def _draw_rows_foot(canvas: Canvas, session: Session, shown: SampleList, index: int, rows: Rows) -> None:
    if not rows.foot:
        return
    y = canvas.height - rows.foot
    if rows.foot > 2:
        canvas.hline(0, y, canvas.width, canvas.palette.line)
        y += 1
    _draw_focus(canvas, y, session, shown, index)
    if rows.foot == 6:
        sample_rows.draw_document(canvas, y + 1, shown, index, 2)
    answers = run_answers(session, shown, _focused_row(session, shown, index))
    draw_answers(canvas, 1, canvas.height - 1, canvas.width - 1, answers, names=canvas.width >= 100)
