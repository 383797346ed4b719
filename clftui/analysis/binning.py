"""The ways to part confidences into bins."""

from __future__ import annotations

from enum import StrEnum


class Binning(StrEnum):
    """How confidences are parted into bins."""

    WIDTH = "equal width"
    MASS = "equal mass"
