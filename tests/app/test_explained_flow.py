"""The table of explained samples by keys and mouse, as it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.dialogs.prompt import Prompt
from clftui.app.export import export_view
from clftui.state.explained_settings import Of, Task
from clftui.state.selection import Tab
from clftui.views.features import FeaturesView
from tests.app.piloted import app_of
from tests.app.test_flow import running, top
from tests.explained_runs import write_explained


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_explained(tmp_path / "runs")


def task(pilot: Pilot[None]) -> Task:
    return app_of(pilot).main.now.features.explained.task


def alone(pilot: Pilot[None]) -> bool:
    return app_of(pilot).main.now.selection.alone


def tab(pilot: Pilot[None]) -> Tab:
    return app_of(pilot).main.now.tab


def screen(pilot: Pilot[None]) -> str:
    canvas = app_of(pilot).main.query_one(FeaturesView).canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


async def open_table(pilot: Pilot[None], *keys: str) -> None:
    main = app_of(pilot).main
    await pilot.press("8", *"vvv", *keys)
    await main.settled()


@pytest.mark.row("V13", "V15", "V17")
async def test_a_wide_screen_shows_the_table_and_what_stands_beside_it(root: Path) -> None:
    async with running(root, size=(150, 45)) as pilot:
        await open_table(pilot, "r", "r", "i", "i", "i", "o", "o", "o", "o", "o", "o", "O")
        assert app_of(pilot).main.now.selection.run == "run0"
        shown = screen(pilot)
        assert "one model, many samples" in shown and "80 samples" in shown
        assert "Grad-CAM of the predicted class ≥ .50" in shown
        for words in ("class", "conf.", "contour", "heat", "area", "colours", "alike", "Δ ."):
            assert words in shown, words
        assert "empty" not in shown, "turned around from the smallest, by similarity: the empty map is last"
        for words in ("L1 distance, 0 = alike", "Accuracy by run", "run0 ", "3 runs", "heat 0"):
            assert words in shown, words


async def test_an_empty_map_says_so_where_its_picture_would_be(root: Path) -> None:
    async with running(root, size=(150, 45)) as pilot:
        await open_table(pilot, "r", "r", "i", "i", "i", "/")
        assert top(pilot) == Prompt.__name__
        pilot.app.screen.query_one(Input).value = "0009"
        await pilot.press("enter")
        await app_of(pilot).main.settled()
        shown = screen(pilot)
        assert "∅ 0 %" in shown and "empty" in shown and "the map is zero" in shown
        assert "only “0009”" in shown


@pytest.mark.row("V14")
async def test_tasks_by_key_and_by_name_and_the_way_to_a_sample_and_back(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await open_table(pilot, "r", "r", "b")
        assert task(pilot) is Task.MODELS and "many models, one sample" in screen(pilot)
        assert "none of A" in screen(pilot) or "no Grad-CAM" in screen(pilot)
        await pilot.press("b")
        await main.settled()
        assert task(pilot) is Task.CLASSES and "many classes" in screen(pilot)
        main.do(main.registry.by_id["explained.samples"])
        await pilot.press("j", "enter")
        await main.settled()
        sample = main.now.selection.sample
        assert tab(pilot) is Tab.SAMPLES and alone(pilot)
        await pilot.press("backspace")
        await main.settled()
        assert tab(pilot) is Tab.FEATURES and main.now.selection.sample == sample
        assert task(pilot) is Task.SAMPLES


async def test_export_writes_the_table_or_says_why_there_is_none(root: Path, tmp_path: Path) -> None:
    async with running(root) as pilot:
        screen_now = app_of(pilot).main
        await open_table(pilot, "r", "r", "i", "i", "i")
        path = tmp_path / "table.csv"
        assert export_view(screen_now, path) == f"Written to {path}"
        assert len(path.read_text().splitlines()) == 81
        await pilot.press("r")
        await screen_now.settled()
        assert screen_now.now.selection.run == "run2"
        assert "run2 has saved no Grad-CAM here" in export_view(screen_now, tmp_path / "none.csv")
        assert screen_now.registry.by_id["explained.method"].works(screen_now.now), "another method may be there"
        assert not screen_now.registry.by_id["explained.sort"].works(screen_now.now)


async def test_a_click_chooses_a_row_and_opens_the_chosen_one(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await open_table(pilot, "r", "r", "i", "i", "i")
        assert main.now.features.explained.of is Of.ALL
        await pilot.click(FeaturesView, offset=(10, 9))
        await main.settled()
        first = main.now.selection.sample
        assert first is not None and not alone(pilot)
        await pilot.click(FeaturesView, offset=(10, 9))
        await main.settled()
        assert alone(pilot) and main.now.selection.sample == first


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (200, 60)])
async def test_every_size_is_drawn(root: Path, size: tuple[int, int]) -> None:
    async with running(root, size=size) as pilot:
        await open_table(pilot, "r", "r", *"zzZZZZ))<>mxaG")
        assert tab(pilot) is Tab.FEATURES
        assert screen(pilot).strip()
