"""The ranking as lines: what the view needs to draw them, and which row and class a point on them is."""

from __future__ import annotations

import numpy as np

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import Canvas
from clftui.state.class_tree import labels_of
from clftui.state.ranking_cell import reading, value_words, weak_words
from clftui.state.ranking_moves import cursor
from clftui.state.ranking_table import RankingTable, overall_interval
from clftui.state.ranking_ties import best_weak_spots, class_ties
from clftui.state.session import Session
from clftui.text import text_width
from clftui.views.view import leap
from clftui.widgets.ranking_foot import spans
from clftui.widgets.ranking_lines import draw_lines
from clftui.widgets.ranking_lines_foot import draw_lines_foot, foot_lines
from clftui.widgets.ranking_lines_layout import LinesLayout, LinesNeeds, lines_layout
from clftui.widgets.ranking_lines_picture import LinesPicture

_WIDEST_VALUE = 7


def lines_picture(
    width: int, height: int, session: Session, table: RankingTable, left: int, digits: int
) -> tuple[LinesPicture, bool]:
    """What `draw` needs, scrolled from `left` so that the cursor shows, and whether something is still to come."""
    row, column = cursor(table, session)
    cell, weak = reading(session, table, focus=True), best_weak_spots(table)
    classes = len(table.classes)
    sentence = weak_words(session, table, weak)
    plan = lines_layout(width, height, _needs(table, digits), foot_lines(width, cell, sentence, bool(table.absent)))
    if digits and not plan.roomy:
        digits = 0
    foot = foot_lines(width, cell, sentence, bool(table.absent) or plan.columns < classes)
    plan = lines_layout(width, height, _needs(table, digits), foot)
    left = leap(left, column, plan.columns, classes)
    shown = range(left, min(left + plan.columns, classes))
    ties = class_ties(table, shown, focus=row)
    picture = LinesPicture(
        table=table,
        layout=plan,
        digits=digits,
        relative=session.ranking.relative,
        letters=letters_of(session, table),
        row=row,
        column=column,
        left=left,
        ties=ties,
        overall=tuple(overall_interval(table, at) for at in range(len(table.rows))),
        labels=labels_of(session),
    )
    unknown = table.metric is not Metric.SUPPORT and len(ties) < len(shown)
    return picture, table.pending or weak is None or unknown


def letters_of(session: Session, table: RankingTable) -> tuple[str | None, ...]:
    """(R,) the letters of runs; epochs have none."""
    if table.epochs_of is not None:
        return (None,) * len(table.rows)
    return tuple(session.selection.letter(member.run.key) for member in table.rows)


def draw(canvas: Canvas, session: Session, picture: LinesPicture) -> None:
    """The lines and their foot."""
    table = picture.table
    cell = reading(session, table, focus=True)
    if canvas.height == 1:
        canvas.line(1, 0, spans(canvas, cell[0]))
        return
    draw_lines(canvas, picture)
    draw_lines_foot(canvas, picture, cell, weak_words(session, table, best_weak_spots(table)))


def _needs(table: RankingTable, digits: int) -> LinesNeeds:
    most = float(max(np.nan_to_num(table.values).max(initial=0.0), 0.1))
    return LinesNeeds(
        rows=len(table.rows),
        classes=len(table.classes),
        longest_row=max(map(text_width, table.names)),
        longest_class=max(map(text_width, table.classes), default=1),
        mark_width=1 if table.epochs_of is None else max(len(str(each.evaluation.epoch)) for each in table.rows),
        value_width=min(text_width(value_words(table.metric, most, digits)), _WIDEST_VALUE),
    )


def place_at(picture: LinesPicture, x: int, y: int) -> tuple[int, int] | None:
    """(row, column) of the mark or name at a point; the cursor's column for a name, None where there is nothing."""
    plan: LinesLayout = picture.layout
    line = y - plan.head
    if not 0 <= line < plan.lines:
        return None
    if x >= plan.overall_x:
        rows = [row for row in range(len(picture.table.rows)) if plan.line(row) == line]
        return (min(rows, key=picture.prominence), picture.column) if rows else None
    place, offset = divmod(x - plan.first_x + 1, plan.pitch)
    column = picture.left + place
    if place < 0 or column not in picture.shown_columns or offset > plan.pitch // 2:
        return None
    rows = picture.rows_at(column).get(line, [])
    return (rows[0], column) if rows else None
