"""Runs of scalars alone: in the Runs view, beside predictions, while they grow, in a folder of mixed things."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data import watch
from clftui.data.catalog import Catalog, open_catalog
from clftui.data.run import Run
from clftui.report import Options, render
from clftui.state.filters import Expression
from clftui.state.reported import reported_epoch, reported_past
from clftui.state.runs_curves import curves
from clftui.state.runs_pareto import tradeoff
from clftui.state.runs_table import ONLY_TOLD, other_score, row_past, runs_table
from clftui.state.session import open_session
from clftui.state.troubles import troubles


def logged(run: Run, split: str, metric: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for row in run.scalars():
        epoch, value = row["epoch"], row.get(metric)
        assert isinstance(epoch, int)
        if row["split"] == split and isinstance(value, float):
            found[epoch] = value
    return found


def test_logs_beside_predictions_become_their_scalars(tmp_path: Path) -> None:
    (tmp_path / "preds.csv").write_text("id,true,pred\n1,a,b\n2,b,b\n")
    (tmp_path / "metrics.csv").write_text("epoch,val_loss\n1,0.5\n2,0.25\n")
    (run,) = open_catalog([tmp_path]).runs
    assert run.classes == ("a", "b") and logged(run, "val", "loss") == {1: 0.5, 2: 0.25}


@pytest.mark.row("P8")
def test_the_runs_view_shows_what_runs_tell_themselves(tmp_path: Path) -> None:
    for name, top in (("a", 0.5), ("b", 0.75)):
        path = tmp_path / name / "metrics.csv"
        path.parent.mkdir()
        path.write_text(f"epoch,train_loss,val_acc,val_loss\n1,2.0,0.25,1.0\n2,1.0,{top},0.5\n")
    catalog = open_catalog([tmp_path])
    session = open_session(catalog)
    table = runs_table(session)
    assert [row.name for row in table.rows] == ["b", "a"] and session.selection.run == "b"
    row = table.rows[0]
    assert (row.score.value, row.told, row.epoch, row.problem) == (0.75, 2, 2, ONLY_TOLD)
    past = row_past(row, "val", wait=True)
    assert past is not None and past.accuracy == (0.25, 0.75) and past.change(2) == 0.5
    found = curves(session, row.run, wait=True)
    assert found is not None and found.held_out is not None and found.held_out.loss.tolist() == [1.0, 0.5]
    assert catalog.class_difference() is None
    assert reported_epoch(row.run, "val", 1) == 1 and dict(reported_past(row.run, "nothing")) == {}
    assert tradeoff(session).runs == ()


def test_a_growing_log_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "version_0" / "metrics.csv"
    path.parent.mkdir()
    path.write_text("epoch,val_acc\n0,0.5\n")
    first = open_catalog([tmp_path])
    assert open_catalog([tmp_path], previous=first) is first
    path.write_text("epoch,val_acc\n0,0.5\n1,0.75\n")
    second = open_catalog([tmp_path], previous=first)
    assert second is not first and logged(second.runs[0], "val", "accuracy") == {1: 0.5, 2: 0.75}


def test_a_folder_of_mixed_things_opens_what_it_can_and_tells_the_rest(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,true,pred\n1,a,b\n2,b,b\n")
    (tmp_path / "bad.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "torn.jsonl").write_text('{"id": 1\n')
    (tmp_path / "model.pt").write_bytes(b"PK")
    for name, text in (("one", "epoch,val_acc\n1,0.5\n"), ("two", "epoch,val_acc\n1,\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(text)
    catalog = open_catalog([tmp_path])
    assert [run.name for run in catalog.runs] == ["good", "one"]
    told = {problem.path.name: problem.message for problem in catalog.problems}
    assert set(told) == {"torn.jsonl", "model.pt", "metrics.csv"} and "pickle" in told["model.pt"]
    (passed,) = catalog.passed_over
    assert passed.path.name == "bad.csv" and "has no column of true classes" in passed.message
    assert str(tmp_path / "two" / "metrics.csv") in told["metrics.csv"]


@pytest.mark.row("D5")
def test_a_training_log_is_followed_while_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.1)
    path = tmp_path / "train" / "summary.csv"
    path.parent.mkdir()
    path.write_text("epoch,train_loss,eval_top1\n0,1.0,50.0\n")
    watcher, arrived = watch.Watcher(), threading.Event()
    newest: list[Catalog] = []

    def put(catalog: Catalog) -> None:
        newest.append(catalog)
        arrived.set()

    watcher.start([tmp_path], open_catalog([tmp_path]), put)
    try:
        with path.open("a") as file:
            file.write("1,0.5,75.0\n")
        assert arrived.wait(10)
        assert logged(newest[-1].runs[0], "eval", "accuracy") == {1: 0.5, 2: 0.75}
    finally:
        watcher.stop()


def test_filters_ask_for_samples_that_logs_do_not_have(tmp_path: Path) -> None:
    for name in ("a", "b"):
        path = tmp_path / name / "metrics.csv"
        path.parent.mkdir()
        path.write_text("epoch,val_acc,test_acc\n1,0.25,0.75\n")
    session = open_session(open_catalog([tmp_path]), split="val")
    (row, _) = runs_table(session).rows
    other = other_score(session, row, "test", wait=True)
    assert row.score.value == 0.25 and other is not None and other.value == 0.75
    filtered = runs_table(replace(session, filters=(Expression("conf > 0.5"),)))
    assert all(math.isnan(each.score.value) and each.told is None for each in filtered.rows)


@pytest.mark.parametrize(
    ("text", "epochs", "said"),
    [
        ("".join(f"{at},0.5,{0.25 if at % 10 == 9 else ''}\n" for at in range(40)), [1, 2, 3, 4], "4 evaluations"),
        ("".join(f"{at},0.5,\n" for at in range(1, 6)), [1, 2, 3, 4, 5], "steps were taken as epochs"),
        ("".join(f"{at},0.5,\n" for at in range(3000)), list(range(1, 1001)), "3,000 steps were put together"),
    ],
)
def test_epochs_where_only_steps_are_logged(tmp_path: Path, text: str, epochs: list[int], said: str) -> None:
    (tmp_path / "log.csv").write_text(f"step,train_loss,val_acc\n{text}")
    (run,) = open_catalog([tmp_path / "log.csv"]).runs
    assert sorted({row["epoch"] for row in run.scalars() if isinstance(row["epoch"], int)}) == epochs
    assert any(said in note for note in run.notes)


def test_a_run_folder_may_hold_scalars_alone(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    about = {"format": "clftui-run", "version": 1, "classes": []}
    (folder / "run.json").write_text(json.dumps(about))
    assert "classes is empty" in open_catalog([tmp_path]).problems[0].message
    (folder / "scalars.jsonl").write_text('{"epoch": 1, "split": "val", "accuracy": 0.5}\n')
    catalog = open_catalog([tmp_path])
    (run,) = catalog.runs
    assert not catalog.problems and run.splits == ("val",) and run.evaluation("val") is None
    assert runs_table(open_session(catalog)).rows[0].score.value == 0.5


def test_what_is_passed_over_is_listed_quietly(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,true,pred\n1,a,b\n2,b,b\n")
    (tmp_path / "settings.csv").write_text("key,value\nlr,0.1\n")
    session = open_session(open_catalog([tmp_path]))
    assert not session.catalog.problems and not troubles(session)
    text = render(session, "runs", "text", Options())
    assert "passed over: " in text and "settings.csv has no column of true classes" in text
