"""The thread that writes: a training loop goes on while its last epochs reach the disk, in the order logged."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

MAX_COMMITS = 2
"""Epochs of a split that may be on their way to the disk at once: one being written, one waiting."""
MAX_JOBS = 1000
"""All that may wait, lines of scalars included."""


@dataclass(frozen=True)
class Job:
    """`work` writes `what` ("epoch 3 of test") to `path`; a `large` one holds the scores of an epoch in memory."""

    work: Callable[[], None]
    what: str
    path: Path
    large: bool = False


class Writer:
    """Does jobs one after the other, in a daemon thread, or at once where `background` is false.

    `do` waits while `MAX_COMMITS` large jobs are unfinished, so memory stays bounded. A job that fails is lost, those
    behind it are tried all the same, and `complain` raises one error for each.
    """

    def __init__(self, *, background: bool) -> None:
        self._background = background
        self._jobs: deque[Job] = deque()
        self._failed: deque[tuple[Job, BaseException]] = deque()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = False

    def do(self, job: Job) -> None:
        """Do `job`, or have it done. Waits for room."""
        if not self._background:
            try:
                job.work()
            except OSError as error:
                raise lost(job, error, later=False) from error
            return
        with self._change:
            self._change.wait_for(lambda: self._has_room(job))
            self._jobs.append(job)
            # None after a fork either: threads stay behind with the parent.
            if self._thread is None or not self._thread.is_alive():
                self._ended = False
                self._thread = threading.Thread(target=self._run, name="clftui-writer", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def flush(self) -> None:
        """Wait until every job is done; raises what `complain` does."""
        with self._change:
            self._change.wait_for(lambda: not self._jobs)
        self.complain()

    def complain(self) -> None:
        """Raise the oldest failure nobody has heard of."""
        with self._change:
            if not self._failed:
                return
            job, error = self._failed.popleft()
        if isinstance(error, OSError):
            raise lost(job, error, later=True) from error
        raise error

    def end(self) -> list[str]:
        """Wait until every job is done and end the thread; one sentence for each failure nobody has heard of."""
        with self._change:
            self._change.wait_for(lambda: not self._jobs)
            self._ended = True
            self._change.notify_all()
            told = [f"{job.what} was not logged ({_reason(error)})" for job, error in self._failed]
            self._failed.clear()
        if self._thread is not None:
            self._thread.join()
        return told

    def _has_room(self, job: Job) -> bool:
        large = sum(waiting.large for waiting in self._jobs)
        return len(self._jobs) < MAX_JOBS and not (job.large and large >= MAX_COMMITS)

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._jobs or self._ended)
                if not self._jobs:
                    return
                job = self._jobs[0]
            try:
                job.work()
            except BaseException as error:
                with self._change:  # without the arrays, which its work and its traceback hold
                    self._failed.append((replace(job, work=_nothing), error.with_traceback(None)))
            with self._change:
                self._jobs.popleft()
                self._change.notify_all()
            del job  # its arrays must not outlive it while the next one is awaited


def _nothing() -> None:
    pass


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def lost(job: Job, error: OSError, *, later: bool) -> OSError:
    """What to tell the loop about a write that the system refused, with the system's own number."""
    also = ", and the present call did nothing" if later else ""
    text = f"{_reason(error)}: {job.what} was not logged{also}; make room, then log it again"
    return OSError(error.errno, text, str(job.path))
