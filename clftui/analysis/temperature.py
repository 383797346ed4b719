"""Temperatures: scores made milder (above 1) or sharper without another decision (Guo et al. 2017)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.analysis.calibration import LEAST_P

Float64 = NDArray[np.float64]

MILDEST, SHARPEST = 20.0, 0.05
_STEPS = 60
_SMALL = 1e-10


def tempered(scores: ArrayLike, temperature: float) -> NDArray[np.float32]:
    """(n, K) the scores p at a temperature: p^(1/T), each row's sum 1 again; NaN rows stay NaN. T = 1 changes nothing.

    The same as dividing the logits by T before the softmax.
    """
    p = np.asarray(scores, dtype=np.float32)
    if temperature == 1 or not p.size:
        return p
    logs = _logs(p) / temperature
    logs -= logs.max(axis=1, keepdims=True)
    out = np.exp(logs)
    out /= out.sum(axis=1, keepdims=True)
    return out.astype(np.float32)


def nll_at(scores: ArrayLike, true: ArrayLike, temperature: float) -> float:
    """The mean of -log(score of the true class) at a temperature; `scores` (n, K), `true` (n,); NaN without samples."""
    p = np.asarray(scores)
    if not len(p):
        return math.nan
    logs = _logs(p) / temperature
    return float(np.mean(_log_sums(logs) - logs[np.arange(len(p)), np.asarray(true)]))


def fit_temperature(scores: ArrayLike, true: ArrayLike) -> float:
    """The temperature of least NLL, between 0.05 and 20; NaN without samples.

    The NLL is convex in 1 / T, so Newton's steps, halved where they leave the bracket, find its one minimum.
    """
    p, labels = np.asarray(scores), np.asarray(true)
    if not len(p):
        return math.nan
    logs = _logs(p)
    own = logs[np.arange(len(p)), labels]
    low, high, sharp = 1 / MILDEST, 1 / SHARPEST, 1.0
    for _ in range(_STEPS):
        slope, bend = _derivatives(logs, own, sharp)
        if slope > 0:
            high = sharp
        else:
            low = sharp
        step = sharp - slope / bend if bend > 0 else math.nan
        wanted = step if low < step < high else (low + high) / 2
        if abs(wanted - sharp) < _SMALL:
            break
        sharp = wanted
    return 1 / sharp


def _derivatives(logs: Float64, own: Float64, sharp: float) -> tuple[float, float]:
    """First and second derivative of the NLL by 1 / T: mean(E[log p] - log p_true) and mean variance of log p."""
    weights = np.exp(sharp * logs - _log_sums(sharp * logs)[:, None])
    mean = np.einsum("nk,nk->n", weights, logs)
    square = np.einsum("nk,nk,nk->n", weights, logs, logs)
    return float(np.mean(mean - own)), float(np.mean(square - mean * mean))


def _logs(p: NDArray[np.floating]) -> Float64:
    return np.asarray(np.log(np.maximum(p, LEAST_P)), dtype=np.float64)


def _log_sums(logs: Float64) -> Float64:
    top = logs.max(axis=1)
    return np.asarray(top + np.log(np.exp(logs - top[:, None]).sum(axis=1)), dtype=np.float64)
