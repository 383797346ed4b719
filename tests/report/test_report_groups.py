"""Groups and the hierarchy without a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clftui.analysis.hierarchy import parse
from clftui.report import Options, render
from clftui.report import groups as group_report
from clftui.report import hierarchy as tree_report
from clftui.state.session import Session
from tests.groups import COUNTS, NAMES, ORDERED, PATHS, TREE, grouped
from tests.matrices import session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


def data(session: Session, view: str) -> Any:
    return json.loads(render(session, view, "json"))["data"]


@pytest.mark.row("B3", "B32")
def test_groups_as_data(session: Session) -> None:
    found = data(session, "groups")["groups"]
    assert [group["name"] for group in found] == [path[-1] for path in PATHS]
    assert found[1] == {
        "name": "pets",
        "classes": ["cat", "dog"],
        "precision": pytest.approx(26 / 28),
        "recall": pytest.approx(26 / 29),
        "f1": pytest.approx(52 / 57),
    }
    worst = group_report.data(session, Options(top=2))["groups"]
    assert [group["name"] for group in worst] == ["pets", "birds"]


@pytest.mark.row("B32")
def test_the_hierarchy_as_data_is_a_hierarchy_file(session: Session) -> None:
    found = data(session, "hierarchy")
    again = parse(found["hierarchy"], NAMES)
    assert [NAMES[i] for i in again.order] == ORDERED and found["hierarchy"]["name"] == TREE["name"]
    assert found["hierarchy"]["children"][0]["children"][0]["recall"] == pytest.approx(26 / 29)
    # Nothing is truly an oak.
    assert found["hierarchy"]["children"][2] == {"name": "oak", "precision": 0.0, "recall": None, "f1": 0.0}


@pytest.mark.row("B32")
def test_levels_label_every_class(session: Session) -> None:
    outer, inner = data(session, "hierarchy")["levels"]
    assert list(outer) == list(NAMES)
    assert outer["cat"] == ["animals"] and inner["cat"] == ["animals", "pets"]
    assert inner["van"] == ["cars"] and inner["oak"] == []


def test_codes_keep_their_words_in_the_hierarchy(tmp_path: Path) -> None:
    nested = {"name": "", "children": [{"name": "g", "children": [{"name": "n1", "label": "tench"}, "n2"]}, "n3"]}
    session = session_on(tmp_path, {"cnn": [COUNTS[:3, :3]]}, {"cnn": ("n1", "n2", "n3")}, hierarchy=nested)
    leaf = data(session, "hierarchy")["hierarchy"]["children"][0]["children"][0]
    assert (leaf["name"], leaf["label"]) == ("n1", "tench")
    assert "  n1 tench" in render(session, "hierarchy", "text")


def test_the_tree_as_text_is_indented(session: Session) -> None:
    lines = render(session, "hierarchy", "text").splitlines()
    assert lines[0] == "Class hierarchy of cnn, test"
    named = [line.split("  ", 1)[0] if not line.startswith(" ") else line.rstrip()[:10].rstrip() for line in lines[3:7]]
    assert named == ["animals", "  pets", "    cat", "    dog"]
    assert all("–" in line for line in lines if line.startswith("oak"))
    assert len(tree_report.table(session, Options(top=1)).rows) == 3


def test_long_paths_show_their_end(tmp_path: Path) -> None:
    nested: dict[str, Any] = {"name": "d", "children": ["cat", "dog"]}
    for name in "cba":
        nested = {"name": name, "children": [nested, {"name": f"other {name}", "children": [f"{name}-class"]}]}
    names = ("cat", "dog", "a-class", "b-class", "c-class", "oak", "van")
    whole = {"name": "", "children": [nested]}
    session = session_on(tmp_path, {"cnn": [COUNTS]}, {"cnn": names}, hierarchy=whole)
    shown = [row[0] for row in group_report.table(session).rows]
    assert "… › c › d" in shown and "a › b › c" in shown


@pytest.mark.parametrize("form", ["text", "md", "csv", "json"])
@pytest.mark.parametrize("view", ["groups", "hierarchy"])
def test_without_a_hierarchy_a_sentence_says_so(tmp_path: Path, view: str, form: str) -> None:
    session = session_on(tmp_path, {"cnn": [COUNTS]}, {"cnn": NAMES})
    text = render(session, view, form)
    if form == "json":
        assert data(session, view) in ({"groups": []}, {"hierarchy": None, "levels": []})
    elif form != "csv":
        assert "There is no class hierarchy" in text
    nothing = replace(session, selection=replace(session.selection, split="gone"))
    assert "gone" in render(nothing, view, "text")


def test_what_was_assumed_about_the_file_is_a_note(tmp_path: Path, session: Session) -> None:
    from clftui.data.catalog import open_catalog
    from clftui.state.session import open_session

    table = tmp_path / "tree.tsv"
    table.write_text("cat\tpets\ndog\tpets\nbus\tcars\n")
    opened = open_session(open_catalog([session.catalog.root], hierarchy=table))
    assert "The first column is read as the class" in render(opened, "groups", "md")
