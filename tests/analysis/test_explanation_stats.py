"""Maps over a whole data set, against SciPy, brute force and what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from clftui.analysis.explanation_stats import (
    MOST_SIDE,
    compared,
    hits,
    kept_share,
    map_numbers,
    mean_interval,
    midranks,
    parted,
    rank_correlations,
    shrunk,
    student_quantile,
    unrelated,
)
from clftui.analysis.saliency import Measure, area_above, areas_above, compare, resized

SEEDS = st.integers(0, 10_000)


@pytest.mark.row("V21")
@given(SEEDS, st.integers(2, 9), st.integers(2, 9))
@settings(max_examples=30, deadline=None)
def test_entropy_and_variation_are_scipys_and_the_loops(seed: int, h: int, w: int) -> None:
    maps = np.random.default_rng(seed).random((4, h, w)) ** 3
    maps[1] = 0
    maps[2] = 0.5
    maps[3] = 0
    maps[3, 1, 1] = 1
    found = map_numbers(maps, 0.5)
    assert found.empty.tolist() == [False, True, False, False]
    assert np.isnan([found.area[1], found.entropy[1], found.variation[1]]).all(), "an empty map has no numbers"
    assert found.entropy[0] == pytest.approx(stats.entropy(maps[0].reshape(-1), base=2) / math.log2(h * w))
    assert (found.entropy[2], found.entropy[3]) == (pytest.approx(1.0), 0.0)
    steps = [abs(maps[0][i, j] - maps[0][k, m]) for i in range(h) for j in range(w) for k, m in ((i + 1, j), (i, j + 1))
             if k < h and m < w]  # fmt: skip
    assert found.variation[0] == pytest.approx(np.mean(steps)) and found.variation[2] == 0
    assert found.area[0] == area_above(maps[0], 0.5)


def test_a_chessboard_varies_most_and_a_single_cell_has_no_entropy() -> None:
    board = np.indices((6, 6)).sum(axis=0)[None] % 2
    assert map_numbers(board, 0.5).variation[0] == 1
    single = map_numbers(np.ones((1, 1, 1)), 0.5)
    assert np.isnan(single.entropy[0]) and np.isnan(single.variation[0])


def test_many_areas_at_once_are_each_alone() -> None:
    rng = np.random.default_rng(3)
    for shape in ((300, 7, 7), (3, 90, 70), (1, 1, 5)):
        maps = rng.random(shape)
        side = [max(64, each) for each in shape[1:]]
        assert areas_above(maps, 0.4) == pytest.approx([np.mean(resized(each, *side) >= 0.4) for each in maps])
    assert areas_above(np.zeros((0, 7, 7)), 0.5).shape == (0,)


@pytest.mark.row("V18")
@given(SEEDS, st.integers(5, 40), st.integers(5, 40), st.booleans())
@settings(max_examples=40, deadline=None)
def test_right_against_wrong_is_welch_and_mann_whitney(seed: int, m: int, n: int, tied: bool) -> None:
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0.5, 0.2, m), rng.normal(0.4, 0.1, n)])
    values = np.round(values, 1) if tied else values
    right = np.arange(m + n) < m
    shuffled = rng.permutation(m + n)
    found = parted(np.append(values[shuffled], np.nan), np.append(right[shuffled], True))
    a, b = values[:m], values[m:]
    assert (found.n_right, found.n_wrong) == (m, n)
    assert [found.right, found.wrong] == pytest.approx([a.mean(), b.mean()])
    if min(np.ptp(a), np.ptp(b)) > 0.01:
        interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
        low, high = interval
        assert found.difference == pytest.approx(a.mean() - b.mean())
        assert found.low == pytest.approx(low, abs=0.02 * (high - low))
        assert found.high == pytest.approx(high, abs=0.02 * (high - low))
        expected = stats.mannwhitneyu(a, b, method="asymptotic")
        assert found.auc == pytest.approx(expected.statistic / (m * n))
        assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.auc_low <= found.auc <= found.auc_high


@pytest.mark.row("V18")
def test_delongs_interval_is_the_paired_loops_and_covers_the_truth() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(150):
        a, b = rng.normal(0.7, 1, 60), rng.normal(0, 1, 40)
        found = parted(np.concatenate([a, b]), np.arange(100) < 60)
        inside += found.auc_low <= stats.norm.cdf(0.7 / math.sqrt(2)) <= found.auc_high
    assert 0.9 <= inside / 150 <= 0.99
    wins = (a[:, None] > b).astype(float)
    arm = 1.96 * math.sqrt(wins.mean(1).var(ddof=1) / 60 + wins.mean(0).var(ddof=1) / 40)
    assert found.auc_high - found.auc == pytest.approx(arm, rel=1e-3)


def test_parted_samples_and_missing_sides_have_no_false_certainty() -> None:
    apart = parted([1, 2, 3, 8, 9, 10], [False] * 3 + [True] * 3)
    assert apart.auc == 1 == apart.auc_high and apart.auc_low < 0.5, "three against three prove little"
    alone = parted([1.0, 2.0], [True, True])
    assert math.isnan(alone.auc) and math.isnan(alone.difference) and alone.n_wrong == 0
    equal = parted([0.3] * 7, [True] * 4 + [False] * 3)
    assert equal.auc == 0.5 and all(math.isnan(each) for each in (equal.p, equal.auc_low, equal.auc_high))


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_ranks_and_their_correlation_are_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 5, (3, 4, 4)) / 4, rng.integers(0, 5, (3, 4, 4)) / 4
    a[2] = 0.5
    assert (midranks(a[:, 0]) == stats.rankdata(a[:, 0], axis=1)).all()
    found = rank_correlations(a, b)
    for at in range(2):
        assert found[at] == pytest.approx(stats.spearmanr(a[at].reshape(-1), b[at].reshape(-1)).statistic)
    assert np.isnan(found[2]), "a flat map has no order"


@pytest.mark.parametrize("measure", Measure)
def test_pairs_at_once_are_algorithm_2s_pairs_one_by_one(measure: Measure) -> None:
    rng = np.random.default_rng(2)
    a, b = rng.random((5, 7, 7)), rng.random((5, 28, 40))
    a[3] = 0
    found = compared(a, b, measure)
    assert np.isnan(found[3]), "an empty map is like no other"
    for at in (0, 1, 2, 4):
        assert found[at] == pytest.approx(compare(a[at], b[at], measure))
    large = rng.random((2, 2 * MOST_SIDE, 3 * MOST_SIDE))
    small = large.reshape(2, MOST_SIDE, 2, MOST_SIDE, 3).mean(axis=(2, 4))
    assert compared(large, large[::-1], measure)[0] == pytest.approx(compare(small[0], small[1], measure))


def test_large_maps_shrink_by_averaging_and_stay_what_they_are_in_sum() -> None:
    maps = np.zeros((2, 100, 70))
    maps[0, 99, 3] = 1
    found = shrunk(maps)
    assert found.shape == (2, MOST_SIDE, MOST_SIDE) and found[0].any() and not found[1].any()
    assert found[0].mean() == pytest.approx(maps[0].mean())
    few = np.ones((1, 7, MOST_SIDE))
    assert shrunk(few) is few


def test_means_have_students_interval_and_leave_the_undefined_out() -> None:
    values = np.asarray([0.2, np.nan, 0.5, 0.9, 0.4])
    found = mean_interval(values)
    known = values[~np.isnan(values)]
    low, high = stats.t.interval(0.95, 3, known.mean(), stats.sem(known))
    assert found.n == 4 and found.value == pytest.approx(0.5)
    assert [found.low, found.high] == pytest.approx([low, high], abs=0.02)
    assert mean_interval([]).n == 0 and math.isnan(mean_interval([]).value) and math.isnan(mean_interval([0.5]).low)
    for df in (3, 10, 60, 500):
        assert student_quantile(df) == pytest.approx(stats.t.ppf(0.975, df), rel=0.02)


@given(st.integers(2, 60), SEEDS)
@settings(max_examples=30, deadline=None)
def test_unrelated_is_another_one_for_each(n: int, seed: int) -> None:
    found = unrelated(n, seed)
    assert sorted(found) == list(range(n)) and (found != np.arange(n)).all()
    assert (found == unrelated(n, seed)).all()


@pytest.mark.row("V21")
def test_a_hit_is_a_maximum_in_its_box() -> None:
    maps = np.zeros((5, 4, 4))
    maps[0, 0, 3] = maps[1, 3, 0] = 1
    maps[2, 0, 0] = maps[2, 3, 3] = 0.7
    maps[4, 0, 0] = 1
    upper = [0.5, 0.0, 1.0, 0.5]
    boxes = np.asarray([upper, upper, upper, upper, [np.nan] * 4])
    boxes[2] = [0, 0, 0.5, 0.5]
    assert hits(maps, boxes)[:3].tolist() == [1, 0, 0.5], "of two equal maxima one lies inside"
    assert np.isnan(hits(maps, boxes)[3:]).all(), "an empty map and an unknown box"
    rng = np.random.default_rng(0)
    random = hits(rng.random((4000, 8, 8)), np.tile([0.25, 0.0, 0.75, 0.5], (4000, 1)))
    assert random.mean() == pytest.approx(0.25, abs=0.03), "a random point hits as often as the box is large"


@pytest.mark.row("V21")
def test_what_stays_of_a_likeness_is_told_beyond_that_of_other_samples() -> None:
    rng = np.random.default_rng(0)
    other = rng.normal(0.4, 0.1, 400)
    assert kept_share(np.ones(400), other).value == 1
    nothing = kept_share(rng.normal(0.4, 0.1, 400), other)
    assert nothing.low < 0.02 and nothing.high > -0.02 and nothing.n == 400
    half = kept_share(rng.normal(0.7, 0.1, 400), np.append(other[:-1], np.nan))
    assert half.low < 0.5 < half.high and half.n == 399 and half.high - half.low < 0.1
    assert math.isnan(kept_share(np.ones(50), np.full(50, 0.97)).value), "all maps are alike: nothing to compare with"
    assert math.isnan(kept_share([0.5], [0.1]).value)
