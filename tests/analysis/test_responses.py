"""What units answer to: relevance, separation, dead units, thresholds and places, each against a plain loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from clftui.analysis import responses as analysis

VALUES = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        arrays(np.float32, (n, 3), elements=st.integers(-2, 6).map(float)),
        arrays(np.bool_, n),
        arrays(np.int64, n, elements=st.integers(-1, 3)),
    )
)


@pytest.mark.row("B21")
@given(VALUES)
def test_relevance_is_the_ratio_of_the_quartiles_of_equation_two(given_: tuple[np.ndarray, ...]) -> None:
    values, inside, _ = given_
    found = analysis.relevance(values, inside)
    for unit in range(3):
        own, rest = values[inside, unit], values[~inside, unit]
        low = np.percentile(own, 25) if own.size else math.nan
        high = np.percentile(rest, 75) if rest.size else math.nan
        expected = low / high if high > 0 else math.inf if high == 0 and low > 0 else math.nan
        assert np.isclose(found.ratio[unit], expected, equal_nan=True)
        assert np.isclose(found.low_inside[unit], low, equal_nan=True)


def test_relevance_of_zero_over_zero_is_undefined_and_of_more_over_zero_without_end() -> None:
    values = np.array([[3.0, 0, -1, 2], [5.0, 0, -1, 2], [0, 0, -2, 1], [0, 0, -2, np.nan]])
    found = analysis.relevance(values, [True, True, False, False])
    assert found.ratio[0] == math.inf and np.isnan(found.ratio[1]), "3 / 0, then 0 / 0"
    assert np.isnan(found.ratio[2]), "a ratio of responses below 0 says nothing"
    assert np.isnan(found.ratio[3]), "a response that is not known leaves the unit undefined"
    # A class without samples is a row of NaN: it counts for neither side.
    without = analysis.relevance(np.vstack([values[:, :2], [[np.nan, np.nan]]]), [True, True, False, False, False])
    assert np.array_equal(without.ratio, found.ratio[:2], equal_nan=True)
    assert np.isnan(analysis.relevance(values[:, :1], [True] * 4).ratio[0]), "nothing outside"


@given(st.lists(st.sampled_from([math.nan, math.inf, 0.0, 0.5, 1.0, 7.0]), min_size=1, max_size=9), st.data())
def test_units_stand_by_relevance_endless_ones_first_by_how_much_they_answer(
    ratio: list[float], data: st.DataObject
) -> None:
    low = data.draw(st.lists(st.integers(0, 3).map(float), min_size=len(ratio), max_size=len(ratio)))
    found = analysis.Relevance(np.array(ratio), np.array(low), np.zeros(len(ratio)))
    keys = [
        (math.isnan(r), -r if not math.isnan(r) else 0.0, -q, at)
        for at, (r, q) in enumerate(zip(ratio, low, strict=True))
    ]
    expected = sorted(range(len(ratio)), key=keys.__getitem__)
    assert analysis.by_relevance(found).tolist() == expected


@given(VALUES)
def test_separation_is_the_f_statistic_without_its_degrees_of_freedom(given_: tuple[np.ndarray, ...]) -> None:
    values, _, labels = given_
    found = analysis.separation(values, labels, 4)
    groups = [values[labels == cls] for cls in range(4) if (labels == cls).any()]
    if len(groups) < 2:
        assert np.isnan(found).all()
        return
    rows = np.concatenate(groups)
    for unit in range(3):
        between = sum(len(g) * (g[:, unit].mean(dtype=float) - rows[:, unit].mean(dtype=float)) ** 2 for g in groups)
        within = sum(((g[:, unit] - g[:, unit].mean(dtype=float)) ** 2).sum() for g in groups)
        expected = between / within if within > 1e-9 else math.inf if between > 1e-9 else math.nan
        assert np.isclose(found[unit], expected, equal_nan=True, atol=1e-9)
        degrees = (len(groups) - 1) / max(len(rows) - len(groups), 1)
        if math.isfinite(expected) and len(rows) > len(groups):
            f = stats.f_oneway(*(g[:, unit].astype(float) for g in groups)).statistic
            assert np.isclose(found[unit], f * degrees, atol=1e-9)


def test_separation_keeps_its_digits_far_from_zero() -> None:
    values = np.array([[1e6], [1e6 + 1], [1e6 + 10], [1e6 + 11]])
    assert np.isclose(analysis.separation(values, [0, 0, 1, 1], 2)[0], 100.0)


@pytest.mark.parametrize("value", [0.1, 0.3, 1000.1])
def test_a_unit_that_answers_one_number_separates_nothing(value: float) -> None:
    """The mean of many times .1 is not .1: what is left of it is rounding, not a difference of classes."""
    assert np.isnan(analysis.separation(np.full((999, 2), value), np.arange(999) % 3, 3)).all()


@given(VALUES)
def test_means_medians_and_bins_of_classes(given_: tuple[np.ndarray, ...]) -> None:
    values, _, labels = given_
    means, medians = analysis.class_means(values, labels, 4), analysis.class_medians(values[:, 0], labels, 4)
    binned = analysis.binned(values[:, 0], labels, 4, -2.0, 6.0, 5)
    for cls in range(4):
        own = values[labels == cls]
        if not len(own):
            assert np.isnan(means[cls]).all() and np.isnan(medians[cls]) and not binned[cls].any()
            continue
        assert np.allclose(means[cls], own.mean(axis=0, dtype=float)) and medians[cls] == np.median(own[:, 0])
        assert binned[cls].tolist() == np.histogram(own[:, 0], bins=5, range=(-2, 6))[0].tolist()


@pytest.mark.row("B20")
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 4, 8]))
def test_places_are_averaged_down_and_stand_side_by_side(h: int, w: int, side: int) -> None:
    maps = np.random.default_rng(h * 10 + w).random((2, 3, h, w)).astype(np.float32)
    found = analysis.linearised(analysis.shrunk(maps, side))
    rows, columns = min(h, side), min(w, side)
    assert found.shape == (2, 3, rows * columns)
    for row in range(rows):
        for column in range(columns):
            part = maps[
                :, :, row * h // rows : (row + 1) * h // rows, column * w // columns : (column + 1) * w // columns
            ]
            assert np.allclose(found[:, :, row * columns + column], part.mean(axis=(2, 3)), atol=1e-6)


def test_as_in_the_paper_64_by_64_places_become_64_columns() -> None:
    maps = np.kron(np.arange(64).reshape(1, 1, 8, 8), np.ones((1, 1, 8, 8)))
    assert analysis.linearised(analysis.shrunk(maps, 8))[0, 0].tolist() == list(range(64))


def test_units_that_never_answer() -> None:
    means = np.array([[0.0, 0, 1, np.nan], [0.0, 0, 0, np.nan]])
    assert analysis.dead(means).tolist() == [True, True, False, True]
    assert analysis.dead(means, np.array([[0, 0.5, 0, 0]])).tolist() == [True, False, False, True]
    maps = np.zeros((2, 2, 2, 2))
    maps[0, 1, 0, 0], maps[0, 1, 1, 1] = 1, -1
    assert analysis.dead(maps).tolist() == [True, False], "places that cancel out are answers"


def test_thresholds_are_quantiles_of_what_is_above_zero() -> None:
    means = np.array([[0.0, 1, 2], [-5.0, 3, np.nan]])
    assert analysis.threshold(means, 0.5) == 2.0
    assert np.isnan(analysis.threshold(np.zeros((2, 2)), 0.5))


def test_spread_of_class_means_alone() -> None:
    means = np.array([[1.0, 2, 0], [3.0, 2, 0], [np.nan, np.nan, np.nan]])
    assert np.allclose(analysis.spread(means), [0.5, 0.0, np.nan], equal_nan=True)
    assert np.isnan(analysis.spread(means[:1])).all()
