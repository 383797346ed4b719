"""Explanation methods over a whole split as text and JSON, and from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clftui.app.export import view_of
from clftui.cli import program
from clftui.data.catalog import open_catalog
from clftui.state.features_settings import FeaturesVariant
from clftui.state.features_view import open_variant
from clftui.state.session import open_session
from tests.builders import write_collection
from tests.method_runs import write_methods


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_methods(tmp_path_factory.mktemp("methods"))


def report(root: Path, form: str, *words: str) -> str:
    command = ["report", str(root), "--run", "run0", "--view", "explanations", "--task", "methods", "--format", form]
    result = CliRunner().invoke(program(), [*command, *words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.row("V18", "V21")
def test_json_has_numbers_intervals_checks_and_advice(root: Path) -> None:
    found = json.loads(report(root, "json"))["data"]
    assert found["task"] == "methods" and found["threshold"] == 0.5
    by = {(each["run"], each["method"]): each for each in found["methods"]}
    good, thin = by["run0", "good"], by["run0", "thin"]
    area = good["correctness"]
    assert area["says"] == "goes with correctness" and 0 < area["low"] < area["difference"] < area["high"]
    assert area["auc_low"] <= area["auc"] <= area["auc_high"]
    assert area["n_right"] + area["n_wrong"] == good["maps"] == 80
    assert {each["says"] for each in area["classes"]} == {"goes with correctness"}
    assert thin["empty"]["value"] == 0.1 and thin["make"].endswith("--method thin --random-weights`")
    assert [each["of"] for each in good["checks"]] == ["random weights", "random labels (run2)"]
    assert good["make"] is None
    assert by["run0", "fixed"]["trust"].startswith("barely changes")
    assert good["hit"]["chance"] == pytest.approx(0.25, abs=1e-3) and good["hit"]["low"] > 0.9
    pairs = found["agreement"]
    assert {each["measure"] for each in pairs} == {"L1", "MSE", "SSIM", "hash"} and len(pairs) == 4 * 10
    assert {each["run"]: each["words"] for each in found["advice"]}["run0"].startswith("Recommended: good")


def test_csv_has_a_row_a_method_and_text_says_what_it_means(root: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report(root, "csv", "--threshold", "0.3"))))
    assert [(row["run"], row["method"]) for row in rows][:3] == [("run0", each) for each in ("fixed", "good", "thin")]
    assert float(rows[1]["area"]) > 0 and rows[1]["check"] == "depends on what was learned"
    text = report(root, "text", "--threshold", "0.3", "--top", "2")
    for words in ("area ≥ .30", "Recommended: good", "✗ With random weights: barely changes", "cat: ",
                  "No more alike than chance.", "L1: distance, 0 = alike."):  # fmt: skip
        assert words in text, words


def test_what_the_app_exports_and_nothing_saved(root: Path, tmp_path: Path) -> None:
    session = open_variant(open_session(open_catalog([root])), FeaturesVariant.METHODS)
    assert view_of(session) == "explanations"
    folder = str(write_collection(tmp_path))
    words = ["report", folder, "--view", "explanations", "--task", "methods"]
    result = CliRunner().invoke(program(), words)
    assert result.exit_code == 2 and "clftui explain" in result.output
