"""The rows of one split in one epoch: from what the loop passes to the arrays of the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.nll import best_of, pick, to_nll
from clftui.logger.values import Refusal, labels, measurements, row_numbers
from clftui.schema import PREDICTED, SAMPLE, TOP_K, TRUE

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Rows:
    """Checked rows in the order in which they came; `sample` is None when the loop named none."""

    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    sample: NDArray[np.int64] | None
    nll: NDArray[np.float16] | None
    features: NDArray[np.float16] | None
    loss: NDArray[np.float32] | None


def check_rows(
    classes: Mapping[str, int],
    true: object,
    *,
    scores: object,
    logits: object,
    predicted: object,
    sample: object,
    features: object,
    losses: object,
    on_nan: str,
) -> Rows:
    """The arguments of `RunLogger.log` as Rows, or a Refusal that says what is wrong with which."""
    if scores is not None and logits is not None:
        raise Refusal("scores", "was given beside logits", "pass one of them")
    if scores is None and logits is None and predicted is None:
        raise Refusal("predicted", "is missing", "pass scores=, logits= or predicted=")
    true_class = labels(TRUE, true, classes)
    count = true_class.size
    if not count:
        raise Refusal(TRUE, "has no rows", "log at least one sample")
    nll = None
    answer = None if predicted is None else labels(PREDICTED, predicted, classes)
    if scores is not None or logits is not None:
        field, value = ("scores", scores) if scores is not None else ("logits", logits)
        nll, most_probable = to_nll(field, value, count, len(classes))
        _refuse_nan(field, most_probable, on_nan)
        answer = most_probable if answer is None else answer
    assert answer is not None
    if answer.size != count:
        raise Refusal(PREDICTED, f"has {answer.size:,} rows where true has {count:,}", "pass one answer per sample")
    return Rows(
        true_class,
        answer,
        None if sample is None else row_numbers(sample, count),
        nll,
        None if features is None else measurements("features", features, count, 2, np.float16),
        None if losses is None else measurements("losses", losses, count, 1, np.float32),
    )


def _refuse_nan(field: str, most_probable: NDArray[np.int64], on_nan: str) -> None:
    bad = np.flatnonzero(most_probable < 0)
    if bad.size and on_nan == "refuse":
        many = f"{bad.size:,} rows" if bad.size > 1 else "1 row"
        remedy = 'correct the model, or pass on_nan="mark" to log such rows as unanswered'
        raise Refusal(field, f"is NaN or infinite in {many} (first: row {bad[0]:,})", remedy)


def join(parts: Sequence[Rows]) -> Rows:
    """Batches one after the other; all must carry the same arrays."""
    if len(parts) == 1:
        return parts[0]

    def together(name: str) -> NDArray[Any] | None:
        arrays = [getattr(part, name) for part in parts]
        given = [array for array in arrays if array is not None]
        if given and len(given) != len(arrays):
            raise Refusal(name, "was given for some batches only", "pass it with every batch or with none")
        if len({array.shape[1:] for array in given}) > 1:
            raise Refusal(name, "changes its width between batches", "pass vectors of one length")
        return np.concatenate(given) if given else None

    true, predicted = together("true"), together("predicted")
    assert true is not None and predicted is not None
    return Rows(true, predicted, together("sample"), together("nll"), together("features"), together("loss"))


def to_arrays(rows: Rows, classes: int, *, sharded: bool) -> Arrays:
    """The arrays of an epoch's npz, sorted by (true, sample), so that one class is one read.

    Without `sample` the rows are those of the table in order. A sampler that pads (DDP) repeats samples: of a sharded
    log the first row of each is kept; elsewhere a repeat is a mistake and refused.
    """
    sample = rows.sample
    if sample is None:
        sample = np.arange(rows.true.size, dtype=np.int64)
    order = np.lexsort((sample, rows.true))
    unique = np.unique(sample, return_index=True)[1] if rows.sample is not None else sample
    if unique.size != sample.size:
        if not sharded:
            values, counts = np.unique(sample, return_counts=True)
            problem = f"has row {values[counts > 1][0]:,} {counts.max()} times"
            raise Refusal(SAMPLE, problem, "log each sample of a split once per epoch")
        keep = np.zeros(sample.size, bool)
        keep[unique] = True
        order = order[keep[order]]
    small = np.int16 if classes <= np.iinfo(np.int16).max else np.int32
    arrays: Arrays = {
        SAMPLE: sample[order],
        TRUE: rows.true[order].astype(small),
        PREDICTED: rows.predicted[order].astype(small),
    }
    in_order = np.array_equal(order, np.arange(sample.size))
    for name, array in (("nll", rows.nll), ("loss", rows.loss), ("features", rows.features)):
        if array is not None:
            arrays[name] = array if in_order else array[order]
    return arrays


def keep_rows(rows: Rows, sample: NDArray[np.int64], keep: NDArray[np.bool_]) -> Rows:
    """The rows where `keep` is true, with their sample numbers."""

    def part(array: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if array is None else array[keep]

    return Rows(
        rows.true[keep], rows.predicted[keep], sample[keep], part(rows.nll), part(rows.features), part(rows.loss)
    )


def thin(arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The same rows with the ten best scores, the true and the predicted one instead of all."""
    nll, true, predicted = arrays["nll"], arrays[TRUE], arrays[PREDICTED]
    top_classes, top_nll = best_of(nll, predicted, TOP_K)
    rest = {name: array for name, array in arrays.items() if name != "nll"}
    return rest | {
        "top_classes": top_classes.astype(predicted.dtype),
        "top_nll": top_nll,
        "true_nll": pick(nll, true),
        "predicted_nll": pick(nll, predicted),
    }
