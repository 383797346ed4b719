"""The app's side of the worker process."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import clftui
from clftui.worker.telling import Arrays, Tell
from clftui.worker.wire import receive, send

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerError(Exception):
    """The task failed, or the process cannot be started; one sentence."""


class Cancelled(WorkerError):
    """The user no longer wants the result."""


class Worker:
    """One process, started at the first call and whenever it has gone. Calls from several threads take turns."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._revision = 0
        self._cancelled = False

    def call(self, task: str, parameters: dict[str, Any], arrays: Arrays, tell: Tell | None = None) -> Arrays:
        """The answer of `task`, waited for. WorkerError where it fails, Cancelled where `cancel` ended it.

        `tell` hears of what the task tells on the way.
        """
        with self._turn:
            self._cancelled = False
            self._revision += 1
            header = {"task": task, "parameters": parameters, "revision": self._revision}
            # A process that ended while idle shows only when it is written to: then a new one is asked.
            for fresh in (False, True):
                answer = self._ask(header, arrays, fresh, tell)
                if answer is not None:
                    return answer
                if self._cancelled:
                    raise Cancelled("stopped")
            raise WorkerError("the worker process ended before it answered")

    def cancel(self) -> None:
        """End the process, whatever it is doing; the next call starts another."""
        self._cancelled = True
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _ask(self, header: dict[str, Any], arrays: Arrays, fresh: bool, tell: Tell | None) -> Arrays | None:
        """The answer; None where the process is gone."""
        if fresh:
            self.close()
        process = self._process or self._start()
        self._process = process
        if self._cancelled:
            # Nobody could end what was only just starting.
            self.close()
            return None
        try:
            send(cast(BufferedIOBase, process.stdin), header, arrays)
            message = receive(cast(BufferedIOBase, process.stdout))
            while message is not None and "done" in message[0] and message[0]["revision"] == header["revision"]:
                if tell is not None:
                    tell(message[0]["done"], message[1])
                message = receive(cast(BufferedIOBase, process.stdout))
        except (OSError, ValueError):  # ValueError: another thread has closed the pipes, or what came is no message.
            return None
        if message is None:
            return None
        answer, found = message
        if answer["revision"] != header["revision"]:
            self.close()
            raise WorkerError("the worker process answered another question")
        if "error" in answer:
            raise WorkerError(answer["error"])
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        atexit.register(self.close)
        here = str(Path(clftui.__file__).parent.parent)
        path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH")) if part)
        environment = {**os.environ, "PYTHONPATH": path, **dict.fromkeys(_ONE_THREAD, "1")}
        try:
            return subprocess.Popen(
                # -P: a file of the user's folder that is called numpy.py must not run.
                [sys.executable, "-P", "-m", "clftui.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerError(f"no worker process can be started ({error.strerror})") from error


WORKER = Worker()
"""The one that the app shares."""
