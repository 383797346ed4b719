"""What layers answer, without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.report.features import asked
from clftui.schema import FormatError
from clftui.state.filter_steps import add
from clftui.state.filters import Expression
from clftui.state.moves import select
from clftui.state.session import Session, open_session
from tests.builders import labels, write_run
from tests.responded import N, answers, means_of, write_responded


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return select(open_session(open_catalog([write_responded(tmp_path / "animals")])), true="dog")


@pytest.mark.row("B21")
def test_a_row_a_unit_in_the_order_of_the_screen(session: Session) -> None:
    told = json.loads(render(session, "features", "json", Options(dense=True)))["data"]
    assert (told["variant"], told["layer"], told["epoch"], told["target"]) == ("responses", "late", 3, "dog")
    assert told["samples"] == N and told["silent"] == [5] and told["units"][0]["unit"] == 1
    values, dogs = answers() * 3, labels(N, 4) == 1
    for place, each in enumerate(told["units"]):
        own = values[:, each["unit"]]
        low, high = np.quantile(own[dogs], 0.25), np.quantile(own[~dogs], 0.75)
        assert each["relevance"] == pytest.approx(low / high, rel=1e-4) and not each["only"]
        assert each["mean"] == pytest.approx(own[dogs].mean(), rel=1e-4)
        column = [row[place] for row in told["means"]]
        assert column == pytest.approx(means_of(values)[:, each["unit"]].tolist(), rel=1e-4)
    assert told["classes"] == ["cat", "dog", "fox", "owl"]
    text = render(session, "features", "text", Options(top=2))
    assert text.startswith("Units of late, relevance to dog, epoch 3\n") and "The first 2 of 5 units." in text
    assert "1 of 6 units never answer" in text
    assert render(session, "features", "csv").splitlines()[1].startswith("1,")


@pytest.mark.row("B37")
def test_layers_side_by_side_and_a_unit_over_epochs(session: Session) -> None:
    told = json.loads(render(session, "features", "json", Options(variant="profiles")))["data"]
    assert [each["layer"] for each in told["layers"]] == ["early", "late"]
    assert told["unit"]["epochs"] == [1, 2, 3] and len(told["unit"]["classes"]["fox"]) == 3
    text = render(session, "features", "text", Options(variant="profiles"))
    assert text.startswith("Layers in epoch 3, for dog") and "by epoch: 1: " in text


def test_a_layer_is_asked_for_by_name(session: Session) -> None:
    told = json.loads(render(asked(session, "responses", "early"), "features", "json"))["data"]
    assert told["layer"] == "early" and told["samples"] is None
    assert "4 class means, no samples recorded" in render(asked(session, None, "early"), "features", "text")
    with pytest.raises(FormatError, match="no layer nope was recorded; there are early, late"):
        asked(session, None, "nope")
    assert asked(session, "profiles", None).features.responses.lower.value == "layers"


def test_filters_that_leave_nothing_leave_nothing_defined(session: Session) -> None:
    left = add(session, Expression("confidence > 2"))
    told = json.loads(render(left, "features", "json", Options(top=1)))["data"]
    assert told["threshold"] is None and told["samples"] is None
    names = ("relevance", "mean", "separation", "strongest_class", "strongest_mean")
    assert [told["units"][0][name] for name in names] == [None] * 5


def test_nothing_recorded_is_one_sentence(tmp_path: Path) -> None:
    bare = open_session(open_catalog([write_run(tmp_path / "bare")]))
    with pytest.raises(FormatError, match="No layer's responses were recorded") as told:
        render(bare, "features", "text")
    assert told.value.brief == str(told.value) and ".." not in str(told.value)
    with pytest.raises(FormatError, match="--layer: no layer x was recorded"):
        asked(bare, None, "x")
