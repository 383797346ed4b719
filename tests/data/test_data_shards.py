"""Files of several ranks as one evaluation, and status files of several ranks as one state."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.data.status import SILENT_AFTER, RunStatus
from clftui.schema import FormatError
from tests.builders import CLASSES, write_run


def write_rank(
    run: Path, rank: int, world: int, sample: list[int], *, epoch: int = 1, age: float = 0, **arrays: Any
) -> Path:
    """A rank's file: true = sample % 4, predicted = rank, so that a row tells where it is from."""
    path = run / "epochs" / f"{epoch:05d}" / (f"test.rank{rank}of{world}.npz" if world > 1 else "test.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = np.array(sample, dtype=np.int64)
    np.savez(path, sample=numbers, true=numbers % 4, predicted=np.full(len(numbers), rank), **arrays)
    if age:
        os.utime(path, (time.time() - age, time.time() - age))
    return path


def empty_run(tmp_path: Path) -> Path:
    folder = write_run(tmp_path / "ddp", epochs=0)
    (folder / "status.json").unlink()
    return folder


def opened(folder: Path) -> Run:
    catalog = open_catalog([folder])
    assert not catalog.problems
    return catalog.runs[0]


def test_ranks_are_merged_and_duplicates_go_to_the_lowest(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    # What a DistributedSampler does: it pads the last batches with samples that other ranks have too.
    for rank, sample in enumerate([[0, 3, 6, 9], [1, 4, 7, 0], [2, 5, 8, 1]]):
        write_rank(folder, rank, 3, sample)
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None and evaluation.ranks == (3, 3)
    assert evaluation.sample.tolist() == [0, 3, 6, 9, 1, 4, 7, 2, 5, 8]
    assert evaluation.predicted.tolist() == [0] * 4 + [1] * 3 + [2] * 3
    assert (evaluation.duplicates, evaluation.conflicts) == (2, 2)
    assert evaluation.notes == ("2 rows were dropped as repeated samples, 2 of them with other labels",)


def test_missing_ranks_are_counted(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    for rank in (0, 1, 3):
        write_rank(folder, rank, 4, [rank, rank + 4])
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None and evaluation.ranks == (3, 4) and evaluation.n == 6
    assert evaluation.notes == ()


def test_scores_follow_their_rows(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), 9).astype(np.float32)
    rows = [[8, 2, 5], [1, 2, 7, 0], [3, 6, 4, 8]]
    for rank, sample in enumerate(rows):
        # The scores of a sample's second copy are wrong on purpose.
        seen = {s for earlier in rows[:rank] for s in earlier}
        kept = np.array([np.zeros(4) if s in seen else p[s] for s in sample], dtype=np.float32)
        write_rank(folder, rank, 3, sample, scores=kept, loss=np.array(sample) / 10, features=kept[:, :2])
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None
    order = evaluation.sample
    everything = np.arange(9)
    scores, losses, features = (evaluation.scores(everything), evaluation.loss(everything), evaluation.features([4, 0]))
    assert scores is not None and np.array_equal(scores, p[order])
    assert losses is not None and np.allclose(losses, order / 10)
    assert features is not None and np.array_equal(features, p[order][[4, 0], :2])
    column, columns = evaluation.score_column(2), evaluation.score_columns([3, 1])
    assert column is not None and np.array_equal(column, p[order, 2])
    assert columns is not None and np.array_equal(columns, p[order][:, [3, 1]])
    predicted, true = evaluation.predicted, evaluation.true
    assert np.array_equal(evaluation.confidence(), p[order, predicted])
    assert np.array_equal(evaluation.confidence([8, 1]), p[order, predicted][[8, 1]])
    assert np.array_equal(evaluation.true_score(), p[order, true])
    assert np.array_equal(evaluation.top([2], 1)[0][0], predicted[[2]])


def test_ranks_with_different_scores_give_what_all_have(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    nll = np.full((2, 4), np.log(4), dtype=np.float16)
    write_rank(folder, 0, 2, [0, 1], nll=nll)
    write_rank(folder, 1, 2, [2, 3], top_classes=np.array([[1, 2], [1, 2]]), top_nll=nll[:, :2])
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None and evaluation.score_kind == "top" and evaluation.scores([0]) is None
    assert np.allclose(evaluation.confidence(), 0.25, atol=1e-3)


@pytest.mark.parametrize(("ages", "winner"), [((100, 10), 4), ((10, 100), 2)])
def test_the_newest_attempt_wins_where_the_world_size_changed(
    tmp_path: Path, ages: tuple[float, float], winner: int
) -> None:
    folder = empty_run(tmp_path)
    for rank in range(2):
        write_rank(folder, rank, 2, [rank], age=ages[0])
    for rank in range(3):
        write_rank(folder, rank, 4, [rank], age=ages[1])
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None and evaluation.ranks == ((3, 4) if winner == 4 else (2, 2))


def test_an_unsharded_attempt_counts_like_any_other(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    write_rank(folder, 0, 1, [0, 1, 2], age=100)
    for rank in range(2):
        write_rank(folder, rank, 2, [rank])
    evaluation = opened(folder).evaluation("test")
    assert evaluation is not None and evaluation.ranks == (2, 2) and evaluation.n == 2


def test_a_matrix_cannot_be_one_rank_of_several(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    path = write_rank(folder, 1, 2, [0])
    np.savez(path.with_name("test.rank0of2.npz"), confusion=np.eye(4, dtype=int))
    with pytest.raises(FormatError, match="ranks cannot be merged"):
        opened(folder).evaluation("test")


def write_status(folder: Path, state: str, *, rank: int = 0, world: int = 1, age: float = 0, **more: Any) -> None:
    name = "status.json" if world == 1 else f"status.rank{rank}of{world}.json"
    content = {"state": state, "host": "gpu7", "pid": 1, "heartbeat": time.time() - age, "world_size": world, **more}
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    os.utime(folder / name, (time.time() - age, time.time() - age))


def age_all(folder: Path, seconds: float) -> None:
    for place in [folder, *folder.rglob("*")]:
        os.utime(place, (time.time() - seconds, time.time() - seconds))


def test_states_of_one_writer(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=1)
    for state in ("finished", "failed", "running"):
        write_status(folder, state)
        assert opened(folder).status.state == state
    assert opened(folder).status.live
    (folder / "status.json").write_text('{"state": "runn', encoding="utf-8")
    assert opened(folder).status.state == "unknown"
    (folder / "status.json").unlink()
    assert opened(folder).status == RunStatus("unknown") and not opened(folder).status.live


def test_silence_needs_an_old_heartbeat_and_old_files(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "cnn", epochs=1)
    age_all(folder, SILENT_AFTER + 10)
    write_status(folder, "running", age=SILENT_AFTER + 10)
    assert opened(folder).status.state == "silent" and opened(folder).status.live
    os.utime(folder / "epochs" / "00001" / "test.npz")  # files move: the heartbeat's clock may be wrong
    assert opened(folder).status.state == "running"
    age_all(folder, SILENT_AFTER + 10)
    write_status(folder, "finished", age=SILENT_AFTER + 10)
    assert opened(folder).status.state == "finished"


def test_states_of_several_ranks(tmp_path: Path) -> None:
    folder = empty_run(tmp_path)
    write_status(folder, "finished", rank=0, world=3)
    write_status(folder, "finished", rank=1, world=3)
    status = opened(folder).status
    assert (status.state, status.ranks_present, status.ranks_total) == ("running", 2, 3)
    write_status(folder, "finished", rank=2, world=3)
    assert opened(folder).status.state == "finished"
    write_status(folder, "failed", rank=1, world=3)
    assert opened(folder).status.state == "failed"
    write_status(folder, "running", rank=0, world=2, age=-5)  # resumed with another world size
    status = opened(folder).status
    assert (status.state, status.ranks_present, status.ranks_total) == ("running", 1, 2)
    assert opened(folder).classes == CLASSES
