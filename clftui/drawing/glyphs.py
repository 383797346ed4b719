"""Small pictures made of characters: discs, bars, whiskers, columns, shades, half cells."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import BLANK
from clftui.drawing.palette import Palette
from clftui.drawing.ramp import Ints, shade

Codes = NDArray[np.uint32]

DISC_LEVELS = 5
DISC_WIDTH, DISC_HEIGHT = 5, 3
_DISCS = (
    ("     ", "     ", "     "),
    ("     ", "  ⠶  ", "     "),
    ("     ", " ⠰⣿⠆ ", "     "),
    (" ⢀⣀⡀ ", " ⣿⣿⣿ ", " ⠈⠉⠁ "),
    (" ⣠⣤⣄ ", "⢸⣿⣿⣿⡇", " ⠙⠛⠋ "),
    ("⢠⣴⣶⣦⡄", "⣿⣿⣿⣿⣿", "⠘⠻⠿⠟⠃"),
)
_SMALL_DISCS = " ··••●"

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_SHADES = np.array([ord(char) for char in " ░▒▓█"], np.uint32)

UPPER = ord("▀")
LEFT = ord("▌")


def disc_level(share: float, floor: float = 0.5, step: float = 0.1) -> int:
    """The disc of a metric: 1 below `floor + step`, one more per `step`, at most 5; 0 (no disc) for NaN."""
    if math.isnan(share):
        return 0
    return min(max(1 + math.floor((share - floor) / step + 1e-9), 1), DISC_LEVELS)


def disc(level: int) -> tuple[str, str, str]:
    """Three rows of five cells; `level` 1..5, 0 is blank. Size grows with the level, brightness is the caller's."""
    return _DISCS[min(max(level, 0), DISC_LEVELS)]


def small_disc(level: int) -> str:
    """One cell where there is no room for a disc: ` ··••●` for 0..5."""
    return _SMALL_DISCS[min(max(level, 0), DISC_LEVELS)]


def bar(share: float, width: int) -> str:
    """A horizontal bar of `share` (0..1) of `width` cells, to an eighth of a cell; above 0 it is never empty."""
    if math.isnan(share) or share <= 0 or width <= 0:
        return " " * max(width, 0)
    eighths = min(max(round(share * width * 8), 1), width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def columns(values: ArrayLike, low: float, high: float) -> str:
    """One of `▁▂▃▄▅▆▇█` for each value on an axis low..high (clipped); NaN is a gap, shown as a blank."""
    value = np.asarray(values, dtype=float)
    share = (value - low) / (high - low) if high > low else np.where(np.isnan(value), np.nan, 0.5)
    steps = 1 + np.rint(np.clip(np.nan_to_num(share), 0, 1) * 7).astype(int)
    return "".join(_HEIGHTS[step] if known else " " for step, known in zip(steps, ~np.isnan(value), strict=True))


def whisker(
    low: float, value: float, high: float, axis_low: float, axis_high: float, width: int, mark: str = "●"
) -> str:
    """`──●──`: an interval on a shared axis of `width` cells; `‹` and `›` mark what lies off it, NaN is blank."""
    if width <= 0 or not all(map(math.isfinite, (low, value, high))) or axis_high <= axis_low:
        return " " * max(width, 0)

    def place(number: float) -> int:
        return math.floor((number - axis_low) / (axis_high - axis_low) * (width - 1) + 0.5)

    cells = [" "] * width
    for at in range(max(place(low), 0), min(place(high), width - 1) + 1):
        cells[at] = "─"
    if place(low) < 0:
        cells[0] = "‹"
    if place(high) >= width:
        cells[-1] = "›"
    at = place(value)
    if 0 <= at < width:
        cells[at] = mark
    return "".join(cells)


def shades(levels: ArrayLike) -> Codes:
    """(...) cell codes ` ░▒▓█` of levels 0..1: what stands for a ramp where there is no colour; NaN and 0 are blank."""
    level = np.nan_to_num(np.asarray(levels, dtype=float))
    steps = np.where(level > 0, np.minimum(1 + (level * 4).astype(int), 4), 0)
    found: Codes = _SHADES[steps]
    return found


def half_rows(colours: Ints) -> tuple[Codes, Ints, Ints]:
    """(2 h, w) colours -> code, fg, bg (h, w): `▀` with the upper colour as ink and the lower as paper."""
    upper, lower = colours[0::2], colours[1::2]
    return np.full(lower.shape, UPPER, np.uint32), upper[: len(lower)], lower


def half_columns(colours: Ints, blank: int) -> tuple[Codes, Ints, Ints]:
    """(h, n) colours -> code, fg, bg (h, ceil(n / 2)): `▌`, two epochs per cell; an odd end is filled with `blank`."""
    if colours.shape[1] % 2:
        colours = np.concatenate([colours, np.full((len(colours), 1), blank, np.int32)], axis=1)
    left, right = colours[:, 0::2], colours[:, 1::2]
    return np.full(left.shape, LEFT, np.uint32), left, right


def heat_strip(
    levels: ArrayLike, colours: Ints, palette: Palette, blank: int | None = None
) -> tuple[Codes, Ints | int, Ints | int]:
    """(h, n) levels 0..1 -> code, fg, bg for `Canvas.put`, two epochs per cell.

    Where colour cannot tell a ramp the greater level of each pair becomes a shade glyph.
    """
    level = np.atleast_2d(np.asarray(levels, dtype=float))
    page = palette.page if blank is None else blank
    if palette.colourful:
        return half_columns(shade(colours, level, page), page)
    if level.shape[1] % 2:
        level = np.concatenate([level, np.zeros((len(level), 1))], axis=1)
    pairs = np.nan_to_num(level).reshape(len(level), -1, 2).max(axis=2)
    return shades(pairs), palette.text, page


def legend(canvas: Canvas, x: int, y: int, ramp: Ints, low: str, high: str, width: int = 12) -> int:
    """Draw `low ▒▒▒▒ high`, the ramp in `width` cells between its two ends. Returns the columns used."""
    palette = canvas.palette
    at = x + canvas.text(x, y, f"{low} ", palette.muted)
    levels = (np.arange(width) + 1) / width
    if palette.colourful:
        canvas.put(at, y, np.full(width, BLANK), palette.text, ramp[np.rint(levels * (len(ramp) - 1)).astype(int)])
    else:
        canvas.put(at, y, shades(levels - 1 / width / 2), palette.text)
    return at + width - x + canvas.text(at + width, y, f" {high}", palette.muted)
