"""A terminal that is only a script: it answers what it is told to, and keeps every byte it is sent."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence

_NAME = re.compile(rb"\x1b\[>q")
_KITTY = re.compile(rb"\x1b_Gi=(\d+),s=1,v=1,a=q[^\x1b]*\x1b\\")
_CELL = re.compile(rb"\x1b\[16t")
_STATUS = re.compile(rb"\x1b\[5n")
_ATTRIBUTES = re.compile(rb"\x1b\[c")


class ScriptedTerminal:
    """Runs a command on a pseudo-terminal. `program` is its name, empty for one that does not tell."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        program: str = "",
        kitty: bool = False,
        sixel: bool = False,
        mute: bool = False,
        status: bool = False,
        delay: float = 0.0,
        size: tuple[int, int] = (120, 40),
        cell: tuple[int, int] = (8, 16),
    ) -> None:
        self._answers: list[tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], bytes]]] = []
        if not mute:
            self._answers = [
                (_NAME, lambda _: b"\x1bP>|" + program.encode() + b"\x1b\\" if program else b""),
                (_KITTY, lambda match: b"\x1b_Gi=" + match[1] + b";OK\x1b\\" if kitty else b""),
                (_CELL, lambda _: b"\x1b[6;%d;%dt" % (cell[1], cell[0])),
                (_ATTRIBUTES, lambda _: b"\x1b[?62;4c" if sixel else b"\x1b[?62c"),
            ]
        if status:
            self._answers.append((_STATUS, lambda _: b"\x1b[0n"))
        self._delay = delay
        self._got = bytearray()
        self._changed = threading.Condition()
        self._last = time.monotonic()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            os.execve(command[0], list(command), dict(env))
        self.resize(*size)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                if not select.select([self._handle], [], [], 0.2)[0]:
                    continue
                data = os.read(self._handle, 65536)
            except (OSError, ValueError):
                return
            if not data:
                return
            with self._changed:
                self._got += data
                self._last = time.monotonic()
                self._changed.notify_all()
            self._answer(data)

    def _answer(self, data: bytes) -> None:
        found = [(match.start(), make(match)) for pattern, make in self._answers for match in pattern.finditer(data)]
        reply = b"".join(text for _, text in sorted(found))
        if reply:
            if self._delay:
                time.sleep(self._delay)
            os.write(self._handle, reply)

    @property
    def got(self) -> bytes:
        """Everything sent so far."""
        with self._changed:
            return bytes(self._got)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the kernel tells the command."""
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._handle, keys)

    def until(self, seen: bytes | Callable[[bytes], bool], start: int = 0, timeout: float = 20.0) -> bytes:
        """Wait for bytes, or a condition on them, in what was sent from `start` on."""
        test = (lambda got: seen in got) if isinstance(seen, bytes) else seen
        with self._changed:
            came = self._changed.wait_for(lambda: test(bytes(self._got[start:])), timeout)
            got = bytes(self._got[start:])
        assert came, f"{seen!r} never came in {len(got)} bytes, which end in {got[-300:]!r}"
        return got

    def calm(self, seconds: float = 0.4, timeout: float = 20.0) -> int:
        """Wait until nothing more has been sent for some time; how much has been sent by then."""
        begun = time.monotonic()
        while time.monotonic() < begun + timeout:
            with self._changed:
                quiet = time.monotonic() - max(self._last, begun)
            if quiet >= seconds:
                break
            time.sleep(seconds - quiet + 0.01)
        return len(self.got)

    def close(self) -> None:
        """End the command."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (OSError, ChildProcessError):
            pass
        os.close(self._handle)
