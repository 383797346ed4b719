"""Scores of one file's rows, whichever of the format's arrays hold them: full, the top k, or a single number a row.

Only the rows asked for are read, about a megabyte at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.arrays import Array, Arrays

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

ScoreKind = Literal["full", "top", "predicted", "none"]
FULL_NAMES = ("nll", "scores", "logits")
_CHUNK_BYTES = 1 << 20
_INFINITY_BITS = 0x7C00  # float16's infinity: NaNs and whatever is negative read higher without a sign


class Summary(NamedTuple):
    """Per row: score of the predicted class, of the true class (float32, NaN unknown) and the true class's rank.

    Ranks (int32) count from 1; 0 = unknown. `nan` marks rows whose stored scores are NaN.
    """

    confidence: Float32
    true_score: Float32
    true_rank: Int32
    nan: NDArray[np.bool_]


def score_kind(arrays: Arrays) -> ScoreKind:
    """The finest scores a file holds."""
    have = arrays.members
    if any(name in have for name in FULL_NAMES):
        return "full"
    if "top_classes" in have:
        return "top"
    return "predicted" if "predicted_nll" in have or "true_nll" in have else "none"


def rank_limit(arrays: Arrays) -> int | None:
    """How many classes a row ranks where not all are kept; None where all are, or none."""
    return int(arrays.members["top_classes"].shape[1]) if score_kind(arrays) == "top" else None


def summary(arrays: Arrays, rows: Int64 | None, true: Int32, predicted: Int32) -> Summary:
    """The summary of the rows numbered `rows` (None = all), whose labels are `true` and `predicted`."""
    n = len(true)
    out = Summary(_unknown(n), _unknown(n), (true == predicted).astype(np.int32), np.zeros(n, dtype=bool))
    out.true_rank[true < 0] = 0
    kind = score_kind(arrays)
    if kind == "full":
        _full_summary(arrays, rows, true, predicted, out)
    elif kind == "top":
        _top_summary(arrays, rows, true, predicted, out)
    for name, target, known in (
        ("predicted_nll", out.confidence, predicted >= 0),
        ("true_nll", out.true_score, true >= 0),
    ):
        if name in arrays.members and kind != "full":
            stored = np.exp(-_rows(arrays, name, rows).astype(np.float32))
            out.nan[known & np.isnan(stored)] = True
            known = known & ~np.isnan(stored)
            target[known] = stored[known]
    same = (true == predicted) & (true >= 0)
    out.true_score[same] = np.where(np.isnan(out.true_score), out.confidence, out.true_score)[same]
    out.confidence[same] = np.where(np.isnan(out.confidence), out.true_score, out.confidence)[same]
    return out


def full_scores(arrays: Arrays, rows: Int64) -> Float32 | None:
    """(m, K) probabilities of the rows `rows`; None where the file does not hold all of them. NaN rows stay NaN."""
    name = next((name for name in FULL_NAMES if name in arrays.members), None)
    if name is None:
        return None
    return _probabilities(name, arrays.read_rows_at(name, rows))


def score_columns(arrays: Arrays, classes: Int64) -> Float32 | None:
    """(n, m) probabilities of all rows for `classes`; None where the file does not hold all of them."""
    name = next((name for name in FULL_NAMES if name in arrays.members), None)
    if name is None:
        return None
    n = arrays.members[name].shape[0]
    if name != "logits" and len(classes) == 1:
        column = arrays.read_column(name, int(classes[0])).astype(np.float32)
        return (np.exp(-column) if name == "nll" else column)[:, None]
    out = np.empty((n, len(classes)), dtype=np.float32)
    for start, stop in _chunks(arrays, name, n):
        block = arrays.read_rows(name, start, stop)
        if name == "logits":
            out[start:stop] = _probabilities(name, block)[:, classes]
        else:
            # Only the wanted columns are converted: the exponential of all of them would cost ten times the read.
            wanted = block[:, classes].astype(np.float32)
            out[start:stop] = np.exp(-wanted) if name == "nll" else wanted
    return out


def top_scores(arrays: Arrays, rows: Int64, predicted: Int32, k: int) -> tuple[Int32, Float32]:
    """(m, k) classes of highest score, best first (-1 = not kept), and their scores (NaN = unknown).

    The stored `predicted` always comes first: it has rank 1.
    """
    full = full_scores(arrays, rows)
    if full is not None:
        classes, scores = _top_of_full(full, predicted, k)
    elif "top_classes" in arrays.members:
        classes, scores = _top_of_top(arrays, rows, predicted)
    else:
        classes, scores = predicted[:, None].astype(np.int32), np.full((len(rows), 1), np.nan, dtype=np.float32)
        if "predicted_nll" in arrays.members:
            scores[:, 0] = np.exp(-arrays.read_rows_at("predicted_nll", rows).astype(np.float32))
    out_classes = np.full((len(rows), k), -1, dtype=np.int32)
    out_scores = np.full((len(rows), k), np.nan, dtype=np.float32)
    width = min(k, classes.shape[1])
    out_classes[:, :width] = classes[:, :width]
    out_scores[:, :width] = scores[:, :width]
    return out_classes, out_scores


def _unknown(n: int) -> Float32:
    return np.full(n, np.nan, dtype=np.float32)


def _rows(arrays: Arrays, name: str, rows: Int64 | None) -> Array:
    return np.asarray(arrays.read(name) if rows is None else arrays.read_rows_at(name, rows))


def _chunks(arrays: Arrays, name: str, n: int) -> Iterator[tuple[int, int]]:
    member = arrays.members[name]
    width = max(1, int(np.prod(member.shape[1:], dtype=np.int64)) * member.dtype.itemsize)
    step = max(1, _CHUNK_BYTES // width)
    for start in range(0, n, step):
        yield start, min(start + step, n)


def _probabilities(name: str, block: Array) -> Float32:
    """(m, K) float32 probabilities of a block of `nll`, `scores` or `logits`; a row with a NaN is NaN throughout."""
    # Infinite scores give NaN, which is what they mean: undefined.
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.asarray(block, dtype=np.float32)
        if name == "nll":
            out = np.exp(-values)
        elif name == "logits":
            values = values - values.max(axis=1, keepdims=True, initial=-np.inf)
            out = np.exp(values)
            out /= out.sum(axis=1, keepdims=True)
        else:
            out = values.copy()
    out[np.isnan(out).any(axis=1)] = np.nan
    return np.asarray(out, dtype=np.float32)


def _full_summary(arrays: Arrays, rows: Int64 | None, true: Int32, predicted: Int32, out: Summary) -> None:
    name = next(name for name in FULL_NAMES if name in arrays.members)
    for start, stop in _chunks(arrays, name, len(true)):
        block = arrays.read_rows(name, start, stop) if rows is None else arrays.read_rows_at(name, rows[start:stop])
        part = _block_summary(name, block, true[start:stop], predicted[start:stop])
        out.confidence[start:stop], out.true_score[start:stop], out.true_rank[start:stop] = part[:3]
        out.nan[start:stop] = part[3]


def _block_summary(
    name: str, block: Array, true: Int32, predicted: Int32
) -> tuple[Float32, Float32, Int32, NDArray[np.bool_]]:
    """Confidence, true score, rank and "is NaN" of a block of rows.

    float16 -log p keeps its order when its bits are read as whole numbers, many times faster than comparing halves;
    only where no NaN or negative number is among them, whose bits, read without a sign, are above infinity's.
    """
    m = len(true)
    row = np.arange(m)
    costs: NDArray[Any]
    if name == "nll" and block.dtype == np.float16 and block.dtype.isnative:
        costs = np.ascontiguousarray(block).view(np.uint16)
        if m == 0 or costs.max() <= _INFINITY_BITS:
            picked = [np.exp(-block[row, label].astype(np.float32)) for label in (predicted, true)]
            none = np.zeros(m, dtype=bool)
            return _finish(picked[0], picked[1], _rank(costs, true, predicted), none, true, predicted)
    scores = _probabilities(name, block)
    nan = np.asarray(np.isnan(scores).any(axis=1), dtype=bool)
    return _finish(scores[row, predicted], scores[row, true], _rank(-scores, true, predicted), nan, true, predicted)


def _finish(
    confidence: Float32, true_score: Float32, rank: Int32, nan: NDArray[np.bool_], true: Int32, predicted: Int32
) -> tuple[Float32, Float32, Int32, NDArray[np.bool_]]:
    return (
        np.where(predicted >= 0, confidence, np.nan).astype(np.float32),
        np.where(true >= 0, true_score, np.nan).astype(np.float32),
        np.where((true >= 0) & ~nan, rank, 0).astype(np.int32),
        nan,
    )


def _rank(costs: NDArray[Any], true: Int32, predicted: Int32) -> Int32:
    """1 + the number of classes that cost less than the true one; the predicted class always comes first."""
    m, k = costs.shape
    row = np.arange(m)
    own = costs[row, true]
    # Eight comparisons are counted by one popcount, so the mask is padded to whole 64-bit words.
    mask = np.zeros((m, -(-k // 8) * 8), dtype=bool)
    np.less(costs, own[:, None], out=mask[:, :k])
    better = np.bitwise_count(mask.view(np.uint64)).sum(axis=1, dtype=np.int32)
    tied = (predicted >= 0) & (costs[row, predicted] >= own)
    return np.where(true == predicted, 1, 1 + better + tied).astype(np.int32)


def _top_summary(arrays: Arrays, rows: Int64 | None, true: Int32, predicted: Int32, out: Summary) -> None:
    at = np.arange(len(true), dtype=np.int64) if rows is None else rows
    classes, scores = _top_of_top(arrays, at, predicted)
    out.confidence[:] = np.where(predicted >= 0, scores[:, 0], np.nan)
    out.nan[:] = np.isnan(np.asarray(_rows(arrays, "top_nll", rows))).any(axis=1)
    found = (classes == true[:, None]) & (true >= 0)[:, None]
    place = found.argmax(axis=1)
    seen = found.any(axis=1)
    out.true_score[seen] = scores[np.flatnonzero(seen), place[seen]]
    kept = arrays.members["top_classes"].shape[1]
    out.true_rank[:] = np.where(seen, np.minimum(place + 1, kept + 1), kept + 1)
    out.true_rank[(true < 0) | out.nan] = 0


def _top_of_top(arrays: Arrays, rows: Int64, predicted: Int32) -> tuple[Int32, Float32]:
    """The kept classes with the predicted one moved, or put, in front: (m, k + 1), the last column often filler."""
    classes = arrays.read_rows_at("top_classes", rows).astype(np.int32)
    scores = np.exp(-arrays.read_rows_at("top_nll", rows).astype(np.float32))
    own = _unknown(len(rows))
    if "predicted_nll" in arrays.members:
        own = np.exp(-arrays.read_rows_at("predicted_nll", rows).astype(np.float32))
    has = (predicted >= 0)[:, None]
    front = (classes == predicted[:, None]) & has
    listed = front.any(axis=1)
    own = np.where(listed, np.where(front, scores, 0).sum(axis=1), own).astype(np.float32)
    # Stable sort by "is it the predicted one or filler": everything else keeps its order.
    wide_classes = np.concatenate([np.where(has, predicted[:, None], -1), np.where(front, -1, classes)], axis=1)
    wide_scores = np.concatenate([own[:, None], np.where(front, np.nan, scores)], axis=1)
    key = (wide_classes < 0).astype(np.int8)
    order = np.argsort(key, axis=1, kind="stable")
    return (
        np.take_along_axis(wide_classes, order, axis=1).astype(np.int32),
        np.take_along_axis(wide_scores, order, axis=1).astype(np.float32),
    )


def _top_of_full(scores: Float32, predicted: Int32, k: int) -> tuple[Int32, Float32]:
    m, n_classes = scores.shape
    k = min(k, n_classes)
    key = np.where(np.isnan(scores), -1.0, scores)
    answered = np.flatnonzero(predicted >= 0)
    key[answered, predicted[answered]] = np.inf
    candidates = np.argpartition(-key, k - 1, axis=1)[:, :k] if k < n_classes else np.tile(np.arange(k), (m, 1))
    candidates.sort(axis=1)
    order = np.argsort(-np.take_along_axis(key, candidates, axis=1), axis=1, kind="stable")
    classes = np.take_along_axis(candidates, order, axis=1)
    picked = np.take_along_axis(scores, classes, axis=1)
    return classes.astype(np.int32), picked
