"""What the worker computes for the map: progress, failure, giving up, giving way, and results kept on the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.schema import FormatError
from clftui.state import map_layout, map_steps, map_tasks
from clftui.state.later import Later
from clftui.state.map_model import map_model
from clftui.state.map_settings import MapMethod
from clftui.state.map_side import method_words
from clftui.state.session import Session
from clftui.worker.client import WORKER, Cancelled, WorkerError
from clftui.worker.telling import Arrays, Tell
from tests.idle_worker import give_up_slow
from tests.mapped import mapped, write_mapped


class Asked:
    """In the place of the worker: tells what it is told to tell, and answers when it may."""

    def __init__(self) -> None:
        self.tasks: list[str] = []
        self.gate = threading.Event()
        self.error: Exception | None = None
        self.later = Later()
        self.tell: Tell | None = None

    def call(self, task: str, parameters: dict[str, Any], arrays: Arrays, tell: Tell | None = None) -> Arrays:
        self.tasks.append(task)
        self.tell = tell
        assert self.gate.wait(10)
        if self.error is not None:
            error, self.error = self.error, None
            self.gate.clear()
            raise error
        return {"places": np.arange(2.0 * len(arrays["rows"])).reshape(-1, 2)}

    def cancel(self) -> None:
        self.error = Cancelled("stopped")
        self.gate.set()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    give_up_slow()
    asked = Asked()
    monkeypatch.setattr(WORKER, "call", asked.call)
    monkeypatch.setattr(WORKER, "cancel", asked.cancel)
    monkeypatch.setattr(map_tasks, "SLOW", asked.later)
    for name in ("_failed", "_running", "_asked"):
        monkeypatch.setattr(map_tasks, name, {})
    yield asked
    asked.gate.set()
    assert asked.later.settle()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return mapped(write_mapped(tmp_path / "runs"), method=MapMethod.TSNE)


def reached(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("never")


def words(session: Session) -> str:
    return method_words(map_model(session))


def test_principal_components_show_at_once_then_how_far_tsne_is_then_its_places(
    worker: Asked, session: Session
) -> None:
    assert map_model(session).picture.layout.method == "PCA"
    reached(lambda: worker.tell is not None)
    assert words(session) == "t-SNE begins"
    tell = worker.tell
    assert tell is not None
    tell(0.05, {"places": np.ones((120, 2))})
    assert map_model(session).picture.layout.method == "PCA"
    time.sleep(0.02)
    tell(0.5, {"places": np.random.default_rng(0).random((120, 2))})
    shown = map_model(session).picture
    assert shown.layout.method == "t-SNE" and shown.layout.key is not None and words(session) == "t-SNE 50 %, 1 s left"
    assert map_model(session).picture is shown
    worker.gate.set()
    assert worker.later.settle()
    assert words(session) == "t-SNE" and map_model(session).picture.layout.key is None
    assert worker.tasks == ["tsne"]


def test_what_was_given_up_leaves_the_principal_components(worker: Asked, session: Session) -> None:
    map_model(session)
    reached(lambda: bool(worker.tasks))
    stopped = map_steps.leave(session)
    worker.gate.set()
    assert stopped.map.method is MapMethod.QUICK and stopped.notice.startswith("Stopped")
    assert worker.later.settle() and words(stopped) == "PCA"


def test_a_failure_is_told_and_not_asked_for_again_until_the_key(worker: Asked, session: Session) -> None:
    why = "the worker process ended before it answered"
    worker.error = WorkerError(why)
    worker.gate.set()
    map_model(session)
    reached(lambda: bool(worker.tasks))
    assert worker.later.settle()
    assert words(session) == "PCA, t-SNE failed" == words(session)
    assert worker.later.settle() and worker.tasks == ["tsne"]
    assert map_tasks.trouble(map_model(session).picture.layout.key) == why
    worker.error = WorkerError(why)
    worker.gate.set()
    with pytest.raises(FormatError, match=f"^The worker process failed: {why}.$"):
        map_model(session, wait=True)
    worker.gate.set()
    quick = map_steps.next_method(session)
    assert words(map_steps.next_method(quick)).startswith("t-SNE")
    assert worker.later.settle()
    assert words(session) == "t-SNE"


def test_a_task_that_nothing_shows_any_more_gives_way(
    worker: Asked, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_tasks, "UNWANTED", 0.05)
    other = mapped(session.catalog.runs[0].path.parent, run="far", method=MapMethod.TSNE)
    map_model(session)
    reached(lambda: len(worker.tasks) == 1)
    map_model(session)
    map_model(other)
    assert worker.error is None
    time.sleep(0.1)
    map_model(other)
    reached(lambda: len(worker.tasks) == 2)
    worker.gate.set()
    assert worker.later.settle()
    assert words(other) == "t-SNE" and words(session) != "t-SNE"


def test_what_took_long_is_kept_for_the_next_session_by_its_content(
    worker: Asked, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(map_tasks, "WORTH_KEEPING", 0.0)
    worker.gate.set()
    first = map_model(session, wait=True).picture.layout
    [file] = (tmp_path / "cache" / "clftui" / "maps").iterdir()
    monkeypatch.setattr(map_tasks, "SLOW", Later())
    again = map_model(session, wait=True).picture.layout
    assert worker.tasks == ["tsne"] and np.array_equal(first.places, again.places)
    file.write_bytes(b"no file at all")
    monkeypatch.setattr(map_tasks, "SLOW", Later())
    map_model(session, wait=True)
    assert worker.tasks == ["tsne", "tsne"]


def test_the_oldest_of_many_kept_files_go(
    worker: Asked, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(map_tasks, "WORTH_KEEPING", 0.0)
    monkeypatch.setattr(map_tasks, "MOST_FILES", 2)
    worker.gate.set()
    for number in range(4):
        map_tasks.result("tsne", str(number), {}, lambda: {"rows": np.zeros((4, 2))}, wait=True)
    assert len(list((tmp_path / "cache" / "clftui" / "maps").iterdir())) == 2


def test_a_cache_that_cannot_be_written_troubles_nobody(
    worker: Asked, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(map_tasks, "WORTH_KEEPING", 0.0)
    (tmp_path / "cache").write_text("a file in the place of the folder", encoding="utf-8")
    worker.gate.set()
    assert map_model(session, wait=True).picture.layout.method == "t-SNE"


@pytest.mark.parametrize("n, expected", [(10_000, 30), (100, 30), (91, 30), (31, 10), (5, 1)])
def test_perplexity_is_no_more_than_a_third_of_few_points(n: int, expected: int) -> None:
    assert map_layout.perplexity_of(n) == expected
