"""A brush as a filter: only samples to which the model gives a class a score between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clftui.state.filters import FilterError, Mask
from clftui.state.scores_columns import class_scores
from clftui.text import sanitise, short_score

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class ScoreOf:
    """Only samples whose score for `name`, a class, lies from `low` to `high`, both included.

    A score below the logged ones passes where all that it can be lies inside; one that may lie on either side, or is
    not known at all, does not.
    """

    name: str
    low: float = 0.0
    high: float = 1.0

    @property
    def kind(self) -> str:
        return f"score of {self.name}"

    def describe(self) -> str:
        return f"{sanitise(self.name)} {range_words(self.low, self.high)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        if evaluation.score_kind == "none":
            split = sanitise(evaluation.split)
            raise FilterError(f"this run logged no scores on {split}, so it has none to filter by")
        if self.name not in evaluation.classes:
            raise FilterError(f"this run has no class {sanitise(self.name)}")
        found = class_scores(evaluation, evaluation.classes.index(self.name))
        # Scores are float32: .9 as a double would leave out a stored .9.
        low, high = np.float32(self.low), np.float32(self.high)
        inside = (found.values >= low) & (found.values <= high)
        if low <= 0:
            inside |= found.ceiling <= high
        return np.asarray(inside, dtype=np.bool_)


def range_words(low: float, high: float) -> str:
    """`≥ .30`, `≤ .05`, `.30–.80`; with as many digits as tell the bounds from 0 and 1."""
    if high >= 1:
        return f"≥ {_score(low)}"
    return f"≤ {_score(high)}" if low <= 0 else f"{_score(low)}–{_score(high)}"


def _score(value: float) -> str:
    return short_score(value, 3 if round(value, 2) != round(value, 3) else 2)
