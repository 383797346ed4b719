"""A stratified, seeded subset of a large split, the same in every epoch, rank and restart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def subset_indices(true: ArrayLike, n: int, seed: int = 0) -> NDArray[np.int64]:
    """`n` rows (all, when there are fewer), ascending, with every class in its share of `true` to within one row.

    Shares are rounded by largest remainder; while n allows it, no class is left out. The draw depends on `true`, `n`
    and `seed` alone.
    """
    label = np.asarray(true)
    if n >= label.size:
        return np.arange(label.size, dtype=np.int64)
    _, group, sizes = np.unique(label, return_inverse=True, return_counts=True)
    wanted = _shares(sizes, max(n, 0))
    shuffled = np.random.default_rng(seed).permutation(label.size)
    by_class = shuffled[np.argsort(group[shuffled], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    chosen = [by_class[start : start + take] for start, take in zip(starts, wanted, strict=True)]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _shares(sizes: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """How many of each class, at most its size: `n` in all."""
    least = 1 if n >= sizes.size else 0
    exact = n * sizes / sizes.sum()
    wanted: NDArray[np.int64] = np.maximum(np.floor(exact).astype(np.int64), least)
    remainder = exact - np.floor(exact)
    for index in np.argsort(-remainder, kind="stable"):
        if wanted.sum() >= n:
            break
        # A class that was lifted to one row has had its share.
        if wanted[index] < sizes[index] and wanted[index] <= exact[index]:
            wanted[index] += 1
    while wanted.sum() > n:  # rare classes took more than their share: the largest give it back
        wanted[int(np.argmax(wanted))] -= 1
    while wanted.sum() < n:
        room = np.where(wanted < sizes, exact - wanted, -np.inf)
        wanted[int(np.argmax(room))] += 1
    return wanted
