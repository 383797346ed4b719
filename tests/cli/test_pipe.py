"""`clftui -`: rows from a pipe show as they come, keys come from the terminal, reports wait for the end."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clftui.data.catalog import Catalog, open_catalog
from clftui.data.imports import pipe as pipes
from clftui.data.imports.pipe import Pipe, follow
from clftui.data.watch import Watcher
from tests.app.scripted_terminal import ScriptedTerminal

STDIN = Path("-")


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[io.FileIO]:
    """The end of a pipe that others write to; `-` is what comes out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipes, "_followed", [])
    out, into = os.pipe()
    follow(out)
    with open(into, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor
        yield file
    os.close(out)


def rows(catalog: Catalog) -> int:
    evaluation = catalog.runs[0].evaluation("test") if catalog.runs else None
    return evaluation.n if evaluation is not None else 0


def until(catalog: Catalog | None, count: int, closed: bool = False) -> Catalog:
    before = time.monotonic()
    while time.monotonic() < before + 10:
        catalog = open_catalog([STDIN], previous=catalog)
        if rows(catalog) == count and (not closed or not catalog.runs[0].status.live):
            return catalog
        time.sleep(0.005)
    raise AssertionError(f"{count} rows never came")


def test_rows_show_as_they_come(end: io.FileIO) -> None:
    empty = open_catalog([STDIN])
    assert not empty.runs and "Waiting for rows" in empty.problems[0].message
    end.write(b"id,true,pred\n1,cat,dog\n2,cat,c")
    one = until(empty, 1)
    assert one.runs[0].name == "stdin" and one.runs[0].status.state == "running" and one.problems == ()
    assert open_catalog([STDIN], previous=one) is one
    end.write(b"at\n3,bird,bird\n4,cat")
    three = until(one, 3)
    assert three.runs[0].classes == ("bird", "cat", "dog") and three.runs[0].key == one.runs[0].key
    end.write(b",dog")
    end.close()
    done = until(three, 4, closed=True)
    assert done.runs[0].status.state == "finished" and open_catalog([STDIN], previous=done) is done


def test_json_lines_and_an_array(end: io.FileIO) -> None:
    end.write(json.dumps([{"true": "a", "pred": "b"}, {"true": "b", "pred": "b"}]).encode() + b"\n")
    before = time.monotonic()
    while not (found := open_catalog([STDIN])).problems[0].message.startswith("A JSON array"):
        assert time.monotonic() < before + 10
    end.close()
    assert rows(until(found, 2, closed=True)) == 2


def test_what_cannot_be_read_later_leaves_what_could(end: io.FileIO) -> None:
    end.write(b'{"epoch": 1, "true": "a", "pred": "b"}\n')
    first = until(None, 1)
    end.write(b'{"epoch": "soon", "true": "b", "pred": "b"}\n')
    before = time.monotonic()
    while not (found := open_catalog([STDIN], previous=first)).problems:
        assert time.monotonic() < before + 10
    assert rows(found) == 1 and "no epoch number" in found.problems[0].message


def test_the_watcher_sees_a_pipe_grow(end: io.FileIO) -> None:
    end.write(b"true,pred\na,b\n")
    seen: list[Catalog] = []
    watcher = Watcher()
    watcher.start([STDIN], until(None, 1), seen.append)
    try:
        end.write(b"b,b\nb,a\n")
        before = time.monotonic()
        while not seen or rows(seen[-1]) != 3:
            assert time.monotonic() < before + 10
            time.sleep(0.01)
    finally:
        watcher.stop()


def test_a_long_stream_is_not_read_anew_with_every_row() -> None:
    out, into = os.pipe()
    pipe = Pipe(out)
    looks = set()
    for number in range(2_000):
        os.write(into, b"%d,cat,dog\n" % number)
        looks.add(pipe.signature)
    os.close(into)
    assert len(looks) < 250
    os.close(out)


FEEDER = """
import sys, time
from pathlib import Path
print("id,true,pred", flush=True)
print("1,cat,dog\\n2,cat,cat\\n3,dog,dog", flush=True)
while not Path(sys.argv[1]).exists(): time.sleep(0.02)
print("4,newt,dog\\n5,newt,cat", flush=True)
while not Path(sys.argv[1] + "2").exists(): time.sleep(0.02)
"""


def env(tmp_path: Path) -> dict[str, str]:
    folders = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": str(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[2]), "LANG": "C.UTF-8", **folders}  # fmt: skip


def test_the_app_takes_rows_from_the_pipe_and_keys_from_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "feed.py").write_text(FEEDER, encoding="utf-8")
    go = tmp_path / "go"
    words = (
        f"{sys.executable} feed.py {go} | {sys.executable} -m clftui - --view ranking --graphics none; echo ENDED $?"
    )
    terminal = ScriptedTerminal(["/bin/sh", "-c", f"cd {tmp_path}; {words}"], env(tmp_path))
    try:
        terminal.until(b"cat")
        start = terminal.calm()
        go.touch()
        terminal.until(b"newt", start)  # nobody has pressed a key
        terminal.press(b"q")
        (tmp_path / "go2").touch()
        assert b"ENDED 0" in terminal.until(b"ENDED")
    finally:
        (tmp_path / "go2").touch()
        terminal.close()


def clftui(tmp_path: Path, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "clftui", *words], input=text, capture_output=True, text=True,
                          env=env(tmp_path), cwd=tmp_path, start_new_session=True, timeout=60)  # fmt: skip


def test_reports_wait_for_the_end_and_the_app_needs_a_terminal(tmp_path: Path) -> None:
    text = "id,true,pred\n1,cat,dog\n2,cat,cat\n"
    done = clftui(tmp_path, "report", "-", "--view", "pairs", "--format", "csv", text=text)
    assert done.returncode == 0 and "cat" in done.stdout and "dog" in done.stdout
    refused = clftui(tmp_path, "-", text=text)
    assert refused.returncode == 2 and "clftui report - --view runs" in refused.stderr
