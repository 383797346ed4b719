"""How the latent subclasses of a class show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SubclassesSettings:
    cursor: int = 0
    """The line under the cursor."""
