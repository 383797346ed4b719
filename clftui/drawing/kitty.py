"""Pictures by kitty's Unicode placeholders: the pixels are sent once, then ordinary characters say where they show.

A placeholder character names row and column of the picture by two diacritics and its number by the ink, so whatever
scrolls, cuts or covers text does the same to pictures, tmux included. Protocol:
https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.cells import cluster_code

Codes = NDArray[np.uint32]

PLACEHOLDER = "\U0010eeee"
CHUNK = 4096
"""Characters of a payload that one command may carry."""
KEPT_BYTES = 64_000_000
"""Pixels, as the terminal holds them, that may lie in the terminal at once."""

# In the order that gives them their numbers: the combining marks of class 230 of Unicode 6.0 that nothing fuses with.
_MARKS = """
305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 5AB-5AC 5AF
5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D 73F-741 743 745 747
749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C
1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC
20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1
FE20-FE26 10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244
"""


def _numbers() -> Iterator[str]:
    for span in _MARKS.split():
        first, _, last = span.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


NUMBERS = tuple(_numbers())
"""The diacritic of each row and column number; a picture cannot have more of either."""
MOST_COLUMNS, MOST_ROWS = len(NUMBERS), 128
"""The most cells of one picture. Fewer rows than there are numbers, so that every cell finds a code of its own."""


@lru_cache(maxsize=64)
def placeholders(columns: int, rows: int) -> Codes:
    """(rows, columns) cell codes of a picture of that size; the ink of the cells is the picture's number."""
    found = np.array(
        [
            [cluster_code(PLACEHOLDER + NUMBERS[row] + NUMBERS[column]) for column in range(columns)]
            for row in range(rows)
        ],
        np.uint32,
    )
    found.setflags(write=False)
    return found


def wrapped(command: str, tmux: bool) -> str:
    """A command for the terminal itself: tmux hands on what comes in this wrapping and swallows it otherwise."""
    if not tmux:
        return command
    doubled = command.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def transmission(number: int, png: bytes, columns: int, rows: int, tmux: bool) -> str:
    """What gives the terminal picture `number`, stretched over `columns` x `rows` placeholders, without an answer."""
    payload = b64encode(png).decode("ascii")
    parts = [payload[at : at + CHUNK] for at in range(0, len(payload), CHUNK)]
    out = []
    for index, part in enumerate(parts):
        more = int(index + 1 < len(parts))
        keys = f"a=T,U=1,q=2,f=100,t=d,i={number},c={columns},r={rows},m={more}" if index == 0 else f"q=2,m={more}"
        out.append(wrapped(f"\x1b_G{keys};{part}\x1b\\", tmux))
    return "".join(out)


def deletion(number: int, tmux: bool) -> str:
    """What makes the terminal forget picture `number` and free its pixels."""
    return wrapped(f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\", tmux)


class Numbers:
    """Which picture has which number, and which the terminal holds. Numbers are 24 bits and start anywhere, so that
    two programs in one terminal rarely meet.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES, first: int | None = None) -> None:
        self._kept_bytes = kept_bytes
        # Below 0x10000 some terminals take an ink for one of the 256 colours.
        self._next = random.randrange(0x10000, 0x1000000) if first is None else first
        self._held: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()
        self._known: dict[Hashable, int] = {}
        self._bytes = 0

    def held(self, key: Hashable) -> int | None:
        """The number under which the terminal holds a picture; None where it has to be sent."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def take(self, key: Hashable, size: int) -> tuple[int, list[int]]:
        """The number under which to send a picture of `size` bytes of pixels, and the numbers to forget for it."""
        number = self._known.get(key) or self._fresh()
        self._known[key] = number
        self._held[key] = (number, size)
        self._bytes += size
        gone = []
        while self._bytes > self._kept_bytes and len(self._held) > 1:
            old, (dropped, freed) = self._held.popitem(last=False)
            del self._known[old]
            self._bytes -= freed
            gone.append(dropped)
        return number, gone

    def lost(self, keys: list[Hashable] | None = None) -> None:
        """The terminal holds nothing any more (or these not); numbers stay, so that cells on the screen stay right."""
        for key in list(self._held) if keys is None else keys:
            found = self._held.pop(key, None)
            if found is not None:
                self._bytes -= found[1]
        if len(self._known) > 100_000:
            self._known = {key: number for key, number in self._known.items() if key in self._held}

    def all(self) -> list[int]:
        """Every number that the terminal holds."""
        return [number for number, _ in self._held.values()]

    def _fresh(self) -> int:
        number = self._next
        self._next = number + 1 if number < 0xFFFFFF else 0x10000
        return number
