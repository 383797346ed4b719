"""Pictures as half blocks by the package term-image: an extra, chosen by `--graphics term-image`."""

from __future__ import annotations

import re
import warnings
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.drawing.ramp import Ints

HINT = "--graphics term-image needs the package: pip install 'clftui[term-image]' (Python 3.13 or older)"

_TOKEN = re.compile(r"\x1b\[([\d;]*)m|(\n)|([^\x1b\n])")


def installed() -> bool:
    """Whether the package is there."""
    return find_spec("term_image") is not None


def prepare() -> None:
    """Load the package and keep it from asking the terminal: its answers would become keys. Before the app runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It warns where there is no terminal to ask.
        import term_image

        term_image.disable_queries()


def cells(image: NDArray[np.uint8], columns: int, rows: int) -> tuple[NDArray[np.uint32], Ints, Ints]:
    """(h, w, 3) pixels -> code, fg, bg of `columns` x `rows` cells, as term-image paints them."""
    from PIL import Image

    prepare()
    from term_image.image import BlockImage

    picture = BlockImage(Image.fromarray(np.ascontiguousarray(image)))
    picture._size = (columns, rows)  # Its own setter refuses sizes beyond the terminal that it sees.
    return parsed(format(picture, "1.1#"), columns, rows)


def parsed(text: str, columns: int, rows: int) -> tuple[NDArray[np.uint32], Ints, Ints]:
    """Lines of characters with 24-bit colour sequences -> code, fg, bg (rows, columns)."""
    code = np.full((rows, columns), 32, np.uint32)
    fg, bg = np.zeros((rows, columns), np.int32), np.zeros((rows, columns), np.int32)
    x = y = ink = paper = 0
    for style, newline, char in _TOKEN.findall(text):
        if newline:
            x, y = 0, y + 1
        elif char:
            if x < columns and y < rows:
                code[y, x], fg[y, x], bg[y, x] = ord(char), ink, paper
            x += 1
        else:
            ink, paper = _colours([int(part or 0) for part in style.split(";")], ink, paper)
    return code, fg, bg


def _colours(numbers: list[int], ink: int, paper: int) -> tuple[Any, Any]:
    at = 0
    while at < len(numbers):
        if numbers[at] in (38, 48) and numbers[at + 1 : at + 2] == [2] and len(numbers) >= at + 5:
            r, g, b = numbers[at + 2 : at + 5]
            colour = r << 16 | g << 8 | b
            ink, paper = (colour, paper) if numbers[at] == 38 else (ink, colour)
            at += 5
        else:
            ink, paper = (0, 0) if numbers[at] == 0 else (ink, paper)
            at += 1
    return ink, paper
