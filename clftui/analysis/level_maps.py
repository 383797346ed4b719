"""A class hierarchy as label maps: for each level which group every class is in, as training with groups wants it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from clftui.analysis.confusion import Int64
from clftui.analysis.hierarchy import Hierarchy, levels


class Level(NamedTuple):
    """One level, from the root down."""

    names: tuple[str, ...]
    """(G,) the groups, in the hierarchy's order; a class that ended above is a group of its own."""
    group: Int64
    """(K,) the number of each class's group, 0 to G - 1."""


def level_maps(tree: Hierarchy) -> tuple[Level, ...]:
    """The levels below the root, coarsest first, the classes themselves last; equal partitions once."""
    found: list[Level] = []
    deepest = np.zeros(len(tree.order), dtype=np.int64)
    for owner in levels(tree):
        deepest = np.where(owner >= 0, owner, deepest)
        nodes, first, number = np.unique(deepest, return_index=True, return_inverse=True)
        if len(nodes) == (len(found[-1].names) if found else 1):
            continue  # Each level splits the one above: as many groups are the same groups.
        rank = np.argsort(np.argsort(first))
        names = tuple(tree.nodes[nodes[at]].name for at in np.argsort(first).tolist())
        group = np.empty(len(tree.order), dtype=np.int64)
        group[tree.order] = rank[number]
        found.append(Level(names, group))
    return tuple(found)
