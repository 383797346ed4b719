"""Recorded responses of a run's layers: `epochs/<epoch>/<split>.responses.<layer>.npz`.

Class means are read whole, single samples' responses by rows or by one unit. What lies in a folder is looked up again
every few seconds, for responses may be recorded long after a run has ended.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clftui.schema import EPOCHS_FOLDER, FormatError, epoch_folder, parse_epoch_folder
from clftui.storage import NpzFile, Signature, file_signature, open_npz
from clftui.text import count

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]

MEAN, VALUES, SAMPLE, DEPTH = "class_mean", "values", "sample", "depth"
SUFFIX = ".npz"
RECHECK_SECONDS = 2.0
MAX_LAYERS = 512
MAX_MEAN_BYTES = 1_000_000_000
_DIGITS = re.compile(r"(\d+)")


class ResponseFile:
    """One layer's responses: headers are checked when it is made, arrays are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._npz: NpzFile = open_npz(path)
        self.path = str(path)
        self._check()

    def _check(self) -> None:
        mean = self._npz.member(MEAN)
        if mean.dtype.kind not in "fiu" or len(mean.shape) not in (2, 4) or 0 in mean.shape:
            problem = f"has dtype {mean.dtype} and shape {mean.shape}"
            raise FormatError(self.path, MEAN, problem, "write floats of shape (classes, units) or (..., h, w)")
        if mean.nbytes > MAX_MEAN_BYTES:
            problem = f"takes {count(mean.nbytes // 1_000_000)} MB"
            raise FormatError(self.path, MEAN, problem, "keep smaller maps: h and w of 8 are enough")
        if VALUES not in self._npz:
            return
        values = self._npz.member(VALUES)
        if values.dtype.kind not in "fiu" or len(values.shape) != 2 or values.shape[1] != mean.shape[1]:
            problem = f"has dtype {values.dtype} and shape {values.shape}"
            raise FormatError(self.path, VALUES, problem, f"write floats of shape (samples, {mean.shape[1]})")
        if SAMPLE not in self._npz:
            raise FormatError(self.path, SAMPLE, "is missing", "write the sample table's row of each row of values")
        sample = self._npz.member(SAMPLE)
        if sample.dtype.kind not in "iu" or sample.shape != values.shape[:1]:
            problem = f"has dtype {sample.dtype} and shape {sample.shape}"
            raise FormatError(self.path, SAMPLE, problem, f"write a row number for each of {values.shape[0]} rows")

    @property
    def classes(self) -> int:
        """K."""
        return int(self._npz.member(MEAN).shape[0])

    @property
    def units(self) -> int:
        """Units: neurons, or a convolution's channels."""
        return int(self._npz.member(MEAN).shape[1])

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of places that each unit was recorded at; 1, 1 where it is one number."""
        shape = self._npz.member(MEAN).shape
        return (int(shape[2]), int(shape[3])) if len(shape) == 4 else (1, 1)

    @cached_property
    def depth(self) -> int | None:
        """Place of the layer in its network, counted from 0; None where it was not written, or cannot be read."""
        try:
            if DEPTH not in self._npz or (member := self._npz.member(DEPTH)).shape or member.dtype.kind not in "iu":
                return None
            return int(self._npz.read(DEPTH))
        except FormatError:
            return None  # The order of the other layers does not hang on it.

    @cached_property
    def class_mean(self) -> Float32:
        """(K, units, h, w) mean response of each class, h = w = 1 for one number each; NaN for absent classes."""
        mean = np.asarray(self._npz.read(MEAN), dtype=np.float32)
        return mean.reshape(self.classes, self.units, *self.grid)

    @property
    def n(self) -> int:
        """Samples recorded one by one; 0 where only class means were."""
        return int(self._npz.member(VALUES).shape[0]) if VALUES in self._npz else 0

    @cached_property
    def sample(self) -> Int64:
        """(n,) the sample table's row of each recorded sample."""
        return np.asarray(self._npz.read(SAMPLE), dtype=np.int64) if self.n else np.empty(0, dtype=np.int64)

    def values(self, rows: ArrayLike | None = None) -> Float32:
        """(m, units) responses of the recorded samples at `rows` (places in `sample`), or of all."""
        if not self.n:
            return np.empty((0, self.units), dtype=np.float32)
        found = self._npz.read(VALUES) if rows is None else self._npz.read_rows_at(VALUES, rows)
        return np.asarray(found, dtype=np.float32)

    def unit(self, unit: int) -> Float32:
        """(n,) responses of one unit to all recorded samples."""
        if not self.n:
            return np.empty(0, dtype=np.float32)
        return np.asarray(self._npz.read_column(VALUES, unit), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Layer:
    """A recorded layer, or why its file cannot be read. The same object while the file is the same."""

    name: str
    file: ResponseFile | None = None
    trouble: str = ""
    failure: FormatError | None = None

    @property
    def opened(self) -> ResponseFile:
        """The file; FormatError where it cannot be read."""
        if self.file is None:
            found = self.failure or FormatError("", "", self.trouble, "")
            # One error raised again and again would gather tracebacks.
            raise FormatError(found.path, found.field, found.problem, found.remedy)
        return self.file


def layers(run_folder: Path, split: str, epoch: int, order: tuple[str, ...] = ()) -> tuple[Layer, ...]:
    """The layers recorded of a split in an epoch, first to last of the network.

    The order is that of their recorded depths; else that of the names in `order`; else that of the names, where
    numbers count as numbers.
    """
    found = _known.layers(run_folder / EPOCHS_FOLDER / epoch_folder(epoch), split)
    place = {name: at for at, name in enumerate(order)}
    return tuple(sorted(found, key=lambda layer: _rank(layer, place)))


def epochs_with_responses(run_folder: Path, split: str) -> tuple[int, ...]:
    """The epochs that have any responses of a split, ascending."""
    return _known.epochs(run_folder / EPOCHS_FOLDER, split)


def epoch_with_responses(run_folder: Path, split: str, wanted: int | None) -> int | None:
    """`wanted`, or the last epoch before it that has responses of the split, or the first one that has."""
    found = epochs_with_responses(run_folder, split)
    before = [epoch for epoch in found if wanted is None or epoch <= wanted]
    return before[-1] if before else found[0] if found else None


def _rank(layer: Layer, place: dict[str, int]) -> tuple[int, int, list[tuple[int, int, str]]]:
    depth = layer.file.depth if layer.file is not None else None
    natural = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in _DIGITS.split(layer.name)]
    if depth is not None:
        return (0, depth, natural)
    return (1, place[layer.name], natural) if layer.name in place else (2, 0, natural)


