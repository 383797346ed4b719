"""The order of samples, and the one that stands for a cell: arrays of positions in, arrays of positions out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.peers import Peers, table_of
from clftui.state.sample_past import epochs_until, forgetting, times_wrong
from clftui.state.sample_scores import label_quality, spread
from clftui.state.sample_settings import SampleSort
from clftui.state.sample_soft import has_soft, soft_share
from clftui.state.sample_votes import can_vote, votes

Positions = NDArray[np.int64]

SEED = 0

_SORT_WORDS = {
    SampleSort.CONFIDENCE: "surest first",
    SampleSort.TRUE_SCORE: "lowest true score first",
    SampleSort.LOSS: "greatest loss first",
    SampleSort.MARGIN: "widest margin first",
    SampleSort.ENTROPY: "most undecided first",
    SampleSort.SUSPICION: "likeliest mislabelled first",
    SampleSort.EPOCHS_WRONG: "wrong in most epochs first",
    SampleSort.FORGOTTEN: "most often forgotten first",
    SampleSort.DISAGREEMENT: "runs disagree most first",
    SampleSort.RUNS_WRONG: "wrong in most runs first",
    SampleSort.SOFT: "label least agreed on first",
    SampleSort.ROW: "in file order",
}

_MEANINGS = {
    SampleSort.CONFIDENCE: "score of the predicted class",
    SampleSort.TRUE_SCORE: "score of the true class, lowest first",
    SampleSort.LOSS: "loss as it was logged, else the cross-entropy",
    SampleSort.MARGIN: "predicted less true class's score",
    SampleSort.ENTROPY: "bits of the scores, most undecided first",
    SampleSort.SUSPICION: "true less best other class's score, lowest first",
    SampleSort.EPOCHS_WRONG: "epochs up to this one that were wrong",
    SampleSort.FORGOTTEN: "times from right to wrong",
    SampleSort.DISAGREEMENT: "bits of all runs' votes",
    SampleSort.RUNS_WRONG: "how many runs are wrong",
    SampleSort.SOFT: "share of the label among the soft ones, lowest first",
    SampleSort.ROW: "as the samples are numbered",
}
_RISING = frozenset({SampleSort.TRUE_SCORE, SampleSort.SUSPICION, SampleSort.SOFT, SampleSort.ROW})
OF_RUNS = frozenset({SampleSort.DISAGREEMENT, SampleSort.RUNS_WRONG})
"""The orders that take the answers of all runs."""
_COUNTED = frozenset({SampleSort.EPOCHS_WRONG, SampleSort.FORGOTTEN, SampleSort.RUNS_WRONG})


def sort_words(sort: SampleSort) -> str:
    """`surest first`"""
    return _SORT_WORDS[sort]


def sort_meaning(sort: SampleSort) -> str:
    """What the samples are sorted by, for a list of the orders."""
    return _MEANINGS[sort]


def value_of(sort: SampleSort, key: float) -> float:
    """What is behind a sort key: the key itself or, where the greatest comes first, its opposite."""
    return key if sort in _RISING else -key + 0.0


def is_counted(sort: SampleSort) -> bool:
    """Whether the values are whole numbers."""
    return sort in _COUNTED


def available_sorts(
    evaluation: Evaluation, run: Run | None = None, crowd: Peers | None = None
) -> tuple[SampleSort, ...]:
    """The orders this evaluation has the numbers for: its own, those of its `run`'s past, and of all runs' answers."""
    if evaluation.score_kind == "none":
        has_loss = evaluation.loss(np.empty(0, dtype=np.int64)) is not None
        found = [SampleSort.LOSS] if has_loss else []
    else:
        found = [SampleSort.CONFIDENCE, SampleSort.TRUE_SCORE, SampleSort.LOSS, SampleSort.MARGIN]
        found += [SampleSort.ENTROPY] if evaluation.score_kind == "full" else []
        found += [SampleSort.SUSPICION]
    if run is not None and epochs_until(run, evaluation) > 1:
        found += [SampleSort.EPOCHS_WRONG, SampleSort.FORGOTTEN]
    if run is not None and can_vote(run, evaluation, crowd):
        found += [SampleSort.DISAGREEMENT, SampleSort.RUNS_WRONG]
    if run is not None and has_soft(table_of(run, evaluation.split), evaluation):
        found += [SampleSort.SOFT]
    return (*found, SampleSort.ROW)


def order(
    evaluation: Evaluation,
    positions: Positions,
    sort: SampleSort,
    run: Run | None = None,
    crowd: Peers | None = None,
    group: NDArray[np.int64] | None = None,
) -> tuple[Positions, NDArray[np.float64], SampleSort]:
    """`positions` sorted, what they are sorted by (ascending), and the order that was possible.

    What stands out most comes first, as `sort_words` says; equals in file order, unknown ones last. With the number of
    each position's `group`, (m,), groups come one after the other. NotYet in a draw, while something is being read.
    """
    if sort not in available_sorts(evaluation, run, crowd):
        sort = SampleSort.ROW
    keys = sort_keys(evaluation, positions, sort, run, crowd)
    by = (evaluation.sample[positions], keys)
    ranked = np.lexsort(by if group is None else (*by, group))
    return positions[ranked], keys[ranked], sort


def sort_keys(
    evaluation: Evaluation,
    positions: Positions,
    sort: SampleSort,
    run: Run | None = None,
    crowd: Peers | None = None,
) -> NDArray[np.float64]:
    """(m,) what `positions` are sorted by, ascending; of an order that `available_sorts` offers."""
    match sort:
        case SampleSort.EPOCHS_WRONG | SampleSort.FORGOTTEN if run is not None:
            counted = times_wrong if sort is SampleSort.EPOCHS_WRONG else forgetting
            return -counted(run, evaluation)[positions].astype(np.float64)
        case SampleSort.DISAGREEMENT | SampleSort.RUNS_WRONG if run is not None and crowd is not None:
            found = votes(run, evaluation, crowd)
            chosen = found.entropy if sort is SampleSort.DISAGREEMENT else found.wrong.astype(np.float64)
            return -chosen[positions]
        case SampleSort.SOFT if run is not None:
            shares = soft_share(table_of(run, evaluation.split), evaluation, evaluation.true, positions)
            return shares if shares is not None else np.full(len(positions), np.nan)
        case SampleSort.ENTROPY:
            return -spread(evaluation).entropy[positions]
        case SampleSort.SUSPICION:
            return label_quality(evaluation, positions)
        case SampleSort.CONFIDENCE:
            return -evaluation.confidence(positions).astype(np.float64)
        case SampleSort.TRUE_SCORE:
            return evaluation.true_score(positions).astype(np.float64)
        case SampleSort.MARGIN:
            lead = evaluation.confidence(positions) - evaluation.true_score(positions)
            return -lead.astype(np.float64)
        case SampleSort.LOSS:
            return _loss_keys(evaluation, positions)
        case _:
            return evaluation.sample[positions].astype(np.float64)


def _loss_keys(evaluation: Evaluation, positions: Positions) -> NDArray[np.float64]:
    loss = evaluation.loss(positions)
    if loss is not None:
        return -loss.astype(np.float64)
    # Cross-entropy is -log of the true score; that of a score of 0 is the greatest there is.
    with np.errstate(divide="ignore"):
        return np.log(evaluation.true_score(positions).astype(np.float64))


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
    return int(positions[chance(positions.size, true, predicted, seed)])


def lead(positions: Positions, keys: NDArray[np.float64], true: int, predicted: int) -> None:
    """Let the representative of a cell stand first among the samples tied with it."""
    tied = int(np.count_nonzero(keys == keys[0])) if keys.size else 0
    if tied > 1:
        chosen = chance(tied, true, predicted)
        positions[: chosen + 1] = np.roll(positions[: chosen + 1], 1)


def chance(n: int, true: int, predicted: int, seed: int = SEED) -> int:
    """One of 0 to n - 1, by `seed` and the cell alone."""
    return int(np.random.default_rng([seed, true, predicted]).integers(n))
