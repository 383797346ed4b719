"""What of an update is not on the terminal yet: Textual writes the same frame two to four times at the start, when a
dialog opens and when it closes.

Each piece (the cells of one line that one widget shows) is remembered as the text that drew it. Textual keeps the
compositor private, so `tests/drawing` guards the names used here.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from clftui.drawing.lean import lean

Piece = tuple[int, int, int, Strip, bool]
"""Line, first column, end, what stands there, and whether it is all that its widget shows in the line."""


class Unsent:
    """Remembers what has been written. `forget` whenever something else may have written to the terminal."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[tuple[int, int], str]] = {}

    def forget(self) -> None:
        """The next frame is written whole."""
        self._lines.clear()

    def part_of(self, update: RenderableType | None) -> RenderableType | None:
        """The same update without what is there; what is no update of cells makes this forget all."""
        if isinstance(update, LayoutUpdate | ChopsUpdate):
            return _Part(self, update)
        if update is not None:
            self.forget()
        return update

    def write(self, update: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """The text that brings the terminal up to date."""
        out: list[str] = []
        pen = (-1, -1)
        for y, x, end, strip, whole in _pieces(update):
            text = strip.render(console)
            line = self._lines.setdefault(y, {})
            if line.get((x, end)) == text:
                continue
            for place in [place for place in line if place[0] < end and place[1] > x]:
                del line[place]
            if whole:
                line[x, end] = text
            if pen != (y, x):
                out.append(Control.move_to(x, y).segment.text)
            out.append(lean(text))
            pen = (y, end)
        return "".join(out)


class _Part(CompositorUpdate):
    def __init__(self, unsent: Unsent, update: LayoutUpdate | ChopsUpdate) -> None:
        self._unsent, self._update = unsent, update

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._update.__rich_console__(console, options)

    def render_segments(self, console: Console) -> str:
        return self._unsent.write(self._update, console)


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[Piece]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                end = x + strip.cell_length
                yield y, x, end, strip, True
                x = end
        return
    for y, x1, x2 in update.spans:
        for end, (x, piece) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, x1), min(end, x2)
            if piece is None or start >= stop:
                continue
            whole = (start, stop) == (x, end)
            yield y, start, stop, piece if whole else piece.crop(start - x, stop - x), whole
