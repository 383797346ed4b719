"""The alarms that the whole app shows: which runs have one at their newest epoch, in the words of a strip."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from clftui.analysis.changes import Part
from clftui.analysis.metrics import accuracy
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.alarms import Alarm, alarms, broken
from clftui.state.alarms_settings import EpochOf
from clftui.state.filters import FilterError
from clftui.state.later import LATER, weak
from clftui.state.live_words import is_partial
from clftui.state.moves import back, go, select
from clftui.state.rules import cell_of
from clftui.state.selection import Tab
from clftui.state.session import Session, with_defaults
from clftui.state.settings import EpochsPane
from clftui.state.versus import Versus
from clftui.text import plural, sanitise, shorten, signed

_NOUNS = {Part.CLASS: ("class", "classes"), Part.GROUP: ("group", "groups"), Part.CELL: ("cell", "cells")}


@dataclass(frozen=True)
class Regressed:
    """What got worse; `change` of its rate and the half-width of its 95 % interval are shares, NaN unknown."""

    kind: Part
    name: str
    change: float
    half: float
    since: int | None = None
    """The epoch that it is measured from, where that is not the epoch before."""
    words: str = ""
    """What rules say: `recall < 70 % for 3 epochs: 64.0 %`."""

    @property
    def said(self) -> tuple[str, str]:
        """What stands out and what goes with it: (`Coat −13.0`, `±3.5 since 4`), (`Coat recall < 70 %: 64.0 %`, ``)."""
        name = shorten(self.name, 24, middle=True)
        if not math.isfinite(self.change):
            return f"{name} {sanitise(self.words)}", ""
        half = f"±{100 * self.half:.1f}" if math.isfinite(self.half) else ""
        since = f"since {self.since}" if self.since is not None else ""
        rest = (half, since, sanitise(self.words))
        return f"{name} {signed(100 * self.change)}", " ".join(part for part in rest if part)


@dataclass(frozen=True)
class Strip:
    """The alarm of one run at its newest epoch."""

    epoch_of: EpochOf
    key: str
    name: str
    letter: str | None
    regressed: tuple[Regressed, ...]
    """Classes first, then groups and cells, each with the greatest loss first."""
    mean: float
    """Change of accuracy since the epoch before, as a share; NaN unknown."""

    @property
    def epoch(self) -> int:
        return self.epoch_of[2]

    @property
    def leading(self) -> tuple[Regressed, ...]:
        """Those of the first kind: the classes, where there are any."""
        return tuple(each for each in self.regressed if each.kind == self.regressed[0].kind)

    @property
    def number(self) -> int:
        """How many the header counts."""
        return len(self.leading)

    @property
    def title(self) -> str:
        """`epoch 6 of A cnn: 2 classes regressed`."""
        return f"epoch {self.epoch} of {self.run}: {plural(self.number, *_NOUNS[self.regressed[0].kind])} regressed"

    @property
    def run(self) -> str:
        """`A cnn`."""
        name = shorten(self.name, 24, middle=True)
        return f"{self.letter} {name}" if self.letter else name


@dataclass(frozen=True)
class Strips:
    """All alarms that are not dismissed, the focused run's first. `pending`: some are still being looked for."""

    found: tuple[Strip, ...] = ()
    pending: bool = False

    @property
    def first(self) -> Strip | None:
        """The one that the strip shows."""
        return self.found[0] if self.found else None


def strips(session: Session) -> Strips:
    """The alarms at the newest epochs of the runs that are watched. Asks for those not known yet; never reads.

    Watched are the lettered runs and the focused one while they live, and every run that got an epoch meanwhile. An
    epoch of which some ranks are missing is not judged.
    """
    found: list[Strip] = []
    pending = False
    for run, evaluation in _watched(session):
        try:
            strip = _strip(session, run, evaluation)
        except (FormatError, FilterError):
            continue
        pending |= strip is None
        if strip is not None and strip.regressed:
            found.append(strip)
    return Strips(tuple(found), pending)


