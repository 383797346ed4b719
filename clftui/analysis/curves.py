"""Training curves: the best epoch, and since when a run over-fits, by a rule that can be said in one sentence."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from clftui.analysis.confusion import Float64

RISE = 0.05
"""How far above its lowest the validation loss must stand, as a share of it."""
PATIENCE = 3
"""For how many of the newest epochs it must have stood there."""
JITTERS = 3.0
"""And how many times the loss's own epoch-to-epoch jitter."""

RULE = (
    f"Over-fits: in the newest {PATIENCE} or more epochs validation loss stands more than {100 * RISE:.0f} % (and "
    f"{JITTERS:.0f} times its own jitter) above its lowest, while training loss has fallen since."
)


class Overfit(NamedTuple):
    """Places in the arrays given: where the over-fitting stretch starts and where validation loss was lowest.

    `rise` is the newest validation loss over that lowest one, less 1.
    """

    start: int
    lowest: int
    rise: float


def best_index(values: ArrayLike, *, highest: bool = True) -> int | None:
    """The first place of the greatest (or least) finite value of (E,); None without one."""
    series = np.asarray(values, dtype=np.float64)
    known = np.isfinite(series)
    if not known.any():
        return None
    return int(np.argmax(np.where(known, series, -np.inf)) if highest else np.argmin(np.where(known, series, np.inf)))


def running_median(values: ArrayLike) -> Float64:
    """(E,) the median of each value and its two neighbours; the first and last are repeated at the ends."""
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 2:
        return series.copy()
    padded = np.concatenate([series[:1], series, series[-1:]])
    return np.asarray(np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0))


def jitter(values: ArrayLike) -> float:
    """The standard deviation of the noise around a smooth course of (E,) values; 0 with fewer than three.

    From how far each value lies from the middle of its neighbours: for independent noise of variance s2 that distance
    has variance 1.5 s2 whatever the slope. The median makes it robust against single leaps (MAD, 1.4826).
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 3:
        return 0.0
    apart = series[1:-1] - (series[:-2] + series[2:]) / 2
    return float(1.4826 * np.median(np.abs(apart)) / math.sqrt(1.5))


def overfitting(
    train: ArrayLike, validation: ArrayLike, *, rise: float = RISE, patience: int = PATIENCE
) -> Overfit | None:
    """Since when a run over-fits, from its losses (E,) in the order of the epochs; None where it does not.

    The newest `patience` or more epochs all have a validation loss above the lowest one by more than `rise` of it and
    by more than JITTERS times its jitter, and the median training loss of those epochs is below that of the epoch with
    the lowest validation loss. "Lowest" is that of the running median, so that one lucky epoch does not set the bar.
    A run that has recovered does not over-fit. Epochs without a validation loss are passed over.
    ValueError for arrays of different lengths.
    """
    learnt, held_out = np.asarray(train, dtype=np.float64), np.asarray(validation, dtype=np.float64)
    if learnt.shape != held_out.shape or learnt.ndim != 1:
        raise ValueError(f"train has shape {learnt.shape} and validation {held_out.shape}; one loss per epoch is needed")
    given = np.flatnonzero(np.isfinite(held_out))
    if len(given) <= patience:
        return None
    losses, learnt = held_out[given], np.where(np.isfinite(learnt[given]), learnt[given], np.nan)
    smooth = running_median(losses)
    lowest = int(np.argmin(smooth))
    floor = float(smooth[lowest])
    over = losses > floor + max(rise * abs(floor), JITTERS * jitter(losses))
    below = np.flatnonzero(~over)
    start = int(below[-1]) + 1 if below.size else 0
    if len(losses) - start < patience or start <= lowest:
        return None
    late = learnt[start:][~np.isnan(learnt[start:])]
    if not late.size or np.isnan(learnt[lowest]) or not float(np.median(late)) < learnt[lowest]:
        return None
    return Overfit(int(given[start]), int(given[lowest]), float(losses[-1] / floor - 1) if floor else math.nan)
