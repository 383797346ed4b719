"""`.npy` and `.npz` files opened directly: told by name and shape, labels found beside, nothing unpickled."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import Catalog, open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run

RNG = np.random.default_rng(0)
N, K, E = 30, 4, 3
TRUE = RNG.integers(0, K, N)
P = RNG.dirichlet(np.ones(K), (E, N)).astype(np.float32)
BEST = P.argmax(axis=2)


def opened(path: Path) -> tuple[Run, ...]:
    catalog = open_catalog([path])
    assert catalog.problems == (), catalog.problems
    return catalog.runs


def check(run: Run, epoch: int, answer: int, *, split: str = "test", scores: bool = True) -> Evaluation:
    """That an epoch of a run holds the answers of P[answer]."""
    evaluation = run.evaluation(split, epoch)
    assert evaluation is not None
    assert np.array_equal(evaluation.true, TRUE) and np.array_equal(evaluation.predicted, BEST[answer])
    if scores:
        found = evaluation.scores(np.arange(N))
        assert found is not None and np.allclose(found, P[answer], atol=2e-3)
    else:
        assert evaluation.score_kind == "none"
    return evaluation


def save(folder: Path, **arrays: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return folder


@pytest.mark.parametrize("kind", ["probs", "logits", "pred_probs", "softmax", "nll"])
def test_scores_with_labels_beside(tmp_path: Path, kind: str) -> None:
    values = {"logits": np.log(P[0]) + 5, "nll": -np.log(P[0])}.get(kind, P[0])
    save(tmp_path, **{kind: values, "labels": TRUE})
    for path in (tmp_path / f"{kind}.npy", tmp_path):
        (run,) = opened(path)
        check(run, 1, 0)
        assert any("no predicted class" in note for note in run.notes)


def test_cleanlab_names(tmp_path: Path) -> None:
    save(tmp_path, pred_probs=P[0], labels=TRUE)
    check(opened(tmp_path)[0], 1, 0)


def test_predictions_with_labels_beside(tmp_path: Path) -> None:
    save(tmp_path, preds=BEST[0].astype(np.int16), y_test=TRUE.astype(np.float32))
    (run,) = opened(tmp_path / "preds.npy")
    check(run, 1, 0, scores=False)
    assert run.name == "preds" and run.classes == ("0", "1", "2", "3")


def test_a_name_that_says_nothing_is_told_by_its_shape(tmp_path: Path) -> None:
    save(tmp_path, resnet=P[0], other=BEST[1], labels=TRUE)
    check(opened(tmp_path / "resnet.npy")[0], 1, 0)
    check(opened(tmp_path / "other.npy")[0], 1, 1, scores=False)


def test_epochs_stacked(tmp_path: Path) -> None:
    save(tmp_path, test_preds=BEST, test_probs=P.astype(np.float16), labels=TRUE)
    (run,) = opened(tmp_path)
    assert run.epochs("test") == (1, 2, 3)
    for epoch in (1, 2, 3):
        check(run, epoch, epoch - 1)
    assert any("epochs x samples" in note for note in run.notes)


def test_scores_of_one_epoch_find_the_epoch_they_agree_with(tmp_path: Path) -> None:
    save(tmp_path, preds=BEST, probs_last=P[1], labels=TRUE)
    (run,) = opened(tmp_path)
    check(run, 2, 1)
    check(run, 3, 2, scores=False)
    assert any("taken as epoch 2, which it agrees with best" in note for note in run.notes)


@pytest.mark.parametrize("first", [0, 1])
def test_epochs_as_files(tmp_path: Path, first: int) -> None:
    for epoch in range(E):
        np.savez(tmp_path / f"epoch_{epoch + first:03d}.npz", probs=P[epoch], labels=TRUE)
    (run,) = opened(tmp_path)
    assert run.epochs("test") == (1, 2, 3)
    check(run, 3, 2)
    assert any("count from 0" in note for note in run.notes) == (first == 0)


def test_one_npz_with_everything(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "cnn.npz", logits=np.log(P[0]), targets=TRUE, features=np.ones((N, 5)),
        paths=np.array([f"img/{n}.png" for n in range(N)]), class_names=np.array(["a", "b", "c", "d"]),
    )  # fmt: skip
    (run,) = opened(tmp_path / "cnn.npz")
    evaluation = check(run, 1, 0)
    table, features = run.samples("test"), evaluation.features([0])
    assert run.classes == ("a", "b", "c", "d") and features is not None and features.shape == (1, 5)
    assert table is not None and table.path_of(3) == tmp_path / "img" / "3.png"
    assert table.true is not None and table.true[0] == run.classes[TRUE[0]]


def test_an_epoch_of_our_own_format_alone(tmp_path: Path) -> None:
    path = tmp_path / "test.npz"
    np.savez(path, sample=np.arange(N)[::-1], true=TRUE, predicted=BEST[0], nll=-np.log(P[0]).astype(np.float16))
    evaluation = check(opened(path)[0], 1, 0)
    assert evaluation.sample.tolist() == list(range(N))[::-1]


def test_splits_in_names_and_labels_of_their_own(tmp_path: Path) -> None:
    save(tmp_path, val_probs=P[0], train_probs=P[1][:20], y_val=TRUE, y_train=TRUE[:20], test_probs=P[2][:7])
    (run,) = opened(tmp_path)
    assert set(run.splits) == {"val", "train"}
    check(run, 1, 0, split="val")
    assert any("split test was left out" in note for note in run.notes)


def test_folders_of_runs_with_labels_above(tmp_path: Path) -> None:
    root = save(tmp_path / "runs", labels=TRUE)
    save(root / "cnn", test_probs=P)
    save(root / "mlp", test_preds=BEST[1])
    (root / "empty").mkdir()
    (root / "class_names.txt").write_text("a\nb\nc\nd\n", encoding="utf-8")
    cnn, mlp = opened(root)
    assert (cnn.name, mlp.name) == ("cnn", "mlp") and cnn.classes == ("a", "b", "c", "d")
    check(cnn, 3, 2)
    check(mlp, 1, 1, scores=False)
    (alone,) = opened(root / "cnn")
    check(alone, 1, 0)


def test_labels_of_a_whole_data_set_with_row_numbers(tmp_path: Path) -> None:
    rows = RNG.permutation(100)[:N]
    whole = np.zeros(100, dtype=int)
    whole[rows] = TRUE
    save(tmp_path, labels=whole, test_indices=rows, test_probs=P)
    evaluation = check(opened(tmp_path)[0], 1, 0)
    assert np.array_equal(evaluation.sample, rows)


def test_names_as_labels(tmp_path: Path) -> None:
    names = np.array(["ant", "bee", "cat", "dog"])
    save(tmp_path, probs=P[0], labels=names[TRUE])
    (run,) = opened(tmp_path)
    check(run, 1, 0)
    assert run.classes == tuple(names) and any("sorted class names" in note for note in run.notes)
    save(tmp_path / "b", preds=names[BEST[0]], labels=names[TRUE])
    check(opened(tmp_path / "b")[0], 1, 0, scores=False)


def test_one_hot_labels(tmp_path: Path) -> None:
    save(tmp_path, probs=P[0], labels=np.eye(K)[TRUE])
    (run,) = opened(tmp_path)
    check(run, 1, 0)
    assert any("one column for each class" in note for note in run.notes)


class Bomb:
    """Unpickling this leaves a trace."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, int]]:
        return os.mkdir, (str(self.path), 0o700)


