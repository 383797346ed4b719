"""Folding a confusion onto items, against dense matrices cut by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis import folding
from clftui.analysis.confusion import Confusion, count
from clftui.analysis.folding import Items, blocks_of, fold, inner, merged, unit


@st.composite
def cut_confusions(draw: st.DrawFn) -> tuple[Confusion, Items]:
    k = draw(st.integers(1, 9))
    rows = draw(st.lists(st.tuples(st.integers(-1, k - 1), st.integers(-1, k - 1)), max_size=60))
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    order = np.array(draw(st.permutations(range(k))), dtype=np.int64)
    kind = draw(st.sampled_from(("unit", "blocks", "ranges")))
    if kind == "unit":
        items = unit(order)
    elif kind == "blocks":
        items = blocks_of(order, draw(st.integers(1, k + 1)))
    else:
        edges = sorted(draw(st.lists(st.integers(0, k), unique=True, max_size=6)))
        items = merged(order, list(zip(edges[::2], edges[1::2], strict=False)))
    return count(pairs[:, 0], pairs[:, 1], k), items


@given(cut_confusions(), st.booleans())
def test_folds_equal_the_dense_matrix_cut_by_hand(case: tuple[Confusion, Items], sort_cells: bool) -> None:
    confusion, items = case
    dense, few = confusion.dense(), folding._FEW_CELLS
    try:
        folding._FEW_CELLS = 0 if sort_cells else few
        sums, peaks = fold(confusion, items), fold(confusion, items, "max")
    finally:
        folding._FEW_CELLS = few
    off = dense * (1 - np.eye(len(dense), dtype=np.int64))
    for i in range(items.n):
        for j in range(items.n):
            block = np.ix_(items.members(i), items.members(j))
            assert sums.cell(i, j) == dense[block].sum()
            assert peaks.cell(i, j) == dense[block].max()
        block = np.ix_(items.members(i), items.members(i))
        assert inner(confusion, items)[i] == off[block].sum()
        assert inner(confusion, items, "max")[i] == off[block].max()
        assert sums.unanswered[i] == confusion.unanswered[items.members(i)].sum()
        for folded in (sums, peaks):
            assert folded.support[i] == confusion.support[items.members(i)].sum()
    for folded in (sums, peaks):
        assert (folded.count > 0).all() and folded.unlabelled == confusion.unlabelled
        assert (np.diff(folded.true.astype(np.int64) * items.n + folded.predicted) > 0).all()


@given(cut_confusions())
def test_items_part_the_order(case: tuple[Confusion, Items]) -> None:
    _, items = case
    members = [items.members(i).tolist() for i in range(items.n)]
    assert [index for group in members for index in group] == items.order.tolist()
    assert all(members) and [len(group) for group in members] == items.sizes.tolist()
    assert all(items.item_of[index] == i for i, group in enumerate(members) for index in group)
    assert items.is_unit == all(len(group) == 1 for group in members)


def test_same_order_gives_the_same_items_and_folds() -> None:
    order = np.array([2, 0, 1, 3])
    confusion = count([0, 1, 2, 3], [1, 1, 0, 2], 4)
    assert unit(order) is unit(order) and blocks_of(order, 2) is blocks_of(order, 2)
    assert merged(order, [(1, 3)]) is merged(order, [(1, 3)])
    assert fold(confusion, unit(order)) is fold(confusion, unit(order))
    given_order = np.arange(4)
    assert fold(confusion, unit(given_order)) is confusion


def test_merged_ranges_leave_the_other_classes_alone() -> None:
    items = merged(np.array([4, 3, 2, 1, 0]), [(3, 5), (0, 2)])
    assert [items.members(i).tolist() for i in range(items.n)] == [[4, 3], [2], [1, 0]]


@pytest.mark.parametrize("ranges", ([(0, 2), (1, 3)], [(2, 2)], [(3, 6)], [(-1, 1)]))
def test_ranges_that_overlap_or_leave_are_refused(ranges: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="range"):
        merged(np.arange(5), ranges)


def test_orders_and_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="every class index once"):
        unit(np.array([0, 0, 2]))
    with pytest.raises(ValueError, match="at least one class"):
        blocks_of(np.arange(3), 0)
    with pytest.raises(ValueError, match="cannot fold"):
        fold(count([0], [0], 2), unit(np.arange(3)))
