"""CSV files as W&B's pages export them: charts, the table of runs, tables of predictions."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.data.run import Run


def runs_of(path: Path) -> dict[str, Run]:
    catalog = open_catalog([path])
    assert not catalog.problems, catalog.problems
    return {run.name: run for run in catalog.runs}


def chart(path: Path, axis: str, metric: str, values: dict[str, list[float | None]]) -> None:
    names = [f"{run} - {each}{end}" for run in values for each in ("_step", metric) for end in ("", "__MIN", "__MAX")]
    lines = [",".join(f'"{name}"' for name in (axis, *names))]
    for step in range(len(next(iter(values.values())))):
        cells = ["" if (v := each[step]) is None else str(v) for each in values.values()]
        lines.append(
            ",".join(f'"{cell}"' for cell in (str(step), *(c for v in cells for c in [str(step)] * 3 + [v] * 3)))
        )
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("axis", ["Step", "epoch"])
def test_charts_of_several_metrics_are_runs_with_all_of_them(tmp_path: Path, axis: str) -> None:
    chart(tmp_path / "wandb_export_1.csv", axis, "val_acc", {"cnn - wide": [0.5, 0.75], "vit": [0.25, None]})
    chart(tmp_path / "wandb_export_2.csv", axis, "val_loss", {"cnn - wide": [2.0, 1.0]})
    runs = runs_of(tmp_path)
    assert set(runs) == {"cnn - wide", "vit"} and "a chart that W&B exported" in runs["vit"].notes
    assert [(row["epoch"], row["split"], row["accuracy"], row["loss"]) for row in runs["cnn - wide"].scalars()] == [
        (1, "val", 0.5, 2.0), (2, "val", 0.75, 1.0),
    ]  # fmt: skip
    assert [row["accuracy"] for row in runs["vit"].scalars()] == [0.25]
    assert set(runs_of(tmp_path / "wandb_export_2.csv")) == {"cnn - wide"}


def test_the_table_of_runs(tmp_path: Path) -> None:
    path = tmp_path / "wandb_export.csv"
    path.write_text(
        '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","batch_size","optimizer","epoch","val_acc",'
        '"train_loss","n_parameters"\n'
        '"cnn","finished","-","me","","2024-05-01T00:00:00.000Z","120","","64","adam","9","91.5","0.2","1200"\n'
        '"crashed","failed","-","me","","2024-05-01T00:00:00.000Z","1","","64","adam","","","",""\n'
    )
    (run,) = runs_of(path).values()
    assert run.name == "cnn" and run.hyperparameters == {"batch_size": 64, "optimizer": "adam"}
    assert run.model == {"parameters": 1200} and "accuracies were taken as per cent" in run.notes
    told = {(row["split"], name): row[name] for row in run.scalars() for name in row if name not in ("split", "epoch")}
    assert told == {("val", "accuracy"): 0.915, ("train", "loss"): 0.2}


def test_a_table_of_predictions_in_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,truth,guess,score_ant,score_bee\n1,ant,bee,0.4,0.6\n2,bee,ant,0.4,0.6\n")
    evaluation = runs_of(path)["table"].evaluation("test", 1)
    assert evaluation is not None and evaluation.predicted.tolist() == [1, 0]


def test_a_table_of_runs_without_numbers_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wandb_export.csv"
    path.write_text("Name,State,Created,Runtime\ncnn,finished,2024,1\n")
    (problem,) = open_catalog([path]).problems
    assert "has no column of true classes" in problem.message
