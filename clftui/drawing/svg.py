"""A canvas as an SVG picture that looks the same everywhere: blocks, braille and lines are shapes, not glyphs.

Fonts differ in how block and braille characters fill their cell, and a page that embeds a picture loads no fonts; so
only letters, digits and marks are text, each run stretched to exactly its cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from itertools import pairwise

import numpy as np

from clftui.drawing.canvas import BOLD, DIM, ITALIC, REVERSE, UNDERLINE, Canvas
from clftui.drawing.cells import BLANK, CONTINUED, code_text
from clftui.drawing.ramp import Ints, blend
from clftui.text import text_width

WIDTH, HEIGHT = 10, 20
"""Units of a cell."""

Rect = tuple[float, float, float, float]
"""x, y, width, height."""

_FONT = "'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace"
_HALF_W, _HALF_H, _MID_X, _MID_Y = WIDTH / 2, HEIGHT / 2, WIDTH / 2, HEIGHT / 2
_QUADRANTS = {0x2596: 4, 0x2597: 8, 0x2598: 1, 0x2599: 13, 0x259A: 9, 0x259B: 7, 0x259C: 11, 0x259D: 2,
              0x259E: 6, 0x259F: 14}  # fmt: skip
"""Code point -> upper left 1, upper right 2, lower left 4, lower right 8."""
_SHADES = {0x2591: 0.25, 0x2592: 0.5, 0x2593: 0.75}
# Box drawing: which arms a character has (left, right, up, down), and how thick they are.
_ARMS = {0x2500: "lr", 0x2502: "ud", 0x250C: "rd", 0x2510: "ld", 0x2514: "ru", 0x2518: "lu", 0x251C: "rud",
         0x2524: "lud", 0x252C: "lrd", 0x2534: "lru", 0x253C: "lrud"}  # fmt: skip
_THICK = {0x2501: 0x2500, 0x2503: 0x2502, 0x250F: 0x250C, 0x2513: 0x2510, 0x2517: 0x2514, 0x251B: 0x2518,
          0x2523: 0x251C, 0x252B: 0x2524, 0x2533: 0x252C, 0x253B: 0x2534, 0x254B: 0x253C}  # fmt: skip


def to_svg(canvas: Canvas, title: str) -> str:
    """The picture of `canvas`, `WIDTH` x `HEIGHT` units a cell, with `title` for those who cannot see it."""
    fg, bg = _inks(canvas)
    width, height = canvas.width * WIDTH, canvas.height * HEIGHT
    page = int(np.bincount(bg.ravel()).argmax()) if bg.size else canvas.palette.page
    shapes: dict[int, list[Rect]] = defaultdict(list)
    for y in range(canvas.height):
        for x, cells in _runs(bg[y]):
            if int(bg[y, x]) != page:
                shapes[int(bg[y, x])].append((x * WIDTH, y * HEIGHT, cells * WIDTH, HEIGHT))
    papers = _paths(shapes)
    marks: dict[int, list[Rect]] = defaultdict(list)
    texts: list[str] = []
    for y in range(canvas.height):
        _draw_row(canvas, y, fg, bg, marks, texts)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" font-family="{_FONT}" font-size="16.6">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" fill="{_hex(page)}"/>',
        f'<g shape-rendering="crispEdges">{papers}{_paths(marks)}</g>',
        *texts,
        "</svg>\n",
    ])  # fmt: skip


def _inks(canvas: Canvas) -> tuple[Ints, Ints]:
    """Colours as they are seen: reversed cells swapped, dim ones moved towards their paper; packed (h, w)."""
    swapped = (canvas.attrs & REVERSE) > 0
    fg, bg = np.where(swapped, canvas.bg, canvas.fg), np.where(swapped, canvas.fg, canvas.bg)
    dim = (canvas.attrs & DIM) > 0
    return np.where(dim, blend(fg, bg, 0.4), fg), bg


def _runs(values: Ints) -> Iterator[tuple[int, int]]:
    """(start, length) of equal neighbours."""
    cuts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    yield from ((start, end - start) for start, end in pairwise(cuts) if end > start)


def _draw_row(canvas: Canvas, y: int, fg: Ints, bg: Ints, marks: dict[int, list[Rect]], texts: list[str]) -> None:
    """Shapes of a row's blocks into `marks`, the rest as text elements."""
    codes, attrs = canvas.code[y].tolist(), canvas.attrs[y].tolist()
    held: list[str] = []
    start, end, style = 0, 0, (0, 0)

    def flush() -> None:
        text = "".join(held).rstrip()
        if text:
            texts.append(_text(start, y, text, end - start, *style))
        held.clear()

    for x, code in enumerate(codes):
        if code in (BLANK, CONTINUED):
            if held and code == BLANK and not (x + 1 < len(codes) and codes[x + 1] not in (BLANK, CONTINUED)):
                flush()
            elif held and code == BLANK:
                held.append(" ")
            continue
        rects = _shape(code)
        if rects is not None:
            flush()
            colour = int(fg[y, x])
            if code in _SHADES:
                colour = int(blend(int(bg[y, x]), colour, _SHADES[code]))
            marks[colour] += [(x * WIDTH + a, y * HEIGHT + b, w, h) for a, b, w, h in rects]
            continue
        now = (int(fg[y, x]), attrs[x] & (BOLD | ITALIC | UNDERLINE))
        if not held or now != style or x != start + _cells(held):
            flush()
            start, style = x, now
        held.append(code_text(code))
        end = x + (2 if x + 1 < len(codes) and codes[x + 1] == CONTINUED else 1)
    flush()


