"""Pixels on their way to the terminal: which size a back end wants, and what it sends.

`clftui.depth.Graphics` says which back end; `blocks`, `kitty` and `sixel` are the back ends themselves.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from clftui.depth import FAST_PIXELS, Graphics
from clftui.drawing import blocks, sixel

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Encoded:
    """A picture as its back end sends it."""

    digest: bytes
    """Of its pixels: equal pictures are one."""
    data: bytes
    """PNG, or the characters of a sixel sequence."""
    pixels: int
    """Bytes of its pixels in a memory, the terminal's or ours."""


def cells_of(width: int, height: int, columns: int, rows: int, graphics: Graphics) -> tuple[int, int]:
    """The cells that a picture of a pixel size takes within `columns` x `rows`, its aspect kept."""
    across, down = graphics.cell
    return blocks.fit_size(width, height, columns, rows, down / across)


def wanted(width: int, height: int, columns: int, rows: int, graphics: Graphics) -> tuple[int, int]:
    """The pixels (width, height) to decode a picture to, shown within `columns` x `rows` cells.

    Blocks take what their cells can show; the terminal's own graphics take no more than the file has.
    """
    across, down = cells_of(width, height, columns, rows, graphics)
    if not graphics.pixels:
        per_column, per_row = blocks.SPLITS[graphics.blocks]
        return across * per_column, down * per_row
    room = across * graphics.cell[0], down * graphics.cell[1]
    scale = min(1.0, room[0] / width, room[1] / height, graphics.most_pixels / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def png(pixels: Bytes) -> bytes:
    """(h, w, 3) pixels as PNG, of one channel where they are grey."""
    from PIL import Image

    grey = bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 0] == pixels[..., 2]).all())
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[..., 0] if grey else pixels)).save(out, "PNG", optimize=True)
    return out.getvalue()


def encoded(pixels: Bytes, aspect: float, columns: int, rows: int, graphics: Graphics) -> Encoded:
    """What kitty or sixel graphics send for (h, w, 3) pixels over `columns` x `rows` cells. Slow: not for a draw.

    `aspect` is the picture's width over its height; pixels that are not square are made so.
    """
    size = _shown(aspect, columns * graphics.cell[0], rows * graphics.cell[1])
    height, width = pixels.shape[:2]
    sixels = graphics.protocol == "sixel"
    square = abs(width / height / aspect - 1) < _SQUARE or min(width, height) < 8
    if sixels and width <= size[0] and height <= size[1]:
        # Sixels are not enlarged by the terminal. Whole pixels have as few runs as the picture; smooth ones cost five
        # times the bytes.
        y, x = (np.arange(n) * old // n for n, old in ((size[1], height), (size[0], width)))
        pixels = pixels[y[:, None], x[None, :]]
    elif sixels or not square or width > size[0] or height > size[1]:
        pixels = blocks.resized(pixels, *size)
    data = sixel.encode(pixels, _colours(graphics)).encode("ascii") if sixels else png(pixels)
    digest = blake2b(pixels.tobytes(), digest_size=12, person=pixels.shape[1].to_bytes(4, "big")).digest()
    return Encoded(digest, data, pixels.size // 3 * 4)


_SQUARE = 0.15
"""By how much the aspect of pixels may be off: cells are coarse."""
_FEW_COLOURS = 64


def _colours(graphics: Graphics) -> int:
    """Colours of a sixel picture: a quarter of them halves what a slow link carries."""
    return sixel.COLOURS if graphics.most_pixels >= FAST_PIXELS else _FEW_COLOURS


def _shown(aspect: float, width: int, height: int) -> tuple[int, int]:
    """The pixels of a picture that fills a room of `width` x `height` pixels as far as its aspect lets it."""
    across = min(width, height * aspect)
    return max(1, min(width, round(across))), max(1, min(height, round(across / aspect)))
