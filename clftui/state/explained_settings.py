"""How the table of explained samples shows: which task, of what, in which order, narrowed by which text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """VAC-CNN's three tasks: what a row of the table is."""

    MODELS = "models"
    """A run, on one image."""
    CLASSES = "classes"
    """A class of one run, by the samples it is surest about, a right and a wrong one."""
    SAMPLES = "samples"
    """A sample of one run."""

    @property
    def words(self) -> str:
        return {"models": "many models, one sample", "classes": "one model, many classes",
                "samples": "one model, many samples"}[self.value]  # fmt: skip


class Of(StrEnum):
    """Which samples the third task lists."""

    CLASS = "the class"
    CELL = "the cell"
    LISTED = "the list of Samples"
    ALL = "all samples"


class Column(StrEnum):
    """What rows can be sorted by."""

    ACCURACY = "accuracy"
    CLASS_ACCURACY = "class"
    CONFIDENCE = "confidence"
    NAME = "name"
    TRUE = "true"
    PREDICTED = "predicted"
    AREA = "area"
    COLOURS = "colours"
    SIMILARITY = "similarity"

    @property
    def words(self) -> str:
        """What comes first."""
        return _WORDS[self]


_WORDS = {
    Column.ACCURACY: "accuracy of the run, best first",
    Column.CLASS_ACCURACY: "accuracy of the true class, best first",
    Column.CONFIDENCE: "confidence, surest first",
    Column.NAME: "name",
    Column.TRUE: "true class",
    Column.PREDICTED: "predicted class",
    Column.AREA: "area above the threshold, largest first",
    Column.COLOURS: "colours, farthest from the class's mean first",
    Column.SIMILARITY: "similarity between runs, least alike first",
}
OF_MAPS = frozenset({Column.AREA, Column.COLOURS, Column.SIMILARITY})
"""What takes every row's map."""
SIZES = (1, 3, 4, 5, 7, 10)
"""Lines of a row; a single line has no pictures."""


@dataclass(frozen=True)
class ExplainedSettings:
    """What the table of explanations lists, and how."""

    task: Task = Task.SAMPLES
    of: Of = Of.CLASS
    sort: Column = Column.CONFIDENCE
    turned: bool = False
    """Whether the order is the other way round."""
    all_runs: bool = False
    """Whether every run that explains the image is a row, not A to D alone."""
    search: str = ""
    """Only rows whose name or classes hold this."""
    zoom: int = 0
    """By how many of SIZES rows are higher than suits the screen."""