def _cells(held: list[str]) -> int:
    return sum(text_width(each) for each in held)


def _shape(code: int) -> list[Rect] | None:
    """A block, braille or line character as rectangles within its cell; None for text."""
    if 0x2800 <= code <= 0x28FF:
        return _dots(code - 0x2800)
    if code == 0x2580:
        return [(0, 0, WIDTH, _HALF_H)]
    if 0x2581 <= code <= 0x2588:
        part = HEIGHT * (code - 0x2580) / 8
        return [(0, HEIGHT - part, WIDTH, part)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, WIDTH * (0x2590 - code) / 8, HEIGHT)]
    if code == 0x2590:
        return [(_HALF_W, 0, _HALF_W, HEIGHT)]
    if code in _SHADES:
        return [(0, 0, WIDTH, HEIGHT)]
    if code in _QUADRANTS:
        corners = ((0.0, 0.0), (_HALF_W, 0.0), (0.0, _HALF_H), (_HALF_W, _HALF_H))
        return [(x, y, _HALF_W, _HALF_H) for bit, (x, y) in enumerate(corners) if _QUADRANTS[code] >> bit & 1]
    if code in _THICK:
        return _strokes(_ARMS[_THICK[code]], 3)
    return _strokes(_ARMS[code], 1) if code in _ARMS else None


def _dots(bits: int) -> list[Rect]:
    """Braille's eight dots, numbered down the left, down the right, then the lowest row."""
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return [(1.25 + 5 * x, 1.25 + 5 * y, 2.5, 2.5) for bit, (x, y) in enumerate(places) if bits >> bit & 1]


def _strokes(arms: str, thick: float) -> list[Rect]:
    x, y = _MID_X - thick / 2, _MID_Y - thick / 2
    ways: dict[str, Rect] = {
        "l": (0, y, _MID_X + thick / 2, thick),
        "r": (x, y, WIDTH - x, thick),
        "u": (x, 0, thick, _MID_Y + thick / 2),
        "d": (x, y, thick, HEIGHT - y),
    }
    return [ways[arm] for arm in arms]


def _paths(shapes: dict[int, list[Rect]]) -> str:
    """One path a colour."""
    return "".join(
        f'<path fill="{_hex(colour)}" d="{"".join(f"M{x:g} {y:g}h{w:g}v{h:g}h{-w:g}z" for x, y, w, h in rects)}"/>'
        for colour, rects in shapes.items()
    )


def _text(x: int, y: int, text: str, cells: int, colour: int, attrs: int) -> str:
    style = ' font-weight="700"' if attrs & BOLD else ""
    style += ' font-style="italic"' if attrs & ITALIC else ""
    style += ' text-decoration="underline"' if attrs & UNDERLINE else ""
    size = f' textLength="{cells * WIDTH}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x * WIDTH}" y="{y * HEIGHT + 15}" fill="{_hex(colour)}"{style}{size}>{escape(text)}</text>'


def _hex(colour: int) -> str:
    return f"#{colour:06x}"
