"""One file of JSON lines that grows while it is read: a stat each time, and the new bytes alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clftui.schema import FormatError
from clftui.storage import open_regular

_CHECKED = 64
"""Bytes before the place that was read to: another text there, and the file was rewritten."""


class JournalFile:
    """Remembers how far it has been read. A file that is missing or cannot be read is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rewind()

    def rewind(self) -> None:
        """Begin again from the first line."""
        self.size = 0
        """Bytes that the file had at the last look."""
        self._seen: tuple[int, int, int] | None = None
        self._inode = 0
        self._offset = 0
        self._before = b""

    def waiting(self) -> int:
        """How many bytes there are to read, at least 1 where the file has changed in any way; 0 where it has not."""
        stamp = self._stamp()
        if stamp == self._seen:
            return 0
        self.size = stamp[2] if stamp is not None else 0
        return max(self.size - self._offset, 1)

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            about = self.path.stat()
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns, about.st_size

    def read(self) -> list[dict[str, Any]] | None:
        """The objects of the lines that are new; None where the file is not the one that was read before."""
        self._seen = self._stamp()
        if self._seen is None:
            return None if self._offset else []
        try:
            data = self._new()
        except (OSError, FormatError):
            self._seen = None
            return None if self._offset else []
        if data is None:
            return None
        whole, _, rest = data.rpartition(b"\n")
        lines = list(_objects(whole))
        last = _parsed(rest)
        if last is not None:
            # Written by hand, without an end of the line: a torn line would not be a whole object.
            lines.append(last)
            rest = b""
        read = data[: len(data) - len(rest)]
        self._offset += len(read)
        self._before = (self._before + read)[-_CHECKED:]
        return lines

    def _new(self) -> bytes | None:
        descriptor = open_regular(self.path)
        try:
            about = os.fstat(descriptor)
            if self._offset:
                start = self._offset - len(self._before)
                if about.st_ino != self._inode or os.pread(descriptor, len(self._before), start) != self._before:
                    return None
            self._inode = about.st_ino
            os.lseek(descriptor, self._offset, os.SEEK_SET)
            return b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
        finally:
            os.close(descriptor)


def _objects(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        found = _parsed(line)
        if found is not None:
            yield found


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
