"""Linux' own file events, waited for instead of asked for: nothing is spent while nothing happens.

watchfiles asks its queue again and again, which costs as much as a whole idle app where a new epoch is to show within a
tenth of a second; there this stands in for it.
"""

from __future__ import annotations

import errno
import os
import select
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_EVENT = struct.Struct("iIII")
# From <sys/inotify.h>.
_MODIFY, _CLOSE_WRITE, _MOVED_FROM, _MOVED_TO = 0x2, 0x8, 0x40, 0x80
_CREATE, _DELETE, _DELETE_SELF, _MOVE_SELF, _ONLY_DIR = 0x100, 0x200, 0x400, 0x800, 0x1000000
_WANTED = _MODIFY | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF | _ONLY_DIR
_GONE = (errno.ENOENT, errno.EACCES, errno.ENOTDIR)
"""A folder that went meanwhile, or that may not be read, has nothing to tell."""
_STOP_FELT = 0.5
"""Seconds within which it is felt that nobody wants to know any more."""


def available() -> bool:
    """Whether this system has them."""
    return sys.platform == "linux"


def folder_changes(
    folders: Sequence[Path],
    stop: threading.Event,
    *,
    timeout: float,
    gather: float,
    most: float,
    wanted: Callable[[str], bool] = lambda name: True,
) -> Iterator[tuple[str, ...]]:
    """The names that changed in `folders`, empty after `timeout` seconds without any; ends once `stop` is set.

    The first answer is empty and comes at once: from here on nothing is missed, so look at the folders now.
    What follows within `gather` seconds of the last change comes along, for `most` seconds at most. Names that are not
    `wanted` are left out; a change of a folder itself has the name "". OSError where the system refuses (its limit of
    watches, a kernel without them).
    """
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    handle = library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "no file events")
    try:
        for folder in folders:
            if library.inotify_add_watch(handle, os.fsencode(folder), _WANTED) < 0:
                error = ctypes.get_errno()
                if error not in _GONE:
                    raise OSError(error, os.strerror(error), str(folder))
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        yield ()
        while not stop.is_set():
            yield tuple(_wait(handle, poll, stop, timeout, gather, most, wanted))
    finally:
        os.close(handle)


def _wait(
    handle: int, poll: select.poll, stop: threading.Event, timeout: float, gather: float, most: float,
    wanted: Callable[[str], bool],
) -> list[str]:  # fmt: skip
    names: list[str] = []
    end = time.monotonic() + timeout
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if not poll.poll(1000 * min(left, gather if names else _STOP_FELT)):
            if names:
                break
            continue
        fresh = [name for name in _read(handle) if wanted(name)]
        if fresh and not names:
            end = time.monotonic() + most
        names.extend(fresh)
    return names


def _read(handle: int) -> Iterator[str]:
    """The names in the events that are waiting."""
    try:
        data = os.read(handle, 1 << 16)
    except BlockingIOError:
        return
    at = 0
    while at + _EVENT.size <= len(data):
        length = _EVENT.unpack_from(data, at)[3]
        at += _EVENT.size
        yield os.fsdecode(data[at : at + length].rstrip(b"\0"))
        at += length
