"""Data at the edges: one class, no samples, no epochs, junk tables, folders that cannot be read or written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from clftui.cli import program
from clftui.data.catalog import open_catalog
from tests.builders import CLASSES, write_collection, write_run
from tests.proofs.fuzz_files import check_output, check_sentence
from tests.robust.screens import Screen, drive, session_of

VIEWS = ("runs", "ranking", "matrix", "pairs", "curves", "samples", "collect")
TOUR = ("1", "j", "space", "2", "m", "m", "m", "m", "m", "m", "n", "o", "N", "N", "3", "j", "l", "c", "n", "%", "%",
        "D", "T", "o", "N", "enter", "7", "o", "i", "i", "v", "enter", "j", "backspace", "s", "bracketleft",
        "bracketright", "y", "G", "g", "1", "o", "o")  # fmt: skip


def report(*words: object) -> Result:
    done = CliRunner().invoke(program(), ["report", *map(str, words)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    for sentence in done.stderr.splitlines():
        check_sentence(sentence.removeprefix("Error: "))
    return done


def everything(root: Path) -> None:
    """Every report in every format, and every screen."""
    for view in VIEWS:
        for form in ("text", "md", "json", "csv"):
            done = report(root, "--view", view, "--format", form)
            assert done.exit_code in (0, 2) and (done.stdout or done.stderr)
            if done.exit_code == 0:
                check_output(done.stdout, form)

    async def script(screen: Screen) -> None:
        await screen.press(*TOUR)
        await screen.settle()

    drive(session_of(root), script)


def _rewrite(path: Path, **arrays: object) -> None:
    np.savez(path, allow_pickle=False, **{name: np.asarray(value) for name, value in arrays.items()})


def one_class(root: Path) -> None:
    write_run(root / "a", classes=["only"])
    write_run(root / "b", classes=["only"], seed=1)


def two_classes(root: Path) -> None:
    write_run(root / "a", classes=["no", "yes"])
    write_run(root / "b", classes=["no", "yes"], seed=1, skill=1.0)


def no_epochs(root: Path) -> None:
    write_run(root / "a", epochs=0)
    write_run(root / "b", epochs=0)


def no_samples(root: Path) -> None:
    for name in ("a", "b"):
        for path in write_run(root / name).rglob("*.npz"):
            _rewrite(path, sample=np.zeros(0, int), true=np.zeros(0, int), predicted=np.zeros(0, int))


def one_sample(root: Path) -> None:
    write_run(root / "a", n=1)
    write_run(root / "b", n=1, seed=1)


def classes_without_samples(root: Path) -> None:
    for seed, name in enumerate(("a", "b")):
        write_run(root / name, classes=[*CLASSES, "yak", "zebu"], n=3, seed=seed)


def all_right(root: Path) -> None:
    write_run(root / "a", skill=1.0, epochs=1)
    for path in (root / "a").rglob("*.npz"):
        true = np.arange(80) % 4
        _rewrite(path, sample=np.arange(80), true=true, predicted=true, scores=np.eye(4)[true])


def all_unlabelled(root: Path) -> None:
    for path in write_run(root / "a").rglob("*.npz"):
        _rewrite(path, sample=np.arange(9), true=np.full(9, -1), predicted=np.arange(9) % 4)


def all_unanswered(root: Path) -> None:
    for path in write_run(root / "a").rglob("*.npz"):
        _rewrite(path, sample=np.arange(9), true=np.arange(9) % 4, predicted=np.full(9, -1))


def infinite_scores(root: Path) -> None:
    for kind, name in (("logits", "a"), ("nll", "b"), ("scores", "c")):
        for path in write_run(root / name).rglob("*.npz"):
            wild = np.full((80, 4), np.inf)
            wild[::2] = -np.inf
            wild[::3] = -1.0
            wild[::5] = 1e30
            labels = np.arange(80) % 4
            _rewrite(path, sample=np.arange(80), true=labels, predicted=labels[::-1], **{kind: wild})


def bare_matrix(root: Path) -> None:
    for path in write_run(root / "a").rglob("*.npz"):
        _rewrite(path, confusion=np.zeros((4, 4), int))
    for path in write_run(root / "b").rglob("*.npz"):
        _rewrite(path, confusion=np.full((4, 4), 10**12))


def splits_apart(root: Path) -> None:
    write_run(root / "a", splits=["test"])
    write_run(root / "b", splits=["val"], seed=1)
    write_run(root / "c", splits=["train", "test-v2.1"], seed=1)


def same_names(root: Path) -> None:
    for folder in ("x", "y"):
        write_run(root / folder / "run")


def nothing_shared(root: Path) -> None:
    write_run(root / "a", classes=["a", "b"])
    write_run(root / "b", classes=["c", "d"], seed=1)


EDGES: tuple[Callable[[Path], None], ...] = (
    one_class, two_classes, no_epochs, no_samples, one_sample, classes_without_samples, all_right, all_unlabelled,
    all_unanswered, infinite_scores, bare_matrix, splits_apart, same_names, nothing_shared,
)  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.__name__.replace("_", " "))
def test_edges(tmp_path: Path, edge: Callable[[Path], None]) -> None:
    (tmp_path / "runs").mkdir()
    edge(tmp_path / "runs")
    everything(tmp_path / "runs")


JUNK: dict[str, tuple[str, bytes]] = {
    "empty": ("p.csv", b""),
    "a header alone": ("p.csv", b"true,pred\n"),
    "other columns": ("p.csv", b"a,b\n1,2\n"),
    "one column": ("p.csv", b"x\n1\n2\n"),
    "binary": ("p.csv", bytes(range(256)) * 20),
    "a picture": ("p.csv", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "unclosed quotes": ("p.csv", b'true,pred\ncat,"dog\nfox,owl\n' * 5),
    "uneven rows": ("p.csv", b"true,pred\ncat\ndog,dog,dog,dog\n,,\ncat,cat\n"),
    "words for scores": ("p.csv", b"true,pred,prob_cat,prob_dog\ncat,dog,x,y\ndog,dog,1e999,nan\n"),
    "an odd epoch": ("p.csv", b"true,pred,epoch\ncat,dog,x\ndog,dog,-3\n"),
    "a huge epoch": ("p.csv", b"true,pred,epoch\ncat,dog,99999999999999999999\ndog,dog,1\n"),
    "a huge label": ("p.csv", b"true,pred\n99999999999999999999,1\n2,1\n"),
    "a count too many": ("p.csv", b"true,pred,count\ncat,dog,1e999\ndog,dog,99999999999999999999\n"),
    "odd digits": ("p.csv", "true,pred,count\n²,--5,3\n--5,--5,4\n".encode()),
    "a label of 400 digits": ("p.csv", b"true,pred\n" + b"9" * 400 + b",1\n1,1\n"),
    "a long cell": ("p.csv", b"true,pred\n" + b"x" * 300_000 + b",dog\ndog,dog\n"),
    "no JSON": ("p.json", b"{'true': 1}"),
    "other JSON": ("p.json", b'{"a": [1, {"b": null}]}'),
    "a number": ("p.json", b"1e999"),
    "a broken line": ("p.jsonl", b'{"true": "cat", "pred": "dog"}\n{"true"\n[1]\n{"true": {}, "pred": []}\n'),
    "a crooked matrix": ("m.csv", b",cat,dog\ncat,1\ndog,2,3\n"),
    "a negative matrix": ("m.csv", b",cat,dog\ncat,-1,2\ndog,2,3\n"),
    "no array": ("preds.npy", b"\x93NUMPY\x01\x00nonsense"),
    "no archive": ("preds.npz", b"PK\x03\x04nonsense"),
    "another ending": ("model.pt", b"weights"),
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_is_a_sentence_or_a_report(tmp_path: Path, kind: str) -> None:
    name, data = JUNK[kind]
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / name
    path.write_bytes(data)
    good = write_run(tmp_path / "good", epochs=1)
    for words in ([path], [path.parent], [path, good]):
        done = report(*words, "--view", "runs", "--format", "json")
        told = done.stderr.splitlines()
        if done.exit_code:
            assert len(words) == 1 and len(told) == 1 and not done.stdout
        else:
            runs = [run["name"] for run in json.loads(done.stdout)["data"]["runs"]]
            assert runs and ("good" in runs or len(words) == 1)
            assert len(told) <= 1

    async def script(screen: Screen) -> None:
        await screen.press("1", "2", "3", "7", "o", "enter", "1")

    drive(session_of(path), script)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an ordinary user a mode of 000 does it; root may read everything, so the system call is told to refuse."""
    root = write_collection(tmp_path / "runs", runs=2)
    real = os.scandir

    def refuse(path: str | os.PathLike[str] = ".") -> object:
        if Path(path) == root / "run0":
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    done = report(root, "--view", "runs")
    assert done.exit_code == 0 and "run1" in done.stdout
    assert done.stderr.splitlines() == [f"{root}/run0 cannot be listed (Permission denied); check its permissions."]

    async def script(screen: Screen) -> None:
        assert "Permission denied" in await screen.press("1")
        await screen.press("2", "3", "7", "enter")

    drive(session_of(root), script)


