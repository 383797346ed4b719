"""One sample without a screen: the numbers against the files themselves, in every format, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from clftui.analysis.saliency import Measure, area_above, compare
from clftui.cli import program
from clftui.data.catalog import open_catalog
from clftui.report import render
from clftui.report.sample_detail import COLUMNS, data, table
from clftui.schema import FormatError
from clftui.state.moves import select
from clftui.state.sample_tags import Tag, give
from clftui.state.session import Session, open_session
from tests.builders import write_collection
from tests.explained import blob, write_maps, write_texts

SAMPLE = "0005"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_collection(tmp_path / "runs", images=True)
    for run, x in (("run0", 0.3), ("run1", 0.7)):
        write_maps(root / run, "Grad-CAM", np.stack([blob(0.5, x) for _ in range(80)]))
    write_maps(root / "run0", "Rollout", np.stack([blob(0.2, 0.2) for _ in range(80)]))
    return root


def alone(root: Path, name: str = SAMPLE) -> Session:
    return select(open_session(open_catalog([root]), run="run0"), sample=name, detail=True)


@pytest.mark.row("P12")
def test_answers_and_epochs_are_those_of_the_files(root: Path) -> None:
    session = alone(root)
    found = data(session)["sample"]
    assert (found["id"], found["split"]) == (SAMPLE, "test") and Path(found["path"]).is_file()
    for told in found["runs"]:
        run = next(each for each in session.catalog.runs if each.name == told["run"])
        evaluation = run.evaluation("test", told["epoch"])
        assert evaluation is not None
        [at] = np.flatnonzero(evaluation.sample == 5)
        scores = evaluation.scores(np.asarray([at]))
        assert scores is not None
        best = np.argsort(-scores[0], kind="stable")[:5]
        assert [each["class"] for each in told["top"]] == [run.classes[each] for each in best]
        assert [each["score"] for each in told["top"]] == pytest.approx(scores[0][best].tolist())
        own = float(scores[0][evaluation.true[at]])
        assert told["lead"] == pytest.approx(float(scores[0].max()) - own)
        assert told["loss"] == pytest.approx(-np.log(own), rel=1e-5) and told["true_score"] == pytest.approx(own)
        wrong = 0
        for line in told["epochs"]:
            each = run.evaluation("test", line["epoch"])
            assert each is not None and line["predicted"] == run.classes[each.predicted[at]]
            assert line["right"] == bool(each.predicted[at] == each.true[at])
            wrong += not line["right"]
        assert [line["epoch"] for line in told["epochs"]] == list(run.epochs("test")) and told["times_wrong"] == wrong


@pytest.mark.row("V10", "O10")
def test_saliency_is_told_in_numbers_by_run_and_method(root: Path) -> None:
    found = data(alone(root))["sample"]
    mine = [blob(*at).astype(np.float16) for at in ((0.5, 0.3), (0.2, 0.2))]
    areas = {(each["run"], each["method"]): each["area"] for each in found["explanations"]}
    assert areas["run0", "Grad-CAM"] == pytest.approx(area_above(mine[0], 0.5))
    assert set(areas) == {("run0", "Grad-CAM"), ("run0", "Rollout"), ("run1", "Grad-CAM")}
    told = {(each["over"], each["measure"]): each for each in found["likeness"]}
    assert len(told) == len(found["likeness"]) == 2 * len(Measure)
    assert told["runs", "L1"]["names"] == [each["run"] for each in found["runs"] if each["run"] in ("run0", "run1")]
    for measure in Measure:
        expected = compare(mine[0].astype(np.float32), mine[1].astype(np.float32), measure)
        matrix = np.asarray(told["methods", measure.value]["matrix"])
        assert matrix[0, 1] == matrix[1, 0] == pytest.approx(expected, abs=1e-6) and matrix[0, 0] == measure.alike


def test_words_tags_and_the_same_file_elsewhere(root: Path) -> None:
    document = {"sample": 5, "epoch": 3, "target": 0, "sentences": [{"weight": 0.5, "words": [["a", 0.1], ["b", 0.9]]}]}
    write_texts(root / "run1", "attention", [document])
    session = alone(root)
    give(session.catalog, "test", [(SAMPLE, Tag.MISLABELLED, "dog")])
    found = table(session)
    assert ("word", "attention: b", 0.9, "sentence 1") in [(row[0], row[2], row[4], row[5]) for row in found.rows]
    assert any(note.startswith("tagged mislabelled, rather dog, by ") for note in found.notes)
    assert data(session)["sample"]["tag"]["proposed"] == "dog"
    own = data(session)["sample"]["path"]
    (root / "images" / "0009.png").write_bytes(Path(own).read_bytes())
    near = data(alone(root))["sample"]["nearest"]
    assert [(each["id"], each["same"], each["leak"]) for each in near] == [("0009", True, False)]


def test_every_format_is_printed_by_the_command_line(root: Path) -> None:
    def printed(*more: str) -> str:
        result = CliRunner().invoke(program(), ["report", str(root), "--view", "samples", "--sample", SAMPLE, *more])
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    assert json.loads(printed("--format", "json"))["data"]["sample"]["id"] == SAMPLE
    rows = list(csv.reader(io.StringIO(printed("--format", "csv"))))
    assert tuple(rows[0]) == COLUMNS and {row[0] for row in rows} >= {"answer", "best", "number", "epoch", "saliency"}
    assert f"#{SAMPLE} of test" in printed() and "| answer | A run" in printed("--format", "md")
    assert SAMPLE in printed("--format", "svg", "--size", "100x30")


def test_what_is_not_there_is_refused_in_a_sentence(root: Path) -> None:
    with pytest.raises(FormatError, match=r"has no sample nowhere; --part all lists"):
        render(alone(root, "nowhere"), "samples", "json")
    result = CliRunner().invoke(program(), ["report", str(root), "--view", "runs", "--sample", SAMPLE])
    assert result.exit_code == 2 and "runs shows none" in result.stderr
