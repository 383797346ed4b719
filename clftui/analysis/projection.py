"""Pictures of many dimensions in two: principal components, classical scaling, and laying one picture on another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of some rows."""

    mean: Float64
    """(d,)"""
    axes: Float64
    """(k, d) of unit length, most variance first; the largest part of each is positive, so signs are stable."""
    share: Float64
    """(k,) of the whole variance; NaN where nothing varies."""

    def of(self, rows: ArrayLike) -> Float64:
        """(n, k) coordinates of (n, d) rows."""
        found: Float64 = (np.asarray(rows, dtype=np.float64) - self.mean) @ self.axes.T
        return found


def components(rows: ArrayLike, k: int) -> Components:
    """The `k` principal components of (n, d) rows without NaN, fewer where n or d is less.

    By the eigenvectors of the covariance, or of the rows' own products where there are fewer rows than columns.
    """
    values = np.asarray(rows, dtype=np.float64)
    n, d = values.shape
    mean = values.mean(axis=0) if n else np.zeros(d)
    apart = values - mean
    if d <= n:
        found, vectors = np.linalg.eigh(apart.T @ apart)
        axes = vectors.T[::-1][:k]
    else:
        found, left = np.linalg.eigh(apart @ apart.T)
        axes = _unit_rows(left.T[::-1][:k] @ apart)
    power = np.maximum(found[::-1], 0.0)
    kept, total = power[: len(axes)], float(power.sum())
    largest = np.abs(axes).argmax(axis=1) if d else np.zeros(len(axes), dtype=np.intp)
    sign = np.where(np.take_along_axis(axes, largest[:, None], axis=1) < 0, -1.0, 1.0) if d else 1.0
    share = kept / total if total > 0 else np.full(len(kept), np.nan)
    return Components(mean, axes * sign, share)


def _unit_rows(rows: Float64) -> Float64:
    length = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 0))


def random_directions(d: int, k: int, seed: int) -> NDArray[np.float32]:
    """(d, k) random signs over the root of k: rows times these keep their products, within some 1 / sqrt(k).

    Achlioptas 2003. The same `d`, `k` and `seed` give the same ones.
    """
    signs = np.random.default_rng(seed).integers(0, 2, (d, k), dtype=np.int8) * np.int8(2) - np.int8(1)
    return signs.astype(np.float32) / np.float32(np.sqrt(k))


def classical_scaling(distances: ArrayLike, k: int = 2) -> Float64:
    """(n, k) places whose distances are nearest to (n, n) symmetric ones (Torgerson 1952); columns of 0 where none.

    Eigenvectors of the doubly centred squares; signs as those of `components`.
    """
    squares = np.asarray(distances, dtype=np.float64) ** 2
    n = len(squares)
    out = np.zeros((n, k))
    if n < 2:
        return out
    rows = squares.mean(axis=1, keepdims=True)
    products = -0.5 * (squares - rows - rows.T + squares.mean())
    values, vectors = np.linalg.eigh(products)
    width = min(k, n)
    value, vector = values[::-1][:width], vectors[:, ::-1][:, :width]
    largest = np.abs(vector).argmax(axis=0)
    vector = vector * np.where(vector[largest, np.arange(width)] < 0, -1.0, 1.0)
    out[:, :width] = vector * np.sqrt(np.maximum(value, 0.0))
    return out


