"""Which samples of a split are logged, and whether the rows handed over can be those of its table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from clftui.logger.rows import Rows, take
from clftui.logger.subset import subset_indices
from clftui.logger.tables import SampleList
from clftui.logger.values import Refusal
from clftui.schema import SAMPLE, TRUE, UNLABELLED

_SHUFFLED_SHARE = 0.1
"""Above this share of rows whose class is not the table's, the order must be another; below, labels may be disputed."""


class SplitSamples:
    """The sample tables and subsets of a run."""

    def __init__(
        self, tables: Mapping[str, SampleList], subset: Mapping[str, int], seed: int, *, sharded: bool
    ) -> None:
        self._tables = dict(tables)
        self._sizes = dict(subset)
        self._seed = seed
        self._sharded = sharded
        self._chosen: dict[str, NDArray[np.int64]] = {}
        for split, n in self._sizes.items():
            if n < 1:
                raise Refusal("subset", f"of {split} is {n}", "pass how many samples to log")
            if not self._draw(split) and sharded:
                remedy = "pass samples= with the true classes, so that all ranks draw the same rows"
                raise Refusal("subset", f"of {split} cannot be drawn by one rank alone", remedy)

    def add(self, split: str, table: SampleList) -> None:
        """The table of a split; a subset already drawn from what was logged stays."""
        self._tables[split] = table
        if split not in self._chosen:
            self._draw(split)

    def _draw(self, split: str) -> bool:
        """Draw the split's subset, if it has one, from the classes of its table; whether that could be done."""
        true = self._tables[split].true if split in self._tables else None
        if true is None:
            return False
        if split in self._sizes:
            self._chosen[split] = subset_indices(true, self._sizes[split], self._seed)
        return True

    def select(self, split: str, rows: Rows) -> Rows:
        """The rows to store; a Refusal when they cannot be rows of the split's table."""
        if not rows.named and self._sharded:
            remedy = "pass sample=, the row numbers of the sample table that this rank has seen"
            raise Refusal(SAMPLE, "is missing from a sharded log", remedy)
        if split in self._tables:
            self._check(split, rows)
        if split not in self._sizes:
            return rows
        if split not in self._chosen:
            # Without a table the first epoch logged decides; sorted, so that a shuffled loader draws the same.
            order = np.argsort(rows.sample, kind="stable")
            self._chosen[split] = rows.sample[order][subset_indices(rows.true[order], self._sizes[split], self._seed)]
        return take(rows, np.isin(rows.sample, self._chosen[split]))

    def _check(self, split: str, rows: Rows) -> None:
        table = self._tables[split]
        if rows.sample.max() >= table.count:
            problem = f"has row {rows.sample.max():,} where {table.path.name} has {table.count:,}"
            raise Refusal(SAMPLE, problem, "pass row numbers of the sample table, counted from 0")
        if rows.named or table.true is None:
            return
        there = table.true[rows.sample]
        known = (there != UNLABELLED) & (rows.true != UNLABELLED)
        wrong = int(np.count_nonzero(there[known] != rows.true[known]))
        if wrong > _SHUFFLED_SHARE * max(int(known.sum()), 1):
            problem = f"differs from {table.path.name} in {wrong:,} of {int(known.sum()):,} rows"
            raise Refusal(TRUE, problem, "pass sample= if the loader shuffles or drops rows")
