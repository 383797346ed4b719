"""A few samples of each class of a group: what its classes look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clftui.state.filters import Mask
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class Examples:
    """Of each class of a group the `each` samples that are right and surest; wrong ones only where too few are right.

    Without scores the first in the file.
    """

    name: str
    classes: frozenset[str]
    each: int = 3

    @property
    def kind(self) -> str:
        return "examples"

    def describe(self) -> str:
        return f"{self.each} of each class of {sanitise(self.name)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        inside = np.asarray([*(name in self.classes for name in evaluation.classes), False], dtype=np.bool_)
        rows = np.flatnonzero(inside[evaluation.true])
        true = evaluation.true[rows]
        wrong = evaluation.predicted[rows] != true
        confidence = evaluation.confidence()
        doubt = np.zeros(len(rows)) if confidence is None else -np.nan_to_num(confidence[rows], nan=-1.0)
        order = np.lexsort((rows, doubt, wrong, true))
        # The place of each sample within its class.
        by_class = true[order]
        first = np.flatnonzero(np.append(True, by_class[1:] != by_class[:-1])[: len(by_class)])
        place = np.arange(len(by_class)) - np.repeat(first, np.diff(np.append(first, len(by_class))))
        out = np.zeros(len(evaluation.true), dtype=np.bool_)
        out[rows[order[place < self.each]]] = True
        return out
