"""Draws the table of runs: one line a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clftui.drawing.braille import spark
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import whisker
from clftui.state.run_past import Past
from clftui.state.runs_score import Score
from clftui.state.runs_table import RunRow, RunsTable, mark, parameters, short_count, short_value
from clftui.text import UNDEFINED, percent, rate, sanitise, signed
from clftui.widgets.runs_columns import LEFT, Column, Kind

PENDING = "…"


@dataclass(frozen=True, eq=False)
class RunsPicture:
    """Everything that the drawing functions need. `pasts` and `others` hold what has been read so far, by run key."""

    table: RunsTable
    columns: tuple[Column, ...]
    cursor: int
    letters: dict[str, str]
    pasts: dict[str, Past]
    others: dict[tuple[str, str], Score]
    axis: tuple[float, float]
    """Ends of the whiskers' scale."""
    pinned: str | None = None
    """Key of the pinned run."""

    def column(self, kind: Kind) -> Column | None:
        return next((column for column in self.columns if column.kind is kind), None)


def draw_row(canvas: Canvas, picture: RunsPicture, y: int, row: int) -> None:
    """One run's line."""
    p, each = canvas.palette, picture.table.rows[row]
    focused, letter = row == picture.cursor, picture.letters.get(each.run.key)
    if focused:
        canvas.paint(0, y, canvas.width, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.focus)
    if letter is not None:
        canvas.text(1, y, letter, p.runs["ABCD".index(letter)], attrs=BOLD)
    if picture.pinned in each.keys:
        canvas.text(2, y, "▸", p.text)
    known = each.member is not None or each.told is not None
    for column in picture.columns:
        if known or column.kind in (Kind.MARK, Kind.RUN):
            _CELLS[column.kind](canvas, picture, y, each, column, focused)
    if not known:
        x = next((column.x for column in picture.columns if column.kind is Kind.SCORE), LEFT)
        canvas.text(x, y, each.brief or each.problem, p.worse if each.broken else p.muted, width=canvas.width - x - 1)


