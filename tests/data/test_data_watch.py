"""Following a collection: new epochs, new runs, silence; with file events and by the heartbeat alone."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clftui.data import watch as watch_module
from clftui.data.catalog import Catalog, open_catalog
from clftui.data.watch import Watcher
from tests.builders import write_collection, write_epoch, write_run


class Mailbox:
    """Where catalogs arrive; `until` waits for one that fits."""

    def __init__(self) -> None:
        self.all: list[Catalog] = []
        self._more = threading.Condition()

    def put(self, catalog: Catalog) -> None:
        with self._more:
            self.all.append(catalog)
            self._more.notify_all()

    def until(self, fits: Callable[[Catalog], bool], seconds: float = 10) -> Catalog:
        with self._more:
            assert self._more.wait_for(lambda: any(fits(c) for c in self.all), seconds), "nothing that fits arrived"
            return next(c for c in self.all if fits(c))


Follow = Callable[[Path], tuple[Catalog, Mailbox]]


@pytest.fixture(params=["events", "polled", "heartbeat"])
def follow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follow]:
    """Start watching a folder: with Linux' file events, with those of other systems, or, over a network, without."""
    monkeypatch.setattr(watch_module, "BEAT_SECONDS", 0.1)
    if request.param == "polled":
        monkeypatch.setattr(watch_module, "available", lambda: False)
    if request.param == "heartbeat":
        monkeypatch.setattr(watch_module, "MAX_WATCHED", -1)
    watcher = Watcher()

    def start(root: Path) -> tuple[Catalog, Mailbox]:
        catalog, mailbox = open_catalog([root]), Mailbox()
        watcher.start([root], catalog, mailbox.put)
        return catalog, mailbox

    yield start
    watcher.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "clftui-watch"]


def live(root: Path, epochs: int = 2) -> Path:
    folder = write_run(root / "live", epochs=epochs)
    tell(folder, "running")
    return folder


def tell(folder: Path, state: str) -> None:
    aside = folder / ".status.tmp"
    aside.write_text(json.dumps({"state": state, "heartbeat": time.time()}), encoding="utf-8")
    aside.replace(folder / "status.json")


def test_each_new_epoch_arrives(tmp_path: Path, follow: Follow) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    folder = live(root)
    first, mailbox = follow(root)
    for epoch in (3, 4, 5):
        write_epoch(folder, epoch, "test", classes=4, n=40, seed=epoch, skill=0.5)
        newer = mailbox.until(lambda c, e=epoch: c.runs[0].newest("test") == e)  # type: ignore[misc]
        assert newer.runs[1] is first.runs[1] and newer.runs[2] is first.runs[2]
    assert [c.revision for c in mailbox.all] == sorted({c.revision for c in mailbox.all})


def test_a_second_split_of_the_newest_epoch_arrives(tmp_path: Path, follow: Follow) -> None:
    root = tmp_path / "runs"
    folder = live(root)
    _, mailbox = follow(root)
    time.sleep(0.3)
    write_epoch(folder, 2, "val", classes=4, n=40, seed=1, skill=0.5)
    mailbox.until(lambda c: c.runs[0].splits == ("test", "val"))


def test_new_runs_arrive_even_when_their_folder_was_there_first(tmp_path: Path, follow: Follow) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    _, mailbox = follow(root)
    (root / "later").mkdir()
    time.sleep(0.4)
    write_run(root / "later")
    mailbox.until(lambda c: c.run("later") is not None and c.run("later").newest("test") == 3)  # type: ignore[union-attr]


def test_a_broken_run_that_is_mended_arrives(tmp_path: Path, follow: Follow) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    good = (root / "run1" / "run.json").read_text(encoding="utf-8")
    (root / "run1" / "run.json").write_text("{", encoding="utf-8")
    first, mailbox = follow(root)
    assert len(first.problems) == 1
    time.sleep(0.3)
    (root / "run1" / "run.json").write_text(good, encoding="utf-8")
    mailbox.until(lambda c: len(c.runs) == 2 and not c.problems)


def test_states_arrive_but_heartbeats_do_not(tmp_path: Path, follow: Follow) -> None:
    root = tmp_path / "runs"
    folder = live(root)
    _, mailbox = follow(root)
    for _ in range(5):
        tell(folder, "running")
        time.sleep(0.1)
    time.sleep(0.3)
    assert mailbox.all == []
    tell(folder, "finished")
    mailbox.until(lambda c: c.runs[0].status.state == "finished")


def test_silence_arrives_although_nothing_happens(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "SILENT_AFTER", 1.0)
    monkeypatch.setattr("clftui.data.status.SILENT_AFTER", 1.0)
    _, mailbox = follow_live(tmp_path, follow)
    mailbox.until(lambda c: c.runs[0].status.state == "silent")


def follow_live(tmp_path: Path, follow: Follow) -> tuple[Catalog, Mailbox]:
    root = tmp_path / "runs"
    live(root)
    return follow(root)


def test_predictions_that_grow_arrive(tmp_path: Path, follow: Follow) -> None:
    path = tmp_path / "out.csv"
    path.write_text("true,pred\ncat,cat\ndog,cat\n", encoding="utf-8")
    first, mailbox = follow(path)
    assert first.runs[0].evaluation("test").n == 2  # type: ignore[union-attr]
    time.sleep(0.3)
    with path.open("a", encoding="utf-8") as file:
        file.write("dog,dog\n")
    mailbox.until(lambda c: c.runs[0].evaluation("test").n == 3)  # type: ignore[union-attr]


def test_it_outlives_whatever_happens(tmp_path: Path, follow: Follow) -> None:
    root = tmp_path / "runs"
    live(root)
    _, mailbox = follow(root)
    time.sleep(0.2)
    shutil.rmtree(root)
    mailbox.until(lambda c: not c.runs and bool(c.problems))
    write_run(root / "again")
    mailbox.until(lambda c: [run.key for run in c.runs] == ["again"])


def test_an_error_of_the_receiver_does_not_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "BEAT_SECONDS", 0.05)
    root = tmp_path / "runs"
    folder = live(root)
    mailbox = Mailbox()

    def receive(catalog: Catalog) -> None:
        mailbox.put(catalog)
        raise RuntimeError("the receiver is broken")

    watcher = Watcher()
    watcher.start([root], open_catalog([root]), receive)
    for epoch in (3, 4):
        write_epoch(folder, epoch, "test", classes=4, n=40, seed=epoch, skill=0.5)
        mailbox.until(lambda c, e=epoch: c.runs[0].newest("test") == e)  # type: ignore[misc]
    watcher.stop()


def test_stopping_is_quick_and_final(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    folder = live(root)
    mailbox, watcher = Mailbox(), Watcher()
    watcher.start([root], open_catalog([root]), mailbox.put)
    time.sleep(0.3)
    started = time.perf_counter()
    watcher.stop()
    assert time.perf_counter() - started < 1.5
    write_epoch(folder, 3, "test", classes=4, n=40, seed=1, skill=0.5)
    time.sleep(0.4)
    assert mailbox.all == []
    watcher.stop()


def test_at_rest_it_costs_nearly_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_collection(tmp_path / "runs", runs=20)
    live(root)
    watcher = Watcher()
    watcher.start([root], open_catalog([root]), lambda _: None)
    time.sleep(0.5)  # its own imports
    looks: list[object] = []
    monkeypatch.setattr(watch_module, "look", lambda *given, **_: looks.append(given))
    before = time.process_time()
    time.sleep(1.5)
    spent = time.process_time() - before
    watcher.stop()
    assert not looks and spent < 0.05
