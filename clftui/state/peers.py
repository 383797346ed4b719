"""What a filter may compare a run with: the other runs of the collection, sample by sample, and its own epochs.

Samples are the same where their ids are: two runs on one sample table by row number, on two tables by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable, same_samples, shared_rows
from clftui.schema import FormatError
from clftui.state.later import PASTS, weak
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.state.sample_tags import TagsNow
    from clftui.state.split_clause import SplitClause
    from clftui.state.what_if import WhatIf

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]

_OF_RUN = re.compile(r"(right|wrong|predicted|confidence)_([A-D])")

COLUMNS: dict[str, str] = {
    "right_A": "run A is right, likewise B to D",
    "wrong_A": "run A is wrong, likewise B to D",
    "predicted_A": "what run A predicts, likewise B to D",
    "confidence_A": "score of what run A predicts, likewise B to D",
    "right_count": "how many runs of the collection are right",
    "wrong_count": "how many runs of the collection are wrong",
    "epochs_wrong": "in how many epochs up to this one the run was wrong",
    "tag": 'what the sample is tagged, "" without a tag',
}
"""What an expression may name of other runs, of earlier epochs and of the users' tags."""

TAG = "tag"


def is_peer_column(name: str) -> bool:
    """Whether `name` speaks of other runs, epochs or tags."""
    return name in COLUMNS or _OF_RUN.fullmatch(name) is not None


def epoch_at(run: Run, split: str, pinned: int | None) -> int | None:
    """The epoch of `run` that shows: the pinned one, or the newest of the split.

    A pinned epoch that a shorter run never reached gives its newest one at or before it.
    """
    if pinned is None:
        return run.newest(split)
    epochs = run.epochs(split)
    if not epochs:
        return None
    earlier = [epoch for epoch in epochs if epoch <= pinned]
    return earlier[-1] if earlier else epochs[0]


@dataclass(frozen=True)
class Peers:
    """The runs of a collection as one session sees them.

    Runs are held weakly: what is remembered under a filter must not keep a superseded state of a run in memory.
    """

    runs: tuple[ref[Run], ...]
    lettered: tuple[tuple[str, ref[Run]], ...]
    split: str
    epoch: int | None
    tags: TagsNow | None = None
    """The users' tags, for filters that ask for them: others must not depend on them."""
    what_if: WhatIf | None = None
    """Decisions that are supposed of one of the runs."""

    def column(self, name: str, evaluation: Evaluation, samples: SampleTable | None) -> NDArray[Any] | None:
        """(n,) values of a peer column for the samples of `evaluation`; None where no run has the letter."""
        match = _OF_RUN.fullmatch(name)
        if match is not None:
            what, letter = match.groups()
            run = next((found() for key, found in self.lettered if key == letter), None)
            return None if run is None else self._answers(run, what, evaluation, samples)
        if name == TAG:
            return self.tags.column(evaluation, samples) if self.tags is not None else None
        if name == "epochs_wrong":
            run = self.run_of(evaluation)
            wrong = epochs_wrong(run, evaluation) if run is not None else None
            if run is not None and wrong is None:
                raise NotYet(f"Reading the epochs of {sanitise(run.name)} …")
            return wrong
        return self._count(name == "right_count", evaluation, samples)

    def in_split(self, clause: SplitClause, evaluation: Evaluation) -> Bool | None:
        """(n,) what the same samples are in another split of the run at this epoch; None where none of them is there.

        Of a split without that epoch the last one before it counts, or its first.
        """
        run = self.run_of(evaluation)
        if run is None or clause.split not in run.splits:
            return None
        other = run.evaluation(clause.split, epoch_at(run, clause.split, evaluation.epoch))
        if other is None or not other.has_samples:
            return None
        at = aligned(run, other, run, evaluation)
        return np.asarray(_answers(run, other, clause.what, at)) if (at >= 0).any() else None

    def evaluation(self, run: Run) -> Evaluation | None:
        """What `run` answered on the split at the epoch that shows; None where it tells no samples."""
        epoch = epoch_at(run, self.split, self.epoch)
        found = run.evaluation(self.split, epoch) if epoch is not None else None
        if self.what_if is not None:
            from clftui.state.what_if import supposed  # Nothing is supposed at the start.

            found = supposed(self.what_if, run, found)
        return found if found is not None and found.has_samples else None

    def run_of(self, evaluation: Evaluation) -> Run | None:
        """The run whose evaluation this is; None where it is none of these runs' on the split."""
        for run in self._alive():
            epoch = evaluation.epoch
            if epoch in run.epochs(self.split) and run.evaluation(self.split, epoch) is evaluation.real:
                return run
        return None

    def named(self, name: str) -> Run | None:
        """The run of this key or, where no key is so, of this name."""
        alive = [*self._alive()]
        keyed = next((run for run in alive if run.key == name), None)
        return keyed or next((run for run in alive if run.name == name), None)

    def _alive(self) -> Iterator[Run]:
        return (run for each in self.runs if (run := each()) is not None)

    def _answers(self, run: Run, what: str, evaluation: Evaluation, samples: SampleTable | None) -> NDArray[Any] | None:
        other = self.evaluation(run)
        if other is None:
            return None
        return _answers(run, other, what, positions_in(other, table_of(run, self.split), evaluation, samples))

    def _count(self, right: bool, evaluation: Evaluation, samples: SampleTable | None) -> Int64:
        if samples is not None:
            # The same for every run on these samples: thirty runs would otherwise be compared with thirty each.
            return _counted(self, right, samples, evaluation.sample.tobytes())
        found = np.zeros(evaluation.n, dtype=np.int64)
        own = self.run_of(evaluation)
        mask = self._answers(own, "right" if right else "wrong", evaluation, None) if own is not None else None
        return found if mask is None else found + mask

    def count(self, right: bool, samples: SampleTable, rows: Int64) -> Int64:
        """(n,) how many runs are right (or wrong) about the samples in these rows of a table."""
        found = np.zeros(len(rows), dtype=np.int64)
        for run in self._alive():
            try:
                other = self.evaluation(run)
                if other is not None:
                    at = _positions(other, table_of(run, self.split), rows, samples)
                    found += _answers(run, other, "right" if right else "wrong", at)
            except FormatError:  # A broken run is told where it shows; the others still count.
                continue
        return found


