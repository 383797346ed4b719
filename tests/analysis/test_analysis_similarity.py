"""The graph of confused classes against dense arithmetic."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import Confusion
from clftui.analysis.similarity import similarity
from tests.confusions import confusions


def dense(c: Confusion) -> np.ndarray:
    both = c.dense() + c.dense().T
    np.fill_diagonal(both, 0)
    return both.astype(float)


@given(confusions())
def test_it_is_the_matrix_and_its_transpose_without_the_diagonal(c: Confusion) -> None:
    s = similarity(c)
    assert np.array_equal(s.dense(), dense(c))
    assert np.array_equal(s.degree, dense(c).sum(axis=1))
    assert (s.weight > 0).all() and (s.first < s.second).all()
    assert (np.diff(s.first * s.n + s.second) > 0).all()


@given(confusions())
def test_neighbours_are_rows_of_it(c: Confusion) -> None:
    s, rows = similarity(c), np.zeros((c.n_classes, c.n_classes))
    indptr, there, weight = s.neighbours
    for i in range(s.n):
        mine = slice(int(indptr[i]), int(indptr[i + 1]))
        assert (np.diff(there[mine]) > 0).all()
        rows[i, there[mine]] = weight[mine]
    assert np.array_equal(rows, dense(c))


@given(confusions(), st.data())
def test_the_graph_of_some_classes_is_numbered_by_their_place(c: Confusion, data: st.DataObject) -> None:
    members = np.array(data.draw(st.lists(st.integers(0, c.n_classes - 1), unique=True)), dtype=np.int64)
    assert np.array_equal(similarity(c).among(members).dense(), dense(c)[np.ix_(members, members)])