def _draw_mark(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p = canvas.palette
    glyph, _ = mark(row)
    canvas.text(column.x, y, glyph, {"●": p.live, "◐": p.focus, "✗": p.worse}.get(glyph, p.faint))


def _draw_run(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p = canvas.palette
    known = row.run.key in picture.letters or focused
    canvas.text(
        column.x, y, row.name, p.text if known or row.member is not None else p.muted,
        attrs=BOLD if focused else 0, width=column.width, middle=True,
    )  # fmt: skip


def _draw_score(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    _score(canvas, column, y, row.score)


def _draw_other(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    found = picture.others.get((row.run.key, column.name))
    if found is None:
        canvas.text(column.x, y, PENDING, canvas.palette.faint, width=5, align="right")
    else:
        _score(canvas, column, y, found)


def _score(canvas: Canvas, column: Column, y: int, score: Score) -> None:
    p = canvas.palette
    shown, arms = score_words(score)
    canvas.text(column.x, y, shown, p.text, width=5, align="right")
    if len(arms) <= column.width - column.split:
        canvas.text(column.x + column.split, y, arms, p.faint)


def score_words(score: Score) -> tuple[str, str]:
    """A score and its interval; of several seeds their mean and `sd 0.31`, the standard deviation."""
    if score.seeds and math.isfinite(score.value):
        return percent(score.value, 2), f"sd {50 * (score.high - score.low):.2f}"
    return rate(score.value, score.low, score.high)


def _draw_drop(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p = canvas.palette
    other = picture.others.get((row.run.key, column.name))
    drop = other.value - row.score.value if other is not None else math.nan
    usual = _usual_drop(picture, column.name)
    steep = drop < 0 and usual < 0 and drop < 2 * usual
    words = PENDING if other is None else signed(100 * drop)
    canvas.text(column.x, y, words, p.worse if steep else p.text, width=column.width, align="right")


def _usual_drop(picture: RunsPicture, split: str) -> float:
    drops = [
        other.value - row.score.value
        for row in picture.table.rows
        if (other := picture.others.get((row.run.key, split))) is not None and math.isfinite(other.value)
    ]
    return float(np.median(drops)) if len(drops) >= 4 else math.nan


def _draw_f1(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    words = "100" if row.macro_f1 >= 1 else percent(row.macro_f1)
    canvas.text(column.x, y, words, canvas.palette.muted, width=column.width, align="right")


def _draw_worst(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p = canvas.palette
    canvas.text(column.x, y, sanitise(row.worst_class) or UNDEFINED, p.muted, width=column.split - 1)
    words = "100" if row.worst_recall >= 1 else percent(row.worst_recall)
    canvas.text(column.x + column.split, y, words, p.text, width=column.width - column.split, align="right")


def _draw_change(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p, past = canvas.palette, picture.pasts.get(row.run.key)
    if past is None:
        canvas.text(column.x, y, PENDING, p.faint, width=column.width, align="right")
        return
    change = past.change(row.epoch or 0)
    # The half-width of a difference of two such scores; samples are shared, so this is the cautious side.
    noise = math.sqrt(2) * (row.score.high - row.score.low) / 2
    colour = p.worse if change < -noise else p.better if change > noise else p.muted
    arrow = "▼" if change < -noise else "▲" if change > noise else ""
    canvas.text(column.x, y, arrow + signed(100 * change), colour, width=column.width, align="right")


def _draw_best(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p, past = canvas.palette, picture.pasts.get(row.run.key)
    best = past.best if past is not None else None
    words = PENDING if past is None else UNDEFINED if best is None else str(best)
    canvas.text(column.x, y, words, p.text if best == row.epoch else p.muted, width=column.width, align="right")


def _draw_epochs(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p, past = canvas.palette, picture.pasts.get(row.run.key)
    words = PENDING if past is None else str(len(past.epochs))
    canvas.text(column.x, y, words, p.muted, width=column.width, align="right")


def _draw_parameters(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    words = short_count(parameters(row.run)) or UNDEFINED
    canvas.text(column.x, y, words, canvas.palette.muted, width=column.width, align="right")


def _draw_hyper(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    words = short_value(row.run.hyperparameters.get(column.name)) or UNDEFINED
    align: Literal["left", "right"] = "left" if column.words else "right"
    canvas.text(column.x, y, words, canvas.palette.muted, width=column.width, align=align)


def _draw_spark(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    past = picture.pasts.get(row.run.key)
    if past is None or len(past.epochs) < 2:
        return
    known = [value for each in picture.pasts.values() for value in each.accuracy if math.isfinite(value)]
    if not known:
        return
    # One scale for the whole column, so that equal heights mean the same in every row.
    cells = spark(past.accuracy, column.width, min(known), max(known))
    canvas.put(column.x, y, cells, _colour(canvas, picture, row))


def _colour(canvas: Canvas, picture: RunsPicture, row: RunRow) -> int:
    p, letter = canvas.palette, picture.letters.get(row.run.key)
    return p.runs["ABCD".index(letter)] if letter is not None else p.muted


def _draw_whisker(canvas: Canvas, picture: RunsPicture, y: int, row: RunRow, column: Column, focused: bool) -> None:
    p = canvas.palette
    colour = _colour(canvas, picture, row)
    line = p.mix(colour, p.raised if focused else p.page, 0.5)
    other = next((each for each in picture.columns if each.kind is Kind.OTHER), None)
    second = picture.others.get((row.run.key, other.name)) if other is not None else None
    for score, glyph in ((second, "○"), (row.score, "●")):
        if score is None:
            continue
        # An accuracy that is only told has no interval.
        arms = (score.low, score.high) if math.isfinite(score.low) else (score.value, score.value)
        cells = whisker(arms[0], score.value, arms[1], *picture.axis, column.width, glyph)
        for at, cell in enumerate(cells):
            if cell != " ":
                canvas.text(column.x + at, y, cell, line if cell == "─" else colour)


Draw = Callable[[Canvas, RunsPicture, int, RunRow, Column, bool], None]

_CELLS: dict[Kind, Draw] = {
    Kind.MARK: _draw_mark,
    Kind.RUN: _draw_run,
    Kind.SCORE: _draw_score,
    Kind.OTHER: _draw_other,
    Kind.DROP: _draw_drop,
    Kind.MACRO_F1: _draw_f1,
    Kind.WORST: _draw_worst,
    Kind.CHANGE: _draw_change,
    Kind.BEST: _draw_best,
    Kind.EPOCHS: _draw_epochs,
    Kind.PARAMETERS: _draw_parameters,
    Kind.HYPERPARAMETER: _draw_hyper,
    Kind.SPARK: _draw_spark,
    Kind.WHISKER: _draw_whisker,
}
