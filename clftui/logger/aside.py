"""Logs one more split of a run that is there, beside whoever wrote it: its status stays what it is."""

from __future__ import annotations

from pathlib import Path

from clftui.logger.description import add_table
from clftui.logger.keeper import ScoreKeeper
from clftui.logger.rows import Rows, check_rows, join, to_arrays
from clftui.logger.values import epoch_number
from clftui.schema import Shard


class SplitAside:
    """One split, batch by batch, then its epoch at once: readers see all of it or nothing.

    `full_scores` as `RunLogger` has it. What cannot be logged raises `Refusal`.
    """

    def __init__(
        self, run: Path, split: str, classes: tuple[str, ...], table: Path, *, full_scores: bool | None = None
    ) -> None:
        self._run, self._split, self._table = run, split, table
        self._index = {label: number for number, label in enumerate(classes)}
        self._keeper = ScoreKeeper(run, split, Shard(1, 0), full=full_scores, best="accuracy")
        self._rows: list[Rows] = []

    def append(self, true: object, *, sample: object, logits: object = None, predicted: object = None) -> None:
        """Hold a batch: `true` (n,) class numbers, rows of the table, logits (n, K) or answers (n,).

        Logits that are NaN are no answer.
        """
        rows = check_rows(self._index, true, scores=None, logits=logits, predicted=predicted, sample=sample,
                          features=None, losses=None, on_nan="mark")  # fmt: skip
        self._rows.append(rows)

    def commit(self, epoch: int) -> None:
        """Tell the run where the split's samples are listed, then write what was appended as `epoch`.

        In this order, as an epoch that is there is not evaluated again: one without its table would stay so.
        """
        arrays = to_arrays(join(self._rows), len(self._index), sharded=False)
        add_table(self._run, self._split, self._table)
        self._keeper.write(epoch_number(epoch), arrays, {})
        self._rows = []
