"""Draws the rows of the ranking: runs at the left, a disc and a number for each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import BOLD, DIM, REVERSE, Canvas
from clftui.drawing.glyphs import DISC_WIDTH, disc, small_disc
from clftui.drawing.palette import Depth, Palette
from clftui.state.ranking_cell import row_intervals, value_words
from clftui.state.ranking_table import RankingTable
from clftui.state.ranking_ties import ClassTies
from clftui.text import UNDEFINED, rate, shorten
from clftui.widgets.ranking_layout import RankingLayout
from clftui.widgets.ranking_scale import Scale

BEST = "▾"
"""Before the best epoch overall; of runs, the first row is the best."""


@dataclass(frozen=True, eq=False)
class RankingPicture:
    """Everything that the drawing functions need; `top` and `left` are the first row and column on the screen."""

    table: RankingTable
    layout: RankingLayout
    scale: Scale
    digits: int
    relative: bool
    order: str
    letters: tuple[str | None, ...]
    row: int
    column: int
    top: int
    left: int
    ties: dict[int, ClassTies]
    overall: tuple[tuple[float, float], ...]
    """(low, high) of the overall value of each row on the screen."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the hierarchy calls the classes, where it has names of its own."""

    @property
    def shown_rows(self) -> range:
        return range(self.top, min(self.top + self.layout.rows, len(self.table.rows)))

    @property
    def shown_columns(self) -> range:
        return range(self.left, min(self.left + self.layout.shown, len(self.table.classes)))


