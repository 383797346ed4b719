"""How the power of a run's layers shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayersSettings:
    cursor: int = 0
    """The line under the cursor."""
