"""Which models are worth their cost: the Pareto front of cost against value."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.confusion import Float64


def pareto_front(cost: ArrayLike, value: ArrayLike) -> NDArray[np.bool_]:
    """(N,) whether no other point costs at most as much and is worth at least as much, one of them strictly.

    Equal points stand or fall together; NaN points are never on the front and beat nobody. O(N log N).
    """
    costs, values = np.asarray(cost, dtype=np.float64), np.asarray(value, dtype=np.float64)
    if costs.shape != values.shape or costs.ndim != 1:
        raise ValueError(f"cost has shape {costs.shape} and value {values.shape}; one of each per point is needed")
    front = np.zeros(len(costs), dtype=np.bool_)
    known = np.flatnonzero(~(np.isnan(costs) | np.isnan(values)))
    order = known[np.lexsort((-values[known], costs[known]))]
    if not order.size:
        return front
    c, v = costs[order], values[order]
    before = np.concatenate([[-np.inf], np.maximum.accumulate(v)[:-1]])
    rises = v > before
    # A twin of a point on the front directly follows it in this order.
    twin = np.concatenate([[False], (c[1:] == c[:-1]) & (v[1:] == v[:-1])])
    for at in np.flatnonzero(twin):
        rises[at] = rises[at - 1]
    front[order] = rises
    return front


def steps(cost: ArrayLike, value: ArrayLike) -> tuple[Float64, Float64]:
    """The front as a stair: points (x, y) by ascending cost, each value held until the next point's cost.

    `cost` and `value` (N,) of the points on the front; (2 N - 1,) each, empty without points.
    """
    costs, values = np.asarray(cost, dtype=np.float64), np.asarray(value, dtype=np.float64)
    order = np.lexsort((values, costs))
    c, v = costs[order], values[order]
    return np.repeat(c, 2)[1:], np.repeat(v, 2)[:-1]
