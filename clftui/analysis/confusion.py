"""Confusion as sorted (true, predicted, count) triplets: K = 10,000 classes cost what their cells cost, not K x K.

Rows are true classes and columns predicted ones, as in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

# One counter per cell is cheapest while the matrix is small or the samples are many; else the cells are sorted.
_FEW_CELLS = 65_536
_CELLS_PER_SAMPLE = 8

MAX_COUNT = 10**12
"""In one cell: the sums over a thousand classes squared still fit 64 bits."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of one split in one epoch.

    `true`, `predicted` (int32) and `count` (int64, all > 0) have shape (nnz,) and are sorted by (true, predicted).
    `unanswered` (K,) counts samples without a prediction by true class: they belong to the support, to no column.
    `unlabelled` counts samples without a true class: they are counted nowhere else.
    """

    n_classes: int
    true: Int32
    predicted: Int32
    count: Int64
    unanswered: Int64
    unlabelled: int = 0

    @cached_property
    def indptr(self) -> Int64:
        """(K + 1,): row t's cells are `indptr[t]:indptr[t + 1]`."""
        return np.searchsorted(self.true, np.arange(self.n_classes + 1)).astype(np.int64)

    @cached_property
    def support(self) -> Int64:
        """(K,) samples of each true class, answered or not."""
        return _sums(self.true, self.count, self.n_classes) + self.unanswered

    @cached_property
    def predicted_count(self) -> Int64:
        """(K,) samples predicted as each class (unlabelled ones not counted)."""
        return _sums(self.predicted, self.count, self.n_classes)

    @cached_property
    def correct(self) -> Int64:
        """(K,) the diagonal."""
        on = self.true == self.predicted
        return _sums(self.true[on], self.count[on], self.n_classes)

    @cached_property
    def total(self) -> int:
        """Labelled samples."""
        return int(self.support.sum())

    @cached_property
    def errors(self) -> int:
        """Labelled samples that are not right; those without an answer are among them."""
        return self.total - int(self.correct.sum())

    def row(self, true: int) -> tuple[Int32, Int64]:
        """The predicted classes of one true class that occur, ascending, and their counts."""
        cells = slice(int(self.indptr[true]), int(self.indptr[true + 1]))
        return self.predicted[cells], self.count[cells]

    def cell(self, true: int, predicted: int) -> int:
        """The count of one cell."""
        columns, counts = self.row(true)
        at = int(np.searchsorted(columns, predicted))
        return int(counts[at]) if at < len(columns) and columns[at] == predicted else 0

    def window(self, rows: ArrayLike, columns: ArrayLike) -> Int64:
        """(len(rows), len(columns)) counts of true classes `rows` by predicted classes `columns`, in the order given.

        Costs the cells of the wanted rows plus the result, however large K is. No column may be named twice.
        """
        row = np.asarray(rows, dtype=np.int64).reshape(-1)
        column = np.asarray(columns, dtype=np.int64).reshape(-1)
        for wanted in (row, column):
            if wanted.size and (wanted.min() < 0 or wanted.max() >= self.n_classes):
                raise IndexError(f"the window names class {wanted.min()} or {wanted.max()} of {self.n_classes}")
        place = np.full(self.n_classes, -1, dtype=np.int64)
        place[column] = np.arange(len(column))
        start = self.indptr[row]
        lengths = self.indptr[row + 1] - start
        total = int(lengths.sum())
        out = np.zeros((len(row), len(column)), dtype=np.int64)
        if not total:
            return out
        # One flat index over all wanted rows: each row's first cell, then counting up within the row.
        first = np.cumsum(lengths) - lengths
        cells = np.arange(total) + np.repeat(start - first, lengths)
        at = place[self.predicted[cells]]
        seen = at >= 0
        out[np.repeat(np.arange(len(row)), lengths)[seen], at[seen]] = self.count[cells[seen]]
        return out

    def dense(self) -> Int64:
        """(K, K) counts; unanswered samples are in no column."""
        out = np.zeros((self.n_classes, self.n_classes), dtype=np.int64)
        out[self.true, self.predicted] = self.count
        return out


def _sums(index: Int32, weight: Int64, length: int) -> Int64:
    # bincount adds in float64: exact up to 2**53, far above any number of samples.
    return np.bincount(index, weights=weight, minlength=length).astype(np.int64)


def _class_labels(name: str, labels: ArrayLike, n_classes: int) -> NDArray[Any]:
    out = np.asarray(labels)
    if out.ndim != 1:
        raise ValueError(f"{name} has shape {out.shape}; one class index per sample is needed")
    if out.dtype.kind not in "iu":
        if out.size:
            raise ValueError(f"{name} has dtype {out.dtype}; class indices are integers")
        return out.astype(np.int64)
    if out.size and (out.min() < -1 or out.max() >= n_classes):
        wrong = (out < -1) | (out >= n_classes)
        at = int(np.argmax(wrong))
        raise ValueError(f"{name} is {out[at]} in row {at}; with {n_classes} classes it must be -1 to {n_classes - 1}")
    return out


