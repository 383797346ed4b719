"""Alarms: regressions that are no ordinary churn of training, seldom wrong: 5 % of quiet epochs raise one at most.

Training moves classes up and down together with all their samples, so McNemar's test alone, which takes samples to
flip independently, calls a change at nearly every epoch. A drop is therefore measured in the class's own past ones:

- Over the last HISTORY pairs of epochs, the mean square of the changes of the rate (as arc sine angles); its largest
  quarter is left out and made up for, so that one event, or the fast start of training, does not deafen it for long.
- With few pairs that says little of one class, so it is drawn towards what all classes (groups, cells) have in common:
  how many times their changes exceed what independent samples give. Smyth's moderated variance (2004), the prior's
  degrees of freedom from the spread among the members. It never falls below what independent samples give.
- The drop is the mean of the newest epochs less that of the LEVEL epochs before them. In units of the own variation
  of such a difference, were levels independent, it is compared with Student's distribution at the degrees of freedom of
  history and prior; and so is the drop in units of what independent samples give: McNemar's test of averaged answers.

SUDDEN: a mover (q <= .05) against the epoch before, whose drop is beyond that. LASTING: a mover against the last epoch
before the drop in every epoch since, two or more (up to LONGEST), whose drop is beyond that. The 5 % are parted among
the epochs since (1 to LONGEST), among the families that have tests, and among their members (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.changes import Changes, Part
from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.metrics import ratio
from clftui.analysis.movers import Family, movers
from clftui.analysis.significance import erfc, student_tail
from clftui.analysis.watched import Watched

HISTORY = 8
"""Pairs of epochs that tell how much a class moves by itself."""
LEAST_HISTORY = 3
"""With fewer pairs there is no alarm."""
LEVEL = 6
"""Epochs before a drop whose mean is the level that it fell from, at most."""
LONGEST = 4
"""Epochs at most since the drop."""
FALSE_ALARMS = 0.05
"""The share of epochs without a regression that may raise an alarm of any kind."""

_LEFT_OUT = 0.25
# Classes of a real training differ more in their restlessness than a sample of ten shows.
_MOST_PRIOR = 6.0


class Alarmed(NamedTuple):
    """One alarm: the class or group `row`, or the cell `row` to `column`."""

    part: Part
    row: int
    column: int
    lasting: int
    """For how many epochs it has been so; 1: since the newest."""
    before: float
    """The rate in the last epoch before the drop."""
    after: float
    low: float
    """Of the 95 % interval of the change of the rate."""
    high: float
    excess: float
    """The drop in standard deviations of the member's own variation."""
    p: float
    """How likely so large a drop is by that variation, or by that of samples."""


def alarms(watched: Watched) -> tuple[Alarmed, ...]:
    """Alarms of the newest epoch, worst first; of one member the longest.

    About 30 ms for 50,000 samples of 1,000 classes where the steps are known.
    """
    found = {each[:3]: each for lasting in range(1, LONGEST + 1) for each in _judged(watched, lasting)}
    return tuple(sorted(found.values(), key=lambda each: each.p))


def _judged(watched: Watched, lasting: int) -> list[Alarmed]:
    """Alarms whose drop lies `lasting` epochs back."""
    steps = watched.steps
    history = steps[:-lasting][-HISTORY:]
    if len(history) < LEAST_HISTORY:
        return []
    since = [movers(watched.changes(len(steps) - lasting, len(steps) - back)) for back in range(lasting)]
    tested = [np.count_nonzero(~np.isnan(family.p)) for family in since[0].families]
    share = FALSE_ALARMS / LONGEST / max(sum(number > 0 for number in tested), 1)
    out: list[Alarmed] = []
    for place, now in enumerate(since[0].families):
        suspected = now.worse
        for earlier in since[1:]:
            suspected &= _worse_then(earlier.families[place], now.changes)
        if suspected.any():
            past = _past([each[place] for each in history], now.changes)
            out += _beyond(watched, now, suspected, past, share / tested[place], lasting)
    return out


def _worse_then(drop: Family, wanted: Changes) -> NDArray[np.bool_]:
    at = drop.changes.places(wanted.row, wanted.column)
    out = np.zeros(len(at), dtype=np.bool_)
    out[at >= 0] = drop.worse[at[at >= 0]]
    return out


