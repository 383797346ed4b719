"""Two evaluations side by side: what shows, and the epoch, run or split that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.metrics import accuracy
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.filters import FilterError
from clftui.state.history import history
from clftui.state.peers import aligned
from clftui.state.session import Session, class_map, filtered_confusion, passed
from clftui.state.versus import Kind, Versus
from clftui.text import sanitise

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two: a run on a split in an epoch, under the filters."""

    run: Run
    evaluation: Evaluation
    confusion: Confusion
    """Of the samples that pass the filters."""
    mask: Bool | None
    """(n,) the samples that pass; None when all do."""
    name: str
    """What tells it from the other side: `epoch 6`, `cnn`, `val`."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """`after` is what shows; `before` what it is compared with."""

    before: Side
    after: Side
    place: Int64
    """(n of after,) where each sample of `after` stands in `before`; -1 where nothing says that it is there too."""
    classes: Int64
    """(K of after,) each class's index in `before`'s run, aligned by name; -1 where that run lacks it."""
    versus: Versus

    @property
    def paired(self) -> bool:
        """Whether every sample of either side that passes is known on the other: then tests are paired."""
        both = self.shared
        passing = both.size
        return passing > 0 and passing == _n(self.after) == _n(self.before)

    @property
    def shared(self) -> Int64:
        """Ascending positions in `after` of the labelled samples that both sides have and let pass."""
        kept = (self.place >= 0) & (self.after.evaluation.true >= 0)
        if self.after.mask is not None:
            kept &= self.after.mask
        if self.before.mask is not None:
            kept &= self.before.mask[self.place]
        return np.flatnonzero(kept)

    @property
    def words(self) -> str:
        """`epoch 12 against epoch 11`."""
        return f"{self.after.name} against {self.before.name}"


def _n(side: Side) -> int:
    labelled = side.evaluation.true >= 0
    return int(np.count_nonzero(labelled if side.mask is None else labelled & side.mask))


def comparison(session: Session, versus: Versus, run: Run | None = None) -> Comparison | None:
    """`run` (the focused one) as it shows against what `versus` names; None where one of them has nothing to show.

    Raises FormatError where a file is broken, FilterError where `versus` names a run, split or epoch that is not there.
    """
    run = run or session.run
    after = _side(session, run)
    if run is None or after is None:
        return None
    found = _other(session, run, after, versus)
    if found is None:
        return None
    other, other_run, names = found
    before = _side(other, other_run)
    if before is None:
        return None
    after, before = replace(after, name=names[0]), replace(before, name=names[1])
    return Comparison(before, after, _place(before, after), class_map(run.classes, other_run), versus)


def _side(session: Session, run: Run | None) -> Side | None:
    evaluation = session.evaluation(run) if run is not None else None
    if run is None or evaluation is None:
        return None
    filters = session.bound_filters
    confusion = filtered_confusion(run, evaluation, filters)
    return Side(run, evaluation, confusion, passed(run, evaluation, filters), run.name)


def _other(session: Session, run: Run, after: Side, versus: Versus) -> tuple[Session, Run, tuple[str, str]] | None:
    """(session on the other side, its run, names of after and before)."""
    split, now = after.evaluation.split, after.evaluation.epoch
    if versus.kind is Kind.RUN:
        other = session.catalog.run(versus.name) or next(
            (each for each in session.catalog.runs if each.name == versus.name), None
        )
        if other is None:
            names = ", ".join(sanitise(each.name) for each in session.catalog.runs[:12])
            raise FilterError(f"there is no run {sanitise(versus.name)}; there are {names}")
        return (session, other, (run.name, other.name)) if other is not run else None
    if versus.kind is Kind.SPLIT:
        if versus.name not in run.splits:
            raise FilterError(
                f"{sanitise(run.name)} has no split {sanitise(versus.name)}; it has {', '.join(run.splits)}"
            )
        there = replace(session, selection=replace(session.selection, split=versus.name))
        return (there, run, (split, versus.name)) if versus.name != split else None
    epoch = _epoch(run, split, now, versus)
    if epoch is None or epoch == now:
        return None
    there = replace(session, selection=replace(session.selection, epoch=epoch))
    return there, run, (f"epoch {now}", f"epoch {epoch}")


def _epoch(run: Run, split: str, now: int, versus: Versus) -> int | None:
    epochs = run.epochs(split)
    earlier = [epoch for epoch in epochs if epoch < now]
    if versus.kind is Kind.EPOCH:
        if versus.epoch not in epochs:
            raise FilterError(f"{sanitise(run.name)} has no epoch {versus.epoch} of {sanitise(split)}")
        return versus.epoch
    if versus.kind is Kind.BEFORE:
        return earlier[-1] if earlier else None
    return best_epoch(run, split, now)


def best_epoch(run: Run, split: str, before: int) -> int | None:
    """The first epoch of the highest accuracy before `before`; None without one. Reads the confusions it lacks."""
    known = dict(history(run, split) or ())
    best: tuple[float, int] | None = None
    for epoch in run.epochs(split):
        if epoch >= before:
            break
        confusion = known.get(epoch)
        if confusion is None:
            try:
                evaluation = run.evaluation(split, epoch)
                confusion = evaluation.confusion if evaluation is not None else None
            except FormatError:
                continue
        value = accuracy(confusion) if confusion is not None else np.nan
        if not np.isnan(value) and (best is None or value > best[0]):
            best = (value, epoch)
    return best[1] if best is not None else None


def _place(before: Side, after: Side) -> Int64:
    mine, theirs = after.evaluation, before.evaluation
    if not (mine.has_samples and theirs.has_samples):
        return np.full(mine.true.size if mine.has_samples else 0, -1, dtype=np.int64)
    return aligned(before.run, theirs, after.run, mine)
