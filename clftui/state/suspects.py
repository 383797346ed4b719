"""Samples whose label is to blame as likely as the model, and samples that are never got right."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.filters import Filter
from clftui.state.later import weak
from clftui.state.peers import Peers, table_of
from clftui.state.sample_past import of_samples
from clftui.state.session import Session, passed

Int64 = NDArray[np.int64]

LEAST_EPOCHS = 3
"""Epochs, or runs, that have to be wrong for "always" to mean something."""


class Always(NamedTuple):
    """Samples that no epoch of the run, or no run, gets right."""

    positions: Int64
    """In the evaluation that shows, widest margin first."""
    words: str
    """`wrong in all 12 epochs`"""


@lru_cache(maxsize=8)
def suspects(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> Int64:
    """Positions of the wrong samples that pass the filters, the likeliest to be mislabelled first.

    The rank is the margin by which the predicted class beats the given one: cleanlab's normalised margin, restricted to
    samples whose given class did not win (Northcutt et al. 2021). Equals come in file order; none without scores.
    """
    if not evaluation.has_samples or evaluation.score_kind == "none":
        return np.zeros(0, dtype=np.int64)
    wrong = np.flatnonzero((evaluation.true != evaluation.predicted) & (evaluation.true >= 0))
    mask = passed(run, evaluation, filters)
    return by_margin(evaluation, wrong if mask is None else wrong[mask[wrong]])


def by_margin(evaluation: Evaluation, positions: Int64) -> Int64:
    """`positions`, widest margin first, equals in file order, unknown margins last."""
    lead = margin(evaluation, positions)
    return positions[np.lexsort((evaluation.sample[positions], -np.nan_to_num(lead, nan=-np.inf)))]


def margin(evaluation: Evaluation, positions: Int64) -> NDArray[np.float64]:
    """(m,) score of the predicted class less that of the true class; NaN where scores were not logged."""
    if evaluation.score_kind == "none":
        return np.full(positions.size, np.nan)
    gap = evaluation.confidence(positions).astype(np.float64) - evaluation.true_score(positions)
    return np.asarray(gap, dtype=np.float64)


def always_wrong(session: Session, *, wait: bool = False) -> Always | None:
    """What no epoch got right, else what no run of the collection does; None while epochs are being read."""
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None or not evaluation.has_samples:
        return Always(np.zeros(0, dtype=np.int64), "")
    epochs = sum(epoch <= evaluation.epoch for epoch in run.epochs(evaluation.split))
    if epochs >= LEAST_EPOCHS:
        past = of_samples(run, evaluation, wait=wait)
        if past is None:
            return None
        never = (past.first_learned == 0) & (past.seen >= LEAST_EPOCHS) & (evaluation.true >= 0)
        words = f"wrong in all {epochs} epochs"
    else:
        runs = [each for each in session.catalog.runs if evaluation.split in each.splits]
        table = table_of(run, evaluation.split)
        if len(runs) < LEAST_EPOCHS or table is None:
            return Always(np.zeros(0, dtype=np.int64), "")
        peers = Peers(weak(*runs), (), evaluation.split, session.selection.epoch)
        never = peers.count(False, table, evaluation.sample) >= len(runs)
        words = f"wrong in all {len(runs)} runs"
    mask = passed(run, evaluation, session.bound_filters)
    found = np.flatnonzero(never if mask is None else never & mask)
    return Always(by_margin(evaluation, found), words)
