"""How explanation methods are compared over a whole split."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AreaOrder(StrEnum):
    """Which classes come first where area is told against correctness."""

    STRONGEST = "strongest first"
    GIVEN = "as in the matrix"


@dataclass(frozen=True)
class MethodsSettings:
    """How the methods variant is looked at."""

    cursor: int = 0
    """The line under the cursor."""
    order: AreaOrder = AreaOrder.STRONGEST
