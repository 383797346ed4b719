"""Sample images on a canvas: what is decoded is drawn, what is not yet is wished for and shows a calm placeholder."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from clftui.data.images import Picture, Target, Unreadable
from clftui.data.picture_store import PictureStore, Wish
from clftui.data.samples import SampleTable
from clftui.drawing import blocks
from clftui.drawing.canvas import Canvas, Rect
from clftui.text import ELLIPSIS, shorten
from clftui.widgets.picture_layer import layer
from clftui.widgets.saliency import Overlays


class Thumbnails:
    """The images one view shows. Between `begin` and `end` of a drawing every `draw` is also a wish."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        """`arrived` is called from another thread when something new can be drawn."""
        self._arrived = arrived
        self.store = PictureStore(arrived)
        self._wishes: list[Wish] = []
        self.overlays = Overlays()

    def sharp(self, canvas: Canvas) -> bool:
        """Whether pictures are drawn as pixels here, not as characters."""
        return layer().graphics.pixels and bool(canvas.palette.depth)

    def begin(self) -> None:
        self._wishes = []

    def end(self) -> None:
        """Decode what was drawn as a placeholder; drop what is not on the screen any more."""
        self.store.want(self._wishes)

    def pixels(self, columns: int, rows: int, table: SampleTable, row: int) -> Picture | Unreadable | None:
        """The image of a table's row as `draw` would show it in blocks, for a drawing of the caller's own.

        Two pixels across and two down a cell; None while it is not decoded.
        """
        if columns < 1 or rows < 1:
            return None
        return self._wish(("cells", columns, rows), table, row, lambda w, h: _pixels(w, h, columns, rows))

    def draw(
        self, canvas: Canvas, x: int, y: int, columns: int, rows: int, table: SampleTable, row: int
    ) -> Picture | Unreadable | None:
        """Draw the image of a table's row in the middle of `columns` x `rows` cells; None while it is not decoded."""
        if columns < 1 or rows < 1:
            return None
        found = self.decoded(columns, rows, table, row)
        if isinstance(found, Picture):
            if layer().draw(canvas, x, y, columns, rows, found, self._arrived) is None:
                _draw_placeholder(canvas, x, y, columns, rows, ELLIPSIS, _given(table, row))
        else:
            _draw_placeholder(canvas, x, y, columns, rows, found.word if found else ELLIPSIS, _given(table, row))
        return found

    def decoded(self, columns: int, rows: int, table: SampleTable, row: int) -> Picture | Unreadable | None:
        """The image of a table's row with the pixels that `draw` would show; None while it is not decoded."""
        pictures = layer()
        return self._wish((pictures.key, columns, rows), table, row, pictures.target(columns, rows))

    def paint(self, canvas: Canvas, x: int, y: int, columns: int, rows: int, picture: Picture) -> Rect | None:
        """Draw pixels that are there already, a heat map say, as `draw` draws; its place, None while it is not ready.

        Hand over the same `Picture` as long as it is the same picture: its pixels are encoded once.
        """
        return layer().draw(canvas, x, y, columns, rows, picture, self._arrived)

    def _wish(self, room: Hashable, table: SampleTable, row: int, target: Target) -> Picture | Unreadable | None:
        key = (_given(table, row), table.path, table.images_root, room)
        self._wishes.append(Wish(key, lambda: table.path_of(row), target))
        return self.store.get(key)


def _given(table: SampleTable, row: int) -> str:
    return str(table.paths[row]) if table.paths is not None and 0 <= row < table.n else ""


def _pixels(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Quadrant pixels that an image takes within `columns` x `rows` cells."""
    across, down = blocks.fit_size(width, height, columns, rows)
    return 2 * across, 2 * down


def _draw_placeholder(canvas: Canvas, x: int, y: int, columns: int, rows: int, word: str, path: str) -> None:
    p = canvas.palette
    if p.colourful:
        canvas.fill(x, y, columns, rows, bg=p.surface)
    else:
        canvas.frame(x, y, columns, rows, p.line)
    middle = y + (rows - 1) // 2
    canvas.text(x + 1, middle, word, p.muted, width=columns - 2, align="center")
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    canvas.text(x + 1, middle + 1, shorten(name, columns - 2, middle=True), p.faint, width=columns - 2, align="center")
