"""Flips: what became of the same samples between two evaluations, and which runs of several get which samples right."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.significance import benjamini_hochberg, mcnemar

MOST_RUNS = 62
"""So many runs a pattern's bits hold."""


class Outcome(IntEnum):
    """What became of one sample; the columns of `FlipCounts.counts` in this order."""

    NEWLY_WRONG = 0
    NEWLY_RIGHT = 1
    WRONG_DIFFERENTLY = 2
    WRONG_SAME = 3
    RIGHT = 4


class FlipCounts(NamedTuple):
    """Flips by class, with McNemar's test of each class."""

    counts: Int64
    """(K, 5) samples of each true class by `Outcome`."""
    p: Float64
    """(K,) exact two-sided p-values; NaN for a class without samples."""
    q: Float64
    """(K,) Benjamini and Hochberg's adjustment of `p` over the classes."""


def outcomes(true: ArrayLike, before: ArrayLike, after: ArrayLike) -> NDArray[np.int8]:
    """(n,) the `Outcome` of each sample; all three (n,) class numbers of one list of classes.

    Any number that is no class (no answer, a class that the other side lacks) is a wrong answer like any other.
    """
    label, first, last = (np.asarray(each, dtype=np.int64) for each in (true, before, after))
    was, now = first == label, last == label
    out = np.full(label.shape, Outcome.WRONG_DIFFERENTLY, dtype=np.int8)
    out[~was & ~now & (first == last)] = Outcome.WRONG_SAME
    out[was & ~now] = Outcome.NEWLY_WRONG
    out[~was & now] = Outcome.NEWLY_RIGHT
    out[was & now] = Outcome.RIGHT
    return out


def flip_counts(true: ArrayLike, outcome: ArrayLike, n_classes: int) -> FlipCounts:
    """Counts and tests by true class. `true` (n,) in [0, n_classes), `outcome` (n,) as `outcomes` gives it."""
    label, what = np.asarray(true, dtype=np.int64), np.asarray(outcome, dtype=np.int64)
    counts = np.bincount(label * len(Outcome) + what, minlength=n_classes * len(Outcome))
    counts = counts.reshape(n_classes, len(Outcome)).astype(np.int64)
    p = mcnemar(counts[:, Outcome.NEWLY_WRONG], counts[:, Outcome.NEWLY_RIGHT])
    p[counts.sum(axis=1) == 0] = np.nan
    return FlipCounts(counts, p, benjamini_hochberg(p))


def patterns(right: ArrayLike) -> tuple[NDArray[np.bool_], Int64]:
    """(P, R) who is right and (P,) how many samples, most frequent first, of `right` (R, n): run r is right about i.

    The exclusive intersections of an UpSet plot (Lex et al. 2014); patterns of no sample are left out.
    ValueError beyond 62 runs.
    """
    given = np.asarray(right, dtype=bool)
    runs = len(given)
    if runs > MOST_RUNS:
        raise ValueError(f"patterns of {runs} runs; {MOST_RUNS} are the most")
    code = np.zeros(given.shape[1], dtype=np.int64)
    for row in given:
        code = code * 2 + row
    found, count = np.unique(code, return_counts=True)
    order = np.lexsort((-found, -count))
    bits = (found[order][:, None] >> np.arange(runs - 1, -1, -1)) & 1
    return bits.astype(bool), count[order].astype(np.int64)


def wrong_in(wrong: ArrayLike, runs: int) -> tuple[Int64, Int64]:
    """(exactly, at_least), both (runs + 1,): samples wrong in exactly, and in at least, 0 to `runs` of the runs.

    `wrong` (n,) is in how many runs each sample is wrong.
    """
    exactly = np.bincount(np.asarray(wrong, dtype=np.int64), minlength=runs + 1).astype(np.int64)
    return exactly, exactly[::-1].cumsum()[::-1]
