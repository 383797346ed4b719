"""Metrics against scikit-learn, to 1e-12; undefined is NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.analysis.confusion import count, from_dense
from clftui.analysis.metrics import (
    Metric,
    accuracy,
    average_precision,
    macro,
    mean_defined,
    outcomes,
    per_class,
    topk_accuracy,
    true_rank,
    worst,
)

Pairs = list[tuple[int, int]]
FROM_COUNTS = [m for m in Metric if not m.needs_scores]


def pairs(k: int) -> st.SearchStrategy[Pairs]:
    return st.lists(st.tuples(st.integers(-1, k - 1), st.integers(-1, k - 1)), max_size=50)


def arrays(rows: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    both = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def close(a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12, equal_nan=True)


@pytest.mark.row("P5")
@given(pairs(5))
def test_recall_precision_and_f1_equal_scikit_learn(rows: Pairs) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    k = 5
    true, predicted = arrays(rows)
    c = count(true, predicted, k)
    labelled = true >= 0
    if not labelled.any():
        assert all(np.isnan(per_class(c, m)).all() for m in (Metric.RECALL, Metric.PRECISION, Metric.F1))
        return
    theirs = precision_recall_fscore_support(
        true[labelled], predicted[labelled], labels=np.arange(k), average=None, zero_division=np.nan
    )
    close(per_class(c, Metric.RECALL), theirs[1])
    close(per_class(c, Metric.PRECISION), theirs[0])
    tp, fp, fn, _ = outcomes(c)
    # Of F1 scikit-learn says NaN exactly where there is neither a sample nor a prediction.
    close(per_class(c, Metric.F1), theirs[2])
    np.testing.assert_array_equal(np.isnan(per_class(c, Metric.F1)), tp + fp + fn == 0)
    np.testing.assert_array_equal(per_class(c, Metric.SUPPORT), theirs[3])


@pytest.mark.row("P5")
@given(pairs(4))
def test_specificity_and_accuracy_are_each_class_against_the_rest(rows: Pairs) -> None:
    true, predicted = arrays(rows)
    c = count(true, predicted, 4)
    t, p = true[true >= 0], predicted[true >= 0]
    for k in range(4):
        right = (t == k) == (p == k)
        negative = t != k
        specificity = right[negative].mean() if negative.any() else math.nan
        share = right.mean() if len(t) else math.nan
        assert per_class(c, Metric.SPECIFICITY)[k] == pytest.approx(specificity, abs=1e-12, nan_ok=True)
        assert per_class(c, Metric.ACCURACY)[k] == pytest.approx(share, abs=1e-12, nan_ok=True)


@given(pairs(4))
def test_overall_figures_equal_scikit_learn(rows: Pairs) -> None:
    from sklearn.metrics import accuracy_score, recall_score

    true, predicted = arrays(rows)
    c = count(true, predicted, 4)
    t, p = true[true >= 0], predicted[true >= 0]
    if not len(t):
        assert math.isnan(accuracy(c)) and math.isnan(macro(c, Metric.RECALL))
        return
    assert accuracy(c) == pytest.approx(accuracy_score(t, p), abs=1e-12)
    balanced = recall_score(t, p, labels=np.unique(t), average="macro", zero_division=0)
    assert macro(c, Metric.RECALL) == pytest.approx(balanced, abs=1e-12)


def test_worst_is_the_first_lowest_defined_class() -> None:
    c = from_dense([[1, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    assert np.isnan(per_class(c, Metric.RECALL)[1])
    assert worst(c, Metric.RECALL) == (0, 0.5)
    index, value = worst(from_dense(np.zeros((2, 2))), Metric.RECALL)
    assert index == -1 and math.isnan(value)
    assert mean_defined([math.nan, 1.0, 0.0]) == 0.5 and math.isnan(mean_defined([math.nan]))


@pytest.mark.row("P5")
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=60))
def test_average_precision_equals_scikit_learn_with_ties(rows: list[tuple[int, bool]]) -> None:
    from sklearn.metrics import average_precision_score

    score = np.array([s for s, _ in rows]) / 6
    positive = np.array([p for _, p in rows])
    value = average_precision(score, positive)
    if not positive.any():
        assert math.isnan(value)
    else:
        assert value == pytest.approx(average_precision_score(positive, score), abs=1e-12)
    assert value == pytest.approx(average_precision(score[::-1], positive[::-1]), abs=1e-12, nan_ok=True)


def test_average_precision_of_float16_and_many_samples() -> None:
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(3)
    score = rng.random(5000).astype(np.float16)
    positive = rng.random(5000) < 0.02
    theirs = average_precision_score(positive, score.astype(np.float64))
    assert average_precision(score, positive) == pytest.approx(theirs, abs=1e-12)


def test_average_precision_refuses_what_it_cannot_order() -> None:
    with pytest.raises(ValueError, match="NaN in row 1"):
        average_precision([0.1, math.nan], [True, False])
    with pytest.raises(ValueError, match="one value per sample"):
        average_precision([0.1, 0.2], [True])


@given(st.integers(0, 1000), st.integers(1, 6))
def test_top_k_accuracy_equals_scikit_learn(seed: int, k: int) -> None:
    from sklearn.metrics import top_k_accuracy_score

    rng = np.random.default_rng(seed)
    scores = rng.random((20, 6))
    true = rng.integers(0, 6, 20)
    rank = true_rank(scores, true)
    order = np.argsort(-scores, axis=1)
    np.testing.assert_array_equal(np.take_along_axis(order, rank[:, None] - 1, axis=1)[:, 0], true)
    if k < 6:
        theirs = top_k_accuracy_score(true, scores, k=k, labels=np.arange(6))
        assert topk_accuracy(rank, k) == pytest.approx(theirs, abs=1e-12)
    else:
        assert topk_accuracy(rank, k) == 1


def test_ranks_of_ties_unlabelled_and_unstored() -> None:
    assert true_rank([[0.5, 0.5], [0.2, 0.8], [1.0, 0.0]], [1, -1, 1]).tolist() == [1, 0, 2]
    assert topk_accuracy([1, 0, 2, -1], 1) == pytest.approx(1 / 3)
    assert math.isnan(topk_accuracy([0, 0], 1))


def test_metrics_name_themselves() -> None:
    assert [m.label for m in Metric] == ["recall", "precision", "F1", "specificity", "accuracy", "AP", "support"]
    assert Metric("f1") is Metric.F1
    with pytest.raises(ValueError, match="AP needs scores"):
        per_class(from_dense([[1]]), Metric.AP)


def test_an_unanswered_sample_is_a_miss_and_no_prediction() -> None:
    c = count([0, 0, 1, -1], [0, -1, 1, 0], 2)
    assert per_class(c, Metric.RECALL).tolist() == [0.5, 1.0]
    assert per_class(c, Metric.PRECISION).tolist() == [1.0, 1.0]
    assert accuracy(c) == pytest.approx(2 / 3)
    assert all(len(per_class(c, m)) == 2 for m in FROM_COUNTS)
