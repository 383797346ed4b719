"""A run as it lies on disk after logging it: arrays, scalars, description, status; and what is refused."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui import schema
from clftui.logger import RunLogger
from clftui.schema import FormatError
from clftui.storage import open_npz, read_json, read_jsonl

CLASSES = ["cat", "dog", "owl"]


def arrays(run: Path, epoch: int, file: str = "test.npz") -> dict[str, NDArray[Any]]:
    npz = open_npz(run / "epochs" / schema.epoch_folder(epoch) / file)
    for name, member in npz.members.items():
        spec = schema.ARRAYS[name]
        assert member.dtype.kind in spec.kinds and len(member.shape) == len(spec.shape)
    return {name: npz.read(name) for name in npz}


def status(run: Path, file: str = "status.json") -> dict[str, Any]:
    value = read_json(run / file)
    assert isinstance(value, dict)
    return value


class Tensor:
    """What torch's tensors offer, bfloat16's refusal included."""

    def __init__(self, value: object, kind: str = "float32") -> None:
        self.value, self.kind = np.asarray(value), kind

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self.value)

    def numpy(self) -> NDArray[Any]:
        if self.kind == "bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.value


def test_three_lines_write_a_whole_run(tmp_path: Path) -> None:
    logits = np.array([[0.0, 2, 0], [3, 0, 0], [0, 0, 1], [1, 0, 0]])
    with RunLogger(
        tmp_path / "cnn",
        classes=CLASSES,
        model={"architecture": "net", "parameters": 12},
        hyperparameters={"lr": 0.1},
        samples={"test": {"true": [2, 0, 2, 0], "path": ["a.png", "b.png", "c.png", "d.png"], "place": list("xyxy")}},
        hierarchy={"name": "all", "children": [{"name": "furry", "children": ["cat", {"name": "dog"}]}, "owl"]},
    ) as run:
        run.log(1, "test", [2, 0, 2, 0], logits=logits, losses=[1, 2, 3, 6], features=np.ones((4, 2)), lr=0.1)
        assert status(tmp_path / "cnn")["state"] == "running"
    stored = arrays(tmp_path / "cnn", 1)
    assert stored["sample"].tolist() == [1, 3, 0, 2] and stored["true"].tolist() == [0, 0, 2, 2]
    assert stored["predicted"].tolist() == [0, 0, 1, 2]
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(np.exp(-stored["nll"].astype(float)), softmax[[1, 3, 0, 2]], rtol=4e-3)
    assert stored["loss"].tolist() == [2, 6, 1, 3] and stored["features"].dtype == np.float16
    about = status(tmp_path / "cnn", "run.json")
    assert (about["format"], about["version"], about["name"]) == ("clftui-run", 1, "cnn")
    assert about["classes"] == CLASSES and about["samples"] == {"test": "../samples/test.csv"}
    assert about["model"] == {"architecture": "net", "parameters": 12} and about["hyperparameters"] == {"lr": 0.1}
    assert read_jsonl(tmp_path / "cnn" / "scalars.jsonl") == (
        [{"epoch": 1, "split": "test", "lr": 0.1, "loss": 3.0}],
        0,
    )
    assert read_json(tmp_path / "cnn" / about["hierarchy"]) is not None
    with (tmp_path / "samples" / "test.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "true", "path", "place"] and rows[1] == ["0", "owl", "a.png", "x"]
    told = status(tmp_path / "cnn")
    assert told["state"] == "finished" and {"host", "pid", "heartbeat", "world_size"} <= told.keys()
    left = [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")]
    assert left == []


def test_batches_are_one_commit_and_equal_one_call(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    true, logits = chance.integers(0, 3, 50), chance.normal(size=(50, 3)).astype(np.float32)
    run = RunLogger(tmp_path / "a", classes=CLASSES, background=False)
    run.log(1, "test", true, logits=logits, losses=np.arange(50.0))
    for start in range(0, 50, 8):
        part = slice(start, start + 8)
        run.append("test", true[part], logits=logits[part], losses=np.arange(50.0)[part])
        assert not (tmp_path / "a" / "epochs" / "00002").exists()
    run.append("val", [0, 1], predicted=[1, 1])
    run.commit(2, lr=0.5)
    once, batched = arrays(tmp_path / "a", 1), arrays(tmp_path / "a", 2)
    assert once.keys() == batched.keys()
    assert all(np.array_equal(once[name], batched[name]) for name in once)
    assert arrays(tmp_path / "a", 2, "val.npz")["predicted"].tolist() == [1, 1]
    assert read_jsonl(tmp_path / "a" / "scalars.jsonl")[0][-1] == {"epoch": 2, "lr": 0.5}
    run.append("test", [0], predicted=[0])
    run.commit(3, split="test", accuracy=1.0)
    assert read_jsonl(tmp_path / "a" / "scalars.jsonl")[0][-1] == {"epoch": 3, "split": "test", "accuracy": 1.0}
    run.append("test", [0], predicted=[0])
    run.discard()
    run.commit(4)
    assert not (tmp_path / "a" / "epochs" / "00004").exists()
    run.close()


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_tensors_are_taken_without_torch(tmp_path: Path, kind: str) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(
            1,
            "test",
            Tensor([0, 1]),
            logits=Tensor(np.eye(3, dtype=np.float32)[:2], kind),
            sample=Tensor([4, 2]),
            loss=Tensor(0.25),
        )
    stored = arrays(tmp_path / "a", 1)
    assert stored["predicted"].tolist() == [0, 1] and stored["sample"].tolist() == [4, 2]
    assert read_jsonl(tmp_path / "a" / "scalars.jsonl")[0] == [{"epoch": 1, "split": "test", "loss": 0.25}]
    assert "torch" not in sys.modules


def test_class_names_serve_as_labels(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "test", ["owl", "cat"], predicted=np.array(["dog", "cat"], dtype=object))
    assert arrays(tmp_path / "a", 1)["true"].tolist() == [0, 2]
    assert arrays(tmp_path / "a", 1)["predicted"].tolist() == [0, 1]


def test_given_answers_beat_the_largest_score(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES, full_scores=False) as run:
        for epoch in (1, 2, 3):
            run.log(epoch, "test", [0, -1], logits=[[3, 2, 1], [0, 0, 9]], predicted=[1, -1])
    stored = arrays(tmp_path / "a", 2)
    assert stored["true"].tolist() == [-1, 0] and stored["predicted"].tolist() == [-1, 1]
    assert stored["top_classes"].tolist() == [[2, 0, 1], [1, 0, 2]]
    assert np.isnan(stored["true_nll"][0]) and np.isnan(stored["predicted_nll"][0])
    assert stored["predicted_nll"][1] == stored["top_nll"][1, 0]


def test_an_epoch_logged_again_is_replaced_whole(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "test", [0, 1], logits=np.zeros((2, 3)))
        run.log(1, "test", [2], predicted=[1])
    assert {name: array.tolist() for name, array in arrays(tmp_path / "a", 1).items()} == {
        "sample": [0],
        "true": [2],
        "predicted": [1],
    }


def test_nan_rows_are_refused_or_marked(tmp_path: Path) -> None:
    logits = np.array([[0, 1, 0], [np.nan, 0, 0], [5, 0, 0]])
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        with pytest.raises(FormatError, match=r"00001/test.npz: logits is NaN or infinite in 1 row \(first: row 1\)"):
            run.log(1, "test", [2, 1, 0], logits=logits)
        assert not (tmp_path / "a" / "epochs").exists()
    with RunLogger(tmp_path / "b", classes=CLASSES, on_nan="mark") as run:
        run.log(1, "test", [2, 1, 0], logits=logits)
    stored = arrays(tmp_path / "b", 1)
    assert stored["predicted"].tolist() == [0, -1, 1] and np.isnan(stored["nll"][1]).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"true": [0, 3], "predicted": [0, 0]}, "true has the label 3, which is no class"),
        ({"true": [0, -2], "predicted": [0, 0]}, "label -2"),
        ({"true": ["cat", "cow"], "predicted": [0, 0]}, "label 'cow'"),
        ({"true": [0, 0.5], "predicted": [0, 0]}, "not whole"),
        ({"true": [[0, 1]], "predicted": [0]}, r"true has shape \(1, 2\)"),
        ({"true": [], "predicted": []}, "has no rows"),
        ({"true": [0, 1], "predicted": [0]}, "predicted has 1 rows where true has 2"),
        ({"true": [0, 1]}, "predicted is missing; pass scores=, logits= or predicted="),
        ({"true": [0], "scores": [[1, 0, 0]], "logits": [[1, 0, 0]]}, "beside logits"),
        ({"true": [0, 1], "scores": [[1, 0, 0]]}, r"scores has shape \(1, 3\)"),
        ({"true": [0, 1], "predicted": [0, 0], "sample": [1]}, "sample has shape"),
        ({"true": [0, 1], "predicted": [0, 0], "sample": [1, 1]}, "sample has row 1 2 times"),
        ({"true": [0, 1], "predicted": [0, 0], "sample": [-1, 1]}, "negative row number"),
        ({"true": [0, 1], "predicted": [0, 0], "losses": [1]}, "losses has shape"),
        ({"true": [0, 1], "predicted": [0, 0], "features": [1, 2]}, "features has shape"),
        ({"true": [0], "predicted": [0], "lr": [1, 2]}, "lr is not a single number"),
        ({"true": [0], "predicted": [0], "epoch": 0}, "epochs count from 1"),
        ({"true": [0], "predicted": [0], "epoch": 1.5}, "not a whole number"),
        ({"true": [0], "predicted": [0], "split": "a/b"}, "cannot name a file"),
        ({"true": [0], "predicted": [0], "split": "test.rank0of2"}, "cannot name a file"),
    ],
)
def test_what_cannot_be_logged_is_one_sentence_and_changes_nothing(
    tmp_path: Path, arguments: dict[str, Any], says: str
) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        with pytest.raises(FormatError, match=says) as caught:
            run.log(**{"epoch": 1, "split": "test", **arguments})
        assert str(caught.value).count("\n") == 0
        assert not (tmp_path / "a" / "epochs").exists() and not (tmp_path / "a" / "scalars.jsonl").exists()


def test_batches_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.append("test", [0], predicted=[0], sample=[3])
        run.append("test", [0], predicted=[0])
        with pytest.raises(FormatError, match="sample was given for some batches only"):
            run.commit(1)
        run.discard()
        run.append("test", [0], logits=[[0, 1, 2]])
        run.append("test", [0], predicted=[0])
        with pytest.raises(FormatError, match="nll was given for some batches only"):
            run.commit(1)
        with pytest.raises(FormatError, match="no appended batches"):
            run.commit(1, split="val")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"classes": ["a", "a"]}, "classes has 'a' twice"),
        ({"classes": []}, "not a list of names"),
        ({"classes": "ab"}, "not a list of names"),
        ({"rank": 2, "world_size": 2}, "rank is 2 of 2"),
        ({"on_nan": "drop"}, "on_nan is 'drop'"),
        ({"hierarchy": {"name": "x", "children": ["cat", "dog"]}}, "'owl' 0 times"),
        ({"hierarchy": {"name": "x", "children": ["cat", "dog", "owl", "cat"]}}, "'cat' 2 times"),
        ({"hierarchy": {"children": []}}, "neither a name nor"),
        ({"samples": {"test": {"true": [0, 1], "path": ["a"]}}}, "different lengths"),
        ({"samples": {"test": {"true": [7]}}}, "label 7"),
        ({"samples": {"a/b": {"true": [0]}}}, "cannot name a file"),
        ({"samples": {"test": {}}}, "no columns"),
        ({"samples": {"test": "absent.csv"}}, "cannot be read as a sample table"),
        ({"subset": {"train": 0}}, "subset of train is 0"),
    ],
)
def test_a_run_that_cannot_be_begun_says_why(tmp_path: Path, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(FormatError, match=says):
        RunLogger(tmp_path / "a", **({"classes": CLASSES} | arguments))


def test_a_closed_logger_writes_nothing_more(tmp_path: Path) -> None:
    run = RunLogger(tmp_path / "a", classes=CLASSES)
    run.close()
    run.close("failed")
    assert status(tmp_path / "a")["state"] == "finished"
    with pytest.raises(FormatError, match="is closed"):
        run.log(1, "test", [0], predicted=[0])


def test_scalars_are_numbers_and_nan_becomes_null(tmp_path: Path) -> None:
    with RunLogger(tmp_path / "a", classes=CLASSES) as run:
        run.log(1, "val", [0], predicted=[0], loss=float("nan"), steps=np.int64(3))
        run.log_scalars(1, lr=np.float32(0.5))
    assert read_jsonl(tmp_path / "a" / "scalars.jsonl")[0] == [
        {"epoch": 1, "split": "val", "loss": None, "steps": 3},
        {"epoch": 1, "lr": 0.5},
    ]


def test_the_readme_script_writes_a_run_with_numpy_alone(tmp_path: Path) -> None:
    readme = Path(sys.modules["clftui.logger"].__file__ or "").with_name("README.md").read_text()
    code = readme.split("```python\n")[-1].split("```")[0]
    assert "clftui" not in code.replace("clftui-run", "")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60)
    (run,) = [path.parent for path in tmp_path.rglob("run.json")]
    about = json.loads((run / "run.json").read_text())
    assert about["format"] == "clftui-run"
    assert (run / about["samples"]["test"]).exists()
    epochs = sorted((run / "epochs").iterdir())
    assert len(epochs) > 1
    for folder in epochs:
        stored = arrays(run, int(folder.name))
        assert {"sample", "true", "predicted", "nll"} <= stored.keys()
        assert stored["nll"].shape == (stored["true"].size, len(about["classes"]))
    with RunLogger(run, classes=about["classes"]) as logger:  # the library can continue it
        logger.log(len(epochs) + 1, "test", stored["true"], predicted=stored["predicted"])