def _watched(session: Session) -> Iterator[tuple[Run, Evaluation]]:
    split = session.selection.split
    if split is None:
        return
    near = [run for run in (session.run, *(run for _, run in session.lettered)) if run is not None]
    arrived = {each[:2] for each in session.alarms.arrived}
    for run in dict.fromkeys((*near, *session.catalog.runs)):
        if not ((run.status.live and run in near) or (str(run.path), split) in arrived):
            continue
        try:
            epochs = run.epochs(split)
            if len(epochs) < 2 or (str(run.path), split, epochs[-1]) in session.alarms.dismissed:
                continue
            evaluation = run.evaluation(split, epochs[-1])
        except FormatError:
            continue
        if evaluation is not None and not is_partial(evaluation):
            yield run, evaluation


def _strip(session: Session, run: Run, evaluation: Evaluation) -> Strip | None:
    """None while it is not known; without regressions where all is well."""
    regressed = regressions(session, run)
    if regressed is None:
        return None
    mean = math.nan
    if regressed:
        known = LATER.get(("mean", *weak(evaluation)), partial(_mean_change, run, evaluation))
        if known is None:
            return None
        mean = known
    epoch_of = (str(run.path), evaluation.split, evaluation.epoch)
    return Strip(epoch_of, run.key, run.name, session.selection.letter(run.key), regressed, mean)


def _mean_change(run: Run, evaluation: Evaluation) -> float:
    earlier = [epoch for epoch in run.epochs(evaluation.split) if epoch < evaluation.epoch]
    try:
        before = run.evaluation(evaluation.split, earlier[-1]) if earlier else None
        return accuracy(evaluation.confusion) - accuracy(before.confusion) if before is not None else math.nan
    except FormatError:
        return math.nan


def regressions(session: Session, run: Run) -> tuple[Regressed, ...] | None:
    """What raised an alarm at the newest epoch of `run`: classes, groups, then cells; None while it is worked out.

    What breaks a rule comes with what fell beyond its own variation, once where it is the same.
    """
    found, rules = alarms(session, run), broken(session, run)
    if found is None or rules is None:
        return None
    earlier = run.epochs(session.selection.split or "")[:-1]
    each = {(one.kind, one.name): one for one in (_regressed(alarm, earlier) for alarm in found)}
    for rule in rules:
        kind, name = Part(rule.kind), rule.name
        if kind is Part.CELL:
            name = " → ".join(_pair(rule.name, run.classes))
        here = each.get((kind, name), Regressed(kind, name, math.nan, math.nan))
        each[kind, name] = replace(here, words=", ".join(part for part in (here.words, rule.words) if part))
    return tuple(sorted(each.values(), key=_worst_first))


def _worst_first(one: Regressed) -> tuple[int, float]:
    """What a rule alone tells has no change, and comes last of its kind."""
    return list(_NOUNS).index(one.kind), -abs(one.change) if math.isfinite(one.change) else 0.0


def _pair(cell: str, classes: tuple[str, ...]) -> tuple[str, str]:
    at = cell_of(cell, classes)
    return (classes[at[0]], classes[at[1]]) if at is not None else (cell, "")


def _regressed(alarm: Alarm, earlier: tuple[int, ...]) -> Regressed:
    named = alarm.named
    name = f"{named.true} → {named.predicted}" if named.kind is Part.CELL else named.name
    since = alarm.since if earlier and alarm.since != earlier[-1] else None
    return Regressed(named.kind, name, alarm.change, (alarm.high - alarm.low) / 2, since)


def show(session: Session) -> Session:
    """The Epochs view at the first alarm: its run, its epoch pinned, the worst class under the cursor."""
    strip = strips(session).first
    if strip is None:
        return session
    there = go(session, Tab.EPOCHS)
    there = with_defaults(select(there, run=strip.key, epoch=strip.epoch))
    name = next((each.name for each in strip.regressed if each.kind is Part.CLASS), None)
    if name in there.classes:
        there = select(there, true=name)
    return replace(there, versus=Versus(), epochs=replace(there.epochs, pane=EpochsPane.MOVERS))


def dismiss(session: Session) -> Session:
    """Without the alarm that shows, or one step back where there is none."""
    strip = strips(session).first
    if strip is None:
        return back(session)
    dismissed = session.alarms.dismissed | {strip.epoch_of}
    return replace(session, alarms=replace(session.alarms, dismissed=dismissed))


def has_alarm(session: Session) -> bool:
    """Whether a strip shows."""
    return strips(session).first is not None
