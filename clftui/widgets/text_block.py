"""A column of short texts drawn at once: one call for a screen of labels instead of one for each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import BLANK, fitted, safe_text

Style = tuple[int, int]
"""Ink and attributes."""


def draw_texts(
    canvas: Canvas,
    x: int,
    ys: Sequence[int],
    texts: Sequence[str],
    width: int,
    style: Style,
    *,
    right: bool = False,
    marked: int = -1,
    mark: Style = (0, 0),
) -> None:
    """Text i from (x, ys[i]) in `width` columns, as `Canvas.text` would fit it; the one numbered `marked` in `mark`.

    Backgrounds stay.
    """
    if not texts or width <= 0:
        return
    block = np.stack([_padded(text, width, right) for text in texts])
    fg, attrs = np.full(len(texts), style[0], dtype=np.int32), np.full(len(texts), style[1], dtype=np.uint8)
    if 0 <= marked < len(texts):
        fg[marked], attrs[marked] = mark
    if list(ys) == list(range(ys[0], ys[0] + len(ys))):
        canvas.put(x, ys[0], block, fg[:, None], None, attrs[:, None])
        return
    for row, y in enumerate(ys):
        canvas.put(x, y, block[row], int(fg[row]), None, int(attrs[row]))


@lru_cache(maxsize=16384)
def _padded(text: str, width: int, right: bool) -> NDArray[np.uint32]:
    codes = fitted(safe_text(text), width, False)
    out = np.full(width, BLANK, dtype=np.uint32)
    if right:
        out[width - len(codes) :] = codes
    else:
        out[: len(codes)] = codes
    out.setflags(write=False)
    return out
