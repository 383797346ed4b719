"""Every kind of bad input through `clftui report`: one sentence on stderr, and the good run's numbers all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clftui.cli import program
from tests.proofs.fuzz_files import check_output, check_sentence
from tests.robust.broken import CASES, write

VIEWS = ("runs", "ranking", "matrix", "pairs", "curves", "samples", "collect")


def report(root: Path, view: str, *options: str, form: str = "text") -> Result:
    words = ["report", str(root), "--view", view, "--format", form, *options]
    done = CliRunner().invoke(program(), words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def sentences(done: Result) -> list[str]:
    """What was said on stderr, each checked to be one clean sentence."""
    found = done.stderr.splitlines()
    for sentence in found:
        check_sentence(sentence)
    return found


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_and_the_rest_is_reported(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    root = write(tmp_path / "runs", case)
    done = report(root, "runs", form="json")
    assert done.exit_code == 0
    runs = {run["name"]: run for run in json.loads(done.stdout)["data"]["runs"]}
    assert set(runs) == ({"good", "bad"} if case.listed else {"good"})
    assert runs["good"]["accuracy"] > 0.5 and runs["good"]["epochs"] == 3
    told = sentences(done) if case.listed and not case.whole else sentences(report(root, "samples", "--run", "good"))
    assert len(told) == (1 if case.says else 0), told
    for part in case.says:
        assert part in told[0], told[0]


@pytest.mark.parametrize("name", CASES)
def test_the_broken_run_itself_is_a_sentence_or_a_report(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    root = write(tmp_path / "runs", case)
    for view in VIEWS:
        done = report(root, view, *(["--run", "bad"] if case.listed else []))
        told = sentences(done)
        check_output(done.stdout, "text")
        if done.exit_code:
            assert done.exit_code == 2 and done.stdout == "" and len(told) == 1
            assert all(part in told[0] for part in case.says), told[0]
        else:
            assert done.stdout.strip()


def test_an_older_epoch_of_the_broken_run_is_whole(tmp_path: Path) -> None:
    root = write(tmp_path / "runs", CASES["a label out of range"])
    done = report(root, "matrix", "--run", "bad", "--epoch", "2", form="json")
    assert done.exit_code == 0 and done.stderr == ""
    assert sum(count for *_, count in json.loads(done.stdout)["data"]["cells"]) == 80


@pytest.mark.parametrize("name", ["a missing array", "a truncated npz", "NaN scores", "an unknown version"])
def test_the_command_itself(tmp_path: Path, name: str) -> None:
    """The same through the interpreter's own front door: status, stdout, stderr, no warning of Python."""
    root = write(tmp_path / "runs", CASES[name])
    command = [sys.executable, "-m", "clftui", "report", str(root), "--view", "ranking"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "good" in done.stdout
    assert len(done.stderr.splitlines()) == (1 if CASES[name].says else 0)


def test_odd_rows_are_counted(tmp_path: Path) -> None:
    done = report(write(tmp_path / "nan", CASES["NaN scores"]), "samples", "--run", "bad")
    assert "40 rows have NaN scores" in done.stdout
    done = report(write(tmp_path / "ids", CASES["a table in another encoding"]), "samples", "--run", "bad")
    assert "79 rows repeat an id" in done.stdout
    done = report(write(tmp_path / "twice", CASES["duplicate samples"]), "runs")
    assert "bad: 4 rows" in done.stdout


def test_several_paths_good_and_bad(tmp_path: Path) -> None:
    good = write(tmp_path / "runs", CASES["an unknown version"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "notes.txt").write_text("nothing to see")
    (tmp_path / "p.csv").write_text("a,b\n1,2\n")
    paths = [str(tmp_path / name) for name in ("empty", "junk", "p.csv")]
    done = CliRunner().invoke(program(), ["report", str(good), *paths, "--view", "runs"])
    told = sentences(done)
    assert done.exit_code == 0 and "good" in done.stdout and len(told) == 4
    for name, words in (("run.json", "version"), ("empty", "RunLogger"), ("junk", "no runs"), ("p.csv", "true")):
        assert any(name in sentence and words in sentence for sentence in told), (name, told)


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_to_report(tmp_path: Path, view: str) -> None:
    (tmp_path / "empty").mkdir()
    for path, words in ((tmp_path / "empty", "is an empty folder"), (tmp_path / "nowhere", "does not exist")):
        done = report(path, view)
        assert done.exit_code in (1, 2) and done.stdout == ""
        assert words in done.stderr and len(done.stderr.splitlines()) == 1
