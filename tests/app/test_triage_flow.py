"""Tagging by keys: letters in the frame, the next sample, undo, selections, exports, and what others tag."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.app.dialogs.palette import CommandPalette
from clftui.app.dialogs.prompt import Prompt
from clftui.app.tag_watch import TagWatch
from clftui.data.catalog import open_catalog
from clftui.state.sample_list import SampleList, index_of, listing
from clftui.state.sample_tags import Tag, give, tags_of
from clftui.state.selection import Tab
from clftui.state.session import open_session
from clftui.storage import append_line
from clftui.views.samples import SamplesView
from clftui.widgets.frame import BreadcrumbBar, FooterBar
from tests.app.piloted import app_of
from tests.app.test_flow import line, running, top
from tests.builders import write_collection


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "animals", images=True)


def shown(pilot: Pilot[None]) -> SampleList:
    found = listing(app_of(pilot).main.now)
    assert isinstance(found, SampleList)
    return found


def at(pilot: Pilot[None]) -> int:
    return index_of(app_of(pilot).main.now, shown(pilot))


def lines_of(root: Path) -> list[dict[str, str | None]]:
    path = root / "triage.jsonl"
    return [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def drawn(pilot: Pilot[None]) -> str:
    canvas = app_of(pilot).screen.query_one("#samples").canvas  # type: ignore[attr-defined]
    return "\n".join(canvas.rows_text())


@pytest.mark.row("B34", "O6")
async def test_two_keys_tag_and_advance(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7")
        first = [shown(pilot).sample_id(index) for index in range(3)]
        await pilot.press("t")
        assert top(pilot) == "MainScreen" and f"Tag #{first[0]}" in line(pilot, BreadcrumbBar)
        assert line(pilot, FooterBar).split() == [
            "m", "mislabelled", "a", "ambiguous", "b", "bad", "image", "d", "duplicate", "h", "hard", "c", "collect",
            "more", "x", "none",
        ]  # fmt: skip
        await pilot.press("a")
        n = shown(pilot).n
        assert f"#{first[0]} is ambiguous; tagged 1, left {n - 1}." in line(pilot, BreadcrumbBar)
        assert main.now.selection.sample == first[1]
        await pilot.press("t", "j")
        assert "Not tagged" in line(pilot, BreadcrumbBar) and at(pilot) == 1
        await pilot.press("l", "h")
        assert f"tagged 1, left {n - 1}" in line(pilot, BreadcrumbBar)
        await pilot.press("t", "escape", "t", "m")
        assert f"#{first[1]} is mislabelled; it is" in line(pilot, BreadcrumbBar)
        assert line(pilot, FooterBar).startswith(" enter ")
        await pilot.press("enter")
        answer = tags_of(main.now.catalog, "test")[first[1]]
        position = int(shown(pilot).positions[1])
        predicted = shown(pilot).evaluation.classes[shown(pilot).evaluation.predicted[position]]
        assert (answer.tag, answer.proposed, answer.run) == (Tag.MISLABELLED, predicted, "run2")
        assert f"rather {predicted}" in line(pilot, BreadcrumbBar) and at(pilot) == 2
        await pilot.press(".")
        assert tags_of(main.now.catalog, "test")[first[2]].tag is Tag.MISLABELLED and at(pilot) == 3
        await pilot.press("g", "t", "x")
        assert first[0] not in tags_of(main.now.catalog, "test") and at(pilot) == 1
        assert [each["tag"] for each in lines_of(root)] == ["ambiguous", "mislabelled", "mislabelled", None]


async def test_all_letters_fit_a_small_screen(root: Path) -> None:
    async with running(root, size=(80, 24)) as pilot:
        await pilot.press("7", "t")
        words = line(pilot, FooterBar).split()
        assert " ".join(words) == "m mislabelled a ambiguous b bad d duplicate h hard c collect x none"
        await pilot.click("#samples", offset=(30, 10))
        assert "tag + next" in line(pilot, FooterBar) and not lines_of(root)


async def test_another_class_by_digit_by_name_or_not_known(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7", "t", "m", "2", "t", "m", "0", "t", "m", "/")
        assert top(pilot) == Prompt.__name__
        pilot.app.screen.query_one(Input).value = "ow"
        await pilot.press("enter")
        assert top(pilot) == Prompt.__name__
        pilot.app.screen.query_one(Input).value = "owl"
        await pilot.press("enter")
        await main.settled()
        proposed = [each["class"] for each in lines_of(root)]
        assert proposed[1] is None and proposed[2] == "owl" and proposed[0] in main.now.classes
        await pilot.press("t", "m", "/", "escape", "t", "m", "z")
        assert "Not tagged" in line(pilot, BreadcrumbBar) and len(lines_of(root)) == 3


async def test_undo_restores_and_goes_back(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7", "u")
        assert "Nothing was tagged by you" in line(pilot, BreadcrumbBar)
        name = shown(pilot).sample_id(0)
        await pilot.press("t", "h", "g", "t", "d", "u")
        assert "is hard" in line(pilot, BreadcrumbBar) and main.now.selection.sample == name
        await pilot.press("j", "u")
        assert "not tagged any more" in line(pilot, BreadcrumbBar) and main.now.selection.sample == name
        assert [each["tag"] for each in lines_of(root)] == ["hard", "duplicate", "hard", None]
        await pilot.press("t", "h")
        give(main.now.catalog, "test", [(name, Tag.DUPLICATE, None)])
        await pilot.press("u")
        assert "tagged anew since" in line(pilot, BreadcrumbBar)


@pytest.mark.row("O6")
async def test_a_selection_and_a_whole_list_are_tagged_at_once(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7", "space", "j", "space")
        assert len(main.now.selection.chosen) == 2 and drawn(pilot).count("▌") >= 8
        await pilot.press("g")
        assert "2 selected" in line(pilot, BreadcrumbBar)
        await pilot.press("t", "d")
        assert len(tags_of(main.now.catalog, "test")) == 2 and not main.now.selection.chosen
        assert "2 samples are duplicate" in line(pilot, BreadcrumbBar)
        n = shown(pilot).n
        await pilot.press("T", "m")
        assert f"All {n} samples of the list mislabelled?" in line(pilot, BreadcrumbBar)
        await pilot.press("n")
        assert len(tags_of(main.now.catalog, "test")) == 2
        await pilot.press("T", "m", "y")
        tags = tags_of(main.now.catalog, "test")
        assert len(tags) == n and {each.tag for each in tags.values()} == {Tag.MISLABELLED}
        assert all(each.proposed is not None for each in tags.values())
        await pilot.press("u")
        assert len(tags_of(main.now.catalog, "test")) == 2


async def test_filters_and_counts_follow(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7")
        n, names = shown(pilot).n, [shown(pilot).sample_id(index) for index in range(4)]
        main.do(main.registry.by_id["filter.untagged"])
        await pilot.press("t", "h")
        assert shown(pilot).n == n - 1 and main.now.selection.sample == names[1] and at(pilot) == 0
        await pilot.press("t", "d")
        assert main.now.selection.sample == names[2] and shown(pilot).n == n - 2
        await pilot.press("k")
        assert "not tagged −2 ×" in line(pilot, BreadcrumbBar)
        main.do(main.registry.by_id["filter.tag_hard"])
        assert shown(pilot).n == 1 and shown(pilot).sample_id(0) == names[0]
        await pilot.press("3")
        confusion = main.now.confusion()
        assert confusion is not None and confusion.total == 1


async def test_the_next_untagged_comes_round(root: Path) -> None:
    async with running(root) as pilot:
        await pilot.press("7", "t", "h", "t", "h", "g", "N")
        assert at(pilot) == 2
        await pilot.press("G", "N")
        assert at(pilot) == 2


async def test_detail_shows_the_tag_and_who_gave_it(root: Path) -> None:
    async with running(root, size=(120, 40)) as pilot:
        await pilot.press("7", "enter", "t", "m", "m", "k")
        assert "mislabelled, rather" in drawn(pilot) and "m mislabelled" in drawn(pilot)
        assert app_of(pilot).main.now.selection.detail


async def test_what_others_tag_appears(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7")
        watch, name = TagWatch(main), shown(pilot).sample_id(0)
        before = main.now.revision
        watch.look()
        assert main.now.revision == before
        append_line(root / "triage.jsonl", json.dumps(
            {"kind": "sample", "split": "test", "id": name, "tag": "hard", "time": "2026-01-01T00:00:00Z"}
        ))  # fmt: skip
        watch.look()
        await pilot.pause()
        assert main.now.revision > before and "tagged 1" in line(pilot, BreadcrumbBar)
        canvas = pilot.app.screen.query_one(SamplesView).canvas
        assert canvas is not None
        filled = canvas.bg == app_of(pilot).palette.focus
        assert [chr(code) for code in canvas.code[filled]] == ["h"]


@pytest.mark.row("N12")
async def test_tags_are_lines_of_the_script(tmp_path: Path, root: Path) -> None:
    script = tmp_path / "script.clf"
    app = ClfApp(open_session(open_catalog([root])), remember=False, record=script)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("7", "t", "h", "u", "3", "t", "s")
        await pilot.pause()
        name = shown(pilot).sample_id(0)
        pair = app.main.now.selection.true, app.main.now.selection.predicted
    lines = [each for each in script.read_text(encoding="utf-8").splitlines() if each.startswith("tag ")]
    assert lines == [f'tag "{name}" "hard"', f'tag "{name}" none', f'tag "{pair[0]}" -> "{pair[1]}" "subclass"']


async def test_exports_by_name_and_never_over_a_file(tmp_path: Path, root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7", "t", "m", "enter", "t", "h")

        async def export(name: str) -> str:
            main.do(main.registry.by_id["tag.export"])
            await pilot.pause()
            pilot.app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await pilot.pause()
            return main.now.notice

        assert "1 sample written" in await export(str(tmp_path / "relabel.csv"))
        assert (tmp_path / "relabel.csv").read_text(encoding="utf-8").startswith("id,path,given,proposed,tag")
        assert "exists already" in await export(str(tmp_path / "relabel.csv"))
        assert "2 files made" in await export(f"{tmp_path}/links/")
        assert len(list((tmp_path / "links").rglob("*.png"))) == 2
        await export(str(tmp_path / "x.tiff"))
        assert top(pilot) == Prompt.__name__


async def test_the_worklist_leads_on_and_lists(root: Path) -> None:
    async with running(root, size=(120, 40)) as pilot:
        main = app_of(pilot).main
        await main.settled()
        await pilot.press("!")
        first = main.now.attending
        assert first and "left on the worklist" in line(pilot, BreadcrumbBar)
        await pilot.press("!")
        assert main.now.attending not in ("", first)
        assert [each["what"] for each in lines_of(root)] == [first]
        main.do(main.registry.by_id["worklist"])
        await pilot.pause()
        assert top(pilot) == CommandPalette.__name__
        await pilot.press("s", "p", "escape")
        main.do(main.registry.by_id["worklist"])
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert main.now.attending and main.now.tab in (Tab.SAMPLES, Tab.MATRIX, Tab.EPOCHS)


async def test_a_journal_that_cannot_be_written_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    async with running(root) as pilot:
        monkeypatch.setattr("clftui.state.journal.append_lines", refuse)
        await pilot.press("7", "t", "h")
        assert "cannot be written (Permission denied)" in line(pilot, BreadcrumbBar) and at(pilot) == 0


@pytest.mark.row("B34")
async def test_capital_m_keeps_what_is_likely_mislabelled(root: Path) -> None:
    async with running(root) as pilot:
        main = app_of(pilot).main
        await pilot.press("7", "M")
        [one] = main.now.filters
        assert one.describe() == "likely mislabelled"
        evaluation, positions = shown(pilot).evaluation, shown(pilot).positions
        assert (evaluation.confidence(positions) > 0.9).all() and (evaluation.true_score(positions) < 0.05).all()
