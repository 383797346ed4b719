"""Standard input that is still being written: a thread reads it, and what has come so far opens as runs."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clftui.data.imports.imported import STDIN, Imported
from clftui.schema import FormatError

if TYPE_CHECKING:
    from clftui.data.imports.beside import Options

_CHUNK = 1 << 16
_GROWTH = 1.05
"""What has come is read anew when it has grown by so much: the work stays in proportion to the whole."""
_AT_LEAST_SECONDS = 5.0
"""Slower growth shows after so long all the same."""
_NOTHING = "Waiting for rows: a CSV header and a row a line, or a JSON object a line."
_ARRAY = "A JSON array comes through the pipe and opens when it is whole; an object a line would show as it comes."


class Pipe:
    """Bytes that come through a file descriptor, gathered by a thread of its own until the other end closes it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._data = bytearray()
        self._closed = False
        self._shown = 0
        self._shown_at = 0.0
        self._lock = threading.Lock()
        self._row = threading.Event()
        threading.Thread(target=self._read, name="clftui-pipe", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Until a header and a row have come, or nothing more will; at most so long."""
        self._row.wait(seconds)

    @property
    def signature(self) -> tuple[object, ...]:
        """Changes when enough more has come to be worth a look, and at the end."""
        with self._lock:
            return self._signature()

    def take(self) -> tuple[tuple[object, ...], bytes, bool]:
        """(signature, the whole lines that it stands for, whether that is all)."""
        with self._lock:
            signature = self._signature()
            return signature, bytes(self._data[: self._shown]), self._closed

    def _signature(self) -> tuple[object, ...]:
        whole = len(self._data) if self._closed else self._data.rfind(b"\n") + 1
        now = time.monotonic()
        slow = whole > self._shown and now - self._shown_at > _AT_LEAST_SECONDS
        if self._closed or slow or whole > self._shown * _GROWTH:
            self._shown, self._shown_at = whole, now
        return ("pipe", self._shown, self._closed)

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._descriptor, _CHUNK)
            except OSError:
                chunk = b""
            with self._lock:
                self._data += chunk
                self._closed = not chunk
            if not chunk or self._data.count(b"\n", 0, _CHUNK) > 1:
                self._row.set()
            if not chunk:
                return


_followed: list[Pipe] = []


def follow(descriptor: int) -> Pipe:
    """From now on `-` is what comes through `descriptor`, as far as it has come."""
    _followed[:] = [Pipe(descriptor)]
    return _followed[0]


def followed() -> Pipe | None:
    """The pipe that `-` stands for; None where standard input is read to its end."""
    return _followed[0] if _followed else None


def grew(previous: Imported | None) -> bool:
    """Whether more has come through the pipe than `previous` holds."""
    pipe = followed()
    return pipe is not None and previous is not None and previous.signature != pipe.signature


def piped(pipe: Pipe, options: Options, previous: Imported | None) -> Imported:
    """The runs in what has come so far; `previous` itself where nothing has, and its runs where it cannot be read."""
    from clftui.data.imports.classes import class_file
    from clftui.data.imports.texts import text_runs
    from clftui.data.status import RunStatus

    signature, data, closed = pipe.take()
    if previous is not None and previous.signature == signature:
        return previous
    if not data.strip():
        return Imported((), ((STDIN, _NOTHING),), signature)
    if not closed and data.lstrip()[:1] == b"[":
        return Imported((), ((STDIN, _ARRAY),), signature)
    try:
        runs = text_runs(Path("stdin"), data, options, class_file([Path.cwd()]))
    except FormatError as error:
        return Imported(previous.runs if previous is not None else (), ((STDIN, str(error)),), signature)
    status = RunStatus("finished" if closed else "running", moved=time.time())
    return Imported(tuple(replace(run, status=status) for run in runs), (), signature)
