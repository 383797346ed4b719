"""How the Scores view draws what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clftui.state.settings import ClassOrder


class ScoresVariant(StrEnum):
    """How the samples of the predicted classes show."""

    STACKS = "stacks"
    GRID = "dense grid"
    CALIBRATION = "calibration"
    THRESHOLDS = "thresholds"


DECIDING = frozenset({ScoresVariant.CALIBRATION, ScoresVariant.THRESHOLDS})
"""The variants that show how far to trust scores instead of the samples' scores."""


class ScoresRoom(StrEnum):
    """What the view is made of."""

    BOTH = "stacks and axes"
    ONE = "the one that keys move in"


class Subject(StrEnum):
    """Whose scores the parallel coordinates show where there is no box."""

    CELL = "the cell"
    WRONG = "wrong ones of the column"
    ALL = "the column"
    CHOSEN = "selected by hand"


class LineColour(StrEnum):
    """What the colour of a line tells."""

    TRUE = "true class"
    RIGHT = "right or wrong"


@dataclass(frozen=True)
class ScoreBox:
    """A range of the predicted class's score, from where it was begun to its other end."""

    anchor: float
    end: float

    @property
    def low(self) -> float:
        return min(self.anchor, self.end)

    @property
    def high(self) -> float:
        return max(self.anchor, self.end)


@dataclass(frozen=True)
class ScoresSettings:
    """The settings of the Scores tab."""

    variant: ScoresVariant = ScoresVariant.STACKS
    room: ScoresRoom = ScoresRoom.BOTH
    order: ClassOrder = ClassOrder.GIVEN
    """What orders the columns, and so the axes."""
    subject: Subject | None = None
    """None: what is selected by hand, else the cell."""
    box: ScoreBox | None = None
    """In the column under the cursor; its samples are the subject."""
    on_axes: bool = False
    """Whether keys move along the axes instead of in the stacks."""
    axes: tuple[str, ...] | None = None
    """The classes of the axes, where a person chose them; None: the highest of the subject."""
    axis: str | None = None
    """The class of the axis under the cursor; None is the first."""
    inverted: frozenset[str] = frozenset()
    """The axes with a score of 1 at the bottom."""
    by_mean: bool = False
    """Axes from the highest mean score to the lowest, instead of in the order of the columns."""
    upper: bool = False
    """Whether keys move the upper bound of a brush instead of the lower one."""
    logit: bool = False
    """Axes of log-odds, which part .99 from .999, instead of linear ones."""
    colour: LineColour = LineColour.TRUE
