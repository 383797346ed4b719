"""What chance expects of confusions, and how surprising they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import Confusion, from_dense
from clftui.analysis.surprise import chance, deviance, group_pairs, ranked, surprise
from tests.confusions import confusions
from tests.random_blocks import random_blocks, sizes_of


def expected(c: Confusion) -> np.ndarray:
    true, predicted = np.divmod(np.arange(c.n_classes**2), c.n_classes)
    grid = chance(c).expected(true, predicted).reshape(c.n_classes, c.n_classes)
    np.fill_diagonal(grid, 0)
    return grid


def mistakes(c: Confusion) -> np.ndarray:
    dense = c.dense().astype(float)
    np.fill_diagonal(dense, 0)
    return dense


@given(confusions(classes=(3, 8), least=1))
def test_chance_has_the_mistakes_of_each_class(c: Confusion) -> None:
    assert expected(c).sum(axis=1) == pytest.approx(mistakes(c).sum(axis=1), rel=1e-6)
    assert expected(c).sum(axis=0) == pytest.approx(mistakes(c).sum(axis=0), rel=1e-6)


def test_a_matrix_of_quasi_independence_is_its_own_expectation() -> None:
    # Plain margins, diagonal left in or not, would get every cell of it wrong.
    dense = np.outer([4, 2, 6, 10], [3, 5, 1, 2])
    np.fill_diagonal(dense, 700)
    c = from_dense(dense)
    assert expected(c) == pytest.approx(mistakes(c), rel=1e-6)
    assert np.nan_to_num(surprise(c).residual) == pytest.approx(0, abs=1e-3)
    plain = mistakes(c).sum(1, keepdims=True) * mistakes(c).sum(0, keepdims=True) / mistakes(c).sum()
    assert np.abs(plain - mistakes(c))[mistakes(c) > 0].min() > 0.5


@given(confusions())
def test_surprises_are_numbers_wherever_something_was_confused(c: Confusion) -> None:
    found, off = surprise(c), c.true != c.predicted
    for part in (found.expected, found.times, found.residual):
        assert np.isfinite(part[off]).all() and np.isnan(part[~off]).all()


@given(st.integers(0, 500), st.floats(0.01, 500))
def test_the_residual_is_the_signed_root_of_the_deviance(k: int, e: float) -> None:
    from scipy.special import kl_div

    residual = float(deviance(np.array([k]), np.array([e]))[0])
    # kl_div(k, e) = k log(k / e) - k + e, half of the Poisson deviance.
    assert residual**2 == pytest.approx(2 * float(kl_div(k, e)), rel=1e-6, abs=1e-9)
    assert np.sign(residual) in (np.sign(k - e), 0)


def test_what_was_not_to_be_expected_at_all_is_infinitely_surprising() -> None:
    assert deviance(np.array([3, 0]), np.array([0.0, 0.0])).tolist() == [np.inf, 0.0]


@pytest.mark.row("B18")
@given(confusions(classes=(2, 8)), st.integers(1, 5))
def test_the_most_surprising_come_first_and_ties_by_count_and_class(c: Confusion, top: int) -> None:
    odd = c.count % 2 == 1
    found = ranked(c, odd)
    residual = surprise(c).residual
    wanted = [i for i in range(len(c.count)) if odd[i] and c.true[i] != c.predicted[i] and residual[i] > 0]
    wanted.sort(key=lambda i: (-residual[i], -c.count[i], c.true[i], c.predicted[i]))
    assert found.tolist() == wanted and ranked(c, odd, top).tolist() == wanted[:top]


@pytest.mark.row("B18")
def test_the_planted_outliers_are_the_first_surprises() -> None:
    planted = random_blocks(sizes_of(60, 6, True), samples=80, noise=0.2)
    dense, block = planted.confusion.dense(), planted.block_of
    rng = np.random.default_rng(3)
    far = np.argwhere(block[:, None] != block[None, :])
    odd = far[rng.choice(len(far), 5, replace=False)]
    dense[odd[:, 0], odd[:, 1]] += 12
    c = from_dense(dense)
    apart = block[c.true] != block[c.predicted]
    first = [(int(c.true[i]), int(c.predicted[i])) for i in ranked(c, apart, 5)]
    assert sorted(first) == sorted(map(tuple, odd.tolist()))


@given(confusions(classes=(2, 8)), st.data())
def test_group_pairs_are_sums_of_their_cells_both_ways(c: Confusion, data: st.DataObject) -> None:
    group_of = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=c.n_classes, max_size=c.n_classes)))
    found = group_pairs(c, group_of)
    rows = set()
    for a, b, k, e, r in zip(found.first, found.second, found.count, found.expected, found.residual, strict=True):
        between = np.outer(group_of == a, group_of == b) | np.outer(group_of == b, group_of == a)
        assert a < b and k == mistakes(c)[between].sum() > 0
        assert e == pytest.approx(expected(c)[between].sum())
        assert r == pytest.approx(float(deviance(np.array([k]), np.array([e]))[0])) and r > 0
        rows.add((int(a), int(b)))
    assert (np.diff(found.residual) <= 0).all()
    # Pairs that are left out are no more frequent than chance would have it.
    for a in range(4):
        for b in range(a + 1, 4):
            between = np.outer(group_of == a, group_of == b) | np.outer(group_of == b, group_of == a)
            k, e = mistakes(c)[between].sum(), expected(c)[between].sum()
            assert (a, b) in rows or k == 0 or k <= e * (1 + 1e-9)


@pytest.mark.row("B35")
def test_two_distant_groups_that_are_confused_are_the_first_pair() -> None:
    # Six groups in a hierarchy; two of them, 1 and 4, are confused like one.
    group_of = np.repeat(np.arange(6), 5)
    rate = np.where(group_of[:, None] == group_of[None, :], 3.0, 0.1)
    rate[np.ix_(group_of == 1, group_of == 4)] = rate[np.ix_(group_of == 4, group_of == 1)] = 1.0
    c = from_dense(np.random.default_rng(0).poisson(rate))
    found = group_pairs(c, group_of, top=1)
    assert (found.first.tolist(), found.second.tolist()) == ([1], [4])
    assert found.count[0] > found.expected[0]


def test_groups_of_nothing_have_no_pairs() -> None:
    c = from_dense(np.ones((3, 3), dtype=int))
    assert not len(group_pairs(c, np.array([-1, -1, -1])).first) and not len(group_pairs(c, np.zeros(3, int)).first)
