"""The cursor of the Scores view, and where it leads."""

from __future__ import annotations

from dataclasses import replace

from clftui.state import calibration_steps, scores_axis_steps, scores_steps
from clftui.state.moves import find_class, select
from clftui.state.scores_steps import find_column
from clftui.state.session import Session

__all__ = ["drill", "find", "move"]

USUAL = (30, 120)
"""Rows and columns of a body where nobody says how large it is."""


def move(session: Session, rows: int, columns: int, page: tuple[int, int] = USUAL) -> Session:
    """The cursor on a body of `page` (rows, columns) cells."""
    if session.alone:
        return calibration_steps.move(session, rows, columns)
    step = scores_axis_steps.move if session.scores.on_axes else scores_steps.move
    return step(session, rows, columns, page)


def drill(session: Session) -> Session:
    """The samples of what the cursor is on."""
    return calibration_steps.drill(session) if session.alone else scores_steps.drill(session)


def find(session: Session, text: str, page: tuple[int, int] = USUAL) -> Session:
    """The column of a class whose name contains `text`; while keys move along the axes, an axis for it."""
    here = session.scores.axis if session.scores.on_axes else session.selection.predicted
    found = find_class(select(session, true=here), text)
    name = found.selection.true
    back = replace(found, selection=session.selection)
    if found.notice or name is None:
        return back
    onto_axes = session.scores.on_axes and not session.alone
    return scores_axis_steps.add_class(back, page, name) if onto_axes else find_column(back, name)
