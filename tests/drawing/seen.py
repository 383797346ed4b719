"""What a person sees of an emulated terminal."""

from __future__ import annotations

import pyte
from pyte.screens import Char


def seen(screen: pyte.Screen) -> list[list[Char]]:
    """The cells of every line; the ink and weight of a blank, which nobody can see, left out."""
    lines = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return [[_seen(cell) for cell in line] for line in lines]


def _seen(cell: Char) -> Char:
    blank = cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough)
    return cell._replace(fg="default", bold=False, italics=False) if blank else cell
