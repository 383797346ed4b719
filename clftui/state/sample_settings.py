"""How the Samples view orders, groups and draws its samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SampleSort(StrEnum):
    """What orders the samples."""

    CONFIDENCE = "confidence"
    TRUE_SCORE = "true score"
    LOSS = "loss"
    MARGIN = "margin"
    ENTROPY = "entropy"
    SUSPICION = "mislabel suspicion"
    EPOCHS_WRONG = "epochs wrong"
    FORGOTTEN = "times forgotten"
    DISAGREEMENT = "disagreement of runs"
    RUNS_WRONG = "runs wrong"
    SOFT = "soft label"
    ROW = "file order"


class SampleGrouping(StrEnum):
    """What parts the samples into groups."""

    NONE = "none"
    TRUE = "true class"
    PREDICTED = "predicted class"
    HISTORY = "history"
    RUNS = "right runs"
    TAG = "tag"


@dataclass(frozen=True)
class SamplesSettings:
    """The settings of the Samples tab."""

    sort: SampleSort = SampleSort.CONFIDENCE
    grouping: SampleGrouping = SampleGrouping.NONE
    folded: bool = True
    """Whether a group shows one sample that stands for it; else all of them."""
    turned: frozenset[str] = frozenset()
    """The groups that show the other way, by their keys."""
    rows: bool = False
    """Text rows instead of thumbnails."""
    size: int = 1
    """How big thumbnails are, 0 the smallest."""
    often: int | None = None
    """Samples wrong in more epochs than this are marked; None: in more than half of them."""
