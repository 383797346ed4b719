"""Which view a tab shows."""

from __future__ import annotations

from clftui.state.selection import Tab
from clftui.views.view import View


def view_class(tab: Tab) -> type[View]:
    """The view of a tab, imported when it is first opened: the first frame needs one of them alone."""
    match tab:
        case Tab.RUNS:
            from clftui.views.runs import RunsView

            return RunsView
        case Tab.RANKING:
            from clftui.views.ranking import RankingView

            return RankingView
        case Tab.MATRIX:
            from clftui.views.matrix import MatrixView

            return MatrixView
        case Tab.EPOCHS:
            from clftui.views.epochs import EpochsView

            return EpochsView
        case Tab.MAP:
            from clftui.views.map import MapView

            return MapView
        case Tab.SCORES:
            from clftui.views.scores import ScoresView

            return ScoresView
        case Tab.SAMPLES:
            from clftui.views.samples import SamplesView

            return SamplesView
        case Tab.FEATURES:
            from clftui.views.features import FeaturesView

            return FeaturesView
