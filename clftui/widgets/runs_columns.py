"""Which columns of the table of runs fit, and where they stand: the wider the screen the more of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from clftui.state.runs_table import RunRow, RunsTable, parameters, short_value
from clftui.text import rate, sanitise, text_width

LEFT = 3
"""Columns left of a name: cursor bar, letter, blank."""
GAP = 2
_NARROW_SCORE = 11
_LEAST_WHISKER = 20
_MOST_WHISKER = 60
_WIDEST_NAME = 34
_HYPERPARAMETERS = 6


class Kind(Enum):
    """What a column holds, in the order of the screen."""

    MARK = auto()
    RUN = auto()
    SCORE = auto()
    OTHER = auto()
    DROP = auto()
    MACRO_F1 = auto()
    WORST = auto()
    CHANGE = auto()
    BEST = auto()
    EPOCHS = auto()
    PARAMETERS = auto()
    HYPERPARAMETER = auto()
    SPARK = auto()
    WHISKER = auto()


@dataclass(frozen=True)
class Column:
    """One column; `name` is the split or the hyperparameter it is about, `x` its left edge."""

    kind: Kind
    width: int
    name: str = ""
    x: int = 0
    split: int = 0
    """Where the second part of a two-part column begins: the interval, the worst class's recall."""
    words: bool = False
    """Whether it holds words, which stand left; numbers stand right."""


def choose(table: RunsTable, width: int, marked: bool, grown: bool) -> tuple[Column, ...]:
    """The columns for `width` cells, in screen order. `marked`: some run is not simply ended; `grown`: some run has
    more than one epoch."""
    longest = max([4, *(text_width(row.name) for row in table.rows)])
    # On the narrowest screens the score comes before the end of the name.
    room = max(14, width // 5) if width >= 32 else max(width - LEFT - GAP - _NARROW_SCORE - 1, 4)
    name = Column(Kind.RUN, min(longest, _WIDEST_NAME, room), words=True)
    chosen = [name]
    left = width - 1 - LEFT - name.width
    if marked:
        chosen.append(Column(Kind.MARK, 1))
        left -= 2
    for column in _wishes(table, grown):
        if column.kind is Kind.OTHER and column.width + GAP > left:
            # Rather a further split without its wide intervals than none.
            column = replace(column, width=_NARROW_SCORE)
        if column.width + GAP <= left:
            chosen.append(column)
            left -= column.width + GAP
        elif column.kind in (Kind.SCORE, Kind.WORST, Kind.MACRO_F1):
            # What the narrowest screens must still say comes first in the wishes; the rest may be left out.
            break
    return _placed(chosen, left, longest)


def _wishes(table: RunsTable, grown: bool) -> list[Column]:
    """Every column there is something for, most wanted first."""
    arms = max((_arms(row) for row in table.rows), default=5)
    score = Column(Kind.SCORE, 6 + max(arms, 5), table.split, split=6)
    worst_name = max((text_width(sanitise(row.worst_class)) for row in table.rows), default=5)
    worst_name = min(max(worst_name, 6), 10)
    wishes = [score]
    # Training scores are often so high that their intervals are written low–high.
    others = [
        Column(Kind.OTHER, 6 + (10 if name.startswith("train") else max(arms, 5)), name, split=6)
        for name in table.others
    ]
    wishes += others[:1]
    wishes += [Column(Kind.DROP, 5, table.others[0])] if others else []
    if any(row.member is not None for row in table.rows):
        wishes += [Column(Kind.MACRO_F1, 4), Column(Kind.WORST, worst_name + 5, split=worst_name + 1, words=True)]
    past = (
        [Column(Kind.CHANGE, 6), Column(Kind.BEST, 4), Column(Kind.SPARK, 10, words=True), Column(Kind.EPOCHS, 6)]
        if grown
        else []
    )
    wishes += [*past[:1], Column(Kind.WHISKER, _LEAST_WHISKER), *past[1:]]
    if any(parameters(row.run) is not None for row in table.rows):
        wishes.append(Column(Kind.PARAMETERS, 6))
    wishes += others[1:2]
    # The number of epochs has a column of its own.
    names = [name for name in table.hyperparameters if name != "epochs"]
    wishes += [_hyperparameter(table, name) for name in names[:_HYPERPARAMETERS]]
    return wishes + others[2:]


def _arms(row: RunRow) -> int:
    """Columns of a row's interval."""
    if row.seeds:
        return len("sd 0.31")
    return text_width(rate(row.score.value, row.score.low, row.score.high)[1])


def _hyperparameter(table: RunsTable, name: str) -> Column:
    values = [row.run.hyperparameters.get(name) for row in table.rows]
    width = max([text_width(name), *(text_width(short_value(value)) for value in values)])
    return Column(Kind.HYPERPARAMETER, min(width, 12), name, words=any(isinstance(value, str) for value in values))


def _placed(chosen: list[Column], left: int, longest: int) -> tuple[Column, ...]:
    """Columns in screen order with their places; names, then whiskers, take what is left."""
    order = {kind: place for place, kind in enumerate(Kind)}
    columns = sorted(chosen, key=lambda column: order[column.kind])
    x, out = LEFT, []
    for column in columns:
        width = column.width
        if column.kind is Kind.RUN:
            more = min(max(longest - width, 0), left, _WIDEST_NAME - width if width < _WIDEST_NAME else 0)
            width, left = width + more, left - more
        if column.kind is Kind.WHISKER:
            width = min(width + left, _MOST_WHISKER)
        out.append(replace(column, x=x, width=width))
        x += width + (1 if column.kind is Kind.MARK else GAP)
    return tuple(out)
