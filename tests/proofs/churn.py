"""A model that jitters while its true accuracy stands still, and one whose classes get worse for good."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Churn:
    """How a training jitters from epoch to epoch, on the scale on which samples of a class differ by 1."""

    classes: int = 10
    per_class: int = 1000
    own: float = 0.35
    """Each sample by itself."""
    sticky: float = 0.5
    """How much of a sample's own deviation stays to the next epoch (AR(1))."""
    together: tuple[float, float] = (0.0, 0.0)
    """All samples of a class at once: from the calmest class to the most restless one."""
    whole: float = 0.0
    """All samples at once."""


def answers(
    churn: Churn, epochs: int, rng: np.random.Generator, drops: Mapping[int, float] | None = None, since: int = 0
) -> tuple[Int64, Int64]:
    """(true (n,), predicted (epochs, n)). Class c of `drops` loses so much recall for good from epoch `since` on."""
    k, n = churn.classes, churn.classes * churn.per_class
    true = np.repeat(np.arange(k), churn.per_class)
    # Recalls from 0.7 to 0.97.
    level = np.linspace(0.55, 1.95, k)
    skill = rng.normal(size=n) + level[true]
    favourite = (true + rng.integers(1, min(k, 4), n)) % k
    second = (true + rng.integers(1, k, n)) % k
    restless = rng.permutation(np.linspace(*churn.together, k))
    deviation = rng.normal(size=n) * churn.own
    lost = np.zeros(k)
    for c, drop in (drops or {}).items():
        lost[c] = _shift(skill[true == c], churn.own, drop)
    out = np.empty((epochs, n), dtype=np.int64)
    for epoch in range(epochs):
        fresh = rng.normal(size=n) * churn.own * math.sqrt(1 - churn.sticky**2)
        deviation = churn.sticky * deviation + fresh
        shift = rng.normal(size=k) * restless + rng.normal() * churn.whole - (lost if epoch >= since else 0)
        wrong = np.where(rng.random(n) < 0.8, favourite, second)
        out[epoch] = np.where(skill + deviation + shift[true] > 0, true, wrong)
    return true, out


def _shift(skill: NDArray[np.float64], own: float, drop: float) -> float:
    """By how much a class's samples must get worse for its recall to fall by `drop`."""
    low, high = 0.0, 10.0
    base = _recall(skill, own)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if base - _recall(skill - middle, own) < drop else (low, middle)
    return high


def _recall(skill: NDArray[np.float64], own: float) -> float:
    return float(np.mean([0.5 * math.erfc(-x / own / math.sqrt(2)) for x in skill.tolist()]))
