"""Which epochs keep the scores of all classes: every one while files are small, else the best and the last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.logger.rows import Arrays, thin
from clftui.schema import (
    EPOCHS_FOLDER,
    FULL_SCORES_MAX_BYTES,
    FULL_SCORES_MAX_CLASSES,
    PREDICTED,
    RUN_FILE,
    SCALARS_FILE,
    TRUE,
    FormatError,
    Shard,
    epoch_folder,
    parse_epoch_folder,
    parse_split_file,
    split_file,
    status_file,
)
from clftui.storage import open_npz, read_jsonl, remove_temporaries, write_npz

_LABELLED = ("nll", TRUE, PREDICTED)


class ScoreKeeper:
    """One split of one rank. The newest epoch is written full; the one before is cut to ten, unless it is the best.

    What must be kept follows from the files alone, so a killed writer's successor completes what it had begun.
    """

    def __init__(self, run: Path, split: str, shard: Shard, *, full: bool | None, best: str) -> None:
        self._run = run
        self._split = split
        self._file = split_file(split, shard)
        self._full = full
        self._best = best
        self._sharded = shard.world_size > 1
        self._quality: dict[int, float] | None = None
        self._with_all: set[int] = set()
        self._best_scores: dict[int, Arrays] = {}

    def path(self, epoch: int) -> Path:
        return self._run / EPOCHS_FOLDER / epoch_folder(epoch) / self._file

    def write(self, epoch: int, arrays: Mapping[str, NDArray[Any]], scalars: Mapping[str, object]) -> None:
        """Commit one epoch, then cut down the epochs that need not stay full."""
        path = self.path(epoch)
        path.parent.mkdir(parents=True, exist_ok=True)
        if "nll" not in arrays or self._stays_full(arrays):
            write_npz(path, arrays)
            return
        quality = self._known(scalars_of=epoch)
        write_npz(path, arrays)
        # Small, and made while the scores are at hand: cutting later need not read them again.
        self._best_scores[epoch] = thin({name: arrays[name] for name in _LABELLED})
        quality[epoch] = self._quality_of(arrays, scalars)
        self._with_all.add(epoch)
        best = max(sorted(quality), key=lambda known: quality[known])
        keep = {max(quality)} | ({best} if math.isfinite(quality[best]) else set())
        for full in sorted(self._with_all - keep):
            self._cut(full)

    def _stays_full(self, arrays: Mapping[str, NDArray[Any]]) -> bool:
        if self._full is not None:
            return self._full
        size = sum(array.nbytes for array in arrays.values())
        return arrays["nll"].shape[1] <= FULL_SCORES_MAX_CLASSES and size < FULL_SCORES_MAX_BYTES

    def _cut(self, epoch: int) -> None:
        self._with_all.discard(epoch)
        best = self._best_scores.pop(epoch, None)
        try:
            file = open_npz(self.path(epoch))
            for name in _LABELLED:
                file.member(name)
            best = best or thin({name: file.read(name) for name in _LABELLED})
            rest = {name: file.read(name) for name in file.members if name != "nll"}
        except FormatError:
            return  # somebody removed or damaged an old epoch: no reason to stop the training
        file.close()
        write_npz(self.path(epoch), rest | best)

    def _known(self, scalars_of: int) -> dict[int, float]:
        """The quality of every epoch there is; read from the files once."""
        if self._quality is not None:
            return self._quality
        self._quality = {}
        scalars = self._logged_scalars()
        for epoch in self._epochs():
            if epoch == scalars_of:
                continue  # it is being replaced
            try:
                file = open_npz(self.path(epoch))
                self._quality[epoch] = self._quality_of(
                    {name: file.read(name) for name in (TRUE, PREDICTED)}, scalars.get(epoch, {})
                )
            except FormatError:
                continue  # somebody else's damaged file: the reader reports it
            if "nll" in file.members:
                self._with_all.add(epoch)
            file.close()
        return self._quality

    def _epochs(self) -> Iterator[int]:
        folder = self._run / EPOCHS_FOLDER
        for child in folder.iterdir() if folder.is_dir() else ():
            epoch = parse_epoch_folder(child.name)
            if epoch is not None and (child / self._file).exists():
                yield epoch

    def _logged_scalars(self) -> dict[int, dict[str, object]]:
        if self._best == "accuracy" and not self._sharded:
            return {}
        merged: dict[int, dict[str, object]] = {}
        for row in read_jsonl(self._run / SCALARS_FILE)[0]:
            epoch = row.get("epoch")
            if row.get("split") in (self._split, None) and isinstance(epoch, int):
                merged.setdefault(epoch, {}).update(row)
        return merged

    def _quality_of(self, arrays: Mapping[str, NDArray[Any]], scalars: Mapping[str, object]) -> float:
        """Larger is better; -inf when unknown."""
        name = self._best.removeprefix("-")
        logged = scalars.get(name)
        if isinstance(logged, (int, float)) and math.isfinite(logged):
            return -float(logged) if self._best.startswith("-") else float(logged)
        # The ranks of one run would disagree about the best epoch if each looked at its own rows.
        if self._best != "accuracy" or self._sharded:
            return -math.inf
        labelled = arrays[TRUE] >= 0
        if not labelled.any():
            return -math.inf
        return float(np.mean(arrays[TRUE][labelled] == arrays[PREDICTED][labelled]))


def remove_leftovers(run: Path, shard: Shard) -> None:
    """What a killed attempt of this rank left half written; nobody else writes files of these names."""

    def ours(name: str) -> bool:
        parsed = parse_split_file(name)
        return parsed is not None and parsed[1] == shard

    epochs = run / EPOCHS_FOLDER
    for folder in epochs.iterdir() if epochs.is_dir() else ():
        if parse_epoch_folder(folder.name) is not None:
            remove_temporaries(folder, ours)
    described = {status_file(shard)} | ({RUN_FILE} if shard.rank == 0 else set())
    remove_temporaries(run, described.__contains__)
