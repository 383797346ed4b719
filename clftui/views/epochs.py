"""Tab 4: class by epoch strips of the runs A to D, what moved, and the curves of what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual import events

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import legend as draw_scale
from clftui.schema import FormatError
from clftui.state.alarms import alarm_epochs
from clftui.state.class_tree import labels_of
from clftui.state.epochs_steps import point, show_epoch
from clftui.state.epochs_view import (
    EpochsTable,
    epochs_table,
    is_reading,
    levels,
    marks,
    metric_of,
    row_of_cursor,
)
from clftui.state.later import LATER, PASTS
from clftui.state.session import Session
from clftui.text import count, plural, sanitise, text_width
from clftui.views.view import Act, View, follow
from clftui.widgets.epochs_layout import EpochsLayout, arrange
from clftui.widgets.epochs_values import draw_values
from clftui.widgets.heat_strip import draw_strips
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.timeline import Head, draw_head

if TYPE_CHECKING:
    from clftui.views.epochs_lower import Lower

WHEEL = 3
Int64 = NDArray[np.int64]
WORDS = {Metric.SUPPORT: "size of"}


class EpochsView(View):
    """Draws the strips; owns the scroll position alone."""

    _top = 0
    _layout: EpochsLayout | None = None
    _followed: object = None
    again_seconds, again_whole = 0.2, True
    _lower: Lower | None = None
    _hurried = False
    _alarms: tuple[object, tuple[int, ...]] = (None, ())

    @property
    def legend(self) -> str:
        if self.session is None:
            return ""
        scale = "each class its own scale" if self.session.epochs.relative else "one scale"
        letters = " ".join(letter for letter, _ in self.session.lettered)
        return f"{metric_of(self.session).label} · {scale} · runs {letters}"

    @property
    def page(self) -> tuple[int, int]:
        if self._layout is None:
            return (1, 1)
        if self.session is not None and self.session.epochs.listed and self._lower is not None:
            return (max(self._lower.shown, 1), 1)
        return (max(self._layout.rows, 1), 1)

    @property
    def busy(self) -> bool:
        return super().busy or self._waiting

    def draw(self, canvas: Canvas) -> None:
        self._layout, self._hurried = None, False
        session = self.session
        if session is None or canvas.height < 1 or canvas.width < 1:
            return
        unanswered = LATER.unanswered + PASTS.unanswered
        try:
            table = epochs_table(session)
            if not table.runs or not len(table.order):
                draw_sentence(canvas, nothing(session, table))
            else:
                self._draw(canvas, session, table)
            lacking = LATER.unanswered + PASTS.unanswered != unanswered
            lacking = lacking or self._hurried
            self._look_again(lacking or is_reading(session) or bool(table.pending) or super().busy)
        except FormatError as error:
            draw_sentence(canvas, str(error))

    def _draw(self, canvas: Canvas, session: Session, table: EpochsTable) -> None:
        focused = next((at for at, each in enumerate(table.runs) if each.run is session.run), 0)
        epochs = tuple(len(each.epochs) for each in table.runs)
        digits = 5 if table.metric is Metric.SUPPORT else 4
        layout = arrange(
            canvas.width, canvas.height, _longest(table, labels_of(session)), len(table.order), epochs, focused, digits
        )  # fmt: skip
        self._layout = layout
        rows = self._window(table, layout, row_of_cursor(table, session))
        heads = self._marks(session, table, rows, focused)
        if canvas.height >= 8:
            for panel in layout.panels:
                draw_head(canvas, layout, panel, heads[panel.run])
            if layout.label >= 5:
                canvas.text(1, 0, "epoch", canvas.palette.muted, width=layout.label, align="right")
                words = "accuracy" if layout.label >= 8 else "acc."
                canvas.text(1, 1, words, canvas.palette.muted, width=layout.label, align="right")
        self._draw_rows(canvas, session, table, layout, rows, heads)
        if layout.head is not None:
            _draw_about(canvas, table, layout)
        if layout.legend is not None:
            _draw_legend(canvas, session, table, layout.legend, layout.label + 3, layout.rows)
        if layout.lower is not None:
            below = self._below()
            below.draw(canvas, session, layout.lower, layout.chart)
            self._hurried = below.hurried

    def _below(self) -> Lower:
        """The panes below the strips, loaded when there is room for them."""
        if self._lower is None:
            from clftui.views.epochs_lower import Lower

            self._lower = Lower()
        return self._lower

    def _window(self, table: EpochsTable, layout: EpochsLayout, cursor: int) -> Int64:
        """Indices of the classes that show; the wheel may leave the cursor behind."""
        total = len(table.order)
        now = (cursor, total, layout.rows)
        if now != self._followed:
            self._top = follow(self._top, cursor, layout.rows, total)
        self._followed = now
        self._top = max(0, min(self._top, total - layout.rows))
        return np.asarray(table.order[self._top : self._top + layout.rows])

    def _marks(self, session: Session, table: EpochsTable, rows: Int64, focused: int) -> dict[int, Head]:
        scores = np.concatenate([each.accuracy[np.isfinite(each.accuracy)] for each in table.runs])
        axis = (float(scores.min()), float(scores.max())) if scores.size else (0.0, 1.0)
        # Of the focused run alone: an alarm looks at many epochs.
        alarms = self._alarm_epochs(session)
        return {
            at: Head(each, marks(session, table, each, rows), at == focused, axis, alarms if at == focused else ())
            for at, each in enumerate(table.runs)
        }

    def _alarm_epochs(self, session: Session) -> tuple[int, ...]:
        """Asking for ninety epochs takes longer than drawing them: once all are there, not before the run changes."""
        key = (session.run, session.selection.split, session.arrangement)
        if key != self._alarms[0]:
            self._alarms = (key, tuple(alarm_epochs(session)))
            if LATER.pending:
                self._alarms = (None, self._alarms[1])
        return self._alarms[1]

    def _draw_rows(
        self,
        canvas: Canvas,
        session: Session,
        table: EpochsTable,
        layout: EpochsLayout,
        rows: Int64,
        heads: dict[int, Head],
    ) -> None:
        p, labels = canvas.palette, labels_of(session)
        strength = levels(table, rows, session.epochs.relative)
        for panel in layout.panels:
            found = heads[panel.run].marks
            draw_strips(canvas, panel, layout.top, strength[panel.run], found.best, p.ice)
            draw_values(canvas, table.metric, layout, panel, found, row_of_cursor(table, session) - self._top)
        for row, index in enumerate(rows.tolist()):
            name = sanitise(labels.get(table.classes[index], table.classes[index]))
            here = self._top + row == row_of_cursor(table, session)
            colour = p.text if not here else p.muted if session.epochs.listed else p.focus
            if here:
                canvas.text(0, layout.top + row, "▌", p.faint if session.epochs.listed else p.focus)
            canvas.text(1, layout.top + row, name, colour, attrs=BOLD if here else 0, width=layout.label, align="right")

    def on_click(self, event: events.Click) -> None:
        """A click on a strip moves the cursor and shows that epoch; on the list it chooses a line."""
        layout, session = self._layout, self.session
        if layout is None or session is None:
            return
        if layout.lower is not None and event.y > layout.lower:
            chosen = self._below().clicked(event.x, event.y)
            if chosen is not None:
                self.post_message(Act(chosen))
            return
        row, table = layout.row_at(event.y), epochs_table(session)
        panel = next((each for each in layout.panels if each.place(event.x) is not None), None)
        name = table.classes[int(table.order[self._top + row])] if row is not None else None
        place = panel.place(event.x) if panel is not None else None
        if panel is None or place is None:
            if name is not None:
                self.post_message(Act(lambda now: point(now, name)))
            return
        each = table.runs[panel.run]
        key, epoch = each.run.key, each.epochs[place]
        self.post_message(Act(lambda now: show_epoch(point(now, name, key), epoch)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        layout, rows = self._layout, by * WHEEL
        if layout is not None and layout.lower is not None and event.y > layout.lower:
            self._below().wheel(rows)
        else:
            self._top += rows
        self.redraw()


def nothing(session: Session, table: EpochsTable) -> str:
    """Why there are no strips, and which key helps."""
    if session.run is None:
        return "There are no runs here yet; the first epoch that is written shows."
    if table.pending:
        return f"Reading the epochs of {plural(len(table.pending), 'run')} …"
    if session.selection.span is not None:
        return "No run has an epoch in this range; { and } free its edges, or remove the chip."
    return "No run that shows has an epoch on this split; s takes the next split, r the next run."


def _longest(table: EpochsTable, labels: Mapping[str, str]) -> int:
    """Columns of the longest of the first names; of thousands of classes a sample will do."""
    names = (table.classes[index] for index in table.order[:200].tolist())
    return max((text_width(sanitise(labels.get(name, name))) for name in names), default=4)


def _draw_about(canvas: Canvas, table: EpochsTable, layout: EpochsLayout) -> None:
    if layout.head is None:
        return
    words = WORDS.get(table.metric, f"{table.metric.label} of")
    words = words if len(words) <= layout.label else table.metric.label
    canvas.text(1, layout.head, words, canvas.palette.muted, width=layout.label, align="right")


def _draw_legend(canvas: Canvas, session: Session, table: EpochsTable, y: int, x: int, rows: int) -> None:
    p = canvas.palette
    total, shown = len(table.order), canvas.width
    parts = [plural(total, "class", "classes")] if total > rows else []
    parts.append("▾ best epoch")
    if table.metric is Metric.RECALL:
        parts.append("↓ past its best, beyond chance")
    size = table.metric is Metric.SUPPORT
    parts.append("strong = many" if size else f"strong = low {table.metric.label}")
    if table.absent:
        who = " ".join(letter or sanitise(run.name) for letter, run in table.absent)
        parts.append(f"nothing here: {who}")
    if table.pending:
        parts.append(f"reading {plural(len(table.pending), 'run')} …")
    at = x
    for words in parts:
        at += canvas.text(at, y, words, p.muted, width=max(shown - at - 1, 0)) + 3
    if session.epochs.relative:
        ends = ("least", "greatest") if size else ("best", "worst")
    elif size:
        ends = ("0", count(round(table.high)))
    else:
        ends = (f"{100 * table.high:.0f} %", f"{100 * table.low:.0f} %")
    if at + 24 < canvas.width:
        draw_scale(canvas, at + 1, y, p.ice, *ends, 10)
