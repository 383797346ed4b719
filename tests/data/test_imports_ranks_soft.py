"""Files that ranks wrote become one evaluation; soft labels in arrays are kept; models lead the names of arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.data.convert import convert
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.soft_labels import soft_labels

N = 23
TRUE = np.arange(N) % 3
SHARES = np.random.default_rng(4).dirichlet(np.ones(3), N)


def runs_of(folder: Path) -> dict[str, Run]:
    catalog = open_catalog([folder])
    assert not catalog.problems, catalog.problems
    return {run.name: run for run in catalog.runs}


def only(run: Run) -> Evaluation:
    evaluation = run.evaluation("test", 1)
    assert evaluation is not None
    return evaluation


def rank_rows(rank: int, world: int) -> NDArray[np.int64]:
    """What a distributed sampler hands to a rank: padded from the front so that all have as many."""
    padded = np.resize(np.arange(N), -(-N // world) * world)
    return padded[rank::world]


@pytest.mark.parametrize("name", ["preds_rank{}.csv", "preds.rank{}of3.csv", "preds-gpu{}.jsonl", "preds_{}.csv"])
def test_tables_of_ranks_are_one_evaluation(tmp_path: Path, name: str) -> None:
    for rank in range(3):
        rows = [(int(row), int(TRUE[row]), int(row * 7 % 3)) for row in rank_rows(rank, 3)]
        if name.endswith("csv"):
            text = "id,true,pred\r\n" + "".join(f"{a},{b},{c}\r\n" for a, b, c in rows)
        else:
            text = "\n".join(f'{{"id": {a}, "true": {b}, "pred": {c}}}' for a, b, c in rows)
        (tmp_path / name.format(rank)).write_text(text, newline="")
    (run,) = runs_of(tmp_path).values()
    evaluation = only(run)
    ids = run.samples("test").ids.astype(int)  # type: ignore[union-attr]
    assert run.name == "preds" and sorted(ids.tolist()) == list(range(N))
    assert np.array_equal(evaluation.predicted, ids * 7 % 3) and np.array_equal(evaluation.true, ids % 3)
    assert run.notes[0] == "the files of 3 ranks were read as one evaluation"
    assert any("1 row was dropped as repeated samples" in note for note in run.notes)


def test_numbered_files_of_the_same_samples_stay_apart(tmp_path: Path) -> None:
    for seed in range(2):
        (tmp_path / f"preds_{seed}.csv").write_text("id,true,pred\n1,a,b\n2,b,b\n")
    assert set(runs_of(tmp_path)) == {"preds_0", "preds_1"}


def test_ranks_with_other_columns_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "p_rank0.csv").write_text("id,true,pred\n1,a,b\n")
    (tmp_path / "p_rank1.csv").write_text("id,pred,true\n2,a,b\n")
    assert set(runs_of(tmp_path)) == {"p_rank0", "p_rank1"}


@pytest.mark.parametrize("packed", [False, True])
def test_arrays_of_ranks_are_one_evaluation(tmp_path: Path, packed: bool) -> None:
    for rank in range(2):
        rows = rank_rows(rank, 2)
        if packed:
            np.savez(tmp_path / f"out_rank{rank}of3.npz", probs=SHARES[rows], labels=TRUE[rows], indices=rows)
        else:
            np.save(tmp_path / f"probs_rank{rank}.npy", SHARES[rows])
            np.save(tmp_path / f"labels_rank{rank}.npy", TRUE[rows])
            np.save(tmp_path / f"sample_idx_rank{rank}.npy", rows)
    (run,) = runs_of(tmp_path).values()
    evaluation = only(run)
    assert sorted(evaluation.sample.tolist()) == list(range(N))
    assert np.array_equal(evaluation.predicted, SHARES.argmax(axis=1)[evaluation.sample])
    assert run.notes[0] == f"the files of 2{' of 3' if packed else ''} ranks were read as one evaluation"


def test_arrays_of_ranks_that_do_not_fit_are_one_sentence(tmp_path: Path) -> None:
    for rank in range(2):
        np.save(tmp_path / f"probs_rank{rank}.npy", SHARES)
        np.save(tmp_path / f"labels_rank{rank}.npy", TRUE[: N - rank])
    (problem,) = open_catalog([tmp_path]).problems
    assert "has 23 rows and labels_rank1.npy 22" in problem.message


@pytest.mark.parametrize("beside", [False, True])
def test_soft_labels_of_arrays_are_kept(tmp_path: Path, beside: bool) -> None:
    source = tmp_path / "source"
    source.mkdir()
    votes = np.round(SHARES * 50)
    np.save(source / "probs.npy", SHARES[::-1])
    np.save(source / ("soft_labels.npy" if beside else "labels.npy"), votes)
    if beside:
        np.save(source / "labels.npy", TRUE)
    (source / "classes.txt").write_text("ant\nbee\ncat\n")
    (run,) = runs_of(source).values()
    wanted = votes / votes.sum(axis=1, keepdims=True)
    found = soft_labels(run.samples("test"), run.classes)
    assert found is not None and np.allclose(found, wanted)
    assert np.array_equal(only(run).true, TRUE if beside else votes.argmax(axis=1))
    convert(open_catalog([source]), tmp_path / "runs")
    (again,) = runs_of(tmp_path / "runs").values()
    kept = soft_labels(again.samples("test"), again.classes)
    assert kept is not None and np.allclose(kept, wanted)


def test_rows_that_nobody_labelled_have_no_class(tmp_path: Path) -> None:
    votes = np.eye(3)[TRUE]
    votes[4] = 0
    np.save(tmp_path / "labels.npy", votes)
    np.save(tmp_path / "probs.npy", SHARES)
    (run,) = runs_of(tmp_path).values()
    assert only(run).true[4] == -1 and np.array_equal(np.delete(only(run).true, 4), np.delete(TRUE, 4))
    assert run.samples("test") is None  # one-hot labels are no soft ones


def test_soft_labels_of_other_classes_are_not_used(tmp_path: Path) -> None:
    np.save(tmp_path / "probs.npy", SHARES)
    np.save(tmp_path / "labels.npy", TRUE)
    np.save(tmp_path / "votes.npy", np.ones((N, 5)))
    (run,) = runs_of(tmp_path).values()
    assert run.samples("test") is None and "soft labels of 5 classes were not used: there are 3" in run.notes


def test_models_that_lead_the_names_of_arrays_are_runs(tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", TRUE)
    np.save(tmp_path / "resnet50_preds.npy", SHARES.argmax(axis=1))
    np.save(tmp_path / "vit_b_test_probs.npy", SHARES[::-1])
    np.savez(tmp_path / "cnn.npz", logits=np.log(SHARES), labels=TRUE)
    np.save(tmp_path / "mystery.npy", np.zeros((2, 2, 2)))
    catalog = open_catalog([tmp_path])
    runs = {run.name: run for run in catalog.runs}
    assert set(runs) == {"resnet50", "vit_b", "cnn"} and not catalog.problems
    assert np.array_equal(only(runs["vit_b"]).predicted, SHARES[::-1].argmax(axis=1))
    assert np.array_equal(only(runs["cnn"]).predicted, only(runs["resnet50"]).predicted)
    (passed,) = catalog.passed_over
    assert passed.path.name == "mystery.npy" and "is called neither predictions nor labels" in passed.message


def test_shares_must_be_two_dimensional(tmp_path: Path) -> None:
    np.save(tmp_path / "probs.npy", SHARES)
    np.save(tmp_path / "soft_labels.npy", SHARES[:, 0])
    (problem,) = open_catalog([tmp_path]).problems
    assert "has no true labels of 23 rows" in problem.message
