"""The subclasses variant of Features by keys and mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.state.moves import select
from clftui.state.selection import Tab
from clftui.state.subclasses_settings import Arranged, Lower, Which
from clftui.views.features import FeaturesView
from clftui.widgets.frame import BreadcrumbBar
from tests.app.piloted import app_of, now
from tests.idle_worker import give_up_slow
from tests.parted import parted, work_here


@asynccontextmanager
async def running(root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    session = select(parted(root / "all"), true="cat")
    app = ClfApp(session, paths=(), theme="dark", remember=False)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    give_up_slow()
    work_here(monkeypatch)


async def text(pilot: Pilot[None], bar: type[BreadcrumbBar | FeaturesView] = FeaturesView) -> str:
    await app_of(pilot).main.settled()
    canvas = app_of(pilot).main.query_one(bar).canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


@pytest.mark.row("B25")
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_parts_their_pictures_and_the_layers_show_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(tmp_path, size) as pilot:
        seen = await text(pilot)
        assert "cat at deep · 2 parts suggested" in seen and "39 of 40 samples" in seen
        assert "part 1" in seen and "part 2" in seen and "recall" in seen
        assert "early" in seen and ("ARI of 2" in seen or "←" in seen)
        assert ("units by their variance" in seen) == (size[0] == 200)
        while now(pilot).features.subclasses.parts != 6:
            await pilot.press("+")
        assert "part 1" in await text(pilot)


async def test_keys_change_what_shows(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        await pilot.press("o", "p")
        settings = now(pilot).features.subclasses
        assert (settings.order, settings.lower) == (Arranged.SPECTRAL, Lower.UNITS)
        seen = await text(pilot)
        assert "units by their variance" in seen
        await pilot.press("p")
        assert "1 of 4 classes looked at fall into parts" in await text(pilot)
        await pilot.press("l", "N")
        assert now(pilot).selection.true == "cat" and "1 of 1 with parts" in now(pilot).notice
        await pilot.press("L")
        assert "no split suggested" in await text(pilot)
        await pilot.press("i")
        assert now(pilot).features.subclasses.which is Which.PREDICTED
        assert "predicted as" in await text(pilot)


async def test_enter_opens_the_part_and_back_returns(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        await text(pilot)
        await pilot.press("J", "space")
        assert now(pilot).selection.chosen
        await pilot.press("enter")
        assert now(pilot).tab is Tab.SAMPLES
        assert "part 2 of 2 of cat at deep" in await text(pilot, BreadcrumbBar)
        await pilot.press("backspace")
        assert now(pilot).tab is Tab.FEATURES and not now(pilot).filters


async def test_a_click_puts_the_cursor_on_that_sample(tmp_path: Path) -> None:
    async with running(tmp_path) as pilot:
        await text(pilot)
        await pilot.click(FeaturesView, offset=(10, 12))
        await pilot.pause()
        assert now(pilot).selection.sample is not None
        line = next(row for row in (await text(pilot)).split("\n") if "▸" in row)
        assert (await text(pilot)).split("\n").index(line) == 12
