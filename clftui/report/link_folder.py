"""A folder of links or copies of samples, by tag and class: what an image viewer can look through."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Sequence
from itertools import count as counting
from pathlib import Path
from typing import NamedTuple

from clftui.report.tagged import Row
from clftui.text import plural, sanitise

UNTAGGED = "untagged"
UNLABELLED = "no label"
LONGEST = 200
"""Bytes of a name: file systems allow 255, and a number may have to follow."""


class Placed(NamedTuple):
    """How many samples got a file, had it already, or have none to link to."""

    made: int
    there: int
    missing: int

    @property
    def words(self) -> str:
        """`14 made, 2 there already, 1 without a file`"""
        parts = [f"{plural(self.made, 'file')} made"]
        parts += [f"{self.there} there already"] if self.there else []
        parts += [f"{plural(self.missing, 'sample')} without a file"] if self.missing else []
        return ", ".join(parts)


def fill(folder: Path, rows: Sequence[Row], *, copies: bool) -> Placed:
    """Put each sample's file under `folder/tag/class/`. Nothing that is there is ever overwritten or removed.

    Files of one name get numbers; what an earlier call has put there is left as it is. OSError where the folder cannot
    be written.
    """
    made = there = missing = 0
    for row in rows:
        if row.path is None or not row.path.is_file():
            missing += 1
            continue
        place = folder / safe_name(row.tag or UNTAGGED) / safe_name(row.given if row.given is not None else UNLABELLED)
        place.mkdir(parents=True, exist_ok=True)
        if _put(place, row.path.absolute(), copies=copies):
            made += 1
        else:
            there += 1
    return Placed(made, there, missing)


def _put(place: Path, file: Path, *, copies: bool) -> bool:
    """Link or copy `file` under the first name that is free; False where it is there already."""
    for number in counting(1):
        name = safe_name(file.stem) + (f"-{number}" if number > 1 else "") + safe_name(file.suffix, empty="")
        at = place / name
        try:
            if copies:
                with file.open("rb") as source, at.open("xb") as target:
                    shutil.copyfileobj(source, target)
            else:
                at.symlink_to(file)
            return True
        except FileExistsError:
            if _is_same(at, file, copies=copies):
                return False
    raise AssertionError("numbers do not end")


def _is_same(at: Path, file: Path, *, copies: bool) -> bool:
    try:
        if at.is_symlink():
            return not copies and at.readlink() == file
        return copies and filecmp.cmp(at, file, shallow=False)
    except OSError:
        return False


def safe_name(name: str, empty: str = "_") -> str:
    """A name that is one folder's or file's: no separators, no control characters, never `.` or `..`, not too long."""
    found = sanitise(name).replace("/", "_").replace("\\", "_").strip() or empty
    if found.strip(".") == "" and found:
        found = "_" * len(found)
    data = found.encode("utf-8", "surrogateescape")[:LONGEST]
    return data.decode("utf-8", "ignore")
