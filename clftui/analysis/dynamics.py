"""Learning dynamics, one epoch after the other: what happened to each sample, and which epoch was best for whom.

Both classes take the epochs in order, look at each once and keep O(n) memory, so a run of any length can be read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.metrics import ratio
from clftui.analysis.significance import ALPHA, benjamini_hochberg, mcnemar

Bool = NDArray[np.bool_]
Small = NDArray[np.uint16]

MAX_EPOCHS = 65_535
_Z95 = 1.9599639845400536
_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


class SampleDynamics(NamedTuple):
    """What happened to each of n samples; counts and epochs are uint16 (n,)."""

    first_learned: Small
    """The first epoch that was right; 0 for a sample that was never learned."""
    forgetting: Small
    """Forgetting events: from right in one epoch that holds the sample to wrong in the next (Toneva et al. 2019)."""
    wrong: Small
    """Epochs that were wrong."""
    seen: Small
    """Epochs that hold the sample."""
    visited: Small
    """Distinct classes predicted."""
    last_flip: Small
    """The last epoch that differs from the one before in being right; 0 without one."""


class BestEpochs(NamedTuple):
    """Per group of samples (a class, say), (G,) each: its best epoch, and whether the newest is worse.

    The best of many epochs looks better than it is. So it is chosen on one half of the samples, and all of the values
    here are of the other half's.
    """

    epoch: Int64
    """The first epoch of the highest share right on the choosing half; 0 where that half is empty."""
    n: Int64
    """Samples of the other half that both the best and the newest epoch hold."""
    best: Float64
    """Share of these right in the best epoch; NaN undefined."""
    now: Float64
    low: Float64
    """95 % interval of best - now, on the paired samples."""
    high: Float64
    p: Float64
    """Exact one-sided McNemar: is the newest worse? NaN where it is the best epoch itself, or n is 0."""
    q: Float64

    @property
    def loss(self) -> Float64:
        return self.best - self.now

    @property
    def past(self) -> Bool:
        """(G,) whether the newest epoch is past the group's best, at a false discovery rate of 5 %."""
        return np.nan_to_num(self.q, nan=1.0) <= ALPHA


class Learning:
    """Gathers `SampleDynamics` of `n` samples."""

    def __init__(self, n: int) -> None:
        self._counts = np.zeros((6, n), dtype=np.uint16)
        self._right = np.full(n, -1, dtype=np.int8)
        self._predicted = np.full(n, -2, dtype=np.int32)
        self._visited = np.full((4, n), -2, dtype=np.int32)

    def add(self, epoch: int, predicted: ArrayLike, right: ArrayLike, known: ArrayLike) -> None:
        """One epoch, later than those before; all (n,). Where `known` is False the epoch lacks the sample.

        A prediction below 0 is no answer: wrong, and no class. ValueError beyond epoch 65,535.
        """
        if not 0 < epoch <= MAX_EPOCHS:
            raise ValueError(f"epoch {epoch} is not one of 1 to {MAX_EPOCHS}")
        have, good = np.asarray(known, dtype=bool), np.asarray(right, dtype=bool) & np.asarray(known, dtype=bool)
        answer = np.asarray(predicted, dtype=np.int32)
        kept = SampleDynamics(*self._counts)
        kept.first_learned[good & (kept.first_learned == 0)] = epoch
        kept.forgetting[(self._right == 1) & have & ~good] += 1
        np.add(kept.wrong, have & ~good, out=kept.wrong, casting="unsafe")
        np.add(kept.seen, have, out=kept.seen, casting="unsafe")
        kept.last_flip[have & (self._right >= 0) & ((self._right == 1) != good)] = epoch
        self._visit(np.flatnonzero(have & (answer >= 0) & (answer != self._predicted)), answer)
        self._right[have] = good[have]
        self._predicted[have] = answer[have]

    def _visit(self, at: NDArray[np.intp], answer: NDArray[np.int32]) -> None:
        """Count the classes of the samples `at`, whose answer is not that of the epoch before."""
        visited = self._counts[4]
        new = at[~(self._visited[:, at] == answer[at]).any(axis=0)]
        if new.size and int(visited[new].max()) >= len(self._visited):
            more = np.full_like(self._visited, -2)
            self._visited = np.concatenate([self._visited, more])
        self._visited[visited[new], new] = answer[new]
        visited[new] += 1

    def result(self) -> SampleDynamics:
        return SampleDynamics(*self._counts.copy())


