"""clftui is one process that reads files: nothing listens, nothing is fetched, nothing else is started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clftui.bundled import bundled_folder

WATCHED = ("socket.bind", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.posix_spawn",
           "webbrowser.open", "urllib.Request")  # fmt: skip
CODE = f"""
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event in {WATCHED!r} else None)
from clftui.cli import main
collection, picture = sys.argv[1:]
for view in ("runs", "matrix", "samples", "features"):
    sys.argv[1:] = ["report", collection, "--view", view, "--format", "svg", "--output", picture]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
print(seen)
"""


@pytest.mark.row("C16")
def test_the_screens_come_from_files_alone(tmp_path: Path) -> None:
    collection = str(bundled_folder("sample_runs") / "digits")
    done = subprocess.run(
        [sys.executable, "-c", CODE, collection, str(tmp_path / "screen.svg")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]" and (tmp_path / "screen.svg").stat().st_size > 10_000
