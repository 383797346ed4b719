"""How the latent subclasses of a class show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Which(StrEnum):
    """Whose samples are compared."""

    TRUE = "true class"
    PREDICTED = "predicted class"
    CELL = "cell"


class Arranged(StrEnum):
    """The order of samples; the samples of a part stay together in each."""

    ALIKE = "by likeness"
    SPECTRAL = "spectral"


class Lower(StrEnum):
    """What stands below the matrix."""

    LAYERS = "layers"
    UNITS = "units"
    CLASSES = "classes"


@dataclass(frozen=True)
class SubclassesSettings:
    """How the subclasses variant parts a class."""

    which: Which = Which.TRUE
    order: Arranged = Arranged.ALIKE
    parts: int | None = None
    """How many parts; None is as many as the samples suggest."""
    lower: Lower = Lower.LAYERS
