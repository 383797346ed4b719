"""Bare confusion matrices: with and without names, either way up, and what is said about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run

COUNTS = np.array([[50, 2, 1], [4, 40, 6], [0, 9, 30]])
NAMES = ("cat", "dog", "owl")


def one(path: Path, text: str | None = None, **options: Any) -> tuple[Run, Evaluation]:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path], **options)
    assert catalog.problems == (), catalog.problems
    (run,) = catalog.runs
    evaluation = run.evaluation("test")
    assert evaluation is not None and not evaluation.has_samples
    return run, evaluation


def lines(matrix: Any, *, header: str = "", names: tuple[str, ...] = (), mark: str = ",") -> str:
    rows = [mark.join(map(str, row)) for row in matrix.tolist()]
    if names:
        rows = [f"{name}{mark}{row}" for name, row in zip(names, rows, strict=True)]
    return "\n".join([*([header] if header else []), *rows]) + "\n"


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("", ()),
        ("cat,dog,owl", ()),
        ("", NAMES),
        (",cat,dog,owl", NAMES),
        ("cat,dog,owl", NAMES),
        ("Unnamed: 0,cat,dog,owl", NAMES),
    ],
)
def test_with_and_without_names(tmp_path: Path, header: str, names: tuple[str, ...]) -> None:
    run, evaluation = one(tmp_path / "cm.csv", lines(COUNTS, header=header, names=names))
    assert run.classes == (NAMES if header or names else ("0", "1", "2"))
    assert np.array_equal(evaluation.confusion.dense(), COUNTS)
    assert "rows were taken as true classes" in run.notes[0] and "nothing in the file says so" in run.notes[0]


@pytest.mark.parametrize("mark", ["\t", ";", " "])
def test_other_delimiters(tmp_path: Path, mark: str) -> None:
    _, evaluation = one(tmp_path / "cm.txt", lines(COUNTS, mark=mark))
    assert np.array_equal(evaluation.confusion.dense(), COUNTS)


def test_numbered_classes(tmp_path: Path) -> None:
    for header, names in ((",0,1,2", ("0", "1", "2")), ("0,1,2", ())):
        run, evaluation = one(tmp_path / "cm.csv", lines(COUNTS, header=header, names=names))
        assert run.classes == ("0", "1", "2") and np.array_equal(evaluation.confusion.dense(), COUNTS)


@pytest.mark.parametrize(
    ("corner", "turned"),
    [
        ("predicted", True), ("Predicted \\ True", True), ("pred/true", True), ("true", False), ("Actual", False),
        ("true\\predicted", False), ("truth | prediction", False), ("classes", False),
    ],
)  # fmt: skip
def test_the_corner_says_what_rows_are(tmp_path: Path, corner: str, turned: bool) -> None:
    run, evaluation = one(tmp_path / "cm.csv", lines(COUNTS, header=f"{corner},cat,dog,owl", names=NAMES))
    assert np.array_equal(evaluation.confusion.dense(), COUNTS.T if turned else COUNTS)
    assert ("predicted" if turned else "true") in run.notes[0]


@pytest.mark.parametrize(("prefix", "turned"), [("pred", True), ("true", False)])
def test_names_say_what_rows_are(tmp_path: Path, prefix: str, turned: bool) -> None:
    other = "true" if turned else "predicted"
    header = "," + ",".join(f"{other}_{name}" for name in NAMES)
    text = lines(COUNTS, header=header, names=tuple(f"{prefix} {name}" for name in NAMES))
    run, evaluation = one(tmp_path / "cm.csv", text)
    assert run.classes == NAMES and "their names say so" in run.notes[0]
    assert np.array_equal(evaluation.confusion.dense(), COUNTS.T if turned else COUNTS)


def test_only_the_columns_say_it(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "cm.csv", lines(COUNTS, header=",".join(f"actual:{name}" for name in NAMES)))
    assert run.classes == NAMES and np.array_equal(evaluation.confusion.dense(), COUNTS.T)


def test_the_caller_knows_better(tmp_path: Path) -> None:
    run, evaluation = one(tmp_path / "cm.csv", lines(COUNTS), transposed=True)
    assert np.array_equal(evaluation.confusion.dense(), COUNTS.T) and "as asked" in run.notes[0]


def test_columns_in_another_order_are_put_right(tmp_path: Path) -> None:
    text = lines(COUNTS[:, [2, 0, 1]], header=",owl,cat,dog", names=NAMES)
    assert np.array_equal(one(tmp_path / "cm.csv", text)[1].confusion.dense(), COUNTS)


def test_arrays_and_json(tmp_path: Path) -> None:
    np.save(tmp_path / "cm.npy", COUNTS)
    assert np.array_equal(one(tmp_path / "cm.npy")[1].confusion.dense(), COUNTS)
    np.savez(tmp_path / "m.npz", confusion_matrix=COUNTS.astype(float), classes=np.array(NAMES))
    run, evaluation = one(tmp_path / "m.npz")
    assert run.classes == NAMES and np.array_equal(evaluation.confusion.dense(), COUNTS)
    assert one(tmp_path / "a.json", json.dumps(COUNTS.tolist()))[1].confusion.total == COUNTS.sum()
    run, evaluation = one(tmp_path / "b.json", json.dumps({"labels": NAMES, "matrix": COUNTS.tolist()}))
    assert run.classes == NAMES and np.array_equal(evaluation.confusion.dense(), COUNTS)


def test_a_matrix_for_each_epoch(tmp_path: Path) -> None:
    np.save(tmp_path / "test_confusion.npy", np.stack([COUNTS, COUNTS.T]))
    run, evaluation = one(tmp_path / "test_confusion.npy")
    first = run.evaluation("test", 1)
    assert run.epochs("test") == (1, 2) and first is not None
    assert np.array_equal(first.confusion.dense(), COUNTS)
    assert np.array_equal(evaluation.confusion.dense(), COUNTS.T)


def test_names_from_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("x\ny\nz\n", encoding="utf-8")
    np.save(tmp_path / "cm.npy", COUNTS)
    assert one(tmp_path / "cm.npy")[0].classes == ("x", "y", "z")


@pytest.mark.parametrize("header", ["Actual,Predicted,nPredictions", "true,predicted,count"])
def test_counts_of_pairs(tmp_path: Path, header: str) -> None:
    rows = [f"{NAMES[t]},{NAMES[p]},{COUNTS[t, p]}" for t in range(3) for p in range(3)]
    run, evaluation = one(tmp_path / "pairs.csv", "\n".join([header, *rows]))
    assert run.classes == NAMES and np.array_equal(evaluation.confusion.dense(), COUNTS)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0.5,0.5\n0.1,0.9\n", "shares, not counts"),
        ("5,-1\n1,2\n", "no counts"),
        (",a,a\na,1,2\na,3,4\n", "names a class twice"),
        (",a,b\na,1,2\nc,3,4\n", "other classes in its rows"),
        ("1,2,3\n4,5,6\n", "no column"),
    ],
)
def test_what_is_no_matrix_of_counts(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "cm.csv"
    path.write_text(text, encoding="utf-8")
    catalog = open_catalog([path])
    assert not catalog.runs and len(catalog.problems) == 1 and word in catalog.problems[0].message
