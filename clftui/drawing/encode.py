"""Canvas cells -> the terminal's bytes, as few as the picture allows, the whole block at once in numpy.

A style is sent only where it changes (run-length SGR, only the part that changes), each row resets once at its end, and
long runs of blanks become ECH + CUF (`CSI n X CSI n C`, ECMA-48). Every piece is written as 32-bit words of four ASCII
bytes, zero where there is nothing; one `translate` at the end drops the zeros.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.ascii import ascii_codes
from clftui.drawing.canvas import BOLD, DIM, ITALIC, REVERSE, UNDERLINE, Canvas
from clftui.drawing.cells import BLANK, CLUSTER_BASE, CONTINUED, expand
from clftui.drawing.colours import DEFAULT_BG, DEFAULT_FG, mapped
from clftui.drawing.palette import Depth

__all__ = ["Depth", "Picture", "encode", "normalise"]

Words = NDArray[np.uint32]
Ints = NDArray[np.int32]

ERASE_FROM = 11
"""The shortest run of blanks that is cheaper to erase than to send."""
_LONGEST = 999

# GNU screen erases with the default background, not with the current one.
ERASE = "STY" not in os.environ

_SHOWN_ON_BLANKS = REVERSE | UNDERLINE


def _word(text: str) -> int:
    return int.from_bytes(text.encode("ascii").ljust(4, b"\0"), "little")


def _words(texts: list[str], each: int) -> Words:
    """A (len(texts), each) table of `each` words for every text."""
    return np.frombuffer(b"".join(text.encode("ascii").ljust(4 * each, b"\0") for text in texts), "<u4").reshape(
        -1, each
    )


_CSI, _END, _JOIN, _RESET, _NEWLINE = (_word(text) for text in ("\x1b[", "m", ";", "\x1b[0m", "\n"))
_NUMBER = _words([str(value) for value in range(256)], 1)[:, 0]
_NEXT = _words([f";{value}" for value in range(256)], 1)[:, 0]


class Picture(NamedTuple):
    """What a block of cells looks like at one colour depth: code, fg, bg, attrs, each (h, w).

    fg and bg hold packed colours (TRUE), palette numbers (ANSI256), SGR numbers (ANSI16) or nothing (MONO); the
    terminal's defaults are `DEFAULT_FG` and `DEFAULT_BG`.
    """

    code: NDArray[np.uint32]
    fg: Ints
    bg: Ints
    attrs: NDArray[np.uint8]
    depth: Depth


def normalise(canvas: Canvas, depth: Depth, y0: int, y1: int, x0: int, x1: int) -> Picture:
    """The cells of a block with their colours mapped to `depth`, halves of wide characters at its sides blanked."""
    # One column more at the left: a right half looks like the left half that is not in the block.
    extra = 1 if canvas.wide and x0 > 0 else 0
    block = (slice(y0, y1), slice(x0 - extra, x1))
    code = ascii_codes(canvas.code[block]) if canvas.palette.ascii_marks else canvas.code[block]
    fg, bg, attrs = mapped(code, canvas.fg[block], canvas.bg[block], canvas.attrs[block], canvas.palette, depth)
    if not canvas.wide or not code.size:
        return Picture(code, fg, bg, attrs, depth)
    right = code[:, 1:] == CONTINUED
    fg, bg, attrs = (_led(style, right)[:, extra:] for style in (fg, bg, attrs))
    code = code[:, extra:].copy()
    code[:, 0][code[:, 0] == CONTINUED] = BLANK
    if x1 < canvas.width:
        code[:, -1][canvas.code[y0:y1, x1] == CONTINUED] = BLANK
    return Picture(code, fg, bg, attrs, depth)


def _led(style: Any, right: NDArray[np.bool_]) -> Any:
    """`style` with the right halves of wide characters like their left ones: it cannot change inside a character."""
    out = style.copy()
    np.copyto(out[:, 1:], style[:, :-1], where=right)
    return out


def encode(
    canvas: Canvas,
    depth: Depth,
    y0: int = 0,
    y1: int | None = None,
    x0: int = 0,
    x1: int | None = None,
    *,
    erase: bool | None = None,
) -> list[str]:
    """The text to send for each row of a block of cells (default: all), ready for a terminal in its reset state.

    `erase`: whether runs of blanks may be erased instead of sent; default: unless GNU screen stands between.
    """
    y1 = canvas.height if y1 is None else min(y1, canvas.height)
    x1 = canvas.width if x1 is None else min(x1, canvas.width)
    y0, x0 = max(y0, 0), max(x0, 0)
    if y0 >= y1 or x0 >= x1:
        return [""] * max(y1 - y0, 0)
    picture = normalise(canvas, depth, y0, y1, x0, x1)
    sent = _Sent(picture)
    buffer, place = sent.layout()
    buffer[place] = _letters(sent.code.ravel())
    if ERASE if erase is None else erase:
        _erase(sent, buffer, place)
    text = buffer.tobytes().translate(None, b"\0").decode()
    if int(sent.code.max()) >= CLUSTER_BASE:
        text = expand(text)
    rows = text.split("\n")
    return rows[:-1]


def _letters(code: Words) -> Words:
    """Each code point as one word of its UTF-8 bytes; the right half of a wide character is nothing."""
    out = code.copy()
    far = np.flatnonzero(code >= 0x80)
    if not far.size:
        return out
    c = code[far]
    last = 0x80 | (c & 63)
    two = (0xC0 | c >> 6) | last << 8
    middle = 0x80 | (c >> 6 & 63)
    three = (0xE0 | c >> 12) | middle << 8 | last << 16
    if int(c.max()) < 0x10000:
        out[far] = np.where(c < 0x800, two, three)
        return out
    four = (0xF0 | c >> 18) | (0x80 | (c >> 12 & 63)) << 8 | middle << 16 | last << 24
    out[far] = np.where(c < 0x800, two, np.where(c < 0x10000, three, four))
    return out


class _Sent:
    """Which cells send a style, and which part of it, so that the terminal's state follows the picture."""

    def __init__(self, picture: Picture) -> None:
        self.depth = picture.depth
        coloured = picture.depth is not Depth.MONO
        attrs, fg, bg = picture.attrs, picture.fg, picture.bg
        self.code = picture.code
        plain = attrs & _SHOWN_ON_BLANKS == 0
        if coloured:
            self.code = np.where(_unseen(picture) & plain, BLANK, self.code).astype(np.uint32)
        self.blank = (self.code == BLANK) & plain
        inked = ~self.blank
        self.attrs = np.where(self.blank, _carried(attrs, inked, 0), attrs)
        self.bg = bg
        self.fg = _carried(fg, inked, DEFAULT_FG) if coloured else fg
        if self.blank.any():
            # A bold blank looks like a blank, but an underlined or reversed one does not.
            shown = self.attrs & _SHOWN_ON_BLANKS != 0
            self.attrs = np.where(self.blank & shown, 0, self.attrs).astype(np.uint8)
        before_attrs, before_fg, before_bg = (
            _previous(values, first)
            for values, first in ((self.attrs, 0), (self.fg, DEFAULT_FG), (self.bg, DEFAULT_BG))
        )
        self.new_attrs = self.attrs != before_attrs
        self.new_fg = (self.fg != before_fg) & coloured
        self.new_bg = (self.bg != before_bg) & coloured
        self.before_attrs = before_attrs
        self.starts = self.new_attrs | self.new_fg | self.new_bg

    def layout(self) -> tuple[Words, NDArray[np.intp]]:
        """The buffer with all styles and row ends in it, and the place of every cell's character."""
        h, w = self.code.shape
        starts = np.flatnonzero(self.starts)
        tokens = self._tokens(starts)
        each = tokens.shape[1]
        cells = h * w
        place = np.arange(cells, dtype=np.intp) + np.repeat(np.arange(h, dtype=np.intp) * 2, w)
        if each:
            place += np.cumsum(self.starts.ravel(), dtype=np.intp) * each
        buffer = np.zeros(int(place[-1]) + 3, np.dtype("<u4"))
        for column in range(each):
            buffer[place[starts] - (each - column)] = tokens[:, column]
        ends = place[w - 1 :: w]
        dirty = (self.attrs[:, -1] != 0) | (self.depth is not Depth.MONO) & (
            (self.fg[:, -1] != DEFAULT_FG) | (self.bg[:, -1] != DEFAULT_BG)
        )
        buffer[ends + 1] = np.where(dirty, _RESET, 0)
        buffer[ends + 2] = _NEWLINE
        return buffer, place

    def _tokens(self, starts: NDArray[np.intp]) -> Words:
        """(starts, words): the SGR sequence of each start."""
        new_attrs, new_fg, new_bg = (part.ravel()[starts] for part in (self.new_attrs, self.new_fg, self.new_bg))
        columns: list[Any] = [np.full(len(starts), _CSI, np.uint32)]
        if new_attrs.any():
            turns = _turns(self.before_attrs.ravel()[starts], self.attrs.ravel()[starts])
            columns += [np.where(new_attrs, turns[:, word], 0) for word in range(turns.shape[1])]
            columns.append(np.where(new_attrs & (new_fg | new_bg), _JOIN, 0))
        if new_fg.any():
            columns += _colour(self.fg.ravel()[starts], new_fg, self.depth, 38)
        if new_fg.any() and new_bg.any():
            columns.append(np.where(new_fg & new_bg, _JOIN, 0))
        if new_bg.any():
            columns += _colour(self.bg.ravel()[starts], new_bg, self.depth, 48)
        columns.append(np.full(len(starts), _END, np.uint32))
        return np.stack(columns, axis=1).astype(np.uint32)


