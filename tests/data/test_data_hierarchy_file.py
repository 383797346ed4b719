"""Where a collection's hierarchy is found, and the one that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.opening import LaunchError, make_session
from clftui.state.settings import ClassOrder
from tests.builders import write_run

NESTED = {"name": "json", "children": [{"name": "pets", "children": ["cat", "dog"]}, "fox", "owl"]}


@pytest.mark.row("B7")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hierarchy.json", json.dumps(NESTED)),
        ("hierarchy.csv", "class,parent\ncat,pets\ndog,pets\nfox,wild\nowl,wild\n"),
        ("hierarchy.tsv", "cat\tpets\ndog\tpets\n"),
        ("hierarchy.txt", "animal/pets/cat\nanimal/pets/dog\n"),
    ],
)
def test_it_lies_in_the_folder(tmp_path: Path, name: str, text: str) -> None:
    write_run(tmp_path / "run", epochs=1)
    assert open_catalog([tmp_path]).hierarchy is None
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = open_catalog([tmp_path])
    assert found.hierarchy is not None and found.hierarchy_path == tmp_path / name
    assert found.hierarchy_problem is None and "pets" in json.dumps(found.hierarchy)


def test_json_is_taken_before_tables(tmp_path: Path) -> None:
    write_run(tmp_path / "run", epochs=1)
    (tmp_path / "hierarchy.csv").write_text("cat,table\ndog,table\n", encoding="utf-8")
    (tmp_path / "hierarchy.json").write_text(json.dumps(NESTED), encoding="utf-8")
    assert open_catalog([tmp_path]).hierarchy == NESTED


def options(root: Path, hierarchy: Path | None) -> dict[str, object]:
    names = ("run", "split", "epoch", "metric", "images")
    return {"paths": (root,), "filters": (), "hierarchy": hierarchy, **dict.fromkeys(names)}


@pytest.mark.row("B7")
def test_the_one_that_is_asked_for_comes_first_and_stays(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "run", epochs=1)
    (tmp_path / "runs" / "hierarchy.json").write_text(json.dumps(NESTED), encoding="utf-8")
    table = tmp_path / "other.tsv"
    table.write_text("cat\tcats\ndog\tdogs\n", encoding="utf-8")
    session = make_session(options(tmp_path / "runs", table))
    assert session.catalog.hierarchy_path == table and session.matrix.order is ClassOrder.HIERARCHY
    assert session.catalog.hierarchy_notes == ("The first column is read as the class, the second as its parent.",)
    write_run(tmp_path / "runs" / "later", epochs=1)
    newer = open_catalog([tmp_path / "runs"], previous=session.catalog)
    assert len(newer.runs) == 2 and newer.hierarchy_path == table
    assert open_catalog([tmp_path / "runs"], previous=newer) is newer
    other = open_catalog([tmp_path / "runs"], previous=newer, hierarchy=tmp_path / "runs" / "hierarchy.json")
    assert other is not newer and other.hierarchy == NESTED


def test_one_that_cannot_be_read_is_refused_at_the_start(tmp_path: Path) -> None:
    write_run(tmp_path / "run", epochs=1)
    bad = tmp_path / "bad.json"
    bad.write_text("[1]", encoding="utf-8")
    with pytest.raises(LaunchError, match=r"--hierarchy: .*bad\.json is no hierarchy"):
        make_session(options(tmp_path, bad))
    with pytest.raises(LaunchError, match=r"gone\.json"):
        make_session(options(tmp_path, tmp_path / "gone.json"))


def test_without_groups_the_given_order_stays(tmp_path: Path) -> None:
    write_run(tmp_path / "run", epochs=1)
    assert make_session(options(tmp_path, None)).matrix.order is ClassOrder.GIVEN
