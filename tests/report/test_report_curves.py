"""Training curves, groups and seeds without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clftui.report import Options, curves, render, runs
from clftui.report.render import as_text
from tests.curves import curved, seeded
from tests.groups import COUNTS, NAMES, TREE
from tests.matrices import session_on
from tests.rankings import three_runs


@pytest.mark.row("O1", "O13", "V1")
def test_curves_as_json(tmp_path: Path) -> None:
    found = json.loads(render(curved(tmp_path), "curves", "json"))["data"]
    assert found["pareto"] == ["good"] and found["pareto_cost"] == "parameters"
    by_name = {run["name"]: run for run in found["runs"]}
    over = by_name["over"]
    assert (over["best_epoch"], over["lowest_loss_epoch"], over["overfit_from"]) == (5, 3, 6)
    assert over["split"]["test"]["epochs"] == list(range(1, 10)) and over["split"]["test"]["loss"][2] == 0.5
    assert over["split"]["train"]["accuracy"] == [None] * 9 and over["parameters"] == 9000
    assert (over["train"], over["validation"]) == ("train", "test")
    once = by_name["once"]
    assert once["best_epoch"] is None and once["overfit_from"] is None and once["parameters"] is None


def test_curves_as_a_table_state_the_rule(tmp_path: Path) -> None:
    session = curved(tmp_path)
    table = curves.table(session)
    rows = {(row[0], row[1]): dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows["over", "test"]["over-fits from"] == 6 and rows["over", "train"]["over-fits from"] is None
    assert rows["over", "test"]["lowest loss"] == 0.5 and rows["good", "test"]["Pareto front"] == "yes"
    text = as_text(table)
    assert "validation loss stands more than 5 % above its lowest" in text and "Picking the best" in text
    assert {row[0] for row in curves.table(session, Options(top=1)).rows} == {"good"}


def test_without_costs_there_is_no_front(tmp_path: Path) -> None:
    found = curves.data(three_runs(tmp_path))
    assert found["pareto"] == [] and found["pareto_cost"] is None


@pytest.mark.row("V2", "V16")
def test_the_report_of_runs_has_groups_and_disagreement(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"cnn": [COUNTS], "odd": [COUNTS.T]}, {"cnn": NAMES, "odd": NAMES}, hierarchy=TREE)
    found = json.loads(render(session, "runs", "json"))["data"]
    cars = next(each for each in found["groups"] if each["group"] == ["cars"])
    assert cars["accuracy"]["cnn"] == pytest.approx(18 / 25)
    assert cars["range"] == pytest.approx(max(cars["accuracy"].values()) - min(cars["accuracy"].values()))
    ranges = [each["range"] for each in found["disagreement"] if each["range"] is not None]
    assert ranges == sorted(ranges, reverse=True) and len(ranges) >= 5
    assert len(runs.data(session, Options(top=2))["disagreement"]) == 2
    assert "seeds" not in found and "groups" not in runs.data(three_runs(tmp_path / "plain"))


def test_the_report_of_runs_has_seed_groups(tmp_path: Path) -> None:
    found = {each["name"]: each for each in runs.data(seeded(tmp_path))["seeds"]}
    assert found["cnn"]["runs"] == ["cnn-seed0", "cnn-seed1", "cnn-seed2"]
    assert found["cnn"]["mean"] == pytest.approx(0.9) and found["cnn"]["sd"] == pytest.approx(2 / 120)
