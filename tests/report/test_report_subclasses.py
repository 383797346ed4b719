"""Latent subclasses without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clftui.report import Options, render
from clftui.schema import FormatError
from clftui.state.moves import select
from clftui.state.session import Session
from tests.idle_worker import give_up_slow
from tests.parted import kinds_of, parted, work_here

ASKED = Options(variant="subclasses")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    give_up_slow()
    work_here(monkeypatch)
    return select(parted(tmp_path / "all"), true="cat")


@pytest.mark.row("B25")
def test_json_has_the_parts_their_samples_and_the_layers(session: Session) -> None:
    told = json.loads(render(session, "features", "json", ASKED))["data"]
    assert (told["variant"], told["layer"], told["true"], told["predicted"]) == ("subclasses", "deep", "cat", None)
    assert (told["suggested"], told["shown"], told["n"], told["whole"], told["constant"]) == (2, 2, 39, 40, 1)
    kind = kinds_of()
    for part in told["parts"]:
        assert len({int(kind[int(name)]) for name in part["samples"]}) == 1 and len(part["samples"]) == 5
        assert part["low"] <= part["share"] == part["right"] / part["n"] <= part["high"]
    assert {unit["unit"] for unit in told["units"][:2]} == {3, 5}
    assert [(line["layer"], line["suggested"]) for line in told["layers"]] == [("early", 1), ("deep", 2)]
    assert told["layers"][0]["ari_with_previous"] is None
    assert told["silhouettes"]["2"] > 0.3


def test_text_says_why_there_is_no_split(session: Session) -> None:
    text = render(select(session, true="owl"), "features", "text", ASKED)
    assert "Subclasses of owl at deep" in text and "no split suggested: " in text
    assert "2 parts suggested: silhouette" in render(session, "features", "text", ASKED)


def test_where_nothing_can_be_compared_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="class means alone were recorded"):
        render(parted(tmp_path / "means", values=False), "features", "text", ASKED)
