"""Confusion triplets against scikit-learn and dense counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.analysis import confusion
from clftui.analysis.confusion import Confusion, add, confused_pairs, count, from_dense, total

Labels = tuple[int, NDArray[np.int64], NDArray[np.int64]]


@st.composite
def labels(draw: st.DrawFn) -> Labels:
    k = draw(st.integers(2, 7))
    rows = draw(st.lists(st.tuples(st.integers(-1, k - 1), st.integers(-1, k - 1)), max_size=60))
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return k, pairs[:, 0], pairs[:, 1]


@given(labels())
def test_counts_equal_scikit_learn(given_labels: Labels) -> None:
    from sklearn.metrics import confusion_matrix

    k, true, predicted = given_labels
    c = count(true, predicted, k)
    both = (true >= 0) & (predicted >= 0)
    expected = np.zeros((k, k), dtype=np.int64)
    if both.any():
        expected = confusion_matrix(true[both], predicted[both], labels=np.arange(k))
    np.testing.assert_array_equal(c.dense(), expected)
    np.testing.assert_array_equal(c.support, np.bincount(true[true >= 0], minlength=k))
    np.testing.assert_array_equal(c.predicted_count, expected.sum(axis=0))
    np.testing.assert_array_equal(c.correct, expected.diagonal())
    assert c.total == np.count_nonzero(true >= 0)
    assert c.unlabelled == np.count_nonzero(true < 0)
    assert c.errors == np.count_nonzero((true >= 0) & (true != predicted))
    assert (c.count > 0).all()
    codes = c.true.astype(np.int64) * k + c.predicted
    assert (np.diff(codes) > 0).all()


@given(labels(), st.data())
def test_windows_rows_and_cells_equal_the_dense_matrix(given_labels: Labels, data: st.DataObject) -> None:
    k, true, predicted = given_labels
    c = count(true, predicted, k)
    dense = c.dense()
    rows = data.draw(st.lists(st.integers(0, k - 1), max_size=9))
    columns = data.draw(st.lists(st.integers(0, k - 1), unique=True))
    at = np.ix_(np.array(rows, dtype=int), np.array(columns, dtype=int))
    np.testing.assert_array_equal(c.window(rows, columns), dense[at])
    for t in range(k):
        seen, counts = c.row(t)
        np.testing.assert_array_equal(seen, np.flatnonzero(dense[t]))
        np.testing.assert_array_equal(counts, dense[t][dense[t] > 0])
        assert [c.cell(t, p) for p in range(k)] == dense[t].tolist()


def test_few_and_many_cells_count_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    true, predicted = rng.integers(-1, 40, 500), rng.integers(-1, 40, 500)
    by_counter = count(true, predicted, 40)
    monkeypatch.setattr(confusion, "_FEW_CELLS", 0)
    monkeypatch.setattr(confusion, "_CELLS_PER_SAMPLE", 0)
    by_sorting = count(true.astype(np.int8), predicted.astype(np.int16), 40)
    for name in ("true", "predicted", "count", "unanswered"):
        np.testing.assert_array_equal(getattr(by_counter, name), getattr(by_sorting, name))
        assert getattr(by_counter, name).dtype == getattr(by_sorting, name).dtype


def test_ten_thousand_classes_stay_sparse() -> None:
    rng = np.random.default_rng(2)
    true, predicted = rng.integers(0, 10_000, 20_000), rng.integers(0, 10_000, 20_000)
    c = count(true, predicted, 10_000)
    assert sum(a.nbytes for a in (c.true, c.predicted, c.count)) <= 20_000 * 16
    rows, columns = np.arange(9_000, 8_900, -1), np.arange(0, 10_000, 50)
    expected = np.zeros((100, 200), dtype=np.int64)
    hit = (true > 8_900) & (true <= 9_000) & (predicted % 50 == 0)
    np.add.at(expected, (9_000 - true[hit], predicted[hit] // 50), 1)
    np.testing.assert_array_equal(c.window(rows, columns), expected)
    assert expected.any()


@given(labels(), labels())
def test_adding_is_counting_all_samples(a: Labels, b: Labels) -> None:
    k = max(a[0], b[0])
    whole = count(np.concatenate([a[1], b[1]]), np.concatenate([a[2], b[2]]), k)
    both = add(count(a[1], a[2], k), count(b[1], b[2], k))
    _same(both, whole)
    _same(total([count(a[1], a[2], k), count(b[1], b[2], k)]), whole)


def _same(a: Confusion, b: Confusion) -> None:
    assert (a.n_classes, a.unlabelled) == (b.n_classes, b.unlabelled)
    for name in ("true", "predicted", "count", "unanswered"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@given(labels())
def test_dense_and_back(given_labels: Labels) -> None:
    k, true, predicted = given_labels
    dense = count(true, predicted, k).dense()
    np.testing.assert_array_equal(from_dense(dense).dense(), dense)
    np.testing.assert_array_equal(from_dense(dense.astype(float)).support, dense.sum(axis=1))


def test_confused_pairs_are_sorted_worst_first() -> None:
    c = from_dense([[90, 5, 5, 0], [5, 5, 0, 0], [1, 0, 9, 0], [0, 0, 0, 3]])
    true, predicted, counts = confused_pairs(c)
    # Equal counts: the pair with the higher rate, then the lower class first.
    assert list(zip(true, predicted, counts, strict=True)) == [(1, 0, 5), (0, 1, 5), (0, 2, 5), (2, 0, 1)]
    true, predicted, counts = confused_pairs(c, by="rate", top=2)
    assert list(zip(true, predicted, counts, strict=True)) == [(1, 0, 5), (2, 0, 1)]


def test_one_class() -> None:
    c = count([0, -1, 0], [0, 0, -1], 1)
    assert (c.cell(0, 0), c.total, c.errors, c.unlabelled) == (1, 2, 1, 1)


def test_no_samples_and_no_classes() -> None:
    none: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    for k in (0, 3):
        c = count(none, none, k)
        assert (c.total, c.errors, len(c.count)) == (0, 0, 0)
        assert c.dense().shape == (k, k)
        assert len(confused_pairs(c)[0]) == 0
    assert count([], [], 2).total == 0
    assert from_dense(np.zeros((2, 2))).total == 0


@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([0, 3], [0, 0], "true is 3 in row 1; with 3 classes it must be -1 to 2"),
        ([0, 1], [0, -2], "predicted is -2 in row 1"),
        ([0, 1], [0], "true has 2 rows and predicted 1"),
        ([0.0, 1.0], [0, 1], "dtype float64"),
        ([[0, 1]], [0, 1], "shape"),
    ],
)
def test_bad_labels_are_named(true: list[int], predicted: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        count(true, predicted, 3)


def test_unsigned_labels_are_compared_as_numbers() -> None:
    c = count(np.array([0, 200], dtype=np.uint8), np.array([200, 200], dtype=np.uint8), 201)
    assert (c.cell(0, 200), c.cell(200, 200)) == (1, 1)
    with pytest.raises(ValueError, match="true is 255 in row 0"):
        count(np.array([255], dtype=np.uint8), np.array([0], dtype=np.uint8), 3)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((2, 3)), "square"),
        ([[1, -1], [0, 0]], "-1 in row 0, column 1"),
        ([[1, 0.5], [0, 0]], "0.5 in row 0, column 1"),
        ([[1, 0], [np.nan, 0]], "nan in row 1, column 0"),
        ([["a"]], "numbers"),
    ],
)
def test_bad_matrices_are_named(matrix: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_dense(matrix)  # type: ignore[arg-type]


def test_other_mistakes_are_refused() -> None:
    c = from_dense([[1, 0], [0, 1]])
    with pytest.raises(IndexError, match="class -1"):
        c.window([-1], [0])
    with pytest.raises(IndexError, match="of 2"):
        c.window([0], [2])
    with pytest.raises(ValueError, match="2 and 3 classes"):
        add(c, from_dense(np.eye(3)))
    with pytest.raises(ValueError, match="no confusions"):
        total([])
