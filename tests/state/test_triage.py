"""Tags on pairs: appended, taken back, read again, kept apart where the runs' folder cannot be written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.state import journal
from clftui.state.triage import Reason, journals, pair_reasons, tag_pair
from clftui.storage import append_lines
from tests.builders import write_collection


@pytest.mark.row("B33")
def test_tags_are_appended_and_the_last_one_counts(tmp_path: Path) -> None:
    catalog = open_catalog([write_collection(tmp_path / "animals", runs=1)])
    assert pair_reasons(catalog) == {}
    path = tag_pair(catalog, "cat", "dog", Reason.PART_OF)
    assert path == tmp_path / "animals" / "triage.jsonl"
    tag_pair(catalog, "cat", "dog", Reason.REDUNDANT)
    tag_pair(catalog, "dog", "cat", Reason.ABSTRACT)
    assert pair_reasons(catalog) == {("cat", "dog"): Reason.REDUNDANT, ("dog", "cat"): Reason.ABSTRACT}
    tag_pair(catalog, "cat", "dog", None)
    assert pair_reasons(catalog) == {("dog", "cat"): Reason.ABSTRACT}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["reason"] for line in lines] == ["part of", "redundant", "abstract", None]
    assert {tuple(line) for line in lines} == {("kind", "true", "predicted", "reason", "time", "by")}
    assert pair_reasons(open_catalog([tmp_path / "animals"])) == {("dog", "cat"): Reason.ABSTRACT}


def test_lines_of_others_and_damage_are_passed_over(tmp_path: Path) -> None:
    catalog = open_catalog([write_collection(tmp_path / "animals", runs=1)])
    tag_pair(catalog, "cat", "dog", Reason.AMBIGUOUS)
    with (tmp_path / "animals" / "triage.jsonl").open("a") as file:
        file.write('{"kind": "sample", "id": "7", "tag": "mislabelled"}\n[3]\n{"kind": "pair", "true": 1}\n')
        file.write('{"kind": "pair", "true": "cat", "predicted": "owl", "reason": "bored", "time": "9"}\n{"kind": "pa')
    assert pair_reasons(catalog) == {("cat", "dog"): Reason.AMBIGUOUS}
    tag_pair(catalog, "fox", "owl", Reason.SUBCLASS)
    assert pair_reasons(catalog)["fox", "owl"] is Reason.SUBCLASS


def test_a_folder_that_cannot_be_written_sends_tags_to_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = open_catalog([write_collection(tmp_path / "animals", runs=1)])
    beside, apart = journals(catalog)

    def refuse(path: Path, lines: list[bytes], *, sync: bool = False) -> None:
        if path == beside:
            raise PermissionError(13, "Permission denied")
        append_lines(path, lines, sync=sync)

    monkeypatch.setattr(journal, "append_lines", refuse)
    assert tag_pair(catalog, "cat", "dog", Reason.SUBCLASS) == apart
    assert apart.is_relative_to(tmp_path / "state") and not beside.exists()
    assert pair_reasons(catalog) == {("cat", "dog"): Reason.SUBCLASS}


def test_sample_runs_that_came_along_stay_as_they_are(tmp_path: Path) -> None:
    root = bundled_folder("sample_runs") / "digits"
    catalog = replace(open_catalog([write_collection(tmp_path / "animals", runs=1)]), root=root)
    assert tag_pair(catalog, "3", "5", Reason.AMBIGUOUS) == journals(catalog)[1]
    assert not (root / "triage.jsonl").exists()


def test_two_collections_of_one_name_do_not_share_tags(tmp_path: Path) -> None:
    one = open_catalog([write_collection(tmp_path / "a" / "runs", runs=1)])
    two = open_catalog([write_collection(tmp_path / "b" / "runs", runs=1)])
    assert journals(one)[1] != journals(two)[1]