def test_files_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    real = os.open

    def refuse(path: str, flags: int, *more: int, **options: int) -> int:
        if str(path).endswith(("run0/epochs/00003/test.npz", "samples/test.csv")):
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", refuse)
    done = report(root, "--view", "samples", "--run", "run1")
    told = done.stderr.splitlines()
    assert done.exit_code == 0 and len(told) == 2
    assert all("Permission denied" in sentence for sentence in told)
    assert report(root, "--view", "matrix", "--run", "run0").exit_code == 2

    async def script(screen: Screen) -> None:
        await screen.press("1", "j", "2", "3", "7", "enter")

    drive(session_of(root), script)


WATCH_WRITES = """
import os, sys
root = sys.argv[1]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def audit(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and os.fsdecode(args[0]).startswith(root):
        if args[2] & WRITING:
            raise SystemExit(f"writes {args[0]}")
    if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.utime", "os.symlink", "os.link"):
        if os.fsdecode(args[0]).startswith(root):
            raise SystemExit(f"{event} {args[0]}")
sys.addaudithook(audit)
from pathlib import Path
from tests.robust.screens import drive, session_of
async def script(screen):
    await screen.press("1", "space", "2", "N", "3", "o", "enter", "7", "enter", "y", "Y", "backspace", "1")
    await screen.settle()
drive(session_of(Path(root)), script, follow=[Path(root)])
print("wrote nothing")
"""


def test_nothing_is_ever_written_into_a_collection(tmp_path: Path) -> None:
    """So a read-only collection is as good as any; root may write everywhere, so every system call is watched."""
    root = write_collection(tmp_path / "runs", runs=2, images=True)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    done = subprocess.run([sys.executable, "-c", WATCH_WRITES, str(root)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "wrote nothing\n", done.stderr[-2000:]
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_a_pipe_for_a_description_does_not_hang(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    (root / "run0" / "run.json").unlink()
    os.mkfifo(root / "run0" / "run.json")
    (root / "run1" / "status.json").unlink()
    os.mkfifo(root / "run1" / "status.json")
    catalog = open_catalog([root])
    assert [run.name for run in catalog.runs] == ["run1"]
    assert "a pipe or a device" in catalog.problems[0].message
