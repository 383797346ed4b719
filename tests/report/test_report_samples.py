"""The samples without a screen: the issue's JSON, the same order as the screen, a cell, a filter, a limit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.report.samples import data, table
from clftui.schema import FormatError
from clftui.state.filters import Expression
from clftui.state.moves import add_filter, drill_to_samples, select
from clftui.state.sample_list import SampleList, listing
from clftui.state.selection import Scope
from clftui.state.session import Session, open_session
from tests.builders import write_collection, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    session = open_session(open_catalog([write_collection(tmp_path / "runs", images=True)]))
    return drill_to_samples(session, Scope(session.selection.true, session.selection.predicted))


@pytest.mark.row("P11", "P12")
def test_json_of_a_cell(session: Session) -> None:
    shown = listing(session)
    assert isinstance(shown, SampleList)
    found = json.loads(render(session, "samples", "json"))["data"]["samples"]
    assert [each["id"] for each in found] == [shown.sample_id(index) for index in range(shown.n)]
    for each in found:
        assert set(each) == {"id", "true", "predicted", "confidence", "true_score", "path", "value", "loss",
                             "soft_true", "tag", "group"}  # fmt: skip
        assert (each["true"], each["predicted"]) == (session.selection.true, session.selection.predicted)
        assert Path(each["path"]).is_file()
    scores = [each["confidence"] for each in found]
    assert scores == sorted(scores, reverse=True) and len(scores) > 1
    assert scores == pytest.approx(shown.evaluation.confidence(shown.positions).tolist())


def test_top_and_filter(session: Session) -> None:
    everything = select(session, scope=Scope())
    assert len(data(everything, Options(top=3))["samples"]) == 3
    assert "3 of" in table(everything, Options(top=3)).notes[0]
    sure = data(add_filter(everything, Expression("confidence > .9")), Options())["samples"]
    assert sure and all(each["confidence"] > 0.9 for each in sure)
    assert len(sure) < len(data(everything, Options())["samples"])


def test_unknown_is_null_and_bare_matrices_have_no_samples(tmp_path: Path) -> None:
    bare = open_session(open_catalog([write_run(tmp_path / "a" / "r", scores=False)]))
    first = json.loads(render(bare, "samples", "json"))["data"]["samples"][0]
    assert first["confidence"] is None and first["true_score"] is None and first["path"] is None
    folder = write_run(tmp_path / "b" / "m", epochs=1)
    np.savez(folder / "epochs" / "00001" / "test.npz", confusion=np.full((4, 4), 1, dtype=np.int64))
    matrix = open_session(open_catalog([tmp_path / "b"]))
    assert data(matrix, Options()) == {"samples": []}
    assert "bare matrix" in render(matrix, "samples", "text")


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "b" / "m", epochs=1)
    (folder / "epochs" / "00001" / "test.npz").write_bytes(b"no zip")
    session = open_session(open_catalog([tmp_path / "b"]))
    with pytest.raises(FormatError, match=r"test\.npz"):
        data(session, Options())


def test_documents_have_their_text(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    rows = "".join(f'{i},cat,"say, ""hello"" {i}"\n' for i in range(80))
    (root / "samples" / "test.csv").write_text("id,true,text\n" + rows, encoding="utf-8")
    found = table(open_session(open_catalog([root])), Options(top=2))
    assert found.columns[-1] == "text"
    assert str(found.rows[0][-1]) == f'say, "hello" {found.rows[0][0]}'


@pytest.mark.parametrize("form", ["text", "md", "csv"])
def test_other_formats_say_the_same(session: Session, form: str) -> None:
    text = render(session, "samples", form)
    for each in data(session, Options())["samples"]:
        assert each["id"] in text
