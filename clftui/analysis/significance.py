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
