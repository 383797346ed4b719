"""The real thing: clftui in tmux, driven by keys, beside a script that trains."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import write_collection

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

WRITER = """
import sys, time
import numpy as np
from clftui.logger import RunLogger

rng = np.random.default_rng(0)
true = np.repeat(np.arange(4), 25)
with RunLogger(sys.argv[1], classes=["cat", "dog", "fox", "owl"]) as log:
    for epoch in range(1, 21):
        right = rng.random(100) < epoch / 25
        scores = np.eye(4)[np.where(right, true, rng.integers(0, 4, 100))] * 0.6 + 0.1
        log.log(epoch, "test", true, scores=scores)
        print(epoch, flush=True)
        sys.stdin.readline()
"""


class Tmux:
    """A private tmux server with one window of a fixed size."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self._name = f"clftui-{uuid.uuid4().hex[:8]}"
        self._folder = folder
        self._size = (columns, rows)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._name, "-f", "/dev/null", *words],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout

    def start(self, *arguments: str) -> None:
        """Open clftui in the window."""
        columns, rows = self._size
        command = [sys.executable, "-m", "clftui", *arguments]
        env = [f"{name}={self._folder / name.lower()}" for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")]
        words = " ".join(f"'{word}'" for word in ("env", *env, "COLORTERM=truecolor", *command))
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), f"{words}; echo LEFT $?; sleep 60")

    def press(self, *keys: str) -> None:
        """Type keys by tmux's names."""
        self._tmux("send-keys", *keys)

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self) -> str:
        """What the window shows."""
        return self._tmux("capture-pane", "-p")

    def until(self, seen: str | Callable[[str], bool], timeout: float = 15.0) -> str:
        """Wait for a text (or a condition) on the screen."""
        test = (lambda screen: seen in screen) if isinstance(seen, str) else seen
        end = time.monotonic() + timeout
        while True:
            screen = self.screen()
            if test(screen):
                return screen
            assert time.monotonic() < end, f"{seen!r} never came:\n{screen}"
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server and everything in it."""
        subprocess.run(["tmux", "-L", self._name, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path, 80, 24)
    yield server
    server.stop()


def test_from_the_runs_to_a_misclassified_image(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(str(write_collection(tmp_path / "animals", images=True)))
    tmux.until("run2")
    tmux.press("Enter")
    tmux.until("recall")
    tmux.press("Enter")
    tmux.until(lambda screen: "true ↓" in screen and "cat" in screen)
    tmux.press("N", "Enter")
    tmux.until(lambda screen: "→" in screen.splitlines()[2])
    tmux.press("Enter")
    screen = tmux.until("true is no")
    assert "Traceback" not in screen
    tmux.press("BSpace", "BSpace")
    tmux.until("true ↓")
    tmux.press("?")
    tmux.until("esc closes")
    tmux.press("Escape")
    tmux.until(lambda screen: "esc closes" not in screen)
    tmux.press("q")
    tmux.until("LEFT 0")


def test_a_run_that_grows_is_followed_and_a_pinned_epoch_stays(tmux: Tmux, tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root / "growing")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert writer.stdin is not None and writer.stdout is not None
    try:
        assert writer.stdout.readline() == "1\n"
        tmux.start(str(root), "--run", "growing", "--view", "matrix")
        tmux.until("live")
        for epoch in range(2, 21):
            writer.stdin.write("\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == f"{epoch}\n"
            tmux.until(f"epoch {epoch}/{epoch}")
            if epoch == 18:
                tmux.press("[")
                tmux.until("epoch 17/18")
                break
        writer.stdin.write("\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "19\n"
        assert "pinned" in tmux.until("epoch 17/19")
    finally:
        writer.kill()
        writer.communicate()
    tmux.press("q")
    tmux.until("LEFT 0")


def test_a_tiny_terminal_and_resizing(tmux: Tmux, tmp_path: Path) -> None:
    tmux.start(str(write_collection(tmp_path / "animals")))
    tmux.until("run2")
    for columns, rows in ((20, 5), (200, 50), (40, 10), (80, 24)):
        tmux.resize(columns, rows)
        for key in ("1", "2", "3", "7", "j", "l"):
            tmux.press(key)
        tmux.until(lambda screen, rows=rows: len(screen.rstrip("\n").split("\n")) <= rows and "LEFT" not in screen)  # type: ignore[misc]
    tmux.press("1")
    tmux.until("run2")
    tmux.press("q")
    tmux.until("LEFT 0")
