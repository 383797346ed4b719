"""Files that a tool would have written otherwise: one sentence each, which says where and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog


def refused(path: Path) -> str:
    catalog = open_catalog([path])
    assert not catalog.runs, [run.name for run in catalog.runs]
    (problem,) = catalog.problems
    assert "\n" not in problem.message and problem.message.endswith(".")
    return problem.message


def vismlic(predict: Any) -> str:
    return json.dumps(str({"model_name": "m", "predict": predict}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            vismlic([{"real": 0, "pred": 1, "prob": [0.5]}, {"real": 1, "pred": 0, "prob": [0.5, 0.5]}]),
            "without numbers",
        ),
        (vismlic([{"real": "x", "pred": 1, "prob": [0.5, 0.5]}]), "without numbers for real, pred or prob"),
        (vismlic([{"real": 3, "pred": 1, "prob": [0.5, 0.5]}]), "has a class beyond the 2 that prob has"),
        (json.dumps("{'model_name': open('x'), 'predict': []}"), "holds a text that is no Python literal"),
        (json.dumps({"classes": ["a", "b"], "labels": {"u1": 0}}), "are the truth alone"),
        (json.dumps({"classes": ["a", "b"], "labels": {"u1": {"label": "a", "confidence": 0.5}}}), "predictions alone"),
        (json.dumps([{"filename": "a.png", "prob": [0.5, 0.5]}]), "has no column of true classes"),
    ],
)
def test_json_of_tools(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "alone" / "export" / "labels.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert said in refused(path)


def shards(folder: Path, rows: int, labels: Any = None, **indices: Any) -> Path:
    folder.mkdir()
    for rank, at in enumerate(indices.values()):
        np.save(folder / f"predictions_{rank}.npy", np.zeros((rows, 3)))
        np.save(folder / f"batch_indices_{rank}.npy", np.asarray(at))
    if labels is not None:
        np.save(folder / "labels.npy", labels)
    return folder


def test_shards_of_a_prediction_writer(tmp_path: Path) -> None:
    assert "has 2 rows and batch_indices_0.npy has shape (3,)" in refused(shards(tmp_path / "a", 2, a=[0, 1, 2]))
    assert "has predictions by rank but no labels" in refused(shards(tmp_path / "b", 2, a=[0, 1], b=[2, 3]))
    short = shards(tmp_path / "c", 2, labels=np.array([0, 1]), a=[0, 1], b=[2, 3])
    assert "has predictions by rank but no labels" in refused(short)  # of four samples two have one
    torn = tmp_path / "d"
    torn.mkdir()
    (torn / "predictions_0.json").write_text("[[0.1, 0.9]")
    (torn / "batch_indices_0.json").write_text("[[0]]")
    told = [problem.message for problem in open_catalog([torn]).problems]
    assert any("predictions_0.json is not valid JSON; write a list of batches" in message for message in told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subj,object_response,category,imagename\n", "has a header but no rows"),
        ("subj,object_response,category,imagename\ns,na,na,a.png\n", "are all missing"),
        ("model,top1\n", "has no model with a number"),
        ("model,top1\nvit,best\n", "has no model with a number"),
    ],
)
def test_tables_of_tools(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(text)
    assert said in refused(path)


def test_a_real_parquet_file_opens(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    columns = {
        "path": ["a.png", "b.png"],
        "label": ["cat", "dog"],
        "probs": [np.array([0.3, 0.7]), np.array([0.1, 0.9])],
    }
    pandas.DataFrame(columns).to_parquet(tmp_path / "p.parquet")
    (run,) = open_catalog([tmp_path]).runs
    evaluation = run.evaluation("test", 1)
    assert evaluation is not None and evaluation.predicted.tolist() == [1, 1] and run.classes == ("cat", "dog")
    (tmp_path / "p.parquet").write_bytes(b"PAR1 torn")
    assert "cannot be read as parquet" in refused(tmp_path / "p.parquet")


def test_tables_of_results_without_numbers_cost_a_folder_nothing_else(tmp_path: Path) -> None:
    for name in ("results-a.csv", "results-b.csv"):
        (tmp_path / name).write_text("model,top1\nvit,best\n")
    (tmp_path / "good.csv").write_text("true,pred\na,b\n")
    catalog = open_catalog([tmp_path])
    assert [run.name for run in catalog.runs] == ["good"]
    assert "has no model with a number" in catalog.problems[0].message


@pytest.mark.parametrize("name", ["vit_preds.npy", "vit_labels.npy", "cnn_preds.npy"])
def test_a_damaged_array_costs_its_own_run_alone(tmp_path: Path, name: str) -> None:
    true = np.arange(20) % 3
    for model in ("vit", "cnn"):
        np.save(tmp_path / f"{model}_preds.npy", np.eye(3)[true])
        np.save(tmp_path / f"{model}_labels.npy", true)
    (tmp_path / "good.csv").write_text("true,pred\na,b\n")
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:50])
    catalog = open_catalog([tmp_path])
    other = "cnn" if name.startswith("vit") else "vit"
    assert sorted(run.name for run in catalog.runs) == sorted(["good", other])
    assert any(name in problem.message for problem in catalog.problems)


def test_damaged_labels_elsewhere_hide_no_others(tmp_path: Path) -> None:
    true = np.arange(20) % 3
    for folder in ("run", "torn", "truth"):
        (tmp_path / folder).mkdir()
    np.save(tmp_path / "truth" / "labels.npy", true)
    np.save(tmp_path / "run" / "preds.npy", np.eye(3)[true])
    (tmp_path / "torn" / "labels.npy").write_bytes(b"\x93NUMPY")
    assert [run.name for run in open_catalog([tmp_path]).runs] == ["run"]


def test_numbered_files_one_of_which_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(2):
        (tmp_path / f"preds_{seed}.csv").write_text(f"id,true,pred\n{seed}a,x,y\n{seed}b,y,y\n")
    whole = {name: getattr(Path, name) for name in ("open", "read_bytes")}

    def refusing(name: str) -> Any:
        def method(self: Path, *given: Any, **more: Any) -> Any:
            if self.name == "preds_1.csv":
                raise PermissionError(13, "Permission denied", str(self))
            return whole[name](self, *given, **more)

        return method

    for name in whole:
        monkeypatch.setattr(Path, name, refusing(name))
    catalog = open_catalog([tmp_path])
    assert [run.name for run in catalog.runs] == ["preds_0"]
    assert "preds_1.csv cannot be read (Permission denied)" in catalog.problems[0].message
