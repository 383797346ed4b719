"""A broken theme costs a sentence, never the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.app.app import ClfApp
from clftui.app.preferences import config_folder
from clftui.app.themes import Themes
from clftui.data.catalog import open_catalog
from clftui.drawing.encode import Depth
from clftui.state.session import open_session
from tests.builders import write_collection


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = config_folder() / "themes" / "broken.toml"
    path.parent.mkdir(parents=True)
    path.write_text('dark = true\n[colors]\npage = "#zzz"\n')
    return path


def test_themes_are_read_when_wanted_and_broken_ones_are_left_out(broken: Path) -> None:
    themes = Themes(Depth.TRUE)
    assert "broken" in themes.names and not themes.problems
    assert themes.first("broken").name == "dark"
    assert "broken" not in themes.names
    assert len(themes.problems) == 1 and str(broken) in themes.problems[0] and "page" in themes.problems[0]
    assert themes.get("no such theme") is None


async def test_the_app_opens_in_another_theme_and_says_why(broken: Path, tmp_path: Path) -> None:
    session = open_session(open_catalog([write_collection(tmp_path / "animals")]))
    app = ClfApp(session, theme="broken", remember=False)
    async with app.run_test(size=(100, 30)):
        await app.main.settled()
        assert app.palette.name == "dark" and str(broken) in app.main.now.notice


async def test_an_unknown_theme_names_those_there_are(tmp_path: Path) -> None:
    session = open_session(open_catalog([write_collection(tmp_path / "animals")]))
    app = ClfApp(session, theme="sepia", remember=False)
    async with app.run_test(size=(100, 30)):
        assert "no theme sepia" in app.main.now.notice and "light" in app.main.now.notice
