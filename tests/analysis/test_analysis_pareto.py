"""The Pareto front against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.pareto import pareto_front, steps

POINT = st.tuples(st.integers(0, 6) | st.just(float("nan")), st.integers(0, 6) | st.just(float("nan")))


def dominated(points: list[tuple[float, float]], at: int) -> bool:
    cost, value = points[at]
    return any(c <= cost and v >= value and (c < cost or v > value) for c, v in points)


@given(st.lists(POINT, max_size=30))
def test_the_front_is_what_nobody_dominates(points: list[tuple[float, float]]) -> None:
    cost = np.array([point[0] for point in points], dtype=float)
    value = np.array([point[1] for point in points], dtype=float)
    expected = [not dominated(points, at) and point == point for at, point in enumerate(points)]
    expected = [e and not np.isnan(cost[at]) and not np.isnan(value[at]) for at, e in enumerate(expected)]
    assert pareto_front(cost, value).tolist() == expected


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="one of each per point"):
        pareto_front([1, 2], [1])


def test_the_stair_holds_each_value_until_the_next_cost() -> None:
    x, y = steps([30, 10, 20], [0.9, 0.5, 0.7])
    assert x.tolist() == [10, 20, 20, 30, 30] and y.tolist() == [0.5, 0.5, 0.7, 0.7, 0.9]
    assert steps([], [])[0].size == 0
