"""`clftui probe`, `report --view advice` and `export --what groups` on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clftui.cli import program
from clftui.state import map_tasks
from clftui.state.later import Later
from tests.layered import at_once, write_layers


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(map_tasks, "SLOW", Later())
    at_once(monkeypatch)
    return write_layers(tmp_path / "runs")


def run(*words: object) -> Result:
    return CliRunner().invoke(program(), [str(word) for word in words])


@pytest.mark.row("B31")
def test_probe_writes_what_is_not_there(root: Path) -> None:
    first = run("probe", root, "--layer", "late")
    assert first.exit_code == 0, first.output
    assert "net@late: accuracy 100.0 %, 5-fold cross-validated on test; 128 samples a fit; written" in first.output
    assert (root / "net@late").is_dir() and not (root / "net@early").exists()
    again = run("probe", root, "--run", "net")
    assert again.exit_code == 0 and "net@late: written already" in again.output
    assert "there already" in again.output and (root / "net@early").is_dir()


def test_probe_refuses_in_a_sentence(root: Path, tmp_path: Path) -> None:
    wrong = run("probe", root, "--layer", "later")
    assert wrong.exit_code == 2 and "no layer later; recorded are early, late" in wrong.output
    means = run("probe", write_layers(tmp_path / "means", values=False))
    assert means.exit_code == 2 and "early: left out, class means alone were recorded" in means.output
    missing = run("probe", tmp_path / "nothing")
    assert missing.exit_code == 2 and "does not exist" in missing.output


@pytest.mark.row("B32")
def test_advice_as_a_report(root: Path) -> None:
    told = json.loads(run("report", root, "--view", "advice", "--format", "json").stdout)["data"]
    assert told["accuracy"] == 0.875 and told["samples"] == 160
    best = told["merges"][0]
    assert (best["kind"], best["classes"], best["spec"]) == ("group", ["cat", "dog"], "cat = dog")
    assert best["within"] == 20 and best["gain"] == 0.125 and 0 < best["loss"] < best["entropy_loss"] == 0.5
    assert [step["classes"] for step in told["path"]] == [["cat", "dog"]]
    assert told["path"][0]["accuracy"] == 1.0 and told["path"][0]["classes_left"] == 3
    assert told["splits"]["layer"] == "late" and told["splits"]["looked_at"] == 4
    text = run("report", root, "--view", "advice", "--cell", "crow->owl").stdout
    assert (
        text.splitlines()[3].split()[:4] == ["crow", "=", "owl", "cell"] and "1. cat = dog: accuracy 100.00 %" in text
    )


@pytest.mark.row("B32")
def test_groups_as_label_maps(root: Path, tmp_path: Path) -> None:
    told = json.loads(run("export", root, "--what", "groups", "--merged", "cat = dog").stdout)
    assert told["classes"] == ["cat", "dog", "crow", "owl"]
    assert told["levels"] == [
        {"groups": ["fur", "wings"], "label": [0, 0, 1, 1]},
        {"groups": ["cat", "dog", "crow", "owl"], "label": [0, 1, 2, 3]},
    ]
    assert told["merged"] == {"groups": ["cat = dog", "crow", "owl"], "label": [0, 0, 1, 2]}
    file = tmp_path / "groups.csv"
    assert run("export", root, "--what", "groups", "-o", file).exit_code == 0
    rows = list(csv.reader(file.read_text().splitlines()))
    assert rows[0] == ["index", "class", "level_1", "level_1_name"] and rows[3] == ["2", "crow", "1", "wings"]
    tree = tmp_path / "other.json"
    tree.write_text(json.dumps({"children": [{"name": "a", "children": ["cat", "owl"]}, "dog", "crow"]}))
    other = json.loads(run("export", root, "--what", "groups", "--hierarchy", tree).stdout)
    assert other["levels"][0] == {"groups": ["a", "dog", "crow"], "label": [0, 1, 2, 0]}
    assert other["levels"][-1]["label"] == [0, 1, 2, 3]


def test_groups_refuse_in_a_sentence(root: Path) -> None:
    for merged, why in (("cat = lion", "no class lion"), ("T = 2", "classes that are to be one")):
        wrong = run("export", root, "--what", "groups", "--merged", merged)
        assert wrong.exit_code == 2 and why in wrong.output
    (root / "hierarchy.json").unlink()
    none = run("export", root, "--what", "groups")
    assert none.exit_code == 2 and "hierarchy is missing" in none.output
    assert (
        json.loads(run("export", root, "--what", "groups", "--merged", "cat = dog").stdout)["merged"]["label"][1] == 0
    )
