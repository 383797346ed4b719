"""Ranks, weak spots and stable runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from clftui.analysis.ranking import rank_spread, ranks, stable, weak_spots

NAN = math.nan
VALUES = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, NAN]),
)


@pytest.mark.row("P2", "P5")
@given(VALUES)
def test_ranks_equal_scipys_competition_ranking(values: NDArray[np.float64]) -> None:
    from scipy.stats import rankdata

    expected = np.zeros(values.shape, dtype=np.int64)
    for k, column in enumerate(values.T):
        given_values = ~np.isnan(column)
        if given_values.any():
            expected[given_values, k] = rankdata(-column[given_values], method="min")
    np.testing.assert_array_equal(ranks(values), expected)


def test_no_runs_have_no_ranks() -> None:
    assert ranks(np.zeros((0, 3))).shape == (0, 3)
    assert ranks(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.row("P16")
def test_weak_spots_are_where_the_best_run_is_third_or_worse() -> None:
    values = np.array(
        [
            # 1st, 2nd, shared 2nd, 3rd, 3rd by far, undefined
            [0.75, 0.625, 0.500, 0.375, 0.25, NAN],
            [0.625, 0.75, 0.875, 0.500, 0.75, 0.5],
            [0.50, 0.250, 0.500, 0.625, 1.00, 0.25],
        ]
    )
    rank = ranks(values)
    assert weak_spots(values, rank, 0).tolist() == [4, 3]
    assert weak_spots(values, rank, 0, top=1).tolist() == [4, 2, 3, 1]
    tied = np.zeros(values.shape, dtype=bool)
    tied[2, 3] = True
    assert weak_spots(values, rank, 0, tied).tolist() == [4]
    # A tie with the second of the class does not excuse the gap to its first.
    tied[:] = False
    tied[1, 3] = True
    assert weak_spots(values, rank, 0, tied).tolist() == [4, 3]


@pytest.mark.row("P16")
def test_weak_spots_of_one_and_two_runs() -> None:
    two = np.array([[0.9, 0.5], [0.8, 0.6]])
    assert weak_spots(two, ranks(two), 0).tolist() == [1]
    assert weak_spots(two[:1], ranks(two[:1]), 0).tolist() == []


@pytest.mark.row("P16")
def test_spread_and_stability_read_the_ranks() -> None:
    rank = np.array([[1, 2, 1], [2, 1, 4], [3, 0, 3], [0, 0, 0]])
    np.testing.assert_array_equal(rank_spread(rank), [1, 3, 0, NAN])
    assert stable(rank).tolist() == [True, False, False, False]
    assert stable(np.array([[1, 1]])).tolist() == [False]
    assert np.isnan(rank_spread(np.zeros((2, 0), dtype=int))).all()
