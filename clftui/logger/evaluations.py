"""What the frameworks' callbacks share: a run begun when its classes are known, batches, and one commit a split."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.loaders import class_names, rows_of, sample_table
from clftui.logger.models import as_argument
from clftui.logger.run import RunLogger
from clftui.logger.values import Refusal
from clftui.schema import EPOCHS_FOLDER, FormatError, parse_epoch_folder


class Evaluations:
    """Collects the batches of one evaluation after the other and commits each as a split of an epoch.

    `classes` is asked of the dataset when it is None, and is numbers where that does not know; `options` go to
    `RunLogger` (`samples`, `hyperparameters`, `hierarchy`, `subset`, `best`, `name` ...), and win over what the
    framework tells.
    """

    def __init__(
        self, folder: str | os.PathLike[str], classes: Sequence[object] | None, options: Mapping[str, Any]
    ) -> None:
        self.path = Path(folder)
        self.run: RunLogger | None = None
        self.epoch = 0
        """The last one committed."""
        self._classes = classes
        self._options = dict(options)
        self._model: Mapping[str, object] = {}
        self._hyperparameters: Mapping[str, object] = {}
        self._rank = (0, 1)
        self._dataset: Any = None
        self._rows: NDArray[np.int64] | None = None
        self._split = ""
        self._seen = 0

    def describe(
        self,
        *,
        model: Mapping[str, object],
        hyperparameters: Mapping[str, object],
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        """What the framework tells of the run, before its first evaluation."""
        self._model, self._hyperparameters = model, hyperparameters
        self._rank = (rank, world_size)

    def last_epoch(self) -> int:
        """The last epoch that is in the run's folder; 0 without any."""
        try:
            names = [each.name for each in (self.path / EPOCHS_FOLDER).iterdir()]
        except OSError:
            return 0
        return max((epoch for name in names if (epoch := parse_epoch_folder(name)) is not None), default=0)

    def name_classes(self, names: Sequence[str]) -> None:
        """The classes the model knows."""
        self._classes = names

    def flush(self) -> None:
        """Wait until all is on the disk."""
        if self.run is not None:
            self.run.flush()

    def begin(self, split: str, loader: Any = None, dataset: Any = None) -> None:
        """An evaluation of `split` begins, over `loader` or over `dataset` in its own order."""
        with self._about():
            self._split, self._seen = split, 0
            self._dataset = getattr(loader, "dataset", None) if dataset is None else dataset
            self._rows = None if loader is None else rows_of(loader)
            if self.run is not None:
                self.run.discard()

    def batch(self, true: Any, scores: Any, rows: Any = None) -> None:
        """The labels (n,) and scores (n, K) of the next n samples."""
        with self._about():
            if scores is None:
                raise Refusal("scores", "were not found", 'return {"logits": logits} from the evaluation step')
            if true is None:
                raise Refusal(
                    "true", "was not found in the batch", 'name the labels "labels", or make them the second part'
                )
            count = len(true)
            if rows is None and self._rows is not None:
                rows = self._rows[self._seen : self._seen + count]
            self._seen += count
            run = self._opened(int(scores.shape[1]))
            run.append(self._split, true, sample=rows, **as_argument(scores))

    def commit(self, epoch: int, scalars: Mapping[str, object]) -> None:
        """Commit the batches of the evaluation, if there were any."""
        if self.run is not None and self._seen:
            self.run.commit(epoch, split=self._split, **scalars)
            self.epoch = epoch
        self._seen = 0

    def log_scalars(self, epoch: int, split: str | None, scalars: Mapping[str, object]) -> None:
        """Numbers of an epoch; dropped before the first evaluation, when the run's classes are not known yet."""
        if self.run is not None and scalars:
            self.run.log_scalars(epoch, split, **scalars)

    def close(self, error: BaseException | None = None) -> None:
        """The training has ended; a later evaluation continues the run."""
        run, self.run = self.run, None
        if run is not None and error is None:
            run.close()
        elif run is not None and error is not None:
            run.__exit__(type(error), error, None)

    def _opened(self, width: int) -> RunLogger:
        if self.run is None:
            names = self._classes or class_names(self._dataset) or [str(number) for number in range(width)]
            rank, world_size = self._rank
            told: dict[str, Any] = {"model": self._model, "hyperparameters": self._hyperparameters}
            given = dict(self._options)
            for name, value in told.items():
                mine = given.get(name)
                told[name] = {**value, **mine} if isinstance(mine, Mapping) else mine or value
            ranks = {"rank": rank, "world_size": world_size}
            self.run = RunLogger(self.path, **({"classes": names} | ranks | given | told))
        self._tell_samples(self.run)
        return self.run

    def _tell_samples(self, run: RunLogger) -> None:
        """The evaluation's sample table, once: the dataset may be large."""
        if self._dataset is None or self._split in (self._options.get("samples") or {}):
            return
        table = sample_table(self._dataset)
        self._dataset = None
        if table:
            run.add_samples(self._split, table)

    @contextmanager
    def _about(self) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            raise FormatError(self.path, refusal.field, refusal.problem, refusal.remedy) from None
