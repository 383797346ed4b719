"""Numbers of many cells at once say what one number says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.text import percent
from clftui.widgets.matrix_numbers import Codes, count_codes, count_width, share_codes, share_decimals, share_width


def texts(codes: Codes) -> list[str]:
    return ["".join(map(chr, row)) for row in codes.reshape(-1, codes.shape[-1]).tolist()]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_counts_are_right_aligned_with_commas(values: list[int]) -> None:
    width = count_width(max(max(values), 1))
    found = texts(count_codes(np.asarray(values, dtype=np.int64), width))
    assert found == [(f"{value:,}" if value else "").rjust(width) for value in values]


@pytest.mark.row("B9")
def test_zero_is_blank() -> None:
    assert texts(count_codes(np.asarray([[0, 5], [1000, 0]]), 5)) == ["     ", "    5", "1,000", "     "]


@given(st.floats(0, 1), st.integers(0, 1))
def test_shares_never_round_to_none_or_all(value: float, decimals: int) -> None:
    found = texts(share_codes(np.asarray([value]), decimals))[0]
    assert len(found) == share_width(decimals)
    if value == 0:
        assert not found.strip()
    elif value == 1:
        assert found.strip() == "100"
    else:
        expected = percent(value, decimals)
        assert found.strip() == ("<.1" if expected == "<0.1" else expected)


def test_undefined_shares_are_a_dash() -> None:
    assert texts(share_codes(np.asarray([math.nan, 0.5]), 1)) == ["   –", "50.0"]
    assert texts(share_codes(np.asarray([math.nan, 0.5]), 0)) == ["  –", " 50"]


def test_digits_follow_the_size_of_the_classes() -> None:
    assert share_decimals(np.asarray([50, 60, 0])) == 0
    assert share_decimals(np.asarray([1000, 900, 1100])) == 1
    assert share_decimals(np.asarray([10**6])) == 1
    assert share_decimals(np.asarray([0, 0])) == 0
