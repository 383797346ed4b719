"""Decodes images behind the screen's back: two threads, what is on the screen first, results remembered."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from clftui.data.images import Picture, Target, Unreadable, read_image
from clftui.schema import FormatError

log = logging.getLogger(__name__)

KEPT_BYTES = 48_000_000
THREADS = 2
IDLE_SECONDS = 5.0
RECHECK_SECONDS = 3.0
"""How long a result is believed before its file is looked at again."""

Result = Picture | Unreadable


@dataclass(frozen=True, eq=False)
class Wish:
    """One image at one size. `key` names it: equal keys are one image."""

    key: Hashable
    find: Callable[[], Path | None]
    """Where it lies; asked in a thread, because looking for a moved image touches the disk."""
    target: Target


@dataclass
class _Entry:
    result: Result
    stamp: tuple[int, int] | None
    checked: float
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = self.result.pixels.nbytes + 200 if isinstance(self.result, Picture) else 400


class PictureStore:
    """Ask with `want`, look with `get`; `arrived` is called, from a thread, once for all that came since `want`.

    Safe to use from several threads. The threads end by themselves when nothing has been wanted for a while.
    """

    def __init__(self, arrived: Callable[[], None], kept_bytes: int = KEPT_BYTES) -> None:
        self._arrived = arrived
        self._kept_bytes = kept_bytes
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._bytes = 0
        self._wishes: OrderedDict[Hashable, Wish] = OrderedDict()
        self._working: set[Hashable] = set()
        self._changed = threading.Condition()
        self._threads = 0
        self._told = False
        self._stopped = False

    def get(self, key: Hashable) -> Result | None:
        """The image or why there is none; None while it is not decoded."""
        with self._changed:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry.result if entry is not None else None

    def want(self, wishes: Iterable[Wish]) -> None:
        """Decode these, first things first, and forget earlier wishes: what has left the screen is not needed."""
        now = time.monotonic()
        with self._changed:
            self._told = False
            self._wishes.clear()
            for wish in wishes:
                entry = self._entries.get(wish.key)
                fresh = entry is not None and now - entry.checked < RECHECK_SECONDS
                if not fresh and wish.key not in self._working:
                    self._wishes[wish.key] = wish
            while self._threads < min(THREADS, len(self._wishes)) and not self._stopped:
                self._threads += 1
                threading.Thread(target=self._work, name="clftui-images", daemon=True).start()
            self._changed.notify_all()

    @property
    def pending(self) -> bool:
        """Whether something wanted is still being decoded."""
        with self._changed:
            return bool(self._wishes or self._working)

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until everything wanted is decoded; False when that takes longer than `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wishes and not self._working, seconds)

    def stop(self) -> None:
        """End the threads; nothing is announced any more."""
        with self._changed:
            self._stopped = True
            self._wishes.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._stopped or bool(self._wishes), IDLE_SECONDS):
                    self._threads -= 1
                    return
                if self._stopped:
                    self._threads -= 1
                    return
                key, wish = self._wishes.popitem(last=False)
                self._working.add(key)
                known = self._entries.get(key)
            entry = _read(wish, known)
            with self._changed:
                self._working.discard(key)
                tell = self._keep(key, entry, known) and not self._told and not self._stopped
                self._told = self._told or tell
                self._changed.notify_all()
            if tell:
                self._arrived()

    def _keep(self, key: Hashable, entry: _Entry, known: _Entry | None) -> bool:
        """Remember a result; whether it differs from the one that was known."""
        if known is not None and entry.result is known.result:
            known.checked = entry.checked
            return False
        old = self._entries.pop(key, None)
        self._entries[key] = entry
        self._bytes += entry.size - (old.size if old is not None else 0)
        while self._bytes > self._kept_bytes and len(self._entries) > 1:
            self._bytes -= self._entries.popitem(last=False)[1].size
        return True


def _read(wish: Wish, known: _Entry | None) -> _Entry:
    """A fresh entry; one with the known result where the file has not changed since."""
    try:
        path = wish.find()
    except FormatError as error:
        return _Entry(Unreadable("no path", str(error)), None, time.monotonic())
    if path is None:
        return _Entry(Unreadable("no path", "The sample table names no image for this sample."), None, time.monotonic())
    stamp = _stamp(path)
    if known is not None and known.stamp == stamp and stamp is not None:
        return _Entry(known.result, stamp, time.monotonic())
    result = read_image(path, wish.target)
    if known is not None and result == known.result:
        result = known.result
    return _Entry(result, stamp, time.monotonic())


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        info = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return info.st_mtime_ns, info.st_size
