"""Canvas rows as Textual strips whose terminal text is ready; segments are made only when something asks for them.

Textual needs segments for modal screens over us, screenshots, filters and styles; a plain frame never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.strip import Strip

from clftui.drawing.canvas import BOLD, DIM, ITALIC, REVERSE, UNDERLINE, Canvas
from clftui.drawing.cells import BLANK, CONTINUED, row_text
from clftui.drawing.colours import DEFAULT_BG, DEFAULT_FG
from clftui.drawing.encode import Picture, encode, normalise
from clftui.drawing.palette import Depth
from clftui.drawing.span import FEW, encode_span

_CACHES = (
    "_divide_cache",
    "_crop_cache",
    "_style_cache",
    "_filter_cache",
    "_line_length_cache",
    "_crop_extend_cache",
    "_offsets_cache",
)


class Frame:
    """A finished canvas at one colour depth; what its strips share."""

    def __init__(self, canvas: Canvas, depth: Depth) -> None:
        self.canvas, self.depth = canvas, depth
        self._asked: set[tuple[int, int]] = set()
        self._blocks: dict[tuple[int, int], list[str]] = {}

    @cached_property
    def rows(self) -> list[str]:
        """The text of every full row, encoded at once when the first of them is asked for."""
        return encode(self.canvas, self.depth)

    def part(self, y: int, x0: int, x1: int) -> str:
        """The text of some columns of a row; whoever asks for the same columns of two rows will want them all."""
        if (x0, x1) not in self._asked:
            self._asked.add((x0, x1))
            return encode(self.canvas, self.depth, y, y + 1, x0, x1)[0]
        if (x0, x1) not in self._blocks:
            self._blocks[x0, x1] = encode(self.canvas, self.depth, x0=x0, x1=x1)
        return self._blocks[x0, x1][y]

    @cached_property
    def picture(self) -> Picture:
        """All cells as this depth shows them."""
        return normalise(self.canvas, self.depth, 0, self.canvas.height, 0, self.canvas.width)


class CanvasStrip(Strip):
    """The cells x0..x1 of row y of a frame."""

    __slots__ = ("_frame", "_x0", "_x1", "_y")

    _segments: list[Segment]

    def __init__(self, frame: Frame, y: int, x0: int, x1: int) -> None:
        self._frame, self._y, self._x0, self._x1 = frame, y, x0, x1
        self._cell_length = x1 - x0
        self._render_cache = None
        self._link_ids = None
        self._cell_count = None

    def __getattr__(self, name: str) -> Any:
        # Slots that `Strip.__init__` fills in advance and a plain frame never uses.
        value: Any
        if name == "_segments":
            value = self._make_segments()
        elif name in _CACHES:
            value = FIFOCache(4)
        else:
            raise AttributeError(name)
        object.__setattr__(self, name, value)
        return value

    def __bool__(self) -> bool:
        return self._x1 > self._x0

    @property
    def cell_count(self) -> int:
        """Nothing but a zero matters to callers, so the segments need not be made."""
        return self._x1 - self._x0

    def render(self, console: Console) -> str:
        """The text to send. The depth is the canvas' own, whatever the console would guess."""
        if self._render_cache is None:
            canvas = self._frame.canvas
            if self._x0 == 0 and self._x1 == canvas.width:
                self._render_cache = self._frame.rows[self._y]
            elif self._x1 - self._x0 <= FEW:
                self._render_cache = encode_span(self._frame.picture, self._y, self._x0, self._x1)
            else:
                self._render_cache = self._frame.part(self._y, self._x0, self._x1)
        return self._render_cache

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells start..end of this strip."""
        x0 = self._x0 + max(start, 0)
        x1 = self._x1 if end is None else min(self._x0 + end, self._x1)
        if x0 == self._x0 and x1 == self._x1:
            return self
        return CanvasStrip(self._frame, self._y, x0, x1) if x0 < x1 else Strip([], 0)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """This strip cut at the given columns."""
        parts: list[Strip] = []
        start = 0
        for cut in cuts:
            if cut <= self._x1 - self._x0:
                parts.append(self.crop(start, cut))
                start = cut
        return parts

    def _make_segments(self) -> list[Segment]:
        picture, y = self._frame.picture, self._y
        row = slice(self._x0, self._x1)
        code, fg = picture.code[y, row], picture.fg[y, row]
        bg, attrs = picture.bg[y, row], picture.attrs[y, row]
        if not len(code):
            return []
        code = self._whole(code)
        new = np.flatnonzero((fg[1:] != fg[:-1]) | (bg[1:] != bg[:-1]) | (attrs[1:] != attrs[:-1])) + 1
        bounds = [0, *new.tolist(), len(code)]
        depth = self._frame.depth
        return [
            Segment(row_text(code[start:stop]), _style(int(fg[start]), int(bg[start]), int(attrs[start]), depth))
            for start, stop in pairwise(bounds)
        ]

    def _whole(self, code: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """`code` with halves of wide characters at both ends replaced by blanks."""
        row = self._frame.picture.code[self._y]
        cut = self._x1 < len(row) and row[self._x1] == CONTINUED
        if code[0] == CONTINUED or cut:
            code = code.copy()
            if cut:
                code[-1] = BLANK
            if code[0] == CONTINUED:
                code[0] = BLANK
        return code


def strips(canvas: Canvas, depth: Depth) -> list[Strip]:
    """Every row of a finished canvas as a strip."""
    frame = Frame(canvas, depth)
    return [CanvasStrip(frame, y, 0, canvas.width) for y in range(canvas.height)]


def _true(value: int) -> Color:
    return Color.from_rgb(value >> 16 & 255, value >> 8 & 255, value & 255)


def _sixteen(value: int) -> Color:
    tens, ones = divmod(value, 10)
    return Color.from_ansi(ones + (8 if tens >= 9 else 0))


_COLOUR: dict[Depth, Callable[[int], Color]] = {
    Depth.TRUE: _true,
    Depth.ANSI256: Color.from_ansi,
    Depth.ANSI16: _sixteen,
}


@lru_cache(maxsize=65536)
def _style(fg: int, bg: int, attrs: int, depth: Depth) -> Style:
    colour = _COLOUR.get(depth, _true)
    return Style(
        color=Color.default() if fg == DEFAULT_FG else colour(fg),
        bgcolor=Color.default() if bg == DEFAULT_BG else colour(bg),
        bold=bool(attrs & BOLD) or None,
        dim=bool(attrs & DIM) or None,
        reverse=bool(attrs & REVERSE) or None,
        underline=bool(attrs & UNDERLINE) or None,
        italic=bool(attrs & ITALIC) or None,
    )
