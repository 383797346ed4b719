"""`.npy` and `.npz` files as named arrays: what is in them is told by the names of files and keys."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.imports.names import ArrayName, array_name
from clftui.schema import FormatError
from clftui.storage import open_npz

Array = NDArray[Any]

SCORES = ("scores", "logits", "nll")
ANSWERS = ("predicted", *SCORES)
CONTEXT = ("true", "classes", "path", "id", "sample", "features", "loss")
"""Roles of arrays that accompany predictions."""


@dataclass(frozen=True, eq=False)
class Named:
    """One array, the file it is from, and what its name says."""

    path: Path
    label: str
    about: ArrayName
    values: Array


def load_npy(path: Path) -> Array:
    """The array of a .npy; FormatError for objects, which would have to be unpickled, and for broken files."""
    try:
        with path.open("rb") as file:
            return np.asarray(np.load(file, allow_pickle=False))
    except ValueError as error:
        raise _refusal(path, "", error) from error
    except (OSError, EOFError, MemoryError) as error:
        raise FormatError(path, "", f"cannot be read ({error})", "write or copy it again") from error


def _refusal(path: Path, field: str, error: ValueError) -> FormatError:
    if "allow_pickle" in str(error) or "Object arrays" in str(error):
        problem = "holds Python objects, which clftui never unpickles"
        return FormatError(path, field, problem, "save numbers or text: np.save(path, np.asarray(list))")
    return FormatError(path, field, f"is no array that can be read ({error})", "write or copy it again")


def named_arrays(path: Path) -> list[Named]:
    """The arrays of one file, named by their file or by their keys."""
    if path.suffix.casefold() == ".npy":
        return [Named(path, path.stem, array_name(path.stem), load_npy(path))]
    archive = open_npz(path)
    file = array_name(path.stem)
    out = []
    for key in archive.members:
        about = array_name(key)
        about = ArrayName(about.role, about.split or file.split, file.epoch if about.epoch is None else about.epoch)
        out.append(Named(path, key, about, archive.read(key)))
    if not out:
        for key in _unusable(path):
            archive.member(key)
    return out


def _unusable(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
