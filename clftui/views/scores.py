"""The Scores view."""

from __future__ import annotations

from clftui.drawing.canvas import Canvas
from clftui.text import sanitise
from clftui.views.view import View


class ScoresView(View):
    """Tab 6."""

    def draw(self, canvas: Canvas) -> None:
        if self.session is None:
            return
        for y, name in enumerate(self.session.classes[: canvas.height]):
            canvas.text(2, y, sanitise(name))
