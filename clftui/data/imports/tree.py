"""The folders below a folder that may hold predictions: a few listings, never among images or what tools leave."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from clftui.data.imports.beside import listed
from clftui.data.imports.image_folder import ENDINGS
from clftui.data.imports.log_folders import CHECKPOINT, SKIPPED

MAX_DEPTH = 4
MAX_PLACES = 1_000
_LOOKED_AT = 200
"""Entries of a folder that tell whether it holds nothing but images."""


class Place(NamedTuple):
    """A folder, its files, and the folders above it in which its labels and class names may lie, nearest first."""

    folder: Path
    files: tuple[Path, ...]
    above: tuple[Path, ...]


def places(root: Path) -> list[Place]:
    """`root` and the folders below it, from the top down, those beside each other by name.

    Left out are hidden folders, links, those of images alone, checkpoints and what tools keep for themselves.
    """
    files, folders = listed(root)
    found = [Place(root, tuple(files), (root.parent,))]
    level: list[tuple[Path, tuple[Path, ...]]] = [(each, (root,)) for each in folders]
    for _ in range(MAX_DEPTH):
        below: list[tuple[Path, tuple[Path, ...]]] = []
        for folder, above in level:
            if len(found) >= MAX_PLACES:
                return found
            if folder.name in SKIPPED or CHECKPOINT.match(folder.name) or folder.is_symlink() or _images_alone(folder):
                continue
            files, folders = listed(folder)
            found.append(Place(folder, tuple(files), above))
            below += [(each, (folder, *above)) for each in folders]
        level = below
    return found


def _images_alone(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            first = [entry.name.casefold() for entry in islice(entries, _LOOKED_AT)]
    except OSError:
        return True
    return bool(first) and all(name.endswith(ENDINGS) for name in first)
