"""How alike classes are by their confusions, as a sparse symmetric graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from clftui.analysis.confusion import Confusion, Float64, Int64


@dataclass(frozen=True, eq=False)
class Similarity:
    """`weight` (m,) > 0 samples of either class of the pair `first` < `second` (m,) are taken for the other.

    The pairs are sorted; a pair that is not among them is never confused.
    """

    n: int
    first: Int64
    second: Int64
    weight: Float64

    @cached_property
    def degree(self) -> Float64:
        """(n,) all confusions of each class."""
        both = np.concatenate([self.first, self.second])
        return np.bincount(both, weights=np.tile(self.weight, 2), minlength=self.n).astype(np.float64)

    @cached_property
    def neighbours(self) -> tuple[Int64, Int64, Float64]:
        """(indptr (n + 1,), neighbour, weight): class i's are at `indptr[i]:indptr[i + 1]`, ascending."""
        here = np.concatenate([self.first, self.second])
        there = np.concatenate([self.second, self.first])
        by_class = np.lexsort((there, here))
        indptr = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(here, minlength=self.n))])
        return indptr.astype(np.int64), there[by_class], np.tile(self.weight, 2)[by_class]

    def dense(self) -> Float64:
        """(n, n) weights, 0 on the diagonal."""
        out = np.zeros((self.n, self.n))
        out[self.first, self.second] = self.weight
        out[self.second, self.first] = self.weight
        return out

    def among(self, members: Int64) -> Similarity:
        """The graph of some classes, numbered by their place in `members`."""
        place = np.full(self.n, -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        a, b = place[self.first], place[self.second]
        kept = (a >= 0) & (b >= 0)
        return _sorted(len(members), np.minimum(a, b)[kept], np.maximum(a, b)[kept], self.weight[kept])


def _sorted(n: int, first: Int64, second: Int64, weight: Float64) -> Similarity:
    by_pair = np.lexsort((second, first))
    return Similarity(n, first[by_pair], second[by_pair], weight[by_pair])


@lru_cache(maxsize=4)
def similarity(c: Confusion) -> Similarity:
    """The confusions of each pair of classes, both ways together."""
    off = c.true != c.predicted
    true, predicted = c.true[off].astype(np.int64), c.predicted[off].astype(np.int64)
    k = max(c.n_classes, 1)
    codes = np.minimum(true, predicted) * k + np.maximum(true, predicted)
    cells, at = np.unique(codes, return_inverse=True)
    first, second = np.divmod(cells, k)
    weight = np.bincount(at, weights=c.count[off], minlength=len(cells)).astype(np.float64)
    return Similarity(c.n_classes, first, second, weight)
