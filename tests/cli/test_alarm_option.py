"""`--alarm` on the command line: what it may be, and what happens where it cannot be."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from clftui import plain
from tests.benchmarks.terminal import Terminal
from tests.builders import write_collection, write_run
from tests.state.test_alarm_strip import write_answers


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


def test_the_terminal_hears_a_bell_at_a_regression_and_none_before(tmp_path: Path) -> None:
    run = write_run(tmp_path / "runs" / "cnn", epochs=0, state="running")
    for epoch in range(1, 9):
        write_answers(run, epoch)
    with Terminal([sys.executable, "-m", "clftui", str(run.parent), "--alarm", "bell"], columns=120, rows=40) as app:
        app.until(b"live")
        app.quiet(1.0)
        write_answers(run, 9)
        app.until(b"9")
        app.quiet(1.0)
        assert bells(app) == 0
        write_answers(run, 10, fallen=0.3)
        app.until(b"epoch 10 of A cnn")
        app.quiet(1.0)
        assert bells(app) == 1


def bells(app: Terminal) -> int:
    """How often it rang; operating system commands end with the same byte."""
    return re.sub(rb"\x1b\][^\a\x1b]*\a", b"", app.written).count(b"\a")
