"""Accuracies that a training script or a table of results tells itself, for runs without predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from clftui.analysis.intervals import wilson
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.runs_score import Score

NAMES = ("accuracy", "acc", "top1", "acc1")


@dataclass
class _Reported:
    """(accuracy, samples or 0) by split and epoch."""

    splits: dict[str, dict[int, tuple[float, int]]] = field(default_factory=dict)


_read: WeakKeyDictionary[Run, _Reported] = WeakKeyDictionary()


def reported_past(run: Run, split: str | None) -> Mapping[int, float]:
    """Accuracy by ascending epoch, as shares; empty where nothing is told of the split."""
    return {epoch: value for epoch, (value, _) in _of(run, split).items()}


def reported_epoch(run: Run, split: str | None, epoch: int | None) -> int | None:
    """The newest told epoch, not after `epoch` where that is given."""
    return max((each for each in _of(run, split) if epoch is None or each <= epoch), default=None)


def reported_score(run: Run, split: str | None, epoch: int | None) -> Score:
    """The accuracy told of that epoch; its interval where the number of samples is told as well."""
    at = reported_epoch(run, split, epoch)
    if at is None:
        return Score()
    value, n = _of(run, split)[at]
    if not n:
        return Score(value)
    low, high = wilson(value * n, n)
    return Score(value, float(low), float(high), n)


def _of(run: Run, split: str | None) -> dict[int, tuple[float, int]]:
    found = _read.get(run)
    if found is None:
        found = _read[run] = _reported(run)
    return found.splits.get(split or "", {})


def _reported(run: Run) -> _Reported:
    found = _Reported()
    try:
        rows = run.scalars()
    except FormatError:
        return found
    for row in rows:
        split, epoch = row.get("split"), row.get("epoch")
        value = next((number for name in NAMES if (number := _share(row.get(name))) is not None), None)
        if isinstance(split, str) and isinstance(epoch, int) and not isinstance(epoch, bool) and value is not None:
            found.splits.setdefault(split, {})[epoch] = value, _count(row.get("samples"))
    found.splits = {split: dict(sorted(epochs.items())) for split, epochs in found.splits.items()}
    return found


def _share(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= 1 else None


def _count(value: object) -> int:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 1
    return int(value) if whole and isinstance(value, int | float) else 0
