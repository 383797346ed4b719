"""Which runs cannot be told apart from a class's best one or from the focused one, and the best run's weak spots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric
from clftui.analysis.ranking import weak_spots
from clftui.analysis.significance import ALPHA, benjamini_hochberg
from clftui.analysis.ties import Method, RunLabels, interval_ties, ties
from clftui.data.run import Run
from clftui.data.samples import same_samples, shared_rows
from clftui.state.average_precision import ap_cell
from clftui.state.later import LATER, weak
from clftui.state.members import Member
from clftui.state.peers import table_of
from clftui.state.ranking_fold import folded_labels, renumbered
from clftui.state.ranking_table import RankingTable
from clftui.state.session import passed

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

INLINE = 400_000
"""Samples times runs that are compared at once within a key press; more goes to the background."""
_OWN_IDS = 1 << 40


@dataclass(frozen=True, eq=False)
class ClassTies:
    """One class: `tied` (R,) the runs not separable from one of them (which is among them), `best` that one's row.

    It is the class's best run unless another was asked for. `methods` names the test that judged each run ("none" for
    that run itself and undefined ones), `p` (R,) its p-value (NaN where there is none). `best` is -1 where that run, or
    every run, has no value.
    """

    best: int
    tied: Bool
    methods: NDArray[np.str_]
    p: NDArray[np.float64]

    @property
    def number(self) -> int:
        """Runs tied with it, itself not counted."""
        return int(self.tied.sum()) - 1 if self.best >= 0 else 0


def class_ties(
    table: RankingTable, columns: Iterable[int], *, focus: int | None = None, wait: bool = False
) -> dict[int, ClassTies]:
    """Ties in each of `columns` with its best run, or with the row `focus`; those still being computed are left out.

    Every class is tested by itself at 5 %, without a correction for how many tests there are.
    """
    if not table.rows or table.metric is Metric.SUPPORT or table.pending:
        return {}
    book = _book(table.rows, table.given, table.metric, focus)
    wanted = list(columns)
    missing = [column for column in wanted if int(table.columns[column]) not in book]
    by_best: dict[int, list[int]] = {}
    for column in missing:
        by_best.setdefault(_compared(table, column, focus), []).append(column)
    undefined = by_best.pop(-1, [])
    for column in undefined:
        nobody = np.zeros(len(table.rows), dtype=np.bool_)
        untested = np.full(len(nobody), np.nan)
        book[int(table.columns[column])] = ClassTies(-1, nobody, np.full(len(nobody), Method.NONE.value), untested)
    cost = sum(member.confusion.total for member in table.rows) * max(len(by_best), 1)
    if table.metric is Metric.F1:
        cost += 4000 * len(missing) * len(table.rows)
    now = wait or (cost <= INLINE and table.metric is not Metric.AP)
    for best, group in by_best.items():
        classes = tuple(int(table.columns[column]) for column in group)
        names = table.metric, table.given, best, classes
        key = ("ties", *names, *(member.filters for member in table.rows[:1]), *_evaluations(table.rows))
        found = LATER.get(key, partial(_compare, table.rows, table.given, best, table.metric, classes), wait=now)
        if found is not None:
            book.update(found)
    return {column: book[int(table.columns[column])] for column in wanted if int(table.columns[column]) in book}


def _compared(table: RankingTable, column: int, focus: int | None) -> int:
    """The row that a class's others are compared with; -1 where it has no value there."""
    if focus is not None:
        return focus if table.ranks[focus, column] else -1
    first = np.flatnonzero(table.ranks[:, column] == 1)
    return int(first[0]) if first.size else -1


def _evaluations(rows: Iterable[Member]) -> tuple[object, ...]:
    return weak(*(member.evaluation for member in rows))


@lru_cache(maxsize=128)
def _book(rows: tuple[Member, ...], given: tuple[str, ...], metric: Metric, focus: int | None) -> dict[int, ClassTies]:
    """What is known about these rows, by class index: a cache that goes when the table does."""
    return {}


def _compare(
    rows: tuple[Member, ...], given: tuple[str, ...], best: int, metric: Metric, classes: tuple[int, ...]
) -> dict[int, ClassTies]:
    if metric is Metric.AP:
        return _compare_ap(rows, given, best, classes)
    alike = all(member.run.classes == given for member in rows)
    found = ties([labels(member, given, rows[0].run, alike) for member in rows], best, metric, classes)
    return {
        cls: ClassTies(best, found.tied[:, at].copy(), found.method[:, at].copy(), found.p[:, at].copy())
        for at, cls in enumerate(classes)
    }


def _compare_ap(
    rows: tuple[Member, ...], given: tuple[str, ...], best: int, classes: tuple[int, ...]
) -> dict[int, ClassTies]:
    out = {}
    for cls in classes:
        low, high = np.full((2, len(rows), 1), np.nan)
        for row, member in enumerate(rows):
            own = member.run.class_index.get(given[cls], -1)
            cell = ap_cell(member, own, wait=True) if own >= 0 else None
            if cell is not None:
                low[row, 0], high[row, 0] = cell[1:]
        methods = np.full(len(rows), Method.INTERVAL.value)
        out[cls] = ClassTies(best, interval_ties(low, high, best)[:, 0], methods, np.full(len(rows), np.nan))
    return out


