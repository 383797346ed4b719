"""How groups of the class hierarchy show, and the hierarchy that a person is building: frozen values alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clftui.analysis.metrics import Metric

GROUP_METRICS = (Metric.F1, Metric.PRECISION, Metric.RECALL)
"""What colours the groups."""

GroupPath = tuple[str, ...]
"""The names that lead from the root (left out) to a group."""


class GroupSort(StrEnum):
    """What orders the children of a group."""

    GIVEN = "as given"
    SIZE = "largest first"
    METRIC = "worst first"


class GroupPart(StrEnum):
    """Which samples of a group: right in it, missed by it, or taken into it from outside."""

    TP = "TP"
    FN = "FN"
    FP = "FP"


@dataclass(frozen=True)
class GroupSettings:
    """How the hierarchy shows beside the matrix."""

    icicle: bool = True
    metric: Metric = Metric.F1
    sort: GroupSort = GroupSort.GIVEN
    collapsed: frozenset[GroupPath] = frozenset()
    """Groups that are one row and one column."""
    level: int = 0
    """The first level of the hierarchy that shows where not all have room, 0 the outermost."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """A hierarchy made in the app, instead of the collection's, and the way back to what was before it."""

    tree: Mapping[str, object]
    """Nested {"name", "children"} down to class names, so that it serves every run."""
    before: Arrangement | None
    words: str
    """What the step was, for undo."""
