"""`--alarm` on the command line: what it may be, and what happens where it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clftui import plain
from tests.benchmarks.terminal import Terminal
from tests.builders import write_collection


def test_the_everyday_command_line_knows_it() -> None:
    chosen = plain.read(["runs", "--alarm", "bell"], {})
    assert chosen is not None and chosen["alarm"] == "bell"
    assert plain.DEFAULTS["alarm"] == "none" and plain.DEFAULTS["rules"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--alarm", "shout"], "write bell, tmux, none or command:CMD"),
        (["--alarm", "command:/no/such/thing x"], "there is no command /no/such/thing"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    with Terminal([sys.executable, "-m", "clftui", str(root), *words], columns=100, rows=30) as app:
        assert app.ended() == 2
        assert said in app.written.decode() and "Traceback" not in app.written.decode()


def test_outside_tmux_it_says_that_the_bell_rings(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    with Terminal([sys.executable, "-m", "clftui", str(root), "--alarm", "tmux"], columns=100, rows=30) as app:
        app.until(b"this is no tmux")
