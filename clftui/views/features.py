"""Tab 8: what layers answer, and where models looked."""

from __future__ import annotations

from typing import Any, Protocol

from textual import events

from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state import features_view
from clftui.state.features_settings import FeaturesVariant
from clftui.state.session import Session
from clftui.views.view import Act, View
from clftui.widgets.sentence import draw_sentence


class Pane(Protocol):
    """One variant. Owns its scroll position, nothing else."""

    @property
    def page(self) -> tuple[int, int]:
        """Lines and columns of items that showed at the last draw."""

    @property
    def busy(self) -> bool:
        """Whether pictures are still being decoded; what LATER, PASTS and SLOW compute is known without it."""

    def legend(self, session: Session) -> str:
        """What is drawn, for the tab bar: `fc64 · by relevance to tops`."""

    def draw(self, canvas: Canvas, session: Session) -> None:
        """Everything, or a sentence why there is nothing; FormatError shows as its sentence."""

    def clicked(self, x: int, y: int) -> Any:
        """The step (Session to Session) that a click there asks for, or None."""


def pane_of(variant: FeaturesVariant) -> Pane:
    """A variant's pane, imported when it is first opened."""
    match variant:
        case FeaturesVariant.RESPONSES:
            from clftui.views.features_responses import ResponsesPane

            return ResponsesPane()
        case FeaturesVariant.SUBCLASSES:
            from clftui.views.features_subclasses import SubclassesPane

            return SubclassesPane()
        case FeaturesVariant.LAYERS:
            from clftui.views.features_layers import LayersPane

            return LayersPane()
        case FeaturesVariant.EXPLAINED:
            from clftui.views.features_explained import ExplainedPane

            return ExplainedPane()
        case FeaturesVariant.METHODS:
            from clftui.views.features_methods import MethodsPane

            return MethodsPane()
        case FeaturesVariant.SENSITIVITY:
            from clftui.views.features_sensitivity import SensitivityPane

            return SensitivityPane()


class FeaturesView(View):
    """Draws the variant that is chosen on the whole body."""

    again_whole = True
    # The tab bar says what is drawn.

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._panes: dict[FeaturesVariant, Pane] = {}

    @property
    def _pane(self) -> Pane | None:
        if self.session is None:
            return None
        variant = self.session.features.variant
        if variant not in self._panes:
            self._panes[variant] = pane_of(variant)
        return self._panes[variant]

    @property
    def page(self) -> tuple[int, int]:
        return self._pane.page if self._pane is not None else super().page

    @property
    def busy(self) -> bool:
        return super().busy or (self._pane is not None and self._pane.busy)

    @property
    def legend(self) -> str:
        try:
            return self._pane.legend(self.session) if self._pane is not None and self.session is not None else ""
        except FormatError:
            return ""

    def draw(self, canvas: Canvas) -> None:
        pane, session = self._pane, self.session
        if pane is None or session is None or not canvas.width or not canvas.height:
            return
        try:
            pane.draw(canvas, session)
        except FormatError as error:
            canvas.fill(0, 0, canvas.width, canvas.height)
            draw_sentence(canvas, str(error))
        self._look_again(pane.busy)

    def on_click(self, event: events.Click) -> None:
        """A click does what the variant says."""
        step = self._pane.clicked(event.x, event.y) if self._pane is not None else None
        if step is not None:
            self.post_message(Act(step))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        page = self.page
        self.post_message(Act(lambda now: features_view.move(now, by, 0, page)))
