"""Explanation methods over a whole split by keys, as they show."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from clftui.data.catalog import open_catalog
from clftui.state.methods_shown import Shown, example, shown
from clftui.state.methods_view import step_example
from clftui.state.session import open_session
from clftui.state.unready import impatient
from clftui.views.features import FeaturesView
from clftui.views.features_methods import MethodsPane
from tests.app.piloted import app_of
from tests.app.test_flow import running
from tests.builders import write_collection
from tests.method_runs import write_methods


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_methods(tmp_path_factory.mktemp("methods"))


def screen(pilot: Pilot[None]) -> str:
    canvas = app_of(pilot).main.query_one(FeaturesView).canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


async def press(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await app_of(pilot).main.settled()
    return screen(pilot)


@pytest.mark.row("V18", "V20", "V21")
async def test_a_wide_screen_has_the_table_the_words_an_example_and_the_matrix(root: Path) -> None:
    async with running(root, size=(160, 50)) as pilot:
        shown = await press(pilot, "8", *"vvvv", "r")
        main = app_of(pilot).main
        assert main.now.selection.run == "run0"
        for words in ("5 sets of maps", "fixed", "✗ careful", "good", "✓ learned", "∅ 10", "▲", "hit % / chance",
                      "Recommended: good", "Area by class", "heat 0", "L1 distance, 0 = alike"):  # fmt: skip
            assert words in shown, words
        shown = await press(pilot, "down")
        assert "Area goes with correctness: right" in shown and main.now.explain.method == "good"
        before = main.now.explain.threshold
        shown = await press(pilot, ">", "m")
        assert main.now.explain.threshold > before and "MSE distance" in shown and "area ≥ .55" in shown
        await press(pilot, "N")
        first = main.now.selection.sample
        await press(pilot, "N")
        assert first is not None and main.now.selection.sample != first
        await press(pilot, "enter")
        assert (main.now.tab.value, main.now.selection.alone) == ("samples", True)
        await press(pilot, "backspace")
        assert main.now.tab.value == "features" and "5 sets of maps" in screen(pilot)


async def test_a_small_screen_keeps_the_verdicts_and_a_click_moves_the_cursor(root: Path) -> None:
    async with running(root, size=(80, 24)) as pilot:
        shown = await press(pilot, "8", *"vvvv", "r")
        for words in ("✗ careful", "✓ learned", "∅ 10", "Recommended: good"):
            assert words in shown, words
        view = app_of(pilot).main.query_one(FeaturesView)
        await pilot.click(view, offset=(5, 4))
        assert app_of(pilot).main.now.features.methods.cursor == 2
        shown = await press(pilot, "l", "o", "x")
        assert app_of(pilot).main.now.selection.sample is not None


async def test_without_maps_one_sentence_says_what_makes_them(tmp_path: Path) -> None:
    async with running(write_collection(tmp_path / "runs")) as pilot:
        assert "clftui explain" in await press(pilot, "8", *"vvvv")
        assert "clftui explain" in await press(pilot, "down", "N", "l", "x", "o", "enter")


def test_the_example_waits_while_the_key_to_the_next_one_is_held(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("clftui.views.pace.time.monotonic", lambda: now)
    session, pane, seen = open_session(open_catalog([root]), run="run0"), MethodsPane(), []
    for seconds in (1, 1, 0.1, 0.1, 0.1):
        now += seconds
        session = step_example(session, 1)
        found = shown(session)
        assert isinstance(found, Shown)
        now_shown = example(session, found)
        with impatient() as draw:
            told = pane._paced(now_shown)
        assert told is not None
        seen.append((session.selection.sample == told.sample, draw.missing))
    assert seen == [(True, False), (True, False), (False, True), (False, True), (False, True)]
    now += 0.2
    told = pane._paced(now_shown)
    assert told is not None and told.sample == session.selection.sample
