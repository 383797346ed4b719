"""Votes and label quality, against a plain computation of each sample."""

from __future__ import annotations

from collections import Counter
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clftui.analysis.agreement import normalised_margin, vote_entropy


@given(hnp.arrays(np.int64, st.tuples(st.integers(1, 7), st.integers(1, 9)), elements=st.integers(-1, 4)))
def test_entropy_of_votes_is_that_of_their_shares(votes: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
    found = vote_entropy(votes)
    for sample in range(votes.shape[1]):
        cast = [vote for vote in votes[:, sample].tolist() if vote >= 0]
        if len(cast) < 2:
            assert np.isnan(found[sample])
            continue
        shares = [number / len(cast) for number in Counter(cast).values()]
        assert found[sample] == pytest.approx(-sum(share * log2(share) for share in shares), abs=1e-9)


def test_the_extremes_of_votes() -> None:
    assert vote_entropy([[3, 0], [3, 1], [3, 2], [3, 3]]).tolist() == [0.0, 2.0]


def test_a_label_is_compared_with_the_best_other_class() -> None:
    scores = np.asarray([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]])
    true = np.asarray([0, 0, 2])
    predicted = scores.argmax(axis=1)
    ranked = np.sort(scores, axis=1)
    rows = np.arange(3)
    found = normalised_margin(scores[rows, true], scores.max(axis=1), ranked[:, 1], true == predicted)
    expected = [scores[i, true[i]] - np.delete(scores[i], true[i]).max() for i in rows]
    assert found == pytest.approx(expected)