@lru_cache(maxsize=8)
def _counted(peers: Peers, right: bool, samples: SampleTable, rows: bytes) -> Int64:
    return peers.count(right, samples, np.frombuffer(rows, dtype=np.int64))


def _answers(run: Run, other: Evaluation, what: str, at: Int64) -> NDArray[Any]:
    """What `run` answered to the samples at positions `at` of its evaluation; nothing where that is -1."""
    there = at >= 0
    if what == "confidence":
        return np.where(there, other.confidence()[at], np.nan)
    if what == "predicted":
        names = np.asarray([*run.classes, None], dtype=object)
        return np.asarray(names[np.where(there, other.predicted[at], -1)])
    true, predicted = other.true[at], other.predicted[at]
    return np.asarray(((true == predicted) == (what == "right")) & (true >= 0) & there, dtype=np.bool_)


def table_of(run: Run, split: str) -> SampleTable | None:
    """The run's sample table; None where it has none or it cannot be read."""
    try:
        return run.samples(split)
    except FormatError:
        return None


def aligned(other_run: Run, other: Evaluation, run: Run, evaluation: Evaluation) -> Int64:
    """(n,) where each sample of `run`'s evaluation stands in `other_run`'s; -1 where it is not there.

    Sample numbers of one split mean the same in all epochs of a run; between runs and splits the tables' ids tell.
    """
    if other_run is run and other.split == evaluation.split:
        return places_of(other.sample, evaluation.sample)
    mine, theirs = table_of(run, evaluation.split), table_of(other_run, other.split)
    return positions_in(other, theirs, evaluation, mine)


def positions_in(
    other: Evaluation, other_table: SampleTable | None, evaluation: Evaluation, table: SampleTable | None
) -> Int64:
    """(n,) where each sample of `evaluation` stands in `other`; -1 where it is not, or nothing says which it is."""
    if other is evaluation:
        return np.arange(evaluation.n, dtype=np.int64)
    return _positions(other, other_table, evaluation.sample, table)


def _positions(other: Evaluation, other_table: SampleTable | None, rows: Int64, table: SampleTable | None) -> Int64:
    if table is None or other_table is None or not other.n:
        return np.full(len(rows), -1, dtype=np.int64)
    if not same_samples(table, other_table):
        rows = _translated(rows, table, other_table)
    return places_of(other.sample, rows)


def places_of(have: Int64, wanted: Int64) -> Int64:
    """Where each of the sample numbers `wanted` stands in `have`; -1 where it is missing or negative."""
    if np.array_equal(have, wanted):
        return np.arange(len(wanted), dtype=np.int64)
    if not len(have):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(have, kind="stable")
    ranked = have[order]
    at = np.minimum(np.searchsorted(ranked, wanted), len(have) - 1)
    return np.where((wanted >= 0) & (ranked[at] == wanted), order[at], -1)


def _translated(rows: Int64, table: SampleTable, other: SampleTable) -> Int64:
    """Rows of `table` as rows of `other`, by id; -1 where `other` lacks the id."""
    mine, theirs = shared_rows(table, other)
    lookup = np.full(table.n + 1, -1, dtype=np.int64)
    lookup[mine] = theirs
    return lookup[np.where((rows >= 0) & (rows < table.n), rows, table.n)]


class Answers(NamedTuple):
    """One epoch's answers to the samples of a later one, (n,) by position there."""

    epoch: int
    predicted: NDArray[np.int32]
    right: Bool
    known: Bool
    """Whether the epoch holds the sample, with a label."""


def answers_until(run: Run, evaluation: Evaluation) -> Iterator[Answers]:
    """The epochs of `run` up to that of `evaluation`, oldest first, each read when it is asked for.

    Those that cannot be read are left out.
    """
    have: Int64 | None = None
    at = np.arange(evaluation.n, dtype=np.int64)
    for epoch in run.epochs(evaluation.split):
        if epoch > evaluation.epoch:
            return
        try:
            past = run.evaluation(evaluation.split, epoch)
            if past is None or not past.n or not past.has_samples:
                continue
            if past.sample is not have:
                have, at = past.sample, places_of(past.sample, evaluation.sample)
            true, predicted = past.true[at], past.predicted[at]
        except FormatError:
            continue
        known = (at >= 0) & (true >= 0)
        yield Answers(epoch, predicted, known & (true == predicted), known)


def epochs_wrong(run: Run, evaluation: Evaluation) -> NDArray[np.uint16] | None:
    """(n,) in how many epochs up to that of `evaluation` the run was wrong about each of its samples.

    Reads the labels of all those epochs; None in a draw, until they have been read. An epoch that cannot be read, or
    lacks the sample, does not count.
    """
    key = ("epochs wrong", weak(run), weak(evaluation))
    found = PASTS.get(key, lambda: _epochs_wrong(run, evaluation), wait=may_wait())
    if found is None:
        note_missing()
    return found


def _epochs_wrong(run: Run, evaluation: Evaluation) -> NDArray[np.uint16]:
    found = np.zeros(evaluation.n, dtype=np.uint16)
    for each in answers_until(run, evaluation):
        found += each.known & ~each.right
    return found
