"""A calm sentence in place of a view that has nothing to show."""

from __future__ import annotations

from clftui.drawing.canvas import Canvas
from clftui.text import sanitise, shorten, text_width


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """`text` broken between words into lines of at most `width` columns; what is left after `lines` is cut."""
    out: list[str] = []
    line = ""
    for word in sanitise(text).split():
        joined = f"{line} {word}" if line else word
        if line and text_width(joined) > width:
            out.append(line)
            joined = word
        line = joined
    out.append(line)
    if len(out) > lines:
        out = [*out[: lines - 1], " ".join(out[lines - 1 :])]
    return [shorten(each, width) for each in out]


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
