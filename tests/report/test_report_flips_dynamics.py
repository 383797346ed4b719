"""Flips and learning dynamics without a screen: the documented JSON, tables, and sentences where there is nothing."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from clftui.cli import program
from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.state.moves import select
from clftui.state.session import Session, open_session
from clftui.state.versus import parse_versus
from tests.answers import write_answers, write_table

TRUE = "aaaabbbbcccc"
EPOCHS = ("aabbbbbbaacc", "abbcbaabaacc")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_table(tmp_path / "runs" / "samples" / "test.csv", [f"s{row}" for row in range(12)])
    write_answers(tmp_path / "runs" / "one", TRUE, EPOCHS)
    write_answers(tmp_path / "runs" / "two", TRUE, [TRUE])
    return tmp_path / "runs"


@pytest.fixture
def session(root: Path) -> Session:
    return open_session(open_catalog([root]), run="one")


def data(session: Session, view: str, options: Options | None = None) -> dict[str, Any]:
    found = json.loads(render(session, view, "json", options))["data"]
    assert isinstance(found, dict)
    return found


def test_flips_as_json(session: Session) -> None:
    found = data(session, "flips")
    assert (found["from"], found["to"]) == ("epoch 1", "epoch 2")
    assert [each["name"] for each in found["classes"]] == ["b", "a", "c"]
    b = found["classes"][0]
    assert b == {
        "name": "b", "n": 4, "newly_wrong": 2, "newly_right": 0, "both_wrong_differently": 0, "both_wrong_same": 0,
        "both_right": 2, "p": 0.5, "q": pytest.approx(1.0),
    }  # fmt: skip
    assert found["total"]["newly_wrong"] == 3 and found["total"]["q"] is None
    assert {tuple(each["right"]): each["count"] for each in found["patterns"]} == {("two",): 7, ("two", "one"): 5}
    assert found["wrong_in"] == [
        {"runs": 0, "exactly": 5, "at_least": 12},
        {"runs": 1, "exactly": 7, "at_least": 7},
        {"runs": 2, "exactly": 0, "at_least": 0},
    ]
    assert len(data(session, "flips", Options(top=1))["classes"]) == 1


def test_flips_against_a_run_as_a_table(session: Session) -> None:
    against = replace(session, versus=parse_versus("run:two"))
    text = render(against, "flips", "text")
    assert text.startswith("Flips of one against two\n")
    assert "  7: " in text and "A right, B wrong" in text
    rows = list(csv.DictReader(io.StringIO(render(against, "flips", "csv"))))
    assert rows[0]["class"] == "all classes" and rows[0]["newly wrong"] == "7" and rows[0]["q"] == ""


@pytest.mark.row("O7", "O13")
def test_dynamics_as_json(session: Session) -> None:
    found = data(session, "dynamics", Options(dense=True))
    assert set(found) == {"classes", "total", "overfit", "checkpoints", "samples", "epochs"}
    assert found["epochs"] == [1, 2] and found["overfit"] is None
    by_name = {each["name"]: each for each in found["classes"]}
    assert by_name["b"]["recall"] == [1.0, 0.5] and by_name["c"]["best_epoch"] == 1
    assert by_name["b"]["best_epoch"] == 1 and by_name["b"]["n"] == 2 and by_name["b"]["past_best"] is False
    assert {tuple(each["classes"]) for each in found["checkpoints"] if each["epoch"] == 1} != set()
    samples = {each["id"]: each for each in found["samples"]}
    assert len(samples) == 12 and [each["id"] for each in found["samples"]][:3] == ["s1", "s5", "s6"]
    assert samples["s1"] == {
        "id": "s1", "true": "a", "predicted": "b", "first_learned": 1, "forgetting": 1, "times_wrong": 1,
        "classes_visited": 2, "last_flip": 2,
    }  # fmt: skip
    assert samples["s8"]["first_learned"] is None and samples["s8"]["last_flip"] is None
    few = data(session, "dynamics", Options(top=2))
    assert len(few["samples"]) == 2 and len(few["classes"]) == 3 and "epochs" not in few


def test_dynamics_as_text_says_how_the_best_was_chosen(session: Session) -> None:
    text = render(session, "dynamics", "text", Options(top=1))
    assert "chosen on one half" in text
    assert "#s1 a: forgotten 1 time, wrong in 1 of 2, first right in epoch 1, 2 classes predicted" in text
    assert "epoch 1 is the best of" in text


def test_the_command_line(root: Path) -> None:
    def report(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(program(), ["report", str(root), "--run", "one", *words])
        return result.exit_code, result.output

    code, text = report("--view", "flips", "--against", "run:two")
    assert code == 0 and text.startswith("Flips of one against two")
    assert report("--view", "dynamics")[0] == 0
    for words, sentence in (
        (("--view", "flips", "--against", "epoch:9"), "no epoch 9"),
        (("--view", "flips", "--against", "nonsense"), "--against nonsense: write epoch:7"),
        (("--view", "flips", "--epoch", "1"), "nothing to compare"),
        (("--view", "dynamics", "--epoch", "1"), "one epoch"),
    ):
        code, text = report(*words)
        assert code and sentence in text, text


def test_what_has_no_epochs_or_no_samples_is_a_sentence(session: Session) -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        render(select(session, epoch=1), "flips", "text")
    with pytest.raises(ValueError, match="one epoch"):
        render(select(session, run="two"), "dynamics", "text")
