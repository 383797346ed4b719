"""One run on one split in one epoch: labels and confusion, kept once read; scores, features and losses by rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.data import scores as _scores
from clftui.data.arrays import Arrays
from clftui.data.labelled import LabelledFiles, Reopen
from clftui.data.scores import ScoreKind, Summary
from clftui.data.shards import SharedLabels
from clftui.schema import FormatError
from clftui.text import plural

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_KINDS: tuple[ScoreKind, ...] = ("none", "predicted", "top", "full")


class Evaluation(LabelledFiles):
    """What a run answered on one split in one epoch. Positions number its samples from 0 to n - 1.

    Headers are checked when it is made; labels are read with the first use of `sample`, `true`, `predicted` or
    `confusion`, everything else for the positions asked for alone. All of it may raise FormatError.
    """

    def __init__(
        self,
        split: str,
        epoch: int,
        classes: tuple[str, ...],
        parts: Sequence[Arrays],
        *,
        ranks: tuple[int, int] = (1, 1),
        notes: Sequence[str] = (),
        reopen: Reopen | None = None,
        shared: SharedLabels | None = None,
    ) -> None:
        super().__init__(classes, parts, reopen=reopen, shared=shared)
        self.split = split
        self.epoch = epoch
        self.ranks = ranks
        self._own_notes = tuple(notes)

    @property
    def real(self) -> Evaluation:
        """What was logged: this, unless its answers were decided anew."""
        return self

    @property
    def duplicates(self) -> int:
        """Rows dropped because an earlier row, or a lower rank, holds the same sample."""
        return self.labels.duplicates

    @property
    def conflicts(self) -> int:
        """How many of the dropped rows disagree with the one kept."""
        return self.labels.conflicts

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing that is odd about its rows; scores speak once they have been read."""
        notes = list(self._own_notes)
        if self.duplicates:
            differ = f", {self.conflicts} of them with other labels" if self.conflicts else ""
            notes.append(f"{plural(self.duplicates, 'row was', 'rows were')} dropped as repeated samples{differ}")
        if "summary" in self.__dict__ and self.nan_rows:
            rows = plural(self.nan_rows, "row has", "rows have")
            notes.append(f"{rows} NaN scores: the labels count, the scores are undefined")
        return tuple(notes)

    def positions(
        self, true: int | None = None, predicted: int | None = None, wrong: bool | None = None
    ) -> NDArray[np.intp]:
        """Ascending positions of the samples with this true class, this predicted class, right or wrong (None = any).

        Unlabelled samples are neither right nor wrong.
        """
        keep = np.ones(len(self.true), dtype=bool)
        if true is not None:
            keep &= self.true == true
        if predicted is not None:
            keep &= self.predicted == predicted
        if wrong is not None:
            keep &= ((self.true != self.predicted) == wrong) & (self.true >= 0)
        return np.flatnonzero(keep)

    @cached_property
    def score_kind(self) -> ScoreKind:
        """The finest scores that all files hold."""
        return min((_scores.score_kind(part) for part in self._parts), key=_KINDS.index, default="none")

    @property
    def rank_limit(self) -> int | None:
        """Where only the k best classes are kept: k. A true_rank of k + 1 then means "below the kept ones"."""
        limits = [limit for part in self._parts if (limit := _scores.rank_limit(part)) is not None]
        return min(limits) if limits else None

    @cached_property
    def summary(self) -> Summary:
        """Confidence, true score and rank of all samples: one pass over the scores, kept."""
        return self.healed(lambda: self._summarise(None))

    @property
    def nan_rows(self) -> int:
        """Samples whose stored scores are NaN; reads all scores once."""
        if self.score_kind == "none":
            return 0
        return int(np.count_nonzero(self.summary.nan))

    def confidence(self, pos: ArrayLike | None = None) -> Float32:
        """(m,) the predicted class's score; NaN unknown. Without `pos` of all samples, read once and kept."""
        return self._summary_of(pos).confidence

    def true_score(self, pos: ArrayLike | None = None) -> Float32:
        """(m,) the true class's score; NaN unknown."""
        return self._summary_of(pos).true_score

    def true_rank(self, pos: ArrayLike | None = None) -> Int32:
        """(m,) the rank of the true class, 1 = the predicted one; 0 unknown (unlabelled, NaN, no scores).

        Ties give the better rank, as in the definition of top-k accuracy. See also `rank_limit`.
        """
        return self._summary_of(pos).true_rank

    def top(self, pos: ArrayLike, k: int) -> tuple[Int32, Float32]:
        """(m, k) classes of highest score, -1 where fewer are kept, and their scores, NaN where unknown.

        The stored predicted class always comes first.
        """
        return self.healed(lambda: self._top(_positions(pos), k))

    def _top(self, at: Int64, k: int) -> tuple[Int32, Float32]:
        classes = np.full((len(at), k), -1, dtype=np.int32)
        values = np.full((len(at), k), np.nan, dtype=np.float32)
        for part, here, rows in self.rows_of(at):
            found = _scores.top_scores(part, rows, self.predicted[at[here]], k)
            classes[here], values[here] = found
        return classes, values

    def scores(self, pos: ArrayLike) -> Float32 | None:
        """(m, K) probabilities; None where not all classes' are kept."""
        return self.healed(lambda: self._full_scores(_positions(pos)))

    def _full_scores(self, at: Int64) -> Float32 | None:
        if self.score_kind != "full":
            return None
        out = np.full((len(at), len(self.classes)), np.nan, dtype=np.float32)
        for part, here, rows in self.rows_of(at):
            out[here] = _scores.full_scores(part, rows)
        return out

    def score_columns(self, classes: ArrayLike) -> Float32 | None:
        """(n, m) probabilities of all samples for `classes`, in one pass; None where not all classes' are kept."""
        return self.healed(lambda: self._columns(_positions(classes)))

    def _columns(self, wanted: Int64) -> Float32 | None:
        if self.score_kind != "full":
            return None
        blocks = [_scores.score_columns(part, wanted) for part in self._parts]
        whole = [block for block in blocks if block is not None]
        labels = self.labels
        if labels.part is None or labels.row is None:
            return whole[0]
        out = np.empty((self.n, len(wanted)), dtype=np.float32)
        for number, block in enumerate(whole):
            mine = labels.part == number
            out[mine] = block[labels.row[mine]]
        return out

    def score_column(self, cls: int) -> Float32 | None:
        """(n,) probabilities of all samples for one class; None where not all classes' are kept."""
        columns = self.score_columns([cls])
        return None if columns is None else columns[:, 0]

    def features(self, pos: ArrayLike) -> Float32 | None:
        """(m, d) a hidden representation of each sample; None where not stored."""
        return self.healed(lambda: self._array("features", _positions(pos)))

    def loss(self, pos: ArrayLike) -> Float32 | None:
        """(m,) the training loss of each sample; None where not stored."""
        return self.healed(lambda: self._array("loss", _positions(pos)))

    def _array(self, name: str, at: Int64) -> Float32 | None:
        if not self._parts or not all(name in part for part in self._parts):
            return None
        shapes = {part.member(name).shape[1:] for part in self._parts}
        if len(shapes) != 1:
            raise FormatError(self.path, name, "has another width in another rank", "write the same width in each rank")
        out = np.full((len(at), *shapes.pop()), np.nan, dtype=np.float32)
        for part, here, rows in self.rows_of(at):
            out[here] = part.read_rows_at(name, rows)
        return out

    def _summary_of(self, pos: ArrayLike | None) -> Summary:
        if pos is None:
            return self.summary
        at = _positions(pos)
        if "summary" not in self.__dict__:
            return self.healed(lambda: self._summarise(at))
        known = self.summary
        return Summary(known.confidence[at], known.true_score[at], known.true_rank[at], known.nan[at])

    def _summarise(self, at: Int64 | None) -> Summary:
        if at is None and self.has_samples and self.labels.part is None:
            return _scores.summary(self._parts[0], None, self.true, self.predicted)
        where = np.arange(len(self.true), dtype=np.int64) if at is None else at
        unknown = np.full(len(where), np.nan, dtype=np.float32)
        out = Summary(unknown, unknown.copy(), np.zeros(len(where), dtype=np.int32), np.zeros(len(where), dtype=bool))
        for part, here, rows in self.rows_of(where):
            found = _scores.summary(part, rows, self.true[where[here]], self.predicted[where[here]])
            out.confidence[here], out.true_score[here] = found.confidence, found.true_score
            out.true_rank[here], out.nan[here] = found.true_rank, found.nan
        return out


def _positions(given: ArrayLike) -> Int64:
    return np.asarray(given, dtype=np.int64).reshape(-1)
