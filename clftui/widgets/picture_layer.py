"""Pictures on canvases, by whatever this terminal can show: block characters, kitty's placeholders or sixels.

A drawing only says which picture belongs where. Pixels are encoded in a thread; `clftui.app.graphics` sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from clftui.data.images import Picture, Target
from clftui.depth import Graphics, graphics_in_use, use_graphics
from clftui.drawing import blocks, images, kitty
from clftui.drawing.canvas import Canvas, Rect
from clftui.drawing.cells import BLANK
from clftui.drawing.images import Encoded
from clftui.drawing.palette import Palette
from clftui.widgets.picture_encoder import PictureEncoder

AT_ONCE = 64_000
"""Bytes of pixels that may be on their way while nothing else is: a key must not wait for more."""


class PictureLayer:
    """Draws pictures for one terminal. Only the app's thread uses it."""

    def __init__(self, graphics: Graphics | None = None) -> None:
        self.graphics = graphics or graphics_in_use()
        self.outbox: list[str] = []
        """What the terminal has to get before the next frame."""
        self.waiting: set[Callable[[], None]] = set()
        """Whom to tell when more pixels may be sent."""
        self.sent: list[Hashable] = []
        """What has been sent since the app last knew that the terminal gets what it is sent."""
        self._numbers = kitty.Numbers()
        self._under_way = 0
        self._encoder = PictureEncoder(self._encode)

    @property
    def key(self) -> Hashable:
        """What decoded pictures depend on besides the room they have."""
        return self.graphics.protocol, self.graphics.blocks, self.graphics.cell, self.graphics.most_pixels

    def target(self, columns: int, rows: int) -> Target:
        """The pixels to decode a picture of some size to for a room of `columns` x `rows` cells."""
        graphics = self.graphics
        return lambda width, height: images.wanted(width, height, columns, rows, graphics)

    def draw(
        self,
        canvas: Canvas,
        x: int,
        y: int,
        columns: int,
        rows: int,
        picture: Picture,
        arrived: Callable[[], None],
    ) -> Rect | None:
        """Draw a picture in the middle of `columns` x `rows` cells; its place, None while it is not ready.

        `arrived` is then called, perhaps from another thread, once drawing again is worth while.
        """
        across, down = images.cells_of(picture.width, picture.height, columns, rows, self.graphics)
        if not across or not down:
            return x, y, 0, 0
        place = (x + (columns - across) // 2, y + (rows - down) // 2, across, down)
        fits = across <= kitty.MOST_COLUMNS and down <= kitty.MOST_ROWS
        if not (self.graphics.pixels and fits and canvas.palette.depth):
            canvas.put(place[0], place[1], *_cells(picture, across, down, canvas.palette, self.graphics))
            return place
        ready = self._encoder.get((picture, across, down, self.key), arrived)
        if ready is None:
            return None
        if self.graphics.protocol == "kitty":
            return place if self._draw_placeholders(canvas, place, ready, arrived) else None
        self._reserve(canvas, place, ready)
        return place

    def _encode(self, key: Any) -> Encoded:
        picture, across, down, _ = key
        return images.encoded(picture.pixels, picture.width / picture.height, across, down, self.graphics)

    def _draw_placeholders(self, canvas: Canvas, place: Rect, ready: Encoded, arrived: Callable[[], None]) -> bool:
        """Whether the terminal has the picture, or gets it before this drawing."""
        x, y, across, down = place
        key = (ready.digest, across, down)
        number = self._numbers.held(key)
        if number is None:
            if self._under_way and self._under_way + len(ready.data) > AT_ONCE:
                self.waiting.add(arrived)
                return False
            number = self._send(key, ready)
        # Ink that equals the paper is not sent, and here the ink is the picture's number.
        paper = canvas.palette.page if number != canvas.palette.page else number ^ 1
        canvas.put(x, y, kitty.placeholders(across, down), number, paper, 0)
        return True

    def _send(self, key: tuple[bytes, int, int], ready: Encoded) -> int:
        number, gone = self._numbers.take(key, ready.pixels)
        tmux = self.graphics.tmux
        self.outbox += [kitty.deletion(each, tmux) for each in gone]
        self.outbox.append(kitty.transmission(number, ready.data, key[1], key[2], tmux))
        self._under_way += len(ready.data)
        self.sent.append(key)
        return number

    @staticmethod
    def _reserve(canvas: Canvas, place: Rect, ready: Encoded) -> None:
        """Blanks under a sixel picture; their ink, which nobody sees, makes another picture another drawing."""
        x, y, across, down = place
        ink = int.from_bytes(ready.digest[:3], "big")
        canvas.put(x, y, np.full((down, across), BLANK, np.uint32), ink, canvas.palette.page, 0)
        canvas.pictures.append((x, y, across, down, ready.data))

    def drained(self) -> None:
        """Everything has left for the terminal: more may be sent, and who waits for that is told."""
        self._under_way = 0
        waiting, self.waiting = self.waiting, set()
        for arrived in waiting:
            arrived()

    def lost(self, *, recent: bool = False) -> None:
        """The terminal has lost its pictures, or only those in `sent`: the next drawings send what they show.

        Where it has not lost them after all, it frees them.
        """
        if recent:
            self._numbers.lost(self.sent)
        else:
            self.outbox.append(self.farewell())
        self.sent = []

    def farewell(self) -> str:
        """What makes the terminal forget every picture."""
        tmux, numbers = self.graphics.tmux, self._numbers.all()
        self._numbers.lost()
        return "".join(kitty.deletion(number, tmux) for number in numbers)

    def recell(self, cell: tuple[int, int]) -> None:
        """The terminal's cells have another size in pixels."""
        self.graphics = replace(self.graphics, cell=cell)
        use_graphics(self.graphics)

    def stop(self) -> None:
        """End the thread."""
        self._encoder.stop()


_layer = PictureLayer()
_instead: PictureLayer | None = None


def layer() -> PictureLayer:
    """The layer of the terminal."""
    global _layer
    if _instead is not None:
        return _instead
    if _layer.graphics is not graphics_in_use():
        _layer.stop()
        _layer = PictureLayer(graphics_in_use())
    return _layer


@contextmanager
def as_blocks() -> Iterator[None]:
    """Within, pictures become characters: for drawings that leave the terminal."""
    global _instead
    _instead = _Characters(layer())
    try:
        yield
    finally:
        _instead = None


class _Characters(PictureLayer):
    """Draws what another layer has had decoded, as characters."""

    def __init__(self, other: PictureLayer) -> None:
        super().__init__(replace(other.graphics, protocol="blocks"))
        self._key = other.key

    @property
    def key(self) -> Hashable:
        return self._key


def _cells(picture: Picture, columns: int, rows: int, palette: Palette, graphics: Graphics) -> tuple[Any, Any, Any]:
    """The characters of a picture; kept where its pixels are as few as the characters need."""
    if picture.pixels.nbytes > 64 * columns * rows:
        return _made(picture, columns, rows, palette, graphics)
    return _kept(picture, columns, rows, palette, graphics)


def _made(picture: Picture, columns: int, rows: int, palette: Palette, graphics: Graphics) -> tuple[Any, Any, Any]:
    if graphics.protocol == "term-image" and palette.depth:
        from clftui.drawing.term_image_blocks import cells

        return cells(picture.pixels, columns, rows)
    return blocks.picture(picture.pixels, columns, rows, palette, graphics.blocks)


_kept = lru_cache(maxsize=512)(_made)
