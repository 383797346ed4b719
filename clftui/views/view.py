"""What all views share: a session they draw, the page they show, and a message to change the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.reactive import var

from clftui.state.later import LATER, PASTS, SLOW
from clftui.state.session import Session
from clftui.state.unready import impatient
from clftui.widgets.canvas_view import CanvasView

AGAIN_SECONDS = 0.1
"""How soon to draw again what a draw had to do without."""


class Act(Message):
    """A view asks the main screen to take a step (a click on a cell, say)."""

    def __init__(self, step: Callable[[Session], Session]) -> None:
        super().__init__()
        self.step = step


class Arrived(Message):
    """Something that a view waits for may be there: the whole screen wants to be drawn again."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Arrived)


class View(CanvasView):
    """A tab's body: draws the session it is given and owns nothing but its scroll position."""

    session: var[Session | None] = var(None)

    again_seconds: ClassVar[float] = 0.1
    """How often the view looks whether what it waits for is there."""
    again_whole: ClassVar[bool] = False
    """Whether the whole screen is drawn again then, and not the view alone."""
    _asked = False
    _waiting = False

    def watch_session(self) -> None:
        self.redraw()

    def _derive(self) -> None:
        with impatient() as draw:
            super()._derive()
        if draw.missing and not self._asked and self.is_attached:
            self._asked = True
            self.set_timer(AGAIN_SECONDS, self._ask_again)

    def _ask_again(self) -> None:
        self._asked = False
        self.post_message(Arrived())

    def _look_again(self, wanted: bool = True) -> None:
        """Draw again in a moment: something that the view shows is on its way."""
        if wanted and not self._waiting and self.is_attached:
            self._waiting = True
            self.set_timer(self.again_seconds, self._looked)

    def _looked(self) -> None:
        self._waiting = False
        if self.again_whole:
            self.post_message(Arrived())
        else:
            self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.wheel(event, -1)

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        """The mouse's wheel was turned one step down (1) or up (-1)."""

    @property
    def page(self) -> tuple[int, int]:
        """Rows and columns of items on the screen now."""
        return (max(1, self.size.height), 1)

    @property
    def busy(self) -> bool:
        """Whether something that the view shows is still being computed or decoded elsewhere."""
        return LATER.pending or PASTS.pending or SLOW.pending or self._asked

    @property
    def legend(self) -> str:
        """What the view draws, for the right end of the tab bar: `number · log · given`."""
        return ""


def follow(top: int, cursor: int, shown: int, total: int) -> int:
    """The scroll position nearest `top` that shows item `cursor`, where `shown` of `total` items fit."""
    if cursor < top:
        top = cursor
    elif cursor >= top + shown:
        top = cursor - shown + 1
    return max(0, min(top, total - shown))


def leap(first: int, cursor: int, shown: int, total: int) -> int:
    """`follow` by most of a screen, where each scroll sends all of what shows."""
    if cursor < first:
        first = cursor - shown * 3 // 4
    elif cursor >= first + shown:
        first = cursor - shown // 4
    return max(0, min(first, total - shown))
