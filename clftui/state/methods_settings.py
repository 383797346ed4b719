"""How explanation methods are compared over a whole split."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MethodsSettings:
    cursor: int = 0
    """The line under the cursor."""
