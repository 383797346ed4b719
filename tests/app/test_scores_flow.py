"""The Scores view by keys and mouse: from unsure mistakes of a class to a second class's brush to those samples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.bundled import bundled_folder
from clftui.data.catalog import open_catalog
from clftui.state.sample_list import SampleList, listing
from clftui.state.score_filter import ScoreOf
from clftui.state.script import lines_between, run_script
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.views.scores import ScoresView
from tests.app.piloted import app_of, drawn
from tests.builders import write_collection


@asynccontextmanager
async def running(root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    app = ClfApp(open_session(open_catalog([root])), paths=(), theme="dark", remember=False)
    async with app.run_test(size=size) as pilot:
        await app.main.settled()
        yield pilot


def text(pilot: Pilot[None]) -> str:
    return drawn(pilot, ScoresView)


@pytest.mark.row("O7", "O9", "O12")
async def test_unsure_samples_wrong_in_many_epochs_a_second_class_brushed_and_there_they_are() -> None:
    """ORNL's case: low confidence in one class, wrong in more than n epochs, over .3 for another class."""
    async with running(bundled_folder("sample_runs") / "glyphs") as pilot:
        main = app_of(pilot).main
        await pilot.press("6", "/")
        pilot.app.screen.query_one(Input).value = "l"
        await pilot.press("enter")
        assert main.now.selection.predicted == "l"
        begun = main.now
        # Only what was wrong in 7 of 12 epochs; of that, from the least sure sample of the column downwards.
        await pilot.press(*["w"] * 7, "g", "V", *["J"] * 7)
        await main.settled()
        box, evaluation, run = main.now.scores.box, main.now.evaluation(), main.now.run
        assert box is not None and evaluation is not None and run is not None
        assert "predicted as l, score" in text(pilot)
        # The second class, its lower bound at .30, a step higher.
        await pilot.press("B")
        [brush] = [each for each in main.now.filters if isinstance(each, ScoreOf)]
        assert brush.name == "I" and brush.low == 0.3
        await pilot.press("k")
        await main.settled()
        brush = ScoreOf("I", 0.35, 1.0)
        assert brush in main.now.filters and "≥ .35:" in text(pilot)
        await pilot.press("enter")
        await main.settled()
        shown = listing(main.now)
        assert main.now.tab.value == "samples" and isinstance(shown, SampleList)

        index = {name: at for at, name in enumerate(evaluation.classes)}
        past = np.zeros(evaluation.n, dtype=np.int64)
        for epoch in run.epochs("test"):
            each = run.evaluation("test", epoch)
            assert each is not None and np.array_equal(each.sample, evaluation.sample)
            past += each.predicted != each.true
        scores = evaluation.scores(np.arange(evaluation.n))
        assert scores is not None
        confidence = evaluation.confidence()
        expected = (
            (evaluation.predicted == index["l"])
            & (confidence >= np.float32(box.low))
            & (confidence <= np.float32(box.high))
            & (past >= 7)
            & (scores[:, index["I"]] >= np.float32(0.35))
        )
        without = np.count_nonzero((evaluation.predicted == index["l"]) & (past >= 7))
        assert 2 <= expected.sum() < without
        assert sorted(shown.positions.tolist()) == np.flatnonzero(expected).tolist()
        again, problems = run_script(begun, lines_between(begun, main.now))
        found = listing(again)
        assert not problems and isinstance(found, SampleList)
        assert sorted(found.positions.tolist()) == np.flatnonzero(expected).tolist()
        await pilot.press("backspace")
        await main.settled()
        assert main.now.tab.value == "scores" and brush in main.now.filters and "≥ .35:" in text(pilot)


async def test_keys_of_stacks_and_axes(tmp_path: Path) -> None:
    async with running(write_collection(tmp_path / "animals", runs=2, epochs=4)) as pilot:
        main = app_of(pilot).main
        await pilot.press("6", "v", "c", "o", "n", "z", "N", "space", ">", "i")
        scores = main.now.scores
        assert (scores.variant.value, scores.colour.value, scores.order.value) == (
            "dense grid", "right or wrong", "hardest first"
        )  # fmt: skip
        assert scores.logit and len(main.now.selection.chosen) == 1 and main.now.samples.often == 3
        await pilot.press("tab", "_", "+", "I", ";", "H", "l", "o")
        await main.settled()
        assert main.now.scores.on_axes and main.now.scores.axes is None and main.now.scores.inverted
        await pilot.press("z", "[", "tab")
        await main.settled()
        assert main.now.selection.epoch == 3 and "class" in text(pilot)


async def test_a_click_moves_the_cursor_and_opens_what_it_is_on(tmp_path: Path) -> None:
    async with running(write_collection(tmp_path / "animals", runs=1)) as pilot:
        main = app_of(pilot).main
        await pilot.press("6")
        await main.settled()
        view = main.query_one(ScoresView)
        placed, layout = view._placed, view._layout
        assert placed is not None and layout is not None
        at = int(np.flatnonzero(placed.wrong)[-1])
        where = (int(placed.x[at]), layout.head + int(placed.y[at]))
        await pilot.click(ScoresView, offset=where)
        assert main.now.selection.predicted == "owl" and main.now.selection.sample is not None
        await pilot.click(ScoresView, offset=(30, layout.axes + 3))
        assert main.now.scores.on_axes
        await pilot.click(ScoresView, offset=where)
        assert main.now.tab is Tab.SAMPLES


def test_an_epoch_step_sends_a_part_of_the_screen(tmp_path: Path) -> None:
    from clftui.drawing.canvas import difference

    async def run() -> None:
        async with running(write_collection(tmp_path / "animals", runs=1, epochs=5)) as pilot:
            main = app_of(pilot).main
            await pilot.press("6")
            await main.settled()
            view = main.query_one(ScoresView)
            before = view.canvas
            await pilot.press("k")
            await main.settled()
            after = view.canvas
            assert before is not None and after is not None
            sent = sum(w * h for _, _, w, h in difference(before, after))
            assert 0 < sent < before.width * before.height / 4

    asyncio.run(run())
