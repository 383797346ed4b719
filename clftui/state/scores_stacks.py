"""The samples by predicted class and score, as values: what the stacks of the Scores view show. No drawing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.stacking import Packing, packing
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.class_order import class_order
from clftui.state.filters import Filter
from clftui.state.hierarchy_view import selected_group
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_list import Nothing
from clftui.state.scores_columns import ready_summary
from clftui.state.session import Session, passed
from clftui.state.similar import reference
from clftui.text import sanitise

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Stacks:
    """A column for each class of `order` (C,); its samples lie from `starts[c]` to `starts[c + 1]`, surest first."""

    run: Run
    evaluation: Evaluation
    order: Int64
    starts: Int64
    positions: Int64
    """(m,) in the evaluation."""
    score: Float32
    """(m,) of the predicted class; NaN unknown, those come last."""
    wrong: NDArray[np.bool_]
    true: NDArray[np.int32]
    low: float
    """Where the scale of scores begins."""
    unanswered: int
    """Samples that are in no column, for the run gave no answer."""

    @property
    def n(self) -> int:
        """Columns."""
        return len(self.order)

    def column(self, number: int) -> slice:
        """Where the samples of a column lie."""
        return slice(int(self.starts[number]), int(self.starts[number + 1]))

    def name(self, number: int) -> str:
        return self.evaluation.classes[int(self.order[number])]

    @property
    def sizes(self) -> Int64:
        """(C,) samples of each column."""
        return np.diff(self.starts)

    @property
    def wrongs(self) -> Int64:
        """(C,) wrong ones among them."""
        total = np.concatenate([[0], np.cumsum(self.wrong)])
        return np.asarray(total[self.starts[1:]] - total[self.starts[:-1]], dtype=np.int64)

    @property
    def most(self) -> int:
        """Samples of the fullest column without filters: layouts depend on it, and stay while one filters."""
        counts = self.evaluation.confusion.predicted_count[self.order]
        return int(counts.max()) if len(counts) else 0

    def packing(self, capacity: int) -> Packing:
        """How many samples a glyph stands for where each column has room for `capacity` of them."""
        wrongs = self.wrongs
        return packing(self.sizes - wrongs, wrongs, capacity)

    def id_of(self, index: int) -> str:
        """What `Selection.sample` calls the sample at `index`."""
        table = table_of(self.run, self.evaluation.split)
        return id_of(table, int(self.evaluation.sample[self.positions[index]]))


def evaluated(session: Session) -> tuple[Run, Evaluation] | Nothing:
    """The focused run and what it answered, where it logged scores; else why there is nothing to show."""
    run, selection = session.run, session.selection
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    evaluation = session.evaluation(run)
    name = sanitise(run.name)
    if evaluation is None:
        split = sanitise(selection.split or "any split")
        return Nothing(f"{name} logged nothing on {split}; s shows the next split, r the next run.")
    if not evaluation.has_samples:
        return Nothing(f"{name} is a bare matrix: it counts samples but has no scores; r shows the next run.")
    if evaluation.score_kind == "none":
        split = sanitise(evaluation.split)
        return Nothing(f"{name} logged no scores on {split}, only its answers; r shows the next run, 3 the matrix.")
    return run, evaluation


def stacks(session: Session) -> Stacks | Nothing:
    """The columns of the focused run under the filters.

    FormatError where a file is broken; NotYet in a draw, while scores are being read.
    """
    found = evaluated(session)
    if isinstance(found, Nothing):
        return found
    run, evaluation = found
    return _stacks(run, evaluation, session.bound_filters, columns_of(session, run, evaluation))


def columns_of(session: Session, run: Run, evaluation: Evaluation) -> tuple[int, ...]:
    """The classes of the columns in their order: all, or those of the selected group."""
    try:
        # By the newest epoch, whatever epoch shows: columns that moved at every step could not be followed.
        confusion = reference(session) or evaluation.confusion
    except FormatError:
        confusion = evaluation.confusion
    order = class_order(session.catalog, run.classes, confusion, session.scores.order)
    group = selected_group(session)
    if group is not None:
        order = order[np.isin(order, group[0].classes(group[1]))]
    return tuple(order.tolist())


@lru_cache(maxsize=8)
def _stacks(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...], columns: tuple[int, ...]) -> Stacks:
    scores = ready_summary(evaluation)
    mask = passed(run, evaluation, filters)
    place = np.full(len(evaluation.classes) + 1, -1, dtype=np.int64)
    order = np.asarray(columns, dtype=np.int64)
    place[order] = np.arange(len(order))
    column = place[evaluation.predicted]
    kept = np.flatnonzero(column >= 0 if mask is None else (column >= 0) & mask)
    unsure = np.where(np.isnan(scores[kept]), np.inf, -scores[kept])
    kept = kept[np.lexsort((evaluation.sample[kept], unsure, column[kept]))]
    starts = np.searchsorted(column[kept], np.arange(len(order) + 1))
    true = evaluation.true[kept]
    unanswered = evaluation.predicted < 0 if mask is None else (evaluation.predicted < 0) & mask
    return Stacks(
        run, evaluation, order, starts.astype(np.int64), kept.astype(np.int64), scores[kept],
        np.asarray((true != evaluation.predicted[kept]) & (true >= 0)), true, _low(scores[kept]),
        int(np.count_nonzero(unanswered)),
    )  # fmt: skip


def _low(scores: Float32) -> float:
    """The tenth below nearly all scores: a single odd one must not flatten the rest."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return 0.0
    return min(float(np.floor(np.quantile(known, 0.01, method="lower") * 10) / 10), 0.9)


def cursor(session: Session, shown: Stacks) -> tuple[int, int]:
    """The column under the cursor, and its sample as an index of `positions`; -1 in an empty column.

    A sample that has left the column (another epoch, a filter) stands where its score would be.
    """
    column = column_of(session, shown)
    part = shown.column(column)
    if part.start == part.stop:
        return column, -1
    name = session.selection.sample
    if name is not None:
        row = row_of(table_of(shown.run, shown.evaluation.split), name)
        here = np.flatnonzero(shown.evaluation.sample[shown.positions[part]] == row)
        if here.size:
            return column, part.start + int(here[0])
        at = np.flatnonzero(shown.evaluation.sample == row)
        if at.size:
            score = float(shown.evaluation.confidence(at[:1])[0])
            return column, part.start + min(_surer(shown.score[part], score), part.stop - part.start - 1)
    wrong = np.flatnonzero(shown.wrong[part])
    return column, part.start + (int(wrong[0]) if wrong.size else 0)


def column_of(session: Session, shown: Stacks) -> int:
    """The column of the predicted class under the cursor; the first where it shows no such class."""
    index = shown.run.class_index.get(session.selection.predicted or "", -1)
    at = np.flatnonzero(shown.order == index)
    return int(at[0]) if at.size else 0


def _surer(scores: Float32, score: float) -> int:
    """How many of a column's scores are higher than `score`."""
    return int(np.count_nonzero(scores > score))


def unit_words(packed: Packing, dense: bool) -> str:
    """What a glyph stands for: `a cell ≤ 8 right, 1 wrong`; empty where that is one sample."""
    if packed == Packing(1, 1):
        return ""
    right, wrong = (f"{'≤ ' if each > 1 else ''}{each}" for each in packed)
    return f"a{' half' if dense else ''} cell {right} right, {wrong} wrong"
