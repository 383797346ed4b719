"""Draws the rule that begins the pane under the table of runs, with its title and what `v` shows next."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas
from clftui.text import sanitise, text_width

_LEAST_RULE = 4


def draw_title(canvas: Canvas, y: int, title: str, about: str, others: tuple[str, ...] = ()) -> None:
    """A rule with a bold title and a muted remark; at the right, where there is room, the other panes of `v`."""
    p = canvas.palette
    canvas.hline(1, y, canvas.width - 2, p.line)
    used = 3 + canvas.text(3, y, f" {sanitise(title)} ", p.text, attrs=BOLD, width=canvas.width - 5)
    used += canvas.text(used, y, f"{sanitise(about)} ", p.muted, width=canvas.width - used - 2) if about else 0
    for number in range(len(others), 0, -1):
        words = " v  " + " · ".join(others[:number]) + " "
        x = canvas.width - 3 - text_width(words)
        if x - used >= _LEAST_RULE:
            canvas.text(x, y, " v ", p.text, attrs=BOLD)
            canvas.text(x + 3, y, words[3:], p.muted)
            return
