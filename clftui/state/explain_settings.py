"""How one sample shows alone: which explanation, at which threshold, compared how, beside what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clftui.analysis.nearest import Distance
from clftui.analysis.saliency import Measure

STEPS = 20
"""Steps of the threshold from 0 to 1: 0.05 each."""


class Pictures(StrEnum):
    """Which pictures stand beside each other."""

    ALONE = "the image"
    PAIR = "the image and the focused run's map"
    RUNS = "the image and every run's map"
    METHODS = "the image and every method's map"


class Section(StrEnum):
    """A part of the column beside the pictures; what has no room is left out from the end."""

    ANSWERS = "best classes"
    NEAREST = "nearest samples"
    SIMILARITY = "likeness of the maps"
    COLOURS = "colours inside the contour"


@dataclass(frozen=True)
class ExplainSettings:
    """What the explanation pane of a sample shows."""

    method: str | None = None
    """The explanation method; None is the first that there is."""
    aim: str = ""
    """Of which class where a method explains several: "predicted", "true" or a name; "" is the first there is."""
    step: int = 10
    """The threshold in twentieths."""
    measure: Measure = Measure.L1
    distance: Distance = Distance.COSINE
    pictures: Pictures = Pictures.PAIR
    first: Section = Section.ANSWERS
    """The section on top; the others follow in their order, round and round."""
    neighbour: tuple[str, int] = ("", 0)
    """A sample's id and the line of its nearest ones under the cursor; of another sample it is the first."""
    scroll: tuple[str, int] = ("", 0)
    """A sample's id and the first line of its document on the screen."""

    @property
    def threshold(self) -> float:
        """What a map has to reach to be kept."""
        return self.step / STEPS

    def line_of(self, sample: str) -> int:
        """The line of the nearest samples of `sample` under the cursor."""
        return self.neighbour[1] if self.neighbour[0] == sample else 0

    def top_of(self, sample: str) -> int:
        """The first line of the document of `sample` on the screen."""
        return self.scroll[1] if self.scroll[0] == sample else 0
