"""Average linkage of classes on the distance 1 / (1 + confusions), dense through SciPy or sparse without it."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np

from clftui.analysis.confusion import Confusion, Float64, Int64
from clftui.analysis.leaves import optimal_order
from clftui.analysis.similarity import Similarity, similarity

DENSE_TO = 3000
"""Up to so many classes a distance for each pair fits, and the branches are turned optimally: three seconds."""


def leaf_order(s: Similarity, optimal: bool = True) -> Int64:
    """(n,) the leaves of the dendrogram, its branches turned optimally up to DENSE_TO classes.

    Two or more classes are needed.
    """
    if s.n > DENSE_TO:
        return turned(sparse_linkage(s, s.weight / (1 + s.weight)), s)
    merges = dense_linkage(condensed(s))
    return optimal_order(merges, 1 / (1 + s.dense())) if optimal else turned(merges, s)


def condensed(s: Similarity) -> Float64:
    """(n (n - 1) / 2,) the distance 1 / (1 + confusions) of each pair, row by row."""
    out = np.ones(s.n * (s.n - 1) // 2)
    out[s.n * s.first - s.first * (s.first + 1) // 2 + s.second - s.first - 1] = 1 / (1 + s.weight)
    return out


def dense_linkage(distance: Float64, method: str = "average") -> Float64:
    """(n - 1, 4) merges as SciPy writes them: two clusters, their distance, classes in both."""
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(distance, method), dtype=np.float64)


def sparse_linkage(s: Similarity, nearness: Float64) -> Float64:
    """The merges of average linkage on the distance 1 - `nearness` (m,), 0..1, from the confused pairs alone.

    Pairs never confused have nearness 0, so that no n x n array is needed: O(m log^2 n) for m pairs. With nearness
    w / (1 + w) the distance is 1 / (1 + w), as in the dense linkage.
    A heap gives the nearest clusters: every merged one has a number of its own, so what was pushed stays true for as
    long as both are there.
    """
    links: dict[int, dict[int, float]] = {i: {} for i in range(s.n)}
    heap: list[tuple[float, int, int]] = []
    for a, b, w in zip(s.first.tolist(), s.second.tolist(), nearness.tolist(), strict=True):
        links[a][b] = links[b][a] = w
        heap.append((-w, a, b))
    heapq.heapify(heap)
    size = dict.fromkeys(range(s.n), 1)
    merges: list[tuple[float, float, float, float]] = []
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a in size and b in size:
            _merge(links, heap, size, merges, s.n, (a, b), 1 + negative)
    rest = sorted(size, key=lambda i: (-size[i], i))
    while len(rest) > 1:
        # What is never confused with each other joins last, at distance 1.
        a, b = rest[0], rest[1]
        _merge(links, heap, size, merges, s.n, (a, b), 1.0)
        rest = [s.n + len(merges) - 1, *rest[2:]]
    return np.asarray(merges, dtype=np.float64).reshape(-1, 4)


def _merge(
    links: dict[int, dict[int, float]],
    heap: list[tuple[float, int, int]],
    size: dict[int, int],
    merges: list[tuple[float, float, float, float]],
    n: int,
    pair: tuple[int, int],
    distance: float,
) -> None:
    a, b = sorted(pair)
    merged = n + len(merges)
    together = size.pop(a) + size.pop(b)
    merges.append((a, b, distance, together))
    small, large = sorted((links.pop(a), links.pop(b)), key=len)
    small.pop(b, None), small.pop(a, None), large.pop(a, None), large.pop(b, None)
    for other, w in small.items():
        large[other] = large.get(other, 0.0) + w
    links[merged] = large
    size[merged] = together
    for other, w in large.items():
        mine = links[other]
        mine.pop(a, None), mine.pop(b, None)
        mine[merged] = w
        heapq.heappush(heap, (-w / (together * size[other]), other, merged))


def turned(merges: Float64, s: Similarity) -> Int64:
    """(n,) the leaves of a dendrogram, branches turned so that the most confused of their ends meet."""
    indptr, there, weight = s.neighbours
    near = [
        dict(zip(there[a:b].tolist(), weight[a:b].tolist(), strict=True))
        for a, b in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True)
    ]
    branches: dict[int, list[int]] = {i: [i] for i in range(s.n)}
    for at, (a, b) in enumerate(merges[:, :2].astype(np.int64).tolist()):
        left, right = branches.pop(a), branches.pop(b)
        meets = [
            (near[left[i]].get(right[j], 0.0), -turn, i, j)
            for turn, (i, j) in enumerate(((-1, 0), (-1, -1), (0, 0), (0, -1)))
        ]
        _, _, i, j = max(meets)
        left = left if i == -1 else left[::-1]
        right = right if j == 0 else right[::-1]
        branches[s.n + at] = left + right
    return np.asarray([i for branch in branches.values() for i in branch], dtype=np.int64)


def linkage_tree(c: Confusion, levels: tuple[int, ...] = (8, 40)) -> dict[str, object]:
    """A hierarchy built from confusions: nested {"children": [...]} whose leaves are class indices.

    The dendrogram of average linkage is cut into about `levels` groups, outermost level first, so that the tree is as
    deep as a person reads; levels that would not part the classes further are left out. Classes that are never
    confused are children of the root, last.
    """
    s = similarity(c)
    members = np.flatnonzero(s.degree > 0)
    others = np.flatnonzero(s.degree <= 0).tolist()
    if len(members) < 3:
        return {"children": [*members.tolist(), *others]}
    part = s.among(members)
    merges = sparse_linkage(part, part.weight / (1 + part.weight))
    leaves = turned(merges, part)
    cuts = [groups_of(merges, k) for k in sorted(set(levels)) if 1 < k < part.n]
    tree = _nested([members[i] for i in leaves.tolist()], [cut[leaves] for cut in cuts])
    return {"children": [*tree, *others]}


def groups_of(merges: Float64, k: int) -> Int64:
    """(n,) the group of each leaf when the last merges are undone until there are `k` groups."""
    n = len(merges) + 1
    root = np.arange(n + len(merges), dtype=np.int64)
    for at in range(n - k - 1, -1, -1):
        a, b = merges[at, :2].astype(np.int64)
        root[a] = root[b] = root[n + at]
    return root[:n]


def _nested(classes: list[int], labels: list[Int64]) -> list[object]:
    """The classes in order, grouped by runs of equal labels; a run of one is no group, nor one of them all."""
    if not labels:
        return [int(i) for i in classes]
    edges = [0, *(np.flatnonzero(np.diff(labels[0])) + 1).tolist(), len(classes)]
    if len(edges) == 2:
        return _nested(classes, labels[1:])
    out: list[object] = []
    for a, b in pairwise(edges):
        below = _nested(classes[a:b], [label[a:b] for label in labels[1:]])
        out.extend(below if b - a == 1 else [{"children": below}])
    return out
