"""Decisions supposed by keys: marked on every tab, followed by the matrix, taken back by key and by click."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.app.dialogs.help_sheet import HelpSheet
from clftui.app.export import suggested_name
from clftui.app.main_screen import MainScreen
from clftui.data.catalog import open_catalog
from clftui.state.later import LATER, SLOW
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.state.what_if import Amount
from clftui.widgets.canvas_view import CanvasView
from clftui.widgets.frame import BreadcrumbBar, FooterBar, TabBar
from tests.builders import write_collection


@asynccontextmanager
async def running(tmp_path: Path, size: tuple[int, int] = (120, 32)) -> AsyncIterator[Pilot[None]]:
    root = write_collection(tmp_path / "animals")
    app = ClfApp(open_session(open_catalog([root])), paths=(), theme="dark", remember=False)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


def main_of(pilot: Pilot[None]) -> MainScreen:
    assert isinstance(pilot.app, ClfApp)
    return pilot.app.main


def line(pilot: Pilot[None], bar: type[CanvasView]) -> str:
    canvas = main_of(pilot).query_one(bar).canvas
    assert canvas is not None
    return canvas.rows_text()[0].rstrip()


def supposed(pilot: Pilot[None]) -> str:
    found = main_of(pilot).now.what_if
    return found.describe() if found is not None else ""


def variant_of(pilot: Pilot[None]) -> str:
    return main_of(pilot).now.scores.variant.value


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    assert LATER.settle() and SLOW.settle()
    await main_of(pilot).settled()


async def test_a_threshold_is_tried_marked_everywhere_and_taken_back(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        main = main_of(pilot)
        await press(pilot, "6", "v", "v", "v")
        assert variant_of(pilot) == "thresholds"
        assert "< > threshold" in line(pilot, FooterBar) and "V score box" not in line(pilot, FooterBar)
        name = main.now.selection.predicted
        before = main.now.confusion()
        await press(pilot, ">", ">", ">", ">", ">", ">", "S")
        what_if = main.now.what_if
        assert what_if is not None and what_if.needs == (Amount(name or "", 0.8),)
        assert line(pilot, BreadcrumbBar).endswith(f"what if: {name} needs .8 ×")
        for key in ("1", "2", "3", "7"):
            await press(pilot, key)
            assert " what if" in line(pilot, TabBar) and f"what if: {name} needs .8" in line(pilot, BreadcrumbBar)
        after = main.now.confusion()
        assert before is not None and after is not None and name is not None
        at = main.now.classes.index(name)
        assert after.predicted_count[at] < before.predicted_count[at]
        await press(pilot, "U")
        assert "what if" not in line(pilot, TabBar) + line(pilot, BreadcrumbBar)


async def test_the_chip_takes_it_back_and_f_does(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        main = main_of(pilot)
        await press(pilot, "3", "M")
        assert " = " in supposed(pilot)
        text = line(pilot, BreadcrumbBar)
        await pilot.click(BreadcrumbBar, offset=(text.index("what if:", 60) + 3, 0))
        await main.settled()
        assert supposed(pilot) == ""
        await press(pilot, "M")
        assert supposed(pilot) != ""
        await press(pilot, "F")
        assert supposed(pilot) == ""


async def test_keys_mean_their_own_in_calibration_and_the_old_ones_in_the_stacks(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        main = main_of(pilot)
        await press(pilot, "6", "v", "v")
        assert variant_of(pilot) == "calibration" and suggested_name(main.now) == "calibration.md"
        before = main.now.scores
        await press(pilot, "n", "z", "i")
        given = main.now.calibration
        assert (given.binning.value, given.bins, given.of_class) == ("equal mass", 20, True)
        assert main.now.scores == before
        await press(pilot, "?")
        sheet = pilot.app.screen
        assert isinstance(sheet, HelpSheet)
        await press(pilot, "escape", "v", "v")
        assert variant_of(pilot) == "stacks"
        await press(pilot, "n")
        assert main.now.scores.logit
        assert main.now.calibration == given


async def test_a_bin_opens_its_samples_and_back_returns(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        main = main_of(pilot)
        await press(pilot, "6", "v", "v", "l", "enter")
        assert (main.now.tab.value, main.now.filters[0].describe()[:6]) == ("samples", "score ")
        await press(pilot, "backspace")
        assert (main.now.tab.value, main.now.filters) == ("scores", ()) and main.now.calibration.bin is not None


async def test_what_to_suppose_can_be_typed(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        main = main_of(pilot)
        main.do(main.registry.by_id["calibration.ask"])
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "cat * 3; dog = fox"
        await pilot.press("enter")
        await main.settled()
        assert supposed(pilot) == "cat costs 3 ×, dog = fox"


@pytest.mark.parametrize("variant", ["calibration.open", "thresholds.open"])
async def test_the_palette_opens_either_from_anywhere(tmp_path: Path, variant: str) -> None:
    async with running(tmp_path, (80, 24)) as pilot:
        main = main_of(pilot)
        main.do(main.registry.by_id[variant])
        await press(pilot)
        assert main.now.tab is Tab.SCORES and variant_of(pilot) == variant.split(".")[0]