def draw_head(canvas: Canvas, picture: RankingPicture) -> None:
    """The line above the rows of each band: what the overall value is, and the names of its classes."""
    p, plan, table = canvas.palette, picture.layout, picture.table
    total, shown = len(table.classes), picture.shown_columns
    order = f"{picture.order} →"
    if plan.tall:
        used = canvas.text(3, 0, table.overall_label, p.muted)
        if len(shown) == total and 5 + used + len(order) <= plan.first_x - 2:
            canvas.text(3, 0, order, p.muted, width=plan.first_x - 5, align="right")
    else:
        # `hardest →` where `hardest first →` is too long.
        order = order if len(order) <= plan.name_width else f"{order.split()[0]} →"
        canvas.text(3, 0, order, p.muted, width=plan.name_width)
        canvas.text(plan.overall_x, 0, table.overall_label, p.muted, width=plan.overall_width)
    names = tuple(picture.labels.get(name, name) for name in table.classes[shown.start : shown.stop])
    middle = cut_in_the_middle(names, plan.pitch - 1)
    for place, column in enumerate(shown):
        focused = column == picture.column
        colour = p.focus if focused else p.text
        attrs = BOLD | (REVERSE if focused and p.depth is Depth.MONO else 0)
        y = plan.head(place // plan.columns)
        name = shorten(names[place], plan.pitch - 1, middle=middle)
        canvas.text(plan.x(place), y, name, colour, attrs=attrs)


def cut_in_the_middle(names: tuple[str, ...], width: int) -> bool:
    """Whether more of `names` differ when long ones lose their middle: `cla…017` rather than `class …`."""
    by_end = {shorten(name, width) for name in names}
    return len(by_end) < len({shorten(name, width, middle=True) for name in names})


def draw_rows(canvas: Canvas, picture: RankingPicture) -> None:
    """All runs on the screen with their discs, then the cursor."""
    for place, row in enumerate(picture.shown_rows):
        for band in range(picture.layout.bands):
            _draw_run(canvas, picture, place, row, band)
        _draw_cells(canvas, picture, place, row)
    _draw_cursor(canvas, picture)


def _draw_run(canvas: Canvas, picture: RankingPicture, place: int, row: int, band: int) -> None:
    p, plan, table = canvas.palette, picture.layout, picture.table
    y = plan.middle(place, band)
    here = (picture.column - picture.left) // plan.columns == band
    focused, letter = row == picture.row and here, picture.letters[row]
    if focused and not plan.tall:
        canvas.paint(0, y, plan.first_x - 2, 1, bg=p.raised)
    if focused:
        for line in range(y, y + (2 if plan.tall else 1)):
            canvas.text(0, line, "▌", p.focus)
    if letter is not None:
        canvas.text(1, y, letter, p.runs["ABCD".index(letter)], attrs=BOLD)
    elif table.epochs_of is not None and row == table.best_row:
        canvas.text(1, y, BEST, p.better, attrs=BOLD)
    name = shorten(table.names[row], plan.name_width, middle=True)
    canvas.text(3, y, name, p.text, attrs=BOLD if focused else 0)
    if band:
        return
    value = float(table.overall[row])
    low, high = picture.overall[place]
    if plan.tall:
        shown, arms = rate(value, low, high)
        used = canvas.text(3, y + 1, shown, p.muted)
        canvas.text(4 + used, y + 1, arms, p.faint)
    elif plan.overall_width:
        draw_rate(canvas, plan.overall_x, y, value, low, high)


def draw_rate(canvas: Canvas, x: int, y: int, value: float, low: float, high: float, fg: int | None = None) -> None:
    """A share right-aligned in five columns and its interval, faint, in the six (or for `low–high` more) after."""
    p = canvas.palette
    shown, arms = rate(value, low, high)
    canvas.text(x, y, shown, p.text if fg is None else fg, width=5, align="right")
    canvas.text(x + 6, y, arms, p.faint)


def _draw_cells(canvas: Canvas, picture: RankingPicture, place: int, row: int) -> None:
    p, plan, table = canvas.palette, picture.layout, picture.table
    runs = len(table.rows)
    columns = picture.shown_columns
    low, high = row_intervals(table, row, columns) if plan.with_intervals else (None, None)
    values, ranks = table.values[row, columns.start : columns.stop], table.ranks[row, columns.start : columns.stop]
    for at, (value, rank) in enumerate(zip(values.tolist(), ranks.tolist(), strict=True)):
        band = at // plan.columns
        x, y = plan.x(at), plan.y(place, band)
        known = not math.isnan(value)
        words = value_words(table.metric, value, picture.digits) if known else "…" if table.pending else UNDEFINED
        ink, attrs = _number_style(p, picture, row, columns[at], int(rank))
        if known:
            colour = picture.scale.colour(p, value, int(rank), runs, picture.relative)
            _draw_disc(canvas, plan.tall, x, y, picture.scale.level(value), colour)
        middle = plan.middle(place, band)
        canvas.text(x + plan.number_offset, middle, words, ink, attrs=attrs, width=plan.number_width, align="right")
        if low is not None and high is not None and known and table.metric is not Metric.SUPPORT:
            arms = rate(value, float(low[at]), float(high[at]))[1]
            canvas.text(x + DISC_WIDTH + 1, y + 2, arms, p.faint, width=plan.pitch - DISC_WIDTH - 2)


def _draw_disc(canvas: Canvas, tall: bool, x: int, y: int, level: int, colour: int) -> None:
    if not tall:
        canvas.text(x, y, small_disc(level), colour)
        return
    for line, cells in enumerate(disc(level)):
        canvas.text(x, y + line, cells, colour)


def _number_style(p: Palette, picture: RankingPicture, row: int, column: int, rank: int) -> tuple[int, int]:
    """Bold for the best of the class, plain for what cannot be told from it, muted for the rest."""
    if picture.table.metric is Metric.SUPPORT or len(picture.table.rows) < 2:
        return p.text, 0
    if rank == 1:
        return p.text, BOLD
    found = picture.ties.get(column)
    if found is not None and found.best >= 0 and found.tied[row]:
        return p.text, 0
    return p.muted, DIM if p.depth is Depth.MONO else 0


def _draw_cursor(canvas: Canvas, picture: RankingPicture) -> None:
    p, plan = canvas.palette, picture.layout
    if picture.row not in picture.shown_rows or picture.column not in picture.shown_columns:
        return
    place, at = picture.row - picture.top, picture.column - picture.left
    band = at // plan.columns
    x, y = plan.x(at) - 1, plan.y(place, band)
    right = plan.x(at) + plan.cell_width
    canvas.paint(plan.x(at) + plan.number_offset, plan.middle(place, band), plan.number_width, 1, fg=p.focus)
    if not plan.tall:
        canvas.text(x, y, "▐", p.focus)
        canvas.text(right, y, "▌", p.focus)
        if p.depth is Depth.MONO:
            canvas.paint(x + 1, y, plan.cell_width, 1, attrs=REVERSE)
        return
    for line, left, end in ((0, "┏", "┓"), (1, "┃", "┃"), (2, "┗", "┛")):
        canvas.text(x, y + line, left, p.focus)
        canvas.text(right, y + line, end, p.focus)
