"""How the change under perturbations shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SensitivitySettings:
    """How the sensitivity variant is looked at."""

    cursor: int = 0
    """The line under the cursor: all classes, then groups and classes."""
    column: int = 0
    """The change under the cursor; after the last one the list of sets."""
    line: int = 0
    """The set under the cursor."""
    worst_first: bool = False
    level: int = 0
    """Groups down to this level alone; 0 shows the classes."""
