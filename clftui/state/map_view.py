"""What the Map view shows, and how its cursor moves."""

from __future__ import annotations

from clftui.state.moves import go, select
from clftui.state.selection import Tab
from clftui.state.session import Session


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows + columns` classes on."""
    classes = session.classes
    if not classes:
        return session
    now = classes.index(session.selection.true) if session.selection.true in classes else 0
    return select(session, true=classes[min(max(now + rows + columns, 0), len(classes) - 1)])


def drill(session: Session) -> Session:
    """The samples of the selection."""
    return go(session, Tab.SAMPLES)
