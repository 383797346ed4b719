"""The spectral order of classes: neighbours in the space of the first eigenvectors of their confusions."""

from __future__ import annotations

import numpy as np

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.linkage import sparse_linkage, turned
from clftui.analysis.similarity import Similarity

VECTORS = 50
_SEED = 0


def spectral_order(s: Similarity) -> Int64:
    """(n,) classes by average linkage of their spectral embedding. Three or more classes are needed.

    The Fiedler vector alone tells few blocks apart; the rows of the first 50 eigenvectors, scaled to unit length
    (Ng, Jordan and Weiss 2001), tell them all. Each vector weighs as its eigenvalue (a diffusion map, Coifman and Lafon
    2006), or the many that are noise would drown the few of few blocks.
    """
    if s.n < 4:
        return np.arange(s.n, dtype=np.int64)
    rows = embedding(s)
    # Only pairs that are confused at all come near each other: the angle between their rows, as a cosine.
    nearness = np.clip(np.einsum("ij,ij->i", rows[s.first], rows[s.second]), 0.0, 1.0)
    return turned(sparse_linkage(s, nearness), s)


def embedding(s: Similarity, vectors: int = VECTORS) -> Float64:
    """(n, k - 1) rows of unit length of the k <= `vectors` first eigenvectors of the normalised adjacency, less one.

    Each is multiplied by its eigenvalue, by 0 where that is negative.

    Every class needs a confusion.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import eigsh

    k = min(vectors, s.n - 2)
    root = 1 / np.sqrt(s.degree)
    weight = s.weight * root[s.first] * root[s.second]
    both = (np.concatenate([s.first, s.second]), np.concatenate([s.second, s.first]))
    adjacency = csr_matrix((np.tile(weight, 2), both), shape=(s.n, s.n))
    start = np.random.default_rng(_SEED).standard_normal(s.n)
    values, found = eigsh(adjacency, k=k, v0=start, which="LA")
    by_value = np.argsort(-values, kind="stable")[1:]
    found = found[:, by_value] * np.maximum(values[by_value], 0.0)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(length, 1e-12), dtype=np.float64)
