"""Tests of differences, with `math` alone: McNemar, two proportions, Benjamini-Hochberg. NaN = cannot be tested."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64

ALPHA = 0.05
"""Below this p-value a difference is told apart from chance."""

_BLOCK = 64


def paired_counts(right_a: ArrayLike, right_b: ArrayLike) -> tuple[int, int]:
    """(b, c): samples that only a, and that only b, has right; `right_*` (n,) bool of the same samples in one order."""
    a, b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    if a.shape != b.shape:
        raise ValueError(f"paired samples are equally many; there are {a.shape} and {b.shape}")
    return int(np.count_nonzero(a & ~b)), int(np.count_nonzero(b & ~a))


def mcnemar(b: ArrayLike, c: ArrayLike) -> Float64:
    """Exact two-sided p-values of McNemar's test, of the broadcast shape of `b` and `c` (discordant counts, >= 0).

    Under the null hypothesis b is binomial(b + c, 1/2); p = min(1, 2 P(X <= min(b, c))), as SciPy's binomtest.
    Relative error below 1e-8 up to a million discordant samples; 1 where there is none.
    """
    first, second = np.broadcast_arrays(np.asarray(b, dtype=np.int64), np.asarray(c, dtype=np.int64))
    if (first < 0).any() or (second < 0).any():
        raise ValueError("discordant counts are >= 0")
    small = np.minimum(first, second).reshape(-1)
    n = (first + second).reshape(-1)
    out = np.ones(len(n))
    todo = np.flatnonzero((n > 0) & (2 * small < n))
    if todo.size:
        k, m = small[todo], n[todo]
        log_p = _log_choose(m, k) - (m - 1) * math.log(2.0) + np.log(_tail(k.astype(np.float64), m.astype(np.float64)))
        out[todo] = np.minimum(1.0, np.exp(log_p))
    return out.reshape(first.shape)


def _log_choose(n: Int64, k: Int64) -> Float64:
    pairs = zip(n.tolist(), k.tolist(), strict=True)
    return np.array([math.lgamma(m + 1) - math.lgamma(j + 1) - math.lgamma(m - j + 1) for m, j in pairs])


def _tail(k: Float64, n: Float64) -> Float64:
    """sum of C(n, j) over j <= k, divided by C(n, k): the terms fall by k / (n - k + 1) each, so few are needed."""
    out = np.ones_like(k)
    last = np.ones_like(k)
    active = np.arange(len(k))
    below = k.copy()
    step = np.arange(_BLOCK)
    while active.size:
        numerator = np.maximum(below[active, None] - step, 0.0)
        terms = last[active, None] * np.cumprod(numerator / (n[active, None] - below[active, None] + step + 1), axis=1)
        out[active] += terms.sum(axis=1)
        last[active] = terms[:, -1]
        below[active] -= _BLOCK
        active = active[terms[:, -1] > 1e-18 * out[active]]
    return out


def two_proportion(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Float64:
    """Two-sided p-values of the pooled z-test of k1 / n1 against k2 / n2 (independent samples), broadcast.

    NaN where either n is 0; 1 where both shares are 0 or both are 1.
    """
    a, na, b, nb = (np.asarray(given, dtype=np.float64) for given in (k1, n1, k2, n2))
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + b) / (na + nb)
        variance = pooled * (1 - pooled) * (1 / na + 1 / nb)
        z = np.abs(a / na - b / nb) / np.sqrt(variance)
    out = erfc(z / math.sqrt(2.0))
    out = np.where(variance == 0, 1.0, out)
    return np.where((na == 0) | (nb == 0), np.nan, out)


def fisher(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Float64:
    """Two-sided p-values (m,) of Fisher's exact test of k1 / n1 against k2 / n2: twice the smaller tail, at most 1.

    For few hits (or few misses): it costs m times the most of them. NaN where either n is 0.
    """
    a, na, b, nb = np.broadcast_arrays(*(np.asarray(given, dtype=np.int64).reshape(-1) for given in (k1, n1, k2, n2)))
    # Counting misses instead of hits is the same test; the rarer ones make the shorter sum.
    swap = 2 * (a + b) > na + nb
    a, b = np.where(swap, na - a, a), np.where(swap, nb - b, b)
    hits = a + b
    if not a.size:
        return np.empty(0)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int((na + nb).max()) + 1)))])
    j = np.arange(int(hits.max()) + 1)
    possible = (j <= np.minimum(hits, na)[:, None]) & (j >= (hits - nb)[:, None])
    here, there = np.where(possible, j, a[:, None]), np.where(possible, hits[:, None] - j, b[:, None])
    log_p = _log_ways(log_factorial, na[:, None], here) + _log_ways(log_factorial, nb[:, None], there)
    log_p -= _log_ways(log_factorial, na + nb, hits)[:, None]
    chance = np.where(possible, np.exp(log_p), 0.0)
    tails = [np.where(side, chance, 0.0).sum(axis=1) for side in (j <= a[:, None], j >= a[:, None])]
    out = np.minimum(1.0, 2 * np.minimum(*tails))
    return np.where((na == 0) | (nb == 0), np.nan, out)


def _log_ways(log_factorial: Float64, n: Int64, k: Int64) -> Float64:
    return np.asarray(log_factorial[n] - log_factorial[k] - log_factorial[n - k])


def student_tail(t: ArrayLike, df: ArrayLike) -> Float64:
    """P(T > t) of Student's distribution with `df` degrees of freedom (> 0, infinity is normal), broadcast.

    Wallace's transformation to a normal deviate (1959): from 3 degrees of freedom up to t = 6 never more than 1 %
    too small nor an eighth too large. NaN stays NaN.
    """
    given, nu = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64))
    finite = np.where(np.isfinite(nu), nu, 1.0)
    size = (8 * finite + 1) / (8 * finite + 3) * np.sqrt(finite * np.log1p(given * given / finite))
    z = np.where(np.isfinite(nu), np.copysign(size, given), given)
    return 0.5 * erfc(z / math.sqrt(2.0))


def erfc(x: ArrayLike) -> Float64:
    """The complementary error function, elementwise; keeps NaN."""
    values = np.asarray(x, dtype=np.float64)
    return np.array([math.erfc(v) for v in values.reshape(-1)]).reshape(values.shape)


def benjamini_hochberg(p: ArrayLike) -> Float64:
    """(m,) q-values: the false discovery rate at which each p-value would be called a discovery.

    Benjamini and Hochberg 1995, as SciPy's false_discovery_control. NaN stays NaN and is not a test.
    """
    given = np.asarray(p, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"p-values come as one list; these have shape {given.shape}")
    out = np.full(given.shape, np.nan)
    tested: NDArray[np.intp] = np.flatnonzero(~np.isnan(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    m = len(order)
    if m:
        raw = given[order] * m / np.arange(1, m + 1)
        out[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return out
