"""Where the samples of a class lie on the screen, and what a pixel of their correlations is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.widgets.subclasses_grid import _means
from clftui.widgets.subclasses_layout import plan


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(1, 45))
def test_parts_fill_the_square_and_every_sample_has_a_line(sizes: list[int], height: int) -> None:
    edges = (0, *np.cumsum(sizes).tolist())
    square = plan(4, 3, height, edges)
    if height < 2 * len(sizes) - 1:
        assert square is None
        return
    assert square is not None and square.height == height and square.width == 2 * height
    for part, size in enumerate(sizes):
        bins = square.bins(part)
        assert (bins[0], bins[-1]) == edges[part : part + 2] and np.all(np.diff(bins) >= 0)
        for place in range(edges[part], edges[part] + size):
            assert 0 <= square.line_of(place) - square.top(part) < square.tall[part]
    lines = [line for line in range(height) if square.place_at(line) is not None]
    assert len(lines) == square.lines
    for line in lines:
        first = square.place_at(line)
        assert first is not None
        # Where a line is narrower than a sample several lines are the same one.
        assert square.line_of(first) == line or sizes[int(np.searchsorted(edges, first, "right")) - 1] < height


def test_a_pixel_is_the_mean_of_its_samples_or_the_one_it_lies_in() -> None:
    values = np.arange(12.0).reshape(6, 2)
    found = _means(values, [0, 2, 3, 3, 5], [2, 3, 3, 5, 6])
    wanted = [values[0:2].mean(axis=0), values[2], values[3], values[3:5].mean(axis=0), values[5]]
    assert found == pytest.approx(np.asarray(wanted))
