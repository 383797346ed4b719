"""File events where the system has them; a folder that sends none is followed by its heartbeat all the same."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clftui.data import watch as watch_module
from clftui.data.catalog import Catalog, open_catalog
from clftui.data.inotify import folder_changes
from clftui.data.watch import Watcher
from tests.builders import write_epoch, write_run

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux' own")


def changes(folders: list[Path], stop: threading.Event, timeout: float = 2.0) -> Iterator[tuple[str, ...]]:
    events = folder_changes(
        folders, stop, timeout=timeout, gather=0.05, most=0.3, wanted=lambda name: not name.startswith(".")
    )
    assert next(events) == ()
    return events


def later(seconds: float, work: object) -> None:
    threading.Timer(seconds, work).start()  # type: ignore[arg-type]


@linux
def test_renames_and_appended_files_are_named_and_temporary_ones_are_not(tmp_path: Path) -> None:
    stop = threading.Event()
    (tmp_path / ".a.tmp").write_text("x")
    (tmp_path / "log").write_text("x")
    events = changes([tmp_path, tmp_path / "gone"], stop)

    def work() -> None:
        (tmp_path / ".b.tmp").write_text("y")
        (tmp_path / ".a.tmp").rename(tmp_path / "a é")
        with (tmp_path / "log").open("a") as file:
            file.write("y")

    later(0.1, work)
    assert set(next(events)) == {"a é", "log"}
    events.close()  # type: ignore[attr-defined]


@linux
def test_nothing_is_said_after_the_time_and_steady_events_are_cut(tmp_path: Path) -> None:
    stop, started = threading.Event(), time.monotonic()
    events = changes([tmp_path], stop, timeout=0.2)
    assert next(events) == () and 0.15 < time.monotonic() - started < 1.0

    def write() -> None:
        while not stop.is_set():
            (tmp_path / "x").write_text("x")
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    started = time.monotonic()
    assert "x" in next(events) and time.monotonic() - started < 1.0
    stop.set()
    writer.join()
    assert list(events) == []


@linux
def test_a_folder_that_is_removed_says_so_and_stopping_is_felt(tmp_path: Path) -> None:
    folder, stop = tmp_path / "x", threading.Event()
    folder.mkdir()
    events = changes([folder], stop, timeout=5.0)
    later(0.1, lambda: shutil.rmtree(folder))
    assert "" in next(events)
    later(0.1, stop.set)
    started = time.monotonic()
    assert list(events) in ([], [()]) and time.monotonic() - started < 1.5


@pytest.mark.parametrize("trouble", ["silent", "refused"])
def test_without_events_the_newest_epochs_are_found_by_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """A network folder takes the watch and says nothing; a system at its limit refuses it."""

    def nothing(_: object, stop: threading.Event, *, timeout: float, **__: object) -> Iterator[tuple[str, ...]]:
        if trouble == "refused":
            raise OSError(28, "No space left on device")
        while not stop.wait(timeout):
            yield ()

    monkeypatch.setattr(watch_module, "available", lambda: True)
    monkeypatch.setattr(watch_module, "folder_changes", nothing)
    monkeypatch.setattr(watch_module, "BEAT_SECONDS", 0.1)
    run = write_run(tmp_path / "runs" / "cnn", epochs=2, state="running")
    seen: list[Catalog] = []
    watcher = Watcher()
    watcher.start([run.parent], open_catalog([run.parent]), seen.append)
    try:
        for epoch, split in ((3, "test"), (3, "val"), (4, "test")):
            write_epoch(run, epoch, split, classes=4, n=20, seed=epoch, skill=0.5)
            end = time.monotonic() + 10
            while not (seen and seen[-1].runs[0].newest(split) == epoch):
                assert time.monotonic() < end, f"epoch {epoch} of {split} never arrived"
                time.sleep(0.02)
    finally:
        watcher.stop()
