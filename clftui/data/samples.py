"""Sample tables: what the rows of a split are (id, path or text, group columns), read when first asked for."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.storage import open_regular
from clftui.text import plural

Strings = NDArray[np.object_]
Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]


class SampleTable:
    """The samples of one split; row numbers are what an epoch's `sample` array holds.

    `columns` maps each column's name to an object array of str, shape (n,); ids are text (007 stays 007).
    """

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, Strings],
        *,
        images_root: Path | None = None,
        notes: Iterable[str] = (),
        soft: Float32 | None = None,
    ) -> None:
        """`soft` (n, K) are soft labels that an import found, where no file beside the table holds them."""
        self.path = path
        self.columns = dict(columns)
        self.soft = soft
        self.images_root = images_root
        self._notes = tuple(notes)

    @property
    def n(self) -> int:
        """Rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @cached_property
    def ids(self) -> Strings:
        """(n,) the ids; where the table has no id column, the paths, or the row numbers as text."""
        for name in ("id", "path"):
            if name in self.columns:
                return self.columns[name]
        return np.array([str(row) for row in range(self.n)], dtype=object)

    @property
    def true(self) -> Strings | None:
        """(n,) names of the true classes as the table gives them."""
        return self.columns.get("true")

    @property
    def text(self) -> Strings | None:
        """(n,) the documents of a text collection."""
        return self.columns.get("text")

    @property
    def paths(self) -> Strings | None:
        """(n,) paths of images as the table gives them; empty where a sample has none."""
        return self.columns.get("path")

    @property
    def group_columns(self) -> tuple[str, ...]:
        """The names of all further columns."""
        return tuple(name for name in self.columns if name not in ("id", "true", "path", "text"))

    @cached_property
    def duplicate_ids(self) -> int:
        """Rows whose id an earlier row has."""
        return self.n - len(set(self.ids.tolist()))

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing a reader of this table should know."""
        more = (f"{plural(self.duplicate_ids, 'row repeats', 'rows repeat')} an id",) if self.duplicate_ids else ()
        return self._notes + more

    def path_of(self, row: int) -> Path | None:
        """The image of a row, relative to the table's folder or found under `images_root`; None where it has none.

        The file need not exist. Under `images_root` the whole relative path is tried, then the bare file name.
        """
        if self.paths is None or not 0 <= row < self.n or not self.paths[row]:
            return None
        given = Path(self.paths[row])
        if self.images_root is None:
            return given if given.is_absolute() else Path(os.path.normpath(self.path.parent / given))
        parts = [part for part in given.parts if part not in ("..", ".", given.anchor)]
        moved = self.images_root.joinpath(*parts)
        for start in range(1, len(parts)):
            if moved.exists():
                return moved
            moved = self.images_root.joinpath(*parts[start:])
        return moved

    @cached_property
    def digest(self) -> bytes:
        """A hash of the ids in order."""
        import hashlib  # Loads OpenSSL, and a single run has nothing to compare.

        out = hashlib.blake2b(digest_size=16)
        out.update("\0".join(self.ids.tolist()).encode("utf-8", "surrogatepass"))
        return out.digest()


def read_samples(path: Path, *, images_root: Path | None = None) -> SampleTable:
    """The sample table at `path`: a CSV with a header, quoted newlines, a byte-order mark or CRLF allowed.

    Rows with too few or too many cells are filled or cut and counted in the notes: dropping one would shift the numbers
    of all after it. FormatError where the file cannot be read or has no header.
    """
    try:
        with os.fdopen(open_regular(path), encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
            allow_long_cells()
            rows = list(csv.reader(file))
    except OSError as error:
        raise FormatError(
            path, "", f"cannot be read ({error.strerror})", "check the path and its permissions"
        ) from error
    except csv.Error as error:
        raise FormatError(
            path, "", f"is not CSV ({error})", "write it as comma-separated text with a header"
        ) from error
    if not rows or not any(rows[0]):
        raise FormatError(path, "", "has no header line", "begin it with a line such as id,true,path")
    header = [name.strip() for name in rows[0]]
    body = [row for row in rows[1:] if row]
    notes = []
    width = len(header)
    if any(len(row) != width for row in body):
        uneven = sum(len(row) != width for row in body)
        notes.append(f"{plural(uneven, 'row was', 'rows were')} filled or cut to {plural(width, 'cell')}")
        body = [(row + [""] * width)[:width] for row in body]
    return SampleTable(path, _columns(header, body), images_root=images_root, notes=notes)


def _columns(header: Sequence[str], body: Sequence[Sequence[str]]) -> dict[str, Strings]:
    cells: Iterable[Sequence[Any]] = zip(*body, strict=True) if body else [()] * len(header)
    columns: dict[str, Strings] = {}
    for name, values in zip(header, cells, strict=True):
        column = np.empty(len(values), dtype=object)
        column[:] = values
        columns.setdefault(name, column)
    return columns


def allow_long_cells() -> None:
    """Lift the csv module's 128 kB limit of a cell: a document may be longer. The limit is the whole process's."""
    if csv.field_size_limit() < 100_000_000:
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def same_samples(a: SampleTable | None, b: SampleTable | None) -> bool:
    """Whether row numbers of two tables mean the same samples: the same table, or the same ids in the same order.

    Two missing tables are not the same: nothing says what their numbers mean.
    """
    if a is None or b is None:
        return False
    return a is b or (a.n == b.n and a.digest == b.digest)


def shared_rows(a: SampleTable, b: SampleTable) -> tuple[Int64, Int64]:
    """Row numbers in `a` and in `b` of the samples both hold, matched by id, ascending in `a`.

    Ids that occur twice in a table count by their first row.
    """
    if same_samples(a, b):
        rows = np.arange(a.n, dtype=np.int64)
        return rows, rows
    where: dict[str, int] = {}
    for row, name in enumerate(b.ids.tolist()):
        where.setdefault(name, row)
    found: dict[str, tuple[int, int]] = {}
    for row, name in enumerate(a.ids.tolist()):
        if name in where and name not in found:
            found[name] = (row, where[name])
    pairs = np.array(list(found.values()), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
