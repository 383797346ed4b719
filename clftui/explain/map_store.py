"""The maps of one method and split on their way into the run: kept back for seconds, then committed whole."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.data.explanations import MapFile
from clftui.logger.extras import add_explanations
from clftui.logger.values import Refusal
from clftui.schema import FormatError

Int64 = NDArray[np.int64]

EVERY_SECONDS = 2.0
_SHARE = 10
"""Committing writes the whole file; it may take a tenth of the time at most."""


class MapStore:
    """Maps of classes in one epoch, in `explanations/<method>/<split>.npz`.

    Readers see a whole file at all times; a kill costs what was added since the last commit. Several processes may add
    to one file.
    """

    def __init__(self, path: Path, epoch: int) -> None:
        self.path = path
        self._epoch = epoch
        self._waiting: list[tuple[Int64, Int64, NDArray[np.float16]]] = []
        self._last = time.monotonic()
        self._pause = EVERY_SECONDS
        self._shape: tuple[int, int] | None = None

    def kept(self) -> set[tuple[int, int]]:
        """(row, target) of what the file holds of this epoch; FormatError where it cannot be read."""
        if not self.path.exists():
            return set()
        file = MapFile(self.path)
        self._shape = file.shape
        here = (file.epoch == self._epoch) & ~file.of_unit
        return set(zip(file.sample[here].tolist(), file.target[here].tolist(), strict=True))

    def add(self, rows: Int64, targets: Int64, maps: NDArray[np.float64]) -> None:
        """Maps (n, h, w) of some rows and classes; FormatError where the file holds maps of another size."""
        shape = (int(maps.shape[1]), int(maps.shape[2]))
        if self._shape is not None and shape != self._shape:
            mine, there = (f"{h} × {w}" for h, w in (shape, self._shape))
            remedy = "choose that --size or another --name, or remove the file"
            raise FormatError(self.path, "maps", f"are {there}, and these would be {mine}", remedy)
        self._shape = shape
        self._waiting.append((rows, targets, maps.astype(np.float16)))

    def commit_if_due(self) -> None:
        """`commit`, now and then."""
        if time.monotonic() - self._last >= self._pause:
            self.commit()

    def commit(self) -> None:
        """Write what waits."""
        began = time.monotonic()
        if self._waiting:
            rows, targets, maps = (np.concatenate(each) for each in zip(*self._waiting, strict=True))
            try:
                add_explanations(self.path, rows, maps, target_kind="class", target=targets, epoch=self._epoch)
            except Refusal as error:
                raise FormatError(self.path, error.field, error.problem, error.remedy) from error
            self._waiting.clear()
        self._last = time.monotonic()
        self._pause = max(EVERY_SECONDS, _SHARE * (self._last - began))
