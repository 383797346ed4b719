"""Textual's partial updates, cut to the changed columns at both ends.

Textual 8.2 crops a changed span at its right end alone and sends everything from the widget's left edge: a cell at
column 150 costs 150 cells. It keeps the compositor private, so `tests/drawing` guards the names used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate, ReflowResult
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget


class Painter(Widget):
    """A widget that knows itself which of its cells differ from the screen's."""

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self.unsent: list[Region] = []
        """What has been drawn and not been sent yet."""


class SpansUpdate(ChopsUpdate):
    """Sends the changed spans and nothing beside them."""

    def render_segments(self, console: Console) -> str:
        """The text to send: a cursor move and the cells of every span."""
        out: list[str] = []
        for y, x1, x2 in self.spans:
            at = -1
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, x1), min(end, x2)
                if strip is None or start >= stop:
                    continue
                if start != at:
                    out.append(Control.move_to(start, y).segment.text)
                out.append(strip.crop(start - x, stop - x).render(console))
                at = stop
        return "".join(out)


class SpansCompositor(Compositor):
    """A compositor whose partial updates are `SpansUpdate`s, and which paints whatever stands somewhere new.

    Textual compares a new layout with its newest map of widgets, and asking any widget for its size between a change
    of `display` and the layout brings that map up to date: the layout then finds nothing new, and the cells keep
    what the hidden widget had drawn there. So what was laid out last is kept here.
    """

    _laid_out: Mapping[Widget, tuple[Region, Region]] = MappingProxyType({})

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """The whole screen; with it every widget's cells are sent."""
        update = super().render_full_update(simplify)
        for widget in self.visible_widgets:
            if isinstance(widget, Painter):
                widget.unsent.clear()
        return update

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out, and mark what moved, came or went since the last layout."""
        result = super().reflow(parent, size)
        now = {widget: (place.region, place.clip) for widget, place in self._full_map.items()}
        moved = now.items() ^ self._laid_out.items()
        self._dirty_regions.update(
            seen for _, (region, clip) in moved if (seen := clip.intersection(region).intersection(size.region))
        )
        self._laid_out = now
        return result

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update; None for nothing."""
        update = super().render_partial_update()
        return None if update is None else SpansUpdate(update.chops, update.spans, update.chop_ends)


def send_spans_only(screen: Screen[object]) -> None:
    """Make `screen` send exactly the cells that changed; calling it again does nothing."""
    if type(screen._compositor) is Compositor:
        screen._compositor.__class__ = SpansCompositor


class CanvasScreen(Screen[None]):
    """A screen for canvas views: moving the focus repaints what looks different, not the whole screen."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
