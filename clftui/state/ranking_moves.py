"""The cursor of the ranking: a run, or an epoch of the focused run, and a class."""

from __future__ import annotations

import numpy as np

from clftui.state.moves import focus_run, go, select
from clftui.state.ranking_fold import Fold
from clftui.state.ranking_table import RankingTable, ranking
from clftui.state.selection import Tab
from clftui.state.session import Session


def cursor(table: RankingTable, session: Session) -> tuple[int, int]:
    """Row and column under the cursor; the first where the selection names none of the table's."""
    name = session.selection.true
    if table.fold is not None:
        name = table.fold.of.get(name or "")
    return _row_at(table, session), table.column_of(name) or 0


def _row_at(table: RankingTable, session: Session) -> int:
    """The row of the run, or of the epoch, that shows; of epochs left out of the range, the nearest one."""
    if table.epochs_of is None:
        return table.row_of(session.selection.run) or 0
    shown = session.epoch_of(table.epochs_of)
    if shown is None or not table.rows:
        return 0
    epochs = [member.evaluation.epoch for member in table.rows]
    return min(range(len(epochs)), key=lambda row: (abs(epochs[row] - shown), -epochs[row]))


def point(session: Session, table: RankingTable, row: int, column: int) -> Session:
    """`session` with the cursor at a row and column, clamped."""
    if not table.rows or not table.classes:
        return session
    name = table.classes[min(max(column, 0), len(table.classes) - 1)]
    if table.fold is not None:
        name = _class_of(table.fold, name, session.selection.true)
    member = table.rows[min(max(row, 0), len(table.rows) - 1)]
    if table.epochs_of is not None:
        newest = member.evaluation.epoch == member.run.newest(member.evaluation.split)
        # The newest epoch is followed, as it is after stepping to it.
        return select(session, true=name, epoch=None if newest else member.evaluation.epoch)
    # First the class: focusing a run keeps it only where that run knows it.
    return focus_run(select(session, true=name), member.run.key)


def _class_of(fold: Fold, group: str, now: str | None) -> str:
    """The class that stands for a group under the cursor: the selected one where it is of the group."""
    return now if now is not None and fold.of.get(now) == group else fold.first[group]


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows` runs or epochs down and `columns` classes to the right, clamped at the edges."""
    table = ranking(session)
    row, column = cursor(table, session)
    return point(session, table, row + rows, column + columns)


def drill(session: Session) -> Session:
    """The matrix of the focused run, at the class under the cursor and what it is most often mistaken for."""
    table = ranking(session)
    if not table.rows or not table.classes:
        return session
    row, column = cursor(table, session)
    member = table.rows[row]
    name, run, confusion = table.classes[column], member.run, member.confusion
    if table.fold is not None:
        # The matrix has classes: it opens at the one that stands for the group.
        name, run = _class_of(table.fold, name, session.selection.true), session.catalog.run(run.key) or run
        confusion = member.evaluation.confusion
    true = run.class_index.get(name)
    deeper = go(session, Tab.MATRIX)
    if true is None:
        return select(deeper, run=member.run.key)
    predicted, counts = confusion.row(true)
    wrong = predicted != true
    mistaken = int(predicted[wrong][np.argmax(counts[wrong])]) if wrong.any() else true
    return select(deeper, run=member.run.key, true=name, predicted=run.classes[mistaken])
