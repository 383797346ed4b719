"""The maximum spanning tree of a similarity and the order of a walk along it: numpy alone, milliseconds."""

from __future__ import annotations

import numpy as np

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.distinct import distinct
from clftui.analysis.similarity import Similarity


def spanning_tree(s: Similarity) -> Int64:
    """Places in the pairs of `s` of the edges of its maximum spanning tree (of each component), by Borůvka's rounds.

    Among equal weights the pair with the smaller numbers comes first, so that the tree is one and the same always.
    """
    rank_of = np.lexsort((s.second, s.first, -s.weight))
    first, second = s.first[rank_of], s.second[rank_of]
    root = np.arange(s.n, dtype=np.int64)
    chosen: list[Int64] = []
    alive = np.arange(len(first), dtype=np.int64)
    while len(alive):
        a, b = root[first[alive]], root[second[alive]]
        apart = a != b
        alive, a, b = alive[apart], a[apart], b[apart]
        if not len(alive):
            break
        # Written from the lightest to the heaviest: what stays is each component's heaviest edge.
        best = np.full(s.n, -1, dtype=np.int64)
        best[a[::-1]] = alive[::-1]
        other = np.full(s.n, len(first), dtype=np.int64)
        other[b[::-1]] = alive[::-1]
        best = np.where(best < 0, other, np.minimum(best, other))
        edges = distinct(best[best < len(first)])
        chosen.append(edges)
        root = _joined(root, root[first[edges]], root[second[edges]])
    picked = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)
    return rank_of[np.sort(picked)]


def _joined(root: Int64, a: Int64, b: Int64) -> Int64:
    """The roots after joining the components `a` and `b`; the smallest number names a component."""
    label = np.arange(len(root), dtype=np.int64)
    while True:
        low = np.minimum(label[a], label[b])
        if np.array_equal(label[a], low) and np.array_equal(label[b], low):
            return label[root]
        np.minimum.at(label, label[a], low)
        np.minimum.at(label, label[b], low)
        while not np.array_equal(label, label[label]):
            label = label[label]


def tree_order(s: Similarity) -> Int64:
    """(n,) depth first along the spanning tree, the heaviest edge first, from one end of it.

    Components come by their confusions, most first.
    """
    edges = spanning_tree(s)
    below: list[list[tuple[float, int]]] = [[] for _ in range(s.n)]
    for a, b, w in zip(s.first[edges].tolist(), s.second[edges].tolist(), s.weight[edges].tolist(), strict=True):
        below[a].append((w, b))
        below[b].append((w, a))
    for each in below:
        # A stack is read from its end: the heaviest edge goes there.
        each.sort(key=lambda item: (item[0], -item[1]))
    seen = [False] * s.n
    parts: list[tuple[float, list[int]]] = []
    degree: Float64 = s.degree
    # From leaves first: a walk that begins in the middle of a chain tears it in two.
    for start in sorted(range(s.n), key=lambda i: (len(below[i]) != 1, -float(degree[i]), i)):
        if seen[start]:
            continue
        stack, walk = [start], []
        while stack:
            here = stack.pop()
            if seen[here]:
                continue
            seen[here] = True
            walk.append(here)
            stack.extend(there for _, there in below[here] if not seen[there])
        parts.append((float(degree[walk].sum()), walk))
    parts.sort(key=lambda part: (-part[0], part[1][0]))
    return np.asarray([i for _, walk in parts for i in walk], dtype=np.int64)
