"""Intervals: Wilson against SciPy, bootstraps by what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import Confusion, count, from_dense
from clftui.analysis.intervals import (
    accuracy_interval,
    ap_interval,
    macro_f1_interval,
    metric_interval,
    percentile_interval,
    wilson,
)
from clftui.analysis.metrics import Metric, average_precision, macro, outcomes, per_class


@given(st.integers(0, 5000), st.integers(0, 5000), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_scipy(a: int, b: int, confidence: float) -> None:
    from scipy.stats import binomtest

    n = a + b
    low, high = wilson(a, n, confidence)
    if not n:
        assert np.isnan(low) and np.isnan(high)
        return
    theirs = binomtest(a, n).proportion_ci(confidence, method="wilson")
    assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert 0 <= low <= a / n <= high <= 1 and low < high


def test_wilson_broadcasts_and_refuses_nonsense() -> None:
    low, high = wilson([[0], [5]], [0, 5, 10])
    assert low.shape == high.shape == (2, 3)
    assert np.isnan(low[:, 0]).all() and not np.isnan(low[:, 1:]).any()
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, 1.0)


def seeded(seed: int, k: int, n: int, right: float = 0.7) -> Confusion:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, k, n)
    predicted = np.where(rng.random(n) < right, true, rng.integers(-1, k, n))
    return count(true, predicted, k)


@pytest.mark.parametrize("metric", [Metric.RECALL, Metric.PRECISION, Metric.SPECIFICITY, Metric.ACCURACY])
def test_shares_have_wilson_intervals_of_their_own_denominator(metric: Metric) -> None:
    c = seeded(4, 6, 300)
    tp, fp, fn, tn = outcomes(c)
    hits, whole = {
        Metric.RECALL: (tp, tp + fn),
        Metric.PRECISION: (tp, tp + fp),
        Metric.SPECIFICITY: (tn, tn + fp),
        Metric.ACCURACY: (tp + tn, tp + fp + fn + tn),
    }[metric]
    value, low, high, n = metric_interval(c, metric, [4, 1])
    np.testing.assert_array_equal(value, per_class(c, metric)[[4, 1]])
    np.testing.assert_array_equal(n, whole[[4, 1]])
    expected = wilson(hits, whole)
    np.testing.assert_array_equal(low, expected[0][[4, 1]])
    np.testing.assert_array_equal(high, expected[1][[4, 1]])


@pytest.mark.parametrize("metric", [m for m in Metric if not m.needs_scores])
def test_an_interval_does_not_depend_on_the_other_classes_asked(metric: Metric) -> None:
    c = seeded(5, 8, 200)
    every = metric_interval(c, metric, seed=3, draws=200)
    some = metric_interval(c, metric, np.array([6, 2]), seed=3, draws=200)
    for whole, part in zip(every, some, strict=True):
        np.testing.assert_array_equal(whole[[6, 2]], part)


def test_undefined_values_have_undefined_bounds() -> None:
    c = from_dense([[3, 0, 0], [2, 0, 0], [0, 0, 0]])
    for metric, undefined in [(Metric.RECALL, [2]), (Metric.PRECISION, [1, 2]), (Metric.F1, [2])]:
        value, low, high, n = metric_interval(c, metric)
        for given_values in (value, low, high):
            assert np.flatnonzero(np.isnan(given_values)).tolist() == undefined
        assert (n[undefined] == 0).all()
    value, low, high, n = metric_interval(c, Metric.SUPPORT)
    assert value.tolist() == n.tolist() == [3, 2, 0] and np.isnan([low, high]).all()
    with pytest.raises(ValueError, match="AP needs scores"):
        metric_interval(c, Metric.AP)


def test_f1_interval_is_the_percentile_bootstrap_of_the_samples() -> None:
    c = seeded(6, 3, 240)
    value, low, high, _ = metric_interval(c, Metric.F1, draws=4000)
    rng = np.random.default_rng(0)
    t = np.repeat(c.true, c.count)
    p = np.repeat(c.predicted, c.count)
    t, p = np.append(t, np.repeat(np.arange(3), c.unanswered)), np.append(p, np.full(c.unanswered.sum(), -1))
    drawn = []
    for _ in range(1500):
        pick = rng.integers(len(t), size=len(t))
        drawn.append(per_class(count(t[pick], p[pick], 3), Metric.F1))
    expected = np.percentile(drawn, [2.5, 97.5], axis=0)
    np.testing.assert_allclose([low, high], expected, atol=0.015)
    assert (low < value).all() and (value < high).all()


def test_f1_at_its_ends_is_not_certain() -> None:
    c = from_dense([[5, 0, 0], [0, 0, 3], [0, 0, 4]])
    value, low, high, n = metric_interval(c, Metric.F1)
    assert value.tolist()[:2] == [1.0, 0.0]
    share = wilson([5, 0], [5, 3])
    assert low[0] == pytest.approx(2 * share[0][0] / (1 + share[0][0])) and high[0] == 1
    assert low[1] == 0 and high[1] == pytest.approx(2 * share[1][1] / (1 + share[1][1]))
    assert n.tolist() == [5, 3, 7]


def test_percentiles_leave_undefined_draws_out() -> None:
    rng = np.random.default_rng(7)
    values = rng.random((4, 101))
    values[1, ::3] = math.nan
    values[2] = math.nan
    low, high = percentile_interval(values, 0.9)
    expected = np.nanpercentile(values[[0, 1, 3]], [5, 95], axis=1)
    np.testing.assert_allclose([low[[0, 1, 3]], high[[0, 1, 3]]], expected, rtol=1e-12)
    assert np.isnan([low[2], high[2]]).all()


def test_accuracy_has_a_wilson_interval() -> None:
    value, low, high = accuracy_interval(count([0, 0, 1, 1], [0, 1, 1, -1], 2))
    assert (value, low, high) == pytest.approx((0.5, *map(float, wilson(2, 4))))
    assert np.isnan(accuracy_interval(from_dense(np.zeros((2, 2))))).all()


def test_ap_interval_is_the_percentile_bootstrap_of_the_samples() -> None:
    rng = np.random.default_rng(8)
    positive = rng.random(400) < 0.2
    # Rounded, so that many scores are tied within and across the two.
    score = np.round(rng.normal(size=400) + 1.2 * positive, 1)
    value, low, high = ap_interval(score, positive, draws=2000)
    drawn = []
    for _ in range(1500):
        pick = rng.integers(400, size=400)
        drawn.append(average_precision(score[pick], positive[pick]))
    assert value == average_precision(score, positive)
    np.testing.assert_allclose([low, high], np.percentile(drawn, [2.5, 97.5]), atol=0.02)


def test_ap_interval_of_a_perfect_order_is_not_certain() -> None:
    value, low, high = ap_interval([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert (value, low, high) == pytest.approx((1.0, float(wilson(2, 2)[0]), 1.0))
    assert np.isnan(ap_interval([0.1, 0.2], [False, False])).all()


@pytest.mark.parametrize("n", [60, 20_000])
def test_macro_f1_interval_is_the_spread_of_the_bootstrap(n: int) -> None:
    """Both ways to resample: sample by sample, and as a multinomial where samples are many."""
    c = seeded(9, 4, n)
    value, low, high = macro_f1_interval(c, draws=1500)
    rng = np.random.default_rng(1)
    cells = np.append(c.count, c.unanswered)
    drawn = []
    for _ in range(1500):
        again = rng.multinomial(n, cells / n)
        counts, unanswered = again[: len(c.count)], again[len(c.count) :]
        drawn.append(macro(Confusion(4, c.true, c.predicted, counts, unanswered), Metric.F1))
    assert value == macro(c, Metric.F1)
    spread = np.percentile(drawn, [2.5, 97.5]) - np.mean(drawn)
    np.testing.assert_allclose([low - value, high - value], spread, atol=0.1 * (high - low))


def test_macro_f1_at_its_ends() -> None:
    perfect = macro_f1_interval(from_dense(np.eye(3) * 4))
    assert perfect[0] == perfect[2] == 1 and 0.7 < perfect[1] < 1
    hopeless = macro_f1_interval(from_dense([[0, 4], [4, 0]]))
    assert hopeless[:2] == (0, 0) and 0 < hopeless[2] < 1
    assert np.isnan(macro_f1_interval(from_dense(np.zeros((2, 2))))).all()


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    c = seeded(10, 5, 150)
    rng = np.random.default_rng(11)
    positive = rng.random(150) < 0.3
    score = rng.random(150) + 0.5 * positive
    for once, again, other in [
        (macro_f1_interval(c, 1), macro_f1_interval(c, 1), macro_f1_interval(c, 2)),
        (ap_interval(score, positive, 1), ap_interval(score, positive, 1), ap_interval(score, positive, 2)),
    ]:
        assert once == again and once != other


def test_wilson_covers_what_it_says() -> None:
    """95 % of the intervals of simulated recalls hold the true one (by exact sums over the binomial)."""
    from scipy.stats import binom

    for n, share in [(20, 0.9), (50, 0.5), (200, 0.97)]:
        k = np.arange(n + 1)
        low, high = wilson(k, np.full(n + 1, n))
        covered = binom.pmf(k, n, share)[(low <= share) & (share <= high)].sum()
        assert 0.92 < covered < 0.985
