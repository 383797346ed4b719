"""Tab 7: the samples of the selection as thumbnails, as lines of text, or one alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import events
from textual.message import Message

from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state.class_tree import labels_of
from clftui.state.sample_detail_colours import COLOURS
from clftui.state.sample_detail_nearest import NEAREST
from clftui.state.sample_detail_steps import jump
from clftui.state.sample_flow import Flow
from clftui.state.sample_group_steps import focus, open_group
from clftui.state.sample_list import (
    SORTED,
    Nothing,
    SampleList,
    as_rows,
    index_of,
    is_detail,
    is_listed,
    is_of,
    items,
    listing,
    move,
)
from clftui.state.sample_order import sort_words
from clftui.state.sample_settings import SampleGrouping
from clftui.state.sample_title import title_words
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.views import sample_detail, sample_grid, sample_rows
from clftui.views.sample_foot import draw_grid_foot, draw_rows_foot, draw_title
from clftui.views.sample_grid import Grid
from clftui.views.sample_rows import Rows
from clftui.views.sample_seen import Seen
from clftui.views.view import Act, View
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
        self._shown: SampleList | None = None
        """The list that showed last: it stays while the same samples are sorted anew."""
        self._alone = sample_detail.Places()
        """Where things are while one sample shows alone."""

    def _announce(self) -> None:
        # Called from a decoding thread; posting a message is what Textual allows from there.
        self.post_message(PicturesArrived())

    def on_unmount(self) -> None:
        self.thumbnails.store.stop()

    def on_pictures_arrived(self) -> None:
        self.redraw()

    @property
    def busy(self) -> bool:
        return super().busy or self.thumbnails.store.pending or NEAREST.pending or COLOURS.pending or SORTED.pending

    @property
    def legend(self) -> str:
        session = self.session
        if session is None:
            return ""
        with impatient():
            shown = listing(session)
        if isinstance(shown, Nothing):
            return shown.sentence if shown.waiting else ""
        if is_detail(session):
            return "detail"
        grouping = session.samples.grouping
        by = f"by {grouping.value} · " if grouping is not SampleGrouping.NONE else ""
        return f"{'lines' if as_rows(session, shown) else 'thumbnails'} · {by}{sort_words(shown.sort)}"

    @property
    def page(self) -> tuple[int, int]:
        if self.session is not None and is_detail(self.session):
            return self._alone.page
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
        shown, waiting = self._to_draw(session)
        try:
            if isinstance(shown, Nothing):
                draw_sentence(canvas, shown.sentence)
            elif is_detail(session):
                self._alone = sample_detail.draw_detail(canvas, session, shown, self.thumbnails)
            elif not shown.n:
                draw_sentence(canvas, _empty(session, shown))
            else:
                self._draw_list(canvas, session, shown, waiting)
        except FormatError as error:
            canvas.fill(0, 0, canvas.width, canvas.height)
            draw_sentence(canvas, str(error))

    def _to_draw(self, session: Session) -> tuple[SampleList | Nothing, str]:
        """The list; while the samples that showed last are being sorted anew, that one, and what is being done."""
        shown, last = listing(session), self._shown
        if isinstance(shown, SampleList):
            self._shown = shown
            return shown, ""
        self._shown = last if shown.waiting else None
        if last is None or not shown.waiting or not is_of(last, session):
            return shown, ""
        return last, shown.sentence

    def _draw_list(self, canvas: Canvas, session: Session, shown: SampleList, waiting: str) -> None:
        """`waiting` says what is being done meanwhile."""
        body = _body(session, shown, canvas.width, canvas.height)
        index = index_of(session, shown)
        seen = self._seen(session, shown, body, index)
        item = seen.flow.items.item_of(index) if is_listed(session, shown) else -1
        visible = seen.lines[-1].stop - seen.lines[0].start
        if isinstance(body, Grid):
            if sample_grid.has_title(canvas.height):
                draw_title(canvas, session, shown, visible, seen.flow.items.n, waiting)
            sample_grid.draw_grid(canvas, session, shown, body, self.thumbnails, seen, item)
            draw_grid_foot(canvas, session, shown, index, seen)
        else:
            if body.top > 2 or (body.top > 1 and not shown.trouble):
                draw_title(canvas, session, shown, visible, seen.flow.items.n, waiting)
            sample_rows.draw_rows(canvas, session, shown, body, seen, item)
            draw_rows_foot(canvas, session, shown, index, seen, body)

    def _seen(self, session: Session, shown: SampleList, body: Grid | Rows, index: int) -> Seen:
        """What shows, with the focused sample among it."""
        flow = Flow(items(session, shown), body.columns, body.row_height, body.head)
        row, _ = flow.row_of(flow.items.item_of(index))
        self._top = flow.follow(self._top, row, body.room)
        return Seen(flow, flow.lines(self._top, body.top, body.room))

    def on_click(self, event: events.Click) -> None:
        """Focus a sample; the focused one opens. A group's header opens the group, a nearest sample that sample."""
        session, body = self.session, self._body()
        number = self._alone.nearest.get(event.y)
        if session is not None and is_detail(session) and number is not None and event.x >= self._alone.left:
            self.post_message(Act(partial(jump, number=number)))
            return
        shown = listing(session) if session is not None else None
        if session is None or body is None or not isinstance(shown, SampleList):
            return
        seen = self._seen(session, shown, body, index_of(session, shown))
        step = _clicked(seen, shown, body, event.x, event.y)
        if step is not None:
            self.post_message(Act(step))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        across = self.page[1]
        self.post_message(Act(lambda now: move(now, by, 0, across)))


def _body(session: Session, shown: SampleList, width: int, height: int) -> Grid | Rows:
    grid = None if as_rows(session, shown) else sample_grid.layout(session, shown, width, height)
    return grid or sample_rows.layout(shown, width, height)


def _clicked(seen: Seen, shown: SampleList, body: Grid | Rows, x: int, y: int) -> Callable[[Session], Session] | None:
    """What a click on a cell asks for; None beside headers and samples."""
    column = body.column_at(x)
    for line in seen.lines:
        if line.header >= 0 and y == line.y - body.head:
            return partial(open_group, group=line.header)
        inside = body.margin <= y - line.y < body.row_height
        if inside and column is not None and line.start + column < line.stop:
            return partial(focus, name=shown.sample_id(seen.flow.items.index_of(line.start + column)))
    return None


def _empty(session: Session, shown: SampleList) -> str:
    words = title_words(shown, labels_of(session))[1]
    help_words = "F drops the last filter" if shown.filters else "backspace goes back"
    return f"None {words}; {help_words}."
