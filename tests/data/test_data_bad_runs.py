"""Runs and folders that cannot be opened as they are: one sentence each, and the rest still opens."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clftui.data.catalog import Catalog, open_catalog
from clftui.schema import FormatError
from tests.builders import write_collection, write_epoch, write_run


def is_one_sentence(message: str) -> bool:
    return message.endswith(".") and "\n" not in message and "Traceback" not in message and len(message) < 400


def _problem(catalog: Catalog) -> str:
    assert len(catalog.problems) == 1, catalog.problems
    assert is_one_sentence(catalog.problems[0].message)
    return catalog.problems[0].message


RUN_FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "another version": ('{"format": "clftui-run", "version": 2, "classes": ["a"]}', ("version", "is 2", "version 1")),
    "no version": ('{"format": "clftui-run", "classes": ["a"]}', ("version", "missing")),
    "another format": ('{"format": "mlrun", "version": 1}', ("format", "'mlrun'", "clftui-run")),
    "no classes": ('{"format": "clftui-run", "version": 1}', ("classes", "missing")),
    "empty classes": ('{"format": "clftui-run", "version": 1, "classes": []}', ("classes", "empty")),
    "a class twice": ('{"format": "clftui-run", "version": 1, "classes": ["a", "b", "a"]}', ("classes", "'a' twice")),
    "no names": ('{"format": "clftui-run", "version": 1, "classes": ["a", null]}', ("classes", "None")),
    "samples as a list": (
        '{"format": "clftui-run", "version": 1, "classes": ["a"], "samples": []}', ("samples", "JSON object"),
    ),
    "no JSON": ('{"format": "clftui-run",', ("not valid JSON",)),
    "a list": ("[]", ("JSON object",)),
    "no text": ("\x00\x01", ("not valid JSON",)),
}  # fmt: skip


@pytest.mark.parametrize("case", RUN_FILES)
def test_a_bad_run_file_is_one_problem(tmp_path: Path, case: str) -> None:
    text, wanted = RUN_FILES[case]
    root = write_collection(tmp_path / "runs")
    (root / "run1" / "run.json").write_text(text, encoding="utf-8")
    catalog = open_catalog([root])
    assert [run.key for run in catalog.runs] == ["run0", "run2"]
    message = _problem(catalog)
    assert str(root / "run1" / "run.json") in message
    for word in wanted:
        assert word in message, message


def test_no_run_file_beside_epochs(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs")
    (root / "run1" / "run.json").unlink()
    assert "run.json is missing beside epochs/" in _problem(open_catalog([root]))


def test_empty_folders_and_missing_paths(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other" / "notes").mkdir(parents=True)
    for name, word in (("empty", "is an empty folder"), ("other", "holds no runs"), ("gone", "does not exist")):
        catalog = open_catalog([tmp_path / name])
        assert not catalog.runs and word in _problem(catalog)
    good = write_run(tmp_path / "cnn")
    both = open_catalog([tmp_path / "gone", good])
    assert [run.key for run in both.runs] == ["cnn"] and "does not exist" in _problem(both)


NAMES = ["\x1b[31mred\x1b[0m", "two\nlines", "x" * 300, "שלום עולם", "dog"]


def test_any_class_name_is_kept_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_run(root / "odd", classes=NAMES)
    write_run(root / "plain", classes=["cat", "dog"])
    catalog = open_catalog([root])
    odd = catalog.run("odd")
    assert odd is not None and odd.classes == tuple(NAMES) and odd.class_index["two\nlines"] == 1
    difference = catalog.class_difference()
    assert difference is not None and is_one_sentence(difference)
    assert "\x1b" not in difference and "\n" not in difference


def test_differing_class_lists_are_told(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_run(root / "a", classes=["cat", "dog"])
    write_run(root / "b", classes=["cat", "dog"])
    assert open_catalog([root]).class_difference() is None
    write_run(root / "c", classes=["dog", "cat"])
    assert open_catalog([root]).class_difference() == (
        "c has the same classes in another order; classes are compared by name."
    )
    write_run(root / "d", classes=["cat", "fox"])
    assert "c and 1 other run have" in str(open_catalog([root]).class_difference())


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Make a folder unlistable, for root too."""
    shut: set[str] = set()
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if os.fspath(path) in shut:
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    yield lambda path: shut.add(str(path))


def test_unreadable_folders(tmp_path: Path, locked: Callable[[Path], None]) -> None:
    root = write_collection(tmp_path / "runs", runs=4)
    locked(root / "run1")
    locked(root / "run2" / "epochs")
    catalog = open_catalog([root])
    assert [run.key for run in catalog.runs] == ["run0", "run3"]
    messages = [problem.message for problem in catalog.problems]
    assert len(messages) == 2 and all(is_one_sentence(m) and "Permission denied" in m for m in messages)
    run = catalog.run("run3")
    assert run is not None
    locked(root / "run3" / "epochs" / "00001")
    with pytest.raises(FormatError, match="Permission denied"):
        run.epochs("test")
    locked(root)
    assert "Permission denied" in _problem(open_catalog([root]))


def test_a_read_only_collection(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    places = [root, *root.rglob("*")]
    before = {place: place.stat().st_mode for place in places}
    for place in places:
        place.chmod(stat.S_IRUSR | (stat.S_IXUSR if place.is_dir() else 0))
    try:
        listing = sorted(str(place) for place in root.rglob("*"))
        catalog = open_catalog([root])
        for run in catalog.runs:
            evaluation = run.evaluation("test")
            assert evaluation is not None and evaluation.confusion.total == 80 and run.samples("test") is not None
        assert len(catalog.runs) == 2 and listing == sorted(str(place) for place in root.rglob("*"))
    finally:
        for place, mode in before.items():
            place.chmod(mode)


def test_a_missing_sample_table_is_one_message(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    (root / "samples" / "test.csv").unlink()
    run = open_catalog([root]).runs[0]
    with pytest.raises(FormatError, match=r"test\.csv cannot be read \(No such file") as caught:
        run.samples("test")
    assert is_one_sentence(str(caught.value)) and run.evaluation("test") is not None


def test_a_bad_hierarchy_is_told_and_nothing_else(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    assert open_catalog([root]).hierarchy is None and open_catalog([root]).hierarchy_problem is None
    tree = {"name": "all", "children": [{"name": "cat"}, {"name": "dog"}]}
    (root / "hierarchy.json").write_text(json.dumps(tree), encoding="utf-8")
    assert open_catalog([root]).hierarchy == tree
    (root / "hierarchy.json").write_text("[1]", encoding="utf-8")
    catalog = open_catalog([root])
    assert catalog.hierarchy is None and catalog.runs
    assert catalog.hierarchy_problem is not None and is_one_sentence(catalog.hierarchy_problem)


def test_temporary_and_foreign_files_are_passed_over(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    folder = root / "run0" / "epochs" / "00003"
    for name in (".test.npz.12-3.tmp", "test.responses.conv2.npz", "notes.txt", "test.npz.partial"):
        (folder / name).write_bytes(b"junk")
    (root / "run0" / "epochs" / "latest").mkdir()
    write_epoch(root / "run0", 4, "val", classes=4, n=10, seed=1, skill=0.5)
    run = open_catalog([root]).runs[0]
    assert run.splits == ("test", "val") and run.epochs("test") == (1, 2, 3) and run.newest("val") == 4
