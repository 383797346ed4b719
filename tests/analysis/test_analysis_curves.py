"""Over-fitting and best epochs, on curves whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.curves import PATIENCE, RISE, best_index, jitter, overfitting, rising, running_median


def test_a_validation_loss_that_turns_is_over_fitted_from_where_it_passes_the_bound() -> None:
    validation = [1.0, 0.6, 0.5, 0.51, 0.52, 0.56, 0.6, 0.7, 0.8]
    train = [1.0, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
    found = overfitting(train, validation)
    assert found is not None
    # The running median at the lowest epoch is 0.51, so the bound is 0.5355.
    assert found.start == 5 and found.lowest in (2, 3) and found.rise == pytest.approx(0.8 / 0.51 - 1, abs=0.02)


def test_what_the_rule_needs_and_each_part_alone_is_not_enough() -> None:
    train = np.linspace(1, 0.1, 10)
    rising = np.r_[np.linspace(1, 0.5, 5), np.linspace(0.6, 0.9, 5)]
    assert overfitting(train, rising) is not None
    assert overfitting(np.full(10, 0.5), rising) is None, "training loss has not fallen"
    assert overfitting(np.full(10, np.nan), rising) is None, "training loss is unknown"
    assert overfitting(train, np.r_[rising[:-1], 0.5]) is None, "it has recovered"
    assert overfitting(train, np.r_[np.linspace(1, 0.5, 8), 0.9, 0.9]) is None, "two epochs are too few"
    assert overfitting(train, np.linspace(1, 0.5, 10)) is None
    assert overfitting([], []) is None and overfitting([0.1], [0.2]) is None
    with pytest.raises(ValueError, match="one loss an epoch"):
        overfitting([0.1], [0.2, 0.3])


def test_epochs_without_a_validation_loss_are_passed_over() -> None:
    validation = np.full(20, np.nan)
    validation[1::2] = [1.0, 0.6, 0.5, 0.5, 0.5, 0.7, 0.75, 0.8, 0.85, 0.9]
    found = overfitting(np.linspace(1, 0, 20), validation)
    assert found is not None and found.start == 11 and validation[found.lowest] == 0.5


def test_a_stationary_jitter_is_rarely_called_over_fitting() -> None:
    rng = np.random.default_rng(0)
    alarms, runs = 0, 400
    for _ in range(runs):
        epochs = int(rng.integers(10, 90))
        floor = 0.3 + np.exp(-np.arange(epochs) / 4)
        validation = floor + rng.normal(scale=0.03, size=epochs)
        alarms += overfitting(floor - 0.1 - 0.001 * np.arange(epochs), validation) is not None
    assert alarms / runs <= 0.05


def test_a_clear_rise_under_the_same_jitter_is_found() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(100):
        epochs = np.arange(40)
        validation = 0.3 + np.exp(-epochs / 4) + 0.01 * np.maximum(epochs - 15, 0) + rng.normal(scale=0.03, size=40)
        found += overfitting(np.exp(-epochs / 6), validation) is not None
    assert found >= 80


@given(st.lists(st.floats(0.01, 10), min_size=PATIENCE + 2, max_size=40), st.floats(0.5, 20))
def test_the_unit_of_the_loss_does_not_matter(losses: list[float], scale: float) -> None:
    train = np.linspace(1, 0, len(losses))
    one, other = overfitting(train, losses), overfitting(train, np.asarray(losses) * scale)
    if one is not None and other is not None:
        assert (one.start, one.lowest) == (other.start, other.lowest)
        assert one.rise == pytest.approx(other.rise, rel=1e-6)
    if one is not None:
        floor = running_median(losses)[one.lowest]
        assert min(losses[one.start :]) > floor * (1 + RISE) and len(losses) - one.start >= PATIENCE


def test_jitter_is_the_noise_and_not_the_slope() -> None:
    noise = np.random.default_rng(2).normal(scale=0.5, size=4000)
    assert jitter(noise + np.linspace(0, 900, 4000)) == pytest.approx(0.5, rel=0.1)
    assert jitter([1.0, 2.0]) == 0.0


def test_the_best_is_the_first_of_equals_and_nothing_of_nothing() -> None:
    assert best_index([0.1, 0.9, np.nan, 0.9]) == 1
    assert best_index([0.3, 0.1, 0.1], highest=False) == 1
    assert best_index([np.nan, np.inf], highest=False) is None


@given(st.lists(st.integers(0, 5), min_size=3, max_size=25))
def test_rising_is_kendalls_count(values: list[int]) -> None:
    from scipy.stats import kendalltau

    n = len(values)
    s = sum(np.sign(b - a) for i, a in enumerate(values) for b in values[i + 1 :])
    assert rising(values) == pytest.approx((s - np.sign(s)) / np.sqrt(n * (n - 1) * (2 * n + 5) / 18))
    if len(set(values)) == n:
        assert np.sign(rising(values)) in (0, np.sign(kendalltau(range(n), values).statistic))


def test_rising_of_many_values_looks_at_some_of_them() -> None:
    assert rising(np.arange(5000)) > 20 and rising(-np.arange(5000)) < -20 and rising([1.0]) == 0
