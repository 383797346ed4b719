"""The base of every widget that draws on a canvas and sends only the cells that changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from clftui.drawing.canvas import Canvas, difference
from clftui.drawing.palette import Palette
from clftui.drawing.strip import strips
from clftui.widgets.compositor import Painter, send_spans_only


class CanvasView(Painter):
    """Draws itself in `draw`; call `redraw()` whenever something it shows has changed.

    Nothing is drawn before the next paint, and nothing at all while the widget is hidden: it stays stale and draws
    once when it is seen again. Textual's borders, padding and scroll bars do not apply.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CanvasView { width: 1fr; height: 1fr; overflow: hidden; scrollbar-size: 0 0; border: none; padding: 0; }
    """

    _canvas: Canvas | None = None
    _stale = True

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self._strips: list[Strip] = []

    @property
    def palette(self) -> Palette:
        """The app's colours at the terminal's depth."""
        return cast("Palette", self.app.palette)  # type: ignore[attr-defined]

    @property
    def canvas(self) -> Canvas | None:
        """What was last drawn; None before the first paint."""
        return self._canvas

    def printable(self) -> Canvas:
        """What was last drawn, with characters where the terminal has pictures."""
        from clftui.widgets.picture_layer import as_blocks, layer  # Few views have pictures.

        if self._canvas is not None and not layer().graphics.pixels:
            return self._canvas
        canvas = Canvas(self.size.width, self.size.height, self.palette)
        with as_blocks():
            self.draw(canvas)
        return canvas

    def draw(self, canvas: Canvas) -> None:
        """Draw everything on a fresh canvas of the widget's size. Subclasses implement it."""
        raise NotImplementedError

    def redraw(self, full: bool = False) -> None:
        """Draw again at the next paint and send what differs; `full` sends everything, for a disturbed terminal."""
        self._stale = True
        if full:
            self._canvas = None
        if self.is_attached and self.size:
            self.refresh(Region(0, 0, 1, 1))

    def on_mount(self) -> None:
        """Let this screen send exactly the cells a widget names."""
        send_spans_only(self.screen)

    def notify_style_update(self) -> None:
        """Focus or theme changed; draw again at the next paint."""
        super().notify_style_update()
        self.redraw()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of the visible part, without Textual's own line building."""
        self._derive()
        width = self.size.width
        rows = self._strips[crop.y : crop.bottom]
        rows += [Strip.blank(width)] * (crop.height - len(rows))
        if crop.x == 0 and crop.width == width:
            return rows
        return [row.crop(crop.x, crop.right) for row in rows]

    def _exchange_repaint_regions(self) -> Collection[Region]:
        # Asked once per paint, and only while the widget is visible: the moment to draw and to name what differs.
        if super()._exchange_repaint_regions():
            self._derive()
        unsent, self.unsent = self.unsent, []
        return unsent

    def _derive(self) -> None:
        width, height = self.size
        shown, palette = self._canvas, self.palette
        same = shown is not None and (shown.width, shown.height, id(shown.palette)) == (width, height, id(palette))
        if same and not self._stale:
            return
        self._stale = False
        canvas = Canvas(width, height, palette)
        self.draw(canvas)
        # A paint for another widget's sake may draw here too and send only that one's cells: what differs stays
        # noted until it is asked for.
        self.unsent += [Region(*rect) for rect in difference(shown, canvas)]
        self._canvas = canvas
        self._strips = strips(canvas, palette.depth)
