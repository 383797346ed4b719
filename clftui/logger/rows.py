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
    """Checked rows, sorted by (true, sample); `named` is false when the loop named no samples."""

    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    sample: NDArray[np.int64]
    named: bool
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
    first: int = 0,
) -> Rows:
    """The arguments of `RunLogger.log` as Rows, or a Refusal that says what is wrong with which.

    Samples that are not named count from `first`.
    """
    if scores is not None and logits is not None:
        raise Refusal("scores", "was given beside logits", "pass one of them")
    if scores is None and logits is None and predicted is None:
        raise Refusal("predicted", "is missing", "pass scores=, logits= or predicted=")
    true_class = labels(TRUE, true, classes)
    count = true_class.size
    if not count:
        raise Refusal(TRUE, "has no rows", "log at least one sample")
    named = sample is not None
    row = row_numbers(sample, count) if named else np.arange(first, first + count, dtype=np.int64)
    ascending = np.lexsort((row, true_class))
    # Sorting the scores while they are converted costs nothing; rows already in order are not even copied.
    order = None if np.array_equal(ascending, np.arange(count)) else ascending
    answer = None if predicted is None else _ordered(labels(PREDICTED, predicted, classes), order, PREDICTED, count)
    nll = None
    if scores is not None or logits is not None:
        field, value = ("scores", scores) if scores is not None else ("logits", logits)
        nll, most_probable = to_nll(field, value, count, len(classes), order)
        _refuse_nan(field, most_probable, order, on_nan)
        answer = most_probable if answer is None else answer
    assert answer is not None
    vectors = None if features is None else measurements("features", features, count, 2, np.float16)
    loss = None if losses is None else measurements("losses", losses, count, 1, np.float32)
    return Rows(
        _ordered(true_class, order),
        answer,
        _ordered(row, order),
        named,
        nll,
        None if vectors is None else _ordered(vectors, order),
        None if loss is None else _ordered(loss, order),
    )


def _ordered(array: NDArray[Any], order: NDArray[np.int64] | None, field: str = "", count: int = -1) -> NDArray[Any]:
    if count >= 0 and len(array) != count:
        raise Refusal(field, f"has {len(array):,} rows where true has {count:,}", "pass one answer per sample")
    return array if order is None else array[order]


def _refuse_nan(field: str, most_probable: NDArray[np.int64], order: NDArray[np.int64] | None, on_nan: str) -> None:
    bad = np.flatnonzero(most_probable < 0)
    if bad.size and on_nan == "refuse":
        first = int(bad.min() if order is None else order[bad].min())
        many = f"{bad.size:,} rows" if bad.size > 1 else "1 row"
        remedy = 'correct the model, or pass on_nan="mark" to log such rows as unanswered'
        raise Refusal(field, f"is NaN or infinite in {many} (first: row {first:,})", remedy)


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

    if len({part.named for part in parts}) > 1:
        raise Refusal(SAMPLE, "was given for some batches only", "pass it with every batch or with none")
    true, predicted, sample = (np.concatenate([getattr(part, n) for part in parts]) for n in (TRUE, PREDICTED, SAMPLE))
    rows = Rows(true, predicted, sample, parts[0].named, together("nll"), together("features"), together("loss"))
    return take(rows, np.lexsort((sample, true)))


def take(rows: Rows, index: NDArray[Any]) -> Rows:
    """The rows at `index` (numbers or a mask), in its order."""

    def part(array: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if array is None else array[index]

    return Rows(
        rows.true[index],
        rows.predicted[index],
        rows.sample[index],
        rows.named,
        part(rows.nll),
        part(rows.features),
        part(rows.loss),
    )


def to_arrays(rows: Rows, classes: int, *, sharded: bool) -> Arrays:
    """The arrays of an epoch's npz, sorted by (true, sample), so that one class is one read.

    A sampler that pads (DDP) repeats samples: of a sharded log one row of each is kept; elsewhere a repeat is a mistake
    and refused.
    """
    values, where, counts = np.unique(rows.sample, return_index=True, return_counts=True)
    if values.size != rows.sample.size:
        if not sharded:
            problem = f"has row {values[counts > 1][0]:,} {counts[counts > 1][0]} times"
            raise Refusal(SAMPLE, problem, "log each sample of a split once per epoch")
        rows = take(rows, np.sort(where))
    small = np.int16 if classes <= np.iinfo(np.int16).max else np.int32
    arrays: Arrays = {
        SAMPLE: rows.sample,
        TRUE: rows.true.astype(small),
        PREDICTED: rows.predicted.astype(small),
    }
    optional = {"nll": rows.nll, "loss": rows.loss, "features": rows.features}
    return arrays | {name: array for name, array in optional.items() if array is not None}


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
