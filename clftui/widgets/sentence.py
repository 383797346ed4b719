"""A calm sentence in place of a view that has nothing to show."""

from __future__ import annotations

from clftui.drawing.canvas import Canvas
from clftui.text import sanitise, shorten, take, text_width


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """`text` broken between words into lines of at most `width` columns; what is left after `lines` is cut."""
    out: list[str] = []
    line = ""
    for word in (part for whole in sanitise(text).split() for part in _parts(whole, width)):
        joined = f"{line} {word}" if line else word
        if line and text_width(joined) > width:
            out.append(line)
            joined = word
        line = joined
    out.append(line)
    if len(out) > lines:
        out = [*out[: lines - 1], " ".join(out[lines - 1 :])]
    return [shorten(each, width) for each in out]


def _parts(word: str, width: int) -> list[str]:
    """A word that fits no line (a path) in pieces that do, broken after a slash where there is one."""
    parts = []
    while text_width(word) > width > 0:
        head = take(word, width)
        slash = head.rfind("/") + 1
        head = head[:slash] if slash > len(head) // 2 else head or word[0]
        parts.append(head)
        word = word[len(head) :]
    return [*parts, word] if word else parts


def draw_sentence(canvas: Canvas, text: str) -> None:
    """`text`, wrapped, a little above the middle of the canvas."""
    width = min(canvas.width - 4, 76)
    if width < 1 or canvas.height < 1:
        canvas.text(0, 0, text)
        return
    lines = wrapped(text, width, canvas.height)
    top = max(0, (canvas.height - len(lines)) // 3)
    for number, line in enumerate(lines):
        canvas.text(2, top + number, line, canvas.palette.muted)
