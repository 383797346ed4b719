"""Metrics of every class over the epochs of a run, kept as the run grows: each epoch is counted once.

The confusions come from `history.py`; under filters every epoch is counted anew, from the samples that pass. Both are
read and counted behind the screen. What was known of a shorter run shows until its new epoch is there.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, count
from clftui.analysis.metrics import Metric, accuracy, per_class
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.filters import Filter
from clftui.state.history import History, history, is_current, load
from clftui.state.later import LATER, weak
from clftui.state.session import Session, class_map, passed

Float32 = NDArray[np.float32]
T = TypeVar("T")

KEPT = 48
"""Histories that are kept: four runs, two splits and a few metrics, and those of the view before."""


class _Store(Generic[T]):
    """The newest value under each key, with the run it was made from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, tuple[ref[Run], T]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[ref[Run], T] | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, run: Run, value: T) -> None:
        with self._lock:
            self._found[key] = (ref(run), value)
            self._found.move_to_end(key)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)


@dataclass(frozen=True, eq=False)
class Past:
    """One metric of one run on one split. `values` (E, K) of the session's classes, NaN undefined or unknown to the
    run; `accuracy` (E,)."""

    epochs: tuple[int, ...]
    accuracy: NDArray[np.float64]
    values: Float32
    confusions: History

    def at(self, epoch: int | None) -> int | None:
        """The place of an epoch; None where it is not there."""
        return self.epochs.index(epoch) if epoch in self.epochs else None


_filtered: _Store[History] = _Store()
_pasts: _Store[Past] = _Store()


def past(session: Session, run: Run, split: str, metric: Metric, *, wait: bool = False) -> Past | None:
    """The run's history under the filters; None before it was first read. FormatError where a folder is broken."""
    classes, filters = session.classes, session.bound_filters
    key = (str(run.path), run.key, split, metric, filters, classes)
    return _kept(_pasts, key, run, partial(_measure, key, classes, run, split, metric, filters), wait)


def is_waiting(session: Session, run: Run, split: str, metric: Metric) -> bool:
    """Whether `past` is still without something that the run has."""
    found = _pasts.get((str(run.path), run.key, split, metric, session.bound_filters, session.classes))
    return found is None or found[0]() is not run


def _kept(store: _Store[T], key: Hashable, run: Run, work: Callable[[], T], wait: bool) -> T | None:
    found = store.get(key)
    if found is not None and found[0]() is run:
        return found[1]

    def done() -> bool:
        store.put(key, run, work())
        return True

    # Only that it was done is remembered there: a growing run must not leave a history of every length behind.
    made = LATER.get(("epochs", id(store), key, *weak(run)), done, wait=wait)
    if made and (found is None or found[0]() is not run):
        found = store.get(key)
        if found is None or found[0]() is not run:
            # It was dropped in favour of newer ones.
            done()
            found = store.get(key)
    return found[1] if found is not None else None


def _measure(
    key: Hashable, classes: tuple[str, ...], run: Run, split: str, metric: Metric, filters: tuple[Filter, ...]
) -> Past:
    confusions = _confusions(run, split, filters)
    before = _pasts.get(key)
    known = {id(each): at for at, (_, each) in enumerate(before[1].confusions)} if before is not None else {}
    values = np.full((len(confusions), len(classes)), np.nan, dtype=np.float32)
    index = class_map(classes, run)
    mine = index >= 0
    for row, (_, confusion) in enumerate(confusions):
        at = known.get(id(confusion))
        if at is not None and before is not None:
            values[row] = before[1].values[at]
        else:
            values[row, mine] = per_class(confusion, metric)[index[mine]]
    scores = np.asarray([accuracy(confusion) for _, confusion in confusions], dtype=np.float64)
    return Past(tuple(epoch for epoch, _ in confusions), scores, values, confusions)


def _confusions(run: Run, split: str, filters: tuple[Filter, ...]) -> History:
    if not filters:
        found = history(run, split) if is_current(run, split) else load(run, split)
        return found or ()
    key = (str(run.path), run.key, split, filters)
    kept = _filtered.get(key)
    if kept is not None and kept[0]() is run:
        return kept[1]
    counted = ((epoch, _count(run, split, epoch, filters)) for epoch in run.epochs(split))
    result = tuple((epoch, each) for epoch, each in counted if each is not None)
    _filtered.put(key, run, result)
    return result


def _count(run: Run, split: str, epoch: int, filters: tuple[Filter, ...]) -> Confusion | None:
    try:
        evaluation = run.evaluation(split, epoch)
        if evaluation is None:
            return None
        # Past the cache: ninety epochs would drive everything else out of it.
        mask = passed.__wrapped__(run, evaluation, filters)
        if mask is None:
            return evaluation.confusion
        return count(evaluation.true[mask], evaluation.predicted[mask], len(evaluation.classes))
    except FormatError:
        return None
