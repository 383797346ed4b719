"""One list of what deserves a look next: regressions, odd confusions, doubtful labels, samples that are never right.

The order is the same for the same data. An entry is done once it is tagged, or has been looked at and left; the journal
keeps both, so that one resumes where one stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np

from clftui.analysis.changes import Part
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.alarms import Alarm, alarms
from clftui.state.block_steps import times_words
from clftui.state.blocks import blocks, outliers
from clftui.state.class_tree import tree_of
from clftui.state.filters import FilterError
from clftui.state.journal import journal
from clftui.state.matrix_model import matrix
from clftui.state.mover_names import Named
from clftui.state.movers import Mover, movers
from clftui.state.moves import drill_to_samples, go, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_tags import tags_of
from clftui.state.selection import Scope, Tab
from clftui.state.session import Session
from clftui.state.settings import SUGGESTED, ClassOrder
from clftui.state.suspects import Always, always_wrong, margin, suspects
from clftui.state.triage import pair_reasons
from clftui.text import count, percent, plural, sanitise, short_score

MOST = 100
"""Entries of one kind."""


class Kind(StrEnum):
    """Why something deserves a look, the most urgent first."""

    ALARM = "alarm"
    MOVER = "mover"
    OUTLIER = "block outlier"
    SUSPECT = "label suspect"
    ALWAYS = "always wrong"


Step = Callable[[Session], Session]


@dataclass(frozen=True)
class Issue:
    """One entry. `what` and `why` are ready for the screen."""

    kind: Kind
    what: str
    why: str
    key: str
    """What the journal calls it."""
    score: float
    """What it is ranked by within its kind: excess, change, surprise, margin."""
    step: Step
    """Where it leads."""
    true: str = ""
    predicted: str = ""
    split: str = ""
    id: str = ""
    """Of a sample."""
    tag: str = ""
    done: bool = False


@dataclass(frozen=True)
class Worklist:
    """Every entry, done or not."""

    issues: tuple[Issue, ...]
    pending: bool
    """Whether some kinds are still being worked out."""

    @property
    def left(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if not issue.done)

    @property
    def words(self) -> str:
        """`done 14, left 96`"""
        left = len(self.left)
        return f"done {count(len(self.issues) - left)}, left {count(left)}{', more to come' if self.pending else ''}"


Found = tuple[list[Issue], bool]
"""Entries, and whether there may be more of their kind in a moment."""


def worklist(session: Session, *, wait: bool = False, most: int = MOST) -> Worklist:
    """What deserves a look in the focused run, `most` of each kind. Filters apply to all but alarms."""
    pending = False
    found: list[Issue] = []
    for part in (_alarms, _movers, _outliers, _samples):
        try:
            issues, waits = part(session, wait, most)
        except (FormatError, FilterError):  # What cannot be read is told where it shows.
            continue
        pending |= waits
        found += issues
    return Worklist(tuple(_marked(session, found)), pending)


def _marked(session: Session, found: list[Issue]) -> Iterator[Issue]:
    """The entries, each with its tag and whether it is done."""
    reviewed = journal(session.catalog).reviewed
    tags = tags_of(session.catalog, session.selection.split or "")
    reasons = pair_reasons(session.catalog)
    for issue in found:
        tag = ""
        if issue.id:
            tag = tags[issue.id].tag.value if issue.id in tags else ""
        elif issue.kind is Kind.OUTLIER and (reason := reasons.get((issue.true, issue.predicted))) is not None:
            tag = reason.value
        yield replace(issue, tag=tag, done=bool(tag) or issue.key in reviewed)


def _alarms(session: Session, wait: bool, most: int) -> Found:
    found = alarms(session, wait=wait)
    return [_alarm(session, alarm) for alarm in (found or ())[:most]], found is None


def _alarm(session: Session, alarm: Alarm) -> Issue:
    named, run = alarm.named, session.run
    words = f"{_change(alarm.before, alarm.after)} since epoch {alarm.since}, beyond its own variation"
    key = f"alarm {run.key if run is not None else ''} {alarm.epoch} {named.kind.value} {named.name}"
    return Issue(Kind.ALARM, f"{named.kind.value} {_shown(named)}", words, key, alarm.excess,
                 partial(_to_epochs, named=named), named.true, named.predicted)  # fmt: skip


def _movers(session: Session, wait: bool, most: int) -> Found:
    shown = movers(session, wait=wait)
    if shown is None:
        return [], True
    worse = [each for each in shown.by_kind if each.worse and not each.alarm]
    return [_mover(session, each, shown.before, shown.after) for each in worse[:most]], False


def _mover(session: Session, mover: Mover, before: str, after: str) -> Issue:
    named, run = Named(mover.kind, mover.name, mover.true, mover.predicted, mover.group, mover.members), session.run
    words = f"{_change(mover.before, mover.after)} from {before} to {after}, beyond chance"
    key = f"mover {run.key if run is not None else ''} {before} {after} {named.kind.value} {named.name}"
    return Issue(Kind.MOVER, f"{named.kind.value} {_shown(named)}", words, key, abs(mover.change),
                 partial(_to_epochs, named=named), named.true, named.predicted)  # fmt: skip


def _shown(named: Named) -> str:
    return f"{sanitise(named.true)} → {sanitise(named.predicted)}" if named.kind is Part.CELL else sanitise(named.name)


def _change(before: float, after: float) -> str:
    return f"{percent(before)} → {percent(after)} %"


def _to_epochs(session: Session, named: Named) -> Session:
    there = go(session, Tab.EPOCHS)
    cell = named.kind is Part.CELL
    there = replace(there, epochs=replace(there.epochs, cell=cell))
    if named.kind is Part.GROUP:
        first = named.members[0]
        return select(there, group=named.group, true=first, predicted=first)
    return select(there, group=None, true=named.true, predicted=named.predicted if cell else named.true)


def _outliers(session: Session, wait: bool, most: int) -> Found:
    settings = session.matrix
    order = settings.order
    if order is ClassOrder.GIVEN:
        order = ClassOrder.HIERARCHY if tree_of(session) is not None else ClassOrder.QUICK
    blocked = SUGGESTED if settings.blocks is None else settings.blocks
    arranged = replace(session, matrix=replace(settings, order=order, blocks=blocked))
    shown = matrix(arranged)
    if shown is None:
        return [], False
    cut = blocks(arranged, shown, wait=wait)
    if cut is None:
        return [], True
    names = shown.classes
    return [
        _outlier(names[each.true], names[each.predicted], each.count, each.times, each.surprise)
        for each in outliers(shown, cut)[:most]
    ], False


def _outlier(true: str, predicted: str, n: int, times: float, surprise: float) -> Issue:
    words = f"{plural(n, 'sample')}, {times_words(times)} chance, outside every block of similar classes"
    return Issue(Kind.OUTLIER, f"{sanitise(true)} → {sanitise(predicted)}", words, f"cell {true}->{predicted}",
                 surprise, partial(_to_cell, true=true, predicted=predicted), true, predicted)  # fmt: skip


def _to_cell(session: Session, true: str, predicted: str) -> Session:
    return select(go(session, Tab.MATRIX), true=true, predicted=predicted)


def _samples(session: Session, wait: bool, most: int) -> Found:
    """Label suspects, then further samples that are never right; a sample that is both is told once."""
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None or not evaluation.has_samples:
        return [], False
    doubtful = suspects(run, evaluation, session.bound_filters)[:most]
    never = always_wrong(session, wait=wait)
    known = never if never is not None else Always(doubtful[:0], "")
    rest = known.positions[~np.isin(known.positions, doubtful)][:most]
    both = np.isin(doubtful, known.positions).tolist()
    gaps = margin(evaluation, np.concatenate([doubtful, rest])).tolist()
    told = [
        _suspect(run, evaluation, at, gap, known.words * also)
        for at, gap, also in zip(doubtful.tolist(), gaps, both, strict=False)
    ]
    told += [
        _sample(run, evaluation, at, gap, Kind.ALWAYS, known.words)
        for at, gap in zip(rest.tolist(), gaps[len(doubtful) :], strict=True)
    ]
    return told, never is None


def _suspect(run: Run, evaluation: Evaluation, at: int, gap: float, also: str) -> Issue:
    names = evaluation.classes
    true, predicted = names[evaluation.true[at]], names[evaluation.predicted[at]]
    words = f"{sanitise(predicted)} leads {sanitise(true)} by {short_score(gap, 3)}"
    return _sample(run, evaluation, at, gap, Kind.SUSPECT, f"{words}, {also}" if also else words)


def _sample(run: Run, evaluation: Evaluation, at: int, gap: float, kind: Kind, why: str) -> Issue:
    names, split = (*evaluation.classes, ""), evaluation.split
    name = id_of(table_of(run, split), int(evaluation.sample[at]))
    return Issue(
        kind, f"#{sanitise(name)}", why, f"sample {split} {name}", gap, partial(to_sample, name=name),
        names[evaluation.true[at]], names[evaluation.predicted[at]], split, name,
    )  # fmt: skip


def to_sample(session: Session, name: str) -> Session:
    """One sample alone, in the list of all that are wrong, widest margin first: the next one is the next suspect."""
    there = drill_to_samples(session, Scope())
    there = replace(there, samples=replace(there.samples, sort=SampleSort.MARGIN))
    return select(there, sample=name, detail=True)
