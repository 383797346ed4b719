"""A run's score in the table of runs."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Accuracy with its 95 % Wilson interval; NaN undefined.

    Of several `seeds` it is their mean, `low` and `high` lie one standard deviation away, and `n` counts the runs.
    """

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    seeds: int = 0
