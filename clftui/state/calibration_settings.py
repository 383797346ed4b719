"""How calibration and thresholds of the Scores view are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clftui.analysis.binning import Binning


class GapSort(StrEnum):
    """What orders the classes beside the reliability diagram."""

    TOP_LABEL = "top-label error"
    CLASSWISE = "classwise error"
    OVERCONFIDENT = "most overconfident"
    GIVEN = "given"


NUMBERS_OF_BINS = (5, 10, 15, 20, 30)


@dataclass(frozen=True)
class CalibrationSettings:
    """How the calibration pane bins the scores, and where its cursor is."""

    binning: Binning = Binning.WIDTH
    bins: int = 15
    sort: GapSort = GapSort.TOP_LABEL
    of_class: bool = False
    """Whether the diagram is of what is predicted as the class under the cursor alone."""
    bin: int | None = None
    """The bin under the cursor, whose samples `enter` opens; None: keys have not moved along the bins."""
    threshold: float = 0.5
    """From which score on a sample is called positive."""
    miss: float = 1.0
    """What a positive that is not found costs, where a false alarm costs 1."""
