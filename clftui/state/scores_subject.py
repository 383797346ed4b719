"""Whose scores the parallel coordinates show: a cell, a column or a part of it, a box, or what is selected by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.brushes import inside
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.class_tree import label_of
from clftui.state.filter_values import Named, PredictedScore
from clftui.state.filters import Filter
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of, row_of
from clftui.state.score_filter import ScoreOf, range_words
from clftui.state.scores_columns import ready_summary
from clftui.state.scores_settings import ScoreBox, Subject
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, passed
from clftui.text import count, plural, sanitise

Int64 = NDArray[np.int64]

_SPELT = 200
"""Up to so many samples selected by hand are named one by one in a filter."""


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples whose scores show, surest first, under all filters but the brushes."""

    run: Run
    evaluation: Evaluation
    kind: Subject
    positions: Int64
    words: str
    """What they are: `Shirt → T-shirt`, `predicted as Shirt, score .40–.62`."""
    scope: Scope
    """Where they lie, and with `filters` nothing else."""
    filters: tuple[Filter, ...] = ()

    @property
    def n(self) -> int:
        return len(self.positions)

    @property
    def title(self) -> str:
        """`110 Shirt → T-shirt`"""
        return f"{count(self.n)} {self.words}"


def brushes(session: Session) -> tuple[ScoreOf, ...]:
    """The brushes that are on: filters like others, but the axes show what they leave out, too."""
    return tuple(each for each in session.filters if isinstance(each, ScoreOf))


def subject(session: Session, run: Run, evaluation: Evaluation, predicted: str) -> Samples:
    """The samples whose scores show while the cursor is in the column of `predicted`.

    Those of the box, else those selected by hand, else the cell under the cursor; without any of those the wrong ones
    of the column, or all of it. What was asked for goes before.
    """
    base = tuple(each for each in session.bound_filters if not isinstance(each, ScoreOf))
    settings = session.scores
    if settings.box is not None:
        return _boxed(run, evaluation, base, predicted, label_of(session, predicted), settings.box)
    for kind in _tried(session, settings.subject):
        found = _of_kind(session, run, evaluation, base, predicted, kind)
        if found.n:
            return found
    return found


def _tried(session: Session, wanted: Subject | None) -> tuple[Subject, ...]:
    first = (wanted,) if wanted is not None else (Subject.CHOSEN,) if session.selection.chosen else ()
    return tuple(dict.fromkeys((*first, Subject.CELL, Subject.WRONG, Subject.ALL)))


def kinds(session: Session) -> tuple[Subject, ...]:
    """What can be asked for."""
    return tuple(each for each in Subject if each is not Subject.CHOSEN or session.selection.chosen)


def _of_kind(
    session: Session, run: Run, evaluation: Evaluation, base: tuple[Filter, ...], predicted: str, kind: Subject
) -> Samples:
    if kind is Subject.CHOSEN:
        names = frozenset(name for split, name in session.selection.chosen if split == evaluation.split)
        return _chosen(run, evaluation, base, names)
    true, name = session.selection.true, label_of(session, predicted)
    if kind is Subject.CELL and true in run.class_index:
        return _cell(run, evaluation, base, str(true), predicted, label_of(session, str(true)), name)
    return _column(run, evaluation, base, predicted, name, kind is not Subject.ALL)


@lru_cache(maxsize=8)
def _cell(
    run: Run, evaluation: Evaluation, base: tuple[Filter, ...], true: str, predicted: str, label: str, name: str
) -> Samples:
    index = run.class_index
    positions = evaluation.positions(index[true], index[predicted])
    words = f"{sanitise(label)} predicted right" if true == predicted else f"{sanitise(label)} → {sanitise(name)}"
    scope = Scope(true=true, predicted=predicted)
    return Samples(run, evaluation, Subject.CELL, _ordered(run, evaluation, base, positions), words, scope)


@lru_cache(maxsize=8)
def _column(
    run: Run, evaluation: Evaluation, base: tuple[Filter, ...], predicted: str, name: str, wrong: bool
) -> Samples:
    positions = evaluation.positions(None, run.class_index[predicted], True if wrong else None)
    words = f"{'wrongly ' if wrong else ''}predicted as {sanitise(name)}"
    scope = Scope(predicted=predicted, part=Part.WRONG if wrong else Part.ALL)
    kind = Subject.WRONG if wrong else Subject.ALL
    return Samples(run, evaluation, kind, _ordered(run, evaluation, base, positions), words, scope)


@lru_cache(maxsize=8)
def _boxed(
    run: Run, evaluation: Evaluation, base: tuple[Filter, ...], predicted: str, name: str, box: ScoreBox
) -> Samples:
    positions = evaluation.positions(None, run.class_index[predicted])
    positions = positions[inside(ready_summary(evaluation)[positions], box.low, box.high)]
    words = f"predicted as {sanitise(name)}, score {range_words(box.low, box.high)}"
    scope = Scope(predicted=predicted, part=Part.ALL)
    found = _ordered(run, evaluation, base, positions)
    return Samples(run, evaluation, Subject.ALL, found, words, scope, (PredictedScore(box.low, box.high),))


@lru_cache(maxsize=4)
def _chosen(run: Run, evaluation: Evaluation, base: tuple[Filter, ...], names: frozenset[str]) -> Samples:
    table = table_of(run, evaluation.split)
    rows = [row_of(table, name) for name in names]
    positions = _ordered(run, evaluation, base, np.flatnonzero(np.isin(evaluation.sample, rows)))
    spelt = [id_of(table, int(row)) for row in evaluation.sample[positions[:_SPELT]].tolist()]
    told: tuple[Filter, ...] = ()
    if table is not None and len(positions) <= _SPELT:
        listed = ", ".join(repr(name) for name in spelt)
        told = (Named(f"{plural(len(positions), 'sample')} selected", f"id in [{listed}]"),) if spelt else ()
    return Samples(run, evaluation, Subject.CHOSEN, positions, "selected", Scope(part=Part.ALL), told)


def _ordered(run: Run, evaluation: Evaluation, base: tuple[Filter, ...], positions: NDArray[np.intp]) -> Int64:
    mask = passed(run, evaluation, base)
    if mask is not None:
        positions = positions[mask[positions]]
    scores = ready_summary(evaluation)[positions]
    order = np.lexsort((evaluation.sample[positions], np.where(np.isnan(scores), np.inf, -scores)))
    return positions[order].astype(np.int64)
