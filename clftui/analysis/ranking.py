"""Ranks of runs per class, weak spots of the best run, stable runs. Metrics rank higher = better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64, Int64


def ranks(values: ArrayLike) -> Int64:
    """(R, K) ranks of runs (rows) in every class: 1 = highest, equal values share the better rank, 0 = undefined (NaN).

    Competition ranking: after two runs at rank 1 comes rank 3.
    """
    given = np.asarray(values, dtype=np.float64)
    order = np.argsort(-given, axis=0, kind="stable")
    ordered = np.take_along_axis(given, order, axis=0)
    place = np.broadcast_to(np.arange(1, len(given) + 1)[:, None], given.shape).copy()
    place[1:][ordered[1:] == ordered[:-1]] = 0
    shared = np.maximum.accumulate(place, axis=0)
    shared[np.isnan(ordered)] = 0
    out = np.zeros(given.shape, dtype=np.int64)
    np.put_along_axis(out, order, shared, axis=0)
    return out


def weak_spots(
    values: ArrayLike, rank: ArrayLike, best_run: int, tied: ArrayLike | None = None, *, top: int | None = None
) -> Int64:
    """Classes where `best_run`, the best overall, is not among the `top` runs: VisMlic's weak spots, worst gap first.

    `values` and `rank` (R, K) as of `ranks`; `top` is 2, and 1 where there are only two runs. `tied` (R, K) bool says
    which runs cannot be separated from `best_run`: a class is no weak spot where its rank 1 is one of them.
    Ordered by how far the class's best value lies above the best run's, then by class index.
    """
    value, place = np.asarray(values, dtype=np.float64), np.asarray(rank)
    limit = (2 if len(place) > 2 else 1) if top is None else top
    weak = place[best_run] > limit
    if tied is not None:
        weak &= ~(np.asarray(tied, dtype=bool) & (place == 1)).any(axis=0)
    classes = np.flatnonzero(weak)
    gap = np.nanmax(value[:, classes], axis=0) - value[best_run, classes] if classes.size else np.zeros(0)
    return classes[np.argsort(-gap, kind="stable")].astype(np.int64)


def rank_spread(rank: ArrayLike) -> Float64:
    """(R,) the worst less the best rank of each run over the classes where it has one; NaN without any."""
    low, high = _extremes(rank)
    return high - low


def stable(rank: ArrayLike) -> NDArray[np.bool_]:
    """(R,) VisMlic's stable models: in the upper half of the runs in every class where the run has a rank.

    Upper half means rank <= R / 2, rounded up; nothing is stable among fewer than two runs or without a rank.
    """
    place = np.asarray(rank)
    worst = _extremes(place)[1]
    return (len(place) > 1) & (worst <= (len(place) + 1) // 2)


def _extremes(rank: ArrayLike) -> tuple[Float64, Float64]:
    place = np.asarray(rank, dtype=np.float64)
    ranked = place > 0
    low = np.where(ranked, place, np.inf).min(axis=1, initial=np.inf)
    high = np.where(ranked, place, -np.inf).max(axis=1, initial=-np.inf)
    none = ~ranked.any(axis=1)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)
