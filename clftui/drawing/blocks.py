"""Pictures as block characters: the path that works in every terminal.

A cell shows two colours; quadrants split it 2 x 2, sextants 2 x 3, and every split is tried exactly (least squares).
Quadrants look clearly better than half blocks and their glyphs exist everywhere. Sextants look better again where the
terminal draws them itself; fonts often lack them. Octants come out wrong in too many terminals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing import blocks16
from clftui.drawing.braille import Dots
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER, shades
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints, luminance, pack

Codes = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Mode = Literal["sextant", "quadrant", "half"]

SPLITS: Mapping[Mode, tuple[int, int]] = {"sextant": (2, 3), "quadrant": (2, 2), "half": (1, 2)}
"""Pixels of a cell, across and down."""


class _Splits(NamedTuple):
    """Every way to part a cell's pixels into ink and paper; the last pixel is always paper, since the mirror images
    are the same picture.
    """

    bits: NDArray[np.float32]
    """(splits, pixels): 1 where ink."""
    inked: NDArray[np.float32]
    """(splits,): how many pixels are ink."""
    glyphs: Codes
    """(splits,)"""


def _sextants() -> list[str]:
    """By mask, bit 0 upper left, 1 upper right, then downwards; the halves are older characters."""
    older = {0: " ", 0b010101: "▌", 0b101010: "▐", 63: "█"}
    new = iter(range(0x1FB00, 0x1FB3C))
    return [older[mask] if mask in older else chr(next(new)) for mask in range(64)]


@lru_cache(maxsize=2)
def _splits(mode: Mode) -> _Splits:
    glyphs = _sextants() if mode == "sextant" else list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
    across, down = SPLITS[mode]
    number = across * down
    masks = np.arange(1, 1 << (number - 1))
    bits = ((masks[:, None] >> np.arange(number)) & 1).astype(np.float32)
    return _Splits(bits, bits.sum(axis=1), np.array([ord(glyphs[mask]) for mask in masks], np.uint32))


def fit_size(width: int, height: int, columns: int, rows: int, tall: float = 2.0) -> tuple[int, int]:
    """The largest (columns, rows) within the given ones that keep a picture's aspect; a cell is `tall` times as high
    as wide.
    """
    if width <= 0 or height <= 0 or columns <= 0 or rows <= 0:
        return 0, 0
    scale = min(columns / width, tall * rows / height)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / tall)))


def resized(image: Bytes, width: int, height: int) -> Bytes:
    """(h, w), (h, w, 3) or (h, w, 4) uint8 -> (height, width, 3): box filter down, bicubic up, alpha over black."""
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(image))
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(ground, picture)
    how = Image.Resampling.BOX if picture.width >= width else Image.Resampling.BICUBIC
    return np.asarray(picture.convert("RGB").resize((width, height), how), np.uint8)


def pixels(rgb: Bytes, mode: Mode = "quadrant") -> tuple[Codes, Ints, Ints]:
    """Pixels, as many of a cell as `SPLITS` says -> code, fg, bg (h, w): the best two colours of each cell."""
    if mode == "half":
        colours = pack(rgb)
        upper, lower = colours[0::2], colours[1::2]
        return np.where(upper == lower, BLANK, UPPER).astype(np.uint32), upper, lower
    across, down = SPLITS[mode]
    splits, number = _splits(mode), across * down
    h, w = rgb.shape[0] // down, rgb.shape[1] // across
    cells = rgb[: down * h, : across * w].reshape(h, down, w, across, 3).transpose(0, 2, 1, 3, 4)
    flat = cells.reshape(h * w, number, 3).astype(np.float32)
    code, fg, bg = np.empty(h * w, np.uint32), np.empty(h * w, np.int32), np.empty(h * w, np.int32)
    for start in range(0, h * w, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        code[part], fg[part], bg[part] = _best(flat[part], splits, number)
    return code.reshape(h, w), fg.reshape(h, w), bg.reshape(h, w)


_AT_ONCE = 1024
"""Cells tried at once: what they take stays in the processor's cache."""


def _best(cells: NDArray[np.float32], splits: _Splits, number: int) -> tuple[Codes, Ints, Ints]:
    """(n, pixels, 3) -> code, fg, bg (n,): the split with the least squared error."""
    inked = splits.bits @ cells
    papered = cells.sum(axis=1)[:, None] - inked
    # The split with the greatest between-group sum of squares has the least error.
    gain = (inked**2).sum(axis=2) / splits.inked + (papered**2).sum(axis=2) / (number - splits.inked)
    best, each = gain.argmax(axis=1), np.arange(len(cells))
    fg = pack(np.rint(inked[each, best] / splits.inked[best, None]))
    bg = pack(np.rint(papered[each, best] / (number - splits.inked[best, None])))
    return np.where(fg == bg, BLANK, splits.glyphs[best]).astype(np.uint32), fg, bg


def picture(image: Bytes, columns: int, rows: int, palette: Palette, mode: Mode = "quadrant") -> tuple[Codes, Any, Any]:
    """An image of any size -> code, fg, bg of `columns` x `rows` cells for `Canvas.put`; shades without colour."""
    if palette.depth == 0:
        means = cell_means(resized(image, columns * 2, rows * 2))
        light = luminance(means) ** (1 / 2.2)
        return shades(light if palette.dark else 1 - light), palette.text, palette.page
    if palette.depth == 4:
        return blocks16.pixels(resized(image, columns * 2, rows * 2), halves=mode == "half")
    across, down = SPLITS[mode]
    return pixels(resized(image, columns * across, rows * down), mode)


def cell_means(rgb: Bytes) -> Ints:
    """(2 h, 2 w, 3) pixels -> (h, w) mean colours, the ground of a contour."""
    h, w = rgb.shape[0] // 2, rgb.shape[1] // 2
    return pack(np.rint(rgb[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 3).mean(axis=(1, 3))))


def above(saliency: NDArray[Any], threshold: float, columns: int, rows: int) -> Dots:
    """(h, w) map -> the dots (4 rows, 2 columns) where it reaches `threshold`; for `braille.contour`."""
    h, w = saliency.shape
    y = ((np.arange(4 * rows) + 0.5) * h / (4 * rows)).astype(int)
    x = ((np.arange(2 * columns) + 0.5) * w / (2 * columns)).astype(int)
    reached: Dots = saliency[y[:, None], x[None, :]] >= threshold
    return reached
