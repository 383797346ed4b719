"""Named arrays behind one evaluation: an npz on disk or arrays in memory (imports), read row by row."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clftui.schema import ARRAYS, FormatError

Array = NDArray[Any]


class Member(Protocol):
    """Name, dtype and shape of one array, known before it is read."""

    @property
    def dtype(self) -> np.dtype[Any]: ...

    @property
    def shape(self) -> tuple[int, ...]: ...


class Arrays(Protocol):
    """What `clftui.storage.open_npz` returns and `MemoryArrays` imitates."""

    @property
    def path(self) -> str: ...

    @property
    def members(self) -> Mapping[str, Member]: ...

    def member(self, name: str) -> Member: ...

    def read(self, name: str) -> Array: ...

    def read_rows(self, name: str, start: int, stop: int) -> Array: ...

    def read_rows_at(self, name: str, rows: Array) -> Array: ...

    def read_column(self, name: str, column: int) -> Array: ...

    def __contains__(self, name: object) -> bool: ...


class MemoryArrays:
    """Arrays that an import made, under the path of the file they came from. They must not be written to."""

    def __init__(self, path: str | os.PathLike[str], arrays: Mapping[str, Array]) -> None:
        self.path = os.fspath(path)
        self.members: Mapping[str, Array] = dict(arrays)

    def member(self, name: str) -> Array:
        """The array `name`; FormatError when there is none."""
        if name not in self.members:
            there = ", ".join(sorted(self.members)) or "nothing"
            raise FormatError(self.path, name, f"is missing (the file holds {there})", f"add {name}")
        return self.members[name]

    def read(self, name: str) -> Array:
        """The whole array."""
        return self.members[name]

    def read_rows(self, name: str, start: int, stop: int) -> Array:
        """Rows start to stop."""
        return self.members[name][start:stop]

    def read_rows_at(self, name: str, rows: Array) -> Array:
        """The rows numbered `rows`, in that order."""
        return self.members[name][rows]

    def read_column(self, name: str, column: int) -> Array:
        """(n,) one column of a two-dimensional array."""
        return self.members[name][:, column]

    def __contains__(self, name: object) -> bool:
        return name in self.members


def check_members(arrays: Arrays, n_classes: int) -> int:
    """The number of rows of one file, after checking every known array's dtype and shape by its header alone.

    A file holding only `confusion` has 0 rows. FormatError names the file and the array.
    """
    members, path = arrays.members, arrays.path
    if "true" not in members and "predicted" not in members and "confusion" in members:
        _check(path, "confusion", members["confusion"], {"K": n_classes})
        return 0
    for name in ("true", "predicted", "sample"):
        arrays.member(name)
    sizes = {"n": members["true"].shape[0] if members["true"].shape else 0, "K": n_classes}
    for name in ARRAYS:
        if name in arrays:
            _check(path, name, arrays.member(name), sizes)
    if ("top_classes" in members) != ("top_nll" in members):
        have, lack = ("top_classes", "top_nll") if "top_classes" in members else ("top_nll", "top_classes")
        raise FormatError(path, lack, f"is missing, though {have} is there", "write both with the same shape (n, k)")
    if "top_nll" in members and members["top_nll"].shape != members["top_classes"].shape:
        raise FormatError(
            path,
            "top_nll",
            f"has shape {members['top_nll'].shape} and top_classes {members['top_classes'].shape}",
            "write both with the same shape (n, k)",
        )
    return sizes["n"]


def _check(path: str, name: str, member: Member, sizes: Mapping[str, int]) -> None:
    spec = ARRAYS[name]
    if member.dtype.kind not in spec.kinds:
        kind = "whole numbers" if "f" not in spec.kinds else "floating-point numbers"
        raise FormatError(path, name, f"has dtype {member.dtype}", f"write it as {kind}")
    wanted = tuple(sizes.get(axis, -1) for axis in spec.shape)
    fits = len(member.shape) == len(wanted) and all(w in (-1, s) for s, w in zip(member.shape, wanted, strict=True))
    if not fits:
        names = ", ".join(spec.shape) + ("," if len(spec.shape) == 1 else "")
        sized = ", ".join(f"{axis} = {sizes[axis]}" for axis in dict.fromkeys(spec.shape) if axis in sizes)
        where = f" with {sized}" if sized else ""
        raise FormatError(path, name, f"has shape {member.shape}", f"write it with shape ({names}){where}")
