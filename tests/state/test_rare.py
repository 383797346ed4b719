"""Folding rare confusions: nothing is dropped, what is left keeps its order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.folding import fold
from clftui.state.rare import OTHER, fold_rare, most_confused


@given(st.integers(4, 12), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_most_confused_stay_in_order_and_the_sums_too(k: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 6, (k, k))
    c, order = from_dense(dense), rng.permutation(k)
    names = tuple(f"c{i}" for i in range(k))
    found = fold_rare(c, order, names, most)
    if k <= most + 1:
        assert found is None
        return
    assert found is not None
    items, shown = found
    kept = [int(name[1:]) for name in shown[:-1]]
    assert len(kept) == most and shown[-1] == OTHER
    places = [order.tolist().index(index) for index in kept]
    assert places == sorted(places)
    mistakes = dense.sum(0) + dense.sum(1) - 2 * dense.diagonal()
    rest = sorted(set(range(k)) - set(kept))
    assert min(mistakes[kept]) >= max(mistakes[rest])
    folded = fold(c, items).dense()
    assert folded.sum() == dense.sum()
    assert folded[-1, -1] == dense[np.ix_(rest, rest)].sum()
    assert folded[0, -1] == dense[kept[0], rest].sum()
    assert fold_rare(c, order, names, most) is found


def test_classes_without_mistakes_go_first() -> None:
    dense = np.diag([9, 9, 9, 9])
    dense[1, 3] = 1
    assert most_confused(from_dense(dense), 2).tolist() == [False, True, False, True]
