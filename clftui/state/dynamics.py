"""Learning dynamics of a run: classes past their best epoch; samples learned late, forgotten or never learned.

Every epoch up to the one that shows is read once, behind the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.dynamics import BestEpoch, BestEpochs, SampleDynamics, halves
from clftui.analysis.metrics import ratio
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.epochs_loss import Losses, losses
from clftui.state.filters import Filter
from clftui.state.later import PASTS, weak
from clftui.state.peers import answers_until
from clftui.state.sample_list import Nothing
from clftui.state.sample_past import of_samples
from clftui.state.session import Session, passed
from clftui.text import count, plural, sanitise

Bool = NDArray[np.bool_]
Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]


class ClassRow(NamedTuple):
    """One class, or all of them together (then `name` is empty); values of the testing half, NaN undefined."""

    name: str
    best_epoch: int
    """Chosen on the other half; 0 where there is nothing to choose on."""
    n: int
    """Samples of the testing half."""
    best: float
    now: float
    low: float
    """95 % interval of the loss."""
    high: float
    p: float
    """Exact McNemar, one-sided: is the newest epoch worse? NaN where it is the best one itself."""
    q: float
    past: bool
    """Whether q says so."""

    @property
    def loss(self) -> float:
        return self.best - self.now


@dataclass(frozen=True, eq=False)
class Dynamics:
    """What the epochs of one run up to `epoch` did to the samples that this one holds."""

    run_name: str
    split: str
    epoch: int
    classes: tuple[str, ...]
    epochs: tuple[int, ...]
    """The epochs that could be read."""
    unread: int
    """Epochs that could not."""
    rows: tuple[ClassRow, ...]
    """Classes with samples, past their best first, then by what they lost."""
    total: ClassRow
    recall: Float32
    """(E, K) share right of each class in each epoch, of all its samples; NaN undefined."""
    losses: Losses
    samples: SampleDynamics
    """(n,) by position in the evaluation that shows."""
    kept: Bool
    """(n,) samples that are labelled and pass the filters; the classes are counted among these."""
    filtered: bool

    @property
    def past(self) -> tuple[ClassRow, ...]:
        return tuple(row for row in self.rows if row.past)

    @property
    def checkpoints(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Each epoch that is the best for some class, with those classes; the one that suits most first."""
        found: dict[int, list[str]] = {}
        for row in self.rows:
            if row.best_epoch:
                found.setdefault(row.best_epoch, []).append(row.name)
        return tuple(
            (epoch, tuple(found[epoch])) for epoch in sorted(found, key=lambda each: (-len(found[each]), each))
        )

    @property
    def learned(self) -> tuple[int, int, int, int]:
        """Samples learned for good, forgotten at least once, never learned, and all of them."""
        first, forgotten = self.samples.first_learned[self.kept], self.samples.forgetting[self.kept]
        never = int(np.count_nonzero(first == 0))
        lost = int(np.count_nonzero(forgotten))
        return len(first) - never - lost, lost, never, len(first)

    def most_forgotten(self, top: int | None = None) -> Int64:
        """Positions of the kept samples: most often forgotten first, then most often wrong, then in file order."""
        at = np.flatnonzero(self.kept)
        forgotten, wrong = self.samples.forgetting[at].astype(np.int64), self.samples.wrong[at].astype(np.int64)
        return at[np.lexsort((at, -wrong, -forgotten))][:top]


def dynamics(session: Session, run: Run | None = None, *, wait: bool = False) -> Dynamics | Nothing | None:
    """Of the focused run, or `run`, up to the epoch that shows; None while its epochs are being read.

    FormatError where the file of the epoch that shows is broken; others that are broken are counted and left out.
    """
    run = run or session.run
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    evaluation = session.evaluation(run)
    if evaluation is None or not evaluation.has_samples:
        return Nothing(f"{sanitise(run.name)} has no samples here whose epochs could be followed.")
    if len([each for each in run.epochs(evaluation.split) if each <= evaluation.epoch]) < 2:
        return Nothing(f"{sanitise(run.name)} has one epoch here: learning shows from the second on.")
    if not (evaluation.true >= 0).any():
        return Nothing(f"No sample of {sanitise(evaluation.split)} has a true class: nothing says what was learned.")
    filters = session.bound_filters
    key = ("dynamics", weak(run), weak(evaluation), filters)
    return PASTS.get(key, lambda: _gathered(run, evaluation, filters), wait=wait)


def _gathered(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> Dynamics:
    kept = evaluation.true >= 0
    mask = passed(run, evaluation, filters)
    kept = kept if mask is None else kept & mask
    classes = run.classes
    group = np.where(kept, evaluation.true, -1)
    choosing = halves(evaluation.sample, group)
    by_class, whole = BestEpoch(group, choosing, len(classes)), BestEpoch(np.where(kept, 0, -1), choosing, 1)
    epochs, recall = [], []
    for each in answers_until(run, evaluation):
        for gathering in (by_class, whole):
            gathering.add(each.epoch, each.right, each.known)
        epochs.append(each.epoch)
        recall.append(_shares(group, each.right, each.known & kept, len(classes)))
    samples = of_samples(run, evaluation, wait=True)
    assert samples is not None
    listed = [each for each in run.epochs(evaluation.split) if each <= evaluation.epoch]
    return Dynamics(
        run.name, evaluation.split, evaluation.epoch, classes, tuple(epochs), len(listed) - len(epochs),
        _rows(classes, by_class.result()), _rows(("",), whole.result())[0], np.asarray(recall, dtype=np.float32),
        losses(run, evaluation.split), samples, kept, mask is not None,
    )  # fmt: skip


def _shares(group: Int64, right: Bool, known: Bool, n: int) -> NDArray[np.float64]:
    whole = np.bincount(group[known], minlength=n)
    return ratio(np.bincount(group[known & right], minlength=n), whole)


def _rows(names: tuple[str, ...], found: BestEpochs) -> tuple[ClassRow, ...]:
    loss = found.loss
    order = np.lexsort((-np.nan_to_num(loss, nan=-2.0), ~found.past))
    if len(names) > 1:
        order = order[(found.n > 0)[order]]
    columns = zip(*(each[order].tolist() for each in (*found, found.past)), strict=True)
    return tuple(ClassRow(names[at], *row) for at, row in zip(order.tolist(), columns, strict=True))


def learned_words(found: Dynamics) -> str:
    """`8,123 of 10,000 samples learned for good, 1,204 forgotten at least once, 673 never learned`"""
    good, lost, never, whole = found.learned
    words = f"{count(good)} of {plural(whole, 'sample')} learned for good"
    return f"{words}, {count(lost)} forgotten at least once, {count(never)} never learned"
