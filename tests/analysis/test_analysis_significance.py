"""Tests of differences against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.significance import benjamini_hochberg, mcnemar, paired_counts, two_proportion


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=8))
def test_mcnemar_is_the_exact_binomial_test(tables: list[tuple[int, int]]) -> None:
    from scipy.stats import binomtest

    b, c = np.array(tables).T
    expected = [binomtest(x, x + y, 0.5).pvalue if x + y else 1.0 for x, y in tables]
    np.testing.assert_allclose(mcnemar(b, c), expected, rtol=1e-9)
    np.testing.assert_array_equal(mcnemar(b, c), mcnemar(c, b))


@pytest.mark.parametrize(("b", "c"), [(499_000, 501_000), (500_000, 500_000), (0, 1000), (2300, 2700), (0, 1)])
def test_mcnemar_of_many_samples(b: int, c: int) -> None:
    from scipy.stats import binomtest

    assert float(mcnemar(b, c)) == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-8)


def test_mcnemar_keeps_shapes_and_refuses_negative_counts() -> None:
    assert mcnemar([[1], [2]], [3, 4, 5]).shape == (2, 3)
    assert mcnemar([], []).shape == (0,)
    with pytest.raises(ValueError, match=">= 0"):
        mcnemar(-1, 2)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_two_proportions_square_to_the_chi_square_test(a: int, b: int, c: int, d: int) -> None:
    from scipy.stats import chi2_contingency

    p = float(two_proportion(a, a + b, c, c + d))
    if not (a + b and c + d):
        assert math.isnan(p)
    elif not (a + c and b + d):
        assert p == 1
    else:
        assert p == pytest.approx(chi2_contingency([[a, b], [c, d]], correction=False).pvalue, rel=1e-9, abs=1e-300)


def test_two_proportions_broadcast() -> None:
    p = two_proportion([5, 9], [10, 10], [[5], [0]], [[10], [0]])
    assert p.shape == (2, 2)
    assert p[0, 0] == 1 and p[0, 1] < 0.06 and np.isnan(p[1]).all()


@given(st.lists(st.floats(0, 1), max_size=30))
def test_q_values_equal_scipy(p: list[float]) -> None:
    from scipy.stats import false_discovery_control

    expected = false_discovery_control(p, method="bh") if p else np.zeros(0)
    np.testing.assert_allclose(benjamini_hochberg(p), expected, atol=1e-12)


def test_untested_p_values_are_no_tests() -> None:
    q = benjamini_hochberg([0.01, math.nan, 0.5])
    assert q[0] == pytest.approx(0.02) and math.isnan(q[1]) and q[2] == 0.5
    with pytest.raises(ValueError, match="one list"):
        benjamini_hochberg([[0.1]])


def test_paired_counts() -> None:
    assert paired_counts([True, True, False, False, True], [True, False, True, False, False]) == (2, 1)
    with pytest.raises(ValueError, match="equally many"):
        paired_counts([True], [True, False])
