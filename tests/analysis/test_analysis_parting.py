"""Where a group of classes is parted, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.parting import best_cut, seriated


def normalised_cut(s: np.ndarray, place: int) -> float:
    across, left, right = s[:place, place:].sum(), s[:place].sum(), s[place:].sum()
    return float(across / left + across / right) if left and right else np.inf


@given(st.data())
def test_the_cut_is_the_least_normalised_one(data: st.DataObject) -> None:
    k = data.draw(st.integers(2, 7))
    cells = data.draw(st.lists(st.integers(0, 3), min_size=k * k, max_size=k * k))
    dense = np.array(cells).reshape(k, k)
    order = np.array(data.draw(st.permutations(range(k))))
    s = (dense + dense.T)[np.ix_(order, order)].astype(float)
    np.fill_diagonal(s, 0)
    found = best_cut(from_dense(dense), order)
    if not s.any():
        assert found is None
        return
    costs = [normalised_cut(s, place) for place in range(1, k)]
    assert found is not None and costs[found - 1] == pytest.approx(min(costs))


def test_equal_cuts_are_made_in_the_middle() -> None:
    # Three pairs that never meet: each gap costs nothing.
    dense = np.kron(np.eye(3, dtype=int), np.ones((2, 2), dtype=int))
    assert best_cut(from_dense(dense), np.arange(6)) in (2, 4)
    dense = np.kron(np.eye(4, dtype=int), np.ones((2, 2), dtype=int))
    assert best_cut(from_dense(dense), np.arange(8)) == 4


@pytest.mark.row("B8")
@pytest.mark.parametrize("seed", range(5))
def test_planted_halves_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    half = rng.permutation(np.arange(20) % 2)
    rate = np.where(half[:, None] == half, 3.0, 0.15)
    c = from_dense(rng.poisson(rate) + np.diag(np.full(20, 50)))
    order = seriated(c, np.arange(20))
    cut = best_cut(c, order)
    assert cut == 10 and len(set(half[order[:cut]])) == 1


def test_fewer_than_two_classes_have_no_cut() -> None:
    assert best_cut(from_dense(np.ones((3, 3), dtype=int)), np.array([1])) is None
