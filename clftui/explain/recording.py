"""Adds up what layers put out: sums of every class, and each sample's mean. Memory does not grow with the samples."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.samples import SampleTable
from clftui.explain.hooks import Listener, Output

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

MOST_SUM_BYTES = 256_000_000
"""Of one layer's sums: a larger grid of places is halved until they fit."""
LARGE_SUM_BYTES = 64_000_000
"""From here on they lie in a file: a network has many layers."""


class LayerRecord:
    """One layer's sums and rows; `rows` is the number of samples that may come, 0 keeps none of them one by one."""

    def __init__(self, classes: int, first: Output, rows: int, folder: Path, number: int) -> None:
        self._shrink = 1
        units = first.mean.shape[1]
        grid: tuple[int, ...] = first.places.shape[2:] if first.places is not None else ()
        while len(grid) == 2 and max(grid) > 1 and classes * units * grid[0] * grid[1] * 4 > MOST_SUM_BYTES:
            self._shrink *= 2
            grid = tuple(-(-side // 2) for side in grid)
        shape = (classes, units, *grid)
        if 4 * math.prod(shape) > LARGE_SUM_BYTES:
            self._sums: Float32 = _mapped(folder / f"{number}.sums", np.float32, shape)
        else:
            self._sums = np.zeros(shape, np.float32)
        self._counts = np.zeros(classes, np.int64)
        self._rows: NDArray[np.float16] | None = None
        self._n = 0
        if rows:
            self._rows = _mapped(folder / f"{number}.rows", np.float16, (rows, units))

    def add(self, true: Int64, output: Output) -> None:
        """`output` of samples of the classes `true` (m,); unlabelled ones (-1) are in no class."""
        small = output.mean if output.places is None else _halved(output.places, self._shrink)
        for label, one in zip(true.tolist(), small, strict=True):
            if label >= 0:
                self._sums[label] += one
                self._counts[label] += 1
        if self._rows is not None:
            means = output.mean
            largest = float(np.finfo(np.float16).max)
            self._rows[self._n : self._n + len(means)] = np.clip(means, -largest, largest)
            self._n += len(means)

    @property
    def class_mean(self) -> Float32:
        """(K, units[, h, w]); NaN for a class without samples."""
        counts = self._counts.astype(np.float32)
        counts[counts == 0] = np.nan
        return np.asarray(self._sums / counts.reshape(-1, *(1,) * (self._sums.ndim - 1)), np.float32)

    @property
    def values(self) -> NDArray[np.float16] | None:
        """(n, units) of the samples in the order they came; None where they are not kept."""
        return None if self._rows is None else self._rows[: self._n]


def _mapped(path: Path, kind: type[np.floating[Any]], shape: tuple[int, ...]) -> NDArray[Any]:
    """An array of zeros in a file. OSError where the disk has no room for all of it.

    Only the kernel would notice later, and end the process.
    """
    with path.open("wb") as file:
        size = math.prod(shape) * np.dtype(kind).itemsize
        if size and hasattr(os, "posix_fallocate"):  # Darwin has none.
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(path.parent)) from error
        file.truncate(size)
    return np.memmap(path, kind, "r+", shape=shape)


def _halved(output: Float32, times: int) -> Float32:
    """The places of (m, units, h, w) averaged in squares of `times` by `times`, the last ones of what is left."""
    if times == 1:
        return output
    for axis in (2, 3):
        starts = np.arange(0, output.shape[axis], times)
        lengths = np.diff(np.append(starts, output.shape[axis])).astype(np.float32)
        shape = [1] * output.ndim
        shape[axis] = len(lengths)
        output = (np.add.reduceat(output, starts, axis=axis) / lengths.reshape(shape)).astype(np.float32)
    return output


@dataclass
class Recorded:
    """What was recorded of the samples that had a readable picture."""

    layers: dict[str, LayerRecord] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    """The sample table's row of each, in the order of `LayerRecord.values`."""
    checked: int = 0
    agreed: int = 0
    """Samples that the run has an answer to, and those where it is the model's."""
    troubles: list[str] = field(default_factory=list)


def record(
    listener: Listener, table: SampleTable, rows: Int64, true: Int64, predicted: Int64, classes: int, *, folder: Path,
    batch: int, keep_values: bool, tell: Callable[[int], None],
) -> Recorded:  # fmt: skip
    """Show the samples in `rows` (n,) to the model once and add up what its layers put out.

    `true` and `predicted` (n,) are the run's labels of them; `folder` takes what does not belong into memory.
    """
    out = Recorded()
    place = {row: at for at, row in enumerate(rows.tolist())}
    done = 0
    for each in listener.batches(table, rows.tolist(), batch):
        out.troubles += each.troubles
        done += len(each.rows) + len(each.troubles)
        if len(each.rows):
            at = np.array([place[row] for row in each.rows.tolist()], np.int64)
            heard = listener.hear(each)
            out.checked += int(np.count_nonzero(predicted[at] >= 0))
            out.agreed += int(np.count_nonzero(heard.answers == predicted[at]))
            out.rows += each.rows.tolist()
            if not heard.layers:
                break
            for name, output in heard.layers.items():
                if name not in out.layers:
                    kept = len(rows) if keep_values else 0
                    out.layers[name] = LayerRecord(classes, output, kept, folder, len(out.layers))
                out.layers[name].add(true[at], output)
        tell(done)
    return out


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for the rows of all layers, gone at its end."""
    return tempfile.TemporaryDirectory(prefix="clftui-respond-")
