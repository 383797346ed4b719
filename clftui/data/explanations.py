"""Saved explanations of a run: `explanations/<method>/<split>.npz` (maps) or `.jsonl` (weighted words).

Nothing is read whole: an npz gives the rows asked for, a JSON-lines file one line at a time. What lies in the folder is
looked up again every few seconds, for explanations are made long after a run has ended.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clftui.data.weighted_text import TextFile
from clftui.schema import EXPLANATIONS_FOLDER, RANDOM_WEIGHTS, FormatError
from clftui.storage import Signature, file_signature, open_npz
from clftui.text import count

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Kind = Literal["class", "unit"]

MAPS, TEXT = ".npz", ".jsonl"
RECHECK_SECONDS = 2.0
MAX_METHODS = 64
MAX_MAP_CELLS = 4096 * 4096
MAX_PACKED_BYTES = 256_000_000
"""A compressed array has to be unpacked whole to see one map."""
_SLACK = 1e-3
"""So far outside 0..1 a map may reach: float16 rounds."""


@dataclass(frozen=True)
class Target:
    """What an explanation explains: class `index` of the run, or a unit of a layer."""

    kind: Kind
    index: int


class MapFile:
    """The maps of one method on one split: headers are checked when it is made, maps are read one by one."""

    def __init__(self, path: Path) -> None:
        self._npz = open_npz(path)
        self.path = str(path)
        self._check()

    def _check(self) -> None:
        maps, sample = self._npz.member("maps"), self._npz.member("sample")
        if maps.dtype.kind != "f" or len(maps.shape) != 3:
            problem = f"has dtype {maps.dtype} and shape {maps.shape}"
            raise FormatError(self.path, "maps", problem, "write it as float16 with shape (n, h, w)")
        if sample.dtype.kind not in "iu" or sample.shape != maps.shape[:1]:
            problem = f"has dtype {sample.dtype} and shape {sample.shape}"
            raise FormatError(self.path, "sample", problem, f"write a row number for each of the {maps.shape[0]} maps")
        if maps.shape[1] * maps.shape[2] > MAX_MAP_CELLS or 0 in maps.shape[1:]:
            size = f"{count(maps.shape[1])} × {count(maps.shape[2])}"
            raise FormatError(self.path, "maps", f"holds maps of {size}", "write maps of 1 to 4096 a side")
        if maps.packed is not None and maps.nbytes > MAX_PACKED_BYTES:
            problem = f"is compressed and {count(maps.nbytes // 1_000_000)} MB large"
            raise FormatError(self.path, "maps", problem, "write it uncompressed, with numpy.savez")
        for name, kinds in (("epoch", "iu"), ("target", "iu"), ("target_kind", "SU")):
            if name in self._npz:
                member = self._npz.member(name)
                if member.dtype.kind not in kinds or member.shape not in ((), maps.shape[:1]):
                    problem = f"has dtype {member.dtype} and shape {member.shape}"
                    raise FormatError(self.path, name, problem, "write one value, or one for each map")

    @property
    def n(self) -> int:
        """Maps."""
        return int(self._npz.member("maps").shape[0])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a map."""
        _, h, w = self._npz.member("maps").shape
        return int(h), int(w)

    @cached_property
    def sample(self) -> Int64:
        """(n,) the sample table's row of each map."""
        return np.asarray(self._npz.read("sample"), dtype=np.int64)

    @cached_property
    def epoch(self) -> Int64:
        """(n,) the epoch of the weights each map was made with; 0 unknown."""
        return np.asarray(self._column("epoch", 0), dtype=np.int64)

    @cached_property
    def target(self) -> Int64:
        """(n,) the class or unit each map explains; -1 unknown."""
        return np.asarray(self._column("target", -1), dtype=np.int64)

    @cached_property
    def of_unit(self) -> NDArray[np.bool_]:
        """(n,) whether a map explains a unit rather than a class."""
        kinds = np.asarray(self._column("target_kind", "class")).astype(str)
        return np.asarray(kinds == "unit")

    def _column(self, name: str, default: object) -> NDArray[Any]:
        values = self._npz.read(name) if name in self._npz else np.asarray(default)
        return np.broadcast_to(values, (self.n,))

    def rows_of(self, row: int) -> Int64:
        """The maps of the sample in `row` of the sample table, in the file's order."""
        return np.flatnonzero(self.sample == row).astype(np.int64)

    def target_of(self, at: int) -> Target:
        """What map `at` explains."""
        return Target("unit" if self.of_unit[at] else "class", int(self.target[at]))

    def map(self, at: int) -> Float32:
        """(h, w) map `at` in 0..1; FormatError where it has other values."""
        found: Float32 = self.maps(np.asarray([at], dtype=np.int64))[0]
        return found

    def maps(self, rows: Int64) -> Float32:
        """(m, h, w) the given maps; FormatError where one has values outside 0..1."""
        found = np.asarray(self._npz.read_rows_at("maps", rows), dtype=np.float32)
        # NaN fails both comparisons.
        fine = (found >= -_SLACK) & (found <= 1 + _SLACK)
        if not fine.all():
            at = int(rows[int(np.argmin(fine.reshape(len(found), -1).all(axis=1)))])
            worst = found[~fine].flat[0]
            problem = f"holds {worst:.3g} in map {at}"
            raise FormatError(self.path, "maps", problem, "divide each map by its maximum: values are 0..1")
        return np.clip(found, 0, 1)


