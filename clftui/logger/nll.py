"""Scores as float16 -log p, and their ten best.

Why -log p: float16 probabilities of a wide softmax fall among the subnormals, whose conversion takes six times as
long as all of this; -log p keeps its order when its bits are read as int16, and its relative error stays under 0.4 %
for p >= 1e-6.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.values import Refusal, to_numpy
from clftui.schema import NLL_MAX, UNANSWERED

# Rows are worked on in blocks that stay in the processor's cache.
_BLOCK_VALUES = 65_536
_SUM_TOLERANCE = 0.02
"""Row sums of float16 and bfloat16 softmax are off by up to 0.4 %; sigmoid outputs by far more."""


def to_nll(
    field: str, value: object, count: int, classes: int, order: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """-log p of every class, (n, K) float16 in [+0, 65504], and each row's most probable class (first of equals).

    `field` is "scores" (probabilities) or "logits". Rows with a NaN, or with no finite largest logit, are NaN all over
    and predicted -1. A column alone is the positive class of two. With `order`, row i is that of `value[order[i]]`.
    """
    array = _columns(field, to_numpy(value), count, classes)
    nll = np.empty((count, classes), np.float16)
    predicted = np.empty(count, np.int64)
    block = max(1, _BLOCK_VALUES // classes)
    work = np.float64 if array.dtype == np.float64 else np.float32
    convert = _of_logits if field == "logits" else _of_scores
    for start in range(0, count, block):
        chosen = slice(start, start + block) if order is None else order[start : start + block]
        part = array[chosen].astype(work)
        best = part.argmax(axis=1)  # a NaN counts as the largest
        top = part[np.arange(len(part)), best]
        bad = ~np.isfinite(top)
        if bad.any():
            best[bad] = UNANSWERED
            part[bad] = 0 if field == "logits" else 1 / classes
            top[bad] = part[bad, 0]
        _to_half(convert(part, top, chosen), nll[start : start + block])
        if bad.any():
            nll[start : start + block][bad] = np.nan
        predicted[start : start + block] = best
    return nll, predicted


def _to_half(values: NDArray[Any], out: NDArray[np.float16]) -> None:
    """Round `values` >= 0 to float16, clipped to the largest finite one; a third of the time of numpy's own cast.

    Times 2**-112 a float32 has float16's exponent, subnormals included, and its upper 16 of 29 bits are the half.
    Only values midway between two halves differ from the cast: they go up.
    """
    single = np.minimum(values, NLL_MAX, out=values).astype(np.float32, copy=False)
    single *= np.float32(2.0**-112)
    bits = single.view(np.uint32)
    bits += np.uint32(1 << 12)
    bits >>= np.uint32(13)
    out.view(np.uint16)[...] = bits


def _columns(field: str, array: NDArray[Any], count: int, classes: int) -> NDArray[Any]:
    if array.dtype.kind not in "biuf":
        raise Refusal(field, f"holds {array.dtype}, not numbers", "pass an array of floats")
    if classes == 2 and array.shape in ((count,), (count, 1)):
        positive = array.reshape(-1)
        negative = np.zeros_like(positive) if field == "logits" else 1 - positive
        return np.stack([negative, positive], axis=1)
    if array.shape != (count, classes):
        expected = f"({count}, {classes})"
        raise Refusal(
            field, f"has shape {array.shape} instead of {expected}", "pass a row per sample, a column per class"
        )
    return array


def _of_logits(part: NDArray[Any], top: NDArray[Any], rows: Any) -> NDArray[Any]:
    """-log softmax, in place; never negative, never -0: the exponentials' sum is at least 1."""
    part -= top[:, None]
    log_total = np.log(np.exp(part).sum(axis=1))
    np.subtract(log_total[:, None], part, out=part)
    return part


def _of_scores(part: NDArray[Any], top: NDArray[Any], rows: Any) -> NDArray[Any]:
    remedy = "pass softmax probabilities, or raw outputs as logits="

    def row(index: int) -> str:
        return f"row {rows.start + index if isinstance(rows, slice) else rows[index]:,}"

    low = part.min(axis=1)
    if low.min() < -1e-6:
        raise Refusal("scores", f"has a negative value in {row(int(low.argmin()))}", remedy)
    total = part.sum(axis=1)
    off = np.abs(total - 1)
    if off.max() > _SUM_TOLERANCE:
        index = int(off.argmax())
        raise Refusal("scores", f"adds up to {total[index]:.3g} in {row(index)}, not to 1", remedy)
    np.clip(part, 0, 1, out=part)
    with np.errstate(divide="ignore"):
        np.log(part, out=part)
    # 0 - 0 is +0 where -0 would be: a sign bit would break the order of the bits.
    np.subtract(0.0, part, out=part)
    return part


def best_of(
    nll: NDArray[np.float16], predicted: NDArray[np.integer[Any]], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float16]]:
    """The k most probable classes of each row, best first, and their nll: (n, k) both; ties go by class number.

    A row's predicted class comes first whatever its score. Rows of NaN get classes -1 and nll NaN.
    """
    count, classes = nll.shape
    k = min(k, classes)
    top = np.empty((count, k), np.int32)
    # The score's bits over the class number: one integer that sorts by both, partitioned faster than an index array.
    shift = 15 if classes <= 1 << 15 else 32
    number: NDArray[Any] = np.arange(classes, dtype=np.int32 if shift == 15 else np.int64)
    block = max(1, _BLOCK_VALUES // classes)
    for start in range(0, count, block):
        keys: NDArray[Any] = nll[start : start + block].view(np.int16).astype(number.dtype)
        keys <<= shift
        keys |= number
        answer = predicted[start : start + block]
        answered = np.flatnonzero(answer >= 0)
        keys[answered, answer[answered]] |= -1 << shift
        keys.partition(k - 1, axis=1)
        best = np.sort(keys[:, :k], axis=1)
        top[start : start + block] = best & ((1 << shift) - 1)
    values: NDArray[np.float16] = np.take_along_axis(nll, top, axis=1)
    top[np.isnan(values)] = UNANSWERED
    return top, values


def pick(nll: NDArray[np.float16], classes: NDArray[np.integer[Any]]) -> NDArray[np.float16]:
    """Each row's nll of its class, (n,); NaN where the class is -1."""
    safe = np.maximum(classes, 0)[:, None]
    out: NDArray[np.float16] = np.take_along_axis(nll, safe, axis=1)[:, 0]
    out[classes < 0] = np.nan
    return out
