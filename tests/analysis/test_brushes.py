"""Axes of scores against plain loops and numpy."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.brushes import BELOW, LADDER, bands, histogram, inside, place, step

scores = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40)


@given(scores, st.booleans())
def test_higher_scores_lie_higher_and_the_ends_are_the_ends(values: list[float], logit: bool) -> None:
    at = place(sorted(values), logit)
    assert (np.diff(at) >= 0).all() and (at >= 0).all() and (at <= 1).all()
    assert place([0, 0.5, 1], logit).tolist() == [0, 0.5, 1]
    assert math.isnan(float(place(math.nan, logit)))


def test_log_odds_part_what_lies_near_the_ends() -> None:
    p = 0.99
    span = math.log(0.999 / 0.001)
    assert float(place(p, True)) == (math.log(p / (1 - p)) / span + 1) / 2
    assert place(0.999, True) - place(0.99, True) > 10 * (place(0.999, False) - place(0.99, False))


def test_bounds_step_along_their_scale_and_stop_at_its_ends() -> None:
    assert [step(0.3, by, False) for by in (1, -1, 100, -100)] == [0.35, 0.25, 1.0, 0.0]
    assert step(0.33, 1, False) == 0.4
    assert [step(0.9, by, True) for by in (1, -1, 100, -100)] == [0.95, 0.8, 1.0, 0.0]
    assert [step(value, 0, True) for value in LADDER] == list(LADDER)


@given(st.lists(scores.map(lambda row: (row * 3)[:3]), min_size=1, max_size=30), st.integers(1, 9), st.booleans())
def test_histograms_count_every_score_once(rows: list[list[float]], bins: int, logit: bool) -> None:
    values = np.asarray(rows)
    found = histogram(values, bins, logit)
    for axis in range(3):
        expected = [0] * bins
        for at in place(values[:, axis], logit).tolist():
            expected[min(int(at * bins), bins - 1)] += 1
        assert found[axis].tolist() == expected


def test_what_was_not_logged_is_in_no_bar_and_below_all_quantiles() -> None:
    values = np.array([[math.nan, 0.2], [0.5, 0.4], [math.nan, 0.6]])
    assert histogram(values, 2, False).tolist() == [[0, 1], [2, 1]]
    assert bands(values, (0.0, 0.5, 1.0)).T.tolist() == [[BELOW, BELOW, 0.5], [0.2, 0.4, 0.6]]
    assert np.isnan(bands(np.zeros((0, 2)))).all()


@given(scores)
def test_bands_are_quantiles_among_the_scores(values: list[float]) -> None:
    found = bands(np.asarray(values)[:, None])[:, 0]
    for share, value in zip((0.05, 0.5, 0.95), found, strict=True):
        assert value == sorted(values)[math.floor(round(share * (len(values) - 1), 9))]


def test_bounds_include_scores_as_they_are_stored() -> None:
    stored = np.array([0.3, 0.8, 0.9, math.nan], dtype=np.float32)
    assert inside(stored, 0.3, 0.8).tolist() == [True, True, False, False]
