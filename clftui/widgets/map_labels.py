"""Names on the map: each where its class lies, none over another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from clftui.drawing.canvas import BOLD, Canvas
from clftui.text import shorten, text_width

LONGEST = 18


class Label(NamedTuple):
    """A name that wants a place."""

    letter: str
    name: str
    column: int
    """Where its class lies, in cells of the window."""
    row: int
    ink: int
    focused: bool = False
    number: int = -1
    """Whose it is, for whoever asks what was clicked."""


class Placed(NamedTuple):
    """A name in its place: `width` cells from (x, y)."""

    label: Label
    text: str
    x: int
    y: int
    width: int


Taken = tuple[int, int, int]
"""Column, row and width of cells that are not free."""


def place(
    labels: Iterable[Label], width: int, height: int, taken: Iterable[Taken] = (), *, beside: bool = False
) -> tuple[list[Placed], int]:
    """Names where there is room, the first ones first, and how many have none.

    Over its class or, `beside`, next to it; else a little above or below; else the letter alone. The focused one
    always has its place, over others and over what is `taken`.
    """
    taken = list(taken)
    found: list[Placed] = []
    without = 0
    for label in sorted(labels, key=lambda each: not each.focused):
        placed = _fitting(label, width, height, taken, beside)
        if placed is None:
            without += 1
        else:
            taken.append((placed.x, placed.y, placed.width))
            found.append(placed)
    return found, without


def _fitting(label: Label, width: int, height: int, taken: list[Taken], beside: bool) -> Placed | None:
    if not (0 <= label.column < width and 0 <= label.row < height):
        return None
    name = shorten(label.name, min(LONGEST, max(width - 6, 1)))
    whole = f"{label.letter} {name}" if label.letter and label.letter != name else name
    texts = [whole] if not label.letter or whole == label.letter else [whole, label.letter]
    for text in texts:
        size = text_width(text) + 2
        for dx, dy in _offsets(size, beside):
            x = min(max(label.column + dx, 0), width - size)
            y = label.row + dy
            if x >= 0 and 0 <= y < height and (label.focused or _free(x, y, size, taken)):
                return Placed(label, text, x, y, size)
    return None


def _offsets(size: int, beside: bool) -> tuple[tuple[int, int], ...]:
    half = size // 2
    if beside:
        return ((1, 0), (-size, 0), (-half, -1), (-half, 1), (1, -1), (1, 1))
    return ((-half, 0), (-half, -1), (-half, 1), (-half, -2), (-half, 2), (-size, 0), (0, 0))


def _free(x: int, y: int, size: int, taken: list[Taken]) -> bool:
    return all(y != row or x >= column + width or column >= x + size for column, row, width in taken)


def draw_labels(canvas: Canvas, x: int, y: int, placed: Iterable[Placed]) -> None:
    """The names on paper of their own, letters in the hue of their class; the focused one in the focus colour."""
    p = canvas.palette
    for each in placed:
        left, row = x + each.x, y + each.y
        if each.label.focused:
            canvas.fill(left, row, each.width, 1, bg=p.focus)
            canvas.text(left + 1, row, each.text, p.on_focus, p.focus, BOLD)
            continue
        canvas.fill(left, row, each.width, 1, bg=p.surface)
        letter = each.label.letter
        used = canvas.text(left + 1, row, letter, each.label.ink, p.surface, BOLD) if letter else 0
        rest = each.text[len(letter) :] if letter else each.text
        canvas.text(left + 1 + used, row, rest, p.text, p.surface)
