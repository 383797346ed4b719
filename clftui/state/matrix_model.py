"""What the Matrix view shows, as values: its rows and columns, the cursor and its steps. No drawing.

Positions number the rows and columns of the screen in the chosen order, from 0; class indices number the run's
classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, confused_pairs
from clftui.analysis.folding import Items, fold
from clftui.analysis.metrics import Metric
from clftui.schema import FormatError
from clftui.state.class_order import matrix_order
from clftui.state.hierarchy_view import folds_rare, items_of
from clftui.state.matrix_difference import Arm, arm, over
from clftui.state.moves import drill_to_samples, say, select
from clftui.state.rare import fold_rare
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.state.settings import CellEncoding, MatrixSettings
from clftui.text import count as count_words
from clftui.text import plural

Int64 = NDArray[np.int64]

THRESHOLDS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10_000)
"""The steps of the threshold on cells."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """One confusion in the order and the manner of the settings.

    Rows and columns are *items*: classes, or groups of classes that stand for one. `names` (n,) and `confusion` are of
    the items; `order` (n,) is the item of each position and `place` (n,) the position of each item. Where every item is
    a class, item and class index are the same number. `classes` (K,) and `whole` are of the classes, and so are `true`
    and `predicted`, the pair under the cursor.
    """

    classes: tuple[str, ...]
    whole: Confusion
    items: Items
    names: tuple[str, ...]
    confusion: Confusion
    order: Int64
    place: Int64
    true: int
    predicted: int
    settings: MatrixSettings
    other: Arm | None = None
    """What is taken away from every cell, over the same items."""

    @property
    def n(self) -> int:
        """Items."""
        return len(self.names)

    def item(self, index: int) -> int:
        """The item of a class index."""
        return index if self.items.is_unit else int(self.items.item_of[index])

    def members(self, item: int) -> Int64:
        """The class indices of an item."""
        return np.array([item]) if self.items.is_unit else self.items.members(item)

    @property
    def pair(self) -> tuple[int, int]:
        """The items under the cursor, true and predicted."""
        return self.item(self.true), self.item(self.predicted)

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column position of the cursor on the screen."""
        row, column = (int(self.place[item]) for item in self.pair)
        return (column, row) if self.settings.transposed else (row, column)

    @property
    def row_metric(self) -> Metric:
        """What the margin at the right says of each row: recall of true classes, precision of predicted ones."""
        return Metric.PRECISION if self.settings.transposed else Metric.RECALL

    @property
    def column_metric(self) -> Metric:
        """What the margin at the bottom says of each column."""
        return Metric.RECALL if self.settings.transposed else Metric.PRECISION


def matrix(session: Session) -> Matrix | None:
    """The matrix of the focused run; None where there is none to show (`missing` says why).

    Raises FormatError where the run's file is broken.
    """
    run, confusion = session.run, session.confusion()
    if run is None or confusion is None or not run.classes:
        return None
    settings, selection, index = session.matrix, session.selection, run.class_index
    order = matrix_order(session, run.classes, confusion)
    true = index.get(selection.true or "", 0)
    predicted = index.get(selection.predicted or "", min(1, len(run.classes) - 1))
    rare = fold_rare(confusion, order, run.classes, settings.kept) if folds_rare(session) else None
    items, names = rare or items_of(session, run.classes, order)
    place = items.item_of
    if not items.is_unit:
        order = place = np.arange(items.n)
    folded = confusion if items.is_unit else fold(confusion, items)
    other = arm(session)
    other = over(other, items) if other is not None else None
    return Matrix(run.classes, confusion, items, names, folded, order, place, true, predicted, settings, other)


def readable(session: Session) -> Matrix | None:
    """The matrix for a step, which must not fail where the view shows the error of a broken file."""
    try:
        return matrix(session)
    except FormatError:
        return None


def missing(session: Session) -> str | None:
    """One sentence where there is nothing to show, and which key helps; None where there is a matrix."""
    run, split = session.run, session.selection.split
    if run is None:
        return "No run is open: start clftui with the path of a run, a collection or a file of predictions."
    if split is None or not run.epochs(split):
        others = ", ".join(run.splits)
        has = f"it has {others}: s takes the next split, r the next run" if others else "r takes the next run"
        return f"{run.name} has nothing logged on {split or 'any split'}; {has}."
    confusion, evaluation = session.confusion(), session.evaluation()
    if confusion is not None and not confusion.total and session.filters:
        if evaluation is not None and not evaluation.has_samples:
            return f"{run.name} is a bare matrix without samples to filter; F drops the last filter."
        from clftui.state.filter_steps import nothing_passes

        return nothing_passes(session)
    if confusion is not None and not confusion.total:
        return f"{run.name} has no labelled sample on {split}; s takes the next split, r the next run."
    return None


def at(session: Session, row: int, column: int) -> Session:
    """`session` with the cursor at a row and column position (clamped)."""
    here = readable(session)
    if here is None:
        return session
    row, column = (clamped(position, here.n - 1) for position in (row, column))
    return point(session, here, slice(row, row + 1), slice(column, column + 1))


