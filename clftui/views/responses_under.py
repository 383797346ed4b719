"""Under a response map: the unit under the cursor over samples or epochs, or all layers side by side."""

from __future__ import annotations

import numpy as np

from clftui.drawing.canvas import Canvas
from clftui.state.class_tree import class_words
from clftui.state.responses_events import class_events, event_marks, profile_words
from clftui.state.responses_model import ResponseMap
from clftui.state.responses_settings import LowerPane
from clftui.state.responses_unit import Answers, UnitPast, layer_lines, past
from clftui.state.session import Session
from clftui.state.unready import NotYet
from clftui.text import sanitise
from clftui.widgets import responses_lower as drawing
from clftui.widgets.responses_layout import Plan

LABEL_LEAST, LABEL_MOST = 10, 18
X = 2


def draw_under(
    canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, found: Answers | NotYet | None
) -> None:
    """The pane that was chosen; `found` is what the unit answers to single samples."""
    if shown.settings.lower is LowerPane.LAYERS:
        _layers(canvas, plan, session, shown)
    elif shown.settings.lower is LowerPane.EPOCHS:
        _epochs(canvas, plan, session, shown)
    elif found is None or isinstance(found, NotYet):
        _means(canvas, plan, session, shown, str(found) if found is not None else "no sample's responses recorded")
    else:
        _samples(canvas, plan, session, shown, found)


def _width(canvas: Canvas, plan: Plan) -> int:
    return plan.side_x - 2 if plan.side_width else canvas.width


def _label(plan: Plan) -> int:
    return min(max(plan.label_width, LABEL_LEAST), LABEL_MOST)


def _lines(session: Session, shown: ResponseMap, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], room: int
           ) -> list[drawing.Line]:  # fmt: skip
    """The classes of the greatest values, and the one under the cursor."""
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable").tolist()
    names = [sanitise(name) for name in class_words(session, shown.run.classes)]
    here = int(shown.members(shown.line)[0])
    return drawing.lines_of(order, names, here, shown.target.classes, room)


def _samples(canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, found: Answers) -> None:
    width, label, y = _width(canvas, plan), _label(plan), plan.lower_y
    drawing.draw_title(canvas, y, width, f"Unit {found.unit}: response of each sample, by true class")
    bins = max(width - X - label - drawing.NUMBER - 11, 4)
    lines = _lines(session, shown, found.medians, plan.lower_height - 1)
    binned = found.bins(np.asarray(shown.evaluation.true, dtype=np.int64), bins)
    drawing.draw_samples(canvas, X, y + 1, width, lines, found, binned, label)


def _means(canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, beside: str) -> None:
    width, own = _width(canvas, plan), shown.figures.means[:, shown.unit]
    drawing.draw_title(canvas, plan.lower_y, width, f"Unit {shown.unit}: strongest classes, mean response", beside)
    lines = _lines(session, shown, own, plan.lower_height - 1)
    drawing.draw_means(canvas, X, plan.lower_y + 1, width, lines, own, _label(plan))


def _epochs(canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap) -> None:
    width, y = _width(canvas, plan), plan.lower_y
    title = f"Unit {shown.unit} of {sanitise(shown.layer.name)}: mean responses by epoch"
    try:
        found = past(shown)
    except NotYet as wait:
        drawing.draw_title(canvas, y, width, title)
        canvas.text(X, y + 1, str(wait), canvas.palette.muted)
        return
    drawing.draw_title(canvas, y, width, title, epochs_words(found))
    events = class_events(session, shown, found.epochs)
    words = profile_words(session, shown, found, events)
    # One line parts the classes' means, one marks what happened, one says it.
    lines = _lines(session, shown, found.means[-1], plan.lower_height - 2 - 2 * bool(words))
    drawing.draw_past(canvas, X, y + 1, width, lines, found, _label(plan), event_marks(events, found.epochs))
    if words and lines:
        canvas.text(X, y + plan.lower_height - 1, words, canvas.palette.text, width=width - X - 1)


def epochs_words(found: UnitPast) -> str:
    """`epochs 1–12`, or that there is one alone."""
    if len(found.epochs) == 1:
        return f"recorded in epoch {found.epochs[0]} alone"
    every = range(found.epochs[0], found.epochs[-1] + 1)
    return f"{'' if len(every) == len(found.epochs) else f'{len(found.epochs)} of '}epochs {every[0]}–{every[-1]}"


def _layers(canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap) -> None:
    width = _width(canvas, plan)
    drawing.draw_title(canvas, plan.lower_y, width, f"Layers side by side, for {shown.target.name}")
    lines = layer_lines(session, shown)
    drawing.draw_layers(
        canvas, X, plan.lower_y + 1, width, lines, shown.layer.name, _label(plan), plan.lower_height - 1
    )
