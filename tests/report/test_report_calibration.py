"""Calibration without a screen, what is supposed on the command line, and that reports say so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.cli import main
from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.state.selection import Selection
from clftui.state.session import Session, open_session
from tests.builders import write_collection, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "animals")]))


def told(session: Session, top: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(session, "calibration", "json", Options(top=top)))
    return found


def test_data_are_those_of_scikit_learn(session: Session) -> None:
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

    data = told(session)["data"]
    evaluation = session.evaluation()
    assert evaluation is not None
    p = evaluation.scores(np.arange(evaluation.n))
    assert p is not None
    true, confidence = evaluation.true, evaluation.confidence()
    correct = true == evaluation.predicted
    shares, means = calibration_curve(correct, confidence, n_bins=15)
    held = [each for each in data["bins"] if each["n"]]
    assert [each["accuracy"] for each in held] == pytest.approx(shares.tolist())
    assert [each["confidence"] for each in held] == pytest.approx(means.tolist(), abs=1e-6)
    assert all(each["ci_low"] <= each["accuracy"] <= each["ci_high"] for each in held)
    assert len(data["bins"]) == 15 and sum(each["n"] for each in held) == data["n"] == 80
    assert data["nll"] == pytest.approx(log_loss(true, p / p.sum(axis=1, keepdims=True)), rel=1e-3)
    assert data["brier"] == pytest.approx(float(np.sum((p - np.eye(4)[true]) ** 2, axis=1).mean()), abs=1e-6)
    weights = np.array([each["n"] for each in held]) / 80
    assert data["ece"] == pytest.approx(float(np.dot(weights, np.abs(shares - means))), abs=1e-6)
    cls = evaluation.classes.index(data["thresholds"]["class"])
    assert data["thresholds"]["roc_auc"] == pytest.approx(roc_auc_score(true == cls, p[:, cls]))
    assert data["thresholds"]["average_precision"] == pytest.approx(average_precision_score(true == cls, p[:, cls]))


def test_runs_have_their_errors_by_epoch_and_classes_come_worst_first(session: Session) -> None:
    data = told(session, top=3)["data"]
    assert [each["letter"] for each in data["runs"]] == ["A", "B", "C"]
    assert all(each["epochs"] == [1, 2, 3] and len(each["ece_by_epoch"]) == 3 for each in data["runs"])
    assert data["runs"][0]["ece_by_epoch"][-1] == pytest.approx(data["runs"][0]["ece"])
    errors = [each["ece"] for each in data["classes"]]
    assert len(errors) == 3 and errors == sorted(errors, reverse=True)
    assert data["temperature"]["fitted_on"] == data["temperature"]["tested_on"] == 40


def test_text_has_bins_classes_and_sentences(session: Session) -> None:
    text = render(session, "calibration", "text")
    assert text.startswith("Calibration of run2, test\n")
    assert "\nall " in text and "\npredicted cat " in text and "\nconfidence 0.9" in text
    assert "Temperature " in text and "against the rest: average precision" in text


def test_a_run_without_scores_says_why(tmp_path: Path) -> None:
    bare = open_session(open_catalog([write_run(tmp_path / "bare", scores=False)]))
    assert told(bare)["data"] == {"why": "bare logged no scores on test: nothing says how sure it is."}
    assert "nothing says how sure it is" in render(bare, "calibration", "md")
    nothing = replace(bare, selection=Selection(split="nowhere", run="bare"))
    assert told(nothing)["data"] == {"why": "This run has nothing on this split."}


def test_a_broken_file_of_another_run_takes_nothing_from_the_focused_one(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=2)
    broken = root / "run1" / "epochs" / "00003" / "test.npz"
    broken.write_bytes(broken.read_bytes()[:50])
    session = open_session(open_catalog([root]), run="run0")
    runs = {each["run"]: each for each in json.loads(render(session, "calibration", "json"))["data"]["runs"]}
    assert runs["run0"]["ece"] >= 0 and "not a complete npz" in runs["run1"]["why"]
    assert "not a complete npz" in render(session, "calibration", "text")


def test_the_command_line_supposes_and_every_report_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_collection(tmp_path / "animals")

    def report(*options: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["clftui", "report", str(root), *options])
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        return int(end.value.code or 0), shown.out + shown.err

    status, plain = report("--view", "matrix", "--format", "json", "--dense")
    status, text = report("--view", "matrix", "--format", "json", "--dense", "--what-if", "cat >= .999; dog = fox")
    assert status == 0
    found = json.loads(text)
    assert found["filters"] == ["what if cat needs .999, dog = fox"]
    before, after = (np.array(json.loads(each)["data"]["counts"]) for each in (plain, text))
    assert after[:, 0].sum() < before[:, 0].sum() and after[1, 2] == after[2, 1] == 0
    status, text = report("--view", "runs", "--what-if", "cat * 3")
    assert "runs of animals, test, what if\n" in text
    assert "What if cat costs 3 ×: answers of run2 are supposed." in text
    status, text = report("--view", "runs", "--what-if", "yak * 3")
    assert status == 2 and "--what-if: run2 has no class yak" in text
