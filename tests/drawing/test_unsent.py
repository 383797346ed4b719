"""Frames that are on the terminal already are not written again, and what is written leaves the same screen."""

from __future__ import annotations

from pathlib import Path

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from clftui.app.app import ClfApp
from clftui.data.catalog import open_catalog
from clftui.state.session import open_session
from clftui.widgets.unsent import Unsent
from tests.builders import write_collection
from tests.drawing.seen import seen

CONSOLE = Console(force_terminal=True, color_system="truecolor", width=120)
Update = LayoutUpdate | ChopsUpdate
SIZE = (100, 30)


async def updates(root: Path, keys: str, monkeypatch: pytest.MonkeyPatch) -> list[Update]:
    """Every update Textual makes of the app at the start and for `keys`."""
    made: list[Update] = []

    def display(app: ClfApp, screen: object, renderable: object) -> None:
        if screen is app.screen and isinstance(renderable, Update):
            made.append(renderable)

    monkeypatch.setattr(ClfApp, "_display", display)
    app = ClfApp(open_session(open_catalog([root])), theme="dark", remember=False)
    async with app.run_test(size=SIZE) as pilot:
        await app.main.settled()
        for key in keys.split():
            await pilot.press(key)
            await app.main.settled()
    return made


async def test_the_screen_is_the_same_for_half_of_the_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_collection(tmp_path / "c", runs=2, epochs=2)
    made = await updates(root, "j question_mark escape 2 l colon escape", monkeypatch)
    unsent = Unsent()
    screens = pyte.Screen(*SIZE), pyte.Screen(*SIZE)
    whole, part = map(pyte.Stream, screens)
    bytes_whole = bytes_part = 0
    for update in made:
        all_of_it, new = update.render_segments(CONSOLE), unsent.write(update, CONSOLE)
        whole.feed(all_of_it)
        part.feed(new)
        assert seen(screens[1]) == seen(screens[0])
        bytes_whole, bytes_part = bytes_whole + len(all_of_it), bytes_part + len(new)
    assert len(made) > 8 and screens[0].display[0].startswith(" c ")
    assert bytes_part < 0.45 * bytes_whole


def frame(*lines: str) -> LayoutUpdate:
    return LayoutUpdate([[strip(line)] for line in lines], Region(0, 0, len(lines[0]), len(lines)))


def strip(text: str) -> Strip:
    return Strip([Segment(text)], len(text))


def test_a_frame_is_written_once_until_all_is_forgotten() -> None:
    unsent = Unsent()
    first = unsent.write(frame("abc", "def"), CONSOLE)
    assert "abc" in first and "def" in first
    assert unsent.write(frame("abc", "def"), CONSOLE) == ""
    assert "def" not in (changed := unsent.write(frame("abX", "def"), CONSOLE)) and "abX" in changed
    unsent.forget()
    assert unsent.write(frame("abX", "def"), CONSOLE) == first.replace("abc", "abX")


def test_a_part_written_over_is_written_again() -> None:
    unsent = Unsent()
    unsent.write(frame("abc", "def"), CONSOLE)
    over = ChopsUpdate([{0: strip("aXc")}, {}], [(0, 1, 2)], [[3], [3]])
    assert "X" in unsent.write(over, CONSOLE)
    again = unsent.write(frame("abc", "def"), CONSOLE)
    assert "abc" in again and "def" not in again


@pytest.mark.parametrize("other", ["text", 7])
def test_what_is_no_update_of_cells_passes_and_makes_it_forget(other: object) -> None:
    unsent = Unsent()
    unsent.write(frame("abc"), CONSOLE)
    assert unsent.part_of(None) is None and unsent.write(frame("abc"), CONSOLE) == ""
    assert unsent.part_of(other) is other  # type: ignore[arg-type]
    assert "abc" in unsent.write(frame("abc"), CONSOLE)
