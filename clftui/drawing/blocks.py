"""Pictures as block characters: the path that works in every terminal.

A cell shows two colours; quadrants split it 2 x 2, and every split is tried exactly (least squares). Quadrants look
clearly better than half blocks and their glyphs exist everywhere; sextants and octants do not.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.braille import Dots
from clftui.drawing.cells import BLANK
from clftui.drawing.glyphs import UPPER, shades
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints, luminance, pack

Codes = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Mode = Literal["quadrant", "half"]

# By mask: bit 0 upper left, 1 upper right, 2 lower left, 3 lower right.
_QUADRANTS = np.array([ord(char) for char in " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"], np.uint32)
# The lower right pixel is always paper: its mirror images are the same picture.
_MASKS = np.arange(1, 8)
_BITS = ((_MASKS[:, None] >> np.arange(4)) & 1).astype(np.float32)
_INKED = _BITS.sum(axis=1)


def fit_size(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The largest (columns, rows) within the given ones that keep a picture's aspect, cells being 1 wide and 2 high."""
    if width <= 0 or height <= 0 or columns <= 0 or rows <= 0:
        return 0, 0
    scale = min(columns / width, 2 * rows / height)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / 2)))


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
    """(2 h, 2 w, 3) pixels (mode "half": (2 h, w, 3)) -> code, fg, bg (h, w): the best two colours of each cell."""
    if mode == "half":
        colours = pack(rgb)
        upper, lower = colours[0::2], colours[1::2]
        return np.where(upper == lower, BLANK, UPPER).astype(np.uint32), upper, lower
    h, w = rgb.shape[0] // 2, rgb.shape[1] // 2
    cells = rgb[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 3).transpose(0, 2, 1, 3, 4).reshape(h * w, 4, 3)
    cells = cells.astype(np.float32)
    inked = np.einsum("mk,nkc->nmc", _BITS, cells)
    papered = cells.sum(axis=1)[:, None] - inked
    # The split with the greatest between-group sum of squares has the least error.
    gain = (inked**2).sum(axis=2) / _INKED + (papered**2).sum(axis=2) / (4 - _INKED)
    best = gain.argmax(axis=1)
    each = np.arange(len(best))
    fg = pack(np.rint(inked[each, best] / _INKED[best, None])).reshape(h, w)
    bg = pack(np.rint(papered[each, best] / (4 - _INKED[best, None]))).reshape(h, w)
    code = np.where(fg == bg, BLANK, _QUADRANTS[_MASKS[best]].reshape(h, w)).astype(np.uint32)
    return code, fg, bg


def picture(image: Bytes, columns: int, rows: int, palette: Palette, mode: Mode = "quadrant") -> tuple[Codes, Any, Any]:
    """An image of any size -> code, fg, bg of `columns` x `rows` cells for `Canvas.put`; shades without colour."""
    if palette.depth == 0:
        means = cell_means(resized(image, columns * 2, rows * 2))
        light = luminance(means) ** (1 / 2.2)
        return shades(light if palette.dark else 1 - light), palette.text, palette.page
    return pixels(resized(image, columns * (1 if mode == "half" else 2), rows * 2), mode)


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
