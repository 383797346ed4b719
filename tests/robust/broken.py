"""Collections with one thing wrong each: a run `bad` beside a run `good`, or a path of another kind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.builders import CLASSES, write_run, write_samples

Arrays = dict[str, NDArray[Any]]
Break = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """One thing wrong. `damage` is given the run `bad` (or the collection, with `whole`)."""

    damage: Break
    says: tuple[str, ...]
    """What its sentence must name: file, field, what is wrong, remedy. Empty: nothing is wrong enough to say."""
    listed: bool = True
    """Whether the run is still among the runs (its other epochs can be read)."""
    whole: bool = False


def write(root: Path, case: Case) -> Path:
    """A collection of `good` and `bad`, three epochs each on one sample table, damaged as `case` says."""
    write_samples(root / "samples" / "test.csv", 80)
    for seed, name in enumerate(("bad", "good")):
        write_run(root / name, seed=seed, samples={"test": "../samples/test.csv"}, state="finished")
    case.damage(root if case.whole else root / "bad")
    return root


def newest(run: Path) -> Path:
    """The file of the last epoch."""
    return run / "epochs" / "00003" / "test.npz"


def arrays(change: Callable[[Arrays], object]) -> Break:
    """Damage the arrays of the newest epoch."""

    def damage(run: Path) -> None:
        with np.load(newest(run)) as stored:
            kept: Arrays = {name: stored[name].copy() for name in stored.files}
        change(kept)
        np.savez(newest(run), allow_pickle=True, **kept)

    return damage


def put(name: str, value: Any, at: Any = None) -> Callable[[Arrays], object]:
    """Set an array, or some of its entries."""

    def change(kept: Arrays) -> None:
        if at is None:
            kept[name] = np.asarray(value)
        else:
            kept[name][at] = value

    return change


def described(**changes: Any) -> Break:
    """Change keys of run.json; None removes one."""

    def damage(run: Path) -> None:
        path = run / "run.json"
        about = json.loads(path.read_text()) | changes
        path.write_text(json.dumps({key: value for key, value in about.items() if value is not None}))

    return damage


def run_json(data: str | bytes) -> Break:
    return lambda run: _write(run / "run.json", data)


def table(data: str | bytes) -> Break:
    """Another sample table in place of the shared one."""
    return lambda root: _write(root / "samples" / "test.csv", data)


def hierarchy(data: str) -> Break:
    return lambda root: _write(root / "hierarchy.json", data)


def _write(path: Path, data: str | bytes) -> None:
    path.write_bytes(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)


def _cut(share: float) -> Break:
    return lambda run: _write(newest(run), newest(run).read_bytes()[: int(newest(run).stat().st_size * share)])


def _folder(run: Path) -> None:
    newest(run).unlink()
    newest(run).mkdir()


def _no_epochs(run: Path) -> None:
    shutil.rmtree(run / "epochs")


def _repeat_samples(kept: Arrays) -> None:
    kept["sample"][1:5] = kept["sample"][0]


def _rows(n: int, header: str = "id,true,path") -> str:
    return "\n".join([header, *(f"{row:04d},{CLASSES[row % 4]},x/{row}.png" for row in range(n))]) + "\n"


TREE = {"name": "all", "children": [{"name": "cat"}, {"name": "dog"}, {"name": "fox"}]}
FILE = "00003/test.npz"

CASES: Mapping[str, Case] = {
    # Arrays
    "a missing array": Case(arrays(lambda kept: kept.pop("predicted")), (FILE, "predicted is missing", "write")),
    "no arrays": Case(arrays(lambda kept: kept.clear()), (FILE, "true is missing")),
    "a wrong shape": Case(arrays(put("true", np.zeros((80, 2), int))), (FILE, "true", "(80, 2)", "(n,)")),
    "another length": Case(arrays(put("predicted", np.zeros(79, int))), (FILE, "predicted", "79", "80")),
    "scores of other classes": Case(arrays(put("nll", np.ones((80, 5), "f2"))), (FILE, "nll", "(80, 5)", "K = 4")),
    "a label out of range": Case(arrays(put("true", 4, at=5)), (FILE, "true is 4 in row 5", "0 to 3")),
    "a negative label": Case(arrays(put("predicted", -7, at=5)), (FILE, "predicted is -7 in row 5")),
    "fractional labels": Case(arrays(put("true", np.zeros(80))), (FILE, "true", "float64", "whole numbers")),
    "objects": Case(arrays(put("true", np.array([{}] * 80))), (FILE, "true", "Python objects", "never")),
    "NaN scores": Case(arrays(put("nll", np.nan, at=slice(0, 40))), ()),
    "duplicate samples": Case(arrays(_repeat_samples), ()),
    # Files
    "a truncated npz": Case(_cut(0.6), (FILE, "is not a complete npz file", "copy it again")),
    "an empty npz": Case(_cut(0), (FILE, "npz", "copy it again")),
    "an npz of text": Case(lambda run: _write(newest(run), "hello\n" * 99), (FILE, "npz", "copy it again")),
    "a folder for an npz": Case(_folder, (FILE, "it is a folder")),
    "no epochs": Case(_no_epochs, ()),
    # run.json
    "an unknown version": Case(described(version=7), ("run.json", "version is 7", "version 1", "newer"), listed=False),
    "no version": Case(described(version=None), ("run.json", "version is missing"), listed=False),
    "another format": Case(described(format="onnx"), ("run.json", "format is 'onnx'", "clftui-run"), listed=False),
    "no classes": Case(described(classes=None), ("run.json", "classes is missing"), listed=False),
    "empty classes": Case(described(classes=[]), ("run.json", "classes is empty"), listed=False),
    "classes that are no names": Case(described(classes=["cat", {}]), ("run.json", "classes holds {}"), listed=False),
    "a class twice": Case(described(classes=["cat", "dog", "cat", "owl"]), ("names 'cat' twice",), listed=False),
    "run.json that is no JSON": Case(run_json('{"format": '), ("run.json", "not valid JSON", "line 1"), listed=False),
    "run.json that is a list": Case(run_json("[1, 2]"), ("run.json", "not a JSON object"), listed=False),
    "run.json of bytes": Case(run_json(b"\xff\xfe\x00"), ("run.json", "not UTF-8"), listed=False),
    "an empty run.json": Case(run_json(b""), ("run.json", "not valid JSON"), listed=False),
    "a deep run.json": Case(run_json("[" * 100_000), ("run.json", "not JSON that can be read"), listed=False),
    "a huge run.json": Case(run_json(b" " * 70_000_000), ("run.json", "70 MB", "64 MB"), listed=False),
    "samples that are a list": Case(described(samples=["x"]), ("run.json", "samples is not"), listed=False),
    "odd metadata": Case(described(model={"layers": [1]}, hyperparameters={"lr": {"a": [None]}}, created=[]), ()),
    # Scalars and status
    "garbage scalars": Case(lambda run: _write(run / "scalars.jsonl", b'\xff{"epoch":"x"}\n[]\n{"epoch": 1e999\n'), ()),
    "garbage status": Case(lambda run: _write(run / "status.json", '{"state": [1], "heartbeat": "now"}'), ()),
    # Sample tables, shared by both runs
    "an empty table": Case(table(""), ("samples/test.csv",), whole=True),
    "a table without ids": Case(table(_rows(80, "name,true,path")), (), whole=True),
    "a short table": Case(table(_rows(10)), ("samples/test.csv", "10"), whole=True),
    "a table in another encoding": Case(table(b"id,true\n" + b"1,caf\xe9\n" * 80), (), whole=True),
    "a table with a null byte": Case(table(_rows(80).replace("0003", "00\x0003")), (), whole=True),
    "no table": Case(lambda root: (root / "samples" / "test.csv").unlink(), ("test.csv",), whole=True),
    # The class hierarchy
    "a hierarchy that is no JSON": Case(hierarchy('{"name"'), ("hierarchy.json", "not valid JSON"), whole=True),
    "a hierarchy that is a list": Case(hierarchy("[]"), ("hierarchy.json", "not a JSON object"), whole=True),
    "a hierarchy of numbers": Case(hierarchy('{"name": 1, "children": 2}'), ("hierarchy.json",), whole=True),
    "a hierarchy with a class twice": Case(
        hierarchy(json.dumps(TREE | {"children": [{"name": "cat"}, {"name": "cat"}]})), ("hierarchy.json", "cat"),
        whole=True,
    ),
    "a hierarchy that lacks a class": Case(hierarchy(json.dumps(TREE)), (), whole=True),
    "a deep hierarchy": Case(
        hierarchy('{"name":"a","children":[' * 2000 + '{"name":"cat"}' + "]}" * 2000), ("hierarchy.json",), whole=True
    ),
    # Several runs
    "other classes": Case(
        described(classes=["cat", "dog", "fox", "cow"]), ("has other classes (without cow, with owl)", "by name")
    ),
    "another order": Case(described(classes=["owl", "fox", "dog", "cat"]), ("has the same classes in another order",)),
}  # fmt: skip
