"""An error nobody expected: one sentence, the way out of the terminal, and a file that holds the rest."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from textual.app import App

from clftui.app import crash
from clftui.app.app import ClfApp
from clftui.app.background import Background
from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.state.session import open_session
from clftui.views.matrix import MatrixView
from tests.benchmarks.terminal import Terminal
from tests.builders import write_collection

BREAK = """
import sys
from clftui.views.matrix import MatrixView
def draw(self, canvas):
    secret = "a value of the user"
    raise RuntimeError("broken \\x1b[31m on purpose")
MatrixView.draw = draw
from clftui.cli import main
sys.argv = ["clftui", *sys.argv[1:]]
main()
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "clftui"


def _plain(written: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;?<>]*[A-Za-z]", "", written.decode("utf-8", "replace"))


def test_a_view_that_breaks_leaves_one_sentence_and_status_70(tmp_path: Path, state: Path) -> None:
    root, log = write_collection(tmp_path / "runs", runs=2), tmp_path / "clftui.log"
    command = [sys.executable, "-c", BREAK, str(root), "--view", "runs", "--log", str(log)]
    with Terminal(command, columns=100, rows=24) as terminal:
        terminal.until(b"run1")
        terminal.quiet()
        before = len(terminal.written)
        terminal.press(b"3")
        assert terminal.ended() == 70
        after = terminal.written[before:]
    assert b"\x1b[?1049l" in after, "the terminal's own screen comes back"
    left = " ".join(_plain(after[after.rindex(b"\x1b[?1049l") :]).split())
    assert left.startswith("clftui stopped at an error it did not expect (RuntimeError: broken ·[31m on purpose);")
    assert left.endswith("crash.log holds the details for a bug report.")
    assert "Traceback" not in left and "secret" not in left
    details = (state / "crash.log").read_text(encoding="utf-8")
    assert "Traceback" in details and "in draw" in details and "RuntimeError: broken" in details
    assert "a value of the user" not in details
    logged = log.read_text(encoding="utf-8")
    for part in ("textual 8", "TERM=xterm-256color", "command tab.matrix in runs", "RuntimeError: broken", "Traceback"):
        assert part in logged, part


def test_a_report_that_breaks_leaves_one_sentence_and_status_70(tmp_path: Path, state: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    source = (
        "import sys, clftui.launch as l; l.headless = lambda *a, **k: {}['none']; from clftui.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, "report", str(root), "--view", "runs"], capture_output=True, text=True
    )
    assert done.returncode == 70 and done.stdout == ""
    assert done.stderr.startswith("clftui stopped at an error it did not expect (KeyError: 'none'); ")
    assert done.stderr.count("\n") == 1
    assert "KeyError" in (state / "crash.log").read_text(encoding="utf-8")


async def test_tests_still_see_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(self: MatrixView, canvas: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(MatrixView, "draw", draw)
    app = ClfApp(open_session(open_catalog([write_collection(tmp_path / "runs", runs=1)])), remember=False)
    with pytest.raises(RuntimeError, match="on purpose"):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("3")
    assert app.return_code == 70


def test_textual_still_has_the_private_names_we_override() -> None:
    app: App[None] = App()
    for name in ("_handle_exception", "_close_messages_no_wait", "_exception_event"):
        assert hasattr(app, name), name
    assert app._exception is None and app._return_code is None
    assert "_handle_exception" in ClfApp.__dict__


def test_a_state_folder_that_cannot_be_written_sends_the_details_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = re.search(r"; (\S+) holds the details", crash.report_crash(ValueError("x" * 1000)))
    assert found is not None and Path(found[1]).parent == tmp_path
    assert "ValueError: xxx" in Path(found[1]).read_text(encoding="utf-8")
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", _refuse)
    assert "no file could be written" in crash.report_crash(ValueError())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_told_and_is_no_crash(tmp_path: Path, state: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    words = [sys.executable, "-m", "clftui", "report", str(root), "--view", "runs"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 70
    assert done.stderr == "clftui stopped: the output cannot be written (No space left on device).\n"
    assert not (state / "crash.log").exists()


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError("no")


def test_the_details_do_not_grow_for_ever(state: Path) -> None:
    state.mkdir(parents=True)
    (state / crash.CRASH_FILE).write_bytes(b"x" * (crash.MAX_BYTES + 1))
    crash.report_crash(ValueError("first"))
    crash.report_crash(ValueError("second"))
    text = (state / crash.CRASH_FILE).read_text(encoding="utf-8")
    assert "first" in text and "second" in text and len(text) < 10_000


def test_an_error_in_a_thread_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    crash.log_thread_errors()
    thread = threading.Thread(target=_refuse, name="clftui-some-work")
    with caplog.at_level(logging.ERROR, "clftui"):
        thread.start()
        thread.join()
    assert "clftui-some-work ended by an error" in caplog.text and "PermissionError" in caplog.text


def test_an_error_while_epochs_are_read_is_logged_and_the_next_run_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = open_session(open_catalog([write_collection(tmp_path / "runs", runs=2)]))
    read: list[str] = []

    def load(run: Run, split: str, cancelled: object) -> tuple[()]:
        if not read:
            read.append(run.key)
            raise ZeroDivisionError("on purpose")
        read.append(run.key)
        done.set()
        return ()

    class Target:
        def post_message(self, message: object) -> None:
            told.append(message)

    done, told = threading.Event(), list[object]()
    monkeypatch.setattr("clftui.app.background.load", load)
    background = Background(Target())  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR, "clftui"):
        background.want(session)
        assert done.wait(10)
        background.stop()
    assert len(read) == 2 and read[0] != read[1]
    assert "ZeroDivisionError: on purpose" in caplog.text and len(told) == 1
