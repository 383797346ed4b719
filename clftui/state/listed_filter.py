"""Filters that keep samples listed one by one: what was chosen in a picture, not by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clftui.state.filters import Mask
from clftui.state.sample_ids import row_of
from clftui.text import sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class Listed:
    """Only the samples of a list, each by its id; none of other splits."""

    words: str
    split: str
    ids: frozenset[str]

    @property
    def kind(self) -> str:
        return "list of samples"

    def describe(self) -> str:
        return sanitise(self.words)

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        if evaluation.split != self.split:
            return np.zeros(evaluation.true.size, dtype=np.bool_)
        return np.isin(evaluation.sample, _rows(self.ids, samples))


@dataclass(frozen=True)
class InPart(Listed):
    """Only the samples of one part of a class, as a layer sees them."""

    @property
    def kind(self) -> str:
        return "part of a class"


@dataclass(frozen=True)
class RightAtLayer(Listed):
    """Only the samples that the probe of a layer has right and the output wrong."""

    @property
    def kind(self) -> str:
        return "gain of a layer"


@lru_cache(maxsize=8)
def _rows(ids: frozenset[str], samples: SampleTable | None) -> NDArray[np.int64]:
    rows = (row_of(samples, name) for name in ids)
    return np.asarray(sorted(row for row in rows if row >= 0), dtype=np.int64)
