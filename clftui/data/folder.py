"""A run folder in our own format: lists what is there, opens an epoch's files, keeps what was read before."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from clftui.data.evaluation import Evaluation
from clftui.data.hot import hot
from clftui.data.samples import SampleTable
from clftui.data.scan import RunScan, list_epoch
from clftui.data.shards import SharedLabels
from clftui.data.source import scalar_splits
from clftui.data.status import Pulse
from clftui.data.tables import Tables
from clftui.schema import EPOCHS_FOLDER, SCALARS_FILE, Shard, epoch_folder, split_file
from clftui.storage import Signature, file_signature, open_npz, read_jsonl


class _Kept(NamedTuple):
    evaluation: Evaluation
    signatures: Mapping[str, Signature]
    checked: bool


class FolderSource:
    """Reads `folder` as `scan` found it. Files that `previous` read and that have not changed since are not read again.

    A source is a snapshot: what it has once answered stays, a changed folder gets a new source.
    """

    def __init__(
        self,
        folder: Path,
        classes: tuple[str, ...],
        declared: Mapping[str, Path],
        scan: RunScan,
        tables: Tables,
        previous: FolderSource | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        """`declared` maps splits to the sample tables that run.json names."""
        self.folder = folder
        self.scan = scan
        self.pulse = pulse if pulse is not None else Pulse()
        """Goes on from source to source of one run."""
        self._classes = classes
        self._declared = dict(declared)
        self._tables = tables
        self._lock = threading.RLock()
        self._listed: dict[int, Mapping[str, tuple[Shard, ...]]] = dict(scan.listed)
        self._epochs: dict[str, tuple[int, ...]] = {}
        self._kept: dict[tuple[str, int], _Kept] = {}
        if previous is not None and previous._classes == classes:
            with previous._lock:
                for key, kept in previous._kept.items():
                    self._kept[key] = _Kept(kept.evaluation, kept.signatures, False)
        self._shared: dict[str, SharedLabels] = {} if previous is None else previous._shared
        self._known_splits = previous.splits if previous is not None else ()

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """Declared ones first, in their order, then by name.

        Taken from the newest epochs, from what run.json declares and from what was there before: a split that was
        logged only in older epochs and is declared nowhere is not seen. Without epochs those of the scalars count.
        """
        if not self.scan.epochs:
            return scalar_splits(self.scalars())
        seen = {split for listed in self.scan.listed.values() for split in listed}
        candidates = [*self._declared, *self._known_splits]
        seen.update(split for split in candidates if split not in seen and self.newest(split) is not None)
        declared = [split for split in self._declared if split in seen]
        return (*declared, *sorted(seen.difference(declared)))

    def epochs(self, split: str) -> tuple[int, ...]:
        """Ascending epochs that hold the split; the first call lists each epoch's folder once."""
        known = self._epochs.get(split)
        if known is None:
            known = self._epochs[split] = tuple(epoch for epoch in self.scan.epochs if split in self._shards(epoch))
        return known

    def newest(self, split: str) -> int | None:
        """The last epoch that holds the split."""
        return next((epoch for epoch in reversed(self.scan.epochs) if split in self._shards(epoch)), None)

    def evaluation(self, split: str, epoch: int) -> Evaluation | None:
        """None where the epoch does not hold the split. FormatError where its files are broken."""
        with self._lock:
            shards = self._shards(epoch).get(split)
            if not shards:
                return None
            key = (split, epoch)
            folder = self.folder / EPOCHS_FOLDER / epoch_folder(epoch)
            paths = [folder / split_file(split, shard) for shard in shards]
            kept = self._kept.get(key)
            if kept is None or not (kept.checked or _unchanged(kept, paths)):
                kept = self._open(split, epoch, shards, paths)
            elif not kept.checked:
                kept = _Kept(kept.evaluation, kept.signatures, True)
            self._kept[key] = kept
        hot.touch(kept.evaluation)
        return kept.evaluation

    def _open(self, split: str, epoch: int, shards: tuple[Shard, ...], paths: list[Path]) -> _Kept:
        files = [open_npz(path) for path in paths]
        evaluation = Evaluation(
            split,
            epoch,
            self._classes,
            files,
            ranks=(len(files), shards[0].world_size),
            reopen=lambda: [open_npz(path) for path in paths],
            shared=self._shared.setdefault(split, SharedLabels()),
        )
        return _Kept(evaluation, {file.path: file.signature for file in files}, True)

    def _shards(self, epoch: int) -> Mapping[str, tuple[Shard, ...]]:
        with self._lock:
            if epoch not in self._listed:
                known = epoch in self.scan.epochs
                self._listed[epoch] = list_epoch(self.folder, epoch) if known else {}
            return self._listed[epoch]

    def samples(self, split: str) -> SampleTable | None:
        """The sample table that run.json names for the split, shared between runs; None where it names none."""
        path = self._declared.get(split)
        return None if path is None else self._tables.get(path)

    @cached_property
    def _scalars(self) -> tuple[tuple[Mapping[str, object], ...], int]:
        rows, skipped = read_jsonl(self.folder / SCALARS_FILE)
        return tuple(rows), skipped

    def scalars(self) -> tuple[Mapping[str, object], ...]:
        """The rows of scalars.jsonl; lines that are not JSON are left out."""
        return self._scalars[0]


def _unchanged(kept: _Kept, paths: list[Path]) -> bool:
    try:
        return kept.signatures == {str(path): file_signature(path) for path in paths}
    except OSError:
        return False
