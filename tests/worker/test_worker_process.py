"""The worker process: started, niced, stopped, killed, gone after a while."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from clftui.analysis.confusion import from_dense
from clftui.analysis.ordering import order
from clftui.worker.client import Cancelled, Worker, WorkerError
from clftui.worker.tasks import packed

NUMBERS = {"numbers": np.arange(3)}


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker()
    yield one
    one.close()


def process_of(worker: Worker) -> subprocess.Popen[bytes]:
    process = worker._process
    assert process is not None
    return process


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.row("B8")
def test_it_answers_what_the_analysis_itself_would(worker: Worker) -> None:
    c = from_dense(np.random.default_rng(0).poisson(1.0, (12, 12)))
    parameters, arrays = packed(c)
    answer = worker.call("order", {**parameters, "method": "linkage"}, arrays)
    assert answer["order"].tolist() == order(c, "linkage").tolist()


def test_what_a_task_tells_on_the_way_comes_before_its_answer(worker: Worker) -> None:
    heard: list[tuple[float, list[int]]] = []
    answer = worker.call(
        "echo", {"told": 4}, NUMBERS, lambda done, so_far: heard.append((done, so_far["numbers"].tolist()))
    )
    assert heard == [(share, [0, 1, 2]) for share in (0, 0.25, 0.5, 0.75)]
    assert answer["numbers"].tolist() == [0, 1, 2]
    assert worker.call("echo", {"told": 2}, NUMBERS)["numbers"].tolist() == [0, 1, 2]


def test_one_process_answers_all_and_gives_way_to_others(worker: Worker) -> None:
    assert worker.call("echo", {}, NUMBERS)["numbers"].tolist() == [0, 1, 2]
    process = process_of(worker)
    assert worker.call("echo", {}, {}) == {}
    assert process_of(worker) is process
    assert os.getpriority(os.PRIO_PROCESS, process.pid) >= min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    # A session of its own: ctrl+c in the terminal is not for it.
    assert os.getsid(process.pid) == process.pid


def test_a_failing_task_is_an_error_and_the_process_stays(worker: Worker) -> None:
    with pytest.raises(WorkerError, match="ValueError: no such thing"):
        worker.call("echo", {"error": "no such thing"}, {})
    process = process_of(worker)
    with pytest.raises(WorkerError, match="KeyError"):
        worker.call("nothing", {}, {})
    assert worker.call("echo", {}, NUMBERS) and process_of(worker) is process


def test_a_killed_process_is_replaced(worker: Worker) -> None:
    worker.call("echo", {}, {})
    process = process_of(worker)
    process.kill()
    process.wait()
    assert worker.call("echo", {}, NUMBERS)["numbers"].tolist() == [0, 1, 2]
    assert process_of(worker).pid != process.pid


def test_a_process_killed_at_work_is_asked_again_and_then_given_up(worker: Worker) -> None:
    found: list[Exception] = []

    def ask() -> None:
        try:
            worker.call("echo", {"seconds": 30}, {})
        except WorkerError as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(2):
        until(lambda: worker._process is not None and worker._process.poll() is None)
        process_of(worker).kill()
        process_of(worker).wait()
    thread.join(10)
    assert [str(error) for error in found] == ["the worker process ended before it answered"]
    assert not isinstance(found[0], Cancelled)
    assert worker.call("echo", {}, NUMBERS)["numbers"].tolist() == [0, 1, 2]


def test_cancelling_ends_the_process_and_the_call(worker: Worker) -> None:
    found: list[Exception] = []

    def ask() -> None:
        try:
            worker.call("echo", {"seconds": 30}, {})
        except WorkerError as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: worker._process is not None)
    process = process_of(worker)
    start = time.monotonic()
    worker.cancel()
    thread.join(10)
    assert isinstance(found[0], Cancelled) and time.monotonic() - start < 5
    assert process.poll() == -signal.SIGKILL and worker._process is None
    assert worker.call("echo", {}, NUMBERS)["numbers"].tolist() == [0, 1, 2]


def test_no_process_at_all_is_one_sentence(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerError, match=r"^no worker process can be started \(No such file or directory\)$"):
        worker.call("echo", {}, {})


def test_a_process_that_ends_at_once_is_one_sentence(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(WorkerError, match=r"^the worker process ended before it answered$"):
        worker.call("echo", {}, {})


IDLE = "import clftui.worker.__main__ as m; m.IDLE_SECONDS = 0.2; m.main()"


def test_it_ends_when_nobody_asks_or_nobody_is_there() -> None:
    idle = subprocess.Popen([sys.executable, "-c", IDLE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert idle.wait(20) == 0
    assert idle.stdin is not None
    idle.stdin.close()
    alone = [sys.executable, "-m", "clftui.worker"]
    assert subprocess.run(alone, stdin=subprocess.DEVNULL, timeout=20, check=False).returncode == 0
    assert subprocess.run(alone, input=b"x" * 64, timeout=20, check=False).returncode == 0


PRINTING = """
import os, sys
import clftui.worker.tasks as tasks
def loud(parameters, arrays, tell):
    print("a library that prints")
    os.write(1, b"and one written in C")
    return arrays
tasks.TASKS["echo"] = loud
import clftui.worker.__main__ as m
m.main()
"""


def test_what_a_library_prints_does_not_break_the_protocol(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen

    def loud(command: list[str], **how: object) -> subprocess.Popen[bytes]:
        return start([sys.executable, "-c", PRINTING], **how)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr("clftui.worker.client.subprocess.Popen", loud)
    assert worker.call("echo", {}, NUMBERS)["numbers"].tolist() == [0, 1, 2]
