"""Files that an import has written into a folder, remembered there: they are kept, and no other file is touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.storage import append_line, atomic_write, open_npz, read_jsonl, write_npz

JOURNAL = "import.jsonl"
_FOREIGN = "is there already and was not written by an import"
_ELSEWHERE = "choose another folder"


class Journal:
    """What `clftui import` has written under `root`: a line for each file with a digest of what it holds.

    A line is written before its file, so that an import that was cut off knows its own.
    """

    def __init__(self, root: Path) -> None:
        """FormatError where `root` holds a journal that cannot be read."""
        self.root = root
        self.written = 0
        self.kept = 0
        self._touched: set[str] = set()
        self._path = root / JOURNAL
        lines = read_jsonl(self._path)[0] if self._path.exists() else []
        self._known = {str(line["file"]): str(line.get("content", "")) for line in lines if "file" in line}
        self._sources = {str(line["run"]): line.get("source") for line in lines if "run" in line}

    def owns(self, path: Path) -> bool:
        """Whether an import has written this file."""
        return self._name(path) in self._known

    def unchanged(self, run: str, source: object) -> bool:
        """Whether `run` was last imported from exactly this source."""
        return run in self._sources and self._sources[run] == json.loads(json.dumps(source))

    def remember(self, run: str, source: object) -> None:
        """From now on the epochs of `run` that are there are of this source."""
        if not self.unchanged(run, source):
            self._append({"run": run, "source": source})
            self._sources[run] = json.loads(json.dumps(source))

    def has(self, path: Path) -> bool:
        """Whether a file of ours is there, whole."""
        return self.owns(path) and path.is_file()

    def keep(self, path: Path) -> None:
        """Count a file that is there as it should be."""
        name = self._name(path)
        self.kept += name not in self._touched
        self._touched.add(name)

    def text(self, path: Path, data: bytes) -> None:
        """Write `data`, unless it is there. FormatError where another's file stands in the way."""
        self._put(path, _digest(data), lambda: _digest(path.read_bytes()),
                  lambda: atomic_write(path, lambda file: _fill(file, data)))  # fmt: skip

    def arrays(self, path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write an npz of `arrays`, unless it is there. FormatError where another's file stands in the way."""
        self._put(path, _digest_of(arrays), lambda: _stored(path), lambda: write_npz(path, arrays))

    def _put(self, path: Path, content: str, there: Callable[[], str], write: Callable[[], None]) -> None:
        name = self._name(path)
        if path.exists():
            present = there()
            if present == content:
                self.keep(path)
                return
            if name not in self._known:
                raise FormatError(path, "", _FOREIGN, _ELSEWHERE)
            if present != self._known[name]:
                raise FormatError(path, "", "was changed after it was imported", "choose another folder, or remove it")
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._known.get(name) != content:
            self._append({"file": name, "content": content})
            self._known[name] = content
        write()
        self._touched.add(name)
        self.written += 1

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _append(self, line: Mapping[str, object]) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        append_line(self._path, json.dumps(line))


def _fill(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    import numpy as np

    out = hashlib.blake2b(digest_size=16)
    for name, array in arrays.items():
        out.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        flat = np.ascontiguousarray(array).reshape(-1)
        if flat.size:
            out.update(flat.view(np.uint8).data)
    return out.hexdigest()


def _stored(path: Path) -> str:
    try:
        archive = open_npz(path)
        return _digest_of({name: archive.read(name) for name in archive.members})
    except FormatError:
        return "unreadable"
