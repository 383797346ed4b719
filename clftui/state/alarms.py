"""Alarms of the epochs of a run: regressions beyond its own ordinary churn, by name. Filters do not apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from clftui.analysis.alarms import HISTORY, LEAST_HISTORY, LONGEST, Alarmed
from clftui.analysis.alarms import alarms as judged
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.watched import Watched, WatchedCounts, WatchedSamples
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.class_tree import tree_of
from clftui.state.later import LATER, weak
from clftui.state.mover_names import Named, named_as
from clftui.state.peers import aligned
from clftui.state.rules import Broken, Rule, broken_rules
from clftui.state.session import Session

WINDOW = HISTORY + LONGEST + 1
"""Epochs that are looked at, the judged one included."""
LEAST = LEAST_HISTORY + 1
"""Epochs before the first that can have an alarm."""


class Alarm(NamedTuple):
    """A regression at `epoch` against `since`, the last epoch before it; rates are shares."""

    named: Named
    epoch: int
    since: int
    before: float
    after: float
    low: float
    """Of the 95 % interval of the change of the rate."""
    high: float
    excess: float
    """The drop in standard deviations of what the member does from epoch to epoch by itself."""
    p: float

    @property
    def change(self) -> float:
        return self.after - self.before


def alarms(session: Session, run: Run | None = None, *, wait: bool = False) -> tuple[Alarm, ...] | None:
    """Alarms of the newest epoch of `run` (the focused one) on the selected split, worst first.

    None while they are being worked out; none for an epoch that cannot be read. An epoch needs four before it.
    """
    run, split = run or session.run, session.selection.split
    epoch = run.newest(split) if run is not None and split is not None else None
    if run is None or split is None or epoch is None:
        return ()
    return alarms_of(run, split, epoch, _tree(session, run), wait=wait)


def alarm_epochs(session: Session, run: Run | None = None, *, wait: bool = False) -> Mapping[int, tuple[Alarm, ...]]:
    """The alarms of every epoch of `run` that is worked out so far and has any: what a timeline marks.

    Asks for those that are not, the newest last, so that it comes first.
    """
    run, split = run or session.run, session.selection.split
    if run is None or split is None:
        return {}
    tree = _tree(session, run)
    found = {epoch: alarms_of(run, split, epoch, tree, wait=wait) for epoch in run.epochs(split)}
    return {epoch: each for epoch, each in found.items() if each}


def alarms_of(
    run: Run, split: str, epoch: int, tree: Hierarchy | None, *, wait: bool = False
) -> tuple[Alarm, ...] | None:
    """Alarms of one epoch; None while they are being worked out."""
    if epoch not in run.epochs(split)[LEAST:]:
        return ()
    try:
        evaluation = run.evaluation(split, epoch)
    except FormatError:
        return ()
    if evaluation is None:
        return ()
    key = ("alarms", _tree_key(tree), *weak(evaluation))
    return LATER.get(key, partial(_judge, run, evaluation, tree), wait=wait)


def _tree(session: Session, run: Run) -> Hierarchy | None:
    return tree_of(replace(session, selection=replace(session.selection, run=run.key)))


@lru_cache(maxsize=16)
def _tree_key(tree: Hierarchy | None) -> int:
    """The same for trees that are alike: each state of a growing collection reads its hierarchy anew."""
    return hash(tree.nodes) if tree is not None else 0


def _judge(run: Run, newest: Evaluation, tree: Hierarchy | None) -> tuple[Alarm, ...]:
    epochs, watched = _watched(run, newest, tree)
    return tuple(_alarm(run, each, epochs, tree) for each in judged(watched))


def _alarm(run: Run, found: Alarmed, epochs: Sequence[int], tree: Hierarchy | None) -> Alarm:
    named = named_as(found.part, found.row, found.column, run.classes, tree)
    since = epochs[-1 - found.lasting]
    return Alarm(named, epochs[-1], since, found.before, found.after, found.low, found.high, found.excess, found.p)


def _watched(run: Run, newest: Evaluation, tree: Hierarchy | None) -> tuple[list[int], Watched]:
    """The epochs up to `newest` that can be compared with it, oldest first, and what alarms look at."""
    window = _window(run, newest)
    if not all(each.has_samples for each in window):
        return [each.epoch for each in window], WatchedCounts([each.confusion for each in window], tree)
    kept = newest.true >= 0
    least = int(np.count_nonzero(kept)) / 2
    places = []
    for each in reversed(window):
        place = aligned(run, each, run, newest)
        both = kept & (place >= 0)
        if np.count_nonzero(both) < least:  # From here on back other samples were evaluated.
            break
        kept = both
        places.append((each, place))
    places.reverse()
    predicted = np.stack([each.predicted[place[kept]] for each, place in places])
    return [each.epoch for each, _ in places], WatchedSamples(newest.true[kept], predicted, len(run.classes), tree)


def _window(run: Run, newest: Evaluation, most: int = WINDOW) -> list[Evaluation]:
    out = []
    for epoch in [each for each in run.epochs(newest.split) if each <= newest.epoch][-most:]:
        try:
            evaluation = run.evaluation(newest.split, epoch)
        except FormatError:
            continue
        if evaluation is not None and evaluation.n:
            out.append(evaluation)
    return out


def broken(session: Session, run: Run | None = None, *, wait: bool = False) -> tuple[Broken, ...] | None:
    """The session's rules that the newest epoch of `run` breaks; None while it is worked out.

    A cell rises against the epoch before, a class falls against the epoch before the rule's first.
    """
    run, split = run or session.run, session.selection.split
    if run is None or split is None or not session.rules:
        return ()
    try:
        newest = run.evaluation(split)
    except FormatError:
        return ()
    if newest is None:
        return ()
    key = ("rules", session.rules, *weak(newest))
    return LATER.get(key, partial(_broken, run, newest, session.rules), wait=wait)


def _broken(run: Run, newest: Evaluation, rules: tuple[Rule, ...]) -> tuple[Broken, ...]:
    window = _window(run, newest, 1 + max(rule.epochs for rule in rules))
    cells = None
    if len(window) > 1:
        _, watched = _watched(run, newest, None)
        cells = watched.steps[-1].cells if watched.steps else None
    return broken_rules(rules, run.classes, [each.confusion for each in window], None, cells)
