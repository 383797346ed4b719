"""The lines around every view: header, tabs, breadcrumb with filter chips, footer."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.message import Message

from clftui.drawing.canvas import BOLD, REVERSE, UNDERLINE, Canvas
from clftui.drawing.encode import Depth
from clftui.state.selection import Tab
from clftui.state.words import Piece, Tone
from clftui.text import shorten, text_width
from clftui.widgets.canvas_view import CanvasView


class HeaderContent(NamedTuple):
    """The header line: the collection, lettered runs (letter, name, focused), more runs, and the right end.

    `alarms` are (letter, how many classes got worse) of the runs that have one.
    """

    collection: str
    runs: tuple[tuple[str, str, bool], ...]
    more: int
    split: str
    epoch: str
    mark: str
    mark_word: str
    alarms: tuple[tuple[str, int], ...] = ()


class HeaderBar(CanvasView):
    """`fashion  A cnn  B mlp  +1        test 10,000   epoch 12/12   ● live`"""

    content: HeaderContent | None = None

    def show(self, content: HeaderContent) -> None:
        if content != self.content:
            self.content = content
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        p = self.palette
        canvas.fill(0, 0, canvas.width, canvas.height, bg=p.surface)
        content = self.content
        if content is None:
            return
        right = canvas.width - 1 - _right_end(canvas, content, p)
        x = 1 + canvas.text(1, 0, shorten(content.collection, max(8, right // 3)), p.text, attrs=BOLD)
        shown, alarms = 0, dict(content.alarms)
        for letter, name, focused in content.runs:
            room = right - x - 5 - 5 - (len(f" ▼{alarms[letter]}") if letter in alarms else 0)
            short = shorten(name, min(24 if canvas.width >= 110 else 14, room), middle=True)
            if room < 6:
                break
            index = "ABCD".index(letter)
            x += 2 + canvas.text(x + 2, 0, letter, p.runs[index], attrs=BOLD)
            attrs = UNDERLINE if focused and p.depth <= Depth.ANSI16 else 0
            x += 1 + canvas.text(x + 1, 0, short, p.text if focused else p.muted, attrs=attrs)
            number = alarms.get(letter, 0)
            if number:
                x += 1 + canvas.text(x + 1, 0, f"▼{number}", p.worse, attrs=BOLD)
            shown += 1
        hidden = content.more + len(content.runs) - shown
        if hidden and right - x > 5:
            canvas.text(x + 2, 0, f"+{hidden}", p.faint)


def _right_end(canvas: Canvas, content: HeaderContent, p: object) -> int:
    """Draw split, epoch and live mark; as much as fits a half of the line. Returns the columns used."""
    from clftui.drawing.palette import Palette

    assert isinstance(p, Palette)
    live = {"●": p.live, "◐": p.focus, "✗": p.worse}.get(content.mark, p.muted)
    parts = [(content.split, p.muted), (content.epoch, p.muted), (f"{content.mark} {content.mark_word}", live)]
    if canvas.width < 60:
        parts[2] = (content.mark, live)
    parts = [part for part in parts if part[0]]
    while len(parts) > 1 and sum(text_width(t) + 3 for t, _ in parts) > canvas.width * 0.6:
        parts.pop(0)
    used = sum(text_width(text) for text, _ in parts) + 3 * (len(parts) - 1)
    x = canvas.width - 1 - used
    for text, colour in parts:
        x += 3 + canvas.text(x, 0, text, colour)
    return used + 2


class TabBar(CanvasView):
    """`1 Runs  2 Ranking [3 Matrix] 7 Samples            number · log · given`"""

    class Chosen(Message):
        """A click on a tab."""

        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    active: Tab = Tab.RUNS
    legend: str = ""
    mark: str = ""
    """A word before the legend that stays where there is no room for the legend."""

    def show(self, active: Tab, legend: str, mark: str = "") -> None:
        if (active, legend, mark) != (self.active, self.legend, self.mark):
            self.active, self.legend, self.mark = active, legend, mark
            self.redraw()

    def _places(self) -> list[tuple[int, Tab]]:
        x, places = 0, []
        for tab in Tab:
            places.append((x, tab))
            x += len(tab.label) + 4
        return places

    def draw(self, canvas: Canvas) -> None:
        p = self.palette
        end = 0
        for x, tab in self._places():
            title = f" {tab.key} {tab.label} "
            on = tab is self.active
            if on:
                attrs = REVERSE if p.depth <= Depth.ANSI16 else 0
                canvas.fill(x, 0, len(title), 1, bg=p.raised, attrs=attrs)
                canvas.text(x + 1, 0, tab.key, p.focus, attrs=BOLD | attrs)
                canvas.text(x + 3, 0, tab.label, p.text, attrs=BOLD | attrs)
            else:
                canvas.text(x, 0, title, p.muted)
            end = x + len(title)
        room, right = canvas.width - end - 4, canvas.width - 1
        before = text_width(f"{self.mark} · ") if self.mark else 0
        if self.legend and room >= text_width(self.legend) + before:
            right -= text_width(self.legend)
            canvas.text(right, 0, self.legend, p.muted)
            if self.mark:
                right -= canvas.text(right - 3, 0, " · ", p.muted)
        if self.mark and room >= text_width(self.mark):
            canvas.text(right - text_width(self.mark), 0, self.mark, p.focus, attrs=BOLD)

    def on_click(self, event: events.Click) -> None:
        for x, tab in reversed(self._places()):
            if event.x >= x:
                if event.x < x + len(tab.label) + 4:
                    self.post_message(self.Chosen(tab))
                return


class BreadcrumbBar(CanvasView):
    """The selection as a sentence, filter chips at the right; a notice takes the sentence's place for one command."""

    class ChipRemoved(Message):
        """A click on a filter chip."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    pieces: tuple[Piece, ...] = ()
    chips: tuple[str, ...] = ()
    notice: str = ""
    _chip_places: tuple[tuple[int, int, int], ...] = ()

    def show(self, pieces: tuple[Piece, ...], chips: tuple[str, ...], notice: str) -> None:
        if (pieces, chips, notice) != (self.pieces, self.chips, self.notice):
            self.pieces, self.chips, self.notice = pieces, chips, notice
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        p = self.palette
        right, places = canvas.width - 1, []
        for index in range(len(self.chips) - 1, -1, -1):
            # The end of a chip says how many samples it hides.
            text = f" {shorten(self.chips[index], max(8, canvas.width // 3), middle=True)} × "
            if right - text_width(text) < canvas.width // 3:
                right -= 1 + canvas.text(right - len(f"+{index + 1}"), 0, f"+{index + 1}", p.muted)
                break
            x = right - text_width(text)
            canvas.fill(x, 0, text_width(text), 1, bg=p.raised, attrs=REVERSE if p.depth <= Depth.ANSI16 else 0)
            canvas.text(x, 0, text, p.text, attrs=REVERSE if p.depth <= Depth.ANSI16 else 0)
            places.append((x, right, index))
            right = x - 1
        self._chip_places = tuple(places)
        if self.notice:
            canvas.text(1, 0, shorten(self.notice, right - 2), p.focus)
            return
        tones = {Tone.PLAIN: p.text, Tone.FAINT: p.faint, Tone.STRONG: p.text, Tone.WORSE: p.worse}
        x = 1
        for piece in self.pieces:
            room = right - 1 - x
            if room <= 1:
                break
            attrs = BOLD if piece.tone is Tone.STRONG else 0
            x += canvas.text(x, 0, piece.text, tones[piece.tone], attrs=attrs, width=min(room, text_width(piece.text)))

    def on_click(self, event: events.Click) -> None:
        for start, end, index in self._chip_places:
            if start <= event.x < end:
                self.post_message(self.ChipRemoved(index))


class FooterBar(CanvasView):
    """`enter samples  c cell  n scale ...                                  ? help`"""

    keys: tuple[tuple[str, str], ...] = ()
    asking: bool = False
    """Whether the keys are the answers to a question, which all have to be there."""

    def show(self, keys: tuple[tuple[str, str], ...], *, asking: bool = False) -> None:
        if (keys, asking) != (self.keys, self.asking):
            self.keys, self.asking = keys, asking
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        p = self.palette
        canvas.fill(0, 0, canvas.width, canvas.height, bg=p.surface)
        end = canvas.width - 1
        keys = self.keys
        if self.asking:
            end += 2
            if sum(text_width(key) + text_width(label) + 3 for key, label in keys) > canvas.width:
                keys = tuple((key, label.split()[0]) for key, label in keys)
        elif canvas.width >= 16:
            end -= 6
            canvas.text(end, 0, "?", p.text, attrs=BOLD)
            canvas.text(end + 2, 0, "help", p.muted)
        x = 1
        for key, label in keys:
            used = text_width(key) + 1 + text_width(label)
            if x + used > end - 2:
                break
            canvas.text(x, 0, key, p.text, attrs=BOLD)
            canvas.text(x + text_width(key) + 1, 0, label, p.muted)
            x += used + 2
