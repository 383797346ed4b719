"""The Ranking view: runs or epochs by classes, as discs that grow and brighten with the metric or as ranking lines."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from textual import events

from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state.class_tree import labels_of
from clftui.state.ranking_cell import reading, value_words, weak_words
from clftui.state.ranking_epochs import EPOCHS
from clftui.state.ranking_fold import fold_of
from clftui.state.ranking_moves import cursor, drill, move, point
from clftui.state.ranking_table import RankingTable, overall_interval, ranking
from clftui.state.ranking_ties import best_weak_spots, class_ties
from clftui.state.session import Session
from clftui.state.settings import RankingRows, RankingVariant
from clftui.text import decimals_for, rate, sanitise, text_width
from clftui.views import ranking_lines
from clftui.views.ranking_lines import letters_of
from clftui.views.view import Act, View, leap
from clftui.widgets.ranking_foot import draw_foot, extra_lines, legend_title, part_width, spans
from clftui.widgets.ranking_grid import RankingPicture, draw_head, draw_rows
from clftui.widgets.ranking_layout import Foot, Needs, RankingLayout, layout
from clftui.widgets.ranking_lines_picture import LinesPicture
from clftui.widgets.ranking_scale import scale_of
from clftui.widgets.sentence import draw_sentence


class RankingView(View):
    """Tab 2."""

    _top = 0
    _left = 0
    _shown: tuple[str, ...] = ()
    _picture: RankingPicture | None = None
    _lines: LinesPicture | None = None

    @property
    def legend(self) -> str:
        if self.session is None:
            return ""
        settings = self.session.ranking
        shade = "relative" if settings.relative else "absolute"
        rows = settings.rows.value
        if settings.variant is RankingVariant.LINES:
            rows = "ranks" if settings.rows is RankingRows.RUNS else "ranks of epochs"
        columns = "classes" if fold_of(self.session) is None else "groups"
        return f"{rows} × {columns} · {settings.metric.label} · {shade} · {settings.order.value}"

    @property
    def busy(self) -> bool:
        return super().busy or EPOCHS.pending

    @property
    def page(self) -> tuple[int, int]:
        if self._lines is not None:
            return max(1, len(self._lines.table.rows)), self._lines.layout.columns
        plan = self._picture.layout if self._picture is not None else None
        return (plan.rows, plan.shown) if plan is not None else (1, 1)

    def draw(self, canvas: Canvas) -> None:
        self._picture = self._lines = None
        if self.session is None or canvas.height < 1:
            return
        try:
            table = ranking(self.session, shown=self._shown)
            if table.reading:
                self._look_again()
            if not table.rows:
                draw_sentence(canvas, nothing_to_rank(self.session, table))
            elif self.session.ranking.variant is RankingVariant.LINES:
                self._draw_lines(canvas, self.session, table)
            else:
                self._draw_table(canvas, self.session, table)
        except FormatError as error:
            draw_sentence(canvas, str(error))

    def _draw_lines(self, canvas: Canvas, session: Session, table: RankingTable) -> None:
        digits = _digits(table) if canvas.width >= 100 else 0
        picture, late = ranking_lines.lines_picture(canvas.width, canvas.height, session, table, self._left, digits)
        self._lines, self._left = picture, picture.left
        self._shown = tuple(table.classes[at] for at in picture.shown_columns)
        ranking_lines.draw(canvas, session, picture)
        if late:
            self._look_again()

    def _draw_table(self, canvas: Canvas, session: Session, table: RankingTable) -> None:
        row, column = cursor(table, session)
        cell, weak = reading(session, table), best_weak_spots(table)
        if canvas.height == 1:
            canvas.line(1, 0, spans(canvas, cell[0]))
            return
        weak_line = weak_words(session, table, weak)
        size, title = (canvas.width, canvas.height), legend_title(table.metric, session.ranking.relative)
        plan, digits = plan_for(*size, table, extra_lines(canvas.width, cell, weak_line, title, False))
        if plan.bands > 1:
            fuller = reading(session, table, statistics=True)
            if all(part_width(part) <= canvas.width - 2 for part in fuller):
                cell = fuller
        if plan.bands > 1 or plan.tall:
            plan, digits = plan_for(*size, table, extra_lines(canvas.width, cell, weak_line, title, plan.tall))
        self._top = leap(self._top, row, plan.rows, len(table.rows))
        self._left = self._scrolled(plan, column, len(table.classes))
        columns = range(self._left, min(self._left + plan.shown, len(table.classes)))
        self._shown = tuple(table.classes[at] for at in columns)
        if table.metric is Metric.AP:
            # The classes that have just scrolled into view are asked for, and drawn as far as they are known.
            table = ranking(session, shown=self._shown)
        rows = range(self._top, min(self._top + plan.rows, len(table.rows)))
        ties = class_ties(table, columns)
        overall = tuple(overall_interval(table, at) for at in rows)
        picture = RankingPicture(
            table=table,
            layout=plan,
            scale=scale_of(table.metric, table.values),
            digits=digits,
            relative=session.ranking.relative,
            order=session.ranking.order.value,
            letters=letters_of(session, table),
            row=row,
            column=column,
            top=self._top,
            left=self._left,
            ties=ties,
            overall=overall,
            labels=labels_of(session),
        )
        self._picture = picture
        draw_head(canvas, picture)
        draw_rows(canvas, picture)
        draw_foot(canvas, picture, cell, weak_line)
        unknown = table.metric is not Metric.SUPPORT and len(ties) < len(columns)
        late = table.metric is Metric.F1 and any(np.isnan(low) for low, _ in overall)
        if table.pending or weak is None or unknown or late:
            self._look_again()

    def _scrolled(self, plan: RankingLayout, column: int, total: int) -> int:
        """The first class on the screen. Bands scroll by whole bands, so that no class changes its place in a line."""
        if plan.bands == 1:
            return leap(self._left, column, plan.shown, total)
        wide = plan.columns
        bands = math.ceil(total / wide)
        return leap(self._left // wide, column // wide, plan.bands, bands) * wide

    def on_click(self, event: events.Click) -> None:
        picture, session, lines = self._picture, self.session, self._lines
        if lines is not None and session is not None:
            self._clicked_line(event, lines)
            return
        place = picture.layout.place_at(event.x, event.y) if picture is not None else None
        if picture is None or session is None or place is None:
            return
        row, column = picture.top + place[0], picture.left + place[1] if place[1] >= 0 else picture.column
        if row >= len(picture.table.rows) or column >= len(picture.table.classes):
            return
        if (row, column) == (picture.row, picture.column) and place[1] >= 0:
            self.post_message(Act(drill))
        else:
            table = picture.table
            self.post_message(Act(lambda now: point(now, table, row, column)))

    def _clicked_line(self, event: events.Click, lines: LinesPicture) -> None:
        place = ranking_lines.place_at(lines, event.x, event.y)
        if place == (lines.row, lines.column):
            self.post_message(Act(drill))
        elif place is not None:
            self.post_message(Act(lambda now: point(now, lines.table, *place)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        self._turned(0, by) if event.shift else self._turned(by, 0)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self._turned(0, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self._turned(0, -1)

    def _turned(self, rows: int, columns: int) -> None:
        self.post_message(Act(lambda now: move(now, rows, columns)))


def plan_for(
    width: int, height: int, table: RankingTable, extra: frozenset[Foot] = frozenset()
) -> tuple[RankingLayout, int]:
    """The layout of a table on `width` x `height` cells, and the digits of its percentages.

    They are as many as the intervals deserve, but whole points where that lets more classes on the screen.
    """
    longest_run = max(text_width(name) for name in table.names)
    longest_class = max((text_width(name) for name in table.classes), default=1)
    needs = Needs(len(table.rows), len(table.classes), longest_run, longest_class, 3, extra, 6 + _longest_arms(table))
    if table.metric is Metric.SUPPORT:
        most = value_words(table.metric, float(np.nanmax(table.values, initial=0)), 0)
        return layout(width, height, replace(needs, number_width=max(3, text_width(most)))), 0
    digits, plan = _digits(table), layout(width, height, needs)
    if digits:
        finer = layout(width, height, replace(needs, number_width=3 + 2 * digits))
        if (finer.shown, finer.bands, finer.tall) == (plan.shown, plan.bands, plan.tall):
            return finer, digits
    return plan, 0


def _longest_arms(table: RankingTable) -> int:
    """Columns of the longest interval of an overall value; room for any while bootstraps are on their way."""
    if table.metric is Metric.F1:
        return 9
    if table.metric is Metric.AP and table.overall_label != "accuracy":
        return 5
    bounds = (overall_interval(table, row) for row in range(len(table.rows)))
    arms = (rate(float(value), *bound)[1] for value, bound in zip(table.overall, bounds, strict=True))
    return max(5, *map(text_width, arms))


def _digits(table: RankingTable) -> int:
    """One number of digits for the whole table: what the usual class's 95 % interval deserves."""
    support = table.rows[0].confusion.support
    usual = int(np.median(support[support > 0])) if (support > 0).any() else 0
    mean = table.mean[np.isfinite(table.mean)]
    if not usual or not mean.size or table.metric is Metric.SUPPORT:
        return 0
    share = float(np.clip(np.median(mean), 0, 1))
    low, high = wilson([share * usual], [usual])
    return min(decimals_for(50 * float(high[0] - low[0])), 1)


def nothing_to_rank(session: Session, table: RankingTable) -> str:
    """Why there is nothing to rank, and which key helps."""
    if not session.catalog.runs:
        problems = session.catalog.problems
        return problems[0].message if problems else "There are no runs here yet; the first epoch that is written shows."
    if table.reading and table.epochs_of is not None:
        return f"Reading the epochs of {sanitise(table.epochs_of.name)} …"
    broken = next((each for each in table.absent if each.broken), None)
    if broken is not None:
        return broken.reason
    if table.epochs_of is not None and session.selection.span is not None:
        first, last = session.selection.span
        return f"No epoch of {sanitise(table.epochs_of.name)} lies between {first} and {last}; E shows the runs."
    if table.epochs_of is not None:
        return f"{sanitise(table.epochs_of.name)} has no epoch on {table.split or 'a split'}; E shows the runs."
    return f"No run has anything on {table.split or 'a split'}; s shows the next split."
