"""Principal components, classical scaling, Procrustes and stratified draws, against SciPy, scikit-learn and by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.projection import (
    boxed,
    classical_scaling,
    components,
    least_stress,
    procrustes,
    random_directions,
    stratified,
    stress,
)

SEEDS = st.integers(0, 10_000)


@given(SEEDS, st.integers(1, 30), st.integers(1, 30), st.integers(1, 5))
def test_components_are_those_of_scikit_learn(seed: int, n: int, d: int, k: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(n, d)) * np.geomspace(1, 100, d)
    found = components(rows, k)
    from sklearn.decomposition import PCA

    width = min(n, d, k)
    assert found.axes.shape == (width, d)
    if n < 2:
        assert np.isnan(found.share).all()
        return
    known = PCA(width, svd_solver="full").fit(rows)
    # The last component of centred rows may be nothing at all, and has no direction then.
    real = known.explained_variance_ratio_ > 1e-9
    np.testing.assert_allclose(found.share, known.explained_variance_ratio_, atol=1e-9)
    np.testing.assert_allclose(np.abs(found.of(rows))[:, real], np.abs(known.transform(rows))[:, real], atol=1e-6)


def test_the_sign_of_a_component_does_not_depend_on_the_order_of_the_rows() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 4)) * [9, 5, 2, 1]
    shuffled = rng.permutation(50)
    np.testing.assert_allclose(components(rows, 2).of(rows[shuffled]), components(rows[shuffled], 2).of(rows[shuffled]))


def test_rows_that_are_all_the_same_lie_in_one_place() -> None:
    found = components(np.ones((5, 3)), 2)
    assert np.isnan(found.share).all() and not found.of(np.ones((5, 3))).any()


@given(SEEDS, st.integers(2, 20))
def test_classical_scaling_finds_places_in_the_plane_again(seed: int, n: int) -> None:
    places = np.random.default_rng(seed).normal(size=(n, 2))
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    found = classical_scaling(apart)
    np.testing.assert_allclose(np.linalg.norm(found[:, None] - found, axis=2), apart, atol=1e-6)


@pytest.mark.parametrize("n", [0, 1])
def test_classical_scaling_of_hardly_anything(n: int) -> None:
    assert classical_scaling(np.zeros((n, n))).shape == (n, 2)


@given(SEEDS, st.integers(3, 30))
def test_what_procrustes_leaves_over_is_what_scipy_says(seed: int, n: int) -> None:
    from scipy.spatial import procrustes as known

    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    moved, left = procrustes(a, b)
    first, second, disparity = known(a, b)
    assert left == pytest.approx(disparity, abs=1e-9)
    size = np.sqrt(((a - a.mean(axis=0)) ** 2).sum())
    np.testing.assert_allclose((moved - a.mean(axis=0)) / size, second, atol=1e-8)
    np.testing.assert_allclose((a - a.mean(axis=0)) / size, first, atol=1e-8)


@given(SEEDS, st.floats(0, 6.28), st.booleans(), st.floats(0.01, 100))
def test_a_turned_mirrored_and_scaled_picture_is_laid_exactly_onto_its_original(
    seed: int, angle: float, mirrored: bool, scale: float
) -> None:
    goal = np.random.default_rng(seed).normal(size=(12, 2))
    mirror = np.diag([1, -1 if mirrored else 1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ mirror
    moved, left = procrustes(goal, goal @ turn * scale + [3, -7])
    np.testing.assert_allclose(moved, goal, atol=1e-7)
    assert left < 1e-9


def test_procrustes_compares_shared_rows_and_moves_all() -> None:
    goal = np.array([[0.0, 0], [1, 0], [0, 1], [np.nan, np.nan]])
    moved, left = procrustes(goal, goal[[0, 1, 2, 0]] * 2 + 5, shared=[True, True, True, False])
    np.testing.assert_allclose(moved, goal[[0, 1, 2, 0]], atol=1e-12)
    assert left == pytest.approx(0, abs=1e-12)
    assert np.isnan(procrustes(goal[:1], goal[:1])[1])


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_boxed_places_fill_the_unit_square_along_the_longer_side(places: list[tuple[float, float]]) -> None:
    given_ = np.asarray(places)
    found = boxed(given_)
    assert found.min() >= -1e-9 and found.max() <= 1 + 1e-9
    span = (given_.max(axis=0) - given_.min(axis=0)).max()
    assert np.ptp(found, axis=0).max() == pytest.approx(1 if span > 0 else 0)


@given(SEEDS, st.integers(1, 300), st.integers(1, 12), st.integers(1, 100))
def test_a_stratified_draw_has_every_label_in_its_share(seed: int, n: int, kinds: int, most: int) -> None:
    labels = np.random.default_rng(seed).integers(-1, kinds, n)
    found = stratified(labels, most, seed)
    assert len(found) == min(n, most) and (np.diff(found) > 0).all()
    assert np.array_equal(found, stratified(labels, most, seed))
    values, sizes = np.unique(labels, return_counts=True)
    for value, size in zip(values, sizes, strict=True):
        kept = int((labels[found] == value).sum())
        exact = min(n, most) * size / n
        # One for every label costs the larger ones a little.
        assert kept <= exact + 1 and (kept >= 1 or most < len(values))
        assert kept >= exact - 1 - len(values)


def test_another_seed_draws_other_samples_of_the_same_labels() -> None:
    labels = np.repeat(np.arange(4), 100)
    first, second = stratified(labels, 40, 0), stratified(labels, 40, 1)
    assert not np.array_equal(first, second)
    assert np.array_equal(np.bincount(labels[first]), np.bincount(labels[second]))


@given(SEEDS, st.integers(2, 15))
def test_least_stress_is_no_higher_than_that_of_scikit_learn(seed: int, n: int) -> None:
    from sklearn.manifold import smacof

    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 4))
    apart = np.linalg.norm(rows[:, None] - rows, axis=2)
    start = classical_scaling(apart)
    found = least_stress(apart, start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, known = smacof(apart, init=start, n_init=1, max_iter=300, eps=1e-6, normalized_stress=False)
    assert stress(apart, found) <= stress(apart, start) + 1e-9
    assert stress(apart, found) <= known * (1 + 1e-3) + 1e-6


def test_random_directions_keep_distances_and_are_the_same_again() -> None:
    rows = np.random.default_rng(3).dirichlet(np.full(400, 0.05), size=30)
    directions = random_directions(400, 256, 1)
    np.testing.assert_array_equal(directions, random_directions(400, 256, 1))
    first, second = np.triu_indices(30, 1)
    apart = np.linalg.norm(rows[first] - rows[second], axis=1)
    seen = np.linalg.norm((rows[first] - rows[second]) @ directions, axis=1)
    assert (np.abs(seen / apart - 1) < 0.25).all()
