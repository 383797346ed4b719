"""Average linkage against SciPy, and the turning of its branches against all turnings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis import linkage
from clftui.analysis.confusion import Confusion
from clftui.analysis.linkage import condensed, dense_linkage, leaf_order, sparse_linkage, turned
from clftui.analysis.similarity import Similarity, similarity
from tests.confusions import confusions
from tests.random_blocks import random_blocks, sizes_of


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> Similarity:
    """Graphs of 2 to `most` classes; no two weights, nor sums of some, are equal."""
    n = draw(st.integers(2, most))
    first, second = np.triu_indices(n, 1)
    kept = np.array(draw(st.lists(st.booleans(), min_size=len(first), max_size=len(first))))
    weight = np.random.default_rng(draw(st.integers(0, 1000))).uniform(0.5, 9, len(first))
    return Similarity(n, first[kept].astype(np.int64), second[kept].astype(np.int64), weight[kept])


@given(graphs())
def test_distances_are_those_of_the_dense_matrix(s: Similarity) -> None:
    from scipy.spatial.distance import squareform

    distance = 1 / (1 + s.dense())
    np.fill_diagonal(distance, 0)
    assert condensed(s) == pytest.approx(squareform(distance))


@given(graphs())
def test_sparse_linkage_is_scipys_average_linkage(s: Similarity) -> None:
    from scipy.cluster.hierarchy import cophenet, is_valid_linkage

    merges, theirs = sparse_linkage(s, s.weight / (1 + s.weight)), dense_linkage(condensed(s))
    assert is_valid_linkage(merges)
    assert merges[:, 2] == pytest.approx(theirs[:, 2])
    assert cophenet(merges) == pytest.approx(cophenet(theirs))


def test_sparse_linkage_of_a_large_graph_is_scipys() -> None:
    s = similarity(random_blocks(sizes_of(400, 20, False), samples=30, noise=0.4).confusion)
    # Whole counts are often alike; a little more or less for each makes the merges one and the same.
    s = Similarity(s.n, s.first, s.second, s.weight + np.random.default_rng(0).uniform(0, 0.1, len(s.weight)))
    heights = sparse_linkage(s, s.weight / (1 + s.weight))[:, 2]
    assert heights == pytest.approx(dense_linkage(condensed(s))[:, 2])


def clusters(merges: np.ndarray) -> list[set[int]]:
    members = [{i} for i in range(len(merges) + 1)]
    for a, b in merges[:, :2].astype(int).tolist():
        members.append(members[a] | members[b])
    return members


@given(graphs())
def test_turning_keeps_every_cluster_together(s: Similarity) -> None:
    merges = dense_linkage(condensed(s))
    leaves = turned(merges, s).tolist()
    for members in clusters(merges):
        places = [leaves.index(i) for i in members]
        assert max(places) - min(places) == len(members) - 1


def all_turnings(merges: np.ndarray) -> list[list[int]]:
    found = []
    for turns in product((False, True), repeat=len(merges)):
        branches = [[i] for i in range(len(merges) + 1)]
        for (a, b), turn in zip(merges[:, :2].astype(int).tolist(), turns, strict=True):
            branches.append(branches[b] + branches[a] if turn else branches[a] + branches[b])
        found.append(branches[-1])
    return found


@pytest.mark.row("B8")
@given(graphs(most=7))
def test_leaves_are_ordered_optimally(s: Similarity) -> None:
    distance = 1 / (1 + s.dense())

    def length(leaves: list[int]) -> float:
        return float(distance[leaves[:-1], leaves[1:]].sum())

    turnings = all_turnings(dense_linkage(condensed(s)))
    found = leaf_order(s).tolist()
    assert sorted(found) == list(range(s.n))
    assert length(found) == pytest.approx(min(map(length, turnings)))
    assert leaf_order(s, optimal=False).tolist() in turnings


def test_optimal_leaves_of_many_classes_are_no_worse_than_scipys() -> None:
    from scipy.cluster.hierarchy import leaves_list, optimal_leaf_ordering

    s = similarity(random_blocks(sizes_of(300, 20, False), samples=30, noise=0.3).confusion)
    distance, merges = 1 / (1 + s.dense()), dense_linkage(condensed(s))
    found, theirs = leaf_order(s), leaves_list(optimal_leaf_ordering(merges, condensed(s)))
    assert sorted(found.tolist()) == list(range(s.n))
    assert distance[found[:-1], found[1:]].sum() <= distance[theirs[:-1], theirs[1:]].sum()


@given(confusions(classes=(2, 8)))
def test_above_a_limit_no_square_of_classes_is_needed(c: Confusion) -> None:
    s = similarity(c)
    limits = linkage.DENSE_TO
    try:
        linkage.DENSE_TO = 1
        assert sorted(leaf_order(s).tolist()) == list(range(s.n))
    finally:
        linkage.DENSE_TO = limits
