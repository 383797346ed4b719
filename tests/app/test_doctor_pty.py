"""`clftui doctor` on a scripted terminal: it measures, reads every answer, and leaves the terminal as it was."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tests.app.scripted_terminal import ScriptedTerminal


def test_doctor_measures_the_way_to_the_terminal() -> None:
    env = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])}
    show = "import sys; print('LEFT', repr(sys.stdin.readline()))"
    command = f'{sys.executable} -m clftui doctor; exec {sys.executable} -c "{show}"'
    terminal = ScriptedTerminal(["/bin/sh", "-c", command], env, program="foot(1.13.1)", sixel=True, status=True)
    try:
        text = terminal.until(b"packages").decode("utf-8", "replace")
        assert "sixel graphics: foot(1.13.1)" in text
        measured = re.search(r"round trip (\d+\.\d) ms, (\d+(?:\.\d)?) ([kM])B/s", text)
        assert measured is not None and float(measured[1]) < 1000
        terminal.press(b"x\n")
        terminal.until(b"LEFT 'x\\n'")
    finally:
        terminal.close()
