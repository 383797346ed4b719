"""Since when a number has moved; thinning a series."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.history import downsample, downsample_all, kept, since

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10, 12, 9, 9, 13], (4, 4)),
        ([27, 27, 31], (4, 2)),
        ([9, 13, 13, 13], (4, 1)),
        ([1, 2, 2, 5], (4, 1)),
        ([5, 7, 3], (-4, 2)),
        ([0.9, 0.7, 0.8], (pytest.approx(0.1), 2)),
        ([3, NAN, 5, NAN], (2, 1)),
        ([4, 4, 4], None),
        ([4], None),
        ([NAN, 4], None),
        ([], None),
    ],
)
def test_since_tells_the_last_turning_point(values: list[float], expected: tuple[float, int] | None) -> None:
    assert since(values, np.arange(1, len(values) + 1)) == expected


@given(st.lists(st.integers(0, 4), min_size=2, max_size=20))
def test_since_spans_a_stretch_that_goes_one_way_and_cannot_be_longer(values: list[int]) -> None:
    found = since(values, range(len(values)))
    if found is None:
        assert len(set(values)) == 1
        return
    delta, start = found
    assert delta == values[-1] - values[start] != 0
    steps = np.sign(np.diff(values[start:])) * np.sign(delta)
    assert (steps >= 0).all() and steps[0] == 1
    # Before it, the nearest different value lies on the same side of the turning point as the newest one.
    before = [v for v in values[:start] if v != values[start]]
    assert not before or (before[-1] - values[start]) * delta > 0


def test_since_wants_one_epoch_per_value() -> None:
    with pytest.raises(ValueError, match="one value per epoch"):
        since([1, 2], [1])


@pytest.mark.row("C14")
@given(st.lists(st.floats(-5, 5) | st.just(NAN), min_size=1, max_size=80), st.integers(1, 30))
def test_downsampling_keeps_minimum_maximum_and_last(values: list[float], width: int) -> None:
    out = downsample(values, width)
    assert len(out) == min(width, len(values))
    np.testing.assert_equal(out[-1], values[-1])
    places = kept(values, width)
    assert (np.diff(places) >= 0).all()
    np.testing.assert_equal(np.asarray(values)[places], out)
    if width >= 3 and not np.isnan(values).all():
        assert (np.nanmin(out), np.nanmax(out)) == (np.nanmin(values), np.nanmax(values))


@pytest.mark.row("C14")
def test_one_short_event_among_a_thousand_epochs_survives_in_its_place() -> None:
    values = np.zeros(1000)
    values[700] = 1
    out = downsample(values, 21)
    assert out.tolist().count(1.0) == 1 and 13 <= out.tolist().index(1.0) <= 15


def test_a_sparkline_has_a_column() -> None:
    assert downsample([], 5).shape == (0,)
    with pytest.raises(ValueError, match="0 columns"):
        downsample([1, 2], 0)


@given(st.data())
def test_many_series_keep_what_each_alone_keeps(data: st.DataObject) -> None:
    length, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 20))
    value = st.one_of(st.just(float("nan")), st.integers(-5, 5).map(float))
    rows = data.draw(st.lists(st.lists(value, min_size=length, max_size=length), min_size=1, max_size=4))
    found = downsample_all(rows, width)
    assert np.array_equal(found, [downsample(row, width) for row in rows], equal_nan=True)


def test_many_series_need_a_column() -> None:
    with pytest.raises(ValueError, match="0 columns"):
        downsample_all([[1.0, 2.0]], 0)
