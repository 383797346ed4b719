"""Reliability, calibration errors and temperatures against scikit-learn, SciPy and literal loops."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.analysis.binning import Binning
from clftui.analysis.calibration import (
    ClassSums,
    bin_of,
    brier_terms,
    brier_top,
    by_predicted,
    classwise,
    ece,
    ece_debiased,
    ece_interval,
    edges_of,
    mce,
    nll,
    reliability,
)
from clftui.analysis.temperature import fit_temperature, nll_at, tempered

Floats = NDArray[np.float64]


def drawn(n: int = 400, seed: int = 0, sharp: float = 1.0) -> tuple[Floats, NDArray[np.bool_]]:
    """Confidences and outcomes; calibrated where `sharp` is 1."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(4, 2, n)
    return confidence, rng.random(n) < confidence**sharp


def softmax(n: int, k: int, seed: int, sharp: float = 1.0) -> tuple[Floats, NDArray[np.int64]]:
    """Scores (n, k) and true classes drawn from them, then sharpened: T = `sharp` makes them honest again."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)) * 2
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = np.array([rng.choice(k, p=row) for row in p])
    hot = np.exp(logits * sharp)
    return hot / hot.sum(axis=1, keepdims=True), true


@pytest.mark.parametrize("binning", list(Binning))
@pytest.mark.parametrize("bins", [5, 15])
def test_bins_are_those_of_scikit_learn(binning: Binning, bins: int) -> None:
    from sklearn.calibration import calibration_curve

    confidence, correct = drawn()
    strategy = "uniform" if binning is Binning.WIDTH else "quantile"
    shares, means = calibration_curve(correct, confidence, n_bins=bins, strategy=strategy)
    found = reliability(confidence, correct, edges_of(confidence, bins, binning))
    held = found.n > 0
    assert np.allclose(found.accuracy[held], shares, atol=1e-12)
    assert np.allclose(found.confidence[held], means, atol=1e-12)
    assert found.total == 400


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 20))
def test_ece_and_mce_are_those_of_a_literal_loop(samples: list[tuple[float, bool]], bins: int) -> None:
    confidence, correct = (np.array(column) for column in zip(*samples, strict=True))
    edges = edges_of(confidence, bins)
    gaps, weights = [], []
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if low == 0:
            inside |= confidence == 0
        if inside.any():
            gaps.append(abs(confidence[inside].mean() - correct[inside].mean()))
            weights.append(inside.mean())
    found = reliability(confidence, correct, edges)
    assert ece(found) == pytest.approx(float(np.dot(gaps, weights)), abs=1e-12)
    assert mce(found) == pytest.approx(max(gaps), abs=1e-12)
    assert 0 <= ece_debiased(found) <= ece(found) + 1e-12


def test_an_empty_bin_and_no_samples_are_undefined() -> None:
    nothing = np.empty(0)
    found = reliability(nothing, nothing.astype(bool), edges_of(nothing, 4, Binning.MASS))
    assert np.isnan(found.accuracy).all() and np.isnan(found.low).all()
    assert all(math.isnan(value) for value in (ece(found), mce(found), ece_debiased(found), nll(nothing)))
    assert math.isnan(brier_top(nothing, nothing))
    assert all(math.isnan(value) for value in ece_interval(nothing, nothing, found.edges))
    one = reliability(np.array([0.9]), np.array([True]), edges_of(np.array([0.9]), 4))
    assert one.n.tolist() == [0, 0, 0, 1] and np.isnan(one.accuracy[:3]).all()


def test_an_edge_belongs_to_the_bin_below() -> None:
    edges = np.linspace(0, 1, 5)
    assert bin_of([0, 0.25, 0.2500001, 0.5, 1.0], edges).tolist() == [0, 0, 1, 1, 3]


def test_without_bias_a_calibrated_model_has_next_to_no_error() -> None:
    plain, corrected = [], []
    for seed in range(40):
        confidence, correct = drawn(300, seed)
        found = reliability(confidence, correct, edges_of(confidence, 15))
        plain.append(ece(found))
        corrected.append(ece_debiased(found))
    assert np.mean(plain) > 0.04  # although nothing is wrong
    assert np.mean(corrected) < 0.6 * np.mean(plain)


def test_the_bias_taken_away_is_that_of_a_simulation() -> None:
    confidence, correct = drawn(500, 3, sharp=1.5)
    found = reliability(confidence, correct, edges_of(confidence, 10))
    held = found.n > 0
    n, mean, share = found.n[held], found.confidence[held], found.accuracy[held]
    rng = np.random.default_rng(0)
    shares = rng.normal(share, np.sqrt(share * (1 - share) / n), size=(200_000, len(n)))
    excess = np.abs(shares - mean).mean(axis=0) - np.abs(share - mean)
    assert ece_debiased(found) == pytest.approx(ece(found) - np.dot(n, excess) / n.sum(), abs=2e-4)


def test_the_interval_holds_the_error_of_a_large_sample() -> None:
    large = drawn(200_000, 99, sharp=2.0)
    edges = edges_of(large[0], 10)
    truth = ece(reliability(*large, edges))
    inside = 0
    for seed in range(40):
        few = drawn(400, seed, sharp=2.0)
        low, high = ece_interval(*few, edges)
        inside += low <= truth <= high
        assert low <= high
    assert inside >= 34  # 38 expected
    assert ece_interval(*drawn(), edges) == ece_interval(*drawn(), edges)


def test_scores_of_probability_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss, log_loss

    p, true = softmax(200, 2, 1)
    assert brier_terms(p, true).mean() / 2 == pytest.approx(brier_score_loss(true, p[:, 1]), abs=1e-12)
    p, true = softmax(200, 5, 2)
    assert brier_terms(p, true).mean() == pytest.approx(np.mean(np.sum((p - np.eye(5)[true]) ** 2, axis=1)), abs=1e-12)
    assert nll(p[np.arange(200), true]) == pytest.approx(log_loss(true, p), abs=1e-12)
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == true
    assert brier_top(confidence, correct) == pytest.approx(brier_score_loss(correct, confidence), abs=1e-12)
    assert nll([0.5, math.nan]) != nll([0.5, math.nan])
    assert nll([0.0]) == pytest.approx(-math.log(1e-15))


def test_classwise_errors_are_those_of_each_class_alone() -> None:
    p, true = softmax(300, 4, 5, sharp=2.0)
    edges = edges_of(p, 12)
    alone = [ece(reliability(p[:, cls], true == cls, edges)) for cls in range(4)]
    assert np.allclose(classwise(p, true, edges), alone, atol=1e-12)
    blocks = ClassSums(4, edges)
    for start in range(0, 300, 77):
        blocks.add_scores(p[start : start + 77], true[start : start + 77])
    assert np.allclose(blocks.gaps().ece, alone, atol=1e-12)


def test_top_label_errors_are_those_of_what_is_predicted_as_the_class() -> None:
    p, true = softmax(300, 4, 6, sharp=2.0)
    p[:, 3] = 0  # never predicted
    predicted, confidence = p.argmax(axis=1), p.max(axis=1)
    edges = edges_of(confidence, 10)
    found = by_predicted(predicted, confidence, predicted == true, edges, 4)
    for cls in range(3):
        mine = predicted == cls
        alone = ece(reliability(confidence[mine], (true == cls)[mine], edges))
        assert found.ece[cls] == pytest.approx(alone, abs=1e-12)
        assert found.accuracy[cls] == pytest.approx((true == cls)[mine].mean())
    assert found.n[3] == 0 and math.isnan(found.ece[3]) and math.isnan(found.accuracy[3])


@given(st.floats(0.05, 20), st.integers(0, 20))
@settings(max_examples=30)
def test_tempered_scores_are_the_softmax_of_divided_logits(temperature: float, seed: int) -> None:
    from scipy.special import softmax as reference

    logits = np.random.default_rng(seed).normal(size=(6, 5)) * 3
    p = reference(logits, axis=1)
    found = tempered(p, temperature)
    assert np.allclose(found, reference(logits / temperature, axis=1), atol=1e-4)
    assert (found.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_a_row_of_nan_stays_undefined() -> None:
    p = np.array([[0.2, 0.8], [np.nan, np.nan]], dtype=np.float32)
    assert np.isnan(tempered(p, 2.0)).tolist() == [[False, False], [True, True]]
    assert tempered(p, 1.0) is p


@pytest.mark.parametrize("sharp", [0.5, 1.0, 3.0])
def test_the_fitted_temperature_is_the_minimum_that_scipy_finds(sharp: float) -> None:
    from scipy.optimize import minimize_scalar

    p, true = softmax(400, 6, 8, sharp)
    found = fit_temperature(p, true)
    best = minimize_scalar(lambda t: nll_at(p, true, t), bounds=(0.05, 20), method="bounded", options={"xatol": 1e-9})
    assert found == pytest.approx(best.x, rel=1e-4)
    assert found == pytest.approx(sharp, rel=0.25)
    assert nll_at(p, true, found) <= nll_at(p, true, 1.0)


def test_a_fit_stays_in_its_bounds() -> None:
    p = np.array([[0.9, 0.1], [0.8, 0.2]])
    assert fit_temperature(p, np.array([0, 0])) == pytest.approx(0.05, rel=0.05)  # sharper and sharper is better
    assert fit_temperature(p, np.array([1, 1])) == pytest.approx(20, rel=0.05)
    assert math.isnan(fit_temperature(np.empty((0, 2)), np.empty(0, dtype=int)))
    assert math.isnan(nll_at(np.empty((0, 2)), np.empty(0, dtype=int), 1.0))
