"""How the table of explained samples shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExplainedSettings:
    cursor: int = 0
    """The line under the cursor."""
