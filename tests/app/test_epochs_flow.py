"""The Epochs view by keys and mouse: epochs, range, playing, the list below, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.state.settings import EpochsPane
from clftui.views.epochs import EpochsView
from clftui.widgets.frame import BreadcrumbBar, FooterBar
from tests.app.piloted import app_of, drawn, now
from tests.builders import write_collection


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "animals", runs=2, epochs=5)


@asynccontextmanager
async def running(root: Path, rate: float = 2.0) -> AsyncIterator[Pilot[None]]:
    session = open_session(open_catalog([root]))
    session = replace(session, tab=Tab.EPOCHS, epochs=replace(session.epochs, rate=rate))
    app = ClfApp(session, paths=(), theme="dark", remember=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.main.settled()
        yield pilot


def text(pilot: Pilot[None], bar: type[BreadcrumbBar | FooterBar | EpochsView] = EpochsView) -> str:
    return drawn(pilot, bar)


@pytest.mark.row("C1", "O2")
async def test_epoch_and_range_by_key_and_the_chip_by_mouse(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("[", "[", "{")
        assert now(pilot).selection.epoch == 3 and now(pilot).selection.span == (3, 5)
        await pilot.press("]", "}")
        await main.settled()
        assert now(pilot).selection.span == (3, 4) and "epochs 3–4 ×" in text(pilot, BreadcrumbBar)
        await pilot.click(BreadcrumbBar, offset=(117, 0))
        assert now(pilot).selection.span is None


async def test_playing_stops_at_the_end_or_at_the_next_command(root: Path) -> None:
    async with running(root, rate=50.0) as pilot:
        main = app_of(pilot).main
        seen = []
        await pilot.press("[", "[", "[", "[")
        assert now(pilot).selection.epoch == 1
        await pilot.press("P")
        for _ in range(200):
            seen.append(now(pilot).selection.epoch)
            if now(pilot).selection.epoch is None:
                break
            await asyncio.sleep(0.01)
        assert list(dict.fromkeys(seen))[-1] is None and seen == sorted(seen, key=lambda each: each or 99)
        await asyncio.sleep(0.05)
        assert not main.playing
    async with running(root, rate=0.5) as pilot:
        main = app_of(pilot).main
        await pilot.press("P")
        assert now(pilot).selection.epoch == 1 and main.playing
        await pilot.press("P")
        assert not main.playing and now(pilot).selection.epoch == 1
        await pilot.press("P", "j")
        assert not main.playing


async def test_keys_choose_metric_scale_pane_and_list(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("m", "n")
        await main.settled()
        assert " precision " in text(pilot) and now(pilot).epochs.relative
        await pilot.press("v")
        await main.settled()
        assert now(pilot).epochs.pane is EpochsPane.FLIPS and "Flips" in text(pilot)
        await pilot.press("tab")
        assert now(pilot).epochs.listed
        await pilot.press("j", "N")
        assert now(pilot).epochs.line == 2
        await pilot.press("tab")
        assert not now(pilot).epochs.listed
        await pilot.press("v", "v")
        await main.settled()
        assert now(pilot).epochs.pane is EpochsPane.CHART


async def test_enter_opens_the_matrix_and_from_the_list_the_samples_that_flipped(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("j", "enter")
        assert now(pilot).tab is Tab.MATRIX
        await pilot.press("backspace", "v")
        await main.settled()
        await pilot.press("tab", "enter")
        assert now(pilot).tab is Tab.SAMPLES


async def test_a_click_on_a_strip_shows_its_class_run_and_epoch(root: Path) -> None:
    async with running(root) as pilot:
        shown = text(pilot).splitlines()
        x, y = shown[0].index("B "), next(at for at, line in enumerate(shown) if " dog " in line[:14])
        await pilot.click(EpochsView, offset=(x + 5, y))
        assert now(pilot).selection.true == "dog" and now(pilot).selection.epoch == 2
        run = now(pilot).run
        assert run is not None and now(pilot).selection.letter(run.key) == "B"


async def test_the_footer_calls_keys_by_what_they_do_now(root: Path) -> None:
    async with running(root) as pilot:
        assert "enter matrix" in text(pilot, FooterBar)
        await pilot.press("v")
        await app_of(pilot).main.settled()
        await pilot.press("tab")
        shown = text(pilot, FooterBar)
        assert "enter samples" in shown and "⇥ classes" in shown and "N next line" in shown


async def test_one_epoch_offers_no_range_and_says_what_it_lacks(tmp_path: Path) -> None:
    async with running(write_collection(tmp_path / "single", runs=2, epochs=1)) as pilot:
        await app_of(pilot).main.settled()
        assert "range" not in text(pilot, FooterBar) and "play" not in text(pilot, FooterBar)
        assert "One epoch: d compares with a run or split." in text(pilot)