def problem(catalog: Catalog) -> str:
    assert not catalog.runs and len(catalog.problems) == 1, catalog.problems
    message = catalog.problems[0].message
    assert message.endswith(".") and "\n" not in message
    return message


@pytest.mark.parametrize("name", ["preds.npy", "preds.npz", "labels.npy"])
def test_nothing_is_unpickled(tmp_path: Path, name: str) -> None:
    trap = tmp_path / "sprung"
    objects = np.array([Bomb(trap), 1], dtype=object)
    path = tmp_path / name
    if path.suffix == ".npy":
        np.save(path, objects, allow_pickle=True)
    else:
        np.savez(path, preds=objects)
    if name == "labels.npy":
        path = save(tmp_path, preds=BEST[0]) / "preds.npy"
    message = problem(open_catalog([path]))
    assert not trap.exists()
    assert "never unpickles" in message or "objects" in message.casefold(), message
    with path.open("rb") as file:  # the trap itself works
        if name == "preds.npy":
            np.load(file, allow_pickle=True)
            assert trap.exists()


def test_pickles_are_no_format(tmp_path: Path) -> None:
    path = tmp_path / "preds.pkl"
    path.write_bytes(pickle.dumps([1, 2]))
    said = problem(open_catalog([path]))
    assert "is never opened" in said and "pickle.load(open('preds.pkl', 'rb')); np.savez('preds.npz'" in said


def test_what_does_not_fit_is_one_sentence(tmp_path: Path) -> None:
    save(tmp_path / "a", preds=BEST[0])
    assert "has no true labels of 30 rows; put labels.npy beside it" in problem(
        open_catalog([tmp_path / "a" / "preds.npy"])
    )
    save(tmp_path / "b", preds=BEST[0], labels=TRUE[:9])
    assert "labels.npy has 9" in problem(open_catalog([tmp_path / "b"]))
    save(tmp_path / "c", labels=TRUE)
    assert "has no predictions or scores" in problem(open_catalog([tmp_path / "c" / "labels.npy"]))
    save(tmp_path / "d", probs=P[0], labels=TRUE + 3)
    assert "which no column of scores names" in problem(open_catalog([tmp_path / "d"]))
    (tmp_path / "e.npy").write_bytes(b"\x93NUMPY\x01\x00garbage")
    assert "header" in problem(open_catalog([tmp_path / "e.npy"]))
    (tmp_path / "f.npz").write_bytes(b"PK not a zip")
    assert "not a complete npz" in problem(open_catalog([tmp_path / "f.npz"]))
    path = save(tmp_path / "g", preds=BEST[0], labels=TRUE) / "preds.npy"
    path.write_bytes(path.read_bytes()[:-40])
    assert problem(open_catalog([path]))