def clamped(position: int, last: int) -> int:
    """`position`, or the nearest of 0 to `last`."""
    return min(max(position, 0), last)


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows` down and `columns` to the right on the screen, clamped at the edges."""
    here = readable(session)
    if here is None:
        return session
    row, column = here.cursor
    return at(session, row + rows, column + columns)


def drill(session: Session) -> Session:
    """The samples of the cell under the cursor; on the diagonal those that are right."""
    here = readable(session)
    if here is None:
        return session
    evaluation = session.evaluation()
    if evaluation is not None and not evaluation.has_samples:
        return say(session, "This run is a bare matrix: it has counts, no samples to show.")
    true, predicted = here.pair
    if not here.confusion.cell(true, predicted):
        return say(session, "No sample is in this cell; N jumps to one that has some.")
    if here.items.is_unit:
        part = Part.RIGHT if true == predicted else Part.WRONG
        return _with_representative(
            session, here, drill_to_samples(session, Scope(here.classes[true], here.classes[predicted], part))
        )
    scope = Scope(
        true_classes=_class_names(here, true),
        predicted_classes=_class_names(here, predicted),
        part=Part.ALL if true != predicted else Part.WRONG,
        title=f"{here.names[true]} as {here.names[predicted]}",
    )
    return _with_representative(session, here, drill_to_samples(session, scope))


def _with_representative(session: Session, matrix: Matrix, deeper: Session) -> Session:
    """`deeper` with the sample focused whose image the cell shows."""
    if session.matrix.cell is not CellEncoding.IMAGE:
        return deeper
    from clftui.state.matrix_images import focused  # Loaded when images are first asked for.

    return focused(session, matrix, deeper)


def _class_names(matrix: Matrix, item: int) -> tuple[str, ...]:
    return tuple(matrix.classes[index] for index in matrix.members(item).tolist())


def point(session: Session, matrix: Matrix, rows: slice, columns: slice) -> Session:
    """The cursor on the strongest mistake among the positions `rows` x `columns`; stays if it is among them already."""
    row, column = matrix.cursor
    if rows.start <= row < rows.stop and columns.start <= column < columns.stop:
        return session
    down = np.concatenate([matrix.members(item) for item in matrix.order[rows].tolist()])
    across = np.concatenate([matrix.members(item) for item in matrix.order[columns].tolist()])
    if matrix.settings.transposed:
        down, across = across, down
    true, predicted = down[0], across[0]
    if len(down) * len(across) > 1:
        counts = matrix.whole.window(down, across)
        counts[down[:, None] == across[None, :]] = 0
        at_row, at_column = np.unravel_index(int(counts.argmax()), counts.shape)
        true, predicted = down[at_row], across[at_column]
    return select(session, true=matrix.classes[int(true)], predicted=matrix.classes[int(predicted)])


@lru_cache(maxsize=8)
def pairs(c: Confusion) -> tuple[NDArray[np.int32], NDArray[np.int32], Int64]:
    """(true, predicted, count) of all confused pairs, largest first."""
    return confused_pairs(c)


def next_pair(session: Session) -> Session:
    """The next largest confusion that the threshold lets through; after the smallest, the largest again."""
    here = readable(session)
    if here is None:
        return session
    true, predicted, counts = pairs(here.confusion)
    total = int(np.searchsorted(-counts, -max(here.settings.at_least, 1), side="right"))
    if not total:
        return say(session, "No confusion to jump to: < lowers the threshold." if len(counts) else "Nothing is wrong.")
    now = np.flatnonzero((true[:total] == here.pair[0]) & (predicted[:total] == here.pair[1]))
    to = (int(now[0]) + 1) % total if len(now) else 0
    row, column = (int(here.place[item]) for item in (true[to], predicted[to]))
    moved = at(session, column, row) if here.settings.transposed else at(session, row, column)
    return say(moved, f"Confusion {count_words(to + 1)} of {count_words(total)}, largest first.")


def step_threshold(session: Session, by: int) -> Session:
    """A higher or lower threshold on the cells that show; never past the largest confusion."""
    here = readable(session)
    now = session.matrix.at_least
    top = int(pairs(here.confusion)[2][:1].sum()) if here is not None else 1
    if by > 0:
        steps = [step for step in THRESHOLDS if now < step <= top]
        if not steps:
            return say(session, f"The largest confusion is {count_words(top)}: a higher threshold would hide all.")
        to = steps[0]
    else:
        to = max((step for step in THRESHOLDS if step < now), default=1)
    changed = replace(session, matrix=replace(session.matrix, at_least=to))
    if to == 1 or here is None:
        return say(changed, "All cells.")
    hidden = int(np.count_nonzero(here.confusion.count < to))
    return say(changed, f"Cells of {plural(to, 'sample')} or more; {plural(hidden, 'cell')} left out.")
