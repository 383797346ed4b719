"""status.json: whether a run is alive, told at every commit and by a heartbeat between them."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from clftui.schema import FormatError, Shard, status_file
from clftui.storage import atomic_json, read_json

BEAT_SECONDS = 30.0
RECENT_SECONDS = 5.0
ALIVE_SECONDS = 90.0
"""A heartbeat younger than this was written by a live process."""


class Status:
    """Writes one rank's status file; a daemon thread beats every 30 s and ends with the process."""

    def __init__(self, run: Path, shard: Shard) -> None:
        self._path = run / status_file(shard)
        self._shard = shard
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._written = 0.0

    @property
    def state_is_final(self) -> bool:
        return self._ended.is_set()

    def refuse_second_writer(self) -> None:
        """FormatError when another live process of this host writes the same files."""
        try:
            told = read_json(self._path)
        except FormatError:
            return
        if not isinstance(told, dict) or told.get("state") != "running" or told.get("host") != socket.gethostname():
            return
        pid, beat = told.get("pid"), told.get("heartbeat")
        if not isinstance(pid, int) or not isinstance(beat, (int, float)) or pid in (os.getpid(), 0):
            return
        if time.time() - beat < ALIVE_SECONDS and is_alive(pid):
            remedy = "end it, log to another folder, or pass rank= and world_size= if both belong to one run"
            raise FormatError(self._path, "pid", f"says that process {pid} is writing this run now", remedy)

    def start(self) -> None:
        """Say "running" now and from now on."""
        self.tell("running")
        threading.Thread(target=self._beat, name="clftui-heartbeat", daemon=True).start()

    def beat_if_stale(self) -> None:
        """A heartbeat, unless one was written in the last five seconds."""
        if time.monotonic() - self._written > RECENT_SECONDS:
            self.tell("running")

    def tell(self, state: str, error: str | None = None) -> None:
        """Replace the file; after "finished" or "failed" nothing more is written."""
        with self._lock:
            if self._ended.is_set():
                return
            if state != "running":
                self._ended.set()
            value: dict[str, object] = {
                "state": state,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "heartbeat": time.time(),
                "world_size": self._shard.world_size,
            }
            if self._shard.world_size > 1:
                value["rank"] = self._shard.rank
            if error:
                value["error"] = error
            atomic_json(self._path, value)
            self._written = time.monotonic()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            # A full disk must not end the heartbeat: the next commit reports it in the loop's own thread.
            with suppress(OSError):
                self.tell("running")


def is_alive(pid: int) -> bool:
    """Whether a process of this host lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A killed process that nobody has waited for (common in containers) still has its number, on Linux with a Z.
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:1] != [b"Z"]
    return True
