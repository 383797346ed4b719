"""The strip under the breadcrumb: which run has an alarm, what got worse, and that the mean did not tell."""

from __future__ import annotations

import math

from textual import events
from textual.message import Message

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.encode import Depth
from clftui.state.alarm_strip import Regressed, Strip
from clftui.text import signed, text_width
from clftui.widgets.canvas_view import CanvasView

KEYS = (("a", "show"), ("esc", "dismiss"))


class AlarmStrip(CanvasView):
    """`▼ epoch 6 of A cnn: 2 classes regressed  Coat −13.0 ±3.5   accuracy −0.3   a show  esc dismiss`"""

    DEFAULT_CSS = "AlarmStrip { height: 1; width: 1fr; }"

    class Shown(Message):
        """A click on the strip."""

    strip: Strip | None = None
    more: int = 0

    def show(self, strip: Strip | None, more: int) -> None:
        """`more` further runs have an alarm too."""
        if (strip, more) != (self.strip, self.more):
            self.strip, self.more = strip, more
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        if self.strip is not None:
            draw_strip(canvas, self.strip, self.more)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Shown())


def draw_strip(canvas: Canvas, strip: Strip, more: int = 0) -> None:
    """One line. What does not fit goes in this order: the long title, the mean, further classes, the keys."""
    p = canvas.palette
    if p.depth > Depth.ANSI16:
        canvas.fill(0, 0, canvas.width, 1, bg=p.mix(p.page, p.worse, 0.28))
    title, mean, keys = fitting(strip, more, canvas.width)
    x = 1 + canvas.text(1, 0, f"▼ {title}", p.worse, attrs=BOLD, width=canvas.width - 2)
    end = canvas.width - 1
    if keys:
        end -= _keys_width()
        at = end
        for key, label in KEYS:
            at += canvas.text(at, 0, key, p.text, attrs=BOLD) + 1
            at += canvas.text(at, 0, label, p.muted) + 1
        end -= 2
    if mean:
        end -= text_width(mean)
        canvas.text(end, 0, mean, p.muted)
        end -= 2
    _draw_regressed(canvas, strip, x + 2, end)


def _draw_regressed(canvas: Canvas, strip: Strip, x: int, end: int) -> None:
    """As many of what got worse as fit, the worst first, then how many more there are."""
    left = len(strip.regressed)
    for each in strip.regressed:
        room = end - x - (4 if left > 1 else 0)
        if _width(each) > room:
            break
        said, rest = each.said
        x += canvas.text(x, 0, said, canvas.palette.text)
        if rest:
            x += 1 + canvas.text(x + 1, 0, rest, canvas.palette.muted)
        x += 2
        left -= 1
    if 0 < left < len(strip.regressed) and end - x >= 2:
        canvas.text(x, 0, f"+{left}", canvas.palette.muted, width=end - x)


def fitting(strip: Strip, more: int, width: int) -> tuple[str, str, bool]:
    """(title, mean, whether the keys show): the fullest of them that leave room for the worst class."""
    others = f" (+{more})" if more else ""
    long, short = strip.title + others, f"epoch {strip.epoch} of {strip.run}{others}"
    mean = f"accuracy {signed(100 * strip.mean)}" if math.isfinite(strip.mean) else ""
    worst = _width(strip.regressed[0]) + (6 if len(strip.regressed) > 1 else 2)
    choices = ((long, mean, True), (short, mean, True), (short, "", True), (short, "", False))
    for title, shown, keys in choices:
        used = 4 + text_width(title) + worst
        used += text_width(shown) + 2 if shown else 0
        used += _keys_width() + 2 if keys else 0
        if used <= width:
            return title, shown, keys
    return choices[-1]


def _width(each: Regressed) -> int:
    return text_width(" ".join(part for part in each.said if part))


def _keys_width() -> int:
    return sum(len(key) + len(label) + 2 for key, label in KEYS) - 1
