"""What a run's logged losses and learning rates say about its epochs: the lowest loss, over-fitting, steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from clftui.analysis.curves import overfitting
from clftui.data.run import Run
from clftui.schema import FormatError

STEP = 0.7
"""A learning rate that falls to this share or less of the epoch before took a step, if it was level before."""
LEVEL = 0.05


class Losses(NamedTuple):
    """What is known of one run on one split; None where it is not logged or does not happen."""

    lowest: int | None
    """The first epoch of the lowest loss."""
    overfit: int | None
    """The epoch from which on the run over-fits (by `analysis.curves.RULE`)."""
    times: float
    """The newest loss over the lowest one; NaN undefined."""
    steps: tuple[int, ...]
    """Epochs at which the learning rate took a step down."""


@lru_cache(maxsize=64)
def losses(run: Run, split: str) -> Losses:
    """What `scalars.jsonl` says of a run; a file that cannot be read says nothing."""
    try:
        rows = run.scalars()
    except FormatError:
        return Losses(None, None, math.nan, ())
    held_out, steps = _series(rows, "loss", split), lr_steps(_series(rows, "lr", None))
    if len(held_out) < 2:
        return Losses(None, None, math.nan, steps)
    train = _series(rows, "loss", "train") if split != "train" else {}
    epochs = sorted(held_out)
    values = [held_out[epoch] for epoch in epochs]
    least = min(values)
    found = overfitting([train.get(epoch, math.nan) for epoch in epochs], values)
    since = epochs[found.start] if found is not None else None
    times = values[-1] / least if least > 0 else math.nan
    return Losses(epochs[values.index(least)], since, times, steps)


def lr_steps(rates: Mapping[int, float]) -> tuple[int, ...]:
    """The epochs at which a level learning rate fell to STEP of itself or less; a smooth schedule has none."""
    epochs = sorted(rates)
    found = []
    for before, last, now in zip(epochs, epochs[1:], epochs[2:], strict=False):
        level = abs(rates[last] - rates[before]) <= LEVEL * abs(rates[before])
        if level and 0 <= rates[now] <= STEP * rates[last]:
            found.append(now)
    return tuple(found)


def _series(rows: tuple[Mapping[str, object], ...], name: str, split: str | None) -> dict[int, float]:
    """The last value of each epoch; those that are no finite number are left out."""
    found: dict[int, float] = {}
    for row in rows:
        value, epoch = row.get(name), row.get("epoch")
        if not isinstance(epoch, int) or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if (split is None or row.get("split") == split) and math.isfinite(value):
            found[epoch] = float(value)
    return found
