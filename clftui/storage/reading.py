"""Bytes of a file that may be replaced or truncated at any time, by `pread`; at most 64 files stay open.

Nothing is mapped: a mapped file cut short by rsync or a network delete kills the process with SIGBUS.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.storage.files import open_regular, unreadable

MAX_OPEN = 64


class Signature(NamedTuple):
    """What changes when a file does."""

    mtime_ns: int
    size: int
    inode: int


def file_signature(path: str | os.PathLike[str]) -> Signature:
    """The signature of what is at `path` now; OSError when nothing is."""
    return _signature(Path(path).stat())


def _signature(status: os.stat_result) -> Signature:
    return Signature(status.st_mtime_ns, status.st_size, status.st_ino)


class _Handle:
    """An open descriptor that is closed with its last user, so that eviction cannot close it under a reader."""

    def __init__(self, path: str) -> None:
        self.descriptor = -1
        self.descriptor = open_regular(path)

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


class _OpenFiles:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: OrderedDict[tuple[str, Signature], _Handle] = OrderedDict()

    def get(self, path: str, signature: Signature) -> _Handle | None:
        with self._lock:
            handle = self._handles.get((path, signature))
            if handle is not None:
                self._handles.move_to_end((path, signature))
            return handle

    def put(self, path: str, signature: Signature, handle: _Handle) -> None:
        with self._lock:
            self._handles[path, signature] = handle
            self._handles.move_to_end((path, signature))
            while len(self._handles) > MAX_OPEN:
                self._handles.popitem(last=False)

    def drop(self, path: str, signature: Signature) -> None:
        with self._lock:
            self._handles.pop((path, signature), None)


_open_files = _OpenFiles()


class CheckedFile:
    """A file as it was when first opened: each read gives those bytes or a FormatError, never others.

    A file renamed over this path does not disturb reads while the descriptor is kept; once it has left the cache
    the path is opened again and must still be the same file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        try:
            handle = _Handle(self.path)
            self.signature = _signature(os.fstat(handle.descriptor))
        except OSError as error:
            raise unreadable(self.path, error) from error
        _open_files.put(self.path, self.signature, handle)

    def close(self) -> None:
        """Give the descriptor back early; later reads open the file again."""
        _open_files.drop(self.path, self.signature)

    def _handle(self) -> _Handle:
        handle = _open_files.get(self.path, self.signature)
        if handle is not None:
            return handle
        try:
            handle = _Handle(self.path)
            now = _signature(os.fstat(handle.descriptor))
        except OSError as error:
            raise unreadable(self.path, error) from error
        if now != self.signature:
            raise self._changed(now.size)
        _open_files.put(self.path, self.signature, handle)
        return handle

    def _changed(self, size: int) -> FormatError:
        if size < self.signature.size:
            return FormatError(self.path, "", "was cut short while it was read", "write or copy it again")
        return FormatError(self.path, "", "was replaced while it was read", "read it again")

    def read_bytes(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`."""
        buffer = np.empty(length, np.uint8)
        self.read_into(buffer, offset)
        return buffer.tobytes()

    def read_into(self, array: NDArray[np.generic], offset: int) -> None:
        """Fill the C-contiguous `array` with the bytes from `offset` on."""
        if array.nbytes == 0:
            return
        handle = self._handle()
        view = array.reshape(-1).view(np.uint8).data
        done = 0
        try:
            while done < len(view):
                got = os.preadv(handle.descriptor, [view[done:]], offset + done)
                if got == 0:
                    raise self._changed(0)
                done += got
            now = _signature(os.fstat(handle.descriptor))
        except OSError as error:
            raise unreadable(self.path, error) from error
        # A file rewritten in place keeps its length: without this check half of it could be old.
        if now != self.signature:
            raise self._changed(now.size)
