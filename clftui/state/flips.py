"""Flips by class between what shows and what it is compared with, and which of the runs get which samples right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.flips import FlipCounts, Outcome, flip_counts, patterns, wrong_in
from clftui.analysis.significance import mcnemar
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.comparison import Comparison, comparison
from clftui.state.filter_values import Named
from clftui.state.filters import Filter
from clftui.state.flip_filter import Flip, Flipped, outcomes_between
from clftui.state.later import LATER, weak
from clftui.state.moves import drill_to_samples, say
from clftui.state.peers import aligned
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, passed
from clftui.state.versus import Versus, against_words
from clftui.text import sanitise

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]
NOT_TESTED = float("nan")


class FlipRow(NamedTuple):
    """One class, or all of them together (then `name` is empty)."""

    name: str
    newly_wrong: int
    newly_right: int
    differently: int
    same: int
    right: int
    p: float
    """Exact McNemar; NaN without samples."""
    q: float
    """Adjusted over the classes; NaN for all of them together."""

    @property
    def n(self) -> int:
        return self.newly_wrong + self.newly_right + self.differently + self.same + self.right

    @property
    def net(self) -> int:
        """Samples lost less samples won."""
        return self.newly_wrong - self.newly_right

    def of(self, flip: Flip) -> int:
        """The samples that flipped so."""
        return (self.newly_wrong, self.newly_right, self.differently)[flip.outcome]


class Pattern(NamedTuple):
    """Samples that these lettered runs get right and those get wrong."""

    right: tuple[str, ...]
    """Letters."""
    wrong: tuple[str, ...]
    n: int
    """Samples."""

    @property
    def words(self) -> str:
        """`A B right, C wrong`"""
        sides = ((self.right, "right"), (self.wrong, "wrong"))
        return ", ".join(f"{' '.join(letters)} {side}" for letters, side in sides if letters)


@dataclass(frozen=True)
class RunSets:
    """Set algebra over runs, on the samples of the focused run that pass its filters."""

    letters: tuple[tuple[str, str], ...]
    """(letter, name) of the runs that the patterns tell apart."""
    patterns: tuple[Pattern, ...]
    """Most frequent first."""
    shared: int
    """Samples that all the lettered runs have."""
    runs: int
    """How many runs `exactly` and `at_least` speak of."""
    exactly: tuple[int, ...]
    """Samples wrong in exactly 0, 1, ... `runs` of the runs, of those that all of these have."""
    at_least: tuple[int, ...]


@dataclass(frozen=True)
class Flips:
    """What became of the samples that both sides have."""

    before: str
    """`epoch 11`, `cnn`, `val`."""
    after: str
    versus: Versus
    run_name: str
    rows: tuple[FlipRow, ...]
    """Classes with samples on both sides, those that lost most first."""
    total: FlipRow
    empty: int
    """Classes without such samples."""
    left_out: int
    """Labelled samples of what shows that the other side does not have, or labels otherwise."""

    @property
    def title(self) -> str:
        """`epoch 12 against epoch 11`"""
        return f"{sanitise(self.after)} against {sanitise(self.before)}"


def flips(session: Session, versus: Versus | None = None, *, wait: bool = False) -> Flips | Nothing | None:
    """The focused run's flips against `versus` (the session's own); None while they are being counted.

    Filters that ask for flips are left out: a table of the newly wrong alone would say nothing. FormatError where a
    file is broken, FilterError where `versus` names what is not there.
    """
    session = replace(session, filters=_steady(session.filters))
    versus = versus or session.versus
    run = session.run
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    key = ("flips", versus, *_key(session, run))
    return LATER.get(key, lambda: _counted(session, versus), wait=wait)


def run_sets(session: Session, *, wait: bool = False) -> RunSets | None:
    """Which runs get which samples right; None while this is being counted."""
    session = replace(session, filters=_steady(session.filters))
    run = session.run
    if run is None:
        return RunSets((), (), 0, 0, (0,), (0,))
    letters = tuple((letter, each.key) for letter, each in session.lettered)
    key = ("run sets", letters, *_key(session, run))
    return LATER.get(key, lambda: _run_sets(session, run), wait=wait)


def _key(session: Session, run: Run) -> tuple[object, ...]:
    place = (session.selection.split, session.selection.epoch, session.epoch_of(run))
    return (weak(*session.catalog.runs), run.key, *place, session.bound_filters)


def _steady(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Without those that themselves compare with something: Flipped, and what movers lead to."""
    return tuple(each for each in filters if getattr(each, "versus", None) is None)


def _counted(session: Session, versus: Versus) -> Flips | Nothing:
    found = comparison(session, versus)
    if found is None:
        return Nothing(f"There is nothing to compare with {against_words(versus)}.")
    if not (found.before.evaluation.has_samples and found.after.evaluation.has_samples):
        return Nothing("One of the two is a bare matrix: it counts samples but not which.")
    outcome, at = sample_outcomes(found)
    after = found.after
    if not at.size:
        return Nothing(f"{sanitise(found.words)}: {_why_none(found)}.")
    counted = flip_counts(after.evaluation.true[at], outcome[at], len(after.run.classes))
    labelled = after.evaluation.true >= 0
    whole = int(np.count_nonzero(labelled if after.mask is None else labelled & after.mask))
    rows = _rows(after.run.classes, counted)
    return Flips(
        found.before.name, after.name, versus, after.run.name, rows, _total(counted),
        len(after.run.classes) - len(rows), whole - at.size,
    )  # fmt: skip


