"""A few neighbouring cells -> the terminal's bytes: what `encode` does, cell by cell.

numpy's fixed cost per call makes a span of five cells as dear as a row of two hundred; a plain loop does not.
"""

from __future__ import annotations

from functools import lru_cache

from clftui.drawing.canvas import REVERSE, UNDERLINE
from clftui.drawing.cells import BLANK, CONTINUED, code_text
from clftui.drawing.colours import DEFAULT_BG, DEFAULT_FG
from clftui.drawing.encode import ERASE, ERASE_FROM, Picture, attribute_codes
from clftui.drawing.palette import Depth

FEW = 64
"""The widest span worth a loop."""

_SHOWN_ON_BLANKS = REVERSE | UNDERLINE


def encode_span(picture: Picture, y: int, x0: int, x1: int) -> str:
    """The text to send for the cells x0..x1 of row y, ready for a terminal in its reset state."""
    row = slice(x0, x1)
    codes = picture.code[y, row].tolist()
    if codes[0] == CONTINUED:
        codes[0] = BLANK
    if x1 < picture.code.shape[1] and picture.code[y, x1] == CONTINUED:
        codes[-1] = BLANK
    depth, paper_offset = picture.depth, 10 if picture.depth is Depth.ANSI16 else 0
    out: list[str] = []
    fg, bg, attrs, blanks = DEFAULT_FG, DEFAULT_BG, 0, 0
    styles = zip(picture.fg[y, row].tolist(), picture.bg[y, row].tolist(), picture.attrs[y, row].tolist(), strict=True)
    for at, (code, (ink, paper, wish)) in enumerate(zip(codes, styles, strict=True)):
        if code == CONTINUED:
            continue
        if not wish & _SHOWN_ON_BLANKS:
            if ink + paper_offset == paper and (at + 1 == len(codes) or codes[at + 1] != CONTINUED):
                code = BLANK
            if code == BLANK:
                ink, wish = fg, 0 if attrs & _SHOWN_ON_BLANKS else attrs
                if blanks and paper == bg:
                    blanks += 1
                    continue
        if blanks:
            out.append(_blank(blanks))
            blanks = 0
        if (ink, paper, wish) != (fg, bg, attrs):
            out.append(_style(depth, attrs, wish, ink if ink != fg else None, paper if paper != bg else None))
            fg, bg, attrs = ink, paper, wish
        if code == BLANK and not wish & _SHOWN_ON_BLANKS:
            blanks = 1
        else:
            out.append(code_text(code))
    if blanks:
        out.append(_blank(blanks))
    if (fg, bg, attrs) != (DEFAULT_FG, DEFAULT_BG, 0):
        out.append("\x1b[0m")
    return "".join(out)


def _blank(number: int) -> str:
    return f"\x1b[{number}X\x1b[{number}C" if ERASE and number >= ERASE_FROM else " " * number


@lru_cache(maxsize=65536)
def _style(depth: Depth, before: int, after: int, fg: int | None, bg: int | None) -> str:
    """The sequence that turns attributes `before` into `after` and changes the colours that are given."""
    parts = [attribute_codes(before, after)] if before != after else []
    if fg is not None and depth is not Depth.MONO:
        parts.append(_colour(fg, depth, 38))
    if bg is not None and depth is not Depth.MONO:
        parts.append(_colour(bg, depth, 48))
    return f"\x1b[{';'.join(parts)}m"


def _colour(value: int, depth: Depth, selector: int) -> str:
    if value in (DEFAULT_FG, DEFAULT_BG):
        return str(selector + 1)
    if depth is Depth.ANSI16:
        return str(value)
    if depth is Depth.ANSI256:
        return f"{selector};5;{value}"
    return f"{selector};2;{value >> 16};{value >> 8 & 255};{value & 255}"
