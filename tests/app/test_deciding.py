"""Answers that are decided anew while one goes on."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from clftui.app.frame_content import header_of, is_deciding
from clftui.data.catalog import open_catalog
from clftui.data.decided import Decided
from clftui.state.session import open_session
from clftui.state.unready import impatient
from clftui.state.what_if import DECIDED, parse_what_if
from clftui.state.what_if_steps import with_what_if
from tests.builders import write_collection


def test_a_key_asks_for_many_answers_and_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = open_session(open_catalog([write_collection(tmp_path / "animals")]))
    monkeypatch.setattr("clftui.state.what_if.QUICK", 10)
    may_go = Event()
    decided = Decided

    def slowly(*given: Any) -> Decided:
        assert may_go.wait(10)
        return decided(*given)

    monkeypatch.setattr("clftui.state.what_if.Decided", slowly)
    supposition = parse_what_if("cat * 9", session.run) if session.run is not None else None
    assert supposition is not None
    new = with_what_if(session, supposition)
    assert new.what_if == supposition and "every view follows" in new.notice
    # What the frame says meanwhile, and that steps would wait.
    assert is_deciding(new) and not is_deciding(session)
    with impatient() as draw:
        header = header_of(new)
    assert draw.missing and header.split == "test" and header.mark_word != "unreadable"
    may_go.set()
    assert DECIDED.settle(10) and not is_deciding(new)
    assert header_of(new).split != "test"
