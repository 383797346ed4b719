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
TREND = 2.3263478740408408
"""The z of a one-sided test at 1 %."""
_LONGEST = 400

RULE = (
    f"Over-fits: in the newest {PATIENCE} or more epochs validation loss stands more than {100 * RISE:.0f} % above its "
    f"lowest while training loss has fallen, beyond chance: it has risen since (Kendall's test at 1 %), or stands "
    f"{JITTERS:.0f} times its own jitter above."
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


def rising(values: ArrayLike) -> float:
    """Kendall's z of a rise of (E,) values over time (Mann 1945): > 2.33 is a rise at 1 %, one-sided; 0 if too few.

    Normal approximation with continuity correction, ties left in the variance (cautious); no NaN. Of more than 400
    values every so many are taken, the last among them.
    """
    series = np.asarray(values, dtype=np.float64)
    stride = -(-len(series) // _LONGEST) if len(series) else 1
    series = series[::-1][::stride][::-1]
    n = len(series)
    if n < 3:
        return 0.0
    s = float(np.sign(series[None, :] - series[:, None])[np.triu_indices(n, 1)].sum())
    return float((s - np.sign(s)) / math.sqrt(n * (n - 1) * (2 * n + 5) / 18))


def overfitting(
    train: ArrayLike, validation: ArrayLike, *, rise: float = RISE, patience: int = PATIENCE
) -> Overfit | None:
    """Since when a run over-fits, from its losses (E,) in the order of the epochs; None where it does not.

    In the newest `patience` or more epochs validation loss lies above the lowest one by more than `rise` of it, and the
    median training loss of those epochs is below that of the epoch with the lowest validation loss. Noise does that
    too, so the validation loss must also have risen since its lowest (`rising`), or lie above it by JITTERS times its
    jitter all that time. "Lowest" is that of the running median, so that one lucky epoch does not set the bar. A run
    that has recovered does not over-fit. Epochs without a validation loss are passed over.
    ValueError for arrays of different lengths.
    """
    learnt, held_out = np.asarray(train, dtype=np.float64), np.asarray(validation, dtype=np.float64)
    if learnt.shape != held_out.shape or learnt.ndim != 1:
        raise ValueError(f"train has shape {learnt.shape} and validation {held_out.shape}; one loss an epoch")
    given = np.flatnonzero(np.isfinite(held_out))
    if len(given) <= patience:
        return None
    losses, learnt = held_out[given], np.where(np.isfinite(learnt[given]), learnt[given], np.nan)
    smooth = running_median(losses)
    lowest = int(np.argmin(smooth))
    floor = float(smooth[lowest])
    below = np.flatnonzero(losses <= floor + rise * abs(floor))
    start = int(below[-1]) + 1 if below.size else 0
    if len(losses) - start < patience or start <= lowest:
        return None
    late = learnt[start:][~np.isnan(learnt[start:])]
    if not late.size or np.isnan(learnt[lowest]) or not float(np.median(late)) < learnt[lowest]:
        return None
    clear = float(losses[start:].min()) > floor + JITTERS * jitter(losses)
    if not clear and rising(losses[lowest + 1 :]) <= TREND:
        return None
    return Overfit(int(given[start]), int(given[lowest]), float(losses[-1] / floor - 1) if floor else math.nan)
