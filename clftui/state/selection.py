"""What the whole app looks at: runs, split, epoch, the class pair under the cursor, and which samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LETTERS = "ABCD"
MAX_LETTERED = len(LETTERS)


class Tab(StrEnum):
    """The screens, in the order of the keys that open them, from the general to the specific."""

    RUNS = "runs"
    RANKING = "ranking"
    MATRIX = "matrix"
    EPOCHS = "epochs"
    MAP = "map"
    SCORES = "scores"
    SAMPLES = "samples"
    FEATURES = "features"

    @property
    def key(self) -> str:
        return str(list(Tab).index(self) + 1)

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Part(StrEnum):
    """Which of a scope's samples count."""

    WRONG = "wrong"
    RIGHT = "right"
    ALL = "all"


@dataclass(frozen=True)
class Scope:
    """The samples that the Samples view shows: those of a true class, of a predicted class, of a cell, or of all.

    Classes are names, so that a scope means the same in every run; a run that lacks some of several knows the rest.
    """

    true: str | None = None
    predicted: str | None = None
    part: Part = Part.WRONG
    true_classes: tuple[str, ...] = ()
    """Several true classes (a box of cells, a group) instead of one; empty is any."""
    predicted_classes: tuple[str, ...] = ()
    title: str = ""
    """What several classes are called: `3 × 4 cells`, `tops taken for others`."""

    @property
    def is_cell(self) -> bool:
        return self.true is not None and self.predicted is not None


@dataclass(frozen=True)
class Selection:
    """One selection shared by all views."""

    runs: tuple[str, ...] = ()
    """Keys of up to four runs, lettered A to D in this order."""
    run: str | None = None
    """Key of the focused run: the row of Runs and Ranking, the run whose matrix and samples show."""
    split: str | None = None
    epoch: int | None = None
    """None follows the newest epoch of each run; a number pins it."""
    span: tuple[int, int] | None = None
    """First and last epoch of the range that histories show; None is all of them."""
    true: str | None = None
    predicted: str | None = None
    """The class pair under the cursor; Ranking's column is `true`."""
    scope: Scope = Scope()
    sample: str | None = None
    """Id of the focused sample; None is the first of the list."""
    group: tuple[str, ...] | None = None
    """The group selected in all views, by the names that lead to it; None is none."""
    anchor: tuple[str, str] | None = None
    """The class pair where a box of cells begins that ends at the cursor; None without a box."""
    chosen: frozenset[tuple[str, str]] = frozenset()
    """Samples selected by hand, each by its split and id; more may be chosen than a list shows."""
    detail: bool = False
    """Whether the Samples view shows the focused sample alone."""

    @property
    def alone(self) -> bool:
        """Whether one sample shows alone."""
        return self.detail and self.sample is not None

    def letter(self, key: str) -> str | None:
        """`A` to `D`, or None for a run without a letter."""
        return LETTERS[self.runs.index(key)] if key in self.runs else None
