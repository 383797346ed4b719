"""-log p as float16: right to its precision, in the order of its bits, for every input a model can produce."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from clftui.logger.nll import _to_half, best_of, pick, to_nll
from clftui.logger.values import Refusal
from clftui.schema import NLL_MAX

matrices = st.tuples(st.integers(1, 9), st.integers(1, 12))


def reference(logits: NDArray[Any]) -> NDArray[np.float64]:
    x = logits.astype(np.float64)
    x = x - x.max(axis=1, keepdims=True)
    out: NDArray[np.float64] = np.log(np.exp(x).sum(axis=1, keepdims=True)) - x
    return out


@given(hnp.arrays(np.float32, matrices, elements=st.floats(-3e4, 3e4, width=32)))
def test_nll_of_logits_equals_the_definition_to_half_precision(logits: NDArray[np.float32]) -> None:
    nll, predicted = to_nll("logits", logits, *logits.shape)
    exact = np.minimum(reference(logits), NLL_MAX)
    assert np.all(np.abs(nll - exact) <= 2.0**-10 * exact + 2.0**-23)
    assert np.array_equal(predicted, logits.argmax(axis=1))


@given(hnp.arrays(np.float64, matrices, elements=st.floats(0, 50)))
def test_nll_of_scores_equals_that_of_the_logits_they_came_from(logits: NDArray[np.float64]) -> None:
    scores = np.exp(-reference(logits))
    of_scores, answer = to_nll("scores", scores, *logits.shape)
    of_logits, _ = to_nll("logits", logits, *logits.shape)
    assert np.all(np.abs(of_scores.astype(float) - of_logits) <= 2.0**-9 * of_logits.astype(float) + 2.0**-22)
    assert np.array_equal(answer, scores.argmax(axis=1))


@given(
    hnp.arrays(
        np.float32, matrices, elements=st.one_of(st.floats(width=32, allow_nan=False), st.sampled_from([-np.inf, -0.0]))
    )
)
def test_bits_keep_the_order_and_stay_in_the_range_of_finite_halves(logits: NDArray[np.float32]) -> None:
    nll, predicted = to_nll("logits", logits, *logits.shape)
    bits = nll.view(np.int16)[predicted >= 0]
    assert bits.size == 0 or (bits.min() >= 0 and bits.max() <= 31743)  # neither -0 nor infinite
    for row in np.flatnonzero(predicted >= 0):
        order = np.argsort(-logits[row].astype(np.float64), kind="stable")
        assert np.all(np.diff(nll[row].view(np.int16)[order]) >= 0)
        assert nll[row, predicted[row]] == nll[row].min()


@given(st.integers(0, 2**31 - 1), st.integers(-30, 20))
def test_our_rounding_is_the_cast_except_midway(seed: int, exponent: int) -> None:
    values = np.abs(np.random.default_rng(seed).normal(size=200).astype(np.float32)) * np.float32(2.0**exponent)
    ours = np.empty(200, np.float16)
    _to_half(values.copy(), ours)
    cast = np.minimum(values, np.float32(NLL_MAX)).astype(np.float16)
    differ = ours.view(np.int16) != cast.view(np.int16)
    assert np.all(ours.view(np.int16)[differ] == cast.view(np.int16)[differ] + 1)
    middle = (ours[differ].astype(float) + cast[differ].astype(float)) / 2
    # A thousandth of the smallest half: below it halves are evenly spaced, so a relative bound would mean nothing.
    assert np.allclose(middle, values[differ], rtol=1e-6, atol=2.0**-24 / 1000)


def test_impossible_and_certain_classes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nll, predicted = to_nll("scores", [[1.0, 0.0], [0.0, 1.0]], 2, 2)
        masked, _ = to_nll("logits", [[0.0, -np.inf], [9e4, 0.0]], 2, 2)
    assert nll.tolist() == [[0, NLL_MAX], [NLL_MAX, 0]] and predicted.tolist() == [0, 1]
    assert not np.signbit(nll).any()
    assert masked.tolist() == [[0, NLL_MAX], [0, NLL_MAX]]


@pytest.mark.parametrize("bad", [[np.nan, 0, 1], [0, np.inf, 1], [-np.inf, -np.inf, -np.inf], [0, 1, -np.nan]])
def test_a_row_without_a_finite_largest_logit_is_marked_whole(bad: list[float]) -> None:
    nll, predicted = to_nll("logits", np.array([[0, 1, 2], bad, [5, 4, 3]], np.float32), 3, 3)
    assert predicted.tolist() == [2, -1, 0]
    assert np.isnan(nll[1]).all() and np.isfinite(nll[[0, 2]]).all()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("scores", [[0.5, 0.5, 0.0], [0.5, -0.2, 0.7]], "negative value in row 1"),
        ("scores", [[0.5, 0.5, 0.0], [0.9, 0.9, 0.9]], "adds up to 2.7 in row 1"),
        ("scores", [[0.5, 0.5]] * 2, r"has shape \(2, 2\) instead of \(2, 3\)"),
        ("logits", [0.5, 0.5], r"has shape \(2,\) instead of"),
        ("logits", [["a", "b", "c"]] * 2, "not numbers"),
    ],
)
def test_what_cannot_be_scores_is_refused(field: str, value: object, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        to_nll(field, value, 2, 3)
    if "row 1" in says:
        with pytest.raises(Refusal, match=says):
            to_nll(field, value, 2, 3, np.array([1, 0]))


def test_one_column_is_the_positive_class_of_two() -> None:
    nll, predicted = to_nll("scores", np.array([[0.25], [0.75]]), 2, 2)
    assert np.allclose(np.exp(-nll.astype(float)), [[0.75, 0.25], [0.25, 0.75]], atol=1e-3)
    assert predicted.tolist() == [0, 1]
    assert to_nll("logits", np.array([-1.0, 2.0]), 2, 2)[1].tolist() == [0, 1]


def test_integers_half_and_an_order_are_taken() -> None:
    logits = np.array([[3, 1, 0], [0, 5, 2]])
    straight, _ = to_nll("logits", logits, 2, 3)
    turned, predicted = to_nll("logits", logits.astype(np.float16), 2, 3, np.array([1, 0]))
    assert np.array_equal(turned, straight[::-1]) and predicted.tolist() == [1, 0]


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 12))
def test_best_of_is_a_stable_sort_with_the_answer_in_front(seed: int, classes: int, k: int) -> None:
    chance = np.random.default_rng(seed)
    nll = np.round(np.abs(chance.normal(0, 1, (6, classes))), 1).astype(np.float16)  # many ties
    predicted = chance.integers(-1, classes, 6)
    nll[0] = np.nan
    top, values = best_of(nll, predicted, k)
    assert (top[0] == -1).all() and np.isnan(values[0]).all()
    for row in range(1, 6):
        order = np.argsort(nll[row], kind="stable").tolist()
        if predicted[row] >= 0:
            order.remove(predicted[row])
            order.insert(0, predicted[row])
        assert top[row].tolist() == order[:k]
        assert np.array_equal(values[row], nll[row][order[:k]])


def test_best_of_more_classes_than_15_bits_hold() -> None:
    nll = np.full((2, 40_000), 5.0, np.float16)
    nll[0, 39_999], nll[1, 33_000] = 0.25, 0.5
    top, values = best_of(nll, np.array([39_999, -1]), 3)
    assert top.tolist() == [[39_999, 0, 1], [33_000, 0, 1]] and values[1].tolist() == [0.5, 5, 5]


def test_the_score_of_no_class_is_undefined() -> None:
    nll = np.array([[1, 2], [3, 4]], np.float16)
    assert pick(nll, np.array([1, 0])).tolist() == [2, 3]
    assert np.isnan(pick(nll, np.array([1, -1]))[1])
