"""Learning dynamics against a plain reading of each sample's row of epochs; the honest best epoch against its null."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest

from clftui.analysis.dynamics import BestEpoch, BestEpochs, Learning, halves, mcnemar_more, paired_difference

K = 5
TABLE = st.lists(st.lists(st.integers(-2, K - 1), min_size=3, max_size=3), min_size=1, max_size=14)
TRUE = (0, 1, 2)


@pytest.mark.row("O7")
@given(TABLE)
def test_samples_are_told_as_their_rows_read(rows: list[list[int]]) -> None:
    """An epoch a row, a sample a column; -1 is no answer, -2 an epoch without the sample."""
    gathered = Learning(3)
    for epoch, row in enumerate(rows, 1):
        predicted = np.asarray(row)
        gathered.add(epoch, predicted, predicted == np.asarray(TRUE), predicted > -2)
    found = gathered.result()
    for at, true in enumerate(TRUE):
        seen = [(epoch, row[at]) for epoch, row in enumerate(rows, 1) if row[at] > -2]
        right = [answer == true for _, answer in seen]
        assert found.seen[at] == len(seen)
        assert found.wrong[at] == right.count(False)
        assert found.first_learned[at] == next((epoch for epoch, answer in seen if answer == true), 0)
        pairs = list(pairwise(right))
        assert found.forgetting[at] == pairs.count((True, False))
        assert found.visited[at] == len({answer for _, answer in seen if answer >= 0})
        flips = [seen[place + 1][0] for place, (a, b) in enumerate(pairs) if a != b]
        assert found.last_flip[at] == (flips[-1] if flips else 0)


def test_many_classes_and_the_limit_of_epochs() -> None:
    gathered = Learning(1)
    for epoch in range(1, 41):
        gathered.add(epoch, [epoch % 20], [False], [True])
    assert gathered.result().visited[0] == 20
    with pytest.raises(ValueError, match="65536"):
        gathered.add(65_536, [0], [True], [True])


@given(st.lists(st.tuples(st.integers(-3, 10**9), st.integers(-1, 3)), unique_by=lambda each: each[0], max_size=60))
def test_halves_are_even_and_depend_on_the_samples_alone(samples: list[tuple[int, int]]) -> None:
    number = np.asarray([each for each, _ in samples], dtype=np.int64)
    group = np.asarray([each for _, each in samples], dtype=np.int64)
    first = halves(number, group)
    for each in set(group.tolist()):
        size = np.count_nonzero(group == each)
        assert np.count_nonzero(first[group == each]) == size // 2
    shuffled = np.random.default_rng(1).permutation(len(samples))
    assert halves(number[shuffled], group[shuffled]).tolist() == first[shuffled].tolist()


def test_another_seed_halves_otherwise() -> None:
    number, group = np.arange(100), np.zeros(100, dtype=np.int64)
    assert halves(number, group, 1).tolist() != halves(number, group, 0).tolist()


@given(st.integers(0, 40), st.integers(0, 40))
def test_one_sided_mcnemar_is_the_binomial_tail(lost: int, won: int) -> None:
    expected = binomtest(lost, lost + won, alternative="greater").pvalue if lost + won else 1.0
    assert mcnemar_more(lost, won) == pytest.approx(expected, rel=1e-6)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 500))
def test_the_interval_holds_the_difference(lost: int, won: int, same: int) -> None:
    n = lost + won + same
    low, high = paired_difference(lost, won, n)
    if not n:
        assert np.isnan(low) and np.isnan(high)
    else:
        assert -1 <= low <= (lost - won) / n + 1e-12 and (lost - won) / n - 1e-12 <= high <= 1


def gathered(right: NDArray[np.bool_], group: NDArray[np.int64]) -> BestEpochs:
    """Of `right` (epochs, n), every epoch holding every sample."""
    every = np.ones(right.shape[1], dtype=bool)
    best = BestEpoch(group, halves(np.arange(len(group)), group), int(group.max()) + 1)
    for epoch, row in enumerate(right, 1):
        best.add(epoch, row, every)
    return best.result()


@given(st.integers(0, 1000))
def test_the_best_epoch_is_chosen_on_one_half_and_judged_on_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, 90)
    group[:3] = (0, 1, 2)
    right = rng.random((6, 90)) < rng.random((6, 1))
    found, choosing = gathered(right, group), halves(np.arange(90), group)
    for each in range(3):
        first, other = choosing & (group == each), ~choosing & (group == each)
        if not first.any():
            assert found.epoch[each] == 0
            continue
        chosen = int(right[:, first].mean(axis=1).argmax())
        assert found.epoch[each] == chosen + 1
        assert found.n[each] == np.count_nonzero(other)
        then, now = right[chosen, other], right[-1, other]
        assert found.best[each] == pytest.approx(then.mean()) and found.now[each] == pytest.approx(now.mean())
        lost, won = int((then & ~now).sum()), int((now & ~then).sum())
        if chosen == 5:
            assert np.isnan(found.p[each]) and not found.past[each]
        else:
            assert found.p[each] == pytest.approx(mcnemar_more(lost, won))


@pytest.mark.row("O13")
def test_churn_alone_is_seldom_called_past_its_best_while_a_lasting_loss_is() -> None:
    """The null: every sample jitters, nothing is lost. The best of 30 epochs against the newest, on all samples,
    would be "worse" in most classes; on the other half at most one table of ten classes in twenty may name any."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(10), 100)
    chance = np.where(rng.random(1000) < 0.7, 0.97, 0.4)
    named = sum(gathered(rng.random((30, 1000)) < chance, group).past.any() for _ in range(60))
    assert named <= 6  # More than 6 of 60 at 5 % happens once in 40 such tests.
    right = rng.random((30, 1000)) < chance
    right[20:, :100] &= rng.random((10, 100)) < 0.6
    found = gathered(right, group)
    assert found.past[0] and found.epoch[0] <= 20 and found.past.sum() == 1


def test_epochs_that_lack_samples_are_judged_on_those_they_share() -> None:
    group, choosing = np.zeros(8, dtype=np.int64), np.asarray([True] * 4 + [False] * 4)
    best = BestEpoch(group, choosing, 2)
    best.add(1, [True] * 8, [True] * 6 + [False] * 2)
    best.add(2, [False] * 8, [True] * 8)
    found = best.result()
    assert (found.epoch[0], found.n[0], found.best[0], found.now[0]) == (1, 2, 1.0, 0.0)
    assert found.epoch[1] == 0 and np.isnan([found.best[1], found.p[1], found.low[1]]).all() and not found.past[1]
