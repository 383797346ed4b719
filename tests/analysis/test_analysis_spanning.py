"""The maximum spanning tree against SciPy's, and the walk along it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import Confusion, from_dense
from clftui.analysis.distinct import distinct
from clftui.analysis.similarity import similarity
from clftui.analysis.spanning import spanning_tree, tree_order
from tests.confusions import confusions


@given(confusions())
def test_the_tree_weighs_what_scipys_does(c: Confusion) -> None:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    s = similarity(c)
    edges = spanning_tree(s)
    dense = csr_matrix(-s.dense())
    assert s.weight[edges].sum() == -minimum_spanning_tree(dense).sum()
    parts, label = connected_components(dense, directed=False)
    assert len(edges) == s.n - parts == len(set(edges.tolist()))
    tree = csr_matrix((np.ones(len(edges)), (s.first[edges], s.second[edges])), shape=(s.n, s.n))
    assert connected_components(tree, directed=False)[0] == parts
    # Each part is contiguous in the walk, the most confused part first.
    walked = label[tree_order(s)]
    assert (np.diff(walked) != 0).sum() == parts - 1
    confused = [s.degree[label == part].sum() for part in dict.fromkeys(walked.tolist())]
    assert confused == sorted(confused, reverse=True)


@pytest.mark.row("B8")
def test_a_chain_is_walked_from_end_to_end() -> None:
    # 3 - 0 - 4 - 1 - 2, each link as strong as the others.
    dense = np.zeros((5, 5), dtype=int)
    for a, b in ((3, 0), (0, 4), (4, 1), (1, 2)):
        dense[a, b] = 5
    assert tree_order(similarity(from_dense(dense))).tolist() in ([2, 1, 4, 0, 3], [3, 0, 4, 1, 2])


def test_the_strongest_branch_is_walked_first() -> None:
    # A star around 0: its arm 3 is the strongest, then 1; 2 is an end like the others.
    dense = np.zeros((4, 4), dtype=int)
    dense[0, 1:] = (5, 1, 9)
    assert tree_order(similarity(from_dense(dense))).tolist() == [3, 0, 1, 2]


@given(st.lists(st.integers(-3, 3)))
def test_distinct_values_are_those_of_a_set_in_order(values: list[int]) -> None:
    assert distinct(np.asarray(values, dtype=np.int64)).tolist() == sorted(set(values))
