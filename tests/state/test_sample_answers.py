"""What each run says about one sample, now and epoch by epoch."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from clftui.data.arrays import MemoryArrays
from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.state import history
from clftui.state.moves import focus_run
from clftui.state.sample_answers import Track, Verdict, answers_at, compared_runs, run_answers, track, verdict
from clftui.state.sample_list import SampleList, listing
from clftui.state.session import Session, open_session
from tests.builders import write_collection, write_run

CLASSES = tuple(f"c{i}" for i in range(12))


def evaluation(**arrays: object) -> Evaluation:
    held = {name: np.asarray(value) for name, value in arrays.items()}
    return Evaluation("test", 1, CLASSES, [MemoryArrays("memory", held)])


@pytest.mark.row("B26")
@pytest.mark.parametrize(
    ("true", "predicted", "rank", "expected"),
    [
        (3, 3, 1, Verdict.RIGHT),
        (3, 4, 2, Verdict.NEAR),
        (3, 4, 5, Verdict.NEAR),
        (3, 4, 6, Verdict.WRONG),
        (3, 4, 0, Verdict.WRONG),
        (3, -1, 0, Verdict.WRONG),
        (-1, 4, 0, Verdict.UNKNOWN),
    ],
)
def test_verdicts(true: int, predicted: int, rank: int, expected: Verdict) -> None:
    assert verdict(true, predicted, rank) is expected


def test_answers_of_full_scores() -> None:
    scores = np.full((2, 12), 0.01, np.float32)
    scores[0, 3], scores[0, 7] = 0.6, 0.3
    scores[1, 5] = 0.9
    e = evaluation(sample=[0, 1], true=[7, 5], predicted=[3, 5], scores=scores)
    near, right = answers_at(e, np.asarray([0, 1]), 3)
    assert (near.verdict, near.true, near.predicted, near.true_rank) == (Verdict.NEAR, "c7", "c3", 2)
    assert [name for name, _ in near.top[:2]] == ["c3", "c7"]
    assert [score for _, score in near.top[:2]] == pytest.approx([0.6, 0.3])
    assert right.verdict is Verdict.RIGHT and right.confidence == pytest.approx(0.9)
    assert near.kept is None


def test_a_true_class_below_the_kept_ones_is_not_near() -> None:
    e = evaluation(
        sample=[0], true=[9], predicted=[3], top_classes=[[3, 4]], top_nll=np.asarray([[0.1, 3.0]], np.float16)
    )
    (answer,) = answers_at(e, np.asarray([0]), 5)
    assert answer.verdict is Verdict.WRONG and answer.kept == 2 and answer.true_rank == 3
    assert [name for name, _ in answer.top] == ["c3", "c4"]
    assert math.isnan(answer.true_score)


def test_labels_alone_and_no_answer() -> None:
    e = evaluation(sample=[0, 1, 2], true=[9, -1, 4], predicted=[3, 3, -1])
    wrong, unlabelled, silent = answers_at(e, np.asarray([0, 1, 2]), 5)
    assert (wrong.verdict, wrong.top[0][0]) == (Verdict.WRONG, "c3") and math.isnan(wrong.confidence)
    assert (unlabelled.verdict, unlabelled.true) == (Verdict.UNKNOWN, None)
    assert (silent.verdict, silent.predicted, silent.top) == (Verdict.WRONG, None, ())


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "runs")]))


def shown_in(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList)
    return shown


def test_all_lettered_runs_answer(session: Session) -> None:
    shown = shown_in(session)
    found = run_answers(session, shown, shown.row(0), 3)
    assert [item.letter for item in found] == ["A", "B", "C"]
    for item in found:
        assert item.answer is not None and item.evaluation is not None and item.position is not None
        assert item.evaluation.sample[item.position] == shown.row(0)
        assert item.answer.predicted == CLASSES_OF[item.evaluation.predicted[item.position]]
        assert len(item.answer.top) == 3


CLASSES_OF = ("cat", "dog", "fox", "owl")


def test_the_focused_run_answers_without_a_letter_too(tmp_path: Path) -> None:
    session = open_session(open_catalog([write_collection(tmp_path / "runs", runs=5)]))
    last = next(run.key for run in session.catalog.runs if run.key not in session.selection.runs)
    focused = focus_run(session, last)
    assert [letter for letter, _ in compared_runs(focused)] == [None, "A", "B", "C", "D"]
    assert [letter for letter, _ in compared_runs(session)] == ["A", "B", "C", "D"]


def test_why_a_run_has_no_answer(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    write_run(root / "elsewhere", splits=("val",), epochs=1)
    folder = write_run(root / "matrix", epochs=1)
    np.savez(folder / "epochs" / "00001" / "test.npz", confusion=np.full((4, 4), 1, dtype=np.int64))
    folder = write_run(root / "torn", epochs=1)
    (folder / "epochs" / "00001" / "test.npz").write_bytes(b"no zip")
    session = open_session(open_catalog([root]), run="run0", split="test")
    shown = shown_in(session)
    found = {item.run.name: item.missing for item in run_answers(session, shown, shown.row(0))}
    assert found.pop("run0") == ""
    assert found == {"elsewhere": "no such split", "matrix": "no samples", "torn": "unreadable"}


def test_tracks_wait_for_the_history_and_then_tell_every_epoch(session: Session) -> None:
    shown = shown_in(session)
    position = int(shown.positions[0])
    assert track(shown.run, shown.evaluation, position) is None
    history.load(shown.run, "test")
    found = track(shown.run, shown.evaluation, position)
    assert found is not None and found.epochs == (1, 2, 3)
    for epoch, predicted in zip(found.epochs, found.predicted, strict=True):
        e = shown.run.evaluation("test", epoch)
        assert e is not None and e.predicted[shown.row(0)] == predicted


def test_counts_of_a_track() -> None:
    found = Track((1, 2, 3, 4, 5), np.asarray([2, 1, -2, 2, -1], dtype=np.int32), 2)
    assert (found.seen, found.wrong, found.flips) == (4, 2, 3)
