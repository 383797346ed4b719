"""The Map view by keys and mouse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.state import map_cloud
from clftui.state.later import SLOW
from clftui.state.map_settings import MapMethod, MapOf, Multiples
from clftui.state.selection import Tab
from clftui.views.map import MapView
from clftui.widgets.frame import BreadcrumbBar, TabBar
from tests.app.piloted import app_of, drawn, now
from tests.mapped import mapped, write_mapped


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mapped(tmp_path / "runs")


@asynccontextmanager
async def running(root: Path, quick: bool = True) -> AsyncIterator[Pilot[None]]:
    app = ClfApp(mapped(root, run="far", quick=quick), paths=(), theme="dark", remember=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.main.settled()
        yield pilot


def text(pilot: Pilot[None], bar: type[BreadcrumbBar | TabBar | MapView] = MapView) -> str:
    return drawn(pilot, bar)


@pytest.mark.row("P8")
async def test_a_box_by_keys_opens_its_samples_and_back_returns_to_the_map(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.press("V", *"l" * 8, *"j" * 4)
        assert now(pilot).map.anchor is not None and "samples," in text(pilot)
        await pilot.press("enter")
        await app_of(pilot).main.settled()
        assert now(pilot).tab is Tab.SAMPLES and len(now(pilot).filters) == 1
        assert "of test in a map box" in text(pilot, BreadcrumbBar)
        await pilot.press("backspace")
        assert now(pilot).tab is Tab.MAP and not now(pilot).filters


async def test_a_box_and_a_lasso_by_mouse(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.mouse_down(MapView, offset=(2, 1))
        await pilot.hover(MapView, offset=(80, 30))
        await pilot.mouse_up(MapView, offset=(80, 30))
        await pilot.pause()
        assert now(pilot).map.anchor is not None and "enter opens them" in now(pilot).notice
        await pilot.press("space")
        assert len(now(pilot).selection.chosen) > 50
        await pilot.press("escape")
        assert now(pilot).map.anchor is None
        await pilot.mouse_down(MapView, offset=(2, 1), control=True)
        for offset in ((80, 1), (80, 30), (2, 30)):
            await pilot.hover(MapView, offset=offset)
        await pilot.mouse_up(MapView, offset=(2, 2))
        await pilot.pause()
        assert len(now(pilot).map.lasso) > 3


async def test_a_click_on_a_name_focuses_its_class_and_opens_it_the_second_time(root: Path) -> None:
    async with running(root) as pilot:
        view = app_of(pilot).main.query_one(MapView)
        other = next(each for each in view._placed if not each.label.focused)
        name = now(pilot).classes[other.label.number]
        await pilot.click(MapView, offset=(other.x + 1, other.y))
        await pilot.pause()
        assert now(pilot).selection.true == name and now(pilot).tab is Tab.MAP
        again = next(each for each in view._placed if each.label.focused)
        await pilot.click(MapView, offset=(again.x + 1, again.y))
        await pilot.pause()
        assert now(pilot).tab is Tab.SAMPLES and now(pilot).selection.scope.true == name


async def test_a_line_of_the_list_can_be_clicked(root: Path) -> None:
    async with running(root) as pilot:
        view = app_of(pilot).main.query_one(MapView)
        assert view._pane is not None and len(view._pane.classes) == 4
        wanted = view._pane.classes[-1]
        await pilot.click(MapView, offset=(view._pane.x + 3, view._pane.y + 3))
        await pilot.pause()
        assert now(pilot).selection.true == now(pilot).classes[wanted]


async def test_tsne_comes_by_itself_and_the_tab_bar_says_what_shows(root: Path) -> None:
    async with running(root, quick=False) as pilot:
        assert SLOW.settle()
        await app_of(pilot).main.settled()
        assert "features · t-SNE · true class" in text(pilot, TabBar)
        assert "t-SNE trustworthy" in text(pilot)
        await pilot.press("o")
        assert now(pilot).map.method is MapMethod.QUICK


@pytest.mark.row("V6")
async def test_keys_of_the_footer_change_what_shows(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.press("z", "l", "l", "Z")
        assert now(pilot).map.zoom == 0 and now(pilot).map.spot is None
        await pilot.press("c", "v")
        await app_of(pilot).main.settled()
        assert now(pilot).map.of is MapOf.CLASSES and "Algorithm 1" in text(pilot)
        await pilot.press("n", "v", "m")
        await app_of(pilot).main.settled()
        assert now(pilot).map.multiples is Multiples.RUNS and "turned onto far" in text(pilot)
        await pilot.click(MapView, offset=(5, 5))
        await pilot.pause()
        assert now(pilot).run is not None
        await pilot.press("p", "N", "m", "m", "p")
        assert "Neighbours" not in text(pilot)


async def test_no_key_waits_for_samples_that_are_being_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_cloud, "AT_ONCE", 0)
    begun, go_on = Event(), Event()

    def slow(*asked: object) -> object:
        begun.set()
        assert go_on.wait(10)
        return read(*asked)  # type: ignore[arg-type]

    read = map_cloud._cloud
    monkeypatch.setattr(map_cloud, "_cloud", slow)
    app = ClfApp(mapped(root, run="far"), paths=(), theme="dark", remember=False)
    async with app.run_test(size=(120, 40)) as pilot:
        try:
            assert await asyncio.to_thread(begun.wait, 10)
            await pilot.press("l")
            assert now(pilot).notice.startswith("Reading the features")
        finally:
            go_on.set()
        await app.main.settled()
        await pilot.press("l")
        assert not now(pilot).notice
