"""How the response map of a layer shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnitOrder(StrEnum):
    """What orders a layer's units, the greatest at the left; units that never answer stand last."""

    RELEVANCE = "relevance"
    MEAN = "mean response"
    SENSITIVITY = "sensitivity"
    GIVEN = "given"


class LowerPane(StrEnum):
    """What stands under the map."""

    SAMPLES = "samples by class"
    EPOCHS = "epochs"
    LAYERS = "layers"
    NONE = "nothing"


SHARES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
"""Where a threshold may lie among the class means above 0."""
SIDES = (1, 2, 4, 8)
"""Places a side that a unit's responses are averaged down to."""


@dataclass(frozen=True)
class ResponsesSettings:
    """What the responses variant shows of the units."""

    unit: int | None = None
    """The unit under the cursor; None, or one that the layer has not, is the first that shows."""
    order: UnitOrder = UnitOrder.RELEVANCE
    of: str | None = None
    """The class that relevance and mean are about where no group is selected; None is that under the cursor."""
    share: float = 0.9
    """The threshold, as a quantile of the layer's class means above 0."""
    log: bool = False
    side: int = 1
    """1: a column a unit; more: a column for each of a unit's places."""
    lower: LowerPane = LowerPane.SAMPLES
    coloured: bool = False
    """Whether the groups beside the classes are coloured by the unit under the cursor."""
