"""`.npy` and `.npz` files as named arrays: what is in them is told by the names of files and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from clftui.data.imports.names import ArrayName, array_name, owned_name
from clftui.storage import open_npz, read_npy

Array = NDArray[Any]

ARRAY_ENDINGS = (".npy", ".npz")
SCORES = ("scores", "logits", "nll")
ANSWERS = ("predicted", *SCORES)
CONTEXT = ("true", "classes", "path", "id", "sample", "soft", "features", "loss")
"""Roles of arrays that accompany predictions."""


@dataclass(frozen=True, eq=False)
class Named:
    """One array, the file it is from, and what its name says."""

    path: Path
    label: str
    about: ArrayName
    values: Array


def named_arrays(path: Path) -> list[Named]:
    """The arrays of one file, named by their file or by their keys."""
    if path.suffix.casefold() == ".npy":
        return [Named(path, path.stem, array_name(path.stem), read_npy(path))]
    archive = open_npz(path)
    file = array_name(path.stem)
    out = []
    for key in archive.members:
        about = array_name(key)
        about = ArrayName(about.role, about.split or file.split, file.epoch if about.epoch is None else about.epoch)
        out.append(Named(path, key, about, archive.read(key)))
    if not out:
        for key in archive.unusable:
            archive.member(key)
    return out


def owned_files(files: Sequence[Path]) -> dict[str, list[Path]]:
    """The arrays of each model whose name leads its files' names, `vit_preds.npy`; only of those with answers."""
    found: dict[str, list[Path]] = {}
    answering = set()
    for file in files:
        owner, about = owned_name(file.stem)
        if owner and about.role in (*ANSWERS, *CONTEXT) and file.suffix.casefold() == ".npy":
            found.setdefault(owner, []).append(file)
            answering |= {owner} if about.role in ANSWERS else set()
    return {owner: mine for owner, mine in found.items() if owner in answering}


def owned_array(file: Path) -> Named:
    """One of `owned_files`, as what comes behind the model's name says; FormatError where it cannot be read."""
    return Named(file, file.stem, owned_name(file.stem)[1], read_npy(file))
