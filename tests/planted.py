"""Matrices with blocks that a test has planted, under a shuffled order of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.state.session import Session
from tests.matrices import session_on


@dataclass(frozen=True)
class Planted:
    """`counts` (K, K), rows = true; `group` (K,) is the block of each class, `outlier` one cell outside all blocks."""

    counts: NDArray[np.int64]
    names: tuple[str, ...]
    group: NDArray[np.int64]
    outlier: tuple[str, str]


def planted(blocks: int = 3, size: int = 5, *, seed: int = 0, inside: int = 12, odd: int = 9) -> Planted:
    """Blocks of equal size, `inside` mistakes in each of their cells, none elsewhere but `odd` in one cell."""
    k = blocks * size
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(k)
    group = np.empty(k, dtype=np.int64)
    group[shuffled] = np.repeat(np.arange(blocks), size)
    counts = np.where(group[:, None] == group[None, :], inside + rng.integers(-2, 3, (k, k)), 0)
    np.fill_diagonal(counts, 60)
    true, predicted = int(np.flatnonzero(group == 0)[0]), int(np.flatnonzero(group == blocks - 1)[0])
    counts[true, predicted] = odd
    names = tuple(f"class {i:02d}" for i in range(k))
    return Planted(counts, names, group, (names[true], names[predicted]))


def planted_session(root: Path, what: Planted) -> Session:
    """The Matrix view on it."""
    return session_on(root, {"run": [what.counts]}, {"run": what.names})