def _unseen(picture: Picture) -> NDArray[np.bool_]:
    """Single-width characters whose ink has the colour of their paper."""
    same: NDArray[np.bool_] = picture.fg + (10 if picture.depth is Depth.ANSI16 else 0) == picture.bg
    right = picture.code == CONTINUED
    same &= ~right
    same[:, :-1] &= ~right[:, 1:]
    return same


def _carried(values: Any, valid: NDArray[np.bool_], first: int) -> Any:
    """`values` where `valid`, elsewhere the last valid one to the left, `first` where there is none."""
    if valid.all():
        return values
    at = np.maximum.accumulate(np.where(valid, np.arange(values.shape[1]), -1), axis=1)
    return np.where(at < 0, first, np.take_along_axis(values, np.maximum(at, 0), axis=1)).astype(values.dtype)


def _previous(values: Any, first: int) -> Any:
    out = np.empty_like(values)
    out[:, 0] = first
    out[:, 1:] = values[:, :-1]
    return out


def _colour(values: Ints, new: NDArray[np.bool_], depth: Depth, selector: int) -> list[Any]:
    """The words that select each colour, empty where it is not new."""
    if depth is Depth.ANSI16:
        own = np.where(values == DEFAULT_FG, 39, np.where(values == DEFAULT_BG, 49, values))
        return [np.where(new, _NUMBER[own], 0)]
    if depth is Depth.ANSI256:
        return [np.where(new, _word(f"{selector};5"), 0), np.where(new, _NEXT[values], 0)]
    channels = [values >> 16 & 255, values >> 8 & 255, values & 255]
    return [np.where(new, _word(f"{selector};2"), 0)] + [np.where(new, _NEXT[channel], 0) for channel in channels]