def _why_none(found: Comparison) -> str:
    """Why no sample can be followed from one to the other."""
    if not (found.after.evaluation.true >= 0).any():
        return "no sample has a true class"
    shared = bool((found.place >= 0).any())
    return "no sample of both passes the filters" if shared else "nothing says which samples they share"


def sample_outcomes(found: Comparison) -> tuple[NDArray[np.int8], Int64]:
    """(n of after,) what became of each sample, and the ascending positions of those that both sides let pass."""
    before, after = found.before, found.after
    outcome = outcomes_between(before.run, before.evaluation, after.run, after.evaluation, found.place)
    shared = found.shared
    return outcome, shared[outcome[shared] >= 0]


def _rows(classes: tuple[str, ...], counted: FlipCounts) -> tuple[FlipRow, ...]:
    counts = counted.counts
    net = counts[:, Outcome.NEWLY_WRONG] - counts[:, Outcome.NEWLY_RIGHT]
    flipped = counts[:, Outcome.NEWLY_WRONG] + counts[:, Outcome.NEWLY_RIGHT]
    order = np.lexsort((-flipped, -net))
    kept = order[counts.sum(axis=1)[order] > 0].tolist()
    p, q = counted.p.tolist(), counted.q.tolist()
    return tuple(_row(classes[each], counts[each], p[each], q[each]) for each in kept)


def _row(name: str, counts: Int64, p: float, q: float) -> FlipRow:
    newly_wrong, newly_right, differently, same, right = counts.tolist()
    return FlipRow(name, newly_wrong, newly_right, differently, same, right, p, q)


def _total(counted: FlipCounts) -> FlipRow:
    sums = counted.counts.sum(axis=0)
    p = float(mcnemar(sums[Outcome.NEWLY_WRONG], sums[Outcome.NEWLY_RIGHT]))
    return _row("", sums, p, NOT_TESTED)


def _run_sets(session: Session, run: Run) -> RunSets:
    evaluation = session.evaluation(run)
    if evaluation is None or not evaluation.has_samples:
        return RunSets((), (), 0, 0, (0,), (0,))
    keep = evaluation.true >= 0
    mask = passed(run, evaluation, session.bound_filters)
    keep = keep if mask is None else keep & mask
    letters = {each.key: letter for letter, each in session.lettered}
    lettered: list[tuple[str, str, Bool, Bool]] = []
    wrong, held, runs = np.zeros(evaluation.n, dtype=np.int64), keep.copy(), 0
    for each in session.catalog.runs:
        answers = _answers(session, run, evaluation, each)
        if answers is None:
            continue
        known, right = answers
        runs, held = runs + 1, held & known
        wrong += known & ~right
        if each.key in letters:
            lettered.append((letters[each.key], each.name, known, right))
    exactly, at_least = wrong_in(wrong[held], runs)
    lettered.sort(key=lambda one: one[0])
    shared = np.logical_and.reduce([keep, *(known for _, _, known, _ in lettered)])
    found = _patterns(tuple(letter for letter, *_ in lettered), [right[shared] for *_, right in lettered])
    names = tuple((letter, name) for letter, name, _, _ in lettered)
    return RunSets(names, found, int(np.count_nonzero(shared)), runs, tuple(exactly.tolist()), tuple(at_least.tolist()))


def _answers(session: Session, run: Run, evaluation: Evaluation, other: Run) -> tuple[Bool, Bool] | None:
    """(n,) whether `other` has each sample, and whether it is right; None where it has none of them."""
    try:
        there = session.evaluation(other)
        if there is None or not there.has_samples:
            return None
        place = aligned(other, there, run, evaluation)
    except FormatError:
        return None
    known = place >= 0
    if not known.any():
        return None
    return known, known & (there.true[place] == there.predicted[place])


def _patterns(letters: tuple[str, ...], right: list[Bool]) -> tuple[Pattern, ...]:
    if len(letters) < 2:
        return ()
    who, count = patterns(np.asarray(right))
    return tuple(
        Pattern(
            tuple(letter for letter, good in zip(letters, row, strict=True) if good),
            tuple(letter for letter, good in zip(letters, row, strict=True) if not good),
            number,
        )
        for row, number in zip(who.tolist(), count.tolist(), strict=True)
    )


def drill(session: Session, flip: Flip, name: str | None = None, versus: Versus | None = None) -> Session:
    """The samples that flipped so, of true class `name` or of all; one step back returns."""
    kept = _steady(session.filters)
    chosen = Flipped(flip, versus or session.versus, kept)
    deeper = drill_to_samples(session, Scope(true=name, part=Part.ALL))
    return replace(deeper, filters=(*kept, chosen))


def drill_pattern(session: Session, pattern: Pattern) -> Session:
    """The samples of a pattern of right and wrong runs."""
    sides = [*(f"right_{letter}" for letter in pattern.right), *(f"wrong_{letter}" for letter in pattern.wrong)]
    if not sides:
        return say(session, "No run has a letter; r gives one.")
    deeper = drill_to_samples(session, Scope(part=Part.ALL))
    return replace(deeper, filters=(*_steady(session.filters), Named(pattern.words, " and ".join(sides))))
