"""Flips: outcomes, counts and patterns against counting one sample after the other, McNemar against SciPy."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from clftui.analysis.flips import Outcome, flip_counts, outcomes, patterns, wrong_in

K = 4
LABELS = st.lists(st.tuples(*[st.integers(0, K - 1)] + [st.integers(-1, K + 1)] * 2), min_size=1, max_size=60)


def one(true: int, before: int, after: int) -> Outcome:
    if before == true and after == true:
        return Outcome.RIGHT
    if before == true:
        return Outcome.NEWLY_WRONG
    if after == true:
        return Outcome.NEWLY_RIGHT
    return Outcome.WRONG_SAME if before == after else Outcome.WRONG_DIFFERENTLY


@given(LABELS)
def test_counts_and_tests_are_those_of_each_class_alone(samples: list[tuple[int, int, int]]) -> None:
    true, before, after = (np.asarray(column) for column in zip(*samples, strict=True))
    found = outcomes(true, before, after)
    assert found.tolist() == [one(*sample) for sample in samples]
    counted = flip_counts(true, found, K)
    for k in range(K):
        mine = Counter(one(*sample) for sample in samples if sample[0] == k)
        assert counted.counts[k].tolist() == [mine[each] for each in Outcome]
        lost, won = mine[Outcome.NEWLY_WRONG], mine[Outcome.NEWLY_RIGHT]
        if not sum(mine.values()):
            assert np.isnan(counted.p[k]) and np.isnan(counted.q[k])
        else:
            assert counted.p[k] == pytest.approx(binomtest(lost, lost + won).pvalue if lost + won else 1)
    tested = ~np.isnan(counted.p)
    assert counted.q[tested] == pytest.approx(false_discovery_control(counted.p[tested]))


@given(st.integers(1, 5), st.lists(st.integers(0, 31), max_size=50))
def test_patterns_are_the_samples_with_the_same_runs_right(runs: int, bits: list[int]) -> None:
    right = np.asarray([[(each >> run) & 1 for each in bits] for run in range(runs)], dtype=bool).reshape(runs, -1)
    who, count = patterns(right)
    expected = Counter(tuple(bool(run[i]) for run in right) for i in range(len(bits)))
    assert {tuple(row): number for row, number in zip(who.tolist(), count.tolist(), strict=True)} == dict(expected)
    assert count.tolist() == sorted(count.tolist(), reverse=True)


def test_no_more_runs_than_bits() -> None:
    with pytest.raises(ValueError, match="62"):
        patterns(np.zeros((63, 2), dtype=bool))


@given(st.lists(st.integers(0, 7), max_size=40))
def test_wrong_in_exactly_and_at_least(wrong: list[int]) -> None:
    exactly, at_least = wrong_in(wrong, 7)
    assert exactly.tolist() == [wrong.count(k) for k in range(8)]
    assert at_least.tolist() == [sum(each >= k for each in wrong) for k in range(8)]
