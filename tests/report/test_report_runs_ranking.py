"""Runs and ranking without a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.report import Options, ranking, render, runs
from clftui.state.ranking_table import with_metric
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder, RankingRows
from tests.builders import write_collection
from tests.rankings import TRUE, ranking_of, three_runs, write_labels, wrong_in


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return three_runs(tmp_path)


def test_runs_as_json(session: Session) -> None:
    found = json.loads(render(session, "runs", "json"))["data"]["runs"]
    assert [run["name"] for run in found] == ["best", "good", "poor"]
    assert list(found[0]) == [
        "name", "split", "epochs", "accuracy", "low", "high", "macro_f1", "worst_class", "worst_recall",
    ]  # fmt: skip
    assert (found[0]["split"], found[0]["epochs"], found[0]["worst_class"]) == ("test", 1, "bee")
    assert found[0]["accuracy"] == pytest.approx(103 / 120)
    assert found[0]["low"] < found[0]["accuracy"] < found[0]["high"]


def test_a_run_without_the_split_is_null(session: Session, tmp_path: Path) -> None:
    write_labels(tmp_path / "val-only", [(TRUE, TRUE)], split="val", samples=False)
    opened = open_session(open_catalog([tmp_path]))
    last = json.loads(render(opened, "runs", "json"))["data"]["runs"][-1]
    assert last["name"] == "val-only" and last["accuracy"] is None and last["worst_class"] is None
    text = render(opened, "runs", "text")
    assert "val-only: nothing logged on test" in text


def test_runs_as_a_table_have_change_and_further_splits(tmp_path: Path) -> None:
    epochs = [(TRUE, wrong_in(TRUE, {0: wrong})) for wrong in (20, 8)]
    write_labels(tmp_path / "a", epochs, samples=False, hyperparameters={"lr": 0.1})
    write_labels(tmp_path / "a", [(TRUE, TRUE)] * 2, split="train", samples=False, hyperparameters={"lr": 0.1})
    write_labels(tmp_path / "b", epochs[1:], samples=False, hyperparameters={"lr": 0.2})
    table = runs.table(open_session(open_catalog([tmp_path])))
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["run"] == "a" and row["change"] == pytest.approx(12 / 120)
    assert row["best epoch"] == 2 and row["accuracy train"] == 1.0 and row["lr"] == 0.1
    assert runs.table(open_session(open_catalog([tmp_path])), Options(top=1)).rows == table.rows[:1]


@pytest.mark.row("P5")
def test_ranking_as_json(session: Session) -> None:
    found = json.loads(render(session, "ranking", "json"))["data"]
    assert found["metric"] == "recall" and found["classes"] == ["cow", "ant", "bee"]
    best = found["rows"][0]
    assert set(best) == {"run", "overall", "values", "low", "high", "ranks"}
    assert best["run"] == "best" and best["ranks"] == [1, 1, 3] and best["values"][2] == pytest.approx(0.6)
    assert best["low"][2] < 0.6 < best["high"][2]
    assert len(json.loads(render(session, "ranking", "json", Options(top=2)))["data"]["rows"]) == 2


@pytest.mark.row("P7")
def test_epochs_are_reported_by_their_number(tmp_path: Path) -> None:
    epochs = [(TRUE, wrong_in(TRUE, {0: wrong})) for wrong in (20, 0, 8)]
    write_labels(tmp_path / "a", epochs, samples=False)
    session = ranking_of(tmp_path)
    session = replace(session, ranking=replace(session.ranking, rows=RankingRows.EPOCHS))
    found = ranking.data(session)
    assert found["epochs_of"] == "a" and [row["run"] for row in found["rows"]] == ["epoch 1", "epoch 2", "epoch 3"]
    ant = found["classes"].index("ant")
    assert [row["ranks"][ant] for row in found["rows"]] == [3, 1, 2]
    assert [row["values"][ant] for row in found["rows"]] == pytest.approx([0.5, 1.0, 0.8])
    text = render(session, "ranking", "text")
    assert text.startswith("Epochs of a by class: recall on test") and "best accuracy first" not in text
    assert render(session, "ranking", "csv").startswith("epoch,accuracy,low,high,")
    runs_of = replace(session, ranking=replace(session.ranking, rows=RankingRows.RUNS))
    assert "epochs_of" not in ranking.data(runs_of)


def test_ranking_by_ap_waits_for_its_values(tmp_path: Path) -> None:
    write_collection(tmp_path, runs=2)
    data = ranking.data(ranking_of(tmp_path, Metric.AP))
    assert data["overall_metric"] == "mean AP"
    for row in data["rows"]:
        assert all(0 < low <= value for low, value in zip(row["low"], row["values"], strict=True))


def test_undefined_is_null_in_json_and_a_dash_in_text(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1], [0, 0, 0])], samples=False)
    session = with_metric(ranking_of(tmp_path), Metric.PRECISION)
    session = replace(session, ranking=replace(session.ranking, order=ClassOrder.GIVEN))
    row = json.loads(render(session, "ranking", "json"))["data"]["rows"][0]
    assert row["values"][1:] == [None, None] and row["ranks"] == [1, None, None]
    assert "–" in render(session, "ranking", "text")


@pytest.mark.row("P16")
def test_the_table_names_weak_spots_and_turns_where_classes_are_many(session: Session, tmp_path: Path) -> None:
    text = render(session, "ranking", "text")
    assert "Weak spots of best: bee." in text and "A" not in text.split("Weak spots")[1].split(".")[0]
    labels = list(range(30))
    write_labels(tmp_path / "many" / "a", [(labels, labels)], [f"c{i}" for i in labels], samples=False)
    table = ranking.table(ranking_of(tmp_path / "many"))
    assert table.columns == ("class", "a") and len(table.rows) == 31 and table.rows[0][0] == "accuracy"


@pytest.mark.parametrize("form", ["text", "md", "csv", "json"])
@pytest.mark.parametrize("view", ["runs", "ranking", "collect"])
def test_an_empty_collection_reports_nothing_and_does_not_fail(tmp_path: Path, view: str, form: str) -> None:
    assert render(open_session(open_catalog([tmp_path])), view, form)
