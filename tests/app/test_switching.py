"""Two keys that arrive together: what the terminal shows is the last screen, not a mixture."""

from __future__ import annotations

import sys
from pathlib import Path

import pyte
import pytest

from tests.benchmarks.terminal import Terminal
from tests.builders import write_collection


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_two_steps_back_in_one_read_show_the_matrix(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", images=True)
    env = {"XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with Terminal([sys.executable, "-m", "clftui", str(root)], columns=80, rows=24, env=env) as terminal:
        terminal.until(b"worst")
        terminal.quiet(0.5)
        for key in (b"\r", b"\r", b"N", b"\r", b"\r"):
            terminal.press(key, 0.4)
        terminal.press(b"\x7f\x7f", 0.6)
        screen = pyte.Screen(80, 24)
        # pyte takes the private-mode key protocol's final letter for text.
        text = terminal.written.replace(b"\x1b[>25u", b"").replace(b"\x1b[>1u", b"").replace(b"\x1b[<u", b"")
        pyte.ByteStream(screen).feed(text)
    shown = "\n".join(screen.display)
    assert "true ↓" in shown and "precision" in shown, shown
    assert "true is no" not in shown
