"""One cell of the ranking in words and numbers: value, interval, what it rests on, rank and ties."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import metric_interval
from clftui.analysis.metrics import Metric
from clftui.analysis.ties import Method
from clftui.state.average_precision import ap_cell
from clftui.state.class_tree import label_of
from clftui.state.members import Member
from clftui.state.ranking_moves import cursor
from clftui.state.ranking_steps import run_word
from clftui.state.ranking_table import RankingTable
from clftui.state.ranking_ties import ClassTies, class_ties
from clftui.state.session import Session
from clftui.state.words import Piece, Tone
from clftui.text import UNDEFINED, count, percent, plural, rate, sanitise, shorten

Float64 = NDArray[np.float64]

_TESTS: dict[Method, str] = {
    Method.MCNEMAR: "McNemar on shared samples",
    Method.TWO_PROPORTION: "two-proportion test",
    Method.BOOTSTRAP: "paired bootstrap",
    Method.INTERVAL: "intervals overlap",
}


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval (NaN undefined or not there yet) and the number of samples it rests on."""

    value: float
    low: float
    high: float
    n: int


def cell_interval(table: RankingTable, row: int, column: int, *, wait: bool = False) -> Interval:
    """The interval of one cell. That of AP comes from the background unless `wait`."""
    member = table.rows[row]
    cls = member.run.class_index.get(table.classes[column])
    if cls is None:
        return Interval(math.nan, math.nan, math.nan, 0)
    if table.metric is not Metric.AP:
        return _counted(member, cls, table.metric)
    found = ap_cell(member, cls, wait=wait)
    value, low, high = found if found is not None else (float(table.values[row, column]), math.nan, math.nan)
    return Interval(value, low, high, int(member.confusion.support[cls]))


@lru_cache(maxsize=4096)
def _counted(member: Member, cls: int, metric: Metric) -> Interval:
    value, low, high, n = metric_interval(member.confusion, metric, [cls])
    return Interval(float(value[0]), float(low[0]), float(high[0]), int(n[0]))


def row_intervals(table: RankingTable, row: int, columns: range) -> tuple[Float64, Float64]:
    """(low, high) of the cells of a row, for metrics with Wilson's interval; NaN for all others."""
    low, high = np.full((2, len(columns)), np.nan)
    member = table.rows[row]
    if table.metric in (Metric.F1, Metric.AP, Metric.SUPPORT):
        return low, high
    index = np.array([member.run.class_index.get(table.classes[column], -1) for column in columns], dtype=np.int64)
    known = index >= 0
    _, low[known], high[known], _ = metric_interval(member.confusion, table.metric, index[known])
    return low, high


def value_words(metric: Metric, value: float, digits: int) -> str:
    """A value as the table writes it: a percentage without its sign, or a count."""
    if metric is Metric.SUPPORT and math.isfinite(value):
        return count(round(value))
    return "100" if value >= 1 else percent(value, digits)


def reading(
    session: Session, table: RankingTable, *, statistics: bool = False, focus: bool = False
) -> tuple[tuple[Piece, ...], ...]:
    """The cell under the cursor as a sentence of one or two parts: its value with the interval and what that rests on;
    its rank and whether it is tied with the class's best, or (`focus`) how many are tied with it.

    `statistics` adds range and mean, for a screen without a line of them.
    """
    row, column = cursor(table, session)
    member = table.rows[row]
    who = shorten(table.names[row], 24, middle=True)
    name, label = sanitise(label_of(session, table.classes[column])), table.metric.label
    cell = cell_interval(table, row, column)
    head = Piece(f"{name} in {who}: ", Tone.STRONG)
    if table.classes[column] not in member.run.class_index:
        return ((head, Piece("this run does not know the class")),)
    if table.metric is Metric.SUPPORT:
        return ((head, Piece(plural(cell.n, "sample"))),)
    if math.isnan(cell.value):
        return ((head, Piece(f"{label} {UNDEFINED}, {_why_undefined(table, member, column)}")),)
    shown, arms = rate(cell.value, cell.low, cell.high)
    pieces = [head, Piece(f"{label} {shown} %"), Piece(f" {arms}" if arms else "", Tone.FAINT)]
    pieces.append(Piece(f", {_basis(table.metric, cell)}", Tone.FAINT))
    ranked = int((table.ranks[:, column] > 0).sum())
    if ranked < 2:
        return (tuple(pieces),)
    place = Piece(f"no. {table.ranks[row, column]} of {ranked}")
    about = _statistics(table, column) if statistics else ()
    tied = _tied_with(table, row, column) if focus else _tie_pieces(session, table, row, column)
    return tuple(pieces), (place, *tied, *about)