@lru_cache(maxsize=128)
def labels(member: Member, classes: tuple[str, ...], base: Run, alike: bool) -> RunLabels:
    """A run's labels with classes numbered as in `classes` and samples as in `base`'s sample table.

    Where class lists differ (not `alike`), classes that `classes` does not name become one further class, K, so that
    being mistaken for one of them stays an error. Samples of a table that shares no ids with `base`'s get numbers of
    their own: nothing is paired by chance.
    """
    evaluation = member.evaluation
    true, predicted, sample = evaluation.true, evaluation.predicted, _ids(member, base)
    if member.fold is not None:
        true, predicted = folded_labels(member, true), folded_labels(member, predicted)
    mask = passed(member.run, evaluation, member.filters)
    if mask is not None and evaluation.has_samples:
        true, predicted = true[mask], predicted[mask]
        sample = None if sample is None else sample[mask]
    if alike:
        return RunLabels(member.confusion, sample, true, predicted)
    place = {name: index for index, name in enumerate(classes)}
    lookup = np.array([*(place.get(name, len(classes)) for name in member.run.classes), -1], dtype=np.int32)
    return RunLabels(renumbered(member.confusion, lookup, len(classes) + 1), sample, lookup[true], lookup[predicted])


def _ids(member: Member, base: Run) -> Int64 | None:
    """(n,) ids by which a sample is the same in two rows: rows of the base's sample table; None without tables."""
    split = member.evaluation.split
    if not member.evaluation.has_samples:
        return None
    sample = member.evaluation.sample
    if member.run is base:
        # Epochs of one run number the same samples alike, with or without a table that names them.
        return sample
    own, table = table_of(member.run, split), table_of(base, split)
    if own is None or table is None:
        return None
    if same_samples(own, table):
        return sample
    theirs, mine = shared_rows(table, own)
    lookup = _OWN_IDS + np.arange(own.n, dtype=np.int64)
    lookup[mine] = theirs
    inside = (sample >= 0) & (sample < own.n)
    return np.where(inside, lookup[np.where(inside, sample, 0)], _OWN_IDS * 2 + sample)


def best_weak_spots(table: RankingTable, *, wait: bool = False) -> tuple[int, ...] | None:
    """Columns where the best run overall is neither among the best two nor tied with the best, worst gap first.

    Here, where all classes are looked through at once, a difference counts only if it survives Benjamini-Hochberg's
    correction over the classes (5 % false discoveries): of a thousand classes some fifty would differ by chance alone.
    AP has no such test; there intervals must not overlap. None while ties are still being computed. Nothing is weak
    with fewer than two runs.
    """
    if len(table.rows) < 2 or table.metric is Metric.SUPPORT:
        return ()
    if table.pending:
        return None
    found = _candidates(table)
    if not found.size:
        return ()
    key = ("weak", table.metric, table.given, table.rows[table.best_row].filters, *_evaluations(table.rows))
    rivals = int((table.ranks[:, found] == 1).any(axis=1).sum())
    cost = 2 * table.rows[table.best_row].confusion.total * rivals
    weak_classes = LATER.get(key, partial(_weak, table, found), wait=wait or cost <= INLINE)
    return None if weak_classes is None else tuple(int(place) for place in _places(table, weak_classes))


def _candidates(table: RankingTable) -> Int64:
    return weak_spots(table.values, table.ranks, table.best_row)


def _places(table: RankingTable, classes: Iterable[int]) -> list[int]:
    """Columns of class indices, in the order of the classes."""
    place = {int(cls): column for column, cls in enumerate(table.columns)}
    return [place[cls] for cls in classes]


def _weak(table: RankingTable, found: Int64) -> tuple[int, ...]:
    """Class indices, of the candidate columns `found`, where the best run differs from the class's best beyond chance.

    Only pairs of the best run and one better run are tested: many classes cost little more than one.
    """
    tied = np.zeros(table.values.shape, dtype=np.bool_)
    p = np.ones(len(table.classes))
    p[found] = 0.0
    best = table.best_row
    for rival in (row for row in range(len(table.rows)) if row != best):
        mine = found[table.ranks[rival, found] == 1]
        if mine.size:
            pair = (table.rows[best], table.rows[rival])
            classes = tuple(int(cls) for cls in table.columns[mine])
            known = _compare(pair, table.given, 0, table.metric, classes)
            tied[rival, mine] = [known[cls].tied[1] for cls in classes]
            p[mine] = np.fmax(p[mine], [known[cls].p[1] for cls in classes])
    if table.metric is not Metric.AP:
        tied[best, found] = benjamini_hochberg(p)[found] >= ALPHA
    kept = [column for column in weak_spots(table.values, table.ranks, best, tied) if not tied[best, column]]
    return tuple(int(table.columns[column]) for column in kept)
