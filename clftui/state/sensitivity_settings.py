"""How the change under perturbations shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SensitivitySettings:
    cursor: int = 0
    """The line under the cursor."""
