"""What all runs of a collection answer to each sample: how far they disagree, and how many are wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import PASTS, weak
from clftui.state.peers import Peers, aligned, table_of
from clftui.state.session import Session
from clftui.state.unready import NotYet, may_wait, note_missing


class Votes(NamedTuple):
    """The runs' answers to the n samples of one evaluation, by position."""

    runs: int
    """How many runs hold the split."""
    answered: NDArray[np.uint16]
    """(n,) runs that answer the sample."""
    wrong: NDArray[np.uint16]
    """(n,) runs that answer it wrong."""
    entropy: NDArray[np.float64]
    """(n,) bits of the votes' entropy; NaN with fewer than two votes."""


def crowd_of(session: Session) -> Peers:
    """The runs of the session's collection, as it sees them."""
    lettered = session.lettered
    runs, letters = weak(*session.catalog.runs), weak(*(run for _, run in lettered))
    named = tuple((letter, run) for (letter, _), run in zip(lettered, letters, strict=True))
    return Peers(runs, named, session.selection.split or "", session.selection.epoch)


def can_vote(run: Run, evaluation: Evaluation, crowd: Peers | None) -> bool:
    """Whether there is a second run on the split, and a table that says which samples are the same."""
    if crowd is None or table_of(run, evaluation.split) is None:
        return False
    others = (each() for each in crowd.runs)
    return any(each is not None and each is not run and evaluation.split in each.splits for each in others)


def votes(run: Run, evaluation: Evaluation, crowd: Peers) -> Votes:
    """What all runs answer. NotYet in a draw, until they have been read."""
    key = ("votes", crowd, weak(run), weak(evaluation))
    found = PASTS.get(key, lambda: _votes(run, evaluation, crowd), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet("Reading the answers of all runs …")
    return found


def _votes(run: Run, evaluation: Evaluation, crowd: Peers) -> Votes:
    from clftui.analysis.agreement import vote_entropy

    codes = dict(run.class_index)
    cast = [vote for each in crowd.runs if (vote := _vote(each(), run, evaluation, crowd, codes)) is not None]
    ballot = np.stack(cast) if cast else np.full((1, evaluation.n), -1, dtype=np.int64)
    answered = np.count_nonzero(ballot >= 0, axis=0)
    right = np.count_nonzero((ballot == evaluation.true) & (evaluation.true >= 0), axis=0)
    wrong = np.where(evaluation.true >= 0, answered - right, 0)
    return Votes(len(cast), answered.astype(np.uint16), wrong.astype(np.uint16), vote_entropy(ballot))


def _vote(
    other: Run | None, run: Run, evaluation: Evaluation, crowd: Peers, codes: dict[str, int]
) -> NDArray[np.int64] | None:
    """(n,) one run's answers as `codes`, which grows by classes that no run before knew; -1 is no answer."""
    if other is None:
        return None
    try:
        theirs = evaluation if other is run else crowd.evaluation(other)
        if theirs is None:
            return None
        at = aligned(other, theirs, run, evaluation)
        known = np.asarray([codes.setdefault(name, len(codes)) for name in other.classes] + [-1], dtype=np.int64)
        answers = known[theirs.predicted]
        return np.where(at >= 0, answers[at], -1) if theirs.n else None
    except FormatError:  # A broken run is told where it shows; the others still count.
        return None