def procrustes(target: ArrayLike, places: ArrayLike, shared: ArrayLike | None = None) -> tuple[Float64, float]:
    """`places` (n, k) moved, turned, mirrored and scaled onto `target` (n, k), and how much is left over.

    What is left is 0 for the same picture and 1 for one that has nothing in common: the squared distances after both
    are centred and of unit size, as SciPy's `procrustes` says it; NaN where one of them is a single point. Only the
    rows where `shared` (n,) holds are compared, and all are moved.
    """
    goal, rows = np.asarray(target, dtype=np.float64), np.asarray(places, dtype=np.float64)
    use = np.ones(len(rows), dtype=np.bool_) if shared is None else np.asarray(shared, dtype=np.bool_)
    if not use.any():
        return rows.copy(), float("nan")
    middle, own = goal[use].mean(axis=0), rows[use].mean(axis=0)
    a, b = goal[use] - middle, rows[use] - own
    size_a, size_b = float(np.sqrt((a**2).sum())), float(np.sqrt((b**2).sum()))
    if size_a <= 0 or size_b <= 0:
        return rows - own + middle, float("nan")
    u, power, v = np.linalg.svd(b.T @ a / (size_a * size_b))
    scale = float(power.sum())
    moved: Float64 = (rows - own) @ (u @ v) * (scale * size_a / size_b) + middle
    return moved, max(0.0, 1.0 - scale**2)


def boxed(places: ArrayLike) -> Float64:
    """(n, 2) places moved and scaled, both axes alike, into the unit square; the longer side fills it."""
    found = np.asarray(places, dtype=np.float64)
    if not len(found):
        return found.reshape(0, 2).copy()
    low, high = found.min(axis=0), found.max(axis=0)
    span = float((high - low).max())
    if span <= 0:
        return np.full_like(found, 0.5)
    boxed_: Float64 = (found - (low + high) / 2) / span + 0.5
    return boxed_


def stratified(labels: ArrayLike, most: int, seed: int) -> Int64:
    """Ascending positions of at most `most` of the n labels: each label in its share, by a seeded draw.

    Every label keeps one where there is room for that; the rest goes by largest remainders.
    """
    label = np.asarray(labels, dtype=np.int64)
    n = len(label)
    if n <= most:
        return np.arange(n, dtype=np.int64)
    kinds, number, size = np.unique(label, return_inverse=True, return_counts=True)
    exact = most * size / n
    quota = np.floor(exact).astype(np.int64)
    if most >= len(kinds):
        quota = np.maximum(quota, 1)
    while quota.sum() > most:
        quota[np.argmax(np.where(quota > 1, quota - exact, -np.inf))] -= 1
    short = most - int(quota.sum())
    quota[np.argsort(quota - exact, kind="stable")[:short]] += 1
    shuffled = np.random.default_rng(seed).permutation(n)
    by_label = shuffled[np.argsort(number[shuffled], kind="stable")]
    place = np.arange(n) - np.repeat(np.cumsum(size) - size, size)
    return np.sort(by_label[place < np.repeat(quota, size)])


def stress(distances: ArrayLike, places: ArrayLike) -> float:
    """The sum over pairs of squared differences between (n, n) distances and those of the places (n, k)."""
    wanted, found = np.asarray(distances, dtype=np.float64), _apart(np.asarray(places, dtype=np.float64))
    return float(((wanted - found) ** 2).sum() / 2)


def least_stress(distances: ArrayLike, start: ArrayLike, steps: int = 300, least: float = 1e-6) -> Float64:
    """(n, k) places of locally least stress from `start` on, by majorisation (SMACOF; de Leeuw 1977).

    Ends after `steps`, or once a step lowers the stress by less than `least` of it.
    """
    wanted, places = np.asarray(distances, dtype=np.float64), np.array(start, dtype=np.float64)
    n, before = len(wanted), np.inf
    for _ in range(steps if n > 1 else 0):
        found = _apart(places)
        now = float(((wanted - found) ** 2).sum() / 2)
        if before - now <= least * max(now, 1e-300):
            break
        before = now
        ratio = np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)
        places = (ratio.sum(axis=1)[:, None] * places - ratio @ places) / n
    return places


def _apart(places: Float64) -> Float64:
    length = np.einsum("nd,nd->n", places, places)
    squares = np.maximum(length[:, None] + length - 2 * (places @ places.T), 0.0)
    np.fill_diagonal(squares, 0.0)
    return np.asarray(np.sqrt(squares))
