"""Collections: what is found, what is reused, and how few system calls that takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import Catalog, open_catalog
from tests.builders import write_collection, write_epoch, write_run


def keys(catalog: Catalog) -> list[str]:
    return [run.key for run in catalog.runs]


def test_collections_runs_and_their_files_open_alike(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    catalog = open_catalog([root])
    assert (catalog.name, catalog.root, catalog.revision) == ("runs", root, 1)
    assert keys(catalog) == ["run0", "run1", "run2"] and catalog.problems == ()
    for path in (root / "run1", root / "run1" / "run.json"):
        one = open_catalog([path])
        assert keys(one) == ["run1"] and one.run("run1") is one.runs[0] and one.run("run0") is None
    assert open_catalog([root / "run1"]).root == root
    mixed = open_catalog([root / "run2", root, root / "run0"])
    assert keys(mixed) == ["run2", "run0", "run1"]


def test_what_run_json_says(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", model={"parameters": 7}, hyperparameters={"lr": 0.1})
    about = json.loads((folder / "run.json").read_text())
    about["name"] = "the best"
    (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "scalars.jsonl").write_text(
        '{"epoch": 1, "split": "val", "loss": NaN}\n{"epoch": 2, "lo', encoding="utf-8"
    )
    run = open_catalog([folder]).runs[0]
    assert (run.key, run.name, run.path, run.created) == ("the best", "the best", folder, "2026-01-01T00:00:00Z")
    assert run.model == {"parameters": 7} and run.hyperparameters == {"lr": 0.1}
    assert [row["epoch"] for row in run.scalars()] == [1]
    assert run.splits == ("test",) and run.epochs("test") == (1, 2, 3) and run.newest("test") == 3


def test_runs_of_one_name_get_their_folders_as_keys(tmp_path: Path) -> None:
    for folder in ("a/cnn", "b/deep/cnn", "mlp"):
        write_run(tmp_path / "runs" / folder)
    catalog = open_catalog([tmp_path / "runs"])
    assert sorted(keys(catalog)) == ["a/cnn", "b/deep/cnn", "mlp"]
    assert {run.name for run in catalog.runs} == {"cnn", "mlp"}


def test_depth_links_and_hidden_folders(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_run(root / "1/2/3/in")
    write_run(root / "1/2/3/4/out")
    write_run(root / ".hidden/run")
    write_run(tmp_path / "elsewhere")
    (root / "loop").symlink_to(root)
    (root / "nowhere").symlink_to(tmp_path / "gone")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    (root / "1" / "self").symlink_to("self")
    catalog = open_catalog([root])
    assert sorted(keys(catalog)) == ["elsewhere", "in"] and catalog.problems == ()


def test_a_run_that_has_only_begun(tmp_path: Path) -> None:
    run = open_catalog([write_run(tmp_path / "cnn", epochs=0, state="running")]).runs[0]
    assert run.splits == () and run.newest("test") is None and run.evaluation("test") is None
    assert run.notes == ("no epoch has been written yet",)


def test_splits_of_older_epochs(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=8, samples={"val": "x.csv", "test": "y.csv", "never": "z.csv"})
    write_epoch(folder, 2, "val", classes=4, n=10, seed=1, skill=0.5)
    write_epoch(folder, 7, "aux", classes=4, n=10, seed=1, skill=0.5)
    run = open_catalog([folder]).runs[0]
    assert run.splits == ("val", "test", "aux")  # as declared, then by name; what was never logged is no split
    assert run.newest("val") == 2 and run.epochs("val") == (2,) and run.newest("aux") == 7


def test_nothing_changed_is_the_same_catalog(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    catalog = open_catalog([root])
    assert open_catalog([root], previous=catalog) is catalog
    os.utime(root / "run1" / "status.json")  # a heartbeat
    assert open_catalog([root], previous=catalog) is catalog


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    catalog = open_catalog([root])
    held = [run.evaluation("test", epoch) for run in catalog.runs for epoch in (2, 3)]
    write_epoch(root / "run1", 4, "test", classes=4, n=80, seed=5, skill=0.9)
    newer = open_catalog([root], previous=catalog)
    assert newer is not catalog and newer.revision == 2
    assert newer.runs[0] is catalog.runs[0] and newer.runs[2] is catalog.runs[2]
    assert newer.runs[1] is not catalog.runs[1] and newer.runs[1].newest("test") == 4
    assert newer.runs[1].evaluation("test", 3) is held[3]  # its file is the same: so is what was read of it
    assert catalog.runs[1].newest("test") == 3  # the older catalog still shows what it showed


def test_an_epoch_that_is_logged_again_is_read_again(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=6)
    catalog = open_catalog([folder])
    before = catalog.runs[0].evaluation("test", 6), catalog.runs[0].evaluation("test", 2)
    write_epoch(folder, 6, "test", classes=4, n=80, seed=77, skill=0.1)
    newer = open_catalog([folder], previous=catalog)
    assert newer.runs[0].evaluation("test", 6) is not before[0]
    assert newer.runs[0].evaluation("test", 2) is before[1]


def test_an_old_epoch_that_is_logged_again_is_noticed_with_the_status(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=6, state="running")
    for place in folder.rglob("*"):
        os.utime(place, (time.time() - 60, time.time() - 60))
    catalog = open_catalog([folder])
    before = catalog.runs[0].evaluation("test", 2)
    write_epoch(folder, 2, "test", classes=4, n=80, seed=77, skill=0.1)
    os.utime(folder / "status.json")  # what the logger does at each commit
    newer = open_catalog([folder], previous=catalog)
    again = newer.runs[0].evaluation("test", 2)
    assert again is not None and before is not None and again is not before
    assert not np.array_equal(again.predicted, before.predicted)
    os.utime(folder / "status.json")
    assert open_catalog([folder], previous=newer).runs[0].evaluation("test", 2) is again


def test_runs_come_and_go(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    catalog = open_catalog([root])
    write_run(root / "later")
    (root / "run0" / "run.json").rename(root / "run0" / "gone.json")
    newer = open_catalog([root], previous=catalog)
    assert keys(newer) == ["later", "run1"] and newer.runs[1] is catalog.runs[1] and len(newer.problems) == 1


def test_a_state_change_alone_keeps_what_was_read(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", state="running")
    (folder / "status.json").write_text(json.dumps({"state": "running", "heartbeat": time.time()}), encoding="utf-8")
    catalog = open_catalog([folder])
    (folder / "status.json").write_text(json.dumps({"state": "finished", "heartbeat": time.time()}), encoding="utf-8")
    newer = open_catalog([folder], previous=catalog)
    assert (catalog.runs[0].status.state, newer.runs[0].status.state) == ("running", "finished")
    assert newer.runs[0].source is catalog.runs[0].source


def test_another_images_root_is_another_catalog(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    catalog = open_catalog([root])
    moved = open_catalog([root], images_root=tmp_path, previous=catalog)
    samples = moved.runs[0].samples("test")
    assert moved is not catalog and samples is not None and samples.images_root == tmp_path


_COUNT = """
import os, sys
from pathlib import Path
from clftui.data.catalog import open_catalog
counts = {"stat": 0, "list": 0, "open": 0}
real_scandir = os.scandir
def audit(event, args):
    if event == "open": counts["open"] += 1
    if event == "os.scandir": counts["list"] += 1
