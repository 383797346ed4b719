"""How well every run does a class, against how well it does all of them: VAC-CNN's accuracy scatter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric, accuracy
from clftui.state.members import Member, members
from clftui.state.ranking_table import class_values
from clftui.state.session import Session

Float64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassScatter:
    """(R,) `overall` and `own` accuracy of the runs with these keys; NaN undefined."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    overall: Float64
    own: Float64


def class_scatter(session: Session, name: str) -> ClassScatter:
    """All runs of the split, under the filters. FormatError in a draw, while they are being read."""
    present, _ = members(session)
    return _scatter(present, name)


@lru_cache(maxsize=64)
def _scatter(present: tuple[Member, ...], name: str) -> ClassScatter:
    overall = np.asarray([accuracy(each.confusion) for each in present], dtype=np.float64)
    own = class_values(present, (name,), Metric.RECALL)[:, 0]
    runs = [each.run for each in present]
    return ClassScatter(tuple(run.key for run in runs), tuple(run.name for run in runs), overall, own)
