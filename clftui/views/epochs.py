"""The Epochs view: recall of every class over the epochs."""

from __future__ import annotations

from clftui.drawing.canvas import Canvas
from clftui.text import sanitise
from clftui.views.view import View


class EpochsView(View):
    """Tab 4."""

    @property
    def legend(self) -> str:
        return self.session.ranking.metric.label if self.session is not None else ""

    def draw(self, canvas: Canvas) -> None:
        if self.session is None:
            return
        for y, name in enumerate(self.session.classes[: canvas.height]):
            canvas.text(2, y, sanitise(name))
