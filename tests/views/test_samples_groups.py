"""Groups, orders and columns of the Samples tab in a real app."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.app.app import ClfApp
from clftui.drawing.palette import Depth
from clftui.state.sample_list import SampleList, items, listing
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.selection import Part, Scope
from clftui.views.samples import SamplesView
from tests.builders import CLASSES, write_collection, write_run
from tests.views.samples_app import SMALL, WIDE, focused, now, opened, samples_of, settled, text_of


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", images=True)


def shown_in(view: SamplesView) -> SampleList:
    shown = listing(now(view))
    assert isinstance(shown, SampleList), shown
    return shown


@pytest.mark.row("B26")
async def test_one_image_and_a_count_for_each_true_class(collection: Path) -> None:
    async with opened(samples_of(collection, Scope(part=Part.ALL))) as (pilot, view):
        await pilot.press("b")
        await settled(pilot, view)
        text = text_of(view)
        assert all(f"▸ {name}" in text for name in CLASSES) and text.count("20 · 25.0 %") == 4
        assert "group 1 of 4; enter opens it" in text and "20 of 80 samples, 25.0 %" in text
        assert "by true class" in view.legend
        await pilot.press("l", "enter")
        await settled(pilot, view)
        name = now(view).selection.scope.true
        assert shown_in(view).n == 20
        assert text_of(view).split("\n")[0].strip().startswith(f"20 of 20 {name}")
        assert f"▾ {name}  20" in text_of(view), "a single group is open"
        await pilot.press("backspace", ")")
        await settled(pilot, view)
        text = text_of(view)
        assert f"▾ {name}" in text and text.count("▸") == 1, "those after it are further down"


async def test_headers_stand_over_open_groups_and_at_the_top(collection: Path) -> None:
    async with opened(samples_of(collection, Scope(part=Part.ALL))) as (pilot, view):
        await pilot.press("b", ")", ")")
        await settled(pilot, view)
        first = shown_in(view).groups.names[0]  # type: ignore[union-attr]
        assert f"▾ {first}  20" in text_of(view).split("\n")[1]
        column = focused(view)
        await pilot.press("j", "j", "j", "j")
        await settled(pilot, view)
        assert "▾" in text_of(view).split("\n")[1], "the group of the first row is always named"
        assert focused(view) > column
        await pilot.press("G")
        await settled(pilot, view)
        assert focused(view) == 79
        assert "┏" in text_of(view)


async def test_a_click_on_a_header_opens_the_group(collection: Path) -> None:
    async with opened(samples_of(collection, Scope(part=Part.ALL))) as (pilot, view):
        await pilot.press("b", ")", ")")
        await settled(pilot, view)
        name = shown_in(view).groups.keys[0]  # type: ignore[union-attr]
        await pilot.click("#samples", offset=(4, 1))
        await settled(pilot, view)
        assert now(view).selection.scope.true == name


async def test_lines_of_groups_without_colour_on_a_small_screen(collection: Path) -> None:
    session = samples_of(collection, Scope(part=Part.ALL))
    async with opened(session, size=SMALL, depth=Depth.MONO) as (pilot, view):
        await pilot.press("v", "b")
        await settled(pilot, view)
        rows = [line for line in text_of(view).split("\n") if "▸" in line]
        assert [line.split()[1] for line in rows] == ["20"] * 4
        await pilot.press(")")
        await settled(pilot, view)
        lines = text_of(view).split("\n")
        assert lines[1].strip().startswith("▾") and "25.0 % of 80" in lines[1]


async def test_the_list_of_orders_sorts_and_groups(collection: Path) -> None:
    async with opened(samples_of(collection, Scope())) as (pilot, view):
        await pilot.press("O")
        await pilot.pause()
        await pilot.press(*"mislabel", "enter")
        await settled(pilot, view)
        assert now(view).samples.sort is SampleSort.SUSPICION
        assert "likeliest mislabelled first" in text_of(view) and "quality −" in text_of(view)
        await pilot.press("O")
        await pilot.pause()
        await pilot.press(*"predicted class", "enter")
        await settled(pilot, view)
        assert now(view).samples.grouping is SampleGrouping.PREDICTED
        assert items(now(view), shown_in(view)).n == 4


async def test_wide_lines_tell_more(collection: Path) -> None:
    counts = np.eye(4)[np.sort(np.arange(80) % 4)] * 3 + 1
    np.save(collection / "samples" / "test.soft.npy", counts)
    async with opened(samples_of(collection, Scope()), size=(160, 40)) as (pilot, view):
        await pilot.press("v", "o", "o", "o")
        await settled(pilot, view)
        head = text_of(view).split("\n")[2].split()
        assert head == ["score", "margin", "id", "true", "predicted", "true’s", "ep.", "wrong", "soft", "label", "path"]
        assert text_of(view).count("1.57") == 0 and " .57 " in text_of(view), "4 of 7 people agree"


@pytest.mark.row("O6")
async def test_selected_samples_are_marked_by_a_glyph(collection: Path) -> None:
    async with opened(samples_of(collection, Scope()), depth=Depth.MONO) as (pilot, view):
        await pilot.press("v", "space", "j", "space")
        await settled(pilot, view)
        lines = text_of(view).split("\n")
        assert [row for row, line in enumerate(lines) if line.startswith("◆")] == [3, 5]
        await pilot.press("v")
        await settled(pilot, view)
        assert "▌" in text_of(view)


async def test_long_documents_have_two_lines(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r", n=40, samples={"test": "test.csv"})
    words = " ".join(f"word{number}" for number in range(30))
    body = "\n".join(f'{row},"{row} {words}"' for row in range(40))
    (folder / "test.csv").write_text(f"id,text\n{body}\n", encoding="utf-8")
    async with opened(samples_of(tmp_path, Scope(part=Part.ALL), run="r")) as (pilot, view):
        rows, columns = view.page
        assert columns == 1 and rows < 16
        lines = text_of(view).split("\n")
        assert "word0" in lines[3] and "word" in lines[4] and "word0" not in lines[4]
        await pilot.press("j")
        assert focused(view) == 1


async def test_slow_orders_are_said_until_they_are_there(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.state.sample_scores.PASTS.get", lambda *_, **__: None)
    session = samples_of(collection, Scope(part=Part.ALL))
    app = ClfApp(session, remember=False)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("o", "o", "o", "o")
        await pilot.pause()
        view = app.screen.query_one(SamplesView)
        assert "Reading the scores of test …" in text_of(view)
