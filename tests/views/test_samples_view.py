"""The Samples tab in a real app: what is drawn, which keys and clicks do what, and that images arrive by themselves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.drawing.palette import Depth
from clftui.state import history
from clftui.state.filters import Expression
from clftui.state.moves import add_filter, drill_to_samples, select
from clftui.state.sample_list import SampleList, index_of, is_detail, listing
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.views.samples import SamplesView
from tests.builders import write_collection, write_run, write_samples

WIDE, SMALL = (120, 40), (80, 24)


def samples_of(root: Path, scope: Scope | None = None, run: str = "run0") -> Session:
    session = open_session(open_catalog([root]), run=run)
    selection = session.selection
    return drill_to_samples(session, scope or Scope(selection.true, selection.predicted))


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", images=True)


@asynccontextmanager
async def opened(
    session: Session, size: tuple[int, int] = WIDE, depth: Depth = Depth.TRUE
) -> AsyncIterator[tuple[Pilot[None], SamplesView]]:
    app = ClfApp(replace(session, tab=Tab.SAMPLES), remember=False, depth=depth)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        view = app.screen.query_one(SamplesView)
        await settled(pilot, view)
        yield pilot, view


async def settled(pilot: Pilot[None], view: SamplesView) -> None:
    """Wait for the images that the screen shows, and for the drawing that follows."""
    await pilot.pause()
    assert view.thumbnails.store.settle()
    await pilot.pause()
    await pilot.pause()


def text_of(view: SamplesView) -> str:
    canvas = view.canvas
    assert canvas is not None
    return "\n".join(canvas.rows_text())


def now(view: SamplesView) -> Session:
    assert view.session is not None
    return view.session


def focused(view: SamplesView) -> int:
    shown = listing(now(view))
    assert isinstance(shown, SampleList)
    return index_of(now(view), shown)


def quadrants(text: str) -> int:
    return len(re.findall("[▘▝▖▗▚▞▌▐▀▄▙▛▜▟]", text))


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
        captions = re.findall(r"[◐✗] (\.\d{3}|1\.00) \S+ (\.\d\d)", lines[9])
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
        assert lines[2].split() == ["score", "id", "true", "predicted", "true’s", "path"]
        assert lines[3].startswith("▌") and lines[3].rstrip().endswith(".png")
        assert quadrants("\n".join(lines[4:30])) == 0
        await pilot.press("j", "j")
        assert focused(view) == 2


async def test_documents(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    words = "tell my bank's fraud department i'm going to mexico " * 6
    rows = "".join(f'{i:03d},cat,"{words}\x1b[31m{i}",domain {i % 3}\n' for i in range(80))
    (root / "samples" / "test.csv").write_text("id,true,text,domain\n" + rows, encoding="utf-8")
    async with opened(samples_of(root, Scope())) as (pilot, view):
        assert "tell my bank's fraud" in text_of(view)
        assert "\x1b" not in text_of(view)
        await pilot.press("enter")
        await pilot.pause()
        text = text_of(view)
        assert text.count("mexico") >= 6 and "domain: domain" in text


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


async def test_a_run_that_lacks_the_sample(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    write_run(root / "short", n=8, skill=0.9)
    async with opened(samples_of(root, Scope(), run="run0")) as (pilot, view):
        await pilot.press("G")
        await pilot.pause()
        assert "– no such sample" in text_of(view)
        await pilot.press("enter")
        await pilot.pause()
        assert "no such sample" in text_of(view)


async def test_broken_images_are_words_and_a_sentence(collection: Path) -> None:
    session = samples_of(collection)
    shown = listing(session)
    assert isinstance(shown, SampleList)
    path = shown.table.path_of(shown.row(0)) if shown.table is not None else None
    assert path is not None
    path.unlink()
    async with opened(session) as (pilot, view):
        assert "missing" in text_of(view) and path.name in text_of(view)
        await pilot.press("enter")
        await settled(pilot, view)
        assert "does not exist; name the folder" in text_of(view)


async def test_nothing_to_show_is_said(collection: Path) -> None:
    session = samples_of(collection, Scope("cat", "cat"))
    async with opened(select(session, split="val")) as (_, view):
        assert "nothing on val" in text_of(view)
        assert view.page == (1, 1) and view.legend == ""
    async with opened(add_filter(session, Expression("confidence > 2"))) as (_, view):
        assert "None of 20 cat predicted right that pass the filters; F drops the last filter." in text_of(view)


async def test_y_copies_a_path_and_says_where(collection: Path, tmp_path: Path) -> None:
    async with opened(samples_of(collection)) as (pilot, view):
        await pilot.press("y")
        await pilot.pause()
        copied = (tmp_path / "state" / "clftui" / "copied.txt").read_text(encoding="utf-8")
        assert Path(copied.strip()).is_file()
        assert "1 path copied" in now(view).notice
        await pilot.press("Y")
        await pilot.pause()
        shown = listing(now(view))
        assert isinstance(shown, SampleList)
        copied = (tmp_path / "state" / "clftui" / "copied.txt").read_text(encoding="utf-8")
        assert len(copied.splitlines()) == shown.n


async def test_what_is_too_long_for_the_clipboard_goes_to_the_file_alone(
    collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clftui.app.effects.CLIPBOARD_BYTES", 60)
    async with opened(samples_of(collection)) as (pilot, view):
        copied: list[str] = []
        monkeypatch.setattr(view.app, "copy_to_clipboard", copied.append)
        await pilot.press("Y")
        await pilot.pause()
        assert not copied and "but to" in now(view).notice
        assert (tmp_path / "state" / "clftui" / "copied.txt").stat().st_size > 60


async def test_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    rows = b"".join(b"%d,cat,../im\xff%d.png\n" % (i, i) for i in range(80))
    (root / "samples" / "test.csv").write_bytes(b"id,true,path\n" + rows)
    async with opened(samples_of(root, Scope())) as (pilot, view):
        await pilot.press("y")
        await pilot.pause()
        assert "1 path copied to the clipboard" in now(view).notice
        assert b"im\xff" in (tmp_path / "state" / "clftui" / "copied.txt").read_bytes()


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
