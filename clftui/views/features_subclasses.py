"""The subclasses variant of Features: the samples of one class, by how alike a layer answers to them."""

from __future__ import annotations

from collections.abc import Callable

from clftui.drawing.canvas import Canvas
from clftui.state.layers import NOTHING_RECORDED
from clftui.state.session import Session
from clftui.widgets.sentence import draw_sentence


class SubclassesPane:
    """Draws the samples of one class, by how alike a layer answers to them."""

    def __init__(self) -> None:
        self._page = (1, 1)

    @property
    def page(self) -> tuple[int, int]:
        return self._page

    @property
    def busy(self) -> bool:
        return False

    def legend(self, session: Session) -> str:
        return session.features.variant.value

    def draw(self, canvas: Canvas, session: Session) -> None:
        draw_sentence(canvas, NOTHING_RECORDED)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        return None
