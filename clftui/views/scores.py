"""Tab 6: the samples of each predicted class by score, and the scores of those that are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from textual import events

from clftui.drawing.canvas import BOLD, Canvas
from clftui.schema import FormatError
from clftui.state import calibration_steps, scores_axis_steps, scores_steps
from clftui.state.class_keywords import keywords
from clftui.state.class_tree import class_words
from clftui.state.sample_list import Nothing
from clftui.state.sample_past import Marks, marks
from clftui.state.scores_axes import Axes, axes, axis_at, line_at, only_own
from clftui.state.scores_layout import ScoresLayout, axes_fit
from clftui.state.scores_letters import Letters, letters
from clftui.state.scores_stacks import Stacks, cursor, stacks, unit_words
from clftui.state.scores_subject import Samples, subject
from clftui.state.session import Session
from clftui.text import count, shorten, text_width
from clftui.views.scores_foot import draw_foot
from clftui.views.view import Act, View, leap
from clftui.widgets.parallel_axes import draw_axes, frame
from clftui.widgets.score_heads import draw_heads, draw_legend, legend_width
from clftui.widgets.score_stacks import Marked, Placed, draw_box, draw_stacks, place
from clftui.widgets.sentence import draw_sentence

if TYPE_CHECKING:
    from clftui.views.calibration import DecisionsPane

HINT = 46
"""Columns of a title that a legend leaves to it."""


class ScoresView(View):
    """Draws stacks over parallel coordinates. Owns its scroll position, nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._first = 0
        self._placed: Placed | None = None
        self._layout: ScoresLayout | None = None
        self._pane: DecisionsPane | None = None

    @property
    def page(self) -> tuple[int, int]:
        return self.size.height, self.size.width

    @property
    def _decisions(self) -> DecisionsPane:
        """What stands in the place of stacks and axes, loaded when it is first needed."""
        if self._pane is None:
            from clftui.views.calibration import DecisionsPane

            self._pane = DecisionsPane()
        return self._pane

    @property
    def legend(self) -> str:
        session = self.session
        if session is None:
            return ""
        if session.alone:
            return self._decisions.legend(session)
        words = f"{session.scores.variant.value} · {session.scores.order.value}"
        layout = self._layout
        if layout is None or layout.columns >= len(session.classes):
            return words
        shown = f"{count(self._first + 1)}–{count(self._first + layout.columns)}"
        return f"{words} · {shown} of {count(len(session.classes))}"

    def draw(self, canvas: Canvas) -> None:
        session = self.session
        self._placed = self._layout = None
        if session is None or not canvas.width or not canvas.height:
            return
        try:
            if session.alone:
                self._decisions.draw(canvas, session)
                return
            shown = stacks(session)
            if isinstance(shown, Nothing) or not shown.n:
                words = shown.sentence if isinstance(shown, Nothing) else "No class is in the selected group."
                draw_sentence(canvas, words)
                return
            self._draw(canvas, session, shown)
        except FormatError as error:
            canvas.fill(0, 0, canvas.width, canvas.height)
            draw_sentence(canvas, str(error))

    def _draw(self, canvas: Canvas, session: Session, shown: Stacks) -> None:
        words = keywords(shown.run, shown.evaluation, tuple(shown.order.tolist()))
        layout = self._layout = scores_steps.layout_of(session, shown, (canvas.height, canvas.width))
        column, index = cursor(session, shown)
        self._first = leap(self._first, column, layout.columns, shown.n)
        samples = subject(session, shown.run, shown.evaluation, shown.name(column))
        found = _axes(session, shown, samples, canvas.width) if layout.axes_rows else ""
        often = marks(session, shown.run, shown.evaluation)
        marked = _marked(session, shown, samples, often, column)
        packed = shown.packing(layout.capacity)
        placed = self._placed = place(shown, layout, self._first, packed, marked, index)
        named = _letters(session, shown, layout, self._first, placed, samples, found)
        if layout.rows > 0:
            draw_stacks(canvas, shown, layout, placed, named)
            draw_heads(canvas, shown, layout, self._first, column, named, words)
            draw_box(canvas, layout, placed, column - self._first)
        if layout.axes_rows:
            _draw_title(canvas, shown, layout, samples, often, unit_words(packed, layout.dense))
            _draw_axes(canvas, session, layout, found, named)
        if layout.foot:
            draw_foot(canvas, shown, index, named, often)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor to a sample; on the cursor it opens what shows."""
        if self.session is not None and self.session.alone:
            step = self._decisions.clicked(event.x, event.y)
            if step is not None:
                self.post_message(Act(step))
            return
        session, layout, placed = self.session, self._layout, self._placed
        if session is None or layout is None or placed is None:
            return
        if layout.axes_rows and layout.axes <= event.y < layout.axes + layout.axes_rows:
            self.post_message(Act(lambda now: scores_steps.settings(now, on_axes=True)))
            return
        half = 2 if layout.dense else 1
        row = event.y - layout.head
        here = np.flatnonzero((placed.x == event.x) & (placed.y // half == row))
        if not len(here):
            return
        if placed.cursor[here].any():
            self.post_message(Act(scores_steps.drill))
            return
        at = int(placed.sample[here[0]])
        self.post_message(Act(lambda now: scores_steps.put_on(now, at)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        page = self.page
        if self.session is not None and self.session.alone:
            self.post_message(Act(lambda now: calibration_steps.move(now, by, 0)))
            return
        step = scores_axis_steps.move if self.session and self.session.scores.on_axes else scores_steps.move
        self.post_message(Act(lambda now: step(now, by, 0, page)))


def _marked(session: Session, shown: Stacks, samples: Samples, often: Marks | None, column: int) -> Marked:
    none = np.zeros(len(shown.positions), dtype=np.bool_)
    past = none
    if often is not None and often.wrong.size:
        past = np.asarray(often.wrong[shown.positions] > often.n)
    chosen = scores_steps.chosen_rows(session, shown)
    boxed = none
    if session.scores.box is not None:
        boxed = none.copy()
        part = shown.column(column)
        boxed[part] = np.isin(shown.positions[part], samples.positions)
    return Marked(past, chosen, boxed)


def _axes(session: Session, shown: Stacks, samples: Samples, width: int) -> Axes | str:
    """The axes, or why there are none."""
    if only_own(samples.evaluation):
        return "This run logged the scores of predicted and true classes alone: there are no other axes."
    if not samples.n:
        return "No sample is selected that passes the filters; i shows others, F drops the last filter."
    try:
        return axes(session, samples, shown.order, axes_fit(width))
    except FormatError as error:
        return str(error)


def _draw_axes(canvas: Canvas, session: Session, layout: ScoresLayout, found: Axes | str, named: Letters) -> None:
    top, height = layout.axes + 1, layout.axes_rows - 1
    if isinstance(found, str):
        canvas.text(2, top + height // 3, shorten(found, canvas.width - 4), canvas.palette.muted)
        return
    if height < 3:
        return
    at = frame(canvas.width, top, height, found.a, found.limit is not None and height > 4)
    under = axis_at(session, found) if session.scores.on_axes else -1
    draw_axes(canvas, at, found, session.scores, named, under, line_at(session, found))
    _draw_lit(canvas, layout, found)


def _letters(
    session: Session, shown: Stacks, layout: ScoresLayout, first: int, placed: Placed, samples: Samples,
    found: Axes | str,
) -> Letters:  # fmt: skip
    """For the columns that show and the visible mistakes, then the axes and the true classes of their samples.

    What is told of the cursor comes last: no letter in the stacks changes when it moves.
    """
    seen: list[int] = shown.order[first : first + layout.columns].tolist()
    mistakes = placed.label[placed.wrong & ~placed.cursor]
    for labels in (mistakes, shown.evaluation.true[samples.positions]):
        classes, n = np.unique(labels, return_counts=True)
        seen += classes[np.argsort(-n, kind="stable")].tolist()
        if labels is mistakes and not isinstance(found, str):
            seen += found.index.tolist()
    return letters(class_words(session, shown.evaluation.classes), seen)


def _draw_title(
    canvas: Canvas, shown: Stacks, layout: ScoresLayout, samples: Samples, often: Marks | None, unit: str
) -> None:
    """`─ Scores of 110 Shirt → T-shirt ──── right ▇▇▇▇ wrong xxxx .4–1  x wrong in > 9 epochs`"""
    p, y = canvas.palette, layout.axes
    canvas.hline(0, y, canvas.width, p.line)
    words = often.words if often is not None else ""
    title = f"Scores of {samples.title}"
    least = min(text_width(title), HINT) + 6
    if legend_width(words, unit) + least > canvas.width:
        words = ""
    room = canvas.width - legend_width(words, unit) - 2
    legible = layout.rows > 0 and room >= least
    title = shorten(title, max((room if legible else canvas.width) - 4, 1))
    canvas.text(1, y, f" {title} ", p.text, attrs=BOLD)
    if legible:
        canvas.fill(room, y, canvas.width - room - 1, 1)
        draw_legend(canvas, room + 1, y, shown.low, words, unit)


def _draw_lit(canvas: Canvas, layout: ScoresLayout, found: Axes) -> None:
    """What several brushes leave together, under the title: `25 of 110 inside all brushes`."""
    if sum(each is not None for each in found.brushes) < 2 or layout.axes_rows < 6:
        return
    words = f"{count(int(found.lit.sum()))} of {count(found.samples.n)} inside all brushes"
    canvas.text(canvas.width - text_width(words) - 1, layout.axes + 1, words, canvas.palette.focus)
