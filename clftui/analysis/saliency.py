"""Saliency maps as arrays: how much they keep, how alike two are, and which colours they keep.

A map is (h, w) in 0..1. VAC-CNN (Xuan et al. 2022), section 4.3 and Algorithm 2; SSIM after Wang, Bovik, Sheikh and
Simoncelli, "Image quality assessment", IEEE TIP 13(4), 2004; the perceptual hash is the usual one of 64 DCT signs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]

SSIM_SIZE, SSIM_SIGMA = 11, 1.5
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2
COMPARED_SIDE = 32
"""Maps are compared on a grid of at least so many cells a side: those of deep layers have 7 x 7."""
HASH_SIDE = 8
BINS = 16


class Measure(StrEnum):
    """How two maps are compared."""

    L1 = "L1"
    MSE = "MSE"
    SSIM = "SSIM"
    HASH = "hash"

    @property
    def alike(self) -> float:
        """The value of two equal maps: 0 of a distance, 1 of a similarity."""
        return 1.0 if self is Measure.SSIM else 0.0

    @property
    def words(self) -> str:
        """What it is and which way it goes."""
        return "similarity, 1 = alike" if self is Measure.SSIM else "distance, 0 = alike"


def resized(values: ArrayLike, height: int, width: int) -> Float64:
    """A map, or maps (..., h, w), at another size, bilinear between the centres of cells; edges go on as they are."""
    given = np.asarray(values, dtype=np.float64)
    for axis, size in ((-2, height), (-1, width)):
        old = given.shape[axis]
        if old == size:
            continue
        at = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
        low = np.minimum(at.astype(np.intp), max(old - 2, 0))
        high = np.minimum(low + 1, old - 1)
        share = (at - low).reshape((-1, 1) if axis == -2 else (1, -1))
        given = np.take(given, low, axis) * (1 - share) + np.take(given, high, axis) * share
    return given


def area_above(values: ArrayLike, threshold: float) -> float:
    """The share of a map's area that reaches `threshold`; NaN of an empty map."""
    return float(areas_above(np.asarray(values)[None], threshold)[0])


