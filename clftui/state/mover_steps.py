"""Where movers lead: to the samples that flipped, and the cursor onto what moved."""

from __future__ import annotations

from dataclasses import replace

from clftui.analysis.changes import Part
from clftui.state import filter_steps
from clftui.state.comparison import best_epoch
from clftui.state.filters import Filter, FilterError
from clftui.state.flip_filter import Flip, Flipped
from clftui.state.mover_filter import Moved
from clftui.state.movers import Mover, movers
from clftui.state.moves import drill_to_samples, focus_run, say, select
from clftui.state.selection import Part as ScopePart
from clftui.state.selection import Scope
from clftui.state.session import Session
from clftui.state.versus import Kind, Versus
from clftui.text import plural, sanitise


def drill_flipped(session: Session, mover: Mover, run: str | None = None) -> Session:
    """The samples that make up the change, one step deeper: a notice says why where they cannot be told.

    Of a class that got worse those newly wrong, of a better one those newly right; of a group those whose answer left
    or came back; of a cell those that entered or left it. `run` is the key of the run that moved (the focused one).
    """
    if run is not None:
        session = focus_run(session, run)
    versus = _pinned(session)
    try:
        drilled = drill_to_samples(session, _scope(mover))
        # One step back leads back here.
        return replace(filter_steps.add(drilled, _filter(mover, versus)), history=drilled.history)
    except FilterError as error:
        return say(session, f"{mover.name}: {error}.")


def _scope(mover: Mover) -> Scope:
    match mover.kind:
        case Part.GROUP:
            title = f"true in {sanitise(mover.name)}"
            return Scope(part=ScopePart.ALL, true_classes=mover.members, title=title)
        case Part.CELL if mover.worse:
            return Scope(mover.true, mover.predicted, ScopePart.WRONG)
        case Part.CELL:
            return Scope(mover.true, part=ScopePart.ALL)
        case _:
            return Scope(mover.true, part=ScopePart.WRONG if mover.worse else ScopePart.RIGHT)


def _filter(mover: Mover, versus: Versus) -> Filter:
    match mover.kind:
        case Part.GROUP:
            return Moved(not mover.worse, mover.name, frozenset(mover.members), versus)
        case Part.CELL:
            return Moved(mover.worse, mover.predicted, frozenset({mover.predicted}), versus)
        case _:
            return Flipped(Flip.NEWLY_WRONG if mover.worse else Flip.NEWLY_RIGHT, versus)


def _pinned(session: Session) -> Versus:
    """What is compared with, an epoch by its number: the samples stay the same when a new epoch comes."""
    run, split, versus = session.run, session.selection.split, session.versus
    if run is None or split is None or versus.kind not in (Kind.BEFORE, Kind.BEST):
        return versus
    now = session.epoch_of(run)
    if now is None:
        return versus
    if versus.kind is Kind.BEST:
        epoch = best_epoch(run, split, now)
    else:
        epoch = max((each for each in run.epochs(split) if each < now), default=None)
    return Versus(Kind.EPOCH, epoch=epoch) if epoch is not None else versus


def point_at(session: Session, mover: Mover) -> Session:
    """The cursor on what moved: a class on its diagonal, a cell, a group selected with its first class."""
    match mover.kind:
        case Part.GROUP:
            return select(session, group=mover.group, true=mover.members[0], predicted=mover.members[0])
        case Part.CELL:
            return select(session, group=None, true=mover.true, predicted=mover.predicted)
        case _:
            return select(session, group=None, true=mover.true, predicted=mover.true)


def next_mover(session: Session) -> Session:
    """The cursor on the next of the focused run's movers, regressions first, round and round."""
    try:
        shown = movers(session)
    except FilterError as error:
        return say(session, f"{error}.")
    if shown is None:
        return say(session, "The movers are being worked out.")
    if not shown.before:
        return say(session, "There is nothing to compare with.")
    if not shown.movers:
        return say(session, f"Nothing moved beyond chance from {shown.before} to {shown.after}.")
    listed = shown.by_kind
    at = next((i for i, each in enumerate(listed) if _is_at(session, each)), -1)
    place = (at + 1) % len(listed)
    mover = listed[place]
    words = f"{place + 1} of {plural(len(listed), 'mover')}: {mover.kind.value} {sanitise(mover.name)}"
    return say(point_at(session, mover), f"{words}, {mover.direction}.")


def _is_at(session: Session, mover: Mover) -> bool:
    return point_at(session, mover).selection == session.selection
