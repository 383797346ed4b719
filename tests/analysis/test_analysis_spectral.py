"""The spectral embedding against a dense decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from clftui.analysis.similarity import Similarity, similarity
from clftui.analysis.spectral import embedding, spectral_order
from tests.random_blocks import random_blocks, sizes_of


def dense_embedding(s: Similarity, vectors: int) -> np.ndarray:
    root = 1 / np.sqrt(s.degree)
    values, found = np.linalg.eigh(s.dense() * root[:, None] * root[None, :])
    kept = np.argsort(-values)[: min(vectors, s.n - 2)][1:]
    rows = found[:, kept] * np.maximum(values[kept], 0)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize(("classes", "vectors"), [(6, 50), (30, 50), (80, 10)])
def test_the_embedding_is_that_of_a_dense_decomposition(classes: int, vectors: int) -> None:
    s = similarity(random_blocks(sizes_of(classes, 3, True), samples=200, noise=0.3).confusion)
    ours, dense = embedding(s, vectors), dense_embedding(s, vectors)
    # Eigenvectors are free up to their signs; the angles between rows are not.
    assert ours @ ours.T == pytest.approx(dense @ dense.T, abs=1e-6)
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1)


@pytest.mark.row("B8")
def test_many_vectors_of_few_blocks_do_not_drown_them() -> None:
    # 40 classes in five blocks have four vectors that tell them apart; 33 others are noise.
    for seed in range(5):
        planted = random_blocks(sizes_of(40, 5, True), samples=200, noise=0.3, seed=seed)
        blocks = planted.block_of[spectral_order(similarity(planted.confusion))]
        assert (np.diff(blocks) != 0).sum() == 4


def test_up_to_three_classes_stay_as_given() -> None:
    s = Similarity(3, np.array([0, 0]), np.array([1, 2]), np.array([1.0, 5.0]))
    assert spectral_order(s).tolist() == [0, 1, 2]