def count(true: ArrayLike, predicted: ArrayLike, n_classes: int) -> Confusion:
    """The confusion of `true` (n,) and `predicted` (n,), class indices or -1 (unlabelled; no answer).

    ValueError names the first label out of range. Same counts as scikit-learn's confusion_matrix.
    """
    t = _class_labels("true", true, n_classes)
    p = _class_labels("predicted", predicted, n_classes)
    if len(t) != len(p):
        raise ValueError(f"true has {len(t)} rows and predicted {len(p)}; they must be equally long")
    labelled = t >= 0
    answered = labelled & (p >= 0)
    unanswered = np.bincount(t[labelled & ~answered], minlength=n_classes).astype(np.int64)
    codes = t[answered].astype(np.int64) * n_classes + p[answered]
    if n_classes * n_classes <= max(_FEW_CELLS, _CELLS_PER_SAMPLE * len(codes)):
        counters = np.bincount(codes, minlength=1)
        cells = np.flatnonzero(counters)
        counts = counters[cells].astype(np.int64)
    else:
        cells, counts = np.unique(codes, return_counts=True)
    rows, columns = np.divmod(cells, max(n_classes, 1))
    unlabelled = len(t) - int(np.count_nonzero(labelled))
    return Confusion(
        n_classes, rows.astype(np.int32), columns.astype(np.int32), counts.astype(np.int64), unanswered, unlabelled
    )


def from_dense(matrix: ArrayLike) -> Confusion:
    """A confusion from (K, K) counts, rows = true. ValueError for other shapes, negative or fractional counts."""
    dense = np.asarray(matrix)
    if dense.ndim != 2 or dense.shape[0] != dense.shape[1]:
        raise ValueError(f"a confusion matrix is square; this one has shape {dense.shape}")
    if dense.dtype.kind not in "iufb":
        raise ValueError(f"a confusion matrix holds numbers; this one has dtype {dense.dtype}")
    rows, columns = np.nonzero(dense)
    values = dense[rows, columns]
    wrong = (values < 0) | (values != np.floor(values)) | ~(values <= MAX_COUNT)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(
            f"the confusion matrix has {values[at]} in row {rows[at]}, column {columns[at]}; "
            "counts are whole, from 0 to 10^12"
        )
    k = dense.shape[0]
    return Confusion(
        k, rows.astype(np.int32), columns.astype(np.int32), values.astype(np.int64), np.zeros(k, dtype=np.int64)
    )


def add(a: Confusion, b: Confusion) -> Confusion:
    """The sum of two confusions over the same classes; ValueError where their numbers of classes differ."""
    if a.n_classes != b.n_classes:
        raise ValueError(f"confusions of {a.n_classes} and {b.n_classes} classes cannot be added")
    k = max(a.n_classes, 1)
    codes = np.concatenate([a.true.astype(np.int64) * k + a.predicted, b.true.astype(np.int64) * k + b.predicted])
    cells, inverse = np.unique(codes, return_inverse=True)
    counts = np.zeros(len(cells), dtype=np.int64)
    np.add.at(counts, inverse, np.concatenate([a.count, b.count]))
    rows, columns = np.divmod(cells, k)
    return Confusion(
        a.n_classes,
        rows.astype(np.int32),
        columns.astype(np.int32),
        counts,
        a.unanswered + b.unanswered,
        a.unlabelled + b.unlabelled,
    )


def renumbered(c: Confusion, number: ArrayLike, n_classes: int) -> Confusion:
    """`c` with class i called `number[i]` of `n_classes`; -1: a true class is left out, a predicted one no answer.

    Two classes of one number are added up.
    """
    lookup = np.asarray(number, dtype=np.int64)
    kept = lookup[c.true] >= 0
    true, predicted, counts = lookup[c.true][kept], lookup[c.predicted][kept], c.count[kept]
    unanswered = np.zeros(n_classes, dtype=np.int64)
    known = np.flatnonzero(lookup >= 0)
    np.add.at(unanswered, lookup[known], c.unanswered[known])
    lost = predicted < 0
    np.add.at(unanswered, true[lost], counts[lost])
    cells, inverse = np.unique(true[~lost] * max(n_classes, 1) + predicted[~lost], return_inverse=True)
    total = np.zeros(len(cells), dtype=np.int64)
    np.add.at(total, inverse, counts[~lost])
    rows, columns = np.divmod(cells, max(n_classes, 1))
    return Confusion(n_classes, rows.astype(np.int32), columns.astype(np.int32), total, unanswered, c.unlabelled)


def confused_pairs(
    c: Confusion, *, by: Literal["count", "rate"] = "count", top: int | None = None
) -> tuple[Int32, Int32, Int64]:
    """(true, predicted, count) of the cells off the diagonal, worst first.

    Sorted by count (ties: by rate) or by rate, count / support of the true class (ties: by count); then by class index.
    """
    off = c.true != c.predicted
    true, predicted, counts = c.true[off], c.predicted[off], c.count[off]
    rate = counts / c.support[true]
    keys = (-rate, -counts) if by == "count" else (-counts, -rate)
    order = np.lexsort((predicted, true, *keys))[:top]
    return true[order], predicted[order], counts[order]


def total(confusions: Sequence[Confusion]) -> Confusion:
    """The sum of one or more confusions over the same classes."""
    if not confusions:
        raise ValueError("no confusions to add")
    out = confusions[0]
    for other in confusions[1:]:
        out = add(out, other)
    return out
