"""Nearest neighbours: against a sort of all distances, and SciPy's distances."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from clftui.analysis.nearest import Block, Distance, distances, duplicate_limit, nearest, typical_nearest

NAMES = {Distance.COSINE: "cosine", Distance.EUCLIDEAN: "euclidean"}


def blocks(features: NDArray[np.float64], size: int) -> Iterator[Block]:
    for start in range(0, len(features), size):
        yield start, features[start : start + size]


@pytest.mark.parametrize("distance", list(Distance))
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 9), st.integers(1, 12))
def test_the_nearest_are_the_first_of_all_sorted(distance: Distance, seed: int, n: int, size: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 6)).round(1)
    features[np.abs(features).sum(axis=1) == 0] = 1
    own = int(rng.integers(n))
    found = nearest(blocks(features, size), features[own], k, distance, skip=own)
    every = cdist(features[own : own + 1], features, NAMES[distance])[0]
    others = [row for row in range(n) if row != own]
    wanted = sorted(others, key=lambda row: (round(every[row], 9), row))[:k]
    np.testing.assert_allclose(found.distances, every[wanted], atol=1e-9)
    assert len(set(found.rows.tolist())) == min(k, n - 1) and own not in found.rows


@pytest.mark.parametrize("distance", list(Distance))
def test_nearest_of_many_by_products_agree_with_one_by_one(distance: Distance) -> None:
    rng = np.random.default_rng(4)
    features = rng.normal(size=(70, 5))
    asked = np.array([0, 3, 69])
    found = typical_nearest(lambda: blocks(features, 16), features[asked], distance, asked)
    wanted = [nearest(blocks(features, 70), features[i], 1, distance, skip=int(i)).distances[0] for i in asked]
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    alone = typical_nearest(lambda: blocks(features[:1], 16), features[:1], distance, np.array([0]))
    assert np.isnan(alone).all()


def test_unknown_and_empty_vectors_have_no_neighbours() -> None:
    features = np.array([[1.0, 0], [np.nan, 1], [0, 0], [2, 0]])
    cosine = distances(features, np.array([3.0, 0]), Distance.COSINE)
    assert cosine[0] == cosine[3] == 0 and np.isnan(cosine[1]) and np.isnan(cosine[2])
    assert nearest(blocks(features, 2), np.array([1.0, 0]), 4, Distance.EUCLIDEAN).rows.tolist() == [0, 2, 3]
    assert nearest(blocks(features, 2), np.zeros(2), 4, Distance.COSINE).rows.size == 0


def test_near_duplicates_keep_their_tiny_distances() -> None:
    one = np.full(512, 100.0)
    other = one.copy()
    other[0] += 1e-5
    found = distances(other[None], one, Distance.EUCLIDEAN)[0]
    assert found == pytest.approx(1e-5, rel=1e-3), "an expanded square would have rounded this to 0"
    assert 0 < distances(other[None], one, Distance.COSINE)[0] < 1e-14


@pytest.mark.row("N15")
def test_a_planted_duplicate_lies_below_the_limit_and_no_other_does() -> None:
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(400, 16)), rng.normal(size=(60, 16))
    test[7] = train[33] + 1e-3
    limit = duplicate_limit(typical_nearest(lambda: blocks(train, 64), train[:200], Distance.EUCLIDEAN, np.arange(200)))
    near = [nearest(blocks(train, 64), one, 1, Distance.EUCLIDEAN) for one in test]
    assert [i for i, each in enumerate(near) if each.distances[0] < limit] == [7]
    assert near[7].rows[0] == 33
    assert math.isnan(duplicate_limit(np.ones(19)))
