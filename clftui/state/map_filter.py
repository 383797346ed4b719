"""A region of the map as a filter that every view obeys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clftui.state.filters import Mask
from clftui.state.sample_ids import row_of
from clftui.text import count, sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.samples import SampleTable


@dataclass(frozen=True)
class OnMap:
    """Only the samples that lay in a region of the map, each by its id; none of other splits."""

    words: str
    split: str
    ids: frozenset[str]

    @property
    def kind(self) -> str:
        return "region of the map"

    def describe(self) -> str:
        return sanitise(self.words)

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        if evaluation.split != self.split:
            return np.zeros(evaluation.true.size, dtype=np.bool_)
        return np.isin(evaluation.sample, _rows(self.ids, samples))


@lru_cache(maxsize=8)
def _rows(ids: frozenset[str], samples: SampleTable | None) -> NDArray[np.int64]:
    rows = (row_of(samples, name) for name in ids)
    return np.asarray(sorted(row for row in rows if row >= 0), dtype=np.int64)


def region_words(n: int, split: str, lasso: bool) -> str:
    """`214 of test in a map box`"""
    return f"{count(n)} of {split} in a map {'lasso' if lasso else 'box'}"
