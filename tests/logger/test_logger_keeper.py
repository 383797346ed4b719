"""Which epochs keep all scores, through kills, restarts and re-logged epochs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.logger import RunLogger, keeper
from clftui.storage import open_npz, write_npz

CLASSES = [f"c{index}" for index in range(20)]
TRUE = np.arange(40) % 20


def logits(right: int, seed: int = 0) -> NDArray[np.float64]:
    """Scores that are right in the first `right` rows only."""
    scores = np.random.default_rng(seed).normal(0, 0.1, (40, 20))
    answers = np.where(np.arange(40) < right, TRUE, (TRUE + 1) % 20)
    scores[np.arange(40), answers] += 5
    return scores


def full(run: Path, file: str = "test.npz") -> list[int]:
    """The epochs that hold the scores of all classes."""
    found = []
    for folder in sorted((run / "epochs").iterdir()):
        if not (folder / file).exists():
            continue
        members = open_npz(folder / file).members
        assert ("nll" in members) != ("top_nll" in members)
        if "nll" in members:
            found.append(int(folder.name))
    return found


def logger(run: Path, **arguments: Any) -> RunLogger:
    return RunLogger(run, classes=CLASSES, **({"full_scores": False, "background": False} | arguments))


def test_the_best_and_the_last_epoch_stay_full(tmp_path: Path) -> None:
    after = []
    with logger(tmp_path / "a") as run:
        for epoch, right in enumerate([10, 30, 20, 30, 35, 34], start=1):
            run.log(epoch, "test", TRUE, logits=logits(right))
            after.append(full(tmp_path / "a"))
    assert after == [[1], [2], [2, 3], [2, 4], [5], [5, 6]]  # of equals the first is the best


def test_cut_epochs_hold_the_ten_best_the_true_and_the_predicted_score(tmp_path: Path) -> None:
    with logger(tmp_path / "a") as run, logger(tmp_path / "b", full_scores=True) as whole:
        for epoch in (1, 2):
            for log in (run, whole):
                log.log(epoch, "test", TRUE, logits=logits(10 * epoch), losses=np.ones(40))
    assert full(tmp_path / "b") == [1, 2]
    cut, all_scores = (open_npz(tmp_path / name / "epochs" / "00001" / "test.npz") for name in "ab")
    nll = all_scores.read("nll").astype(float)
    order = np.argsort(nll, axis=1, kind="stable")[:, :10]
    assert np.array_equal(cut.read("top_classes"), order)
    assert np.array_equal(cut.read("top_nll").astype(float), np.take_along_axis(nll, order, axis=1))
    rows = np.arange(40)
    assert np.array_equal(cut.read("true_nll").astype(float), nll[rows, all_scores.read("true")])
    assert np.array_equal(cut.read("predicted_nll").astype(float), nll[rows, all_scores.read("predicted")])
    for name in ("sample", "true", "predicted", "loss"):
        assert np.array_equal(cut.read(name), all_scores.read(name))


def test_small_epochs_are_kept_whole_and_large_ones_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with logger(tmp_path / "a", full_scores=None) as run:
        for epoch in (1, 2, 3):
            run.log(epoch, "test", TRUE, logits=logits(0))
    assert full(tmp_path / "a") == [1, 2, 3]
    for limit in ("FULL_SCORES_MAX_BYTES", "FULL_SCORES_MAX_CLASSES"):
        with monkeypatch.context() as patch, logger(tmp_path / limit, full_scores=None) as run:
            patch.setattr(keeper, limit, 19)
            for epoch in (1, 2, 3):
                run.log(epoch, "test", TRUE, logits=logits(0))
        assert full(tmp_path / limit) == [1, 3]


@pytest.mark.parametrize(("best", "expected"), [("f1", [2, 4]), ("-loss", [3, 4])])
def test_a_named_scalar_decides_what_is_best(tmp_path: Path, best: str, expected: list[int]) -> None:
    with logger(tmp_path / "a", best=best) as run:
        for epoch, (f1, loss) in enumerate([(0.1, 3), (0.9, 2), (0.5, 1), (0.2, 9)], start=1):
            run.log(epoch, "test", TRUE, logits=logits(40 - epoch), f1=f1, loss=loss)
    assert full(tmp_path / "a") == expected
    with logger(tmp_path / "a", best=best) as run:  # a restart knows it from scalars.jsonl
        run.log(5, "test", TRUE, logits=logits(40), f1=0.3, loss=4)
    assert full(tmp_path / "a") == [expected[0], 5]


def test_a_restart_completes_what_a_kill_interrupted(tmp_path: Path) -> None:
    with logger(tmp_path / "a", full_scores=True) as run:  # as if killed before every cut
        for epoch, right in enumerate([10, 40, 20, 30], start=1):
            run.log(epoch, "test", TRUE, logits=logits(right))
    (tmp_path / "a" / "epochs" / "00003" / "test.npz").write_bytes(b"damaged by somebody else")
    with logger(tmp_path / "a") as run:
        run.log(5, "test", TRUE, logits=logits(5))
    (tmp_path / "a" / "epochs" / "00003" / "test.npz").unlink()
    (tmp_path / "a" / "epochs" / "00003").rmdir()
    assert full(tmp_path / "a") == [2, 5]


def test_an_epoch_logged_again_is_judged_anew(tmp_path: Path) -> None:
    with logger(tmp_path / "a") as run:
        for epoch, right in enumerate([10, 40, 20], start=1):
            run.log(epoch, "test", TRUE, logits=logits(right))
        assert full(tmp_path / "a") == [2, 3]
        run.log(2, "test", TRUE, logits=logits(0))
        assert full(tmp_path / "a") == [3]
        run.log(1, "test", TRUE, logits=logits(30))
        assert full(tmp_path / "a") == [1, 3]


def test_splits_have_their_own_best(tmp_path: Path) -> None:
    with logger(tmp_path / "a") as run:
        for epoch, (test, val) in enumerate([(40, 1), (20, 30), (10, 2)], start=1):
            run.log(epoch, "test", TRUE, logits=logits(test))
            run.log(epoch, "val", TRUE, logits=logits(val))
    assert full(tmp_path / "a") == [1, 3] and full(tmp_path / "a", "val.npz") == [2, 3]


def test_ranks_agree_on_the_best_epoch_by_a_scalar_only(tmp_path: Path) -> None:
    for name, best in (("without", "accuracy"), ("with", "f1")):
        runs = [logger(tmp_path / name, rank=rank, world_size=2, best=best) for rank in (0, 1)]
        for epoch, rights in enumerate([(5, 40), (40, 5), (20, 20)], start=1):
            for rank, run in enumerate(runs):
                scores = logits(rights[rank])
                half = np.arange(rank, 40, 2)
                run.log(epoch, "test", TRUE[half], logits=scores[half], sample=half, f1=[0.2, 0.9, 0.3][epoch - 1])
        for run in runs:
            run.close()
    files = [f"test.rank{rank}of2.npz" for rank in (0, 1)]
    assert [full(tmp_path / "without", file) for file in files] == [[3], [3]]
    assert [full(tmp_path / "with", file) for file in files] == [[2, 3], [2, 3]]


def test_a_split_without_labels_keeps_the_last_only(tmp_path: Path) -> None:
    with logger(tmp_path / "a") as run:
        for epoch in (1, 2, 3):
            run.log(epoch, "test", np.full(40, -1), logits=logits(0))
    assert full(tmp_path / "a") == [3]


def test_a_new_attempt_removes_its_own_leftovers_only(tmp_path: Path) -> None:
    with logger(tmp_path / "a") as run:
        run.log(1, "test", TRUE, logits=logits(0))
    folder = tmp_path / "a" / "epochs" / "00001"
    mine, theirs = folder / ".test.npz.77-3.tmp", folder / ".test.rank1of2.npz.77-3.tmp"
    for path in (mine, theirs):
        path.write_bytes(b"half")
    logger(tmp_path / "a").close()
    assert theirs.exists() and not mine.exists()


def test_nothing_is_cut_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with logger(tmp_path / "a") as run:
        run.log(1, "test", TRUE, logits=logits(0))

        def fails(path: Path, arrays: Any) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(keeper, "write_npz", fails)
            with pytest.raises(OSError, match="No space left"):
                run.log(2, "test", TRUE, logits=logits(40))
        assert full(tmp_path / "a") == [1]
        run.log(2, "test", TRUE, logits=logits(40))
    assert full(tmp_path / "a") == [2]


@pytest.mark.parametrize("damage", ["removed", "other arrays", "cut short"])
def test_an_old_epoch_that_somebody_touched_does_not_stop_the_training(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a" / "epochs" / "00001" / "test.npz"
    with logger(tmp_path / "a") as run:
        run.log(1, "test", TRUE, logits=logits(0))
        if damage == "removed":
            path.unlink()
        elif damage == "cut short":
            path.write_bytes(path.read_bytes()[:500])
        else:
            write_npz(path, {"x": np.zeros(2)})
        left = path.read_bytes() if path.exists() else None
        run.log(2, "test", TRUE, logits=logits(40))
        run.log(3, "test", TRUE, logits=logits(10))
    assert left == (path.read_bytes() if path.exists() else None)
    assert "nll" in open_npz(tmp_path / "a" / "epochs" / "00002" / "test.npz").members


def test_a_description_that_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with RunLogger(run, classes=["a", "b"]) as log:
        log.log(1, "test", [0, 1], predicted=[0, 1])
    (run / ".run.json.4711-0.tmp").write_text("{")
    (run / ".notes.txt.4711-0.tmp").write_text("somebody else's")
    RunLogger(run, classes=["a", "b"]).close()
    assert [path.name for path in run.glob(".*.tmp")] == [".notes.txt.4711-0.tmp"]
