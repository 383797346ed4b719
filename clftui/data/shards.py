"""Several rank files of one split in one epoch as one list of samples: duplicates dropped, conflicts counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.arrays import Arrays, check_members
from clftui.schema import FormatError

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Labels:
    """The samples of an evaluation, in the order of its positions.

    `part` (n,) int16 and `row` (n,) int64 say which file and which row of it holds a position; both None where one
    file holds all of them in its own order.
    """

    sample: Int64
    true: Int32
    predicted: Int32
    part: NDArray[np.int16] | None
    row: Int64 | None
    duplicates: int
    conflicts: int

    def same_as(self, other: Labels) -> bool:
        """Whether the same samples, labels and predictions stand in the same order."""
        return (
            np.array_equal(self.sample, other.sample)
            and np.array_equal(self.true, other.true)
            and np.array_equal(self.predicted, other.predicted)
        )


class SharedLabels:
    """Lets the epochs of a split hold their samples and true labels, mostly the same, only once."""

    def __init__(self) -> None:
        self._held: Labels | None = None

    def share(self, labels: Labels) -> Labels:
        """`labels` with the arrays of those seen last where they are equal."""
        held = self._held
        if held is not None:
            sample = held.sample if np.array_equal(held.sample, labels.sample) else labels.sample
            true = held.true if np.array_equal(held.true, labels.true) else labels.true
            labels = replace(labels, sample=sample, true=true)
        self._held = labels
        return labels


def read_labels(parts: tuple[Arrays, ...], n_classes: int) -> Labels:
    """The labels of all `parts` (lowest rank first). FormatError for arrays that are missing or out of range."""
    read = [_read_part(part, n_classes) for part in parts]
    sample = _joined([r[0] for r in read])
    true = _joined([r[1] for r in read])
    predicted = _joined([r[2] for r in read])
    keep, conflicts = first_of_each(sample, true, predicted)
    lengths = [len(r[0]) for r in read]
    if keep is None and len(parts) == 1:
        return Labels(sample, true, predicted, None, None, 0, 0)
    part = np.repeat(np.arange(len(parts), dtype=np.int16), lengths)
    row = np.concatenate([np.arange(length, dtype=np.int64) for length in lengths])
    if keep is None:
        return Labels(sample, true, predicted, part, row, 0, 0)
    dropped = len(sample) - len(keep)
    return Labels(sample[keep], true[keep], predicted[keep], part[keep], row[keep], dropped, conflicts)


def first_of_each(sample: Int64, true: Int32, predicted: Int32) -> tuple[Int64 | None, int]:
    """(positions of the first row of each sample, ascending; how many later rows disagree with it).

    None where no sample occurs twice: the usual case, told by counting alone.
    """
    n = len(sample)
    if n == 0 or _distinct(sample):
        return None, 0
    order = np.argsort(sample, kind="stable")
    ordered = sample[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    first = order[new]
    owner = first[np.cumsum(new) - 1]
    differs = (true[order] != true[owner]) | (predicted[order] != predicted[owner])
    return np.sort(first), int(np.count_nonzero(differs))


def _distinct(sample: Int64) -> bool:
    if bool((sample[1:] > sample[:-1]).all()):
        return True
    if int(sample.max()) <= 16 * len(sample) + 1024:
        return int(np.bincount(sample).max()) == 1
    return len(np.unique(sample)) == len(sample)


def _joined(arrays: list[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _read_part(part: Arrays, n_classes: int) -> tuple[Int64, Int32, Int32]:
    check_members(part, n_classes)
    sample = np.asarray(part.read("sample"))
    if sample.size and (sample.min() < 0 or int(sample.max()) > np.iinfo(np.int64).max):
        at = int(np.argmax(sample < 0))
        raise FormatError(part.path, "sample", f"is {sample[at]} in row {at}", "sample numbers count from 0")
    true, predicted = (_labels(part, name, n_classes) for name in ("true", "predicted"))
    return sample.astype(np.int64, copy=False), true, predicted


def _labels(part: Arrays, name: str, n_classes: int) -> Int32:
    labels = np.asarray(part.read(name))
    if labels.size and (labels.min() < -1 or labels.max() >= n_classes):
        at = int(np.argmax((labels < -1) | (labels >= n_classes)))
        none = "unlabelled" if name == "true" else "no answer"
        raise FormatError(
            part.path,
            name,
            f"is {labels[at]} in row {at}, but the run has {n_classes} classes",
            f"class indices go from 0 to {n_classes - 1}, -1 means {none}",
        )
    return labels.astype(np.int32, copy=False)
