"""A rectangle of character cells to draw on: numpy arrays, no Textual.

Coordinates are (x = column, y = row) from the top left; everything is clipped at the edges. Colours are ints 0xRRGGBB.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.drawing.cells import BLANK, CONTINUED, fitted, row_text, safe_text
from clftui.drawing.palette import Palette

BOLD = 1
DIM = 2
REVERSE = 4
UNDERLINE = 8
ITALIC = 16

_THIN = ("─", "│", "┌", "┐", "└", "┘")
_THICK = ("━", "┃", "┏", "┓", "┗", "┛")

Align = Literal["left", "right", "center"]
Rect = tuple[int, int, int, int]


class Span(NamedTuple):
    """A piece of text in one style; None keeps the colour that is there (background) or is plain text (foreground)."""

    text: str
    fg: int | None = None
    bg: int | None = None
    attrs: int = 0


class Canvas:
    """`height` x `width` cells: `code` uint32, `fg` and `bg` int32, `attrs` uint8, each (height, width).

    Starts as blank cells, the palette's text on its page. Once given to `strips` it must not change any more.
    `pictures` are sixels that lie over cells: (x, y, columns, rows, sequence).
    """

    __slots__ = ("attrs", "bg", "code", "fg", "height", "palette", "pictures", "wide", "width")

    def __init__(self, width: int, height: int, palette: Palette) -> None:
        self.width, self.height, self.palette = max(width, 0), max(height, 0), palette
        shape = (self.height, self.width)
        self.code = np.full(shape, BLANK, np.uint32)
        self.fg = np.full(shape, palette.text, np.int32)
        self.bg = np.full(shape, palette.page, np.int32)
        self.attrs = np.zeros(shape, np.uint8)
        self.pictures: list[tuple[int, int, int, int, bytes]] = []
        self.wide = False
        """Whether a wide character was ever drawn: only then can one be cut in half."""

    def text(
        self,
        x: int,
        y: int,
        text: str,
        fg: int | None = None,
        bg: int | None = None,
        attrs: int = 0,
        *,
        width: int | None = None,
        align: Align = "left",
        middle: bool = False,
    ) -> int:
        """Draw `text` from (x, y), sanitised; what does not fit `width` or the canvas ends in an ellipsis.

        `fg` None is the palette's text; `bg` None keeps what is there. With `width`, `align` places the text in it and
        `middle` cuts in the middle. A text that starts left of the canvas loses its beginning. Returns the columns the
        text takes, 0 outside the canvas.
        """
        if not 0 <= y < self.height:
            return 0
        edge = self.width - x
        limit = edge if width is None else min(width, edge) if align == "left" else width
        if limit <= 0:
            return 0
        codes = fitted(safe_text(text), limit, middle)
        used = len(codes)
        if width is not None and align != "left":
            x += (width - used) if align == "right" else (width - used) // 2
        self._row(x, y, codes, self.palette.text if fg is None else fg, bg, attrs)
        return used

    def line(self, x: int, y: int, parts: Iterable[Span]) -> int:
        """Draw the parts one after another from (x, y). Returns the columns they take."""
        used = 0
        for part in parts:
            used += self.text(x + used, y, part.text, part.fg, part.bg, part.attrs)
        return used

    def fill(
        self,
        x: int,
        y: int,
        w: int,
        h: int,
        bg: int | None = None,
        char: str = " ",
        fg: int | None = None,
        attrs: int = 0,
    ) -> None:
        """Fill a rectangle with one single-width character; `bg` None is the page, `fg` None the palette's text."""
        area = self._area(x, y, w, h)
        if area is None:
            return
        self._mend(area)
        self.code[area] = ord(char)
        self.fg[area] = self.palette.text if fg is None else fg
        self.bg[area] = self.palette.page if bg is None else bg
        self.attrs[area] = attrs

    def paint(
        self, x: int, y: int, w: int, h: int, fg: int | None = None, bg: int | None = None, attrs: int | None = None
    ) -> None:
        """Recolour a rectangle and keep its characters; None keeps that part of the style."""
        area = self._area(x, y, w, h)
        if area is None:
            return
        if fg is not None:
            self.fg[area] = fg
        if bg is not None:
            self.bg[area] = bg
        if attrs is not None:
            self.attrs[area] = attrs

    def put(
        self,
        x: int,
        y: int,
        code: ArrayLike,
        fg: ArrayLike | None = None,
        bg: ArrayLike | None = None,
        attrs: ArrayLike | None = None,
    ) -> None:
        """Copy (h, w) code points with (h, w) or single colours; None keeps what is there, `code` may be (w,)."""
        cells = np.atleast_2d(np.asarray(code))
        h, w = cells.shape
        area = self._area(x, y, w, h)
        if area is None:
            return
        inside = (
            slice(area[0].start - y, area[0].stop - y),
            slice(area[1].start - x, area[1].stop - x),
        )
        self._mend(area)
        self.code[area] = cells[inside]
        if not self.wide and (cells == CONTINUED).any():
            self.wide = True
        for target, value in ((self.fg, fg), (self.bg, bg), (self.attrs, attrs)):
            if value is not None:
                target[area] = np.broadcast_to(np.asarray(value), (h, w))[inside]

    def frame(self, x: int, y: int, w: int, h: int, fg: int, thick: bool = False) -> None:
        """Box lines along the edge of a rectangle of at least 2 x 2 cells; backgrounds stay."""
        if w < 2 or h < 2:
            return
        across, down, *corners = _THICK if thick else _THIN
        for row in (y, y + h - 1):
            self.hline(x, row, w, fg, across)
        for column in (x, x + w - 1):
            self.vline(column, y, h, fg, down)
        places = [(column, row) for row in (y, y + h - 1) for column in (x, x + w - 1)]
        for (column, row), corner in zip(places, corners, strict=True):
            self.hline(column, row, 1, fg, corner)

    def hline(self, x: int, y: int, w: int, fg: int, char: str = "─") -> None:
        """A horizontal line of `w` cells; backgrounds stay."""
        self._strokes(x, y, w, 1, fg, char)

    def vline(self, x: int, y: int, h: int, fg: int, char: str = "│") -> None:
        """A vertical line of `h` cells; backgrounds stay."""
        self._strokes(x, y, 1, h, fg, char)

    def rows_text(self) -> list[str]:
        """The rows as plain text, blanks at the right included."""
        return [row_text(row) for row in self.code]

    def _strokes(self, x: int, y: int, w: int, h: int, fg: int, char: str) -> None:
        area = self._area(x, y, w, h)
        if area is None:
            return
        self._mend(area)
        self.code[area] = ord(char)
        self.fg[area] = fg
        self.attrs[area] = 0

    def _row(self, x: int, y: int, codes: NDArray[np.uint32], fg: int, bg: int | None, attrs: int) -> None:
        area = self._area(x, y, len(codes), 1)
        if area is None:
            return
        span = area[1]
        cells = codes[span.start - x : span.stop - x]
        self._mend(area)
        self.code[y, span] = cells
        self.fg[y, span] = fg
        if bg is not None:
            self.bg[y, span] = bg
        self.attrs[y, span] = attrs
        if (codes == CONTINUED).any():
            self.wide = True
            self._cut_ends(y, span.start, span.stop, codes, x)

    def _cut_ends(self, y: int, start: int, stop: int, codes: NDArray[np.uint32], x: int) -> None:
        # A wide character that the canvas' edge cuts in half becomes a blank.
        if self.code[y, start] == CONTINUED:
            self.code[y, start] = BLANK
        after = stop - x
        if after < len(codes) and codes[after] == CONTINUED:
            self.code[y, stop - 1] = BLANK

    def _area(self, x: int, y: int, w: int, h: int) -> tuple[slice, slice] | None:
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, self.width), min(y + h, self.height)
        return None if x0 >= x1 or y0 >= y1 else (slice(y0, y1), slice(x0, x1))

    def _mend(self, area: tuple[slice, slice]) -> None:
        # Overwriting half of a wide character leaves a blank in place of the other half.
        if not self.wide:
            return
        rows, columns = area
        if columns.start > 0:
            before = self.code[rows, columns.start - 1]
            before[self.code[rows, columns.start] == CONTINUED] = BLANK
        if columns.stop < self.width:
            after = self.code[rows, columns.stop]
            after[after == CONTINUED] = BLANK


