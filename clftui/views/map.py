"""Tab 5: samples, or classes, as a cloud of points; beside it what numbers say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from clftui.drawing.canvas import Canvas
from clftui.drawing.ramp import Ints
from clftui.schema import FormatError
from clftui.state.map_box import region
from clftui.state.map_frame import Frame, frame_for
from clftui.state.map_model import MapModel, map_model
from clftui.state.map_multiples import small_model
from clftui.state.map_settings import Multiples, Spot
from clftui.state.map_side import about, class_lines, legend, neighbours, numbers_of, small_legend
from clftui.state.map_steps import boxed_in, lassoed, zoom
from clftui.state.map_view import cursor, drill, put
from clftui.state.moves import select
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.views.map_parts import Clicks, classes_of, draw_cursor, draw_names, draw_region, status
from clftui.views.view import Act, View, follow
from clftui.widgets.map_dots import cells_of, draw_cells, inks
from clftui.widgets.map_labels import Placed
from clftui.widgets.map_pane import NARROW, WIDTH, PaneLayout, draw_pane
from clftui.widgets.sentence import draw_sentence

if TYPE_CHECKING:
    from clftui.views.map_multiples import SmallMaps

ROOMY = 100
"""Columns of the body from which on the lists show unasked."""
LEAST = 40
"""Columns below which there are no lists."""


class MapView(View):
    """Draws the picture around its cursor; owns the scroll position alone."""

    _left = 0
    _top = 0
    _followed: object = None
    again_seconds, again_whole = 0.25, True
    _frame: Frame | None = None
    _model: MapModel | None = None
    _placed: tuple[Placed, ...] = ()
    _pane: PaneLayout | None = None
    _maps: SmallMaps | None = None
    _clicks: Clicks | None = None

    @property
    def legend(self) -> str:
        session = self.session
        if session is None:
            return ""
        try:
            with impatient():
                if session.map.multiples is not Multiples.ONE:
                    return small_legend(small_model(session))
                return legend(map_model(session))
        except FormatError:  # Told in the picture's place.
            return ""

    @property
    def page(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        return (self._frame.height, self._frame.width) if self._frame is not None else (30, 88)

    @property
    def busy(self) -> bool:
        return super().busy or self._waiting

    def draw(self, canvas: Canvas) -> None:
        session = self.session
        self._model, self._frame, self._pane, self._placed = None, None, None, ()
        if session is None or canvas.height < 1 or canvas.width < 1:
            return
        try:
            if session.map.multiples is not Multiples.ONE:
                self._small_maps().draw(canvas, session)
            else:
                self._draw(canvas, session, map_model(session))
        except FormatError as error:
            draw_sentence(canvas, str(error))
        self._look_again(super().busy)

    def _small_maps(self) -> SmallMaps:
        """Several maps, loaded when they are first wanted."""
        if self._maps is None:
            from clftui.views.map_multiples import SmallMaps

            self._maps = SmallMaps()
        return self._maps

    def _draw(self, canvas: Canvas, session: Session, model: MapModel) -> None:
        pane = pane_width(session, canvas.width)
        width, height = canvas.width - pane, canvas.height - (1 if canvas.height > 3 else 0)
        frame = frame_for(model.picture.layout, width, height, session.map.zoom)
        spot = cursor(model)
        self._scroll(frame, spot)
        self._frame, self._model = frame, model
        colours = inks(canvas.palette, model.key, model.picture.coded.by, model.picture.ordered)
        letters = model.key.letters if session.map.letters or not canvas.palette.colourful else None
        focus = model.focus if model.by_class else -1
        cells = cells_of(model.picture, frame)
        draw_cells(canvas, 0, 0, frame, self._left, self._top, cells, colours, letters, focus)
        if model.cloud is None:
            self._draw_marks(canvas, frame, model, colours, letters)
        found = classes_of(canvas.palette, model)
        self._placed, without = draw_names(canvas, frame, self._left, self._top, model, found, spot)
        points = region(model, spot)
        if points is not None:
            draw_region(canvas, frame, self._left, self._top, model, spot)
        if spot is not None and session.map.anchor is None:
            draw_cursor(canvas, frame, self._left, self._top, spot)
        numbers = numbers_of(model)
        if height < canvas.height:
            words = status(session, model, frame, spot, points, without, numbers, width - 2, bare=not pane)
            canvas.text(1, height, words, canvas.palette.muted, width=width - 2)
        if pane:
            lines = class_lines(session, model, numbers)
            self._pane = draw_pane(
                canvas, width, canvas.height, model, colours, neighbours(model, 5), lines, about(model, numbers),
                found.letters, found.inks,
            )  # fmt: skip

    def _draw_marks(
        self, canvas: Canvas, frame: Frame, model: MapModel, colours: Ints, letters: tuple[str, ...] | None
    ) -> None:
        """Classes are few: a disc each instead of a dot."""
        for place, code, point in zip(
            model.picture.places, model.picture.codes.tolist(), model.picture.points.tolist(), strict=True
        ):
            column, row = frame.cell((float(place[0]), float(place[1])))
            x, y = column - self._left, row - self._top
            if 0 <= x < frame.width and 0 <= y < frame.height:
                ink = canvas.palette.focus if point == model.focus else int(colours[code])
                mark = letters[code] if letters is not None and code >= 0 else ""
                canvas.text(x, y, mark or "●", ink)

    def _scroll(self, frame: Frame, spot: Spot | None) -> None:
        """Keep the cursor in the window; the wheel may leave it behind."""
        if not frame.zoom or spot is None:
            self._left = self._top = 0
            return
        column, row = frame.cell(spot)
        now = (frame, column, row)
        old = self._followed
        if isinstance(old, tuple) and old[0].zoom != frame.zoom:
            # Nearer or farther around the cursor.
            self._left, self._top = column - frame.width // 2, row - frame.height // 2
        if now != old:
            self._left = follow(self._left, column, frame.width, frame.columns)
            self._top = follow(self._top, row, frame.height, frame.rows)
        self._followed = now
        self._left = max(0, min(self._left, frame.columns - frame.width))
        self._top = max(0, min(self._top, frame.rows - frame.height))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        frame = self._frame
        if frame is not None and event.x < frame.width and event.y < frame.height:
            self._clicks = Clicks(frame, self._left, self._top, event.x, event.y, lasso=event.ctrl or event.meta)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._clicks is not None:
            self._clicks.to(event.x, event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        clicks, self._clicks = self._clicks, None
        self.release_mouse()
        if clicks is None:
            self._click_elsewhere(event)
            return
        clicks.to(event.x, event.y)
        if clicks.is_lasso:
            corners = clicks.corners
            self.post_message(Act(lambda now: lassoed(now, corners)))
        elif clicks.is_box:
            one, other = clicks.box
            self.post_message(Act(lambda now: boxed_in(now, one, other)))
        else:
            self._click(event.x, event.y)

    def _click_elsewhere(self, event: events.MouseUp) -> None:
        cls = self._pane.class_at(event.x, event.y) if self._pane is not None else None
        if cls is not None and self._model is not None:
            self._focus(self._model.evaluation.classes[cls])
        elif self._maps is not None and self.session is not None and self.session.map.multiples is not Multiples.ONE:
            step = self._maps.clicked(event.x, event.y)
            if step is not None:
                self.post_message(Act(step))

    def _click(self, x: int, y: int) -> None:
        """A name focuses its class, and opens it the second time; anything else puts the cursor there."""
        model, frame = self._model, self._frame
        if model is None or frame is None:
            return
        for each in self._placed:
            if each.y == y and each.x <= x < each.x + each.width:
                self._focus(model.evaluation.classes[each.label.number])
                return
        spot = frame.spot(x + self._left, y + self._top)
        self.post_message(Act(lambda now: put(now, model, frame, spot)))

    def _focus(self, name: str) -> None:
        same = self.session is not None and self.session.selection.true == name
        self.post_message(Act(drill if same else lambda now: select(now, true=name)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        self.post_message(Act(lambda now: zoom(now, -by)))


def pane_width(session: Session, width: int) -> int:
    """Columns of the lists at the right; 0 where they are hidden or have no room."""
    if (width >= ROOMY) == session.map.turned or width < LEAST:
        return 0
    return WIDTH + 2 if width >= ROOMY else NARROW + 2