sys.addaudithook(audit)
class Entries:
    # DirEntry.stat cannot be patched; a wrapper counts it.
    def __init__(self, path): self.inner = real_scandir(path)
    def __enter__(self): return self
    def __exit__(self, *a): self.inner.close()
    def __iter__(self): return (Entry(e) for e in self.inner)
class Entry:
    def __init__(self, e): self.e, self.name, self.path = e, e.name, e.path
    def stat(self): counts["stat"] += 1; return self.e.stat()
    def is_dir(self): return self.e.is_dir()
os.scandir = Entries
real_stat = os.stat
def stat(*a, **k):
    counts["stat"] += 1
    return real_stat(*a, **k)
os.stat = stat
Path.stat = lambda self, **k: stat(self, **k)
catalog = open_catalog([Path(sys.argv[1])])
assert len(catalog.runs) == 6 and all(run.splits for run in catalog.runs)
print(counts["stat"], counts["list"], counts["open"])
"""


def test_opening_costs_few_system_calls(tmp_path: Path) -> None:
    """No epoch's file is opened; an epoch older than the newest two costs nothing at all."""
    root = write_collection(tmp_path / "runs", runs=6, epochs=4)

    def calls() -> tuple[int, ...]:
        out = subprocess.run(
            [sys.executable, "-c", _COUNT, str(root)], capture_output=True, text=True, check=True, timeout=60
        )
        return tuple(int(number) for number in out.stdout.split())

    few = calls()
    for number in range(6):
        for epoch in range(5, 30):
            write_epoch(root / f"run{number}", epoch, "test", classes=4, n=4, seed=1, skill=0.5)
    stats, lists, opens = many = calls()
    assert many == few
    assert stats <= 6 * 8 + 10 and lists <= 6 * 5 + 2 and opens <= 6 * 2 + 4


@pytest.mark.parametrize("code", ["import clftui.data.catalog, clftui.data.watch, clftui.data.run"])
def test_reading_needs_numpy_alone(code: str) -> None:
    heavy = ("pandas", "sklearn", "scipy", "PIL", "textual", "rich", "watchfiles")
    check = f"{code}\nimport sys\nprint([m for m in {heavy!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"


def test_the_epochs_of_a_split_are_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = open_catalog([write_run(tmp_path / "r", epochs=4)]).runs[0]
    split = run.splits[0]
    assert run.epochs(split) == (1, 2, 3, 4) and run.epochs("nowhere") == ()
    monkeypatch.setattr(type(run.source), "_shards", None)
    assert run.epochs(split) == (1, 2, 3, 4) and run.epochs("nowhere") == ()