# Unchanged cells between two changed ones are sent too where that costs less than moving the terminal's cursor and
# setting the style anew: the longest such gap, by the number of style changes in it.
_BRIDGES = np.array([24, 8, 4])


def difference(old: Canvas | None, new: Canvas) -> list[Rect]:
    """The rectangles (x, y, w, h) of `new` that differ from `old`, all of it where sizes differ.

    Short gaps of equal cells are bridged, and equal spans of neighbouring rows form one rectangle.
    """
    if old is None or (old.width, old.height) != (new.width, new.height) or old.palette is not new.palette:
        return [(0, 0, new.width, new.height)] if new.width and new.height else []
    changed = old.code != new.code
    for before, after in ((old.fg, new.fg), (old.bg, new.bg), (old.attrs, new.attrs)):
        changed |= before != after
    for canvas in (old, new):
        if canvas.wide:
            _join_halves(changed, canvas.code)
    return _stacked(_spans(changed, new))


def _join_halves(changed: NDArray[np.bool_], code: NDArray[np.uint32]) -> None:
    # Both halves of a wide character are sent together.
    halves = code[:, 1:] == CONTINUED
    changed[:, 1:] |= halves & changed[:, :-1]
    changed[:, :-1] |= halves & changed[:, 1:]


def _spans(changed: NDArray[np.bool_], new: Canvas) -> list[tuple[int, int, int]]:
    """(row, start, stop) of the runs of changed cells, gaps bridged, in reading order."""
    at = np.flatnonzero(changed)
    if not at.size:
        return []
    total = np.cumsum(_restyled(new).ravel())
    gap = np.diff(at) - 1
    bridge = _BRIDGES[np.minimum(total[at[1:]] - total[at[:-1]], 2)]
    split = (gap > bridge) | (at[1:] // new.width != at[:-1] // new.width)
    first = at[np.r_[True, split]]
    last = at[np.r_[split, True]]
    rows = (first // new.width).tolist()
    starts, stops = (first % new.width).tolist(), (last % new.width + 1).tolist()
    return list(zip(rows, starts, stops, strict=True))


def _restyled(canvas: Canvas) -> NDArray[np.bool_]:
    """Where a cell's style differs from that of the cell before; the ink of a blank does not count."""
    inked = (canvas.code != BLANK) | (canvas.attrs != 0)
    last = np.maximum.accumulate(np.where(inked, np.arange(canvas.width), 0), axis=1)
    ink = np.take_along_axis(canvas.fg, last, axis=1)
    out = np.zeros(canvas.code.shape, np.bool_)
    for part in (ink, canvas.bg, canvas.attrs):
        out[:, 1:] |= part[:, 1:] != part[:, :-1]
    return out


def _stacked(spans: list[tuple[int, int, int]]) -> list[Rect]:
    """Spans as rectangles, equal ones of neighbouring rows merged."""
    found: list[Rect] = []
    newest: dict[tuple[int, int], int] = {}
    for y, start, stop in spans:
        at = newest.get((start, stop))
        if at is not None and found[at][1] + found[at][3] == y:
            found[at] = (*found[at][:3], found[at][3] + 1)
        else:
            newest[start, stop] = len(found)
            found.append((start, y, stop - start, 1))
    return found
