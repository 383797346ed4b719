"""The app keeps a script of what was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.state.script import run_script
from clftui.state.session import open_session
from tests.builders import write_collection


@pytest.mark.row("N12")
async def test_keys_become_lines_that_lead_to_the_same_place(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals")
    session = open_session(open_catalog([root]))
    script = tmp_path / "script.clf"
    app = ClfApp(session, remember=False, record=script)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("3", "j", "l", "enter", "j", "[", "backspace", "4"):
            await pilot.press(key)
        await pilot.pause()
        reached = app.main.now
    again, problems = run_script(session, script.read_text(encoding="utf-8").splitlines())
    assert not problems
    assert (again.tab, again.selection, again.filters) == (reached.tab, reached.selection, reached.filters)


async def test_nothing_is_kept_where_nothing_is_remembered(tmp_path: Path) -> None:
    app = ClfApp(open_session(open_catalog([write_collection(tmp_path / "animals")])), remember=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        assert app.recorder is None
