"""Draws short lists of classes side by side: where runs disagree, the worst, the best."""

from __future__ import annotations

from collections.abc import Mapping

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.runs_lists import ClassList
from clftui.text import UNDEFINED, percent, signed, text_width

_NARROWEST = 24
_WIDEST = 46
_GAP = 3
_RANGE = 8


def lists_that_fit(width: int) -> int:
    """How many lists stand side by side."""
    return max(1, (width - 2 + _GAP) // (_NARROWEST + _GAP))


def draw_lists(
    canvas: Canvas, y: int, lists: tuple[ClassList, ...], cursor: str | None, labels: Mapping[str, str]
) -> None:
    """The lists from line `y` on: title, then a line a class with its value and the range over all runs."""
    p = canvas.palette
    shown = lists[: lists_that_fit(canvas.width)]
    if not shown:
        return
    width = min((canvas.width - 2 - (len(shown) - 1) * _GAP) // len(shown), _WIDEST)
    for number, each in enumerate(shown):
        x = 1 + number * (width + _GAP)
        canvas.text(x, y, each.title, p.muted, width=width - _RANGE - 6 if width >= 34 else width)
        wide = width >= 34 and len(lists) > 2
        if wide:
            canvas.text(x + width - _RANGE, y, "all runs", p.faint, width=_RANGE, align="right")
        for line, entry in enumerate(each.entries, y + 1):
            here = entry.name == cursor
            room = width - 6 - (_RANGE + 1 if wide else 0)
            name = labels.get(entry.name, entry.name)
            canvas.text(x, line, name, p.focus if here else p.text, attrs=BOLD if here else 0, width=room, middle=True)
            signed_value = each.difference and entry.value < 0
            words = signed(100 * entry.value) if signed_value else percent(entry.value)
            canvas.text(x + room, line, "100" if words == "100.0" else words, p.text, width=6, align="right")
            if wide:
                ends = f"{percent(entry.low, 0)}{UNDEFINED}{percent(entry.high, 0)}"
                canvas.text(x + width - text_width(ends), line, ends, p.faint)
