"""The response map by keys: from a class to the units that favour it, to one's strongest samples, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.app.export import view_of
from clftui.data.catalog import open_catalog
from clftui.state.later import LATER
from clftui.state.responses_figures import FIGURES
from clftui.state.responses_settings import LowerPane, UnitOrder
from clftui.state.script import lines_between, run_script
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.state.unit_filter import UnitResponse
from clftui.views.features import FeaturesView
from tests.app.piloted import now
from tests.responded import write_responded


@asynccontextmanager
async def running(root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    app = ClfApp(open_session(open_catalog([root])), paths=(), theme="dark", remember=False)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


async def seen(pilot: Pilot[None], *wanted: str) -> str:
    """The text of the view once it holds what is wanted; results arrive behind the screen's back."""
    text = ""
    for _ in range(60):
        assert await asyncio.to_thread(FIGURES.settle) and await asyncio.to_thread(LATER.settle)
        await pilot.pause(0.05)
        assert isinstance(pilot.app, ClfApp)
        canvas = pilot.app.main.query_one(FeaturesView).canvas
        assert canvas is not None
        text = "\n".join(canvas.rows_text())
        if all(each in text for each in wanted):
            return text
    raise AssertionError(f"{wanted} not in\n{text}")


@pytest.mark.row("B20", "B21", "B24", "B27")
async def test_from_a_class_to_the_samples_of_the_unit_that_favours_it(tmp_path: Path) -> None:
    async with running(write_responded(tmp_path / "animals", images=True)) as pilot:
        await pilot.press("8")
        pilot.app.screen.query_one(FeaturesView)
        await seen(pilot, "▾ unit", "favour")
        await pilot.press("/")
        pilot.app.screen.query_one(Input).value = "fox"
        await pilot.press("enter")
        await seen(pilot, "favours fox", "▾ unit 2")
        begun = now(pilot)
        await pilot.press("enter")
        [found] = now(pilot).filters
        assert now(pilot).tab is Tab.SAMPLES
        assert isinstance(found, UnitResponse) and (found.layer, found.unit) == ("late", 2)
        again, problems = run_script(begun, lines_between(begun, now(pilot)))
        assert not problems and again.filters == (found,)
        await pilot.press("backspace")
        assert now(pilot).tab is Tab.FEATURES and not now(pilot).filters
        await seen(pilot, "▾ unit 2")


async def test_keys_of_the_map(tmp_path: Path) -> None:
    async with running(write_responded(tmp_path / "animals")) as pilot:
        await pilot.press("8")
        await seen(pilot, "▾ unit", "favour")
        await pilot.press("o", "n", ">", "p", "l", "j")
        chosen = now(pilot).features.responses
        assert (chosen.order, chosen.log, chosen.share, chosen.lower) == (UnitOrder.MEAN, True, 0.95, LowerPane.EPOCHS)
        assert chosen.unit is not None and chosen.of is not None
        await seen(pilot, "mean responses by epoch", "separation")
        await pilot.press("p")
        await seen(pilot, "Layers side by side", "early")
        await pilot.press("p", "L")
        await seen(pilot, "Class means alone")
        await pilot.press("z")
        assert now(pilot).features.responses.side == 2 and now(pilot).features.layer == "early"
        await pilot.press("Z", "c", "<", "N", "i")
        assert now(pilot).features.responses.side == 1 and now(pilot).features.responses.coloured
        assert view_of(now(pilot)) == "features"
        await pilot.press("v")
        assert now(pilot).features.variant.value == "subclasses"


async def test_on_a_small_screen_a_click_moves_the_cursor(tmp_path: Path) -> None:
    async with running(write_responded(tmp_path / "animals"), (80, 24)) as pilot:
        await pilot.press("8")
        text = await seen(pilot, "▾ unit", "favour")
        row = next(at for at, line in enumerate(text.splitlines()) if at > 1 and "owl " in line)
        await pilot.click(FeaturesView, offset=(14, row))
        assert now(pilot).selection.true == "owl"
        await pilot.press("[")
        assert now(pilot).selection.epoch == 2
        await seen(pilot, "▾ unit")
