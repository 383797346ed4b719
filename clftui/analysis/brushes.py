"""Axes of scores: where a score lies on one, how its bounds step, how many samples lie where."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]

LOGIT_END = 0.001
"""Log-odds are drawn from this score to one less this; what is beyond lies at the ends."""
LINEAR_STEP = 0.05
LADDER = (
    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995,
    0.998, 0.999, 1.0,
)  # fmt: skip
"""The bounds that keys step through on an axis of log-odds."""
BELOW = -1.0
"""Stands for a score that was not logged, being below those that were."""


def place(scores: ArrayLike, logit: bool) -> Float64:
    """(...) where scores lie on an axis, 0 at the bottom to 1 at the top; NaN stays NaN."""
    value = np.asarray(scores, dtype=np.float64)
    if not logit:
        return np.clip(value, 0, 1)
    p = np.clip(value, LOGIT_END, 1 - LOGIT_END)
    span = np.log((1 - LOGIT_END) / LOGIT_END)
    return np.asarray((np.log(p / (1 - p)) / span + 1) / 2)


def step(value: float, by: int, logit: bool) -> float:
    """The bound `by` steps above `value`: by .05, or along LADDER."""
    if not logit:
        return min(max(round((round(value / LINEAR_STEP) + by) * LINEAR_STEP, 2), 0.0), 1.0)
    near = min(range(len(LADDER)), key=lambda at: abs(LADDER[at] - value))
    return LADDER[min(max(near + by, 0), len(LADDER) - 1)]


def histogram(scores: ArrayLike, bins: int, logit: bool) -> NDArray[np.int64]:
    """(a, bins) how many of (m, a) scores lie in each of `bins` equal parts of their axis, from the bottom."""
    at = place(scores, logit)
    out = np.zeros((at.shape[1], bins), dtype=np.int64)
    known = ~np.isnan(at)
    part = np.minimum((np.nan_to_num(at) * bins).astype(np.int64), bins - 1)
    axis = np.broadcast_to(np.arange(at.shape[1]), at.shape)
    np.add.at(out, (axis[known], part[known]), 1)
    return out


def bands(scores: ArrayLike, shares: tuple[float, ...] = (0.05, 0.5, 0.95)) -> Float64:
    """(len(shares), a) quantiles of (m, a) scores, each one of the scores; unlogged ones are BELOW all others."""
    value = np.nan_to_num(np.asarray(scores, dtype=np.float64), nan=BELOW)
    if not len(value):
        return np.full((len(shares), value.shape[1]), np.nan)
    return np.asarray(np.quantile(value, shares, axis=0, method="lower"), dtype=np.float64)


def inside(scores: ArrayLike, low: float, high: float) -> NDArray[np.bool_]:
    """Which scores lie from `low` to `high`, compared as the float32 that they are logged as; unlogged ones do not."""
    value = np.asarray(scores, dtype=np.float32)
    return np.asarray((value >= np.float32(low)) & (value <= np.float32(high)), dtype=np.bool_)
