"""Pictures in a scripted terminal: what is sent, when, how much, and that no answer becomes a key."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.app.scripted_terminal import ScriptedTerminal
from tests.builders import write_collection
from tests.drawing.decoded import kitty_commands, kitty_images, sixel_pixels, sixels

Start = Callable[..., ScriptedTerminal]

PLACEHOLDER = "\U0010eeee".encode()
KITTY: dict[str, Any] = {"program": "kitty(0.41.1)", "kitty": True}
SIXEL: dict[str, Any] = {"program": "XTerm(398)", "sixel": True}
SEXTANT = b"\xf0\x9f\xac"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with pictures of the size and noise of photographs."""
    root = write_collection(tmp_path_factory.mktemp("pictures") / "animals", runs=1, images=True)
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:64, :64]
    for number, path in enumerate(sorted((root / "images").glob("*.png"))):
        base = 127 + 90 * np.sin(x / (5 + number % 7) + number) * np.cos(y / 9)
        pixels = base[..., None] + rng.normal(0, 6, (64, 64, 3))
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    return root


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Iterator[Start]:
    opened: list[ScriptedTerminal] = []

    def run(*arguments: str, env: dict[str, str] | None = None, **terminal: Any) -> ScriptedTerminal:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        env = {
            **keep, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(__file__).parents[2]), "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"), **(env or {}),
        }  # fmt: skip
        words = [sys.executable, "-m", "clftui", str(root), "--view", "samples", "--log", str(tmp_path / "log")]
        opened.append(ScriptedTerminal([*words, *arguments], env, **terminal))
        return opened[-1]

    yield run
    for terminal in opened:
        terminal.close()


def commands(tmp_path: Path) -> list[str]:
    """The commands that keys have run so far."""
    return re.findall(r"command (\S+)", (tmp_path / "log").read_text(encoding="utf-8"))


def held(stream: bytes) -> set[int]:
    """The pictures that a terminal holds after a stream."""
    found: set[int] = set()
    for keys, _ in kitty_commands(stream):
        if keys.get("a") == "T":
            found.add(int(keys["i"]))
        elif keys.get("a") == "d":
            found.discard(int(keys["i"]))
    return found


def test_kitty_sends_each_picture_once_and_frees_them(start: Start, tmp_path: Path, root: Path) -> None:
    terminal = start(**KITTY, env={"COLORTERM": ""})
    terminal.until(PLACEHOLDER)
    loaded = terminal.calm()
    shown = kitty_images(terminal.got)
    assert len(shown) >= 20 and loaded < 500_000
    originals = {np.asarray(Image.open(path)).tobytes() for path in (root / "images").glob("*.png")}
    assert all(np.asarray(image).tobytes() in originals for image in shown.values())
    inks = {int(r) << 16 | int(g) << 8 | int(b) for r, g, b in re.findall(rb"38;2;(\d+);(\d+);(\d+)", terminal.got)}
    assert set(shown) <= inks, "the number of each picture is the ink of its cells"

    for keys in (b"j" * 3, b"k" * 3, b"?", b"\x1b", b"2", b"7"):
        terminal.press(keys)
        start_at = terminal.calm()
    moved = terminal.got[loaded:]
    assert PLACEHOLDER in moved
    again = set(kitty_images(moved)) & set(shown)
    assert not again, "pixels are sent a second time"

    terminal.press(b"\x0c")
    resent = kitty_images(terminal.until(lambda got: len(kitty_images(got)) >= 20, start_at))
    assert set(resent) <= set(shown) | set(kitty_images(moved)), "redraw sends what shows, under its old number"
    start_at = terminal.calm()
    terminal.press(b"q")
    terminal.until(b"\x1b[?1049l", start_at)
    assert held(terminal.got[: terminal.got.rindex(b"\x1b[?1049l")]) == set(), "freed while the screen is still ours"


def test_one_alone_stays_under_the_budget(start: Start) -> None:
    terminal = start(**KITTY)
    terminal.until(PLACEHOLDER)
    loaded = terminal.calm()
    terminal.press(b"\r")
    terminal.until(b"\x1b_G", loaded)
    assert terminal.calm() < 500_000


def test_sixels_are_painted_again_only_where_something_was_written(start: Start) -> None:
    terminal = start(**SIXEL)
    terminal.until(lambda got: len(sixels(got)) >= 20)
    loaded = terminal.calm()
    first = sixels(terminal.got)
    assert len(first) == len(set(first)) and sixel_pixels(first[0]).shape == (112, 112, 3)
    places = [int(row) for row in re.findall(rb"\x1b7\x1b\[(\d+);\d+H\x1bP", terminal.got)]
    assert len(places) == len(first) and all(row - 1 + 7 < 40 for row in places), "none reaches the last row"
    terminal.press(b"l")
    moved = terminal.calm()
    assert not sixels(terminal.got[loaded:]), "the cursor's frame lies between the pictures"
    terminal.press(b"?")
    covered = terminal.calm()
    assert not sixels(terminal.got[moved:])
    terminal.press(b"\x1b")
    terminal.until(lambda got: len(sixels(got)) == len(first), covered)
    closed = terminal.calm()
    assert sorted(sixels(terminal.got[covered:])) == sorted(first)
    terminal.resize(70, 30)
    terminal.until(lambda got: bool(sixels(got)), closed)
    terminal.calm()
    corners = re.findall(rb"\x1b7\x1b\[(\d+);(\d+)H\x1bP", terminal.got[closed:])
    assert corners and all(int(row) + 6 < 30 and int(column) + 13 <= 70 for row, column in corners)


def test_blocks_cost_less_than_five_kilobytes_each(start: Start) -> None:
    terminal = start("--graphics", "blocks", program="xterm(398)")
    terminal.until("▛".encode())
    start_at = terminal.calm()
    terminal.press(b"2")
    start_at = terminal.calm()
    terminal.press(b"7")
    terminal.until("▛".encode(), start_at)
    assert (terminal.calm() - start_at) / 24 < 5_000
    assert SEXTANT not in terminal.got and PLACEHOLDER not in terminal.got


def test_sextants_where_the_terminal_draws_them(start: Start) -> None:
    terminal = start("--graphics", "blocks", program="foot(1.13.1)")
    terminal.until(SEXTANT)


@pytest.mark.parametrize(
    "terminal",
    [{**KITTY, "delay": 0.4}, {**SIXEL, "delay": 0.4}, {"mute": True}, {"program": "kitty(0.26.5)", "kitty": True}],
    ids=["far kitty", "far sixel", "mute", "old kitty"],
)
def test_no_answer_becomes_a_key(start: Start, tmp_path: Path, terminal: dict[str, Any]) -> None:
    begun = time.monotonic()
    run = start("--view", "runs", **terminal)
    run.until(b"animals")
    assert time.monotonic() - begun < 12
    run.calm(0.5)
    assert commands(tmp_path) == []
    run.press(b"7")
    run.until(b"thumbnails")
    assert commands(tmp_path) == ["tab.samples"]


@pytest.mark.parametrize("muxer", ["STY", "ZELLIJ"])
def test_nothing_is_asked_where_another_program_would_answer(start: Start, tmp_path: Path, muxer: str) -> None:
    run = start("--view", "runs", **KITTY, env={muxer: "1"})
    run.until(b"animals")
    assert b"\x1b[>q" not in run.got and b"\x1b[c" not in run.got
