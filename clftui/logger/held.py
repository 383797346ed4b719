"""A lock that several hosts of a shared folder agree on: a file that only one of them can create."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clftui.logger.status import is_alive

STALE_SECONDS = 60.0
"""A lock that has not changed for so long, and whose holder cannot be asked, was left by a killed process."""
_LOOK_SECONDS = 0.05


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold `path` alone among all processes and hosts that ask for it; waits until nobody else does.

    The lock is a dot-file beside `path`, made by O_EXCL: `flock` does not reach other hosts on every file system. One
    that a killed process left is broken: at once when it was of this host, else after a minute, measured by our own
    clock.
    """
    lock = path.parent / f".{path.name}.lock"
    token = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(8)}"
    _acquire(lock, token)
    try:
        yield
    finally:
        if _content(lock) == token:  # it may have been taken for stale
            lock.unlink(missing_ok=True)


def _acquire(lock: Path, token: str) -> None:
    seen, since = "", time.monotonic()
    while True:
        try:
            descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            there = _content(lock)
            if there != seen:
                seen, since = there, time.monotonic()
            elif _is_stale(there, time.monotonic() - since):
                _break(lock, there)
            time.sleep(_LOOK_SECONDS)
            continue
        with os.fdopen(descriptor, "w") as file:
            file.write(token)
        return


def _is_stale(token: str, waited: float) -> bool:
    host, _, rest = token.partition(" ")
    pid = rest.partition(" ")[0]
    if host == socket.gethostname() and pid.isdecimal():
        return not is_alive(int(pid))
    return waited > STALE_SECONDS


def _break(lock: Path, token: str) -> None:
    """Remove the lock if it still is the one with `token`: of several that try, one rename succeeds."""
    aside = lock.with_name(f"{lock.name}.{secrets.token_hex(8)}.tmp")
    with suppress(FileNotFoundError):
        if _content(lock) != token:
            return
        lock.rename(aside)
        if _content(aside) != token:  # somebody had broken it and taken it within these microseconds
            with suppress(FileExistsError):
                os.link(aside, lock)
        aside.unlink()


def _content(lock: Path) -> str:
    try:
        return lock.read_text()
    except OSError:
        return ""
