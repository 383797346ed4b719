"""What runs, ranks and restarts share: tables, hierarchy, shards, subsets, status."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger, subset_indices
from clftui.logger import status as status_module
from clftui.schema import FormatError
from clftui.storage import atomic_json, open_npz, read_json, read_jsonl

CLASSES = ["0", "1", "2"]


def said(path: Path) -> dict[str, Any]:
    value = read_json(path)
    assert isinstance(value, dict)
    return value


def test_a_table_is_written_once_and_never_overwritten(tmp_path: Path) -> None:
    table = {"id": ["007", "a,b"], "true": np.array([2, 0])}
    RunLogger(tmp_path / "a", classes=CLASSES, samples={"test": table}).close()
    path = tmp_path / "samples" / "test.csv"
    assert path.read_text() == 'id,true\n007,2\n"a,b",0\n'
    before = path.stat().st_mtime_ns
    RunLogger(tmp_path / "b", classes=CLASSES, samples={"test": table}).close()
    assert path.stat().st_mtime_ns == before
    rows = [{"true": 2, "id": "007"}, {"true": 0, "id": "a,b"}]
    RunLogger(tmp_path / "c", classes=CLASSES, samples={"test": rows}).close()
    with pytest.raises(FormatError, match="already holds other samples"):
        RunLogger(tmp_path / "d", classes=CLASSES, samples={"test": {"id": ["008"], "true": [1]}})
    assert path.stat().st_mtime_ns == before


def test_an_existing_table_is_referred_to(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "mine.csv"
    path.write_text("id,true\nx,1\ny,\n")
    with RunLogger(tmp_path / "runs" / "a", classes=CLASSES, samples={"test": path}) as run:
        run.log(1, "test", [1, 0], predicted=[1, 1])
        with pytest.raises(FormatError, match=r"sample has row 2 where mine.csv has 2"):
            run.log(2, "test", [1, 0], predicted=[1, 1], sample=[0, 2])
    assert said(tmp_path / "runs" / "a" / "run.json")["samples"] == {"test": "../../data/mine.csv"}


def test_paths_become_relative_to_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("samples/images/a.png", "data/b.png"):
        (tmp_path / "runs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "runs" / name).touch()
    paths = [
        "images/a.png",
        "runs/data/b.png",
        str(tmp_path / "runs" / "data" / "b.png"),
        "/elsewhere/c.png",
        "",
        "d.png",
    ]
    RunLogger("runs/a", classes=CLASSES, samples={"test": {"path": paths}}).close()
    lines = (tmp_path / "runs" / "samples" / "test.csv").read_text().splitlines()[1:]
    assert [line.split(",")[1] for line in lines] == [
        "images/a.png",
        "../data/b.png",
        "../data/b.png",
        "/elsewhere/c.png",
        "",
        "d.png",
    ]


def test_rows_in_another_order_than_the_table_are_noticed(tmp_path: Path) -> None:
    table = {"true": [0] * 10 + [1] * 10 + [2] * 10}
    true = np.repeat([0, 1, 2], 10)
    shuffled = np.random.default_rng(0).permutation(30)
    with RunLogger(tmp_path / "a", classes=CLASSES, samples={"test": table}) as run:
        run.log(1, "test", true, predicted=true)
        with pytest.raises(FormatError, match=r"true differs from test.csv in \d+ of 30 rows; pass sample="):
            run.log(2, "test", true[shuffled], predicted=true)
        run.log(2, "test", true[shuffled], predicted=true[shuffled], sample=shuffled)
        relabelled = true.copy()
        relabelled[:2] = 2
        run.log(3, "test", relabelled, predicted=true)
    assert open_npz(tmp_path / "a" / "epochs" / "00002" / "test.npz").read("sample").tolist() == list(range(30))


def test_a_hierarchy_is_shared_and_another_one_refused(tmp_path: Path) -> None:
    tree = {"name": "all", "children": [{"name": "low", "children": ["0", "1"]}, "2"]}
    for name in ("a", "b"):
        RunLogger(tmp_path / name, classes=CLASSES, hierarchy=tree).close()
    assert said(tmp_path / "a" / "run.json")["hierarchy"] == "../hierarchy.json"
    with pytest.raises(FormatError, match="already holds another hierarchy"):
        RunLogger(tmp_path / "c", classes=CLASSES, hierarchy={"name": "all", "children": CLASSES})


def test_a_restart_continues_and_other_classes_are_refused(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", "first", classes=CLASSES, hyperparameters={"lr": 1}) as run:
        run.log(1, "test", [0], predicted=[0])
    about = said(tmp_path / "a" / "run.json")
    stamp = (tmp_path / "a" / "run.json").stat().st_mtime_ns
    RunLogger(tmp_path / "a", classes=CLASSES, hyperparameters={"lr": 1}).close()
    assert (tmp_path / "a" / "run.json").stat().st_mtime_ns == stamp
    with RunLogger(tmp_path / "a", classes=CLASSES, hyperparameters={"decay": 2}) as run:
        run.log(2, "test", [0], predicted=[0])
    again = said(tmp_path / "a" / "run.json")
    assert again == about | {"hyperparameters": {"lr": 1, "decay": 2}}
    assert (tmp_path / "a" / "epochs" / "00001" / "test.npz").exists()
    with pytest.raises(FormatError, match="classes differs from the classes given now"):
        RunLogger(tmp_path / "a", classes=CLASSES[::-1])
    with pytest.raises(FormatError, match="is there already"):
        RunLogger(tmp_path / "a", classes=CLASSES, resume=False)
    (tmp_path / "a" / "run.json").write_text('{"format": "clftui-run", "version": 2}')
    with pytest.raises(FormatError, match="not clftui-run version 1"):
        RunLogger(tmp_path / "a", classes=CLASSES)


def test_ranks_write_shards_and_rank_0_the_rest(tmp_path: Path) -> None:
    table = {"true": np.arange(9) % 3}
    known: dict[str, Any] = {"classes": CLASSES, "samples": {"test": table}, "world_size": 2, "background": False}
    runs = [RunLogger(tmp_path / "a", rank=rank, **known) for rank in (1, 0)]
    for rank, run in zip((1, 0), runs, strict=True):
        mine = np.append(np.arange(rank, 9, 2), rank)  # padded: the first sample comes twice
        run.log(1, "test", mine % 3, predicted=mine % 3, sample=mine, losses=np.ones(mine.size), lr=0.1)
        with pytest.raises(FormatError, match="sample is missing from a sharded log"):
            run.log(2, "test", [0], predicted=[0])
    names = {path.name for path in (tmp_path / "a" / "epochs" / "00001").iterdir()}
    assert names == {"test.rank0of2.npz", "test.rank1of2.npz"}
    stored = open_npz(tmp_path / "a" / "epochs" / "00001" / "test.rank1of2.npz")
    assert sorted(stored.read("sample").tolist()) == [1, 3, 5, 7]
    assert read_jsonl(tmp_path / "a" / "scalars.jsonl")[0] == [{"epoch": 1, "split": "test", "lr": 0.1}]
    told = said(tmp_path / "a" / "status.rank1of2.json")
    assert (told["state"], told["rank"], told["world_size"]) == ("running", 1, 2)
    for run in runs:
        run.close()


def test_a_restart_with_other_ranks_continues_the_run(tmp_path: Path) -> None:
    true = np.arange(10) % 3
    known: dict[str, Any] = {"classes": CLASSES, "samples": {"test": {"true": true}}}
    for world, epochs, answer in ((4, (1, 2, 3), 0), (2, (3, 4), 1), (1, (5,), 2)):
        runs = [RunLogger(tmp_path / "a", rank=rank, world_size=world, **known) for rank in range(world)]
        for epoch in epochs:
            for rank, run in enumerate(runs):
                mine = np.resize(np.arange(rank, 10, world), -(-10 // world))  # every rank gets as many, so some pad
                if len(mine) > len(np.unique(mine)):
                    mine[-1] = 0  # torch pads with the first samples of all
                given_now = {"sample": mine} if world > 1 else {}
                labels = true[mine] if world > 1 else true
                run.log(epoch, "test", labels, predicted=np.full(len(labels), answer), **given_now)
                run.flush()
        for run in runs:
            run.close()
        (read,) = open_catalog([tmp_path]).runs
        assert (read.status.state, read.status.ranks_total) == ("finished", world)
        assert read.epochs("test") == tuple(range(1, epochs[-1] + 1))
    for epoch, ranks, answer in ((1, 4, 0), (2, 4, 0), (3, 2, 1), (4, 2, 1), (5, 1, 2)):
        evaluation = read.evaluation("test", epoch)
        assert evaluation is not None and evaluation.ranks == (ranks, ranks)
        assert sorted(evaluation.sample.tolist()) == list(range(10)) and set(evaluation.predicted.tolist()) == {answer}
        assert np.array_equal(evaluation.true, true[evaluation.sample])
        assert (evaluation.duplicates, evaluation.conflicts) == (2 if ranks == 4 else 0, 0)


def test_only_the_first_rank_insists_on_a_new_run(tmp_path: Path) -> None:
    known: dict[str, Any] = {"classes": CLASSES, "world_size": 2, "resume": False}
    for rank in (0, 1):
        RunLogger(tmp_path / "a", rank=rank, **known).close()
    with pytest.raises(FormatError, match="is there already"):
        RunLogger(tmp_path / "a", rank=0, **known)


@given(st.integers(1, 12), st.integers(1, 300), st.integers(0, 300), st.integers(0, 5))
@pytest.mark.row("C13")
def test_a_subset_has_every_class_in_its_share(classes: int, count: int, n: int, seed: int) -> None:
    chance = np.random.default_rng(count)
    true = np.minimum(chance.geometric(0.4, count) - 1, classes - 1)
    chosen = subset_indices(true, n, seed)
    assert chosen.size == min(n, count) and np.all(np.diff(chosen) > 0)
    assert np.array_equal(chosen, subset_indices(true, n, seed))
    if chosen.size and n < count:
        there, sizes = np.unique(true, return_counts=True)
        taken = np.array([np.count_nonzero(true[chosen] == label) for label in there])
        if n >= there.size:
            assert taken.min() >= 1
            small = n * sizes / count < 1  # lifted to one row at the cost of the largest
            assert np.all(taken - n * sizes / count < 1 + 1e-9)
            assert np.all(n * sizes / count - taken < 1 + small.sum())
        else:
            assert np.all(np.abs(taken - n * sizes / count) < 1 + 1e-9)


def test_another_seed_draws_others() -> None:
    true = np.zeros(1000, int)
    assert not np.array_equal(subset_indices(true, 10, 0), subset_indices(true, 10, 1))


@pytest.mark.row("C13")
def test_the_subset_is_the_same_in_every_epoch_rank_and_restart(tmp_path: Path) -> None:
    true = np.arange(300) % 3
    table = {"true": true}
    expected = set(subset_indices(true, 30, 7).tolist())
    chance = np.random.default_rng(0)
    for attempt, name in enumerate(("a", "a", "plain")):
        samples = {"train": table} if name == "a" else {}
        with RunLogger(tmp_path / name, classes=CLASSES, samples=samples, subset={"train": 30}, seed=7) as run:
            for epoch in (1, 2):
                order = chance.permutation(300)
                run.log(epoch + 2 * attempt, "train", true[order], logits=np.eye(3)[true[order]], sample=order)
    for path in (tmp_path).rglob("train.npz"):
        stored = open_npz(path)
        assert set(stored.read("sample").tolist()) == expected
        assert np.array_equal(stored.read("true"), true[stored.read("sample")])
        assert stored.members["nll"].shape == (30, 3)
    assert said(tmp_path / "a" / "run.json")["subset"] == {"train": {"samples": 30, "seed": 7}}
    with pytest.raises(FormatError, match="cannot be drawn by one rank alone"):
        RunLogger(tmp_path / "b", classes=CLASSES, subset={"train": 30}, rank=0, world_size=2)
    shards: list[int] = []
    for rank in (0, 1):
        with RunLogger(
            tmp_path / "c",
            classes=CLASSES,
            samples={"train": table},
            subset={"train": 30},
            seed=7,
            rank=rank,
            world_size=2,
        ) as run:
            mine = np.arange(rank, 300, 2)
            run.log(1, "train", true[mine], predicted=true[mine], sample=mine)
        shards += open_npz(tmp_path / "c" / "epochs" / "00001" / f"train.rank{rank}of2.npz").read("sample").tolist()
    assert set(shards) == expected and len(shards) == 30


def test_an_exception_marks_the_run_as_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), RunLogger(tmp_path / "a", classes=CLASSES):
        raise ZeroDivisionError
    told = said(tmp_path / "a" / "status.json")
    assert (told["state"], told["error"]) == ("failed", "ZeroDivisionError")


@pytest.mark.parametrize(("ending", "state"), [("", "finished"), ("raise OverflowError", "failed")])
def test_a_script_without_with_tells_how_it_ended(tmp_path: Path, ending: str, state: str) -> None:
    code = f"from clftui.logger import RunLogger\nrun = RunLogger('a', classes='x y'.split())\n{ending}"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, timeout=60)
    told = said(tmp_path / "a" / "status.json")
    assert (told["state"], told.get("error")) == (state, "OverflowError" if state == "failed" else None)


def test_the_heart_beats_between_commits_and_stops_with_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_module, "BEAT_SECONDS", 0.02)
    before = threading.enumerate()
    run = RunLogger(tmp_path / "a", classes=CLASSES)
    first = said(tmp_path / "a" / "status.json")["heartbeat"]
    deadline = time.monotonic() + 20
    while said(tmp_path / "a" / "status.json")["heartbeat"] == first:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    run.close()
    for thread in [each for each in threading.enumerate() if each.name == "clftui-heartbeat" and each not in before]:
        thread.join(20)
        assert not thread.is_alive()
    assert said(tmp_path / "a" / "status.json")["state"] == "finished"


def test_two_live_writers_of_one_run_are_refused(tmp_path: Path) -> None:
    RunLogger(tmp_path / "a", classes=CLASSES).close()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        told = {"state": "running", "host": socket.gethostname(), "pid": other.pid, "heartbeat": time.time()}
        atomic_json(tmp_path / "a" / "status.json", told)
        with pytest.raises(FormatError, match=f"process {other.pid} is writing this run now"):
            RunLogger(tmp_path / "a", classes=CLASSES)
        for change in ({"heartbeat": time.time() - 1000}, {"host": "elsewhere"}, {"state": "finished"}):
            atomic_json(tmp_path / "a" / "status.json", told | change)
            RunLogger(tmp_path / "a", classes=CLASSES).close()
    finally:
        other.communicate(b"\n", timeout=20)
    atomic_json(tmp_path / "a" / "status.json", told)  # it has died without a word
    RunLogger(tmp_path / "a", classes=CLASSES).close()
