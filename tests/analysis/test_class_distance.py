"""Algorithm 1 against the paper's loop, and its distances in other measures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import rankdata

from clftui.analysis.class_distance import ClassDistance, ScoreSums, nearest_classes, rescaled

Float64 = NDArray[np.float64]


def literal_loop(true: NDArray[np.int64], scores: Float64) -> Float64:
    """Algorithm 1 as the paper writes it: for every image, for every class."""
    classes = scores.shape[1]
    total, n = np.zeros((classes, classes)), np.zeros(classes)
    for label, row in zip(true, scores, strict=True):
        n[label] += 1
        for other in range(classes):
            total[label, other] += 1 - row[other]
    found = np.full((classes, classes), np.nan)
    for a in range(classes):
        for b in range(classes):
            if a == b and n[a]:
                found[a, b] = 0
            elif n[a] and n[b]:
                found[a, b] = (total[a, b] / n[a] + total[b, a] / n[b]) / 2
    return found


def made(seed: int, n: int, classes: int) -> tuple[NDArray[np.int64], Float64]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, classes, n), rng.dirichlet(np.full(classes, 0.3), n)


@pytest.mark.row("V7")
@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(1, 9), st.integers(1, 20))
def test_one_step_equals_the_papers_loop_however_the_rows_are_parted(
    seed: int, n: int, classes: int, block: int
) -> None:
    true, scores = made(seed, n, classes)
    sums = ScoreSums(classes)
    for start in range(0, n, block):
        sums.add(true[start : start + block], scores[start : start + block])
    np.testing.assert_allclose(sums.distances(), literal_loop(true, scores), atol=1e-12, rtol=0)


def test_kept_classes_count_as_the_whole_scores_with_the_rest_at_nothing() -> None:
    true, scores = made(1, 80, 7)
    kept = np.argsort(-scores, axis=1)[:, :3]
    few, whole = ScoreSums(7), ScoreSums(7)
    few.add_few(true, kept, np.take_along_axis(scores, kept, axis=1))
    cut = np.zeros_like(scores)
    np.put_along_axis(cut, kept, np.take_along_axis(scores, kept, axis=1), axis=1)
    whole.add(true, cut)
    np.testing.assert_allclose(few.distances(), whole.distances(), atol=1e-12, rtol=0)


def test_rows_without_label_or_score_do_not_count_and_classes_without_samples_are_undefined() -> None:
    true, scores = made(2, 30, 4)
    true[true == 3] = 0
    sums, clean = ScoreSums(4), ScoreSums(4)
    clean.add(true, scores)
    sums.add(np.r_[true, -1, 1], np.r_[scores, scores[:1], np.full((1, 4), np.nan)])
    sums.add_few([2], [[-1, 1]], [[np.nan, np.nan]])
    np.testing.assert_array_equal(sums.distances(), clean.distances())
    assert np.isnan(sums.distances()[3]).all() and np.isnan(sums.distances()[:, 3]).all()
    assert np.isfinite(sums.distances()[:3, :3]).all()


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 9))
def test_rank_and_log_keep_the_order_the_symmetry_and_what_is_undefined(seed: int, n: int, classes: int) -> None:
    sums = ScoreSums(classes)
    sums.add(*made(seed, n, classes))
    literal = sums.distances()
    upper = np.triu_indices(classes, 1)
    known = np.isfinite(literal[upper])
    for kind in (ClassDistance.RANK, ClassDistance.LOG):
        found = rescaled(literal, kind)
        np.testing.assert_array_equal(np.isnan(found), np.isnan(literal))
        np.testing.assert_array_equal(found, found.T)
        assert (np.diagonal(found)[np.isfinite(np.diagonal(found))] == 0).all()
        values, order = found[upper][known], np.argsort(literal[upper][known], kind="stable")
        assert (np.diff(values[order]) >= -1e-12).all()
        assert ((values >= 0) & (values <= 1)).all()
    ranks = rescaled(literal, ClassDistance.RANK)[upper][known]
    np.testing.assert_allclose(ranks * max(known.sum(), 1), rankdata(literal[upper][known]))


def test_a_log_distance_counts_decades() -> None:
    literal = np.array([[0, 0.9, 1.0], [0.9, 0, 0.99], [1.0, 0.99, 0]])
    np.testing.assert_allclose(rescaled(literal, ClassDistance.LOG)[0], [0, 1 / 6, 1])
    np.testing.assert_allclose(rescaled(literal, ClassDistance.LOG)[1, 2], 2 / 6)


def test_the_nearest_classes_are_the_defined_others() -> None:
    literal = np.array([[0, 0.9, np.nan, 0.2], [0.9, 0, np.nan, 0.9], [np.nan] * 4, [0.2, 0.9, np.nan, 0]])
    assert nearest_classes(literal, 0).tolist() == [3, 1]
    assert nearest_classes(literal, 1).tolist() == [0, 3]
    assert nearest_classes(literal, 2).tolist() == []
