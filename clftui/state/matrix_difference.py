"""What the matrix is compared with: the same cells in another run, an earlier epoch or another split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import Items, fold
from clftui.analysis.significance import mcnemar, two_proportion
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.moves import say, select
from clftui.state.peers import positions_in, table_of
from clftui.state.session import Session, class_map, passed
from clftui.state.settings import Against, Share

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Arm:
    """The matrix that is taken away from the one that shows."""

    here: str
    name: str
    """What the two are called: `B` and `A`, `epoch 7` and `epoch 6`, `test` and `val`."""
    session: Session
    """A session that looks at the other one."""
    confusion: Confusion
    """Over the classes of the one that shows, aligned by name."""
    known: Bool
    """(K,) the classes that the other one has."""

    @property
    def words(self) -> str:
        """`B − A`."""
        return f"{self.here} − {self.name}"


def arm(session: Session) -> Arm | None:
    """What the settings compare with; None where there is nothing of that kind, or it cannot be read."""
    run, against = session.run, session.matrix.against
    if run is None or against is Against.NOTHING:
        return None
    found = _other(session, run, against)
    if found is None:
        return None
    here, name, other = found
    try:
        confusion, other_run = other.confusion(), other.run
    except FormatError:
        return None
    if confusion is None or other_run is None:
        return None
    aligned, known = _aligned(confusion, run.classes, other_run)
    return Arm(here, name, other, aligned, known)


def _other(session: Session, run: Run, against: Against) -> tuple[str, str, Session] | None:
    """(name of what shows, name of the other, session on the other)."""
    selection = session.selection
    if against is Against.RUN:
        keys = [key for key in selection.runs if session.catalog.run(key) is not None]
        others = [key for key in keys if key != run.key]
        if not others:
            return None
        after = keys.index(run.key) + 1 if run.key in keys else 0
        key = next(key for key in (*keys[after:], *keys) if key != run.key)
        return selection.letter(run.key) or run.name, selection.letter(key) or key, select(session, run=key)
    if against is Against.EPOCH:
        now, epochs = session.epoch_of(run), run.epochs(selection.split or "")
        earlier = [epoch for epoch in epochs if now is not None and epoch < now]
        if not earlier:
            return None
        return f"epoch {now}", f"epoch {earlier[-1]}", select(session, epoch=earlier[-1])
    splits = [split for split in run.splits if run.epochs(split)]
    if selection.split not in splits or len(splits) < 2:
        return None
    split = splits[(splits.index(selection.split) + 1) % len(splits)]
    return selection.split, split, select(session, split=split)


@lru_cache(maxsize=16)
def _aligned(c: Confusion, classes: tuple[str, ...], other: Run) -> tuple[Confusion, Bool]:
    """`c` of `other` over `classes`, by name; answers that `classes` does not name count as no answer."""
    if other.classes == classes:
        return c, np.ones(len(classes), dtype=np.bool_)
    place = class_map(classes, other)
    known = place >= 0
    theirs = np.full(c.n_classes, -1, dtype=np.int64)
    theirs[place[known]] = np.flatnonzero(known)
    kept = (theirs[c.true] >= 0) & (theirs[c.predicted] >= 0)
    true, predicted, count = theirs[c.true[kept]], theirs[c.predicted[kept]], c.count[kept]
    order = np.lexsort((predicted, true))
    support = np.zeros(len(classes), dtype=np.int64)
    support[known] = c.support[place[known]]
    np.subtract.at(support, true, count)
    rows, columns = true[order].astype(np.int32), predicted[order].astype(np.int32)
    return Confusion(len(classes), rows, columns, count[order], support, c.unlabelled), known


def over(arm: Arm, items: Items) -> Arm:
    """`arm` over items instead of classes; an item is known where all of its classes are."""
    if items.is_unit:
        return arm
    known = np.logical_and.reduceat(arm.known[items.order], items.starts[:-1])
    return replace(arm, confusion=fold(arm.confusion, items), known=known)


def choices(session: Session) -> tuple[Against, ...]:
    """Nothing, and what there is to compare with."""
    run = session.run
    if run is None:
        return (Against.NOTHING,)
    there = (kind for kind in Against if kind is not Against.NOTHING and _other(session, run, kind) is not None)
    return (Against.NOTHING, *there)


def next_difference(session: Session) -> Session:
    """Compare with the next kind of thing there is; shares where the two differ in size."""
    kinds = choices(session)
    if len(kinds) == 1:
        return say(session, "Nothing to compare with: give another run a letter, or open one with epochs or splits.")
    now = session.matrix.against
    against = kinds[(kinds.index(now) + 1) % len(kinds)] if now in kinds else kinds[1]
    changed = replace(session, matrix=replace(session.matrix, against=against))
    found = arm(changed)
    if found is None:
        return say(changed, "No difference." if against is Against.NOTHING else "The other matrix cannot be read.")
    words = f"Cells show {found.words}"
    mine = session.confusion()
    if mine is not None and mine.total != found.confusion.total and changed.matrix.share is Share.COUNTS:
        changed = replace(changed, matrix=replace(changed.matrix, share=Share.ROW))
        words += ", in shares of the true class: they differ in size"
    return say(changed, f"{words}.")


UNPAIRED = "two proportions"


class Test(NamedTuple):
    """How surely a cell differs between two arms."""

    p: float
    """NaN where it cannot be tested."""
    method: str
    """`McNemar` on shared samples, else `two proportions`."""


def cell_test(session: Session, other: Session, true: tuple[str, ...], predicted: tuple[str, ...]) -> Test:
    """Whether samples of the classes `true` are predicted as one of `predicted` equally often in both sessions.

    Exact McNemar on the samples that both have, if they have all the same ones of these classes; else two proportions.
    """
    mine, theirs = _answers(session, true, predicted), _answers(other, true, predicted)
    if mine is None or theirs is None:
        return Test(float("nan"), "")
    if mine.evaluation.has_samples and theirs.evaluation.has_samples:
        place = _places(session, other, mine.evaluation, theirs.evaluation)[mine.rows]
        matched = np.isin(place, theirs.rows)
        if matched.all() and len(theirs.rows) == len(place):
            hit = np.zeros(theirs.evaluation.n, dtype=np.bool_)
            hit[theirs.rows] = theirs.hit
            only_mine = int(np.count_nonzero(mine.hit & ~hit[place]))
            only_theirs = int(np.count_nonzero(~mine.hit & hit[place]))
            return Test(float(mcnemar(only_mine, only_theirs)), "McNemar")
    return Test(float(two_proportion(mine.k, mine.n, theirs.k, theirs.n)), UNPAIRED)


class _Answers(NamedTuple):
    """Samples of some classes: their positions, which are predicted as one of some others, and both numbers."""

    evaluation: Evaluation
    rows: Int64
    hit: Bool
    k: int
    n: int


def _answers(session: Session, true: tuple[str, ...], predicted: tuple[str, ...]) -> _Answers | None:
    run, evaluation, confusion = session.run, session.evaluation(), session.confusion()
    if run is None or evaluation is None or confusion is None:
        return None
    t, p = (class_map(names, run) for names in (true, predicted))
    if (t < 0).any():
        return None
    p = p[p >= 0]
    k, n = int(confusion.window(t, p).sum()), int(confusion.support[t].sum())
    if not evaluation.has_samples:
        return _Answers(evaluation, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), k, n)
    mine = np.isin(evaluation.true, t)
    mask = passed(run, evaluation, session.bound_filters)
    rows = np.flatnonzero(mine if mask is None else mine & mask)
    return _Answers(evaluation, rows, np.isin(evaluation.predicted[rows], p), k, n)


def _places(session: Session, other: Session, mine: Evaluation, theirs: Evaluation) -> Int64:
    """(n,) where each sample of `mine` stands in `theirs`; -1 where nothing says that it is the same one."""
    run, other_run = session.run, other.run
    if run is None or other_run is None or mine.split != theirs.split:
        return np.full(mine.n, -1, dtype=np.int64)
    if run is other_run and np.array_equal(mine.sample, theirs.sample):
        return np.arange(mine.n, dtype=np.int64)
    return positions_in(theirs, table_of(other_run, theirs.split), mine, table_of(run, mine.split))
