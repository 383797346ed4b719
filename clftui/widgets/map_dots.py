"""Clouds of dots: points are counted into cells once for each zoom, and a window of the cells is drawn.

A window costs as much as it has cells, however many points there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.canvas import BOLD, DIM, Canvas
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints, blend
from clftui.state.map_colours import Key
from clftui.state.map_frame import Frame
from clftui.state.map_model import Picture
from clftui.state.map_settings import MapColour

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_BRAILLE = 0x2800
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.int64)
DENSE = (2, 5)
"""Points of a cell from which on it is drawn stronger, and strongest."""
FADES = (0.42, 0.26, 0.12)
"""How far thin, middling and dense cells are mixed into the page."""
FOCUSED_FADES = (0.15, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that hold points, in reading order, each (c,)."""

    at: Int64
    """row * columns + column"""
    bits: Int64
    """Which of the eight dots are set."""
    code: Int64
    """The commonest code or, of ordered codes, the highest."""
    points: Int64
    """Points in the cell."""


@lru_cache(maxsize=12)
def cells_of(picture: Picture, frame: Frame) -> Cells:
    """The points of a picture counted into the cells of a frame."""
    return count(picture.places, picture.codes, frame, picture.ordered)


def count(places: Float64, codes: Int64, frame: Frame, ordered: bool) -> Cells:
    """(p, 2) places and their (p,) codes, -1 none, counted into cells."""
    if not len(places):
        none = np.zeros(0, dtype=np.int64)
        return Cells(none, none, none, none)
    x, y = frame.dots(places)
    cell = (y >> 2) * frame.columns + (x >> 1)
    kinds = int(codes.max()) + 2
    key = cell * kinds + codes + 1
    order = np.argsort(key)
    key, bit = key[order], _BITS[y & 3, x & 1][order]
    # Points of one cell and code lie together: first those groups, then the cells.
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    size = np.diff(np.r_[first, len(key)])
    group_cell, group_code = key[first] // kinds, key[first] % kinds - 1
    bits = np.bitwise_or.reduceat(bit, first)
    start = np.flatnonzero(np.r_[True, group_cell[1:] != group_cell[:-1]])
    # Among as many points the lower code wins, so that the answer does not depend on their order.
    turned = np.where(group_code < 0, 0, kinds - 1 - group_code)
    best = np.maximum.reduceat(group_code if ordered else size * kinds + turned, start)
    code = best if ordered else np.where(best % kinds == 0, -1, kinds - 1 - best % kinds)
    return Cells(
        group_cell[start], np.bitwise_or.reduceat(bits, start), code.astype(np.int64), np.add.reduceat(size, start)
    )


def inks(palette: Palette, key: Key, by: MapColour, ordered: bool) -> Ints:
    """(C + 1,) the colour of each code; the last, which -1 finds, is grey."""
    grey = palette.faint
    if ordered:
        steps = (palette.ember[[70, 120, 165, 210, 255]]).tolist()
        if by is MapColour.RIGHT:
            steps = [palette.mix(palette.better, palette.page, 0.35), 0, 0, 0, palette.worse]
        found = [steps[hue] for hue in key.hues]
    else:
        found = [palette.class_colour(hue) if hue >= 0 else grey for hue in key.hues]
    return np.asarray([*found, grey], dtype=np.int32)


def draw_cells(
    canvas: Canvas,
    x: int,
    y: int,
    frame: Frame,
    left: int,
    top: int,
    cells: Cells,
    colours: Ints,
    letters: tuple[str, ...] | None,
    focus: int,
) -> None:
    """The window whose first cell is (`left`, `top`), drawn at (x, y); code `focus` in full colour.

    With `letters` each cell has that of its code instead of dots.
    """  # fmt: skip
    columns, width, height = frame.columns, frame.width, frame.height
    begin, end = np.searchsorted(cells.at, (top * columns, (top + height) * columns))
    at = cells.at[begin:end]
    column, row = at % columns - left, at // columns - top
    inside = (column >= 0) & (column < width)
    pick = np.arange(begin, end)[inside]
    column, row = column[inside] + x, row[inside] + y
    code, points = cells.code[pick], cells.points[pick]
    level = np.searchsorted(DENSE, points, side="right")
    shown = code == focus if focus >= 0 else np.zeros(len(code), dtype=np.bool_)
    fade = np.where(shown, np.asarray(FOCUSED_FADES)[level], np.asarray(FADES)[level])
    ink = colours[code]
    canvas.fg[row, column] = blend(ink, canvas.palette.page, fade) if len(ink) else ink
    if letters is None:
        canvas.code[row, column] = (_BRAILLE + cells.bits[pick]).astype(np.uint32)
        return
    marks = np.asarray([*(ord(letter[0]) if letter else ord("·") for letter in letters), ord("·")], dtype=np.uint32)
    canvas.code[row, column] = marks[code]
    strength = np.where(shown | (level == 2), BOLD, np.where(level == 0, DIM, 0))
    canvas.attrs[row, column] = strength.astype(np.uint8)
