"""What of a list is on the screen now, and the line above a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.sample_flow import Flow, Line
from clftui.state.sample_list import SampleList
from clftui.state.sample_settings import SampleGrouping
from clftui.text import count, percent, sanitise, shorten, text_width


@dataclass(frozen=True, eq=False)
class Seen:
    """The rows of a list that show."""

    flow: Flow
    lines: list[Line]

    @cached_property
    def items(self) -> list[tuple[int, Line]]:
        """Each item that shows, and its row."""
        return [(item, line) for line in self.lines for item in range(line.start, line.stop)]

    @cached_property
    def indices(self) -> tuple[int, ...]:
        """Where each of them stands in the list."""
        return tuple(self.flow.items.index_of(item) for item, _ in self.items)


def group_name(shown: SampleList, group: int, labels: Mapping[str, str]) -> str:
    """What a group of the list is called; a class as `labels` has it."""
    groups = shown.groups
    assert groups is not None
    of_classes = groups.grouping in (SampleGrouping.TRUE, SampleGrouping.PREDICTED)
    label = labels.get(groups.keys[group]) if of_classes else None
    return sanitise(label) if label is not None else groups.names[group]


def draw_header(canvas: Canvas, y: int, shown: SampleList, group: int, labels: Mapping[str, str]) -> None:
    """`▾ wrong in all 12 epochs  90                  81.8 % of 110`"""
    p, groups = canvas.palette, shown.groups
    if groups is None:
        return
    size = int(groups.sizes[group])
    number, share = count(size), f"{percent(size / shown.n)} % of {count(shown.n)}"
    words = group_name(shown, group, labels)
    room = canvas.width - 6 - text_width(number)
    if room - text_width(words) > text_width(share) + 3:
        canvas.text(canvas.width - 1 - text_width(share), y, share, p.faint)
    name = Span(shorten(words, room), p.text, None, BOLD)
    canvas.line(1, y, [Span("▾ ", p.muted), name, Span(f"  {number}", p.muted)])
