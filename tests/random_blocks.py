"""Confusions drawn at random with blocks planted in them, and how well a cut finds them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, count

Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RandomBlocks:
    """`block_of` (K,) is the planted block of each class of `confusion`; the classes are shuffled."""

    confusion: Confusion
    block_of: Int64

    @property
    def blocks(self) -> int:
        return int(self.block_of.max()) + 1

    def in_order(self) -> Int64:
        """(K,) an order of the classes in which the blocks are contiguous."""
        return np.argsort(self.block_of, kind="stable")


def sizes_of(classes: int, blocks: int, even: bool) -> list[int]:
    """Classes of each block: alike, or falling geometrically from large ones to ones of two classes."""
    if even:
        return [len(part) for part in np.array_split(np.arange(classes), blocks)]
    weight = np.geomspace(1.0, 0.05, blocks)
    sizes = np.maximum(2, np.floor(classes * weight / weight.sum())).astype(int)
    sizes[0] += classes - int(sizes.sum())
    return [int(size) for size in sizes]


def random_blocks(
    sizes: Sequence[int], *, samples: int = 50, accuracy: float = 0.75, noise: float = 0.1, seed: int = 0
) -> RandomBlocks:
    """`samples` of each class; of the mistakes a share of `noise` goes to any class, the others stay in the block."""
    rng = np.random.default_rng(seed)
    k = sum(sizes)
    block_of = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    true = np.repeat(np.arange(k), samples)
    members = [np.flatnonzero(block_of == block) for block in range(len(sizes))]
    near = np.concatenate([rng.choice(members[int(block)], samples) for block in block_of])
    wrong = np.where(rng.random(len(true)) < noise, rng.integers(0, k, len(true)), near)
    predicted = np.where(rng.random(len(true)) < accuracy, true, wrong)
    return RandomBlocks(count(true, predicted, k), block_of)


def labels(order: Int64, edges: Int64) -> Int64:
    """(K,) the block of each class index of a cut `edges` (b + 1,) of an order."""
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    return out


def rand_index(a: Int64, b: Int64) -> float:
    """The adjusted Rand index of two partitions (Hubert and Arabie 1985): 1 where equal, about 0 by chance."""
    table = np.zeros((int(a.max()) + 1, int(b.max()) + 1))
    np.add.at(table, (a, b), 1)
    pairs, rows, columns = (float((n * (n - 1) / 2).sum()) for n in (table, table.sum(1), table.sum(0)))
    expected = rows * columns / (len(a) * (len(a) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)
