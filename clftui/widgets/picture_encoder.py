"""Encodes pictures in one thread: PNG and sixels take milliseconds each, which a key should not wait for."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from clftui.drawing.images import Encoded

log = logging.getLogger("clftui")

KEPT_BYTES = 32_000_000
IDLE_SECONDS = 5.0
TELL_SECONDS = 0.04
"""How often at most arrivals are told while more are being encoded."""
MOST_WISHES = 512
"""Of more, the oldest are forgotten: they have left the screen."""


class PictureEncoder:
    """Ask with `get`; who asked in vain is told. Safe to use from several threads."""

    def __init__(self, encode: Callable[[Hashable], Encoded], kept_bytes: int = KEPT_BYTES) -> None:
        """`encode` makes what a key stands for; it runs in the thread."""
        self._encode = encode
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[Hashable, Encoded | None] = OrderedDict()
        self._bytes = 0
        self._wishes: OrderedDict[Hashable, None] = OrderedDict()
        self._tell: set[Callable[[], None]] = set()
        self._changed = threading.Condition()
        self._running = self._stopped = False

    def get(self, key: Hashable, arrived: Callable[[], None]) -> Encoded | None:
        """What `key` stands for; None while it is not encoded, or where it cannot be."""
        with self._changed:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            self._wishes[key] = None
            self._tell.add(arrived)
            while len(self._wishes) > MOST_WISHES:
                self._wishes.popitem(last=False)
            if not self._running and not self._stopped:
                self._running = True
                threading.Thread(target=self._work, name="clftui-encode", daemon=True).start()
            self._changed.notify_all()
        return None

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until every wish is encoded; False when that takes longer than `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wishes and not self._tell, seconds)

    def stop(self) -> None:
        """End the thread; nobody is told any more."""
        with self._changed:
            self._stopped = True
            self._wishes.clear()
            self._tell.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        told = 0.0
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._stopped or bool(self._wishes), IDLE_SECONDS):
                    self._running = False
                    return
                if self._stopped:
                    self._running = False
                    return
                key = next(iter(self._wishes))
            made = self._try(key)
            with self._changed:
                self._keep(key, made)
                self._wishes.pop(key, None)
                tell: set[Callable[[], None]] = set()
                if not self._wishes or time.monotonic() - told >= TELL_SECONDS:
                    told = time.monotonic()
                    tell, self._tell = self._tell, set()
                self._changed.notify_all()
            for arrived in tell:
                arrived()

    def _try(self, key: Hashable) -> Encoded | None:
        try:
            return self._encode(key)
        except Exception:
            # Without memory for one picture, say, the others still come.
            log.exception("a picture cannot be encoded")
            return None

    def _keep(self, key: Hashable, made: Encoded | None) -> None:
        self._kept[key] = made
        self._bytes += _size(made)
        while self._bytes > self._kept_bytes and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popitem(last=False)[1])


def _size(made: Encoded | None) -> int:
    # With the decoded pixels that its key holds on to, some times the size of what is sent.
    return 400 + (len(made.data) + made.pixels if made is not None else 0)
