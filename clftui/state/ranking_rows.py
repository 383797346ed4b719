"""What the rows of the ranking are, before anything is measured: runs, or epochs of one run."""

from __future__ import annotations

from typing import NamedTuple

from clftui.data.run import Run
from clftui.state.members import Absent, Member, members
from clftui.state.ranking_epochs import epoch_rows
from clftui.state.session import Session
from clftui.state.settings import RankingRows, RankingVariant


class Found(NamedTuple):
    """What is ranked. `own` decides the order of the classes; `by_overall` says whether the best row comes first."""

    present: tuple[Member, ...]
    absent: tuple[Absent, ...]
    own: Member | None
    by_overall: bool = True
    epochs_of: Run | None = None
    reading: bool = False
    """Whether epochs are still being read."""


def found_rows(session: Session, *, wait: bool = False) -> Found:
    """All runs, or the epochs of the focused one."""
    if session.ranking.rows is RankingRows.EPOCHS:
        lines = session.ranking.variant is RankingVariant.LINES
        read = epoch_rows(session, wait=wait)
        if read is None:
            return Found((), (), None)
        # The newest epoch orders the classes, so that stepping through the others moves no column.
        newest = read.present[-1] if read.present else None
        return Found(read.present, read.absent, newest, lines, read.run, read.reading)
    present, absent = members(session)
    first = present[0] if present else None
    return Found(present, absent, next((m for m in present if m.run.key == session.selection.run), first))
