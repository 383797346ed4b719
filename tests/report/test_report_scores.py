"""Stacks and parallel coordinates without a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.report import Options, render
from clftui.state.filters import FilterError
from clftui.state.moves import select
from clftui.state.score_filter import ScoreOf
from clftui.state.session import Session
from tests.builders import CLASSES, write_run
from tests.scored import collection, keep_best, session_of


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return select(collection(tmp_path / "animals"), true="cat", predicted="dog")


@pytest.mark.row("O3", "O7")
def test_counts_quantiles_and_the_surest_mistakes_of_each_class(session: Session) -> None:
    told = json.loads(render(session, "scores", "json", Options(top=2)))
    evaluation = session.evaluation()
    assert evaluation is not None and told["view"] == "scores" and told["data"]["scores"] == "full"
    confidence, wrong = evaluation.confidence(), evaluation.true != evaluation.predicted
    assert [each["class"] for each in told["data"]["classes"]] == list(CLASSES)
    for number, each in enumerate(told["data"]["classes"]):
        mine = evaluation.predicted == number
        assert (each["n"], each["wrong"]) == (int(mine.sum()), int((mine & wrong).sum()))
        for share, value in each["quantiles"].items():
            assert value == pytest.approx(np.quantile(confidence[mine].astype(float), float(share)))
        surest = sorted(confidence[mine & wrong].tolist(), reverse=True)[:2]
        assert [sample["score"] for sample in each["samples"]] == pytest.approx(surest)
        assert each["wrong_often"] <= each["wrong"]
    text = render(session, "scores", "text")
    assert "Scores by predicted class" in text and "wrong in > 1 epoch" in text


@pytest.mark.row("O9", "O12")
def test_axes_brushes_and_lines(session: Session) -> None:
    brushed = replace(session, filters=(ScoreOf("cat", 0.005, 1.0),))
    told = json.loads(render(brushed, "parallel", "json", Options(top=3)))["data"]
    evaluation = session.evaluation()
    assert evaluation is not None
    at = evaluation.positions(0, 1)
    whole = evaluation.scores(at)
    assert whole is not None
    inside = whole[:, 0] >= np.float32(0.005)
    assert (told["samples"], told["n"], told["inside"]) == ("cat → dog", len(at), int(inside.sum()))
    assert told["inside"] > 0
    axes = {each["class"]: each for each in told["axes"]}
    assert axes["cat"]["brush"] == [0.005, 1.0] and axes["dog"]["brush"] is None
    for name, each in axes.items():
        column = whole[:, CLASSES.index(name)]
        assert each["mean"] == pytest.approx(column.mean(), abs=1e-6)
        assert each["low"] <= each["median"] <= each["high"] and each["below"] == 0
        assert any(each["median"] == pytest.approx(value) for value in column.tolist())
    lit = at[inside][np.argsort(-evaluation.confidence(at[inside]), kind="stable")]
    assert [line["id"] for line in told["lines"]] == [f"{row:04d}" for row in evaluation.sample[lit][:3]]
    names = [each["class"] for each in told["axes"]]
    first = evaluation.scores(lit[:1])
    assert first is not None
    assert told["lines"][0]["scores"] == pytest.approx([first[0, CLASSES.index(name)] for name in names])
    assert "cat ≥ .005" in render(brushed, "parallel", "text")


def test_what_was_not_logged_is_null(tmp_path: Path) -> None:
    keep_best(write_run(tmp_path / "run", epochs=1, skill=0.3), 2)
    session = session_of(tmp_path)
    told = json.loads(render(session, "parallel", "json"))["data"]
    assert sum(each["below"] for each in told["axes"]) == sum(
        value is None for line in told["lines"] for value in line["scores"]
    )
    assert any(each["below"] for each in told["axes"]) and told["n"] <= 10
    assert "were not logged" in render(session, "parallel", "text")


def test_runs_without_scores_are_an_error_in_a_sentence(tmp_path: Path) -> None:
    write_run(tmp_path / "run", scores=False)
    for view in ("scores", "parallel"):
        with pytest.raises(FilterError, match="logged no scores on test"):
            render(session_of(tmp_path), view, "json")