def areas_above(maps: ArrayLike, threshold: float) -> Float64:
    """(m,) the same of each of the maps (m, h, w)."""
    given = np.asarray(maps, dtype=np.float64)
    if not given.size:
        return np.full(len(given), np.nan)
    h, w = (max(side, 2 * COMPARED_SIDE) for side in given.shape[1:])
    down, across = (_blend(old, new) for old, new in zip(given.shape[1:], (h, w), strict=True))
    if given.shape[1:] == (h, w):
        return np.asarray(np.mean(given >= threshold, axis=(1, 2)), dtype=np.float64)
    step = max(1, 1_000_000 // (h * w))
    parts = [given[at : at + step] for at in range(0, len(given), step)]
    found: Float64 = np.concatenate([np.mean(down @ part @ across.T >= threshold, axis=(1, 2)) for part in parts])
    return found


@lru_cache(maxsize=16)
def _blend(old: int, new: int) -> Float64:
    """(new, old) weights that make `old` cells of a side `new` ones, as `resized` does: for many maps at once."""
    found: Float64 = resized(np.eye(old), new, old)
    return found


def alike(a: ArrayLike, b: ArrayLike, measure: Measure) -> Float64:
    """(...) how alike two maps are, or maps (..., h, w) pair by pair, of one size.

    L1 and MSE are means over cells, SSIM over windows, -1..1; the hash is the share of its bits that differ.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    match measure:
        case Measure.L1:
            cells = np.abs(x - y)
        case Measure.MSE:
            cells = (x - y) ** 2
        case Measure.SSIM:
            cells = _structure(x, y)
        case Measure.HASH:
            return np.asarray(np.mean(perceptual_hash(x) != perceptual_hash(y), axis=-1), dtype=np.float64)
    return np.asarray(cells.mean(axis=(-2, -1)), dtype=np.float64)


def _structure(x: Float64, y: Float64) -> Float64:
    """The structural similarity of every window: Gaussian, 11 x 11, sigma 1.5, smaller where a side is. L = 1."""
    mean_x, mean_y = _smoothed(x), _smoothed(y)
    # Rounding may leave a variance a little below 0.
    var_x = np.maximum(_smoothed(x * x) - mean_x**2, 0)
    var_y = np.maximum(_smoothed(y * y) - mean_y**2, 0)
    both = _smoothed(x * y) - mean_x * mean_y
    top = (2 * mean_x * mean_y + SSIM_C1) * (2 * both + SSIM_C2)
    found: Float64 = top / ((mean_x**2 + mean_y**2 + SSIM_C1) * (var_x + var_y + SSIM_C2))
    return found


def _smoothed(values: Float64) -> Float64:
    """The Gaussian mean of every window, separably: rows, then columns."""
    h, w = values.shape[-2:]
    found: Float64 = _windows(h).T @ values @ _windows(w)
    return found


@lru_cache(maxsize=16)
def _windows(side: int) -> Float64:
    """(side, windows) the weights of each window along a side."""
    kernel = gaussian(min(SSIM_SIZE, side))
    found = np.zeros((side, side - len(kernel) + 1))
    for at in range(found.shape[1]):
        found[at : at + len(kernel), at] = kernel
    return found


@lru_cache(maxsize=16)
def gaussian(size: int) -> Float64:
    """(size,) weights of sum 1, sigma 1.5."""
    at = np.arange(size) - (size - 1) / 2
    weights = np.exp(-(at**2) / (2 * SSIM_SIGMA**2))
    found: Float64 = weights / weights.sum()
    return found


def perceptual_hash(values: ArrayLike) -> NDArray[np.bool_]:
    """(..., 64) bits: which of the 8 x 8 lowest DCT terms of the map at 32 x 32 exceed their median."""
    side = 4 * HASH_SIDE
    small = resized(values, side, side)
    low = (_cosines(side) @ small @ _cosines(side).T).reshape(*small.shape[:-2], HASH_SIDE**2)
    # The constant term is far above all others: it would only shift the median.
    return np.asarray(low > np.median(low[..., 1:], axis=-1, keepdims=True))


@lru_cache(maxsize=4)
def _cosines(n: int) -> Float64:
    """The first rows (HASH_SIDE, n) of the orthonormal DCT-II."""
    at, k = np.arange(n), np.arange(HASH_SIDE).reshape(-1, 1)
    scale = np.full((HASH_SIDE, 1), math.sqrt(2 / n))
    scale[0] = math.sqrt(1 / n)
    rows: Float64 = scale * np.cos(np.pi * (2 * at + 1) * k / (2 * n))
    return rows


def compare(a: ArrayLike, b: ArrayLike, measure: Measure) -> float:
    """How alike two maps are that may differ in size: both on the finer grid, of 32 cells a side at least."""
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    h, w = (max(p, q, COMPARED_SIDE) for p, q in zip(x.shape, y.shape, strict=True))
    return float(alike(resized(x, h, w), resized(y, h, w), measure))


def similarity_matrix(maps: Sequence[NDArray[np.floating] | None], measure: Measure) -> Float64:
    """(L, L) Algorithm 2: every map against every map, symmetric; NaN where one is missing or zero throughout.

    A map that is zero throughout explains nothing, so it is like no other.
    """
    found = np.full((len(maps), len(maps)), np.nan)
    known = [index for index, each in enumerate(maps) if each is not None and np.any(each)]
    for place, i in enumerate(known):
        found[i, i] = measure.alike
        for j in known[place + 1 :]:
            first, second = maps[i], maps[j]
            assert first is not None and second is not None
            found[i, j] = found[j, i] = compare(first, second, measure)
    return found


def kept_histogram(rgb: ArrayLike, values: ArrayLike, threshold: float, bins: int = BINS) -> Float64:
    """(3, bins) VAC-CNN's colour-intensity histogram: how the kept pixels of an image spread over 0..255.

    `rgb` (h, w, 3) uint8, the map of any size; each channel's row sums to 1, NaN where nothing is kept.
    """
    pixels = np.asarray(rgb)
    kept = pixels[resized(values, *pixels.shape[:2]) >= threshold].astype(np.intp)
    if not len(kept):
        return np.full((3, bins), np.nan)
    rows = [np.bincount(kept[:, channel] * bins // 256, minlength=bins) for channel in range(3)]
    return np.stack(rows) / len(kept)


def histogram_distance(a: ArrayLike, b: ArrayLike) -> float:
    """How far two histograms (c, bins) are apart, mean over channels: the earth mover's distance as a share of 0..255.

    0 = alike, 1 = all black against all white; NaN where one is undefined.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    moved = np.abs(np.cumsum(first - second, axis=1))[:, :-1].sum(axis=1)
    return float((moved / (first.shape[1] - 1)).mean())


def mean_histogram(histograms: Sequence[Float64]) -> Float64 | None:
    """The mean of those (c, bins) that are defined; None of none."""
    known = [each for each in histograms if not np.isnan(each).any()]
    return np.mean(known, axis=0) if known else None
