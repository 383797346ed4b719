"""The cursor of the Scores view, and where it leads."""

from __future__ import annotations

from dataclasses import replace

from clftui.state import scores_axis_steps, scores_steps
from clftui.state.moves import find_class, select
from clftui.state.scores_steps import drill, find_column
from clftui.state.session import Session

__all__ = ["drill", "find", "move"]

USUAL = (30, 120)
"""Rows and columns of a body where nobody says how large it is."""


def move(session: Session, rows: int, columns: int, page: tuple[int, int] = USUAL) -> Session:
    """The cursor on a body of `page` (rows, columns) cells."""
    where = scores_axis_steps if session.scores.on_axes else scores_steps
    return where.move(session, rows, columns, page)


def find(session: Session, text: str, page: tuple[int, int] = USUAL) -> Session:
    """The column of a class whose name contains `text`; while keys move along the axes, an axis for it."""
    here = session.scores.axis if session.scores.on_axes else session.selection.predicted
    found = find_class(select(session, true=here), text)
    name = found.selection.true
    back = replace(found, selection=session.selection)
    if found.notice or name is None:
        return back
    return scores_axis_steps.add_class(back, page, name) if session.scores.on_axes else find_column(back, name)
