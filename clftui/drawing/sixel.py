"""Pictures as sixels: six pixels of a column per character, a palette of up to 256 colours.

The palette stands whole before the first pixel: xterm paints a band in the colours it knows by then.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

COLOURS = 256
BAND = 6
"""Rows of pixels in one character."""


def quantised(rgb: Bytes, colours: int = COLOURS) -> tuple[Bytes, Bytes]:
    """(h, w, 3) -> number of each pixel's colour (h, w) and the palette (n, 3); exact where `colours` are enough."""
    from PIL import Image

    flat = rgb.reshape(-1, 3)
    packed = flat[:, 0].astype(np.int32) << 16 | flat[:, 1].astype(np.int32) << 8 | flat[:, 2]
    found, number = np.unique(packed, return_inverse=True)
    if len(found) <= colours:
        palette = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.uint8)
        return number.reshape(rgb.shape[:2]).astype(np.uint8), palette
    image = Image.fromarray(np.ascontiguousarray(rgb)).quantize(
        colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    palette = np.frombuffer(bytes(image.getpalette() or b""), np.uint8).reshape(-1, 3)
    return np.asarray(image, np.uint8), palette


def encode(rgb: Bytes, colours: int = COLOURS) -> str:
    """(h, w, 3) uint8 pixels -> the sixel sequence that paints them from the cursor on, pixel for pixel."""
    number, palette = quantised(rgb, colours)
    h, w = number.shape
    used = np.unique(number)
    out = [f'\x1bP0;1;0q"1;1;{w};{h}']
    percent = np.rint(palette.astype(float) / 2.55).astype(int)
    out += [f"#{each};2;{percent[each, 0]};{percent[each, 1]};{percent[each, 2]}" for each in used.tolist()]
    out.append("-".join(_band(number[top : top + BAND]) for top in range(0, h, BAND)))
    out.append("\x1b\\")
    return "".join(out)


def _band(number: Bytes) -> str:
    """Up to six rows of pixels: one pass per colour, from its first column to its last."""
    bits = (1 << np.arange(len(number), dtype=np.uint8))[:, None]
    passes = []
    for colour in np.unique(number).tolist():
        sixels = ((number == colour) * bits).sum(axis=0).astype(np.uint8)
        end = int(np.flatnonzero(sixels)[-1]) + 1
        passes.append(f"#{colour}{_runs((sixels[:end] + 63).tobytes().decode('ascii'))}")
    return "$".join(passes)


_REPEATED = re.compile(r"(.)\1{3,}")


def _runs(sixels: str) -> str:
    """`sixels` with four or more equal ones in a row as `!count` and one."""
    return _REPEATED.sub(lambda match: f"!{len(match[0])}{match[1]}", sixels)


def placed(sixels: str, x: int, y: int) -> str:
    """`sixels` painted with their upper left corner in column x of row y (from 0); the cursor comes back."""
    return f"\x1b7\x1b[{y + 1};{x + 1}H{sixels}\x1b8"
