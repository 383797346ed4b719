"""How surprising a confusion is: against what chance would give, were mistakes spread without regard to the pair.

The model is quasi-independence (Goodman 1968): a mistake of true class t goes to class p != t in proportion to how
often t is mistaken at all and p wrongly predicted at all. Right answers are left out of it; plain margins, which
count them or leave their cells in, expect too little of every pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, Float64, Int64

_ROUNDS = 500
_CLOSE = 1e-10
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Chance:
    """Chance expects `rows[t] * columns[p]` samples in the cell (t, p), t != p; both (K,), 0 for faultless classes."""

    rows: Float64
    columns: Float64

    def expected(self, true: Int64, predicted: Int64) -> Float64:
        """(n,) samples that chance would put in these cells off the diagonal."""
        return np.asarray(self.rows[true] * self.columns[predicted], dtype=np.float64)


@lru_cache(maxsize=4)
def chance(c: Confusion) -> Chance:
    """Quasi-independence fitted to the mistakes of `c` by iterative proportional fitting (Deming and Stephan 1940).

    Its mistakes per true and per predicted class are those of `c`. Each round costs K, whatever the cells.
    """
    off = c.true != c.predicted
    missed = np.bincount(c.true[off], weights=c.count[off], minlength=c.n_classes).astype(np.float64)
    taken = np.bincount(c.predicted[off], weights=c.count[off], minlength=c.n_classes).astype(np.float64)
    total = missed.sum()
    if not total:
        return Chance(missed, taken)
    rows, columns = missed.copy(), taken / total
    for _ in range(_ROUNDS):
        before = rows
        rows = _share(missed, columns.sum() - columns)
        columns = _share(taken, rows.sum() - rows)
        if np.abs(rows - before).max() <= _CLOSE * rows.max():
            break
    # The two factors are free up to a constant: the one that makes them alike in size.
    scale = np.sqrt(columns.sum() / rows.sum())
    return Chance(rows * scale, columns / scale)


def _share(part: Float64, whole: Float64) -> Float64:
    out = np.zeros_like(part)
    # Rounding can leave less than nothing where one class makes nearly all mistakes.
    np.divide(part, whole, out=out, where=(part > 0) & (whole > 0))
    return out


def deviance(count: Int64, expected: Float64) -> Float64:
    """(n,) Poisson deviance residuals: about how many standard deviations a count is above (or below) its expectation.

    Infinite where something happened that was not to be expected at all.
    """
    k = np.asarray(count, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(k > 0, k * np.log(k / expected), 0.0)
    inner = np.maximum(2 * (logs - (k - expected)), 0.0)
    return np.asarray(np.sign(k - expected) * np.sqrt(inner), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Surprise:
    """Of every cell of a confusion, in its order, each (nnz,); NaN on the diagonal."""

    expected: Float64
    times: Float64
    """The count over what chance would give."""
    residual: Float64
    """The Poisson deviance residual: what surprises are ranked by, since one sample can be 500 times chance."""


@lru_cache(maxsize=4)
def surprise(c: Confusion) -> Surprise:
    """How far each confusion of `c` is from chance."""
    fitted = chance(c)
    on = c.true == c.predicted
    # A fit that ran into a corner must not call anything infinitely surprising.
    expected = np.maximum(fitted.expected(c.true.astype(np.int64), c.predicted.astype(np.int64)), _LEAST)
    expected[on] = np.nan
    residual = deviance(c.count, expected)
    with np.errstate(divide="ignore"):
        times = c.count / expected
    return Surprise(expected, times, residual)


def ranked(c: Confusion, among: NDArray[np.bool_], top: int | None = None) -> Int64:
    """The cells of `c` that `among` (nnz,) admits, as places in its triplets: the most surprising first.

    Cells no more frequent than chance would have it are left out; ties go by count, then by class index.
    """
    found = surprise(c)
    cells = np.flatnonzero(among & (c.true != c.predicted))
    cells = cells[found.residual[cells] > 0]
    order = np.lexsort((c.predicted[cells], c.true[cells], -c.count[cells], -found.residual[cells]))
    return np.asarray(cells[order][:top], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class GroupPairs:
    """m pairs of groups (first < second) that are confused more than chance has it, both ways together, each (m,)."""

    first: Int64
    second: Int64
    count: Int64
    expected: Float64
    residual: Float64


def group_pairs(c: Confusion, group_of: Int64, top: int | None = None) -> GroupPairs:
    """Pairs of groups by excess confusion, most surprising first: a hint that a hierarchy wants restructuring.

    `group_of` (K,) is the group of each class, -1 for a class in none.
    """
    fitted = chance(c)
    groups = int(group_of.max(initial=-1)) + 1
    inside = group_of >= 0
    rows = np.bincount(group_of[inside], weights=fitted.rows[inside], minlength=groups)
    columns = np.bincount(group_of[inside], weights=fitted.columns[inside], minlength=groups)
    a, b = group_of[c.true], group_of[c.predicted]
    apart = (a != b) & (a >= 0) & (b >= 0)
    codes = np.minimum(a, b)[apart] * max(groups, 1) + np.maximum(a, b)[apart]
    cells, at = np.unique(codes, return_inverse=True)
    count = np.bincount(at, weights=c.count[apart], minlength=len(cells)).astype(np.int64)
    first, second = np.divmod(cells, max(groups, 1))
    expected = rows[first] * columns[second] + rows[second] * columns[first]
    residual = deviance(count, expected)
    kept = np.flatnonzero(residual > 0)
    kept = kept[np.lexsort((second[kept], first[kept], -residual[kept]))][:top]
    return GroupPairs(first[kept], second[kept], count[kept], expected[kept], residual[kept])
