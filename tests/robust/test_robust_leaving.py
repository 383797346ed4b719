"""Ways to leave other than `q`: told to end, the connection lost. The terminal is put back, the script is whole."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.terminal import Terminal
from tests.builders import write_collection


def _started(tmp_path: Path) -> tuple[Terminal, Path]:
    root, script = write_collection(tmp_path / "runs", runs=2), tmp_path / "session.clf"
    words = [sys.executable, "-m", "clftui", str(root), "--view", "runs", "--record", str(script)]
    return Terminal(words, columns=100, rows=24), script


def test_ctrl_c_says_which_key_leaves_and_record_keeps_the_script(tmp_path: Path) -> None:
    terminal, script = _started(tmp_path)
    with terminal:
        terminal.until(b"run1")
        terminal.quiet()
        terminal.press(b"3")
        terminal.press(b"\x03")
        terminal.until(b"q leaves clftui.")
        terminal.press(b"q")
        assert terminal.ended() == 0
    assert 'tab "matrix"' in script.read_text(encoding="utf-8")


def test_told_to_end_it_gives_the_terminal_back(tmp_path: Path) -> None:
    terminal, script = _started(tmp_path)
    with terminal:
        terminal.until(b"run1")
        terminal.quiet()
        terminal.press(b"[")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
    for back in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h"):
        assert back in terminal.written, back
    assert "epoch 2" in script.read_text(encoding="utf-8")


def _status(terminal: Terminal) -> int:
    """How the process ended; it must, whoever holds its terminal no longer."""
    end = time.monotonic() + 15
    while not (ended := os.waitpid(terminal.pid, os.WNOHANG))[0] and time.monotonic() < end:
        time.sleep(0.05)
    assert ended[0] == terminal.pid, "it goes on without a terminal"
    return os.waitstatus_to_exitcode(ended[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_lost_connection_ends_it_with_its_script_whole(tmp_path: Path) -> None:
    terminal, script = _started(tmp_path)
    terminal.until(b"run1")
    terminal.quiet()
    terminal.press(b"[")
    os.close(terminal.fileno())
    assert _status(terminal) != 70
    assert "epoch 2" in script.read_text(encoding="utf-8")
    assert not list(tmp_path.rglob("crash.log"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_connection_lost_while_suspended_ends_it_too(tmp_path: Path) -> None:
    terminal, script = _started(tmp_path)
    terminal.until(b"run1")
    terminal.quiet()
    terminal.press(b"[")
    terminal.quiet()
    terminal.press(b"\x1a")
    end = time.monotonic() + 10
    while Path(f"/proc/{terminal.pid}/stat").read_text().split()[2] != "T" and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(terminal.pid, signal.SIGHUP)
    os.kill(terminal.pid, signal.SIGCONT)
    os.close(terminal.fileno())
    assert _status(terminal) != 70
    assert "epoch 2" in script.read_text(encoding="utf-8")
