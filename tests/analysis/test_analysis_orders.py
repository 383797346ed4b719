"""Orders by similarity: permutations always, the same always, and confused classes side by side."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.blocks import partition
from clftui.analysis.confusion import Confusion, from_dense
from clftui.analysis.ordering import METHODS, Method, barycentre_order, means, medians, order, order_within, spread
from clftui.analysis.similarity import similarity
from clftui.analysis.spanning import tree_order
from tests.confusions import confusions
from tests.random_blocks import labels, rand_index, random_blocks, sizes_of

ALL = sorted(METHODS)


def copy(c: Confusion) -> Confusion:
    return Confusion(c.n_classes, c.true, c.predicted, c.count, c.unanswered)


@pytest.mark.row("B8")
@pytest.mark.parametrize("method", ALL)
@given(c=confusions())
def test_an_order_is_a_permutation_and_the_same_each_time(method: Method, c: Confusion) -> None:
    found = order(c, method)
    assert sorted(found.tolist()) == list(range(c.n_classes))
    assert order(copy(c), method).tolist() == found.tolist()


@pytest.mark.parametrize("method", ALL)
@given(c=confusions())
def test_classes_never_confused_come_last_as_given(method: Method, c: Confusion) -> None:
    dense = c.dense() + c.dense().T
    np.fill_diagonal(dense, 0)
    alone = [i for i in range(c.n_classes) if not dense[i].any()]
    assert order(c, method).tolist()[c.n_classes - len(alone) :] == alone


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_without_mistakes_the_order_is_the_given_one(method: Method, k: int) -> None:
    assert order(from_dense(np.diag(np.arange(1, k + 1))), method).tolist() == list(range(k))
    assert order(from_dense(np.zeros((k, k), dtype=int)), method).tolist() == list(range(k))


@pytest.mark.row("B8")
@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("seed", range(3))
def test_parts_that_never_meet_are_kept_together(method: Method, seed: int) -> None:
    # Four dense parts of three to six classes, shuffled; nothing between them.
    rng = np.random.default_rng(seed)
    part = rng.permutation(np.repeat(np.arange(4), [3, 4, 5, 6]))
    dense = np.where(part[:, None] == part[None, :], rng.integers(1, 9, (18, 18)), 0)
    found = part[order(from_dense(dense), method)]
    assert (np.diff(found) != 0).sum() == 3


@pytest.mark.row("B8", "B18")
@pytest.mark.parametrize(
    ("method", "least"), [("mst", 0.6), ("barycentre", 0.95), ("linkage", 0.95), ("spectral", 0.99)]
)
def test_planted_blocks_are_found_in_the_order(method: Method, least: float) -> None:
    found = []
    for seed in range(4):
        for even in (True, False):
            planted = random_blocks(sizes_of(60, 8, even), samples=100, noise=0.2, seed=seed)
            classes = order(planted.confusion, method)
            cut = partition(planted.confusion, classes, planted.blocks)
            found.append(rand_index(labels(classes, cut), planted.block_of))
    assert np.mean(found) >= least


@given(c=confusions(), data=st.data())
def test_middles_are_those_of_the_places_of_the_confused(c: Confusion, data: st.DataObject) -> None:
    s = similarity(c)
    place = np.array(data.draw(st.permutations(range(s.n))), dtype=float)
    if (s.degree > 0).all():
        for i in range(s.n):
            theirs = np.sort(np.repeat(place, s.dense()[i].astype(int)))
            assert means(s, place)[i] == pytest.approx(theirs.mean())
            assert medians(s, place)[i] == theirs[(len(theirs) - 1) // 2]


@given(c=confusions(classes=(3, 8)))
def test_barycentre_is_no_worse_than_the_walk_it_begins_with(c: Confusion) -> None:
    s = similarity(c)
    if (s.degree > 0).all():
        assert spread(s, barycentre_order(s)) <= spread(s, tree_order(s))


@given(c=confusions(classes=(3, 6)))
def test_barycentre_is_near_the_least_spread_of_all_orders(c: Confusion) -> None:
    s = similarity(c)
    if (s.degree > 0).all():
        least = min(spread(s, np.array(each)) for each in permutations(range(s.n)))
        assert least <= spread(s, barycentre_order(s)) <= 1.6 * least


@given(c=confusions(), chosen=st.data())
def test_an_order_within_looks_at_the_chosen_classes_alone(c: Confusion, chosen: st.DataObject) -> None:
    members = np.array(chosen.draw(st.lists(st.integers(0, c.n_classes - 1), unique=True, min_size=1)))
    found = order_within(c, members, "linkage")
    alone = from_dense(c.dense()[np.ix_(members, members)])
    assert found.tolist() == members[order(alone, "linkage")].tolist()


def test_ten_thousand_classes_are_ordered_without_a_square_of_them() -> None:
    import tracemalloc

    planted = random_blocks(sizes_of(10_000, 200, True), samples=5, seed=1)
    tracemalloc.start()
    found = order(planted.confusion, "mst")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sorted(found.tolist()) == list(range(10_000)) and peak < 40e6
