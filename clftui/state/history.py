"""Confusions of all epochs of a run: read once, away from the screen, and there for whoever draws later."""

from __future__ import annotations

import threading
from collections.abc import Callable

from clftui.analysis.confusion import Confusion
from clftui.data.run import Run
from clftui.schema import FormatError

History = tuple[tuple[int, Confusion], ...]
"""(epoch, confusion) in ascending order of the epochs; broken epochs are left out."""

_lock = threading.Lock()
_known: dict[tuple[str, str, str], tuple[Run, History]] = {}


def _key(run: Run, split: str) -> tuple[str, str, str]:
    return (str(run.path), run.key, split)


def history(run: Run, split: str) -> History | None:
    """What is known of the run's epochs now, without reading anything; None before the first `load`.

    While a run grows this may lack its newest epoch for a moment.
    """
    with _lock:
        entry = _known.get(_key(run, split))
    return entry[1] if entry is not None else None


def is_current(run: Run, split: str) -> bool:
    """Whether `history` was loaded from this very state of the run."""
    with _lock:
        entry = _known.get(_key(run, split))
    return entry is not None and entry[0] is run


def load(run: Run, split: str, cancelled: Callable[[], bool] = lambda: False) -> History | None:
    """Read every epoch of the split and remember it; None where `cancelled` said so in between.

    An epoch read before and unchanged since costs a dictionary look-up: a growing run reads its new epoch alone.
    """
    if is_current(run, split):
        return history(run, split)
    found: list[tuple[int, Confusion]] = []
    for epoch in run.epochs(split):
        if cancelled():
            return None
        try:
            evaluation = run.evaluation(split, epoch)
            if evaluation is not None:
                found.append((epoch, evaluation.confusion))
        except FormatError:
            continue
    result = tuple(found)
    with _lock:
        _known[_key(run, split)] = (run, result)
    return result
