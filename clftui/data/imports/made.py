"""From arrays that an importer found to a Run: duplicates out, sample tables in, everything assumed written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.arrays import MemoryArrays, check_members
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.data.shards import first_of_each
from clftui.data.source import MemorySource
from clftui.text import plural

Array = NDArray[Any]
_ROWS = 4096


@dataclass(eq=False)
class Part:
    """One split in one epoch: the arrays of the run format (`true`, `predicted`, scores ...), rows as they came."""

    split: str
    epoch: int
    arrays: dict[str, Array]


@dataclass(eq=False)
class Made:
    """A run to be. `tables` maps splits to sample tables, `notes` are sentences."""

    name: str
    path: Path
    classes: tuple[str, ...]
    parts: list[Part]
    tables: Mapping[str, SampleTable] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def run(self) -> Run:
        """The run; FormatError where an array does not fit the others."""
        arrays: dict[tuple[str, int], MemoryArrays] = {}
        dropped = conflicts = 0
        for part in self.parts:
            lost, differ = _drop_duplicates(part)
            dropped += lost
            conflicts += differ
            made = MemoryArrays(self.path, part.arrays)
            check_members(made, len(self.classes))
            arrays[part.split, part.epoch] = made
        if dropped:
            told = f", {conflicts} of them with other labels" if conflicts else ""
            self.notes.append(f"{plural(dropped, 'row was', 'rows were')} dropped as repeated samples{told}")
        source = MemorySource(self.classes, arrays, self.tables)
        return Run(self.name, self.name, self.path, self.classes, source, notes=tuple(dict.fromkeys(self.notes)))


def _drop_duplicates(part: Part) -> tuple[int, int]:
    if "sample" not in part.arrays:
        return 0, 0
    n = len(part.arrays["sample"])
    keep, conflicts = first_of_each(part.arrays["sample"], part.arrays["true"], part.arrays["predicted"])
    if keep is None:
        return 0, 0
    part.arrays = {name: array[keep] for name, array in part.arrays.items()}
    return n - len(keep), conflicts


def as_scores(values: Array, kind: str, notes: list[str]) -> tuple[str, Array]:
    """The format's name for (n, K) values and the values: `scores`, or `logits` where rows do not sum to 1.

    `kind` is what their name said: "scores", "logits" or "nll".
    """
    if kind == "nll":
        return "nll", values
    if kind == "logits" or not _sum_to_one(values):
        if kind != "logits":
            notes.append("scores do not sum to 1 in each row and were taken as logits")
        return "logits", values
    return "scores", values


def _sum_to_one(values: Array) -> bool:
    first: Array = values[:10_000]
    known = first[np.flatnonzero(~np.isnan(first).any(axis=1))]
    if not len(known):
        return True
    fits = (np.abs(known.astype(np.float64).sum(axis=1) - 1) < 0.02) & (known >= 0).all(axis=1)
    return float(fits.mean()) > 0.99


def best_class(values: Array, kind: str) -> NDArray[np.int32]:
    """(n,) the class of highest score; -1 for rows with a NaN."""
    best = np.empty(len(values), dtype=np.int32)
    for begin in range(0, len(values), _ROWS):  # Never all scores twice in memory.
        rows = slice(begin, begin + _ROWS)
        order = -values[rows] if kind == "nll" else values[rows]
        unknown: Array = np.asarray(np.isnan(order).any(axis=1))
        best[rows] = np.argmax(np.where(unknown[:, None], 0, order), axis=1)
        best[rows][unknown] = -1
    return best
