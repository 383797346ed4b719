"""The Samples tab where something is missing, broken or long, and what it copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.state.filters import Expression
from clftui.state.moves import add_filter, select
from clftui.state.sample_list import SampleList, listing
from clftui.state.selection import Scope
from tests.builders import write_collection, write_run
from tests.views.samples_app import now, opened, quadrants, samples_of, settled, text_of, words_of


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", images=True)


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
        assert "does not exist; name the folder" in words_of(view)


async def test_images_that_moved(collection: Path, tmp_path: Path) -> None:
    (collection / "images").rename(tmp_path / "elsewhere")
    session = samples_of(collection)
    async with opened(session) as (_, view):
        assert "missing" in text_of(view)
    moved = open_catalog([collection], images_root=tmp_path / "elsewhere")
    async with opened(replace(session, catalog=moved)) as (_, view):
        assert "missing" not in text_of(view) and quadrants(text_of(view)) > 50


async def test_nothing_to_show_is_said(collection: Path) -> None:
    session = samples_of(collection, Scope("cat", "cat"))
    async with opened(select(session, split="val")) as (_, view):
        assert "nothing on val" in text_of(view)
        assert view.page == (1, 1) and view.legend == ""
    async with opened(add_filter(session, Expression("confidence > 2"))) as (_, view):
        assert "None of 20 cat predicted right, only confidence > 2; F drops the last filter." in words_of(view)


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
