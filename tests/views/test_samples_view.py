"""The Samples tab in a real app: what is drawn, which keys and clicks do what, and that images arrive by themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.events import MouseScrollDown

from clftui.app.app import ClfApp
from clftui.drawing.palette import Depth
from clftui.state import history
from clftui.state.sample_list import SampleList, is_detail, listing
from clftui.state.selection import Part, Scope
from clftui.views.samples import SamplesView
from tests.builders import write_collection, write_run, write_samples
from tests.views.samples_app import SMALL, WIDE, focused, now, opened, quadrants, samples_of, settled, text_of


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", images=True)


@pytest.mark.row("P12")
async def test_the_images_of_a_cell(collection: Path) -> None:
    session = samples_of(collection)
    shown = listing(session)
    assert isinstance(shown, SampleList) and 2 < shown.n < 8
    async with opened(session) as (_, view):
        lines = text_of(view).split("\n")
        t, p = session.selection.true, session.selection.predicted
        assert lines[0].split("  ")[0].strip() == f"{shown.n} of 20 {t} predicted as {p}"
        assert lines[0].rstrip().endswith("surest first")
        assert quadrants("\n".join(lines[2:9])) > 50 * shown.n, "every image is drawn in quadrants"
        captions = re.findall(r"[◐✗][ ▲](\.\d{3}|1\.00) \S+ (\.\d\d)", lines[9])
        scores = [float(confidence) for confidence, _ in captions]
        assert len(scores) == shown.n and scores == sorted(scores, reverse=True)
        assert f"#{shown.sample_id(0)}  true {t}   sample 1 of {shown.n}" in lines[-3]
        assert all(f"{letter} run" in lines[-2] for letter in "ABC")
        assert "true class among the 5 best" in lines[-1]


async def test_before_an_image_is_there_its_name_is(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = samples_of(collection)
    monkeypatch.setattr("clftui.data.picture_store.PictureStore.want", lambda self, wishes: None)
    async with opened(session) as (_, view):
        text = text_of(view)
        assert "…" in text and ".png" in text


async def test_images_arrive_by_themselves(collection: Path) -> None:
    app = ClfApp(samples_of(collection), remember=False)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        view = app.screen.query_one(SamplesView)
        for _ in range(200):
            if quadrants(text_of(view)) > 50:
                break
            await pilot.pause(0.05)
        assert quadrants(text_of(view)) > 50


@pytest.mark.row("B26")
async def test_verdicts_have_a_glyph_and_a_colour(tmp_path: Path) -> None:
    """✓ right, ◐ true class among the five best, ✗ lower: 12 classes, one run that ranks the true class last."""
    classes = tuple(f"c{i:02d}" for i in range(12))
    write_samples(tmp_path / "runs" / "samples" / "test.csv", 24, classes, images=True)
    table = {"test": "../samples/test.csv"}
    folder = write_run(tmp_path / "runs" / "a", classes=classes, n=24, epochs=1, samples=table)
    scores = np.full((24, 12), 0.01)
    true = np.sort(np.arange(24) % 12)
    predicted = np.where(np.arange(24) < 8, true, (true + 1) % 12)
    scores[np.arange(24), predicted] = 0.8
    scores[np.arange(24), true] = np.where(np.arange(24) < 8, 0.8, np.where(np.arange(24) < 16, 0.05, 0.001))
    held: dict[str, Any] = {"sample": np.arange(24), "true": true, "predicted": predicted, "scores": scores}
    np.savez(folder / "epochs" / "00001" / "test.npz", **held)
    session = samples_of(tmp_path / "runs", Scope(part=Part.ALL), run="a")
    async with opened(session) as (_, view):
        captions = "\n".join(text_of(view).split("\n")[:-3])
        assert [captions.count(f"{glyph} c") for glyph in "✓◐✗"] == [8, 8, 8]
        canvas, p = view.canvas, view.palette
        assert canvas is not None
        for glyph, colour in (("✓", p.better), ("◐", p.muted), ("✗", p.worse)):
            assert (canvas.fg[:-3][canvas.code[:-3] == ord(glyph)] == colour).all()
        edges = canvas.fg[canvas.code == ord("▕")]
        # The frame of the focused sample lies over two of them.
        assert [np.count_nonzero(edges == colour) for colour in (p.better, p.worse)] == [6 * 7, 8 * 7]


async def test_keys_move_the_frame_and_enter_opens(collection: Path) -> None:
    session = samples_of(collection, Scope())
    async with opened(session) as (pilot, view):
        rows, columns = view.page
        assert (rows, columns) == (3, 8)
        await pilot.press("l", "right", "h")
        assert focused(view) == 1
        await pilot.press("j")
        assert focused(view) == 1 + columns
        await pilot.press("k", "G")
        shown = listing(now(view))
        assert isinstance(shown, SampleList)
        assert focused(view) == shown.n - 1
        await settled(pilot, view)
        assert "┏" in text_of(view), "the list has scrolled to the frame"
        await pilot.press("g", "enter")
        await settled(pilot, view)
        assert is_detail(now(view))
        text = text_of(view)
        assert "8 × 8" in text and f"1 of {shown.n}" in text and "true is no." in text
        assert quadrants(text) > 400
        await pilot.press("l")
        assert focused(view) == 1 and is_detail(now(view))
        await pilot.press("backspace")
        assert not is_detail(now(view)) and focused(view) == 0


async def test_clicks_and_the_wheel(collection: Path) -> None:
    async with opened(samples_of(collection, Scope())) as (pilot, view):
        await pilot.click(SamplesView, offset=(32, 5))
        assert focused(view) == 2
        await pilot.click(SamplesView, offset=(0, 0))
        assert focused(view) == 2, "the title is no thumbnail"
        await pilot.click(SamplesView, offset=(32, 5))
        assert is_detail(now(view))
        await pilot.press("backspace")
        before = focused(view)
        view.post_message(_wheel(view))
        await pilot.pause()
        assert focused(view) == before + view.page[1]


def _wheel(view: SamplesView) -> MouseScrollDown:
    return MouseScrollDown(view, 5, 5, 0, 0, 0, False, False, False)


async def test_lines_of_text(collection: Path) -> None:
    async with opened(samples_of(collection, Scope())) as (pilot, view):
        await pilot.press("v")
        await settled(pilot, view)
        lines = text_of(view).split("\n")
        assert lines[2].split() == ["score", "id", "true", "predicted", "true’s", "ep.", "wrong", "path"]
        assert lines[3].startswith("▌") and lines[3].rstrip().endswith(".png")
        assert quadrants("\n".join(lines[4:30])) == 0
        await pilot.press("j", "j")
        assert focused(view) == 2


async def test_epochs_of_a_sample(collection: Path) -> None:
    session = samples_of(collection)
    for run in session.catalog.runs:
        history.load(run, "test")
    async with opened(session) as (pilot, view):
        shown = listing(now(view))
        assert isinstance(shown, SampleList)
        expected = []
        for index in range(shown.n):
            epochs = (shown.run.evaluation("test", epoch) for epoch in (1, 2, 3))
            expected.append(
                sum(e is not None and e.predicted[shown.row(index)] != e.true[shown.row(index)] for e in epochs)
            )
        strips = re.findall(r"[▁▄]{3} +(\d)", text_of(view).split("\n")[10])
        assert [int(wrong) for wrong in strips] == expected
        assert f"wrong in {expected[0]} of 3 epochs" in text_of(view)
        await pilot.press("enter")
        await settled(pilot, view)
        assert "Predicted class by epoch" in text_of(view)
        assert f"{expected[0]} of 3" in text_of(view)


@pytest.mark.parametrize(
    ("size", "depth"),
    [
        ((200, 50), Depth.TRUE),
        (WIDE, Depth.MONO),
        (WIDE, Depth.ANSI16),
        (SMALL, Depth.ANSI256),
        ((50, 16), Depth.MONO),
        ((40, 12), Depth.TRUE),
        ((20, 5), Depth.ANSI16),
        ((8, 4), Depth.TRUE),
    ],
)
async def test_every_size_and_depth(collection: Path, size: tuple[int, int], depth: Depth) -> None:
    session = samples_of(collection, Scope())
    async with opened(session, size, depth) as (pilot, view):
        if size[0] >= 40:
            assert "#" in text_of(view), "the focused sample is named"
        await pilot.press("l", "v", "j", "v", "enter")
        await settled(pilot, view)
        assert is_detail(now(view))
        if size[1] > 5:
            assert "#" in text_of(view)


async def test_sizes_fill_the_screen(collection: Path) -> None:
    async with opened(samples_of(collection, Scope()), (200, 50)) as (pilot, view):
        pages = [view.page]
        for key in ("z", "z", "Z", "Z", "Z"):
            await pilot.press(key)
            await pilot.pause()
            pages.append(view.page)
        assert pages[0] == pages[4] and pages[1] == pages[3]
        assert pages[2] < pages[1] < pages[0] < pages[5]


async def test_a_small_step_sends_few_cells(collection: Path) -> None:
    """Moving the frame repaints the frame and the foot, not the images."""
    async with opened(samples_of(collection, Scope())) as (pilot, view):
        before = view.canvas
        assert before is not None
        await pilot.press("l")
        await pilot.pause()
        after = view.canvas
        assert after is not None and after is not before
        changed = (before.code != after.code) | (before.fg != after.fg) | (before.bg != after.bg)
        assert 0 < np.count_nonzero(changed) < 0.06 * changed.size
