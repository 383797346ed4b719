"""Linear probes against scikit-learn's own pipeline; folds and samples that are drawn; what cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clftui.analysis import linear_probe
from clftui.analysis.linear_probe import held_out, stratified_folds, trained


def planted(n: int = 240, k: int = 4, units: int = 6, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, k, n)
    return rng.normal(size=(n, units)).astype(np.float32) + 1.5 * np.eye(k, units)[true].astype(np.float32), true


def pipeline() -> object:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


@pytest.mark.row("B31")
def test_cross_validated_answers_are_those_of_scikit_learn() -> None:
    values, true = planted()
    found = held_out(values, true, 4, seed=3)
    fold = stratified_folds(true, linear_probe.FOLDS, 3)
    wanted = np.empty_like(true)
    scores = np.zeros((len(true), 4))
    for part in range(linear_probe.FOLDS):
        model = pipeline().fit(values[fold != part], true[fold != part])  # type: ignore[attr-defined]
        wanted[fold == part] = model.predict(values[fold == part])
        scores[fold == part] = model.predict_proba(values[fold == part])
    assert np.count_nonzero(found.predicted != wanted) <= 1  # two classes may be as likely to the last digit
    np.testing.assert_allclose(found.scores, scores, atol=2e-3)
    assert found.converged.all() and found.fitted.tolist() == [192] * 5


def test_answers_of_a_train_split_are_those_of_scikit_learn() -> None:
    values, _ = planted(seed=1)
    train, train_true = planted(seed=2)
    train_true = np.where(np.arange(len(train_true)) % 10 == 0, -1, train_true)
    found = trained(train, train_true, values, 4)
    model = pipeline().fit(train[train_true >= 0], train_true[train_true >= 0])  # type: ignore[attr-defined]
    np.testing.assert_allclose(found.scores, model.predict_proba(values), atol=2e-3)
    assert found.fitted.tolist() == [np.count_nonzero(train_true >= 0)]


def test_no_sample_is_answered_by_a_fit_that_had_it() -> None:
    """More units than samples fit any labels by heart: noise stays at chance only where nothing leaks."""
    rng = np.random.default_rng(0)
    true = np.arange(120) % 4
    found = held_out(rng.normal(size=(120, 300)), true, 4)
    assert (found.predicted == true).mean() < 0.45


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=80), st.integers(2, 5), st.integers(0, 3))
def test_folds_hold_equally_many_of_every_class(labels: list[int], folds: int, seed: int) -> None:
    fold = stratified_folds(labels, folds, seed)
    assert set(fold.tolist()) <= set(range(folds))
    for cls in set(labels):
        sizes = np.bincount(fold[np.asarray(labels) == cls], minlength=folds)
        assert sizes.max() - sizes.min() <= 1
    assert (fold == stratified_folds(labels, folds, seed)).all()


def test_classes_and_units_that_say_nothing() -> None:
    values, true = planted(k=2, units=4)
    values[:, 3] = 7.0
    values[0, 0] = np.nan
    unlabelled = np.where(np.arange(len(true)) % 7 == 0, -1, true)
    found = held_out(values, unlabelled, 5)
    assert set(found.predicted.tolist()) == {0, 1} and (found.scores[:, 2:] == 0).all()
    assert (found.predicted == true).mean() > 0.8  # the unlabelled ones are answered too
    constant = held_out(np.ones((40, 3)), np.repeat([0, 1], [10, 30]), 2)
    assert set(constant.predicted.tolist()) == {1}
    alone = held_out(values, np.zeros(len(values), dtype=int), 3)
    assert set(alone.predicted.tolist()) == {0}
    assert held_out(np.ones((3, 2)), [-1, -1, -1], 2).predicted.tolist() == [-1, -1, -1]


def test_a_unit_without_any_finite_answer_changes_nothing() -> None:
    values, true = planted(units=4)
    for nothing in (np.nan, np.inf):
        more = np.column_stack([values, np.full(len(values), nothing, np.float32)])
        np.testing.assert_array_equal(held_out(more, true, 4).scores, held_out(values, true, 4).scores)
    values[0, 0] = np.inf
    assert np.isfinite(held_out(values, true, 4).scores).all()


def test_a_fit_is_bounded_and_says_whether_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    values, true = planted()
    monkeypatch.setattr(linear_probe, "WORK", 6 * 4 * 50)
    monkeypatch.setattr(linear_probe, "MOST_ITERATIONS", 2)
    monkeypatch.setattr(linear_probe, "LEAST_ITERATIONS", 2)
    told: list[float] = []
    found = held_out(values, true, 4, tell=told.append)
    assert found.fitted.tolist() == [50] * 5 and not found.converged.any()
    assert told == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert linear_probe.most_samples(1024, 1000) == 8000 and linear_probe.folds_for(1000) == 2
