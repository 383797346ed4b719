"""The files of one evaluation with their labels and confusion: read once, given up when memory is short, read again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, count, from_dense
from clftui.data.arrays import Array, Arrays, check_members
from clftui.data.shards import Labels, SharedLabels, read_labels
from clftui.schema import FormatError

T = TypeVar("T")
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Reopen = Callable[[], Sequence[Arrays]]

_CACHED = ("labels", "confusion", "summary")


class LabelledFiles:
    """One file, or one for each rank, of a split in an epoch.

    Headers are checked when it is made, labels are read with their first use. A file that was replaced meanwhile by one
    with the same samples and labels (the logger thins the scores of older epochs) is opened again without a word.
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        parts: Sequence[Arrays],
        *,
        reopen: Reopen | None = None,
        shared: SharedLabels | None = None,
    ) -> None:
        """`reopen` opens the same files anew; `shared` lets epochs of the same samples hold them once."""
        self.classes = classes
        self._parts = tuple(parts)
        self._reopen = reopen
        self._shared = shared
        self._lock = threading.RLock()
        for part in self._parts:
            check_members(part, len(classes))
        self.has_samples = all("true" in part for part in self._parts)
        if not self.has_samples and len(self._parts) > 1:
            lacking = next(part for part in self._parts if "true" not in part)
            raise FormatError(lacking.path, "true", "is missing, so ranks cannot be merged", "write it in each rank")

    @property
    def parts(self) -> tuple[Arrays, ...]:
        """The files as they are stored, one for each rank."""
        return self._parts

    @property
    def path(self) -> str:
        """The file, or the first rank's."""
        return self._parts[0].path

    @cached_property
    def labels(self) -> Labels:
        """Samples, labels and where they lie."""
        if not self.has_samples:
            none = np.empty(0, dtype=np.int32)
            return Labels(np.empty(0, dtype=np.int64), none, none, None, None, 0, 0)
        labels = self.healed(lambda: read_labels(self._parts, len(self.classes)))
        return labels if self._shared is None else self._shared.share(labels)

    @property
    def sample(self) -> Int64:
        """(n,) row numbers of the split's sample table; empty for a bare matrix."""
        return self.labels.sample

    @property
    def true(self) -> Int32:
        """(n,) true classes, -1 = unlabelled."""
        return self.labels.true

    @property
    def predicted(self) -> Int32:
        """(n,) predicted classes, -1 = no answer."""
        return self.labels.predicted

    @cached_property
    def confusion(self) -> Confusion:
        """Counts, rows = true."""
        if self.has_samples:
            return count(self.true, self.predicted, len(self.classes))
        try:
            return from_dense(self.healed(lambda: self._parts[0].read("confusion")))
        except ValueError as error:
            raise FormatError(self.path, "confusion", f"is not a matrix of counts: {error}", "store counts") from error

    @property
    def n(self) -> int:
        """Samples, unlabelled ones too; of a bare matrix, the sum of its counts."""
        return len(self.labels.sample) if self.has_samples else self.confusion.total

    @property
    def nbytes(self) -> int:
        """Memory that `forget` would give back, about; arrays shared with other epochs are not counted."""
        held = self.__dict__
        labels, confusion, summary = (held.get(name) for name in _CACHED)
        total = 0
        if labels is not None:
            total += labels.predicted.nbytes if labels.part is None else 4 * labels.predicted.nbytes
        if confusion is not None:
            # count, and at half its width each, the cells' rows and columns
            total += 2 * confusion.count.nbytes + confusion.unanswered.nbytes
        if summary is not None:
            total += sum(array.nbytes for array in summary)
        return total

    def forget(self) -> None:
        """Give up what can be read again."""
        for name in _CACHED:
            self.__dict__.pop(name, None)

    def rows_of(self, at: Int64) -> list[tuple[Arrays, Array, Int64]]:
        """For each file: itself, which of the positions `at` it holds, and their row numbers in it."""
        labels = self.labels
        if not self.has_samples or not len(at):
            return []
        if labels.part is None or labels.row is None:
            return [(self._parts[0], np.arange(len(at)), at)]
        owner, row = labels.part[at], labels.row[at]
        return [
            (part, here, row[here])
            for number, part in enumerate(self._parts)
            if len(here := np.flatnonzero(owner == number))
        ]

    def healed(self, read: Callable[[], T]) -> T:
        """What `read` gives; where it fails because a file was replaced, the new file is tried once."""
        try:
            return read()
        except FormatError:
            with self._lock:
                if not self._heal():
                    raise
        return read()

    def _heal(self) -> bool:
        """Open the files again; False where they are the same, are broken, or hold other samples or labels."""
        if self._reopen is None:
            return False
        try:
            parts = tuple(self._reopen())
            if [_stamp(part) for part in parts] == [_stamp(part) for part in self._parts]:
                return False
            for part in parts:
                check_members(part, len(self.classes))
            if "labels" in self.__dict__ and not read_labels(parts, len(self.classes)).same_as(self.labels):
                return False
        except FormatError:
            return False
        self._parts = parts
        for name in ("summary", "score_kind"):
            self.__dict__.pop(name, None)
        return True


def _stamp(part: Arrays) -> object:
    return getattr(part, "signature", None)
