"""Class activation maps: from a layer's activations and the slopes of a score to where the evidence lies.

Arrays are (n, C, h, w): n pictures, C channels, h x w places. Slopes are the derivatives of one score of each picture
by each activation. Maps are (n, h, w), never negative, and zero throughout where nothing speaks for the score; only
`to_peak` scales them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.saliency import resized

Float64 = NDArray[np.float64]


def grad_cam(activations: ArrayLike, slopes: ArrayLike) -> Float64:
    """Grad-CAM: channels weighed by the mean of their slopes. Selvaraju et al., 2017, equations 1 and 2."""
    return weighed(activations, np.asarray(slopes, np.float64).mean(axis=(2, 3)))


def grad_cam_pp(activations: ArrayLike, slopes: ArrayLike) -> Float64:
    """Grad-CAM++: places with a rising slope count by how much they alone explain. Chattopadhay et al., 2018.

    Equations 10 and 19 with Y = exp(score), whose factor falls out when a map is scaled.
    """
    g = np.asarray(slopes, np.float64)
    return smooth_grad_cam_pp(activations, g, g**2, g**3)


def smooth_grad_cam_pp(activations: ArrayLike, first: ArrayLike, second: ArrayLike, third: ArrayLike) -> Float64:
    """Smooth Grad-CAM++: Grad-CAM++ of the slopes' mean, mean square and mean cube under noise. Omeiza et al., 2019.

    `first`, `second`, `third` are those means. The paper's alpha has the first in its numerator; here it is the second,
    as in Grad-CAM++, which it is to be without noise.
    """
    a, g, g2, g3 = (np.asarray(values, np.float64) for values in (activations, first, second, third))
    below = 2 * g2 + a.sum(axis=(2, 3), keepdims=True) * g3
    alpha = np.divide(g2, below, out=np.zeros_like(g2), where=below != 0)
    return weighed(a, (alpha * np.maximum(g, 0)).sum(axis=(2, 3)))


def layer_cam(activations: ArrayLike, slopes: ArrayLike) -> Float64:
    """Layer-CAM: every activation weighed by its own rising slope. Jiang et al., 2021, equations 4 to 6."""
    a, g = np.asarray(activations, np.float64), np.asarray(slopes, np.float64)
    maps: Float64 = np.maximum((np.maximum(g, 0) * a).sum(axis=1), 0)
    return maps


def score_cam_weights(scores: ArrayLike, flat: ArrayLike) -> Float64:
    """(n, C) Score-CAM's channel weights: the softmax of the scores that each channel's mask leaves. Wang et al., 2020.

    `flat` (n, C) says which channels are the same everywhere: they mask nothing and weigh 0.
    """
    s = np.where(np.asarray(flat, np.bool_), -np.inf, np.asarray(scores, np.float64))
    top = s.max(axis=1, keepdims=True)
    powers = np.exp(s - np.where(np.isfinite(top), top, 0))
    total = powers.sum(axis=1, keepdims=True)
    weights: Float64 = np.divide(powers, total, out=np.zeros_like(powers), where=total > 0)
    return weights


def weighed(activations: ArrayLike, weights: ArrayLike) -> Float64:
    """(n, h, w) channels summed by `weights` (n, C), negative places 0."""
    a, w = np.asarray(activations, np.float64), np.asarray(weights, np.float64)
    maps: Float64 = np.maximum(np.einsum("nchw,nc->nhw", a, w), 0)
    return maps


def to_peak(maps: ArrayLike) -> Float64:
    """(n, h, w) each map divided by its maximum; one that is nowhere positive, or not finite, is zero throughout."""
    given = np.asarray(maps, np.float64)
    values = np.where(np.isfinite(given).all(axis=(1, 2), keepdims=True), np.maximum(given, 0), 0)
    peak = values.max(axis=(1, 2), keepdims=True)
    scaled: Float64 = np.divide(values, peak, out=np.zeros_like(values), where=peak > 0)
    return scaled


def sized(maps: ArrayLike, height: int, width: int) -> Float64:
    """(n, height, width) maps at another size, scaled to their peak again: means where they shrink, else bilinear."""
    values = np.asarray(maps, np.float64)
    if values.shape[1:] == (height, width):
        return values
    for axis, size in ((1, height), (2, width)):
        if size < values.shape[axis]:
            values = np.moveaxis(np.tensordot(_shares(values.shape[axis], size), values, (1, axis)), 0, axis)
    grown = [resized(each, height, width) for each in values]
    return to_peak(np.array(grown, np.float64).reshape(-1, height, width))


def _shares(old: int, new: int) -> Float64:
    """(new, old) how much of each new cell each old one covers; rows sum to 1."""
    edges = np.arange(new + 1) * old / new
    cells = np.arange(old)
    upper, lower = np.minimum(edges[1:, None], cells + 1), np.maximum(edges[:-1, None], cells)
    shares: Float64 = np.maximum(upper - lower, 0) * new / old
    return shares
