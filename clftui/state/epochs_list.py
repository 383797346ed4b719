"""The list below the strips: its lines, its cursor and where each line leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from clftui.analysis.changes import Part
from clftui.analysis.movers import Q_LEVEL
from clftui.schema import FormatError
from clftui.state import dynamics_list, flips_list
from clftui.state import movers as model
from clftui.state.class_tree import label_of
from clftui.state.dynamics_list import DynamicsLines, dynamics_lines
from clftui.state.filters import FilterError
from clftui.state.flips_list import FlipLines, flip_lines
from clftui.state.movers import Mover, MoversView, movers_of
from clftui.state.moves import say, select
from clftui.state.session import Session
from clftui.state.settings import EpochsPane
from clftui.state.versus import against_words
from clftui.text import sanitise

_ORDER = {Part.CLASS: 0, Part.GROUP: 1, Part.CELL: 2}


@dataclass(frozen=True)
class MoverLine:
    """A class, group or cell of one run that changed beyond chance."""

    letter: str
    run: str
    """Key of the run."""
    name: str
    """As the screen calls it: `Shirt → Coat` for a cell."""
    mover: Mover

    @property
    def is_cell(self) -> bool:
        return self.mover.kind is Part.CELL


@dataclass(frozen=True)
class MoverLines:
    """What moved in the runs that show, regressions first, then classes before groups before cells."""

    lines: tuple[MoverLine, ...] = ()
    q_level: float = Q_LEVEL
    against: str = ""
    """What is compared: `since the epoch before`."""
    sentence: str = ""
    """Why there is nothing, or that it is being worked out."""
    limit: float = 0.0
    """How far the intervals of all lines reach from 0."""

    @property
    def title(self) -> str:
        """`Movers since the epoch before`"""
        return f"Movers {self.against}" if self.against else "Movers"

    @property
    def worse(self) -> int:
        return sum(line.mover.worse for line in self.lines)


def movers(session: Session, *, wait: bool = False) -> MoverLines:
    """The movers of the runs A to D; of the focused one where it has no letter."""
    against = against_words(session.versus, session.catalog)
    try:
        found = movers_of(session, wait=wait)
        run = session.run
        if found is not None and run is not None and all(each is not run for _, each in session.lettered):
            own = model.movers(session, wait=wait)
            found = (*found, ("", own)) if own is not None and own.before else found if own is not None else None
    except (FormatError, FilterError) as error:
        return MoverLines(against=against, sentence=f"{error}")
    if found is None:
        return MoverLines(against=against, sentence="comparing the epochs …")
    if not found:
        return MoverLines(against=against, sentence=_nothing(session))
    lines, limit = _lines(found)
    named = tuple(replace(line, name=_name(session, line.mover)) for line in lines) if len(lines) <= 200 else lines
    return MoverLines(named, against=against, limit=limit, sentence="" if lines else "Nothing moved beyond chance.")


def _nothing(session: Session) -> str:
    """Why nothing can be compared, and which key helps; short enough for half a screen."""
    run, split = session.run, session.selection.split or ""
    if run is not None and len(run.epochs(split)) > 1:
        return "Nothing came before this epoch; ] shows a later one."
    others = len(session.lettered) > 1 or (run is not None and len(run.splits) > 1)
    return "One epoch: d compares with a run or split." if others else "One epoch of one run: nothing to compare with."


@lru_cache(maxsize=4)
def _lines(found: tuple[tuple[str, MoversView], ...]) -> tuple[tuple[MoverLine, ...], float]:
    every = [MoverLine(letter, view.run, sanitise(each.name), each) for letter, view in found for each in view.movers]
    every.sort(key=lambda line: (not line.mover.worse, _ORDER[line.mover.kind], -abs(line.mover.change)))
    limit = max((max(abs(line.mover.low), abs(line.mover.high)) for line in every), default=0.0)
    return tuple(every), limit


def _name(session: Session, mover: Mover) -> str:
    """The labels of the hierarchy instead of codes, where it has any."""
    if mover.kind is Part.GROUP:
        return sanitise(mover.name)
    if mover.kind is Part.CELL:
        true, predicted = (sanitise(label_of(session, each)) for each in (mover.true, mover.predicted))
        return f"{true} → {predicted}"
    return sanitise(label_of(session, mover.true))


Listing = MoverLines | FlipLines | DynamicsLines


def listing(session: Session, *, wait: bool = False) -> Listing:
    """What the pane lists; nothing where it holds the chart."""
    match session.epochs.pane:
        case EpochsPane.FLIPS:
            return flip_lines(session, wait=wait)
        case EpochsPane.DYNAMICS:
            return dynamics_lines(session, wait=wait)
        case EpochsPane.MOVERS:
            return movers(session, wait=wait)
        case _:
            return MoverLines(sentence="The chart has no lines.")


def length(session: Session) -> int:
    """Lines of the list that shows."""
    return len(listing(session).lines)


def at(session: Session, line: int) -> Session:
    """The list's cursor on a line, clamped; strips and chart follow to what it is about."""
    found = listing(session)
    if not found.lines:
        return say(session, found.sentence or "The list is empty.")
    line = min(max(line, 0), len(found.lines) - 1)
    moved = replace(session, epochs=replace(session.epochs, line=line, listed=True))
    match session.epochs.pane:
        case EpochsPane.FLIPS:
            return flips_list.look_at(moved, line)
        case EpochsPane.DYNAMICS:
            return dynamics_list.look_at(moved, line)
        case _:
            return _look_at(moved, movers(session).lines[line])


def _look_at(session: Session, line: MoverLine) -> Session:
    """The run, and the class, cell or group, of a line; the chart shows it."""
    from clftui.state.mover_steps import point_at

    if session.catalog.run(line.run) is not None:
        session = select(session, run=line.run)
    session = point_at(session, line.mover)
    return replace(session, epochs=replace(session.epochs, cell=line.is_cell))


def drill(session: Session) -> Session:
    """Where the line under the cursor leads: to the samples that it is about."""
    from clftui.state.mover_steps import drill_flipped

    line = session.epochs.line
    match session.epochs.pane:
        case EpochsPane.FLIPS:
            return flips_list.drill_line(session, line)
        case EpochsPane.DYNAMICS:
            return dynamics_list.drill_line(session, line)
        case _:
            lines = movers(session).lines
            if not 0 <= line < len(lines):
                return say(session, "Nothing moved beyond chance.")
            return drill_flipped(session, lines[line].mover, lines[line].run)
