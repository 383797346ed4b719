"""The power of layers counted by hand, sample by sample; a hierarchy as label maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import binomtest, false_discovery_control

from clftui.analysis.hierarchy import flat, parse
from clftui.analysis.layer_power import ABSENT, best_layer, first_separable, gains, hits_by_class, level_hits
from clftui.analysis.level_maps import level_maps

K = 3
SIZE = st.shared(st.integers(1, 40), key="n")
TRUE = arrays(np.int64, SIZE, elements=st.integers(-1, K - 1))
ANSWER = arrays(np.int64, SIZE, elements=st.sampled_from([ABSENT, -1, 0, 1, 2]))


@given(TRUE, ANSWER, ANSWER, ANSWER)
@pytest.mark.row("B31")
def test_gains_by_counting(
    true: NDArray[np.int64], one: NDArray[np.int64], two: NDArray[np.int64], output: NDArray[np.int64]
) -> None:
    found = gains(true, [one, two], output, K)
    p = np.full((2, K), np.nan)
    for at, layer in enumerate((one, two)):
        for cls in range(K):
            rows = [
                (a == t, b == t)
                for t, a, b in zip(true.tolist(), layer.tolist(), output.tolist(), strict=True)
                if t == cls and ABSENT not in (a, b)
            ]
            won, lost = rows.count((True, False)), rows.count((False, True))
            assert (found.n[at, cls], found.won[at, cls], found.lost[at, cls]) == (len(rows), won, lost)
            if not rows:
                assert math.isnan(found.difference[at, cls]) and math.isnan(found.low[at, cls])
                continue
            p[at, cls] = binomtest(won, won + lost).pvalue if won + lost else 1.0
            assert found.low[at, cls] <= found.difference[at, cls] <= found.high[at, cls]
    known = ~np.isnan(p)
    if known.any():
        np.testing.assert_allclose(found.q[known], false_discovery_control(p[known]), rtol=1e-7)
    difference = found.difference
    for cls, best in enumerate(best_layer(found).tolist()):
        column = difference[:, cls]
        assert best == (-1 if np.isnan(column).all() else int(np.nanargmax(column)))


@given(TRUE, ANSWER)
def test_hits_by_counting(true: NDArray[np.int64], answer: NDArray[np.int64]) -> None:
    right, n = hits_by_class(true, answer, K)
    pairs = [(t, a) for t, a in zip(true.tolist(), answer.tolist(), strict=True) if t >= 0 and a != ABSENT]
    for cls in range(K):
        assert n[cls] == sum(t == cls for t, _ in pairs) and right[cls] == sum(t == a == cls for t, a in pairs)
    group = [0, 1, 0]
    in_group = sum(a >= 0 and group[t] == group[a] for t, a in pairs)
    assert level_hits(true, answer, group) == (in_group, len(pairs))


def test_a_class_is_separable_from_the_first_layer_near_its_best() -> None:
    recall = [[0.2, np.nan, 0.0], [0.86, 0.5, 0.0], [0.95, np.nan, np.nan]]
    assert first_separable(recall).tolist() == [1, 1, -1]


@pytest.mark.row("B32")
def test_levels_of_an_uneven_tree() -> None:
    tree = parse(
        {"children": [{"name": "b", "children": ["x", {"name": "c", "children": ["y", "z"]}]}, "w"]},
        ("w", "x", "y", "z"),
    )
    found = level_maps(tree)
    assert [level.names for level in found] == [("b", "w"), ("x", "c", "w"), ("x", "y", "z", "w")]
    assert [level.group.tolist() for level in found] == [[1, 0, 0, 0], [2, 0, 1, 1], [3, 0, 1, 2]]
    assert [level.names for level in level_maps(flat(("a", "b")))] == [("a", "b")]
