"""Tab 3: the confusion matrix of the focused run."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual import events

from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state import matrix_model
from clftui.state.difference_words import difference_sentence
from clftui.state.matrix_box import LISTED, box, box_sentence
from clftui.state.matrix_cells import items_a_pixel
from clftui.state.matrix_model import Matrix, matrix, missing
from clftui.state.matrix_words import RunCell, Sentence, legend, run_cells, sentence
from clftui.state.matrix_zoom import at_pixel
from clftui.state.session import Session
from clftui.state.settings import CellEncoding, Pane, Zoom
from clftui.state.similar import SIMILAR
from clftui.text import sanitise, text_width
from clftui.views.matrix_groups import Groups
from clftui.views.matrix_parts import draw_cell_part, draw_pixel_part
from clftui.views.view import Act, View, follow
from clftui.widgets import matrix_frame as frame
from clftui.widgets.matrix_box import draw_box
from clftui.widgets.matrix_grid import number_width
from clftui.widgets.matrix_layout import Content, Layout

if TYPE_CHECKING:
    from clftui.views.matrix_images import CellImages
    from clftui.views.matrix_outliers import OutlierPane
    from clftui.views.matrix_panes import Panes

WHEEL = 3
LEAST = 3
"""Rows below which there is no grid, only the cell under the cursor in words."""


class MatrixView(View):
    """Draws the session's matrix around its cursor. Owns the scroll position alone."""

    _top = 0
    _left = 0
    _layout: Layout | None = None
    _followed: object = None
    again_seconds, again_whole = 0.5, True
    _panes: Panes | None = None
    _outliers: OutlierPane | None = None
    _images: CellImages | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._groups = Groups()

    @property
    def legend(self) -> str:
        if self.session is None:
            return ""
        if self.session.matrix.pane in LISTED:
            from clftui.views.matrix_panes import pane_legend

            return pane_legend(self.session)
        return legend(self.session)

    @property
    def page(self) -> tuple[int, int]:
        listed = self._panes.page(self.session) if self._panes is not None else None
        if listed is not None:
            return listed
        return (self._layout.rows, self._layout.columns) if self._layout is not None else (1, 1)

    @property
    def busy(self) -> bool:
        return super().busy or self._waiting or (self._images is not None and self._images.pending)

    def draw(self, canvas: Canvas) -> None:
        session = self.session
        self._layout = None
        if session is None or not canvas.width or not canvas.height:
            return
        try:
            words = missing(session)
            shown = matrix(session) if words is None else None
        except FormatError as error:
            words, shown = str(error), None
        if shown is None:
            _say(canvas, words or "There is no matrix to show; r takes the next run, s the next split.")
        elif canvas.height < LEAST and session.matrix.pane not in LISTED:
            read = sentence(session, shown)
            canvas.text(0, 0, f"{read.title}: {read.brief}")
        elif session.matrix.pane is Pane.GRID and session.matrix.blocks is not None:
            self._draw_with_outliers(canvas, session, shown)
        elif session.matrix.pane is Pane.GRID and self._panes is None:
            self._draw(canvas, session, shown)
        else:
            self._beside().draw(canvas, session, lambda part: self._draw(part, session, shown))

    def _beside(self) -> Panes:
        """What stands beside the grid, loaded when it is first asked for."""
        if self._panes is None:
            from clftui.views.matrix_panes import Panes

            self._panes = Panes()
        return self._panes

    def _draw_with_outliers(self, canvas: Canvas, session: Session, shown: Matrix) -> None:
        """The grid, and beside it, where it leaves room, what is confused outside its blocks."""
        if self._outliers is None:
            from clftui.views.matrix_outliers import OutlierPane

            self._outliers = OutlierPane()
        content = _content(session, canvas, shown)
        part = self._outliers.split(canvas, lambda on: self._groups.arrange(on, session, shown, content))
        self._draw(part or canvas, session, shown)
        if part is not None:
            self._outliers.draw(canvas, session, shown, part)

    def _draw(self, canvas: Canvas, session: Session, shown: Matrix) -> None:
        content = _content(session, canvas, shown)
        layout = self._layout = self._groups.arrange(canvas, session, shown, content)
        self._scroll(shown, layout)
        # Asked first: what arrives while this frame is drawn needs another one.
        lacks = self._lacks(session, shown)
        draw_part = draw_pixel_part if layout.half else draw_cell_part
        if layout.images:
            draw_part = self._cell_images().draw
        elif self._images is not None:
            self._images.rest()
        draw_part(canvas, layout, session, shown, self._top, self._left)
        self._groups.draw(canvas, layout, session, shown, self._top, self._left)
        selected = box(session, shown)
        if selected is not None:
            cursor = (shown.cursor[0] // layout.per - self._top, shown.cursor[1] // layout.per - self._left)
            draw_box(canvas, layout, selected, self._top, self._left, cursor)
            if layout.images:
                self._cell_images().draw_numbers()
        words = _cell_words(session, shown) if selected is None else box_sentence(selected)
        frame.draw_readout(canvas, layout, words, _runs_words(session, layout, shown))
        self._groups.read_out(canvas, layout, session, shown)
        if lacks:
            self._look_again()

    def _cell_images(self) -> CellImages:
        """What draws cells as images, loaded when they are first asked for."""
        if self._images is None:
            from clftui.views.matrix_images import CellImages

            self._images = CellImages(self.post_message)
        return self._images

    def on_images_arrived(self) -> None:
        self.redraw()

    def on_unmount(self) -> None:
        if self._images is not None:
            self._images.stop()

    def _lacks(self, session: Session, shown: Matrix) -> bool:
        if self._layout is not None and self._layout.strips is not None:
            from clftui.views.matrix_epochs import is_waiting as lacks_epochs

            if lacks_epochs(session, self._layout.strips, shown):
                return True
        layout = self._layout
        if layout is not None and layout.images:
            images = self._cell_images()
            if images.is_waiting(session, shown, layout, self._top, self._left):
                return True
        if session.matrix.blocks is None and session.matrix.order not in SIMILAR:
            return False
        from clftui.views.matrix_blocks import is_waiting

        return is_waiting(session, shown)

    def _scroll(self, shown: Matrix, layout: Layout) -> None:
        """Show the cursor when it, or what lies under it, has changed; the wheel may leave it behind."""
        row, column = (position // layout.per for position in shown.cursor)
        total = items_a_pixel(shown.n, layout.per)
        now = (row, column, total, layout.rows, layout.columns)
        if now != self._followed:
            self._followed = now
            self._top = _reveal(self._top, row, layout.rows, total)
            self._left = _reveal(self._left, column, layout.columns, total)
        self._top = max(0, min(self._top, total - layout.rows))
        self._left = max(0, min(self._left, total - layout.columns))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the cursor it drills. A click on a label moves along one axis."""
        layout, session = self._layout, self.session
        beside = self._outliers if session is not None and session.matrix.pane is Pane.GRID else self._panes
        listed = beside.clicked(event.x, event.y) if beside is not None else None
        if listed is not None:
            self.post_message(Act(listed))
            return
        if layout is None or session is None:
            return
        chosen = self._groups.clicked(layout, self._top, event.x, event.y)
        if chosen is not None:
            self.post_message(Act(chosen))
            return
        row, column = layout.row_at(event.y), layout.column_at(event.x)
        shown = matrix(session)
        if shown is None or (row is None and column is None):
            return
        per = layout.per
        here = (shown.cursor[0] // per, shown.cursor[1] // per)
        to = (
            here[0] if row is None else self._top + row,
            here[1] if column is None else self._left + column,
        )
        if to == here and row is not None and column is not None:
            self.post_message(Act(matrix_model.drill))
        else:
            self.post_message(Act(lambda now: at_pixel(now, *to, per)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        self._turned(0, by * WHEEL) if event.shift else self._turned(by * WHEEL, 0)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._turned(0, WHEEL)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._turned(0, -WHEEL)

    def _turned(self, rows: int, columns: int) -> None:
        if self._panes is not None and self._panes.wheel(rows):
            self.redraw()
            return
        self._top, self._left = self._top + rows, self._left + columns
        self.redraw()


def _cell_words(session: Session, shown: Matrix) -> Sentence:
    if shown.other is not None:
        return difference_sentence(session, shown, shown.other)
    return sentence(session, shown)


def _runs_words(session: Session, layout: Layout, shown: Matrix) -> tuple[RunCell, ...]:
    if layout.strips is None:
        return run_cells(session, shown)
    from clftui.views.matrix_epochs import cell_words

    return cell_words(session, layout.strips, shown)


def _content(session: Session, canvas: Canvas, shown: Matrix) -> Content:
    run, split = session.run, session.selection.split
    zoom = session.matrix.zoom_of(shown.n)
    width = number_width(shown) if zoom in (Zoom.NUMBER, Zoom.WIDE) else 0
    epochs = len(run.epochs(split)) if run is not None and split is not None else 0
    content = Content(shown.n, width, _longest(shown.names), epochs, zoom)
    if session.matrix.cell is CellEncoding.NUMBER:
        return content
    if session.matrix.cell is CellEncoding.IMAGE:
        from clftui.views.matrix_images import content_of as images_of

        return replace(content, image_rows=images_of(session, canvas))
    from clftui.views.matrix_epochs import content_of  # Loaded when histories are first asked for.

    return replace(content, strips=content_of(session, canvas, shown))


def _reveal(top: int, cursor: int, shown: int, total: int) -> int:
    """Scroll by one at an edge; a cursor that has jumped out of sight lands in the middle, with its surroundings."""
    if not top - 1 <= cursor <= top + shown:
        top = cursor - shown // 2
    return follow(top, cursor, shown, total)


@lru_cache(maxsize=8)
def _longest(names: tuple[str, ...]) -> int:
    return max(text_width(sanitise(name)) for name in names)


def _say(canvas: Canvas, words: str) -> None:
    """One calm sentence where the matrix would be."""
    lines = textwrap.wrap(words, max(min(canvas.width - 4, 76), 10))
    for at, line in enumerate(lines[: canvas.height]):
        canvas.text(2, min(1, canvas.height - 1) + at, line, canvas.palette.muted)
