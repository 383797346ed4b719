"""The order of samples, and the one that stands for a cell: arrays of positions in, arrays of positions out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.sample_past import epochs_until, forgetting, times_wrong
from clftui.state.settings import SampleSort

Positions = NDArray[np.int64]

SEED = 0

_SORT_WORDS = {
    SampleSort.CONFIDENCE: "surest first",
    SampleSort.TRUE_SCORE: "lowest true score first",
    SampleSort.LOSS: "greatest loss first",
    SampleSort.MARGIN: "widest margin first",
    SampleSort.EPOCHS_WRONG: "wrong in most epochs first",
    SampleSort.FORGOTTEN: "most often forgotten first",
    SampleSort.ROW: "in file order",
}


def sort_words(sort: SampleSort) -> str:
    """`surest first`"""
    return _SORT_WORDS[sort]


def available_sorts(evaluation: Evaluation, run: Run | None = None) -> tuple[SampleSort, ...]:
    """The orders this evaluation has the numbers for; those by its past where its `run` has one."""
    found = [SampleSort.CONFIDENCE, SampleSort.TRUE_SCORE, SampleSort.LOSS, SampleSort.MARGIN]
    if evaluation.score_kind == "none":
        has_loss = evaluation.loss(np.empty(0, dtype=np.int64)) is not None
        found = [SampleSort.LOSS] if has_loss else []
    if run is not None and epochs_until(run, evaluation) > 1:
        found += [SampleSort.EPOCHS_WRONG, SampleSort.FORGOTTEN]
    return (*found, SampleSort.ROW)


def order(
    evaluation: Evaluation, positions: Positions, sort: SampleSort, run: Run | None = None
) -> tuple[Positions, NDArray[np.float64], SampleSort]:
    """`positions` sorted, what they are sorted by (ascending), and the order that was possible.

    Surest, lowest true score, greatest loss, widest margin (confidence less true score), most epochs wrong, most often
    forgotten first; equals in file order, unknown ones last. NotYet in a draw, while epochs are being read.
    """
    if sort not in available_sorts(evaluation, run):
        sort = SampleSort.ROW
    keys = sort_keys(evaluation, positions, sort, run)
    ranked = np.lexsort((evaluation.sample[positions], keys))
    return positions[ranked], keys[ranked], sort


def sort_keys(
    evaluation: Evaluation, positions: Positions, sort: SampleSort, run: Run | None = None
) -> NDArray[np.float64]:
    """(m,) what `positions` are sorted by, ascending; of an order that `available_sorts` offers."""
    match sort:
        case SampleSort.EPOCHS_WRONG | SampleSort.FORGOTTEN if run is not None:
            counted = times_wrong if sort is SampleSort.EPOCHS_WRONG else forgetting
            return -counted(run, evaluation)[positions].astype(np.float64)
        case SampleSort.CONFIDENCE:
            return -evaluation.confidence(positions).astype(np.float64)
        case SampleSort.TRUE_SCORE:
            return evaluation.true_score(positions).astype(np.float64)
        case SampleSort.MARGIN:
            lead = evaluation.confidence(positions) - evaluation.true_score(positions)
            return -lead.astype(np.float64)
        case SampleSort.LOSS:
            loss = evaluation.loss(positions)
            if loss is not None:
                return -loss.astype(np.float64)
            # Cross-entropy is -log of the true score, so the lowest true score has the greatest loss.
            return evaluation.true_score(positions).astype(np.float64)
        case _:
            return evaluation.sample[positions].astype(np.float64)


def representative(evaluation: Evaluation, true: int, predicted: int, seed: int = SEED) -> int | None:
    """The position of the sample that stands for a cell: the one of highest confidence in the predicted class.

    Ties, and runs without scores, are settled by a choice that depends on `seed` and the cell alone (VisMlic's
    representative instance, made reproducible). None for an empty cell.
    """
    positions = np.asarray(evaluation.positions(true, predicted), dtype=np.int64)
    if not positions.size:
        return None
    confidence = evaluation.confidence(positions)
    if not np.isnan(confidence).all():
        positions = positions[confidence == np.nanmax(confidence)]
    # Sorted by sample, so that the choice does not depend on how the file happens to be laid out.
    positions = positions[np.argsort(evaluation.sample[positions], kind="stable")]
    return int(positions[_choice(positions.size, true, predicted, seed)])


def lead(positions: Positions, keys: NDArray[np.float64], true: int, predicted: int) -> None:
    """Let the representative of a cell stand first among the samples tied with it."""
    tied = int(np.count_nonzero(keys == keys[0])) if keys.size else 0
    if tied > 1:
        chosen = _choice(tied, true, predicted, SEED)
        positions[: chosen + 1] = np.roll(positions[: chosen + 1], 1)


def _choice(n: int, true: int, predicted: int, seed: int) -> int:
    return int(np.random.default_rng([seed, true, predicted]).integers(n))
