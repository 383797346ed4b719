"""Optimal leaf ordering (Bar-Joseph, Gifford and Jaakkola 2001): a dendrogram turned so that neighbours are near.

SciPy's `optimal_leaf_ordering` computes the same least length but turns branches to another, longer order
(https://github.com/scipy/scipy/issues/11227).
"""

from __future__ import annotations

import numpy as np

from clftui.analysis.confusion import Float64, Int64


def optimal_order(merges: Float64, distance: Float64) -> Int64:
    """(n,) the leaves in the order of least summed distance between neighbours that any turning of branches has.

    `merges` (n - 1, >= 2) are clusters as SciPy numbers them, `distance` (n, n) is symmetric. Time O(n^3), memory
    another n x n.
    """
    n = len(distance)
    if n < 2:
        return np.arange(n, dtype=np.int64)
    halves = [(int(a), int(b)) for a, b in merges[:, :2]]
    members = [np.asarray([i], dtype=np.int64) for i in range(n)]
    for a, b in halves:
        members.append(np.concatenate([members[a], members[b]]))
    # best[i, j]: the shortest order of the least cluster with both that begins at leaf i and ends at j.
    best = np.zeros((n, n))
    for a, b in halves:
        left, right = members[a], members[b]
        across = np.empty((len(left), len(right)))
        for begins, ends in _ends(a, halves, members):
            inner = left[ends]
            across[begins] = _nearest(best[np.ix_(left[begins], inner)], distance[np.ix_(inner, right)])
        whole = np.empty_like(across)
        for begins, ends in _ends(b, halves, members):
            whole[:, ends] = _nearest(across[:, begins], best[np.ix_(right[begins], right[ends])])
        best[np.ix_(left, right)] = whole
        best[np.ix_(right, left)] = whole.T
    return _walk(halves, members, best, distance)


def _ends(cluster: int, halves: list[tuple[int, int]], members: list[Int64]) -> list[tuple[slice, slice]]:
    """Places among the members of a cluster where its orders may begin, and where they then end: in the other half."""
    if cluster <= len(halves):
        return [(slice(0, 1), slice(0, 1))]
    first = len(members[halves[cluster - len(halves) - 1][0]])
    return [(slice(0, first), slice(first, None)), (slice(first, None), slice(0, first))]


def _nearest(p: Float64, q: Float64) -> Float64:
    """(i, l) the least of p[i, k] + q[k, l] over k, one step for each of the shortest axis."""
    shortest = int(np.argmin((p.shape[0], p.shape[1], q.shape[1])))
    if shortest == 0:
        return np.asarray([(row[:, None] + q).min(axis=0) for row in p])
    if shortest == 2:
        return np.asarray([(p + column).min(axis=1) for column in q.T]).T
    out = p[:, :1] + q[:1]
    sums = np.empty_like(out)
    for k in range(1, len(q)):
        np.minimum(out, np.add(p[:, k : k + 1], q[k : k + 1], out=sums), out=out)
    return out


def _walk(halves: list[tuple[int, int]], members: list[Int64], best: Float64, distance: Float64) -> Int64:
    """(n,) the leaves of the best order, from the root down."""
    n = len(members[-1])
    a, b = halves[-1]
    ends = best[np.ix_(members[a], members[b])]
    i, j = np.unravel_index(int(ends.argmin()), ends.shape)
    found: list[int] = []
    stack = [(len(members) - 1, int(members[a][i]), int(members[b][j]))]
    while stack:
        cluster, first, last = stack.pop()
        if cluster < n:
            found.append(first)
            continue
        a, b = halves[cluster - n]
        if first not in members[a]:
            a, b = b, a
        # From `first` to one end of its half, from there to an end of the other half, then to `last`.
        mine, theirs = (
            next(members[half][ends] for begins, ends in _ends(half, halves, members) if leaf in members[half][begins])
            for half, leaf in ((a, first), (b, last))
        )
        length = best[first, mine][:, None] + distance[np.ix_(mine, theirs)] + best[theirs, last][None, :]
        i, j = np.unravel_index(int(length.argmin()), length.shape)
        stack += [(b, int(theirs[j]), last), (a, first, int(mine[i]))]
    return np.asarray(found, dtype=np.int64)
