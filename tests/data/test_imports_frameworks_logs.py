"""Training logs opened directly: Lightning, Keras, timm, Ultralytics, Hugging Face, W&B, scikit-learn, JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.state.reported import reported_score


def opened(path: Path, text: str | None = None) -> Run:
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path])
    assert catalog.problems == (), catalog.problems
    (run,) = catalog.runs
    assert run.classes == () and any("only scalars" in note for note in run.notes)
    return run


def logged(run: Run, split: str, metric: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for row in run.scalars():
        epoch, value = row["epoch"], row.get(metric)
        assert isinstance(epoch, int)
        if row["split"] == split and isinstance(value, float):
            found[epoch] = value
    return found


LIGHTNING = """epoch,lr,step,train_loss_epoch,train_loss_step,val_acc,val_loss/dataloader_idx_0
0,0.1,49,,2.0,,
0,,99,,1.0,,
0,,100,,,0.5,1.25
0,,100,1.4,,,
1,,149,,0.5,,
1,,200,,,0.75,0.75
"""


@pytest.mark.row("D8")
def test_lightning_metrics_with_gaps_and_steps(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "mnist" / "version_3" / "metrics.csv"
    path.parent.mkdir(parents=True)
    (path.parent / "hparams.yaml").write_text("lr: 0.1\nname: 'a b'\nlayers:\n- 1\nflag: true\nnone: null\n")
    run = opened(path, LIGHTNING)
    assert run.name == "mnist/version_3" and run.splits == ("train", "val")
    assert logged(run, "val", "accuracy") == {1: 0.5, 2: 0.75} and logged(run, "val", "loss") == {1: 1.25, 2: 0.75}
    assert logged(run, "train", "loss") == {1: 1.4}, "the steps do not hide the value of the epoch"
    assert dict(run.hyperparameters) == {"lr": 0.1, "name": "a b", "flag": True}
    assert "epochs count from 0 and were moved to count from 1" in run.notes


def test_steps_of_training_are_averaged_within_their_epoch(tmp_path: Path) -> None:
    run = opened(tmp_path / "metrics.csv", "epoch,step,train_loss,val_loss\n1,5,2.0,\n1,9,1.0,\n1,9,,0.5\n2,15,0.5,\n")
    assert logged(run, "train", "loss") == {1: 1.5, 2: 0.5} and logged(run, "val", "loss") == {1: 0.5}
    assert any("mean" in note for note in run.notes)


@pytest.mark.row("D5")
def test_timm_summary_is_per_cent(tmp_path: Path) -> None:
    path = tmp_path / "20240101-resnet" / "summary.csv"
    path.parent.mkdir()
    (path.parent / "args.yaml").write_text("model: resnet50\nlr: 0.05\n")
    run = opened(
        path, "epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n0,2.3,2.1,0.8,40.0,0.1\n1,1.9,1.8,0.9,60,0.1\n"
    )
    assert logged(run, "eval", "accuracy") == pytest.approx({1: 0.008, 2: 0.009})
    assert run.model["architecture"] == "resnet50" and run.name == "20240101-resnet"


@pytest.mark.row("D13")
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_keras_csv_logger(tmp_path: Path, mark: str) -> None:
    rows = ["epoch,accuracy,loss,val_accuracy,val_loss", "0,0.5,1.5,0.4,1.6", "1,0.7,NA,0.6,1.2"]
    run = opened(tmp_path / "training.log", "\n".join(rows).replace(",", mark) + "\n")
    assert logged(run, "train", "accuracy") == {1: 0.5, 2: 0.7} and logged(run, "train", "loss") == {1: 1.5}
    assert logged(run, "val", "loss") == {1: 1.6, 2: 1.2}


@pytest.mark.row("D13")
def test_keras_history(tmp_path: Path) -> None:
    history = {"loss": [1.5, 1.0], "sparse_categorical_accuracy": [0.5, 0.7], "val_loss": [1.6, None]}
    run = opened(tmp_path / "history.json", json.dumps(history))
    assert logged(run, "train", "accuracy") == {1: 0.5, 2: 0.7} and logged(run, "val", "loss") == {1: 1.6}


@pytest.mark.row("D22")
def test_ultralytics_classify_results(tmp_path: Path) -> None:
    text = (
        "          epoch,       train/loss,  metrics/accuracy_top1,  metrics/accuracy_top5,  val/loss,  lr/pg0\n"
        "              1,           2.0943,                  0.625,                  0.999,     1.75,  0.0003\n"
        "              2,           1.5,                     0.75,                       1,     1.25,  0.0002\n"
    )
    path = tmp_path / "runs" / "classify" / "train3" / "results.csv"
    run = opened(path, text)
    assert run.name == "train3" and run.splits == ("train", "val")
    assert logged(run, "val", "accuracy") == {1: 0.625, 2: 0.75} and logged(run, "val", "loss") == {1: 1.75, 2: 1.25}
    assert logged(run, "train", "loss") == {1: 2.0943, 2: 1.5}


TRAINER: dict[str, Any] = {
    "epoch": 2.0,
    "log_history": [
        {"epoch": 0.5, "loss": 2.0, "learning_rate": 5e-5, "step": 50},
        {"epoch": 1.0, "loss": 1.0, "step": 100},
        {"epoch": 1.0, "eval_loss": 0.75, "eval_accuracy": 0.5, "eval_runtime": 1.0, "step": 100},
        {"epoch": 2.0, "loss": 0.5, "step": 200},
        {"epoch": 2.0, "eval_loss": 0.5, "eval_accuracy": 0.875, "step": 200},
        {"epoch": 2.0, "train_loss": 1.1, "train_runtime": 10.0, "step": 200},
    ],
}


@pytest.mark.row("D7")
def test_hugging_face_trainer_state(tmp_path: Path) -> None:
    run = opened(tmp_path / "bert" / "trainer_state.json", json.dumps(TRAINER))
    assert run.name == "bert" and logged(run, "eval", "accuracy") == {1: 0.5, 2: 0.875}
    assert logged(run, "train", "loss") == {1: 1.5, 2: 0.5}, "not the mean of the whole training at its end"


@pytest.mark.row("D7")
def test_of_a_trainers_folder_one_run_is_made(tmp_path: Path) -> None:
    text = json.dumps(TRAINER)
    for folder in ("out", "out/checkpoint-100", "out/checkpoint-200", "two/checkpoint-9", "two/checkpoint-10"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "trainer_state.json").write_text(text)
    (tmp_path / "out" / "all_results.json").write_text('{"epoch": 2.0, "eval_accuracy": 0.875}')
    catalog = open_catalog([tmp_path])
    assert [run.name for run in catalog.runs] == ["out", "two/checkpoint-10"] and not catalog.problems
    (only,) = open_catalog([tmp_path / "out"]).runs
    assert only.path.name == "trainer_state.json"


def test_results_of_one_evaluation(tmp_path: Path) -> None:
    run = opened(tmp_path / "eval_results.json", '{"epoch": 2.5, "eval_accuracy": 0.875, "eval_runtime": 3.5}')
    assert logged(run, "eval", "accuracy") == {3: 0.875}
    timm = opened(tmp_path / "validate.json", '{"model": "vit", "top1": 81.5, "param_count": 5.72}')
    assert logged(timm, "test", "accuracy") == {1: 0.815} and timm.model["parameters"] == 5_720_000


@pytest.mark.row("D11")
def test_weights_and_biases_run_folder(tmp_path: Path) -> None:
    files = tmp_path / "wandb" / "run-20240101_120000-abc1" / "files"
    (files / "media" / "table").mkdir(parents=True)
    (files / "config.yaml").write_text(
        "wandb_version: 1\n\nlr:\n  desc: null\n  value: 0.001\n_wandb:\n  value:\n    a: 1\n"
    )
    summary = {
        "epoch": 4,
        "val_acc": 0.75,
        "train_loss": 0.5,
        "_step": 99,
        "_runtime": 5,
        "cm": {"_type": "table-file"},
    }
    (files / "wandb-summary.json").write_text(json.dumps(summary))
    catalog = open_catalog([tmp_path / "wandb"])
    (run,) = catalog.runs
    assert run.name == "run-20240101_120000-abc1" and dict(run.hyperparameters) == {"lr": 0.001}
    assert logged(run, "val", "accuracy") == {4: 0.75}
    table = files / "media" / "table" / "confusion.table.json"
    pairs = [["cat", "cat", 3], ["cat", "dog", 1], ["dog", "cat", 0], ["dog", "dog", 4]]
    table.write_text(json.dumps({"columns": ["Actual", "Predicted", "nPredictions"], "data": pairs}))
    (matrix,) = open_catalog([table]).runs
    evaluation = matrix.evaluation("test")
    assert evaluation is not None and evaluation.confusion.total == 8 and matrix.classes == ("cat", "dog")
    table.rename(table.parent / "cm_7_0a1b.table.json")
    (table.parent / "cm_3_0a1c.table.json").write_text(json.dumps({"columns": ["a"], "data": [[1]]}))
    (run,) = open_catalog([tmp_path / "wandb"]).runs
    assert run.name == "run-20240101_120000-abc1" and run.classes == ("cat", "dog")
    assert logged(run, "val", "accuracy") == {4: 0.75} and dict(run.hyperparameters) == {"lr": 0.001}


def test_json_lines_log_with_parameters(tmp_path: Path) -> None:
    lines = [{"train_loss": 2.0 - at, "test_acc1": 50.0 + at, "epoch": at, "n_parameters": 5717416} for at in range(2)]
    run = opened(tmp_path / "deit" / "log.txt", "\n".join(map(json.dumps, lines)))
    assert logged(run, "test", "accuracy") == {1: 0.5, 2: 0.51} and run.model["parameters"] == 5717416
    assert "accuracies were taken as per cent" in run.notes


@pytest.mark.row("D14")
def test_classification_report_has_an_interval(tmp_path: Path) -> None:
    one = {"precision": 0.5, "recall": 0.75, "f1-score": 0.6, "support": 40.0}
    report = {"cat": one, "dog": one, "accuracy": 0.75, "macro avg": {**one, "support": 80.0}, "weighted avg": one}
    run = opened(tmp_path / "report.json", json.dumps(report))
    score = reported_score(run, "test", None)
    assert (score.value, score.n) == (0.75, 80) and 0.6 < score.low < 0.75 < score.high < 0.85
    assert any("2 classes: it has no confusions" in note for note in run.notes)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("trainer_state.json", '{"log_history": [{"step": 1}]}', "holds no logged numbers"),
        ("metrics.csv", "epoch,step,val_loss\n0,1,\n", "holds no logged numbers"),
        ("history.json", '{"loss": [1.0, "a"]}', "has no column of true classes"),
    ],
)
def test_logs_without_numbers(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    catalog = open_catalog([tmp_path / name])
    assert not catalog.runs and said in catalog.problems[0].message and name in catalog.problems[0].message


def test_a_table_of_samples_with_losses_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,epoch,true,pred,loss\n1,1,a,b,0.5\n2,1,b,b,0.1\n")
    (run,) = open_catalog([tmp_path / "p.csv"]).runs
    assert run.classes == ("a", "b")


@pytest.mark.row("D7")
def test_class_names_from_a_models_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["ViT"], "id2label": {"0": "dog", "1": "cat"}}')
    (tmp_path / "preds.csv").write_text("id,label,pred\n1,0,1\n2,1,1\n")
    (run,) = open_catalog([tmp_path / "preds.csv"]).runs
    assert run.classes == ("dog", "cat")


@pytest.mark.row("D11")
def test_the_binary_log_of_weights_and_biases_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "run-abc.wandb").write_bytes(b":W&B")
    (problem,) = open_catalog([tmp_path / "run-abc.wandb"]).problems
    assert "binary log" in problem.message and "export the history as CSV" in problem.message
