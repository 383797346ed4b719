"""The list below the strips: its lines, its cursor and where each line leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clftui.state import dynamics_list, flips_list
from clftui.state.dynamics_list import dynamics_lines
from clftui.state.flips_list import flip_lines
from clftui.state.moves import say, select
from clftui.state.session import Session
from clftui.state.settings import EpochsPane


@dataclass(frozen=True)
class MoverLine:
    """A class, group or cell of one run that changed beyond chance; numbers are in points of a percentage."""

    letter: str
    run: str
    """Key of the run."""
    worse: bool
    kind: str
    """`class`, `group` or `cell`."""
    name: str
    change: float
    low: float
    high: float
    """Interval of the change; NaN where it has none."""
    alarm: bool = False
    true: str = ""
    """The class, or a cell's true class."""
    predicted: str = ""


@dataclass(frozen=True)
class MoverLines:
    """What moved in the runs that show, regressions first, classes before cells."""

    lines: tuple[MoverLine, ...] = ()
    worse: int = 0
    better: int = 0
    q_level: float = 0.05
    against: str = ""
    """What is compared: `since the last epoch`."""
    pending: bool = False


def movers(session: Session, *, wait: bool = False) -> MoverLines:
    """The movers of the runs A to D."""
    return MoverLines()


def length(session: Session) -> int:
    """Lines of the list that shows."""
    match session.epochs.pane:
        case EpochsPane.MOVERS:
            return len(movers(session).lines)
        case EpochsPane.FLIPS:
            return len(flip_lines(session).lines)
        case EpochsPane.DYNAMICS:
            return len(dynamics_lines(session).lines)
    return 0


def at(session: Session, line: int) -> Session:
    """The list's cursor on a line, clamped; strips and chart follow to what it is about."""
    total = length(session)
    if not total:
        return say(session, "The list is empty.")
    line = min(max(line, 0), total - 1)
    moved = replace(session, epochs=replace(session.epochs, line=line, listed=True))
    if session.epochs.pane is EpochsPane.MOVERS:
        return _look_at(moved, movers(session).lines[line])
    look_at = flips_list.look_at if session.epochs.pane is EpochsPane.FLIPS else dynamics_list.look_at
    return look_at(moved, line)


def _look_at(session: Session, line: MoverLine) -> Session:
    run = session.catalog.run(line.run)
    if run is not None:
        session = select(session, run=run.key)
    if line.true:
        session = select(session, true=line.true)
    if line.predicted:
        session = select(session, predicted=line.predicted)
    return replace(session, epochs=replace(session.epochs, cell=bool(line.predicted)))


def drill(session: Session) -> Session:
    """Where the line under the cursor leads."""
    if session.epochs.pane is EpochsPane.FLIPS:
        return flips_list.drill_line(session, session.epochs.line)
    if session.epochs.pane is EpochsPane.DYNAMICS:
        return dynamics_list.drill_line(session, session.epochs.line)
    return say(session, "Nothing to open here.")