def _beyond(
    watched: Watched, now: Family, suspected: NDArray[np.bool_], past: Past, level: float, lasting: int
) -> list[Alarmed]:
    """The suspects whose drop is beyond their own variation."""
    changes, at = now.changes, np.flatnonzero(suspected)
    own, df = own_variation(past, ~np.isnan(now.p))
    base = min(LEVEL, len(watched.steps) + 1 - lasting)
    z, wrong = watched.drops(changes.part, changes.row[at], changes.column[at], lasting, base)
    levels = angle(wrong, changes.n_after[at][:, None])
    drop = levels[:, base:].mean(axis=1) - levels[:, :base].mean(axis=1)
    # A change from one epoch to the next holds the noise of two levels; that of means holds a part of each.
    excess = drop / (own[at] * math.sqrt((1 / lasting + 1 / base) / 2))
    p = np.maximum(student_tail(excess, df), student_tail(z, math.inf))
    before, after = changes.before[at] / changes.n_before[at], changes.after[at] / changes.n_after[at]
    columns = (changes.row[at], changes.column[at], before, after, now.low[at], now.high[at], excess, p)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    return [Alarmed(changes.part, row, column, lasting, *rest) for row, column, *rest in rows if rest[-1] <= level]


class Past(NamedTuple):
    """Of each member (m,) in each of H pairs of epochs: (m, H) changes of its rate, and what variance samples give."""

    change: Float64
    variance: Float64


def _past(history: Sequence[Changes], changes: Changes) -> Past:
    """A cell that nothing left or entered did not move: 0."""
    change, variance = np.zeros((2, len(changes.row), len(history)))
    for column, each in enumerate(history):
        at = each.places(changes.row, changes.column)
        known = np.flatnonzero(at >= 0)
        here = at[known]
        n_before, n_after = each.n_before[here], each.n_after[here]
        before, after = ratio(each.before[here], n_before), ratio(each.after[here], n_after)
        change[known, column] = angle(after, n_after) - angle(before, n_before)
        middle = _inside((before + after) / 2, n_after)
        variance[known, column] = each.variance[here] / (middle * (1 - middle))
    # One sample is the least that can move.
    n = changes.n_after
    middle = _inside(ratio(changes.after, n), n)
    least = ratio(1, n * n) / (middle * (1 - middle))
    return Past(np.nan_to_num(change), np.maximum(np.nan_to_num(variance), np.nan_to_num(least)[:, None]))


def angle(rate: Float64, n: Int64) -> Float64:
    """The arc sine scale of rates of `n` samples, on which noise is about the same near 0 and 1 as in the middle."""
    return 2 * np.arcsin(np.sqrt(_inside(rate, n)))


def _inside(rate: Float64, n: Int64) -> Float64:
    return (rate * n + 0.5) / (n + 1)


def own_variation(past: Past, tested: NDArray[np.bool_]) -> tuple[Float64, float]:
    """(sd (m,), degrees of freedom): the ordinary change from an epoch to the next; the members `tested` are pooled."""
    pairs = past.change.shape[1]
    dropped = int(pairs * _LEFT_OUT)
    squares = np.sort(past.change**2, axis=1)[:, : pairs - dropped]
    samples = past.variance.mean(axis=1)
    own = squares.mean(axis=1) / _trimmed_mean(pairs, dropped) / np.where(samples > 0, samples, np.nan)
    df = degrees_of_freedom(pairs)
    prior_df, prior = _prior(own[tested], df)
    times = (df * own + prior_df * prior) / (df + prior_df)
    return np.sqrt(np.maximum(times, 1.0) * samples), df + prior_df


def degrees_of_freedom(pairs: int) -> float:
    """What a trimmed mean square of `pairs` successive differences is worth.

    Differences of independent levels are worth two thirds of their number (von Neumann 1941), the trimmed ones two
    thirds of that.
    """
    return max(1.0, pairs * (4 / 9))


def _prior(own: Float64, df: float) -> tuple[float, float]:
    """(degrees of freedom, value) of the variance that the members share.

    Were all alike but for chance, their own ones would spread as F(df, prior df) times it: by the squared coefficient
    of variation r = 2 (df + d - 2) / (df (d - 4)), solved for d. Never more than the members together hold.
    """
    members = len(own)
    value = float(own.mean()) if members else 1.0
    if members < 4 or value <= 0:
        return 0.0, max(value, 1.0)
    spread = float(own.var(ddof=1)) / value**2
    most = min(_MOST_PRIOR, (members - 1) * df / 2)
    if spread * df <= 2:
        return most, value
    return min((2 * df - 4 + 4 * spread * df) / (spread * df - 2), most), value


@lru_cache(maxsize=64)
def _trimmed_mean(pairs: int, dropped: int) -> float:
    """The expected mean of the least `pairs - dropped` of `pairs` squared standard normal deviates."""
    kept = pairs - dropped
    x = np.linspace(0.0, 9.0, 4001)
    below = 1 - erfc(x / math.sqrt(2.0))
    # A deviate counts where at most kept - 1 of the others are smaller.
    counts = sum(math.comb(pairs - 1, j) * below**j * (1 - below) ** (pairs - 1 - j) for j in range(kept))
    density = math.sqrt(2 / math.pi) * np.exp(-x * x / 2)
    return float((x * x * density * counts).sum() * (x[1] - x[0]) * pairs / kept)
