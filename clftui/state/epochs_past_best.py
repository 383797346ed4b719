"""Which classes are past their best beyond chance, as the learning dynamics found them out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.session import Session

if TYPE_CHECKING:
    from clftui.state.dynamics import Dynamics


class PastBest(NamedTuple):
    """By class of the session: `past` (K,) whether the epoch that shows is worse than the best one beyond chance;
    `best` (K,) the best epoch, chosen on the other half of the samples, 0 where there is none."""

    past: NDArray[np.bool_]
    best: NDArray[np.int64]


def past_best(session: Session, run: Run, *, wait: bool = False) -> PastBest | None:
    """The test's result for a run; None while, or where, it is not known."""
    from clftui.state.dynamics import Dynamics, dynamics

    try:
        found = dynamics(session, run, wait=wait)
    except FormatError:
        return None
    return _by_class(found, session.classes) if isinstance(found, Dynamics) else None


@lru_cache(maxsize=8)
def _by_class(found: Dynamics, classes: tuple[str, ...]) -> PastBest:
    place = {name: at for at, name in enumerate(classes)}
    past = np.zeros(len(classes), dtype=np.bool_)
    best = np.zeros(len(classes), dtype=np.int64)
    for row in found.rows:
        at = place.get(row.name)
        if at is not None:
            past[at], best[at] = row.past, row.best_epoch
    return PastBest(past, best)
