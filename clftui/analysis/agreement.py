"""What several voters say of the same samples, and how well a label fits the scores that a model gives it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from clftui.analysis.confusion import Float64


def vote_entropy(votes: ArrayLike) -> Float64:
    """(n,) entropy in bits of each sample's votes, an (R, n) array of class numbers; below 0 is no vote.

    0 where all agree, log2 of the number of voters where no two do; NaN with fewer than two votes. (Dagan and Engelson,
    Committee-based sampling, 1995.)
    """
    ranked = np.sort(np.asarray(votes, dtype=np.int64), axis=0)
    runs, n = ranked.shape
    voters = np.count_nonzero(ranked >= 0, axis=0)
    total, same = np.zeros(n), np.zeros(n)
    for row in range(runs):
        # Equal votes lie together: each stretch adds c log2 c where it ends.
        same = np.where(ranked[row] == ranked[row - 1], same + 1, 1.0) if row else np.ones(n)
        ends = ranked[row] != ranked[row + 1] if row + 1 < runs else np.ones(n, dtype=np.bool_)
        total += np.where(ends & (ranked[row] >= 0), same * np.log2(same), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.log2(voters) - total / voters
    return np.where(voters >= 2, np.maximum(entropy, 0.0), np.nan)


def normalised_margin(true_score: ArrayLike, confidence: ArrayLike, second: ArrayLike, right: ArrayLike) -> Float64:
    """(n,) the given label's score less the best other class's: -1 a label that nothing speaks for, 1 a sure one.

    `second` is the score of the runner-up, which is the best other class where the prediction is the label. NaN where
    a score is unknown. (Northcutt et al., Confident learning, 2021: the label quality of "normalized margin".)
    """
    known = np.asarray(right, dtype=np.bool_)
    other = np.where(known, np.asarray(second, dtype=np.float64), np.asarray(confidence, dtype=np.float64))
    return np.asarray(np.asarray(true_score, dtype=np.float64) - other)
