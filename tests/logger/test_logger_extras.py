"""What lies beside the answers: maps, explained texts, responses, bare counts; and the lock of several hosts."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.explanations import methods
from clftui.logger import RunLogger, held
from clftui.schema import FormatError
from clftui.storage import open_npz

CLASSES = ["0", "1", "2"]


def test_maps_are_merged_by_sample_and_target(tmp_path: Path) -> None:
    path = tmp_path / "a" / "explanations" / "gradcam" / "test.npz"
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log_maps("gradcam", "test", [5, 2], np.full((2, 3, 4), 0.5), target=1, epoch=1)
        run.log_maps("gradcam", "test", [2, 9], np.full((2, 3, 4), 0.25), target=[1, 0], epoch=1)
        stored = {name: open_npz(path).read(name) for name in open_npz(path)}
        assert stored["sample"].tolist() == [2, 5, 9] and stored["target"].tolist() == [1, 1, 0]
        assert stored["maps"][:, 0, 0].tolist() == [0.25, 0.5, 0.25] and stored["maps"].dtype == np.float16
        assert stored["target_kind"].tolist() == "class" and stored["epoch"].tolist() == [1] * 3
        for arguments, says in (
            ({"maps": np.full((1, 3, 4), 1.5)}, "outside 0 to 1"),
            ({"maps": np.full((1, 3, 4), np.nan)}, "outside 0 to 1"),
            ({"maps": np.zeros((3, 4))}, r"maps has shape \(3, 4\)"),
            ({"maps": np.zeros((1, 5, 5))}, "keep one size"),
            ({"target_kind": "word"}, "target_kind is 'word'"),
            ({"target": [1, 2]}, r"target has shape \(2,\)"),
            ({"sample": [1, 2]}, "sample has shape"),
            ({"method": "../x"}, "cannot name a file"),
        ):
            given_now: dict[str, Any] = {"method": "gradcam", "split": "test", "sample": [1], "target": 1, "epoch": 1}
            with pytest.raises(FormatError, match=says):
                run.log_maps(**(given_now | {"maps": np.zeros((1, 3, 4))} | arguments))
        run.log_maps("gradcam", "test", [5], np.ones((1, 3, 4)), target=7, target_kind="unit", epoch=1)
        mixed = {name: open_npz(path).read(name) for name in open_npz(path)}
        assert sorted(zip(mixed["sample"].tolist(), mixed["target_kind"].tolist(), strict=True)) == [
            (2, "class"), (5, "class"), (5, "unit"), (9, "class")
        ]  # fmt: skip


def test_responses_are_stored_beside_the_epoch(tmp_path: Path) -> None:
    path = tmp_path / "a" / "epochs" / "00002" / "test.responses.layer1.0.npz"
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        mean = np.arange(12.0).reshape(3, 4)
        run.log_responses(2, "test", "layer1.0", mean, sample=[7], values=np.full((1, 4), 1e9), depth=3)
        stored = open_npz(path)
        assert np.array_equal(stored.read("class_mean"), mean) and stored.read("sample").tolist() == [7]
        assert stored.read("values").tolist() == [[65504] * 4] and int(stored.read("depth")) == 3
        refused: tuple[tuple[dict[str, Any], str], ...] = (
            ({"class_mean": mean.T}, r"class_mean has shape \(4, 3\)"),
            ({"sample": [1]}, "belong together"),
            ({"sample": [1], "values": [[1, 2]]}, "one row of 4 units"),
            ({"layer": "a/b"}, "cannot name a file"),
        )
        for arguments, says in refused:
            with pytest.raises(FormatError, match=says):
                run.log_responses(**{"epoch": 2, "split": "test", "layer": "x", "class_mean": mean, **arguments})


def test_texts_are_read_back_as_documents(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "test", [0, 1], predicted=[0, 1])
        plain = [("good", 0.8), ("film", np.float32(0.25))]
        sentences = [{"words": [("not", -0.5)], "weight": 0.9}, [("bad", 1)]]
        run.log_text("attention", "test", [0, 1], [plain, sentences], target=[2, 1], epoch=1)
        run.log_text("attention", "test", [1], [plain], target="0", epoch=1)
        refused: tuple[tuple[dict[str, Any], str], ...] = (
            ({"texts": [["good"]]}, "pass \\(word, weight\\) pairs"),
            ({"texts": [[("good", "much")]]}, "has the weight 'much'"),
            ({"texts": [[("good", float("nan"))]]}, "finite"),
            ({"texts": [plain, plain]}, "sample has shape"),
            ({"target": 3}, "the label 3, which is no class"),
            ({"method": "a/b"}, "cannot name a file"),
        )
        for change, says in refused:
            given: dict[str, Any] = {"method": "attention", "split": "test", "sample": [0], "texts": [plain]}
            with pytest.raises(FormatError, match=says):
                run.log_text(**(given | {"target": 0, "epoch": 1} | change))
    (method,) = methods(tmp_path / "a", "test")
    assert method.text is not None
    index = method.text.index()
    assert (index.sample.tolist(), index.target.tolist(), index.broken) == ([0, 1, 1], [2, 1, 0], 0)
    first, second = (method.text.document(index, at) for at in (0, 1))
    assert [(word.text, word.weight) for word in first.words] == [("good", 0.8), ("film", 0.25)] and first.epoch == 1
    assert second.sentences[0].weight == 0.9 and len(second.sentences) == 2


def test_bare_counts_are_a_confusion(tmp_path: Path) -> None:
    counts = np.arange(9).reshape(3, 3)
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log_confusion(1, "test", counts.astype(float), accuracy=0.5)
        for matrix, says in (
            (counts[:2], r"has shape \(2, 3\)"),
            (counts / counts.sum(), "pass counts, not shares"),
            (-counts, "negative"),
            (np.full((3, 3), np.nan), "not whole"),
        ):
            with pytest.raises(FormatError, match=says):
                run.log_confusion(1, "test", matrix)
    (read,) = open_catalog([tmp_path]).runs
    evaluation = read.evaluation("test", 1)
    assert evaluation is not None and np.array_equal(evaluation.confusion.dense(), counts)
    with (
        RunLogger(tmp_path / "b", classes=CLASSES, rank=0, world_size=2) as rank,
        pytest.raises(FormatError, match="cannot be merged from ranks"),
    ):
        rank.log_confusion(1, "test", counts)


def _add(folder: Path, rank: int) -> None:
    run = RunLogger(folder / "a", classes=CLASSES, rank=rank, world_size=4)
    for sample in range(5):
        run.log_maps("cam", "test", [4 * sample + rank], np.full((1, 2, 2), 0.5), target=0, epoch=1)
        run.log_text("words", "test", [4 * sample + rank], [[("w", 1.0)]], target=0, epoch=1)
    run.close()


def test_ranks_add_to_one_method_and_lose_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=_add, args=(tmp_path, rank)) for rank in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    maps, words = (tmp_path / "a" / "explanations" / name for name in ("cam/test.npz", "words/test.jsonl"))
    assert open_npz(maps).read("sample").tolist() == list(range(20))
    assert len(words.read_text().splitlines()) == 20
    assert not list(maps.parent.glob(".*")) and not list(words.parent.glob(".*"))


def test_a_lock_that_a_killed_process_left_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, lock = tmp_path / "x.npz", tmp_path / ".x.npz.lock"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock.write_text(f"{socket.gethostname()} {ended.pid} 0")
    with held.held(path):
        assert lock.exists()
    assert not lock.exists()
    lock.write_text("elsewhere 1 0")  # nobody can be asked: it is given time
    monkeypatch.setattr(held, "STALE_SECONDS", 0.3)
    begun = time.monotonic()
    with held.held(path):
        assert time.monotonic() - begun > 0.3
        assert lock.read_text().split()[1] == str(os.getpid())
    assert not list(tmp_path.iterdir())
