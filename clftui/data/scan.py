"""What a run's folder holds, found with few system calls: one listing of the run, one of epochs/, two of epochs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from clftui.data.status import parse_status_file
from clftui.schema import (
    EPOCHS_FOLDER,
    RUN_FILE,
    SCALARS_FILE,
    FormatError,
    Shard,
    epoch_folder,
    parse_epoch_folder,
    parse_split_file,
)

NEWEST_LISTED = 2
"""A writer may have committed only some splits of the newest epoch, so the one before it is listed too."""

Stamp = tuple[str, int, int, int]


class RunScan(NamedTuple):
    """A run folder at one moment.

    `content` are the stamps of run.json, the scalars, epochs/ and the files of the newest epochs; `status` those of the
    status files. `listed` maps the newest epochs to their splits and shards; `newest_file` is a Unix time.
    """

    content: tuple[Stamp, ...]
    status: tuple[Stamp, ...]
    epochs: tuple[int, ...]
    listed: Mapping[int, Mapping[str, tuple[Shard, ...]]]
    status_files: Mapping[str, float]
    newest_file: float


def scan_run(folder: Path) -> RunScan:
    """Look at a run folder. OSError where it, or its newest epochs, cannot be listed."""
    content: list[Stamp] = []
    status: list[Stamp] = []
    epochs: tuple[int, ...] = ()
    listed = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            is_status = parse_status_file(entry.name) is not None
            if is_status or entry.name in (RUN_FILE, SCALARS_FILE, EPOCHS_FOLDER):
                try:
                    (status if is_status else content).append(_stamp(entry))
                except FileNotFoundError:
                    continue
                if entry.name == EPOCHS_FOLDER:
                    epochs = _epoch_numbers(Path(entry.path))
    for epoch in epochs[-NEWEST_LISTED:]:
        listed[epoch], seen = _list(folder, epoch, stamped=True)
        content.extend(seen)
    status_files = {name: changed / 1e9 for name, changed, _, _ in status}
    newest = max((stamp[1] for stamp in (*content, *status)), default=0) / 1e9
    return RunScan(tuple(sorted(content)), tuple(sorted(status)), epochs, listed, status_files, newest)


def same_content(old: RunScan, new: RunScan, folder: Path) -> bool:
    """Whether a run still holds what it held at the scan `old`.

    Its writer has done something where the status files differ: then the folders of the older epochs, which `new` did
    not look at, are asked whether anything in them is younger than all that `old` saw (an epoch logged again).
    """
    if old.content != new.content:
        return False
    if old.status == new.status:
        return True
    unseen = new.epochs[:-NEWEST_LISTED]
    try:
        times = [(folder / EPOCHS_FOLDER / epoch_folder(epoch)).stat().st_mtime for epoch in unseen]
    except OSError:
        return False
    return max(times, default=0.0) <= old.newest_file


def list_epoch(folder: Path, epoch: int) -> Mapping[str, tuple[Shard, ...]]:
    """The splits of one epoch and the shards to read for each; nothing for an epoch that has gone.

    Where the world size changed between attempts, the attempt with the newest file counts. FormatError where the
    folder cannot be read.
    """
    try:
        return _list(folder, epoch, stamped=False)[0]
    except FileNotFoundError:
        return {}
    except OSError as error:
        path = folder / EPOCHS_FOLDER / epoch_folder(epoch)
        raise FormatError(path, "", f"cannot be listed ({error.strerror})", "check its permissions") from error


def _stamp(entry: os.DirEntry[str], prefix: str = "") -> Stamp:
    status = entry.stat()
    return (prefix + entry.name, status.st_mtime_ns, status.st_size, status.st_ino)


def _epoch_numbers(folder: Path) -> tuple[int, ...]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    # A name with more zeros than ours would be looked for, and not found, under our name.
    return tuple(sorted(n for name in names if (n := parse_epoch_folder(name)) is not None and epoch_folder(n) == name))


def _list(folder: Path, epoch: int, *, stamped: bool) -> tuple[dict[str, tuple[Shard, ...]], list[Stamp]]:
    """`stamped`: also the stamp of each file, at the price of one stat each."""
    name = epoch_folder(epoch)
    path = folder / EPOCHS_FOLDER / name
    found: dict[str, list[Shard]] = {}
    stamps: dict[tuple[str, Shard], Stamp] = {}
    entries: dict[tuple[str, Shard], os.DirEntry[str]] = {}
    with os.scandir(path) as listing:
        for entry in listing:
            parsed = parse_split_file(entry.name)
            if parsed is None:
                continue
            found.setdefault(parsed[0], []).append(parsed[1])
            entries[parsed] = entry
    mixed = any(len({shard.world_size for shard in shards}) > 1 for shards in found.values())
    if stamped or mixed:
        for key, entry in entries.items():
            try:
                stamps[key] = _stamp(entry, f"{name}/")
            except FileNotFoundError:
                found[key[0]].remove(key[1])
    chosen = {split: _newest_attempt(split, shards, stamps) for split, shards in sorted(found.items()) if shards}
    return chosen, list(stamps.values()) if stamped else []


def _newest_attempt(split: str, shards: list[Shard], stamps: Mapping[tuple[str, Shard], Stamp]) -> tuple[Shard, ...]:
    worlds = {shard.world_size for shard in shards}
    if len(worlds) == 1:
        return tuple(sorted(shards))
    changed = {world: max(stamps[split, s][1] for s in shards if s.world_size == world) for world in worlds}
    newest = max(worlds, key=lambda world: (changed[world], world))
    return tuple(sorted(shard for shard in shards if shard.world_size == newest))
