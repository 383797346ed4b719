"""Explanations of many samples as text, JSON and CSV, and from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clftui.analysis.saliency import area_above
from clftui.cli import program
from clftui.data import explanations
from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.state.explained_settings import Column, Of
from clftui.state.explained_view import asked
from clftui.state.filters import FilterError
from clftui.state.session import Session, open_session
from tests.builders import write_collection
from tests.explained import write_texts
from tests.explained_runs import EMPTY, maps, write_explained


def session_of(root: Path, **chosen: object) -> Session:
    session = open_session(open_catalog([root]), run="run0")
    given: dict[str, object] = {"task": None, "method": None, "threshold": None, "sort": None, "listed": False}
    return asked(session, **(given | chosen))  # type: ignore[arg-type]


@pytest.mark.row("V14", "V15")
def test_json_has_every_explained_sample_with_its_numbers(tmp_path: Path) -> None:
    root = write_explained(tmp_path)
    session = session_of(root, sort="name", threshold=0.3)
    found = json.loads(render(session, "explanations", "json"))["data"]
    assert (found["task"], found["method"], found["aim"]) == ("samples", "Grad-CAM", "predicted")
    assert found["threshold"] == 0.3 and found["samples"] == 80
    assert [row["id"] for row in found["rows"]] == [f"{row:04d}" for row in range(80)]
    fifth, empty, last = found["rows"][5], found["rows"][EMPTY], found["rows"][70]
    assert fifth["area"] == pytest.approx(area_above(maps(80, 0.3)[5].astype("float16"), 0.3))
    assert len(fifth["colours"]["own"]) == 3 and 0 <= fifth["colours"]["distance"] <= 1 and fifth["similarity"] > 0
    assert empty["empty"] and empty["area"] == 0 and empty["colours"] is None and empty["similarity"] is None
    assert last["similarity"] is None, "one run explains it"


@pytest.mark.row("V14")
def test_the_command_line_names_task_sample_method_order_and_how_many(tmp_path: Path) -> None:
    root = str(write_explained(tmp_path))
    run = CliRunner().invoke

    def rows(*words: str) -> list[dict[str, str]]:
        result = run(program(), ["report", root, "--run", "run0", "--view", "explanations", "--format", "csv", *words])
        assert result.exit_code == 0, result.output
        return list(csv.DictReader(io.StringIO(result.stdout)))

    assert {row["name"] for row in rows("--sample", "0007")} == {"0007"}
    assert [row["run"] for row in rows("--sample", "0007", "--sort", "name")] == ["run0", "run1", "run2"]
    assert len(rows("--task", "classes")) == 8
    best = rows("--sort", "area", "--top", "3", "--method", "Grad-CAM", "--threshold", "0.7")
    areas = [float(row["area"]) for row in best]
    assert len(best) == 3 and areas == sorted(areas, reverse=True)
    assert all(row["true"] != row["predicted"] for row in rows("--part", "wrong"))
    assert {(row["true"], row["predicted"]) for row in rows("--cell", "cat->dog")} <= {("cat", "dog")}
    for words, said in ((("--method", "nope"), "no run has saved nope"), (("--sort", "loss"), "no order by loss")):
        result = run(program(), ["report", root, "--view", "explanations", *words])
        assert result.exit_code == 2 and said in result.output


def test_texts_have_their_words_and_no_maps_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)
    root = write_collection(tmp_path)
    with pytest.raises(FilterError, match="clftui explain"):
        render(session_of(root), "explanations", "text")
    document = {"sample": 3, "target": 0, "sentences": [{"words": [["good", 0.8], ["bad", -0.9], ["so", 0.1]]}]}
    write_texts(root / "run0", "attention", [document])
    session = session_of(root)
    text = render(session, "explanations", "text", Options(top=1))
    assert "bad −0.90, good 0.80, so 0.10" in text and "area" not in text
    explained = session.features.explained
    assert explained.of is Of.ALL and explained.sort is Column.CONFIDENCE
