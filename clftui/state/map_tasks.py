"""What the worker process computes for a screen: asked for once, told how far it is, kept by content, given up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.state.later import SLOW, Stopped
from clftui.state.map_cloud import NoRows
from clftui.state.wishes import WISHES
from clftui.storage import cache_folder, open_npz, write_npz

log = logging.getLogger("clftui")

Arrays = dict[str, NDArray[Any]]

WORTH_KEEPING = 2.0
"""Seconds from which on a result is kept on the disk."""
MOST_FILES = 200


class Way(NamedTuple):
    """How far something is that is being computed."""

    share: float
    """0 to 1; 0 while it waits for its turn."""
    left: float
    """Seconds, an estimate; NaN while nothing is known."""
    so_far: Arrays
    """What is there already; the same object until more is told."""


NOTHING: Arrays = {}


class _Running(NamedTuple):
    first: float
    first_share: float
    told: float
    share: float
    so_far: Arrays


class ById:
    """Arrays as the key of a cache: what is made of an answer is made once. Known by the first of them."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._first = next(iter(arrays.values()))

    def __hash__(self) -> int:
        return id(self._first)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and other._first is self._first


UNWANTED = 1.5
"""Seconds after which a task that nothing on the screen asked for gives way to one that is."""

_running: dict[Hashable, _Running] = {}
_asked: dict[Hashable, float] = {}
"""When each task that is not done was last asked for."""
_failed: dict[Hashable, str] = {}
"""Why a task failed, by its key: it is not asked for again at every paint."""


def result(
    task: str, digest: str, parameters: dict[str, Any], make: Callable[[], Arrays], *, wait: bool
) -> Arrays | None:
    """What `task` answers to the arrays that `make` gives; None until it is there, or where it failed.

    `digest` names the arrays. With `wait` it is computed now, and a failure raises FormatError.
    """
    key = key_of(task, digest, parameters)
    if key in _failed and not wait:
        return None
    wish = WISHES.now
    if not wait:
        _give_way(key)
    try:
        return SLOW.get(key, lambda: _worked(task, key, parameters, make, None if wait else wish), wait=wait)
    except Stopped as error:
        raise NoRows(f"The worker process failed: {_failed.pop(key, 'it was stopped')}.") from error


def _give_way(key: Hashable) -> None:
    """End the task at work where it is another one that the screen no longer shows: it may take a minute yet."""
    now = time.monotonic()
    if SLOW.seconds(key) is None:
        _asked.pop(key, None)
        return
    _asked[key] = now
    for other in list(_running):
        if other != key and now - _asked.get(other, now) > UNWANTED:
            from clftui.worker.client import WORKER

            _running.pop(other, None)
            WORKER.cancel()


def key_of(task: str, digest: str, parameters: dict[str, Any]) -> Hashable:
    """What a result is remembered under."""
    return ("map", task, digest, tuple(sorted(parameters.items())))


def way(key: Hashable) -> Way | None:
    """How far a task is; None where nobody asked for it, or it is done."""
    if SLOW.seconds(key) is None:
        return None
    running = _running.get(key)
    if running is None:
        return Way(0.0, float("nan"), NOTHING)
    pace = float("nan")
    if running.share > running.first_share > 0:
        # From the first word on: what comes before it, imports and neighbours, says nothing about the pace.
        pace = (running.told - running.first) / (running.share - running.first_share)
    left = running.told + pace * (1 - running.share) - time.monotonic()
    return Way(running.share, max(left, 0.0) if left == left else left, running.so_far)


def is_there(key: Hashable) -> bool:
    """Whether a task has an answer in this session; asks for nothing."""
    return SLOW.is_there(key)


def trouble(key: Hashable) -> str:
    """Why a task failed; empty where it did not."""
    return _failed.get(key, "")


def retry(key: Hashable) -> None:
    """Forget that a task failed: the next paint asks again."""
    _failed.pop(key, None)


def _worked(
    task: str, key: Hashable, parameters: dict[str, Any], make: Callable[[], Arrays], wish: int | None
) -> Arrays:
    from clftui.worker.client import WORKER, Cancelled, WorkerError

    if wish is not None and wish != WISHES.now:
        raise Stopped(task)
    file = _file_of(key)
    kept = _kept(file)
    if kept is not None:
        return kept
    began = time.monotonic()
    _running[key] = _Running(began, 0.0, began, 0.0, NOTHING)

    def tell(share: float, so_far: Arrays) -> None:
        now, old = time.monotonic(), _running.get(key)
        first = (old.first, old.first_share) if old is not None and old.first_share else (now, share)
        _running[key] = _Running(*first, now, share, so_far or NOTHING)

    try:
        found = WORKER.call(task, parameters, make(), tell)
    except Cancelled as error:
        raise Stopped(task) from error
    except WorkerError as error:
        log.warning("no %s from the worker process: %s", task, error)
        _failed[key] = str(error)
        raise Stopped(task) from error
    finally:
        _running.pop(key, None)
    if time.monotonic() - began >= WORTH_KEEPING:
        _keep(file, found)
    return found


def _file_of(key: Hashable) -> Path:
    import hashlib

    return cache_folder() / "maps" / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npz"


def _kept(file: Path) -> Arrays | None:
    """The arrays of an earlier session; None where there are none, or they cannot be read."""
    try:
        npz = open_npz(file)
        return {name: np.asarray(npz.read(name)) for name in npz}
    except (FormatError, OSError, ValueError):
        return None


def _keep(file: Path, arrays: Arrays) -> None:
    """Keep the arrays for other sessions, and drop the oldest of many; a full disk is no reason to trouble anyone."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_npz(file, arrays)
        files = sorted(file.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)
        for old in files[:-MOST_FILES]:
            old.unlink(missing_ok=True)


def is_busy() -> bool:
    """Whether the worker is at a task of the map."""
    return bool(_running)
