"""A program in a pseudo-terminal of a chosen size: what it writes, when, and what it costs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Burst:
    """What a program wrote after something happened: bytes, and seconds to the last of them."""

    size: int
    seconds: float


class Terminal:
    """Start `command` in a terminal of `columns` x `rows`; use as a context manager."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 200, rows: int = 50, env: Mapping[str, str] | None = None
    ) -> None:
        self.started = time.perf_counter()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})})
            for name in ("NO_COLOR", "TMUX", "SSH_CONNECTION", "PYTHONDONTWRITEBYTECODE"):
                os.environ.pop(name, None)
            time.sleep(0.01)
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def ended(self, timeout: float = 10.0) -> int:
        """Read until the program has ended; its exit status."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                while self._read(0.05):
                    pass
                return os.waitstatus_to_exitcode(status)
        raise TimeoutError(f"the program goes on; the end of its output is {self.written[-400:]!r}")

    def _read(self, timeout: float) -> int:
        if not select.select([self._handle], [], [], timeout)[0]:
            return 0
        try:
            data = os.read(self._handle, 1 << 16)
        except OSError:
            return 0
        self.written += data
        return len(data)

    def fileno(self) -> int:
        """For select."""
        return self._handle

    def until(self, marker: bytes, timeout: float = 30.0) -> float:
        """Seconds from the start until `marker` has been written; TimeoutError with what was written instead."""
        end = time.perf_counter() + timeout
        while marker not in self.written:
            if time.perf_counter() > end:
                raise TimeoutError(f"{marker!r} never came; the end of the output is {self.written[-400:]!r}")
            self._read(0.05)
        return time.perf_counter() - self.started

    def quiet(self, pause: float = 0.15, limit: float = 10.0) -> Burst:
        """Read until nothing comes for `pause` seconds."""
        start, size, last = time.perf_counter(), 0, 0.0
        while time.perf_counter() - start < limit:
            got = self._read(pause)
            if not got:
                break
            size += got
            last = time.perf_counter() - start
        return Burst(size, last)

    def press(self, keys: bytes, pause: float = 0.06) -> Burst:
        """Type, and read what follows."""
        os.write(self._handle, keys)
        return self.quiet(pause)

    def cpu_seconds(self) -> float:
        """Processor time so far, all threads, from the scheduler's nanosecond clock."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory_mb(self) -> float:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def first_bytes(terminals: Sequence[Terminal], since: float, timeout: float = 10.0) -> list[float]:
    """For each terminal, seconds from `since` (time.perf_counter) to the next byte: all must have been quiet before."""
    found: dict[int, float] = {}
    while len(found) < len(terminals):
        waiting = [each for each in terminals if each.fileno() not in found]
        ready = select.select(waiting, [], [], timeout)[0]
        if not ready:
            raise TimeoutError("nothing was written")
        for each in ready:
            found[each.fileno()] = time.perf_counter() - since
            each.quiet(0.0)
    return [found[each.fileno()] for each in terminals]
