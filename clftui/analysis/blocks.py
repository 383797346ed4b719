"""Blocks: an order of classes cut into runs of neighbours that are confused with each other.

The objective is the Poisson log-likelihood of the mistakes: with m mistakes among the a = n (n - 1) cells of a block
and a rate of d mistakes a cell outside all blocks, the block gains m log(m / (d a)) - (m - d a) over that rate, nothing
where it is no denser. The diagonal, right answers, takes no part. The sum over blocks is maximised exactly by dynamic
programming over where they end; d begins as the mean of all cells and is then taken anew from outside the blocks found,
until they stay: where few blocks hold most of a matrix its mean would hide the fainter ones. (The sum of the blocks'
densities itself, read literally from Alsallakh et al. 2018, makes blocks of two classes.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from clftui.analysis.confusion import Confusion, Float64, Int64

FINE_TO = 2000
"""Above so many classes neighbours are taken together first: prefix sums of 10,000 x 10,000 would take 800 MB."""
COARSE = 1200
"""About as many units they are folded to."""
BAND = 4
"""A block is first looked for among those of at most so many times the mean size."""
_NEARLY = 0.75
_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Ladder:
    """What the gain of any run of units needs: `starts` (u + 1,) first position of each unit, `within` (u + 1, u + 1).

    `within[i, j]` is the sum of mistakes at unit rows < i and unit columns < j. `density` is the rate of mistakes a
    cell that blocks have to exceed.
    """

    starts: Int64
    within: Float64
    density: float

    @property
    def units(self) -> int:
        return len(self.starts) - 1


def ladder(c: Confusion, order: Int64) -> Ladder:
    """Prefix sums of the mistakes of `c` in `order` (K,), of units of one class each, or more above FINE_TO classes."""
    k = len(order)
    per = 1 if k <= FINE_TO else -(-k // COARSE)
    place = np.empty(k, dtype=np.int64)
    place[order] = np.arange(k) // per
    starts = np.append(np.arange(0, k, per), k)
    units = len(starts) - 1
    off = c.true != c.predicted
    codes = place[c.true[off]] * units + place[c.predicted[off]]
    within = np.zeros((units + 1, units + 1))
    within[1:, 1:] = np.bincount(codes, weights=c.count[off], minlength=units * units).reshape(units, units)
    np.cumsum(within, axis=0, out=within)
    np.cumsum(within, axis=1, out=within)
    return Ladder(starts, within, float(within[-1, -1]) / max(k * (k - 1), 1))


def gains(steps: Ladder, band: int) -> Float64:
    """(band, u + 1) gain of the block of l + 1 units (row) that ends before unit e (column); -inf: there is none."""
    end = np.arange(steps.units + 1)[None, :]
    first = end - np.arange(1, band + 1)[:, None]
    at = np.maximum(first, 0)
    return np.where(first >= 0, gain(*_inside(steps, at, end)), -np.inf)


def _inside(steps: Ladder, first: Int64, end: Int64) -> tuple[Float64, Float64]:
    """Mistakes in the blocks of the units from `first` to `end` (excluded), and those expected at the rate outside."""
    total, across = steps.within, np.diagonal(steps.within)
    mistakes = across[end] - total[first, end] - total[end, first] + across[first]
    classes = (steps.starts[end] - steps.starts[first]).astype(np.float64)
    return mistakes, classes * (classes - 1) * steps.density


def gain(mistakes: Float64, expected: Float64) -> Float64:
    """What a block adds to the log-likelihood: see the module."""
    dense = mistakes > expected
    out = np.zeros(np.broadcast_shapes(mistakes.shape, expected.shape))
    m, e = mistakes[dense], expected[dense]
    out[dense] = m * np.log(m / e) - (m - e)
    return out


def value(steps: Ladder, edges: Int64) -> float:
    """The objective of a cut (units where blocks begin, with the number of units at the end)."""
    return float(gain(*_inside(steps, edges[:-1], edges[1:])).sum())


def partition(c: Confusion, order: Int64, blocks: int) -> Int64:
    """(b + 1,) positions where each of b = `blocks` blocks begins, with K at the end: the best cut of `order`.

    At most as many blocks as there are classes. Where classes were folded, blocks end between the folded ones.
    """
    return _settled(ladder(c, order), partial(cut, blocks=blocks))


def _settled(steps: Ladder, best: Callable[[Ladder], Int64]) -> Int64:
    """(b + 1,) positions of the `best` cut at the rate outside it. Each round is more likely than the one before."""
    edges = best(steps)
    for _ in range(_ROUNDS):
        rate = _outside(steps, edges)
        if rate == steps.density:
            break
        steps = replace(steps, density=rate)
        edges = best(steps)
    return steps.starts[edges]


def _outside(steps: Ladder, edges: Int64) -> float:
    """Mistakes a cell outside the blocks of a cut that are denser than that was so far; half a mistake is assumed."""
    mistakes, expected = _inside(steps, edges[:-1], edges[1:])
    sizes = np.diff(steps.starts[edges]).astype(np.float64)
    dense = mistakes > expected
    classes = float(steps.starts[-1])
    cells = classes * (classes - 1) - (sizes * (sizes - 1))[dense].sum()
    return (float(steps.within[-1, -1] - mistakes[dense].sum()) + 0.5) / cells if cells > 0 else steps.density


def cut(steps: Ladder, blocks: int) -> Int64:
    """(b + 1,) units where blocks begin, with the number of units at the end.

    Only blocks of up to BAND times the mean size are tried at first. While one of the best is nearly as large as
    allowed the band is doubled: a fixed one would miss a large block among small ones.
    """
    units = steps.units
    blocks = max(1, min(blocks, units))
    band = min(units, max(BAND * -(-units // blocks), 4))
    while True:
        edges = cut_of(gains(steps, band), blocks)
        if band >= units or np.diff(edges).max() < _NEARLY * band:
            return edges
        band = min(2 * band, units)


def cut_of(gained: Float64, blocks: int) -> Int64:
    """(b + 1,) units where blocks begin in the best cut into those of `gained` (band, u + 1): O(blocks x u x band)."""
    band, ends = gained.shape
    # best[b, band + e]: the most that b blocks gain which end before unit e; -inf before the first unit.
    best = np.full((blocks + 1, band + ends), -np.inf)
    best[0, band] = 0.0
    worth = np.empty_like(gained)
    for b in range(blocks):
        # Row l holds what was gained l + 1 units before each end.
        np.add(gained, sliding_window_view(best[b], ends)[band - 1 :: -1], out=worth)
        worth.max(axis=0, out=best[b + 1, band:])
    edges = [ends - 1]
    for b in range(blocks - 1, -1, -1):
        # Only on the way back does it matter which block was the best.
        end = edges[-1]
        edges.append(end - 1 - int((gained[:, end] + best[b, end : band + end][::-1]).argmax()))
    return np.asarray(edges[::-1], dtype=np.int64)


def suggested(c: Confusion, order: Int64) -> Int64:
    """Like `partition`, with as many blocks as shorten a description of the mistakes, at most `most(K)`.

    A block costs half the logarithm of the number of mistakes for its rate (Bayesian information criterion) and half
    of log(K! / n1! n2! ...) for its classes: the order was made from the same mistakes, and without that cost chance
    would part large blocks. One pass finds the best cut into any number of blocks (Jackson et al. 2005).
    """
    steps = ladder(c, order)
    if not steps.within[-1, -1]:
        return np.asarray([0, len(order)], dtype=np.int64)
    limit = most(len(order))
    edges = _settled(steps, _cheapest)
    return edges if len(edges) - 1 <= limit else _settled(steps, partial(cut, blocks=limit))


def most(classes: int) -> int:
    """So many blocks a person can tell apart: of three classes in the mean up to 60, above them 2 sqrt(K)."""
    return max(int(2 * np.sqrt(classes)), min(classes // 3, 60), 1)


def _cheapest(steps: Ladder) -> Int64:
    """(b + 1,) units where blocks begin, of the cut that gains most above the cost of its blocks: see `suggested`."""
    units = steps.units
    cost = float(np.log(steps.within[-1, -1])) / 2
    # log(n!) for n = 0 ... K.
    likely = np.cumsum(np.log(np.maximum(np.arange(int(steps.starts[-1]) + 1), 1)))
    band = min(units, max(64, units // 4))
    while True:
        # Row e: blocks that end before unit e, of one unit first.
        gained = np.ascontiguousarray(gains(steps, band).T)
        best = np.zeros(units + 1)
        length = np.zeros(units + 1, dtype=np.int64)
        for end in range(1, units + 1):
            first = max(end - band, 0)
            sizes = steps.starts[end] - steps.starts[first:end][::-1]
            worth = gained[end, : end - first] + best[first:end][::-1] + likely[sizes] / 2
            length[end] = int(worth.argmax()) + 1
            best[end] = worth[length[end] - 1] - cost
        edges = [units]
        while edges[-1]:
            edges.append(edges[-1] - int(length[edges[-1]]))
        found = np.asarray(edges[::-1], dtype=np.int64)
        if band >= units or np.diff(found).max() < _NEARLY * band:
            return found
        band = min(2 * band, units)
