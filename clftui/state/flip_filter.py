"""The filter for samples that flipped between what shows and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.flips import Outcome, outcomes
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.bound_filters import bind, reads_tags
from clftui.state.comparison import best_epoch
from clftui.state.filters import Filter, FilterError, Mask, apply_filters
from clftui.state.peers import Peers, aligned, epoch_at, table_of
from clftui.state.versus import Kind, Versus, against_words
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.samples import SampleTable

Int64 = NDArray[np.int64]

UNKNOWN = -1
"""In the place of an outcome: the sample is not on both sides, or they do not agree on its label."""


class Flip(StrEnum):
    """Which way a sample flipped."""

    NEWLY_WRONG = "newly wrong"
    NEWLY_RIGHT = "newly right"
    WRONG_DIFFERENTLY = "wrong differently"

    @property
    def outcome(self) -> Outcome:
        return Outcome[self.name]


@dataclass(frozen=True)
class Flipped:
    """Only samples that flipped since (or against) `versus`, as the run that shows has it.

    `among` are filters that a sample must pass on both sides, so that a list holds what a table of flips counted.
    """

    direction: Flip
    versus: Versus
    among: tuple[Filter, ...] = ()

    @property
    def kind(self) -> str:
        return "flip"

    @property
    def compares(self) -> bool:
        return True

    @property
    def reads_tags(self) -> bool:
        return any(map(reads_tags, self.among))

    def describe(self) -> str:
        return f"{self.direction.value} {against_words(self.versus)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        sides = both_sides(peers, evaluation, self.versus)
        if sides is None:
            return np.zeros(evaluation.n, dtype=np.bool_)
        run, before, found, there, place = sides
        mask = outcomes_between(before, found, run, evaluation, place) == self.direction.outcome
        passed = apply_filters(bind(self.among, there, there.tags), found, table_of(before, found.split))
        if passed is not None:
            mask &= passed[place]
        return np.asarray(mask, dtype=np.bool_)


def outcomes_between(
    before_run: Run, before: Evaluation, run: Run, after: Evaluation, place: Int64
) -> NDArray[np.int8]:
    """(n of after,) the `Outcome` of each sample; UNKNOWN where it is not on both sides with one label.

    `place` (n,) is where each sample of `after` stands in `before`. Classes are the same where their names are.
    """
    out = np.full(after.n, UNKNOWN, dtype=np.int8)
    there = np.flatnonzero((place >= 0) & (after.true >= 0))
    at = place[there]
    true, predicted = before.true[at].astype(np.int64), before.predicted[at].astype(np.int64)
    if before_run.classes != run.classes:
        # A class that this run lacks keeps a number of its own: two such answers may still be the same.
        names, n = run.class_index, len(run.classes)
        number = np.asarray([*(names.get(name, n + i) for i, name in enumerate(before_run.classes)), -1])
        true, predicted = number[true], number[predicted]
    agreed = true == after.true[there]
    there, predicted = there[agreed], predicted[agreed]
    out[there] = outcomes(after.true[there], predicted, after.predicted[there])
    return out


class Sides(NamedTuple):
    """An evaluation's run, and what it is compared with."""

    run: Run
    before: Run
    found: Evaluation
    """That of `before`."""
    there: Peers
    """The peers as seen from there."""
    place: Int64
    """(n,) where each sample stands in `found`; -1 where it is not there."""


def both_sides(peers: Peers | None, evaluation: Evaluation, versus: Versus) -> Sides | None:
    """`evaluation` beside what `versus` names; None where there is none. FilterError where nothing says what it is."""
    run = peers.run_of(evaluation) if peers is not None else None
    if run is None or peers is None:
        raise FilterError(f"nothing says what to compare {sanitise(evaluation.split)} with")
    other = _other_side(peers, run, evaluation, versus)
    if other is None:
        return None
    before, found, there = other
    return Sides(run, before, found, there, aligned(before, found, run, evaluation))


def _other_side(peers: Peers, run: Run, evaluation: Evaluation, versus: Versus) -> tuple[Run, Evaluation, Peers] | None:
    """What `versus` names, seen from one evaluation of `run`, and the peers there; None where there is none."""
    split, epoch = evaluation.split, evaluation.epoch
    there: tuple[Run, str, int | None]
    match versus.kind:
        case Kind.RUN:
            other = peers.named(versus.name)
            if other is None or other is run:
                return None
            there = (other, split, epoch_at(other, split, peers.epoch))
        case Kind.SPLIT:
            if versus.name == split:
                return None
            there = (run, versus.name, epoch_at(run, versus.name, peers.epoch))
        case Kind.EPOCH:
            there = (run, split, versus.epoch if versus.epoch in run.epochs(split) else None)
        case Kind.BEFORE:
            there = (run, split, max((each for each in run.epochs(split) if each < epoch), default=None))
        case Kind.BEST:
            there = (run, split, best_epoch(run, split, epoch))
    before_run, before_split, before_epoch = there
    before = before_run.evaluation(before_split, before_epoch) if before_epoch is not None else None
    if before is None or before is evaluation or not before.has_samples or not before.n:
        return None
    pinned = peers.epoch if versus.kind in (Kind.RUN, Kind.SPLIT) else before_epoch
    return before_run, before, replace(peers, split=before_split, epoch=pinned)
