"""What to collect: reasons, evidence, and what the other runs say."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.report import Options, collect, render
from clftui.state.collect_list import collect_list
from clftui.state.filters import Expression
from clftui.state.moves import select
from clftui.state.session import Session
from tests.rankings import TRUE, ranking_of, three_runs, write_labels, write_table, wrong_in


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return three_runs(tmp_path)


@pytest.mark.row("P17")
def test_the_weakest_class_comes_with_reasons_and_samples(session: Session, tmp_path: Path) -> None:
    needs = collect_list(session)
    first = needs[0]
    assert first.suggestion.name == "bee" and first.suggestion.recall == pytest.approx(24 / 40)
    assert first.others == "good has 97.5 %, beyond chance: compare the two runs before collecting"
    assert first.confused_with[0] == ("cow", 16, 0.4)
    assert [e.id for e in first.evidence] == [f"s{row}" for row in range(40, 56)]
    assert first.evidence[0].predicted == "cow" and first.evidence[0].path == str(tmp_path / "samples/img/40.png")


@pytest.mark.row("P17")
def test_what_the_other_runs_do_in_the_class_is_told(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    for name, wrong in (("a", 20), ("b", 22), ("c", 38)):
        write_labels(tmp_path / name, [(TRUE, wrong_in(TRUE, {0: wrong}))])
    session = ranking_of(tmp_path)
    told = {name: collect_list(select(session, run=name))[0].others for name in "abc"}
    assert told["a"] == "no other run does better here: more data is a likelier remedy than another of these models"
    assert told["b"] == "a has 50.0 %, no more than chance may give: no run clearly does better here"
    assert told["c"] == "a has 50.0 %, beyond chance: compare the two runs before collecting"


def test_filters_narrow_the_evidence(session: Session) -> None:
    filtered = replace(session, filters=(Expression("id != 's40'"),))
    first = collect_list(filtered)[0]
    assert first.suggestion.support == 39 and first.evidence[0].id == "s41"


def test_without_a_sample_table_row_numbers_are_the_evidence(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {1: 20}))], samples=False)
    first = collect_list(ranking_of(tmp_path))[0]
    assert first.evidence[0].id == "40" and first.evidence[0].path is None and first.others == ""


@pytest.mark.row("P17")
@pytest.mark.parametrize("ending", ["md", "json", "csv"])
def test_the_export_names_class_reason_and_samples(session: Session, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"collect.{ending}"
    assert collect.write_collect(session, path) == f"Suggestions written to {path}"
    text = path.read_text("utf-8")
    assert "bee" in text and "s40" in text
    if ending == "json":
        assert json.loads(text)["data"]["suggestions"][0]["evidence"][0]["id"] == "s40"
    if ending == "csv":
        assert next(csv.DictReader(text.splitlines()))["class"] == "bee"


def test_the_export_never_overwrites_and_says_what_it_cannot_do(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "kept.md"
    path.write_text("mine", "utf-8")
    assert collect.write_collect(session, path) == f"{path} exists already; choose another name."
    assert path.read_text("utf-8") == "mine"
    assert collect.write_collect(session, tmp_path / "a.png") == "End the name in .md .json or .csv."
    assert "cannot be written" in collect.write_collect(session, tmp_path / "missing" / "a.md")


def test_the_report_is_limited_to_top_classes(session: Session) -> None:
    found = json.loads(render(session, "collect", "json", Options(top=1)))["data"]
    assert found["run"] == "best" and len(found["suggestions"]) == 1
    assert "Seen on an evaluation split alone" in render(session, "collect", "text")


def test_a_perfect_run_needs_nothing(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0] * 400 + [1] * 400, [0] * 400 + [1] * 400)], ("ant", "bee"), samples=False)
    session = ranking_of(tmp_path)
    assert collect_list(session) == ()
    assert "No class gives a reason" in collect.as_document(session)
