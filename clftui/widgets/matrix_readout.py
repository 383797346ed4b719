"""Sentences of the linear read-out on a canvas: plain lines from the top, nothing beside them."""

from __future__ import annotations

from collections.abc import Sequence

from clftui.drawing.canvas import Canvas
from clftui.widgets.sentence import wrapped

MANY = 50


def draw_readout(canvas: Canvas, sentences: Sequence[str]) -> None:
    """Each sentence begins a line; long ones go on in the next. What has no room is left out from the end."""
    edge = 1 if canvas.width >= 60 else 0
    y = 0
    for number, sentence in enumerate(sentences):
        for line in wrapped(sentence, max(canvas.width - 2 * edge, 1), min(canvas.height - y, MANY)):
            canvas.text(edge, y, line, canvas.palette.text if number == 0 else canvas.palette.muted)
            y += 1
        if y >= canvas.height:
            return
