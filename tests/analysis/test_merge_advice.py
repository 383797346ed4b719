"""Merge advice against brute force on dense matrices and scikit-learn's mutual information."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import mutual_info_score

from clftui.analysis.advice import (
    greedy_path,
    label_entropy,
    merged_map,
    merges,
    mutual_information,
    worth,
)
from clftui.analysis.confusion import count
from clftui.analysis.intervals import wilson

K = 5
LABELS = arrays(np.int64, st.shared(st.integers(1, 60), key="n"), elements=st.integers(0, K - 1))
ANSWERS = arrays(np.int64, st.shared(st.integers(1, 60), key="n"), elements=st.integers(-1, K - 1))


def bits(true: NDArray[np.int64], answer: NDArray[np.int64]) -> float:
    return float(mutual_info_score(true, answer)) / math.log(2)


def renamed(values: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(values >= 0, number[values], -1)


@given(LABELS, ANSWERS)
@settings(max_examples=60, deadline=None)
def test_information_is_that_of_scikit_learn(true: NDArray[np.int64], answer: NDArray[np.int64]) -> None:
    c = count(true, answer, K)
    assert mutual_information(c) == pytest.approx(bits(true, answer), abs=1e-9)
    assert label_entropy(c) == pytest.approx(bits(true, true), abs=1e-9)


@given(LABELS, ANSWERS, st.sets(st.integers(0, K - 1), min_size=2))
@settings(max_examples=60, deadline=None)
@pytest.mark.row("B32")
def test_a_merge_by_counting_samples_anew(true: NDArray[np.int64], answer: NDArray[np.int64], group: set[int]) -> None:
    c = count(true, answer, K)
    number = np.arange(K)
    number[list(group)] = min(group)
    after_true, after = renamed(true, number), renamed(answer, number)
    found = merges(c, [sorted(group)])
    gain = (after_true == after).mean() - (true == answer).mean()
    assert found.gain[0] == pytest.approx(gain)
    assert found.loss[0] == pytest.approx(bits(true, answer) - bits(after_true, after), abs=1e-9)
    assert found.entropy[0] == pytest.approx(bits(true, true) - bits(after_true, after_true), abs=1e-9)
    assert (found.low[0], found.high[0]) == tuple(float(end) for end in wilson(found.within[0], len(true)))


@given(LABELS, ANSWERS)
@settings(max_examples=40, deadline=None)
def test_every_step_of_the_path_is_the_best_of_all_pairs(true: NDArray[np.int64], answer: NDArray[np.int64]) -> None:
    parts = [[cls] for cls in range(K)]
    for step in greedy_path(count(true, answer, K), K):
        number = np.empty(K, dtype=np.int64)
        for part in parts:
            number[part] = min(part)
        now_true, now = renamed(true, number), renamed(answer, number)
        before, right = bits(now_true, now), (now_true == now).mean()
        tried = {}
        for i, first in enumerate(parts):
            for second in parts[:i]:
                joined = number.copy()
                joined[first + second] = min(first + second)
                a, b = renamed(true, joined), renamed(answer, joined)
                within = round(((a == b).mean() - right) * len(true))
                if within:
                    loss = max(before - bits(a, b), 0.0)
                    tried[tuple(sorted(first + second))] = float(worth(wilson(within, len(true))[0], loss))
        members = tuple(step.members.tolist())
        assert tried[members] == pytest.approx(max(tried.values()), rel=1e-6)
        parts = [part for part in parts if not set(part) <= set(members)] + [list(members)]
        number[list(members)] = min(members)
        a, b = renamed(true, number), renamed(answer, number)
        assert step.accuracy == pytest.approx((a == b).mean())
        assert step.information == pytest.approx(bits(a, b), abs=1e-9)
        assert step.classes == len(parts)
    # It ends where no two parts are confused any more, but for a sample without an answer.
    left = np.empty(K, dtype=np.int64)
    for part in parts:
        left[part] = min(part)
    a, b = renamed(true, left), renamed(answer, left)
    assert not ((a != b) & (b >= 0)).any()


def test_classes_never_told_apart_cost_nothing_and_come_first() -> None:
    """0 and 1 are answered alike; 2 and 3 are confused rarely and told apart mostly."""
    true = np.repeat([0, 1, 2, 3], 50)
    answer = np.concatenate([np.tile([0, 1], 50), np.full(45, 2), np.full(5, 3), np.full(45, 3), np.full(5, 2)])
    found = merges(count(true, answer, 4), [[0, 1], [2, 3]])
    assert found.gain.tolist() == [0.25, 0.05]
    assert found.loss[0] == pytest.approx(0, abs=1e-12) and found.loss[1] > 0.2
    assert found.per_bit[0] == math.inf and 0 < found.per_bit[1] < math.inf
    assert [step.members.tolist() for step in greedy_path(count(true, answer, 4))] == [[0, 1], [2, 3]]


def test_nothing_to_merge() -> None:
    empty = count([], [], 3)
    assert math.isnan(mutual_information(empty)) and greedy_path(empty) == []
    found = merges(empty, [[0, 1]])
    assert math.isnan(found.gain[0]) and math.isnan(found.loss[0]) and math.isnan(found.per_bit[0])
    right = count([0, 1, 2], [0, 1, 2], 3)
    assert greedy_path(right) == [] and merges(right, [[0, 1]]).per_bit[0] == 0


def test_merged_numbers_follow_the_classes_and_join_what_overlaps() -> None:
    assert merged_map(5, [[1, 3]]).tolist() == [0, 1, 2, 1, 3]
    assert merged_map(5, [[1, 3], [3, 4]]).tolist() == [0, 1, 2, 1, 1]
    assert merged_map(3, []).tolist() == [0, 1, 2]
