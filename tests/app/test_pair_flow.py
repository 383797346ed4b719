"""Pairs, tags, boxes and filters by keys, through the whole app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from clftui.app.dialogs.choose import Choose
from clftui.app.dialogs.prompt import Prompt
from clftui.app.dialogs.words import Words
from clftui.state.selection import Part, Tab
from clftui.state.settings import PairSort, Pane
from clftui.widgets.frame import BreadcrumbBar, FooterBar, HeaderBar
from tests.app.piloted import app_of
from tests.app.test_flow import line, running, top
from tests.builders import write_collection, write_run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "animals")


async def test_the_list_comes_beside_then_alone_where_there_is_room(root: Path) -> None:
    for size, panes in (((120, 30), [Pane.BOTH, Pane.PAIRS, Pane.GRID]), ((100, 30), [Pane.PAIRS, Pane.GRID])):
        async with running(root, size=size) as pilot:
            main = app_of(pilot).main
            await pilot.press("3")
            for pane in panes:
                await pilot.press("p")
                assert main.now.matrix.pane is pane


async def test_keys_walk_sort_and_narrow_the_list(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "p", "g")
        first = (main.now.selection.true, main.now.selection.predicted)
        await pilot.press("j", "j", "k")
        second = (main.now.selection.true, main.now.selection.predicted)
        assert first != second and None not in second
        await pilot.press("G", "k", "ctrl+u", "g")
        assert (main.now.selection.true, main.now.selection.predicted) == first
        await pilot.press("P")
        assert main.now.matrix.pair_sort is PairSort.RATE
        await pilot.press("/")
        assert top(pilot) == Prompt.__name__
        await pilot.press("o", "w", "enter")
        assert main.now.matrix.pair_text == "ow" and "owl" in (main.now.selection.true, main.now.selection.predicted)
        await pilot.press("/", "backspace", "backspace", "enter")
        assert main.now.matrix.pair_text == ""
        await pilot.press("enter")
        assert main.now.tab is Tab.SAMPLES and main.now.selection.scope.is_cell


@pytest.mark.row("B33")
async def test_a_pair_is_tagged_by_two_keys_and_taken_back_by_two(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "p", "g", "t")
        assert top(pilot) == Choose.__name__
        await pilot.press("x")
        assert top(pilot) == "MainScreen" and not (root / "triage.jsonl").exists()
        before = main.now.revision
        await pilot.press("t", "a")
        assert "tagged ambiguous" in line(pilot, BreadcrumbBar) and main.now.revision > before
        await pilot.press("t", "u")
        assert "taken back" in line(pilot, BreadcrumbBar)
        lines = [json.loads(each) for each in (root / "triage.jsonl").read_text().splitlines()]
        assert [each["reason"] for each in lines] == ["ambiguous", None]
        await pilot.press("p", "D", "h", "h", "h", "h", "k", "k", "k", "k", "t")
        assert top(pilot) == "MainScreen" and "right answers" in line(pilot, BreadcrumbBar)


@pytest.mark.row("B16")
async def test_v_boxes_and_enter_opens(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "g", "h", "V", "j", "l", "enter")
        scope = main.now.selection.scope
        assert main.now.tab is Tab.SAMPLES and scope.part is Part.ALL and len(scope.true_classes) == 2
        await pilot.press("backspace", "backspace")
        assert (main.now.tab.value, main.now.selection.anchor) == ("matrix", None)


@pytest.mark.row("P11")
async def test_the_readout_walks_by_significance(root: Path) -> None:
    async with running(root, size=(40, 6)) as pilot:
        main = app_of(pilot).main
        await pilot.press("3", "A", "g", "j")
        assert main.now.matrix.pane.value == "read-out"
        view = pilot.app.screen.query_one("#matrix")
        assert f"{main.now.selection.true} as {main.now.selection.predicted}" in view.canvas.rows_text()[0]  # type: ignore[attr-defined]
        await pilot.press("A")
        assert main.now.matrix.pane is Pane.GRID


async def test_the_header_says_how_many_of_how_many_and_the_prompt_counts(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.press("3", "f")
        prompt = pilot.app.screen
        prompt.query_one(Input).value = "wron"
        await pilot.press("end", "tab")
        assert prompt.query_one(Input).value == "wrong"
        hint = str(prompt.query_one("#prompt-hint").render())
        assert hint.endswith("samples pass")
        await pilot.press("enter")
        number = hint.split()[0]
        assert f"test {number} of 80" in line(pilot, HeaderBar)
        await pilot.press("1")
        assert f"test {number} of 80" in line(pilot, HeaderBar)


def test_words_of_an_expression_are_completed() -> None:
    words = Words(("confidence", "true", "wrong", "wrong_A"), ("cat", 'o"dd', "owl"))
    assert words.complete("conf") == "confidence"
    assert words.complete("confidence > .9 and tr") == "confidence > .9 and true"
    assert words.complete('true == "c') == 'true == "cat"'
    assert words.complete('predicted_A == "o') == 'predicted_A == "owl"'
    assert words.complete('true in ("cat", "ow') == 'true in ("cat", "owl"'
    assert words.complete("wrong") == "wrong_A"
    assert words.complete('id == "conf') is None and words.complete("xyz") is None and words.complete("") is None


async def test_keys_of_the_grid_rest_while_a_list_stands_in_its_place(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("3")
        assert "zoom" in line(pilot, FooterBar)
        await pilot.press("p")
        assert "zoom" not in line(pilot, FooterBar) and "sort pairs" in line(pilot, FooterBar)
        before = main.now.matrix
        await pilot.press("z", "T")
        assert main.now.matrix == before and "nothing to work on" in line(pilot, BreadcrumbBar)
        await pilot.press(">")
        assert main.now.matrix.at_least > 1


async def test_rare_classes_fold_and_unfold(tmp_path: Path) -> None:
    names = [f"class {i}" for i in range(60)]
    write_run(tmp_path / "many", classes=names, n=600, epochs=1)
    async with running(tmp_path) as pilot:
        main = app_of(pilot).main
        await pilot.press("3")
        fold = main.registry.by_id["matrix.fold_rare"]
        main.do(fold)
        await main.settled()
        kept = main.now.matrix.kept
        assert 5 <= kept < 60 and f"{60 - kept} others are one row" in line(pilot, BreadcrumbBar)
        await pilot.press("G")
        view = pilot.app.screen.query_one("#matrix")
        assert any("(other)" in each for each in view.canvas.rows_text())  # type: ignore[attr-defined]
        main.do(fold)
        assert main.now.matrix.kept == 0


@pytest.mark.parametrize("keys", ["f", "?", ":", "t"])
async def test_a_dialog_leaves_the_screen_under_it_in_sight(root: Path, keys: str) -> None:
    async with running(root) as pilot:
        await pilot.press("3", keys)
        assert top(pilot) != "MainScreen" and 0 < pilot.app.screen.styles.background.a < 0.6