class BestEpoch:
    """Gathers `BestEpochs` of groups of samples."""

    def __init__(self, group: ArrayLike, choosing: ArrayLike, n_groups: int) -> None:
        """`group` (n,) in [-1, n_groups), -1 for none; `choosing` (n,) bool, see `halves`."""
        self._group = np.asarray(group, dtype=np.int64)
        self._choosing = np.asarray(choosing, dtype=bool) & (self._group >= 0)
        self._testing = ~np.asarray(choosing, dtype=bool) & (self._group >= 0)
        self._n = n_groups
        self._epoch = np.zeros(n_groups, dtype=np.int64)
        self._share = np.full(n_groups, -1.0)
        self._right_then = np.zeros(len(self._group), dtype=bool)
        self._known_then = np.zeros(len(self._group), dtype=bool)
        self._newest = (0, self._right_then, self._known_then)

    def add(self, epoch: int, right: ArrayLike, known: ArrayLike) -> None:
        """One epoch, later than those before: (n,) whether it is right about each sample, and whether it holds it."""
        have = np.asarray(known, dtype=bool)
        good = np.asarray(right, dtype=bool) & have
        share = ratio(self._count(good & self._choosing), self._count(have & self._choosing))
        better = np.nan_to_num(share, nan=-1.0) > self._share
        if better.any():
            self._share[better], self._epoch[better] = share[better], epoch
            mine = better[self._group] & (self._group >= 0)
            self._right_then[mine], self._known_then[mine] = good[mine], have[mine]
        self._newest = (epoch, good, have)

    def _count(self, mask: Bool) -> Int64:
        return np.bincount(self._group[mask], minlength=self._n).astype(np.int64)

    def result(self) -> BestEpochs:
        epoch, good, have = self._newest
        pair = self._testing & have & self._known_then
        n = self._count(pair)
        lost, won = self._count(pair & self._right_then & ~good), self._count(pair & ~self._right_then & good)
        best, now = ratio(self._count(pair & self._right_then), n), ratio(self._count(pair & good), n)
        low, high = paired_difference(lost, won, n)
        p = mcnemar_more(lost, won)
        p[(n == 0) | (self._epoch == epoch)] = np.nan
        return BestEpochs(self._epoch.copy(), n, best, now, low, high, p, benjamini_hochberg(p))


def halves(sample: ArrayLike, group: ArrayLike, seed: int = 0) -> Bool:
    """(n,) True for the half of each group's samples that chooses, by a hash of the sample number (n,) and the seed.

    The same samples fall to the same half in every epoch and on every machine, whatever their order; of an odd number
    the other half gets one more.
    """
    number, label = np.asarray(sample, dtype=np.int64), np.asarray(group, dtype=np.int64)
    order = np.lexsort((number, _hash(number, seed), label))
    ranked = label[order]
    start = np.searchsorted(ranked, ranked)
    size = np.searchsorted(ranked, ranked, side="right") - start
    out = np.zeros(len(number), dtype=bool)
    out[order] = np.arange(len(number)) - start < size // 2
    return out


def _hash(number: Int64, seed: int) -> NDArray[np.uint64]:
    """SplitMix64 (Steele et al. 2014): neighbouring numbers, as far apart as any."""
    z = number.astype(np.uint64) + np.uint64(((seed + 1) * _MIX[0]) % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX[1])
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX[2])
    return z ^ (z >> np.uint64(31))


def mcnemar_more(lost: ArrayLike, won: ArrayLike) -> Float64:
    """Exact one-sided p-values of McNemar's test, P(X >= lost) with X binomial(lost + won, 1/2); 1 where both are 0."""
    b, c = (np.atleast_1d(np.asarray(each, dtype=np.int64)) for each in (lost, won))
    upper = mcnemar(b, c) / 2
    # Where fewer were lost than won: 1 - P(X <= lost - 1), a tail that mcnemar gives for (lost - 1, won + 1).
    few = (b > 0) & (b <= c)
    lower = 1 - mcnemar(np.maximum(b - 1, 0), c + 1) / 2
    return np.where(b == 0, 1.0, np.where(few, lower, upper))


def paired_difference(lost: ArrayLike, won: ArrayLike, n: ArrayLike) -> tuple[Float64, Float64]:
    """95 % interval of (lost - won) / n, shares of the same n samples; NaN where n is 0.

    Wald's, with half a sample added to each of the four cells (Agresti and Min 2005).
    """
    b, c, whole = (np.asarray(each, dtype=np.float64) for each in (lost, won, n))
    net, share = b - c, ratio(b - c, whole)
    arm = _Z95 * np.sqrt(np.maximum(b + c + 1 - net * net / (whole + 2), 0)) / (whole + 2)
    middle = net / (whole + 2)
    low, high = np.maximum(np.minimum(middle - arm, share), -1.0), np.minimum(np.maximum(middle + arm, share), 1.0)
    return np.where(whole == 0, np.nan, low), np.where(whole == 0, np.nan, high)