def _turns(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Words:
    """(n, 4) words: the SGR parameters that turn each set of attributes into the other; a picture has few pairs."""
    pairs, which = np.unique(before.astype(np.intp) << 5 | after, return_inverse=True)
    turned: Words = _words([attribute_codes(pair >> 5, pair & 31) for pair in pairs.tolist()], 4)[which]
    return turned


@cache
def attribute_codes(before: int, after: int) -> str:
    """The SGR parameters that turn the attributes `before` into `after`."""
    codes: list[str] = []
    if before & ~after & (BOLD | DIM):
        codes.append("22")
        before &= ~(BOLD | DIM)
    pairs = ((ITALIC, "23", "3"), (UNDERLINE, "24", "4"), (REVERSE, "27", "7"))
    codes += [off for bit, off, _ in pairs if before & ~after & bit]
    codes += [on for bit, on in ((BOLD, "1"), (DIM, "2")) if after & ~before & bit]
    codes += [on for bit, _, on in pairs if after & ~before & bit]
    return ";".join(codes)


@cache
def _erasures() -> Words:
    """(1000, 3) words: erase n cells and step over them."""
    return _words([f"\x1b[{n}X\x1b[{n}C" for n in range(_LONGEST + 1)], 3)


def _erase(sent: _Sent, buffer: Words, place: NDArray[np.intp]) -> None:
    """Replace runs of blanks on one background by the sequence that erases them."""
    blank, starts = sent.blank.ravel(), sent.starts.ravel().copy()
    w = sent.code.shape[1]
    starts[::w] = True
    open_ = np.empty_like(blank)
    open_[0] = blank[0]
    open_[1:] = blank[1:] & (starts[1:] | ~blank[:-1])
    first = np.flatnonzero(open_)
    if not first.size:
        return
    follows = blank & ~open_
    # Number of cells that follow each opening blank in its run.
    total = np.r_[0, np.cumsum(follows)]
    length = 1 + total[np.r_[first[1:], len(blank)]] - total[first]
    long = (length >= ERASE_FROM) & (length <= _LONGEST)
    if not long.any():
        return
    run_of = np.cumsum(open_) - 1
    inside = blank & long[run_of]
    buffer[place[inside]] = 0
    first, length = first[long], length[long]
    for word in range(3):
        buffer[place[first] + word] = _erasures()[length, word]
