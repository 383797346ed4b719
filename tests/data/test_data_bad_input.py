"""Each thing that can be wrong with what is read: one sentence that names file and field, and the rest still opens."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.schema import FormatError
from tests.builders import write_collection

Arrays = dict[str, NDArray[Any]]


def is_one_sentence(message: str) -> bool:
    return message.endswith(".") and "\n" not in message and "Traceback" not in message and len(message) < 400


def epoch_file(root: Path, run: str = "run1", epoch: int = 3) -> Path:
    return root / run / "epochs" / f"{epoch:05d}" / "test.npz"


def rewrite(path: Path, change: Callable[[Arrays], None]) -> None:
    with np.load(path) as stored:
        arrays: dict[str, Any] = {name: stored[name].copy() for name in stored.files}
    change(arrays)
    np.savez(path, **arrays)


def set_at(name: str, row: int, value: float) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name][row] = value

    return change


def without(name: str) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.__delitem__(name)


def replaced(name: str, value: NDArray[Any]) -> Callable[[Arrays], None]:
    return lambda arrays: arrays.__setitem__(name, value)


BAD_ARRAYS: dict[str, tuple[Callable[[Arrays], None], tuple[str, ...]]] = {
    "no predictions": (without("predicted"), ("predicted", "missing")),
    "no sample numbers": (without("sample"), ("sample", "missing")),
    "nothing at all": (lambda arrays: arrays.clear(), ("true", "missing")),
    "a label too high": (set_at("true", 5, 4), ("true is 4 in row 5", "4 classes", "0 to 3")),
    "a label too low": (set_at("predicted", 2, -2), ("predicted is -2 in row 2", "-1 means no answer")),
    "a negative sample": (set_at("sample", 7, -5), ("sample is -5 in row 7", "count from 0")),
    "labels as a matrix": (replaced("true", np.zeros((80, 2), dtype=int)), ("true", "(80, 2)", "(n,)")),
    "labels of another length": (replaced("predicted", np.zeros(79, dtype=int)), ("predicted", "(79,)", "n = 80")),
    "labels as fractions": (replaced("true", np.zeros(80)), ("true", "float64", "whole numbers")),
    "scores of other classes": (replaced("nll", np.zeros((80, 5), np.float16)), ("nll", "(80, 5)", "K = 4")),
    "scores as whole numbers": (replaced("nll", np.zeros((80, 4), int)), ("nll", "int64", "floating-point")),
    "half a top list": (replaced("top_classes", np.zeros((80, 2), int)), ("top_nll", "missing", "top_classes")),
    "objects": (replaced("true", np.array([{}] * 80, dtype=object)), ("true",)),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_a_bad_array_is_one_message_and_the_rest_opens(tmp_path: Path, case: str) -> None:
    change, wanted = BAD_ARRAYS[case]
    root = write_collection(tmp_path / "runs")
    path = epoch_file(root)
    rewrite(path, change)
    catalog = open_catalog([root])
    assert len(catalog.runs) == 3 and not catalog.problems
    bad = catalog.run("run1")
    assert bad is not None
    with pytest.raises(FormatError) as caught:
        _ = bad.evaluation("test").confusion  # type: ignore[union-attr]
    assert is_one_sentence(str(caught.value)) and str(path) in str(caught.value)
    for word in wanted:
        assert word in str(caught.value), str(caught.value)
    older, other = bad.evaluation("test", 2), catalog.runs[0].evaluation("test")
    assert older is not None and older.confusion.total == 80
    assert other is not None and other.confusion.total == 80


def test_nan_scores_keep_their_labels(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    rewrite(epoch_file(root), lambda arrays: arrays["nll"].__setitem__((slice(3, 6), 1), np.nan))
    run = open_catalog([root]).run("run1")
    evaluation = run.evaluation("test") if run else None
    assert evaluation is not None and evaluation.confusion.total == 80
    assert np.flatnonzero(np.isnan(evaluation.confidence())).tolist() == [3, 4, 5]
    assert evaluation.true_rank()[[3, 4, 5]].tolist() == [0, 0, 0]
    assert evaluation.notes == ("3 rows have NaN scores: the labels count, the scores are undefined",)


def test_duplicate_samples_are_dropped_and_told(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)

    def change(arrays: Arrays) -> None:
        arrays["sample"][10] = arrays["sample"][4]
        arrays["sample"][11] = arrays["sample"][5]
        arrays["true"][[4, 5, 10]] = 1
        arrays["predicted"][[4, 10]] = 2
        arrays["true"][11] = 3

    rewrite(epoch_file(root), change)
    run = open_catalog([root]).run("run1")
    evaluation = run.evaluation("test") if run else None
    assert evaluation is not None and evaluation.n == 78 and (evaluation.duplicates, evaluation.conflicts) == (2, 1)
    assert evaluation.notes == ("2 rows were dropped as repeated samples, 1 of them with other labels",)
    # Rows keep their own scores although those before them went.
    with np.load(epoch_file(root)) as stored:
        kept = [row for row in range(80) if row not in (10, 11)]
        scores = evaluation.scores(np.arange(78))
        assert scores is not None and np.allclose(scores, np.exp(-stored["nll"][kept].astype(np.float32)))


@pytest.mark.parametrize("length", [0, 10, 3000, -1])
def test_a_truncated_npz(tmp_path: Path, length: int) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    path = epoch_file(root)
    data = path.read_bytes()
    path.write_bytes(data[:length])
    run = open_catalog([root]).run("run1")
    assert run is not None
    with pytest.raises(FormatError) as caught:
        run.evaluation("test")
    assert str(path) in str(caught.value) and is_one_sentence(str(caught.value))
    assert run.evaluation("test", 2) is not None


def _evaluation(root: Path, name: str = "run1") -> Evaluation:
    run = open_catalog([root]).run(name)
    evaluation = run.evaluation("test") if run else None
    assert evaluation is not None
    return evaluation


def test_a_file_cut_short_while_it_is_shown(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    path = epoch_file(root)
    shown = _evaluation(root)
    total = shown.confusion.total
    os.truncate(path, 700)
    assert shown.confusion.total == total  # what has been read stays
    with pytest.raises(FormatError) as caught:
        shown.scores([0, 40, 79])
    assert "cut short while it was read" in str(caught.value) and is_one_sentence(str(caught.value))


def test_a_file_rewritten_while_it_is_shown_goes_on(tmp_path: Path) -> None:
    """The logger thins the scores of older epochs: the same labels, the ten best scores."""
    root = write_collection(tmp_path / "runs", runs=2)
    path = epoch_file(root)
    shown = _evaluation(root)
    before, kind = shown.predicted.copy(), shown.score_kind

    def thin(arrays: Arrays) -> None:
        nll = arrays.pop("nll")
        arrays["top_classes"] = np.argsort(nll, axis=1)[:, :2].astype(np.int16)
        arrays["top_nll"] = np.sort(nll, axis=1)[:, :2]

    rewrite(path, thin)  # in place: the worst case, the bytes under the open descriptor change
    classes, scores = shown.top(np.arange(80), 2)
    assert kind == "full" and shown.score_kind == "top"
    assert np.array_equal(classes[:, 0], before) and not np.isnan(scores).any()
    assert np.array_equal(shown.predicted, before)


def test_a_file_replaced_by_other_samples_is_refused(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    path = epoch_file(root)
    shown = _evaluation(root)
    assert shown.confusion.total == 80
    rewrite(path, replaced("true", np.zeros(80, dtype=int)))
    with pytest.raises(FormatError, match=r"replaced|cut short"):
        shown.scores([0])
    run = open_catalog([root]).run("run1")
    fresh = run.evaluation("test") if run else None
    assert fresh is not None and fresh.confusion.support.tolist() == [80, 0, 0, 0]
