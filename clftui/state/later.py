"""Results that take too long for a key press: one background thread computes them, newest wish first.

A screen asks again at its next paint; a report asks with `wait=True` and gets the result at once. Results are
remembered under their key, so the key names everything the result depends on: large values by `weak` references, for
a result must not keep a superseded epoch in memory.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast
from weakref import ref

from clftui.state.spare_memory import give_back

T = TypeVar("T")

KEPT = 4096
WISHES = 256
IDLE_SECONDS = 5.0


class Stopped(Exception):
    """Raised by work that was given up: nothing is remembered, whoever still wants it asks again."""


class Later:
    """A cache whose misses are filled behind the caller's back. Safe to use from several threads."""

    def __init__(self, kept: int = KEPT, wishes: int = WISHES, pause: float = 0.0) -> None:
        """`pause` seconds pass before anything begins, so that wishes that are soon replaced cost nothing."""
        self._kept, self._limit, self._pause = kept, wishes, pause
        self._began: dict[Hashable, float] = {}
        self._done: OrderedDict[Hashable, object] = OrderedDict()
        self._wishes: OrderedDict[Hashable, Callable[[], object]] = OrderedDict()
        self._running: Hashable | None = None
        self._busy = False
        self.unanswered = 0
        """How often `get` had nothing to give yet: who drew without it must look again, even if it is there by now."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def get(self, key: Hashable, work: Callable[[], T], *, wait: bool = False) -> T | None:
        """The result of `work` under `key`; None while it is not there yet.

        An exception of `work` is kept in its place and raised here. `work` itself must not return None.
        """
        with self._changed:
            if wait and self._busy and key == self._running and threading.current_thread() is not self._thread:
                self._changed.wait_for(lambda: not self._busy or key != self._running)
            if key in self._done:
                self._done.move_to_end(key)
                return _given(self._done[key])
            if not wait:
                self.unanswered += 1
                self._wish(key, work)
                return None
        result = _tried(work)
        with self._changed:
            self._keep(key, result)
        return _given(result)

    def is_there(self, key: Hashable) -> bool:
        """Whether the result under `key`, or why there is none, is known; asks for nothing."""
        with self._changed:
            return key in self._done

    def seconds(self, key: Hashable) -> float | None:
        """For how long the result under `key` has been waited for; None where nobody waits for it."""
        with self._changed:
            began = self._began.get(key)
        return None if began is None else time.monotonic() - began

    @property
    def pending(self) -> bool:
        """Whether something asked for is still being computed."""
        with self._changed:
            return self._busy or bool(self._wishes)

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is pending; False when that takes longer than `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self._wishes, seconds)

    def _wish(self, key: Hashable, work: Callable[[], object]) -> None:
        if self._busy and key == self._running:
            return
        self._wishes[key] = work
        self._began.setdefault(key, time.monotonic())
        self._wishes.move_to_end(key)
        while len(self._wishes) > self._limit:
            # The oldest wish is off the screen by now; whoever still wants it asks again.
            dropped, _ = self._wishes.popitem(last=False)
            self._began.pop(dropped, None)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="clftui-later", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: bool(self._wishes), IDLE_SECONDS):
                    self._thread = None
                    break
                if self._pause:
                    self._changed.wait_for(lambda: False, self._pause)
                key, work = self._wishes.popitem(last=True)
                self._running, self._busy = key, True
            result = _tried(work)
            with self._changed:
                self._keep(key, result)
                self._running, self._busy = None, False
                self._changed.notify_all()
        give_back()

    def _keep(self, key: Hashable, result: object) -> None:
        self._began.pop(key, None)
        if isinstance(result, _Failure) and isinstance(result.error, Stopped):
            return
        self._done[key] = result
        while len(self._done) > self._kept:
            self._done.popitem(last=False)


class _Failure:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _tried(work: Callable[[], object]) -> object:
    try:
        return work()
    except Exception as error:
        return _Failure(error)


def _given(result: object) -> T:  # type: ignore[type-var]
    if isinstance(result, _Failure):
        # Every raise would add to the traceback of the one error kept, and each frame holds a session.
        raise result.error.with_traceback(None)
    return cast(T, result)


def weak(*values: T) -> tuple[ref[T], ...]:
    """Weak references to `values`, for a key; values that are gone match nothing any more."""
    return tuple(ref(value) for value in values)


LATER = Later()
"""The one that the views share."""
PASTS = Later(kept=128)
"""For numbers of every sample told from all epochs of a run: few are kept, as each is large."""
SLOW = Later(kept=64, wishes=8, pause=0.2)
"""For what takes seconds, in the worker process: it must not keep the others waiting."""
