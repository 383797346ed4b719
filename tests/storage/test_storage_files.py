"""Atomic replacement, locked appends, and JSON lines that a killed writer left torn."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from clftui.schema import FormatError
from clftui.storage import (
    append_line,
    atomic_json,
    atomic_write,
    dump_json,
    read_json,
    read_jsonl,
    remove_temporaries,
)


def test_atomic_write_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    atomic_write(path, lambda file: _put(file, b"new"))
    assert path.read_bytes() == b"new"
    assert [child.name for child in tmp_path.iterdir()] == ["a.bin"]


def test_atomic_write_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def half(file: BinaryIO) -> None:
        file.write(b"half")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        atomic_write(path, half)
    assert path.read_bytes() == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["a.bin"]


def test_while_it_is_written_the_old_file_is_read_and_the_new_one_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    beside: list[str] = []

    def look(file: BinaryIO) -> None:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        beside.extend(child.name for child in tmp_path.iterdir() if child != path)

    atomic_write(path, look)
    (temporary,) = beside
    assert temporary.startswith(".a.bin.") and temporary.endswith(".tmp")


def test_a_temporary_of_the_same_name_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.storage.files._counter", iter([7, 8]))
    monkeypatch.setattr("os.getpid", lambda: 42)
    foreign = tmp_path / ".a.42-7.tmp"
    foreign.write_bytes(b"another host's")
    atomic_write(tmp_path / "a", lambda file: _put(file, b"mine"))
    assert foreign.read_bytes() == b"another host's"
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_only_the_temporaries_of_own_files_are_removed(tmp_path: Path) -> None:
    for name in (".test.npz.5-0.tmp", ".val.npz.5-1.tmp", "test.npz", ".hidden", ".test.npz.tmp"):
        (tmp_path / name).touch()
    assert remove_temporaries(tmp_path, lambda name: name == "test.npz") == 1
    left = {child.name for child in tmp_path.iterdir()}
    assert left == {".val.npz.5-1.tmp", "test.npz", ".hidden", ".test.npz.tmp"}
    assert remove_temporaries(tmp_path / "absent", lambda name: True) == 0


def test_append_begins_a_fresh_line_after_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    append_line(path, '{"epoch": 1}')
    with path.open("ab") as file:
        file.write(b'{"epoch": 2, "lo')
    assert read_jsonl(path) == ([{"epoch": 1}], 0)
    append_line(path, '{"epoch": 3}', sync=True)
    assert read_jsonl(path) == ([{"epoch": 1}, {"epoch": 3}], 1)


def test_append_refuses_a_newline_and_reports_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.jsonl"
    with pytest.raises(ValueError, match="newline"):
        append_line(path, "a\nb")
    monkeypatch.setattr("os.write", lambda descriptor, data: len(data) - 1)
    with pytest.raises(OSError, match="part of a line"):
        append_line(path, "a")


def test_lines_of_several_processes_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    code = (
        "import sys; from clftui.storage import append_line\n"
        'for i in range(200): append_line(sys.argv[1], \'{"who": %s, "i": %d, "pad": "%s"}\''
        " % (sys.argv[2], i, 'x' * (i % 50) * 40))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(who)]) for who in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    rows, skipped = read_jsonl(path)
    assert skipped == 0
    for who in range(3):
        assert [row["i"] for row in rows if row["who"] == who] == list(range(200))


def test_jsonl_counts_what_is_no_object_and_reads_nan(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": NaN}\r\n\n[1]\nnonsense\n{"b": \xff}\n{"c": Infinity}\n{"d": 1}')
    rows, skipped = read_jsonl(path)
    assert math.isnan(float(str(rows[0]["a"])))
    assert rows[1:] == [{"c": math.inf}, {"d": 1}]
    assert skipped == 3


def test_jsonl_of_a_missing_file_is_empty_and_of_a_folder_an_error(tmp_path: Path) -> None:
    assert read_jsonl(tmp_path / "absent") == ([], 0)
    with pytest.raises(FormatError, match="cannot be read"):
        read_jsonl(tmp_path)


def test_deeply_nested_json_is_an_error_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_bytes(b"[" * 200_000)
    with pytest.raises(FormatError):
        read_json(path)
    path.write_bytes(b"[" * 200_000 + b"\n")
    assert read_jsonl(path) == ([], 1)


def test_json_holds_no_nan_and_takes_numpy_values(tmp_path: Path) -> None:
    value = {
        "nan": math.nan,
        "inf": np.float32(np.inf),
        "int": np.int16(3),
        "list": (1, np.array([0.5, np.nan])),
        "path": Path("x"),
        "odd": "\udcff",
        "name": "Größe",
    }
    atomic_json(tmp_path / "a.json", value)
    text = (tmp_path / "a.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    assert read_json(tmp_path / "a.json") == {
        "nan": None,
        "inf": None,
        "int": 3,
        "list": [1, [0.5, None]],
        "path": "x",
        "odd": "\udcff",
        "name": "Größe",
    }
    assert dump_json({"name": "Größe"}) == '{"name": "Größe"}'.encode()
    assert b"\n" not in dump_json(value)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b'{"a": ', "not valid JSON (line 1"), (b"\xff", "not UTF-8"), (b"", "not valid JSON")],
)
def test_broken_json_says_where(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        read_json(path)
    assert says in str(caught.value) and str(path) in str(caught.value)


def test_a_missing_json_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="does not exist"):
        read_json(tmp_path / "run.json")


def test_written_json_is_read_by_the_standard_library(tmp_path: Path) -> None:
    atomic_json(tmp_path / "a.json", {"a": [1, 2]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [1, 2]}


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)
