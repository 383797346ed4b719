"""What all views share: a session they draw, the page they show, and a message to change the session."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.reactive import var

from clftui.state.later import LATER, SLOW
from clftui.state.session import Session
from clftui.widgets.canvas_view import CanvasView


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

    def watch_session(self) -> None:
        self.redraw()

    @property
    def page(self) -> tuple[int, int]:
        """Rows and columns of items on the screen now."""
        return (max(1, self.size.height), 1)

    @property
    def busy(self) -> bool:
        """Whether something that the view shows is still being computed or decoded elsewhere."""
        return LATER.pending or SLOW.pending

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
