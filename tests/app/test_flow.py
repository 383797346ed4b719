"""The main screen, by keys: what the frame says, what dialogs do, and that newer data move nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.app.dialogs.help_sheet import HelpSheet
from clftui.app.dialogs.palette import CommandPalette
from clftui.app.dialogs.prompt import Prompt
from clftui.data.catalog import open_catalog
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.widgets.canvas_view import CanvasView
from clftui.widgets.frame import BreadcrumbBar, FooterBar, HeaderBar, TabBar
from tests.app.piloted import app_of
from tests.builders import write_collection, write_epoch


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "animals")


@asynccontextmanager
async def running(root: Path, *, live: bool = False, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Pilot[None]]:
    catalog = open_catalog([root])
    app = ClfApp(open_session(catalog), paths=catalog.paths if live else (), theme="dark", remember=False)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


def top(pilot: Pilot[None]) -> str:
    """The kind of the screen on top."""
    return type(pilot.app.screen).__name__


def line(pilot: Pilot[None], bar: type[CanvasView]) -> str:
    canvas = app_of(pilot).main.query_one(bar).canvas
    assert canvas is not None
    return canvas.rows_text()[0].rstrip()


async def test_the_frame_names_collection_runs_split_epoch_and_keys(root: Path) -> None:
    async with running(root) as pilot:
        assert line(pilot, HeaderBar).split() == [
            "animals", "A", "run2", "B", "run1", "C", "run0", "test", "80", "epoch", "3/3", "○", "ended",
        ]  # fmt: skip
        assert line(pilot, TabBar).startswith(" 1 Runs  2 Ranking  3 Matrix  4 Epochs  5 Map  6 Scores  7 Samples")
        assert line(pilot, BreadcrumbBar) == " 3 runs › run2 › epoch 3"
        assert line(pilot, FooterBar).startswith(" enter ranking") and line(pilot, FooterBar).endswith("? help")


async def test_tabs_by_key_and_by_mouse(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        for key, tab in (("2", Tab.RANKING), ("3", Tab.MATRIX), ("7", Tab.SAMPLES), ("1", Tab.RUNS)):
            await pilot.press(key)
            assert main.now.tab is tab
        await pilot.click(TabBar, offset=(22, 0))
        assert main.now.tab is Tab.MATRIX


async def test_a_filter_is_tried_before_it_is_taken_and_its_chip_removes_it(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "f")
        assert top(pilot) == Prompt.__name__
        pilot.app.screen.query_one(Input).value = "confidense > .5"
        await pilot.press("enter")
        assert top(pilot) == Prompt.__name__ and not main.now.filters
        pilot.app.screen.query_one(Input).value = 'true == "cat"'
        await pilot.press("enter")
        await main.settled()
        assert [each.describe() for each in main.now.filters] == ['true == "cat"']
        bar = line(pilot, BreadcrumbBar)
        assert bar.endswith('true == "cat" −60 ×')
        await pilot.click(BreadcrumbBar, offset=(97, 0))
        assert not main.now.filters


async def test_find_palette_help_and_repeat(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "/", "o", "w", "enter")
        assert main.now.selection.true == "owl"
        await pilot.press("?")
        assert top(pilot) == HelpSheet.__name__
        await pilot.press("x")
        assert top(pilot) == "MainScreen"
        await pilot.press(":")
        assert top(pilot) == CommandPalette.__name__
        await pilot.press("#", "f", "o", "x", "enter")
        await pilot.pause()
        assert main.now.selection.true == "fox"
        await pilot.press(":", "t", "r", "a", "n", "s", "p", "o", "s", "e", "enter")
        await pilot.pause()
        transposed = main.now.matrix.transposed
        await pilot.press("T", ".")
        assert main.now.matrix.transposed is transposed


async def test_exports_write_what_the_ending_names_and_never_overwrite(root: Path, tmp_path: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        for name, begins in (("m.json", "{"), ("m.svg", "<svg"), ("m.md", "##"), ("m.csv", ""), ("m.txt", "")):
            await pilot.press("3", "e")
            pilot.app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            await pilot.pause()
            assert "Written to" in main.now.notice
            assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
        await pilot.press("e")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "m.json")
        await pilot.press("enter")
        await pilot.pause()
        assert "exists already" in main.now.notice


async def test_a_new_epoch_appears_and_nothing_else_moves(root: Path) -> None:
    async with running(root, live=True) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "l", "j", "f")
        pilot.app.screen.query_one(Input).value = "wrong"
        await pilot.press("enter")
        await main.settled()
        before = main.now
        write_epoch(root / "run2", 4, "test", classes=4, n=80, seed=77, skill=0.8)
        for _ in range(400):
            await pilot.pause(0.02)
            if main.now.catalog is not before.catalog and "4/4" in line(pilot, HeaderBar):
                break
        else:
            raise AssertionError(line(pilot, HeaderBar))
        assert main.now.selection == before.selection and main.now.tab is before.tab
        assert main.now.filters == before.filters


async def test_themes_change_every_colour_and_are_remembered_by_name(root: Path) -> None:
    async with running(root) as pilot:
        app = app_of(pilot)
        seen = set()
        for _ in app.themes.names:
            await pilot.press(":", "t", "h", "e", "m", "e", "enter")
            await app.main.settled()
            canvas = app.main.query_one(HeaderBar).canvas
            assert canvas is not None and int(canvas.bg[0, 0]) == app.palette.surface
            seen.add(app.palette.name)
        assert seen == set(app.themes.names)


async def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    async with running(tmp_path / "nothing", size=(80, 24)) as pilot:
        main = app_of(pilot).main
        assert str(tmp_path / "nothing") in main.now.catalog.problems[0].message
        for key in ("1", "2", "3", "7", "j", "l", "enter", "backspace", "s", "r", "space", "o", "m", "n", "N", "y"):
            await pilot.press(key)
        assert pilot.app.screen is main
