"""Latent subclasses against SciPy and scikit-learn, and how often one blob is split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, silhouette_score

from clftui.analysis import subclasses as told

Float64 = NDArray[np.float64]


def parted(responses: Float64, seed: int = 0) -> tuple[told.Split, NDArray[np.int64], Float64]:
    rows = told.standardised(responses)
    apart = told.distances(told.correlations(rows))
    merges = told.tree(apart)
    leaves = told.leaf_order(apart, merges)
    return told.split(responses, merges, leaves, seed), leaves, apart


def blobs(rng: np.random.Generator, sizes: tuple[int, ...], apart: float = 8.0, units: int = 20) -> Float64:
    return np.concatenate([rng.standard_normal((n, units)) + apart * np.eye(units)[at] for at, n in enumerate(sizes)])


def test_correlations_are_pearsons() -> None:
    responses = np.random.default_rng(0).gamma(1.0, 3.0, (12, 7))
    np.testing.assert_allclose(told.correlations(told.standardised(responses)), np.corrcoef(responses), atol=1e-12)


def test_a_constant_row_correlates_with_nothing() -> None:
    responses = np.vstack([np.full(9, 0.1), np.zeros(9), np.arange(9.0), [np.nan, *range(8)]])
    assert np.isnan(told.standardised(responses)).all(axis=1).tolist() == [True, True, False, True]


@pytest.mark.row("B25")
@pytest.mark.parametrize("sizes", [(40, 25), (30, 20, 25), (15, 30, 20, 25)])
def test_kinds_that_are_there_are_found_and_lie_together(sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    mixed = rng.permutation(len(truth))
    found, leaves, _ = parted(blobs(rng, sizes)[mixed])
    assert found.suggested == len(sizes) and found.chance <= told.LEVEL
    labels = found.labels[:, found.suggested - 1]
    assert adjusted_rand_score(truth[mixed], labels) > 0.95
    assert np.all(np.diff(labels[leaves]) >= 0)


@pytest.mark.row("B25")
@pytest.mark.parametrize("kind", ["round", "long", "rectified"])
def test_one_blob_is_hardly_ever_split(kind: str) -> None:
    rng, split = np.random.default_rng(11), 0
    for seed in range(12):
        rows = rng.standard_normal((60, 16))
        if kind == "long":
            rows = rows * np.r_[6.0, 3.0, np.ones(14)] + 3 * rng.standard_normal(16)
        if kind == "rectified":
            rows = np.maximum(rows[:, :6] @ rng.standard_normal((6, 16)) + 2 * rng.standard_normal(16), 0)
        split += parted(rows, seed)[0].suggested > 1
    # Five of a hundred are allowed for; three of twelve would be one chance in fifty.
    assert split <= 2


def test_a_few_samples_and_a_few_outliers_are_no_subclass() -> None:
    rng = np.random.default_rng(5)
    assert parted(blobs(rng, (5, 5)))[0].suggested == 1
    found, _, _ = parted(blobs(rng, (60, 2)))
    assert found.suggested == 1 and np.isnan(found.mean[1])


def test_silhouettes_are_scikit_learns() -> None:
    found, _, apart = parted(blobs(np.random.default_rng(7), (12, 9, 9)))
    for parts in (2, 3):
        wanted = silhouette_score(apart, found.labels[:, parts - 1], metric="precomputed")
        assert found.mean[parts - 1] == pytest.approx(wanted, abs=1e-6)


def test_both_orders_hold_every_sample_and_bring_kinds_together() -> None:
    rng = np.random.default_rng(9)
    truth = np.repeat([0, 1, 2], (15, 12, 9))
    mixed = rng.permutation(len(truth))
    rows = told.standardised(blobs(rng, (15, 12, 9))[mixed])
    r = told.correlations(rows)
    apart = told.distances(r)
    for order in (told.leaf_order(apart, told.tree(apart)), told.spectral_order(r)):
        assert sorted(order.tolist()) == list(range(len(truth)))
        assert np.count_nonzero(np.diff(truth[mixed][order])) == 2


def test_units_that_part_are_told_by_their_share_of_the_variance() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((30, 4))
    labels = np.repeat([0, 1, 2], 10)
    values[:, 2] += labels * 9
    values[:, 3] = 0.3
    found = told.part_shares(values, labels, 3)
    assert found[2] > 0.95 and found[:2].max() < 0.4 and np.isnan(found[3])
    unit = values[:, 0]
    between = sum(10 * (unit[labels == part].mean() - unit.mean()) ** 2 for part in range(3))
    assert found[0] == pytest.approx(between / ((unit - unit.mean()) ** 2).sum())
    assert np.isnan(told.part_shares(values, np.zeros(30, dtype=int), 1)).all()


def test_centrality_is_the_mean_correlation_with_the_others() -> None:
    r = np.asarray(np.corrcoef(np.random.default_rng(2).standard_normal((5, 8))), dtype=np.float64)
    found = told.centrality(r, np.array([0, 0, 0, 1, 2]))
    assert found[0] == pytest.approx((r[0, 1] + r[0, 2]) / 2)
    assert found[3] == found[4] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_agreement_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    a, b = (list(each) for each in zip(*pairs, strict=True))
    found = told.adjusted_rand(a, b)
    trivial = len(set(a)) == len(set(b)) and len(set(a)) in (1, len(a))
    assert np.isnan(found) if trivial else found == pytest.approx(adjusted_rand_score(a, b))
