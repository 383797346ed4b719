"""Find run folders under a path: a few listings, never below a run, never round a loop of links."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from clftui.schema import EPOCHS_FOLDER, EXPLANATIONS_FOLDER, RUN_FILE, SAMPLES_FOLDER

MAX_DEPTH = 4
"""Runs lie at most so many folders below the collection."""

MAX_FOLDERS = 20_000
"""Listing stops here: a path such as / is not a collection."""


@dataclass
class Found:
    """What `discover` saw: run folders, and (path, sentence) for each problem.

    `files` are those of the path itself, `subfolders` its folders, hidden ones left out. `looked` are the folders that
    are no run: one may become a run, or get one.
    """

    folders: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    subfolders: list[Path] = field(default_factory=list)
    looked: list[Path] = field(default_factory=list)


def discover(path: Path) -> Found:
    """The run folders at or under `path`, sorted by path."""
    found = Found()
    if path.is_file():
        # Pointing at a run's own file means the run.
        if path.name == RUN_FILE:
            found.folders.append(path.parent)
        else:
            found.files.append(path)
        return found
    visited: set[tuple[int, int]] = set()
    level = [path]
    for depth in range(MAX_DEPTH + 1):
        below: list[Path] = []
        for folder in level:
            below.extend(_look(folder, found, visited, depth == 0))
        level = below
    found.folders.sort()
    return found


def _look(folder: Path, found: Found, visited: set[tuple[int, int]], top: bool) -> list[Path]:
    """Add what `folder` holds to `found`; return the folders to look into next."""
    if len(visited) >= MAX_FOLDERS:
        return []
    subfolders: list[str] = []
    files: list[str] = []
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in visited:
            return []
        visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            for entry in entries:
                (subfolders if _is_dir(entry) else files).append(entry.name)
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        found.problems.append((folder, f"{folder} cannot be listed ({reason}); check its permissions."))
        return []
    if RUN_FILE in files:
        found.folders.append(folder)
        return []
    found.looked.append(folder)
    if EPOCHS_FOLDER in subfolders and not top:
        found.problems.append(
            (folder, f"{folder / RUN_FILE} is missing beside {EPOCHS_FOLDER}/; write it as the format says.")
        )
        return []
    if top:
        found.files.extend(folder / name for name in sorted(files) if not name.startswith("."))
        found.subfolders.extend(folder / name for name in sorted(subfolders) if not name.startswith("."))
    skipped = (EXPLANATIONS_FOLDER, SAMPLES_FOLDER)
    return [folder / name for name in sorted(subfolders) if not name.startswith(".") and name not in skipped]


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to nowhere, or round in a circle
        return False
