"""Works through the samples that are asked for: which maps are missing, making them, keeping them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.cam import sized
from clftui.explain.engine import Engine
from clftui.explain.map_store import MapStore
from clftui.explain.pictures import Batch
from clftui.explain.selecting import Asked, Picked

Int64 = NDArray[np.int64]
Tell = Callable[[int, str], None]

CHECKED = 256
"""Samples whose answers are compared with the run's: enough to tell other weights or another preprocessing."""
_SLOW, _FAST = 4.0, 1.0
"""Seconds that a call of a method should last: what one call makes is lost when the process is killed."""


@dataclass
class Outcome:
    """What came of it, by method."""

    made: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    """Maps that an earlier call had made."""
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    """One sentence for each sample without a readable image."""
    checked: int = 0
    agreed: int = 0
    """Samples whose answer was compared with the run's, and those where it is the same."""
    stopped: bool = False


@dataclass(frozen=True)
class Plan:
    """How to go about it."""

    stores: Mapping[str, MapStore]
    """By method."""
    batch: int = 32
    size: int | None = None
    """Side of the maps; None leaves each method its own."""
    again: bool = False
    """Whether maps that are there are made anew."""


def missing(asked: Asked, plan: Plan) -> dict[str, list[int]]:
    """For each method the pairs of `asked` that it has no map of."""
    out = {}
    pairs = list(zip(asked.rows.tolist(), asked.targets.tolist(), strict=True))
    for method, store in plan.stores.items():
        kept = store.kept()
        out[method] = [at for at, pair in enumerate(pairs) if plan.again or pair not in kept]
    return out


def explain(picked: Picked, asked: Asked, todo: Mapping[str, Sequence[int]], engine: Engine, plan: Plan,
            tell: Tell) -> Outcome:  # fmt: skip
    """Make the maps `todo` names; a KeyboardInterrupt ends it early, and what was made is kept.

    SubjectError and FormatError end it too, after committing what was made before.
    """
    outcome = Outcome()
    for method, wanted in todo.items():
        outcome.there[method] = len(asked.rows) - len(wanted)
    waiting = {method: _by_row(asked, wanted) for method, wanted in todo.items()}
    rows = list(dict.fromkeys(asked.rows[sorted(set().union(*todo.values()))].tolist()))
    pace = {method: _Pace(plan.batch) for method in todo}
    try:
        for batch in engine.batches(picked.table, rows, plan.batch):
            outcome.troubles += batch.troubles
            if not batch.rows.size:
                continue
            if outcome.checked < CHECKED:
                _compare(picked, batch, engine.answers(batch), outcome)
            for method, by_row in waiting.items():
                at, targets = _pairs(batch, by_row)
                for part in pace[method].parts(len(at)):
                    maps = engine.maps(method, batch, at[part], targets[part])
                    _keep(plan, method, batch.rows[at[part]], targets[part], maps, outcome)
                    tell(outcome.made.total(), method)
    except KeyboardInterrupt:
        outcome.stopped = True
    finally:
        for store in plan.stores.values():
            store.commit()
    return outcome


def _keep(plan: Plan, method: str, rows: Int64, targets: Int64, maps: NDArray[np.float64], outcome: Outcome) -> None:
    if plan.size is not None:
        maps = sized(maps, plan.size, plan.size)
    plan.stores[method].add(rows, targets, maps)
    outcome.made[method] += len(maps)
    outcome.empty[method] += int((~maps.any(axis=(1, 2))).sum())
    outcome.sizes[method] = (int(maps.shape[1]), int(maps.shape[2]))
    for store in plan.stores.values():
        store.commit_if_due()


def _by_row(asked: Asked, wanted: Iterable[int]) -> dict[int, list[int]]:
    """The classes that are wanted of each row."""
    out: dict[int, list[int]] = {}
    for at in wanted:
        out.setdefault(int(asked.rows[at]), []).append(int(asked.targets[at]))
    return out


def _pairs(batch: Batch, by_row: Mapping[int, Sequence[int]]) -> tuple[Int64, Int64]:
    """Places in a batch and the classes wanted of them."""
    pairs = [(at, target) for at, row in enumerate(batch.rows.tolist()) for target in by_row.get(row, ())]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _compare(picked: Picked, batch: Batch, answers: Int64, outcome: Outcome) -> None:
    """Count where the model answers as the run says it did."""
    order = np.argsort(picked.rows, kind="stable")
    positions = picked.positions[order][np.searchsorted(picked.rows[order], batch.rows)]
    logged = picked.evaluation.predicted[positions]
    known = logged >= 0
    outcome.checked += int(known.sum())
    outcome.agreed += int((answers[known] == logged[known]).sum())


class _Pace:
    """How many pictures a method gets at once: as many as it makes in a few seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = min(most, 8)

    def parts(self, n: int) -> Iterable[slice]:
        """Slices of n pictures; each has been worked on when the next is asked for."""
        start = 0
        while start < n:
            part = slice(start, min(start + self._size, n))
            began = time.monotonic()
            yield part
            seconds = time.monotonic() - began
            if seconds > _SLOW:
                self._size = max(1, self._size // 2)
            elif seconds < _FAST:
                self._size = min(self._most, 2 * self._size)
            start = part.stop