@dataclass(frozen=True, eq=False)
class Method:
    """One method's explanations of a split: maps, or weighted text, or why neither can be read."""

    name: str
    maps: MapFile | None = None
    text: TextFile | None = None
    trouble: str = ""


def methods(run_folder: Path, split: str) -> tuple[Method, ...]:
    """The methods that explain a split of the run in `run_folder`, by name; the same objects while files are the same.

    What cannot be read is a method with a sentence, not an error. Maps made with random weights are not among them.
    """
    return _known.methods(run_folder / EXPLANATIONS_FOLDER, split)


def random_methods(run_folder: Path, split: str) -> tuple[Method, ...]:
    """The same of maps that were made with random weights, under the names of their methods."""
    return _known.methods(run_folder / EXPLANATIONS_FOLDER, split, random=True)


class _Known:
    """What has been opened, by path and signature."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed: dict[tuple[Path, str, bool], tuple[float, tuple[Method, ...]]] = {}
        self._opened: dict[Path, tuple[Signature, Method]] = {}

    def methods(self, folder: Path, split: str, random: bool = False) -> tuple[Method, ...]:
        now = time.monotonic()
        with self._lock:
            known = self._listed.get((folder, split, random))
            if known is not None and now - known[0] < RECHECK_SECONDS:
                return known[1]
            names = [name for name in _folders(folder) if name.endswith(RANDOM_WEIGHTS) is random]
            found = tuple(method for name in names if (method := self._method(folder / name, split)))
            if known is not None and found == known[1]:
                found = known[1]
            self._listed[folder, split, random] = (now, found)
            return found

    def _method(self, folder: Path, split: str) -> Method | None:
        for suffix in (MAPS, TEXT):
            path = folder / f"{split}{suffix}"
            try:
                signature = file_signature(path)
            except OSError:
                continue
            known = self._opened.get(path)
            if known is None or known[0] != signature:
                name = folder.name.removesuffix(RANDOM_WEIGHTS)
                known = self._opened[path] = (signature, _opened(name, path, suffix))
            return known[1]
        return None


def _opened(name: str, path: Path, suffix: str) -> Method:
    try:
        if suffix == MAPS:
            return Method(name, maps=MapFile(path))
        return Method(name, text=TextFile(path))
    except FormatError as error:
        return Method(name, trouble=error.brief)


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []
    return sorted(names, key=lambda name: (name.casefold(), name))[:MAX_METHODS]


_known = _Known()
