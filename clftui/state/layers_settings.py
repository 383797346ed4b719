"""How the power of a run's layers shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LayersOrder(StrEnum):
    """What comes first among the classes."""

    GIVEN = "as in the matrix"
    GAIN = "most gained first"
    DEPTH = "earliest separable first"


@dataclass(frozen=True)
class LayersSettings:
    """How the layers variant is looked at."""

    cursor: int = 0
    """The line under the cursor: the layers, the output, then the classes."""
    order: LayersOrder = LayersOrder.GIVEN
    paused: bool = False
    """Whether probes that are not ready are left alone."""
    column: str | None = None
    """The layer that classes are compared in, by name; None is each class's best."""
