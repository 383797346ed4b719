"""Nearest rows, purity, silhouettes and trustworthiness, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis import separation
from clftui.analysis.separation import by_label, nearest_rows, purity, silhouettes, trustworthiness

SEEDS = st.integers(0, 10_000)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks, also of few rows."""
    monkeypatch.setattr(separation, "_BLOCK", 100)


@pytest.mark.parametrize("n, d, k", [(1, 2, 3), (2, 1, 1), (40, 5, 10), (7, 3, 10)])
def test_nearest_rows_are_those_of_scikit_learn(n: int, d: int, k: int) -> None:
    from sklearn.neighbors import NearestNeighbors

    rows = np.random.default_rng(n).normal(size=(n, d)) + 1000
    found = nearest_rows(rows, k)
    assert found.shape == (n, min(k, n - 1))
    if n > 1:
        known = NearestNeighbors(n_neighbors=min(k, n - 1), algorithm="brute").fit(rows).kneighbors()[1]
        np.testing.assert_array_equal(found, known)


def test_purity_is_the_share_of_nearest_rows_with_the_same_label() -> None:
    near = np.array([[1, 2], [0, 2], [0, 1], [0, 1]])
    np.testing.assert_array_equal(purity(near, [5, 5, 7, -1]), [0.5, 0.5, 0.0, np.nan])
    assert np.isnan(purity(np.empty((1, 0)), [0])).all()


@given(SEEDS, st.integers(3, 60), st.integers(2, 6))
def test_silhouettes_are_those_of_scikit_learn(seed: int, n: int, kinds: int) -> None:
    from sklearn.metrics import silhouette_samples

    rng = np.random.default_rng(seed)
    rows, labels = rng.normal(size=(n, 3)) + 50, rng.integers(0, kinds, n)
    if not 2 <= len(np.unique(labels)) < n:
        return
    np.testing.assert_allclose(silhouettes(rows, labels), silhouette_samples(rows, labels), atol=1e-6)


def test_silhouettes_of_one_label_and_of_unlabelled_rows_are_undefined() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 2))
    assert np.isnan(silhouettes(rows, [1] * 6)).all()
    found = silhouettes(rows, [0, 0, 1, 1, -1, 2])
    assert np.isnan(found[4]) and found[5] == 0
    np.testing.assert_allclose(found[:4], silhouettes(rows[[0, 1, 2, 3, 5]], [0, 0, 1, 1, 2])[:4])


@pytest.mark.parametrize("k", [1, 5, 10])
@pytest.mark.parametrize("noise", [0.0, 0.3, 10.0])
def test_trustworthiness_is_that_of_scikit_learn(k: int, noise: float) -> None:
    from sklearn.manifold import trustworthiness as known

    rng = np.random.default_rng(3)
    rows = rng.normal(size=(50, 4)) * [5, 3, 1, 1]
    places = rows[:, :2] + noise * rng.normal(size=(50, 2))
    assert trustworthiness(rows, places, k) == pytest.approx(known(rows, places, n_neighbors=k), abs=1e-12)


def test_trustworthiness_needs_more_than_twice_as_many_rows_as_neighbours() -> None:
    rows = np.random.default_rng(0).normal(size=(20, 2))
    assert np.isnan(trustworthiness(rows, rows, 10))
    assert trustworthiness(rows, rows, 9) == 1


def test_means_by_label_leave_out_what_is_undefined() -> None:
    np.testing.assert_array_equal(by_label([1, 3, np.nan, 9], [0, 0, 1, -1], 3), [2, np.nan, np.nan])