class _Known:
    """What has been listed and opened, by path and signature."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed: dict[tuple[Path, str], tuple[float, tuple[Layer, ...]]] = {}
        self._epochs: dict[tuple[Path, str], tuple[float, tuple[int, ...]]] = {}
        self._opened: dict[Path, tuple[Signature, Layer]] = {}

    def layers(self, folder: Path, split: str) -> tuple[Layer, ...]:
        now = time.monotonic()
        with self._lock:
            known = self._listed.get((folder, split))
            if known is not None and now - known[0] < RECHECK_SECONDS:
                return known[1]
            found = tuple(layer for name in _names(folder, split) if (layer := self._layer(folder, split, name)))
            if known is not None and found == known[1]:
                found = known[1]
            self._listed[folder, split] = (now, found)
            return found

    def epochs(self, folder: Path, split: str) -> tuple[int, ...]:
        now = time.monotonic()
        with self._lock:
            known = self._epochs.get((folder, split))
            if known is not None and now - known[0] < RECHECK_SECONDS:
                return known[1]
            numbers = sorted(number for name in _listing(folder) if (number := parse_epoch_folder(name)) is not None)
            found = tuple(number for number in numbers if _names(folder / epoch_folder(number), split))
            self._epochs[folder, split] = (now, found)
            return found

    def _layer(self, folder: Path, split: str, name: str) -> Layer | None:
        path = folder / f"{split}.responses.{name}{SUFFIX}"
        try:
            signature = file_signature(path)
        except OSError:
            return None
        known = self._opened.get(path)
        if known is None or known[0] != signature:
            known = self._opened[path] = (signature, _opened(name, path))
        return known[1]


def _opened(name: str, path: Path) -> Layer:
    try:
        return Layer(name, ResponseFile(path))
    except FormatError as error:
        return Layer(name, trouble=error.brief, failure=error)


def _names(folder: Path, split: str) -> list[str]:
    head = f"{split}.responses."
    found = [name[len(head) : -len(SUFFIX)] for name in _listing(folder) if name.startswith(head)]
    return sorted(name for name in found if name)[:MAX_LAYERS]


def _listing(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.name.endswith(SUFFIX) or entry.is_dir()]
    except OSError:
        return []


_known = _Known()
