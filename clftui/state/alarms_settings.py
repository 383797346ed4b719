"""Which epochs came while one looked, and whose alarm was put away."""

from __future__ import annotations

from dataclasses import dataclass

EpochOf = tuple[str, str, int]
"""An epoch of a split of a run, by the run's folder."""


@dataclass(frozen=True)
class AlarmsSettings:
    """What is known of alarms."""

    arrived: frozenset[EpochOf] = frozenset()
    """The newest epochs that have come while one looked."""
    dismissed: frozenset[EpochOf] = frozenset()
    """Those whose alarm is not to be shown any more."""
