"""Nearest samples by features: exact, block by block, and whether one is too near to be another sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Block = tuple[int, NDArray[np.floating]]
"""The number of its first row, and (m, d) features."""

SUSPICIOUS = 0.1
"""A near-duplicate is so much nearer than the nearest neighbours of nearly all (95 %) samples are."""
QUANTILE = 0.05


class Distance(StrEnum):
    """How far two feature vectors are apart."""

    COSINE = "cosine"
    EUCLIDEAN = "L2"


class Nearest(NamedTuple):
    """The k nearest rows, nearest first; fewer where there are fewer."""

    rows: Int64
    distances: Float64


def distances(features: ArrayLike, query: ArrayLike, distance: Distance) -> Float64:
    """(n,) distances of (n, d) rows from a vector (d,); NaN where one of the two is unknown or, for cosine, zero.

    L2 is taken of the differences themselves: the expanded square loses the near-duplicates that matter here.
    """
    rows, one = np.asarray(features, dtype=np.float64), np.asarray(query, dtype=np.float64)
    if distance is Distance.EUCLIDEAN:
        gap: Float64 = rows - one
        far: Float64 = np.sqrt(np.einsum("nd,nd->n", gap, gap))
        return far
    units, unit = _units(rows), _units(one[None])[0]
    # |u - v|^2 / 2 = 1 - cos, without the cancellation that 1 - cos has near 0.
    apart = units - unit
    found: Float64 = np.einsum("nd,nd->n", apart, apart) / 2
    return found


def _units(rows: Float64) -> Float64:
    length = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    units: Float64 = np.divide(rows, length[:, None], out=np.full_like(rows, np.nan), where=length[:, None] > 0)
    return units


def nearest(blocks: Iterable[Block], query: ArrayLike, k: int, distance: Distance, skip: int = -1) -> Nearest:
    """The k rows nearest to `query` among all blocks, equals by row; `skip` is the query's own row."""
    rows, found = np.empty(0, np.int64), np.empty(0)
    for start, features in blocks:
        here = distances(features, query, distance)
        number = np.arange(start, start + len(here), dtype=np.int64)
        fine = np.isfinite(here) & (number != skip)
        rows, found = np.concatenate([rows, number[fine]]), np.concatenate([found, here[fine]])
        best = np.lexsort((rows, found))[:k]
        rows, found = rows[best], found[best]
    return Nearest(rows, found)


def typical_nearest(
    blocks: Callable[[], Iterable[Block]], queries: ArrayLike, distance: Distance, skip: ArrayLike | None = None
) -> Float64:
    """(q,) the distance of each query (q, d) to its nearest row; `skip` (q,) are the queries' own rows.

    By matrix products, exact to rounding; NaN where a query has no other row. `blocks` is called once.
    """
    asked = np.asarray(queries, dtype=np.float64)
    own = np.full(len(asked), -1) if skip is None else np.asarray(skip)
    if distance is Distance.COSINE:
        asked = _units(asked)
    square = np.einsum("qd,qd->q", asked, asked)
    best = np.full(len(asked), np.inf)
    for start, features in blocks():
        rows = np.asarray(features, dtype=np.float64)
        rows = _units(rows) if distance is Distance.COSINE else rows
        gap = square[:, None] + np.einsum("nd,nd->n", rows, rows)[None] - 2 * asked @ rows.T
        mine = np.flatnonzero((own >= start) & (own < start + len(rows)))
        gap[mine, own[mine] - start] = np.inf
        best = np.fmin(best, np.where(np.isnan(gap), np.inf, gap).min(axis=1, initial=np.inf))
    best = np.where(np.isfinite(best) & np.isfinite(square), np.maximum(best, 0), np.nan)
    return best / 2 if distance is Distance.COSINE else np.sqrt(best)


def duplicate_limit(typical: ArrayLike) -> float:
    """Below this distance a neighbour is a near-duplicate; NaN where too few distances (under 20) are known.

    A tenth of the distance that the nearest neighbours of 95 in 100 samples exceed.
    """
    known = np.asarray(typical, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(np.quantile(known, QUANTILE) * SUSPICIOUS) if len(known) >= 20 else float("nan")
