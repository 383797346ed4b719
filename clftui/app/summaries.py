"""What each view is, in one line over its help: how to read it as it shows now."""

from __future__ import annotations

from clftui.state import features_view
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import EpochsPane, Pane, RankingRows, RankingVariant

_BELOW = {
    EpochsPane.MOVERS: "below, what changed beyond chance",
    EpochsPane.FLIPS: "below, which samples flipped",
    EpochsPane.DYNAMICS: "below, what was learned and forgotten",
    EpochsPane.CHART: "below, its curve",
}


def summary(session: Session) -> str:
    """Of the view that shows; a view with variants says which one stands there."""
    match session.tab:
        case Tab.RUNS:
            return "a run a row: its score on the split, then the others"
        case Tab.RANKING:
            return _ranking(session)
        case Tab.MATRIX:
            return _matrix(session)
        case Tab.EPOCHS:
            return f"a class a row, an epoch a column, strong is trouble; {_BELOW[session.epochs.pane]}"
        case Tab.MAP:
            return "samples (or classes) that the model finds alike lie close"
        case Tab.SCORES:
            if session.alone:
                return "how far the scores can be trusted, and what deciding otherwise would change"
            return "a column for each predicted class, a mark for each sample, the surest at the bottom"
        case Tab.SAMPLES:
            return "one sample, and what each run says" if session.selection.detail else "the samples of the selection"
        case Tab.FEATURES:
            return features_view.summary(session)


def _ranking(session: Session) -> str:
    what = "an epoch" if session.ranking.rows is RankingRows.EPOCHS else "a run"
    columns = "classes" if session.ranking.level is None else "groups"
    if session.ranking.variant is RankingVariant.LINES:
        return f"{what} a line through its rank in each of the {columns}; the best at the top"
    return f"{what} a row, the {columns} are columns; bigger and brighter is better"


def _matrix(session: Session) -> str:
    if session.matrix.pane is Pane.PAIRS:
        return "the confused pairs, a line each: true → predicted"
    if session.matrix.pane is Pane.READOUT:
        return "one cell in sentences"
    if session.matrix.transposed:
        return "rows are predicted classes, columns true classes"
    return "rows are true classes, columns predicted classes"
