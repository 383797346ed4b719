"""A terminal of a few dozen lines for the tests: it obeys what `encode` may send and refuses everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from clftui import text as words

_TOKEN = re.compile(r"\x1b\[([\d;]*)([A-Za-z])|([^\x1b])", re.DOTALL)


@dataclass(frozen=True)
class Pen:
    """The style in force: colours as SGR parameters, None = the terminal's own."""

    fg: tuple[int, ...] | None = None
    bg: tuple[int, ...] | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


@dataclass(frozen=True)
class Cell:
    """A character and the style it was written in."""

    char: str = " "
    pen: Pen = Pen()


_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",)}


def _with(pen: Pen, name: str, value: bool) -> Pen:
    changed: dict[str, Any] = {name: value}
    return replace(pen, **changed)


def _turned(pen: Pen, parameters: list[int]) -> Pen:
    at = 0
    while at < len(parameters):
        code = parameters[at]
        at += 1
        if code in (38, 48):
            size = 4 if parameters[at] == 2 else 2
            colour = tuple(parameters[at : at + size])
            assert len(colour) == size and all(0 <= part <= 255 for part in colour)
            at += size
            pen = replace(pen, fg=colour) if code == 38 else replace(pen, bg=colour)
        elif code == 0:
            pen = Pen()
        elif code in _ON:
            pen = _with(pen, _ON[code], True)
        elif code in _OFF:
            for name in _OFF[code]:
                pen = _with(pen, name, False)
        elif code in (39, 49):
            pen = replace(pen, fg=None) if code == 39 else replace(pen, bg=None)
        elif code in range(30, 38) or code in range(90, 98):
            pen = replace(pen, fg=(code,))
        elif code in range(40, 48) or code in range(100, 108):
            pen = replace(pen, bg=(code,))
        else:
            raise AssertionError(f"SGR {code}")
    return pen


def shown(sent: str, width: int) -> list[Cell]:
    """The cells of a row of `width` cells after `sent`; the right half of a wide character is an empty string."""
    row = [Cell("?")] * width
    pen, at = Pen(), 0
    for match in _TOKEN.finditer(sent):
        numbers, final, char = match.groups()
        if char is not None:
            lead = at - 1 if at and row[at - 1].char else at - 2
            if words.char_width(char) == 0 or (lead >= 0 and row[lead].char.endswith("\u200d")):
                row[lead] = replace(row[lead], char=row[lead].char + char)
                continue
            row[at] = Cell(char, pen)
            if words.char_width(char) == 2:
                row[at + 1] = Cell("", pen)
            at += words.char_width(char)
        elif final == "m":
            pen = _turned(pen, [int(part) for part in numbers.split(";")])
        elif final == "X":
            row[at : at + int(numbers)] = [Cell(" ", pen)] * int(numbers)
        elif final == "C":
            at += int(numbers)
        else:
            raise AssertionError(f"CSI {numbers}{final}")
    assert at == width and len(row) == width, (at, width)
    assert pen == Pen(), "the row does not end in the reset state"
    return row