def _statistics(table: RankingTable, column: int) -> tuple[Piece, ...]:
    spread = percent(float(table.best[column] - table.worst[column]))
    return (Piece(f" · all {table.noun}s: mean {percent(float(table.mean[column]))}, range {spread}", Tone.FAINT),)


def _basis(metric: Metric, cell: Interval) -> str:
    k, n = count(round(cell.value * cell.n)), count(cell.n)
    match metric:
        case Metric.RECALL:
            return f"{k} of {n} samples"
        case Metric.PRECISION:
            return f"{k} of {n}, conditional on its {plural(cell.n, 'prediction')}"
        case Metric.SPECIFICITY:
            return f"{k} of {n} samples of other classes"
        case Metric.ACCURACY:
            return f"the class against the rest, {n} samples"
        case Metric.F1:
            return "seeded bootstrap"
        case _:
            return f"{n} positives, seeded bootstrap" if math.isfinite(cell.low) else f"{n} positives"


def _why_undefined(table: RankingTable, member: Member, column: int) -> str:
    if table.metric is Metric.AP and member.evaluation.score_kind != "full":
        return "its scores of all classes are not kept"
    if table.pending:
        return "still being computed"
    return "the class is never predicted" if table.metric is Metric.PRECISION else "no sample of the class"


def _tied_with(table: RankingTable, row: int, column: int) -> list[Piece]:
    found = class_ties(table, [column], focus=row).get(column)
    if found is None or found.best < 0:
        return []
    tests = {_TESTS[Method(name)] for name in found.methods.tolist() if Method(name) in _TESTS}
    by = f" ({', '.join(sorted(tests))})" if tests else ""
    words = f", {plural(found.number, f'other {table.noun}')} tied with it" if found.number else ", tied with no other"
    return [Piece(words), Piece(by, Tone.FAINT)]


def _tie_pieces(session: Session, table: RankingTable, row: int, column: int) -> list[Piece]:
    found = class_ties(table, [column]).get(column)
    if found is None or found.best < 0:
        return []
    best = run_word(session, table, found.best)
    if row == found.best:
        return [Piece(f", {_rivals(table, found)}")]
    test = _TESTS.get(Method(str(found.methods[row])))
    by = f" ({test})" if test else ""
    if table.ranks[row, column] == 1:
        return [Piece(f", level with {best}")]
    best_value = percent(float(table.values[found.best, column]))
    words = f", tied with {best}" if found.tied[row] else f", beyond chance under {best}"
    return [Piece(f"{words} {best_value}", Tone.PLAIN if found.tied[row] else Tone.WORSE), Piece(by, Tone.FAINT)]


def _rivals(table: RankingTable, found: ClassTies) -> str:
    return f"{plural(found.number, table.noun)} tied with it" if found.number else "beyond chance above all others"


def weak_words(
    session: Session, table: RankingTable, spots: tuple[int, ...] | None, *, keys: bool = True, most: int = 3
) -> tuple[Piece, ...]:
    """The best run's weak spots as a sentence, `most` of them by name; nothing to say of a single run.

    On a screen (`keys`) the run is called by its letter and the key that goes there is named.
    """
    if len(table.rows) < 2 or table.metric is Metric.SUPPORT:
        return ()
    top = table.best_row
    best = run_word(session, table, top) if keys else sanitise(table.names[top])
    if spots is None:
        return (Piece("weak spots …", Tone.FAINT),)
    if not spots:
        among = bool((table.ranks[top] <= 2).all()) and len(table.rows) > 2
        return (
            Piece(f"no weak spot: {best} is 1st or 2nd in all" if among else f"no weak spot of {best} beyond chance"),
        )
    names = ", ".join(shorten(label_of(session, table.classes[spot]), 16) for spot in spots[:most])
    more = f" +{len(spots) - most}" if len(spots) > most else ""
    pieces = Piece(f"weak spots of {best}: "), Piece(names + more, Tone.WORSE)
    return (*pieces, Piece("  N", Tone.FAINT)) if keys else pieces
