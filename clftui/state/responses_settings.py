"""How the response map of a layer shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResponsesSettings:
    cursor: int = 0
    """The line under the cursor."""
