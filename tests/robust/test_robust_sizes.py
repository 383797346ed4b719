"""Terminals of any size, and storms of resizing: nothing overflows, nothing ends the app."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from clftui.drawing.encode import Depth
from tests.builders import write_collection, write_run
from tests.robust.screens import Screen, drive, session_of

TOUR = ("1", "j", "o", "2", "l", "N", "m", "3", "j", "c", "o", "T", "enter", "7", "l", "o", "v", "v", "enter",
        "i", "backspace", "bracketleft", "?", "escape", ":", "escape", "/", "c", "enter", "e", "escape", "f",
        "escape")  # fmt: skip
SIZES = ((20, 5), (1, 1), (2, 2), (5, 1), (1, 30), (300, 2), (19, 7), (40, 10), (79, 23), (300, 100))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_collection(tmp_path_factory.mktemp("sizes") / "runs", runs=5, images=True)
    write_run(root / "wide", classes=[f"a rather long class name {number}" for number in range(30)], n=200, epochs=2)
    return root


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_screen_fits(root: Path, size: tuple[int, int]) -> None:
    async def script(screen: Screen) -> None:
        await screen.press(*TOUR)
        await screen.settle()

    drive(session_of(root), script, size=size, depth=Depth.MONO if size[0] == 20 else Depth.TRUE)


def test_20_by_5_still_says_where_one_is(root: Path) -> None:
    async def script(screen: Screen) -> None:
        for key, words in (("1", "run"), ("2", "cat"), ("3", "cat"), ("7", "▌")):
            assert words in await screen.press(key), screen.text

    drive(session_of(root), script, size=(20, 5))


def test_a_storm_of_resizing(root: Path) -> None:
    rng = random.Random(4)

    async def script(screen: Screen) -> None:
        for number in range(40):
            await screen.resize(rng.choice((1, 2, 20, 80, 200, rng.randrange(1, 250))), rng.randrange(1, 80))
            if number % 3 == 0:
                await screen.press(rng.choice("1237"), rng.choice("jlm"))
        await screen.resize(80, 24)
        await screen.press("3")
        assert "true ↓" in await screen.settle()

    drive(session_of(root), script)
