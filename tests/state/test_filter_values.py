"""Ready-made filters against numpy on the run's own arrays, and set algebra over runs on two sample tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.state.filter_values import (
    InGroup,
    Named,
    NotInTopK,
    OnlyRight,
    PredictedScore,
    TrueScore,
    WrongInEpochs,
)
from clftui.state.filters import Expression, Filter, FilterError, apply_filters
from clftui.state.session import Session, open_session, passed
from tests.builders import CLASSES, labels, write_collection, write_run


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return open_session(open_catalog([write_collection(tmp_path_factory.mktemp("values"), runs=3)]))


def evaluation_of(session: Session) -> Evaluation:
    evaluation = session.evaluation()
    assert evaluation is not None
    return evaluation


def mask(session: Session, *filters: Filter) -> NDArray[np.bool_]:
    run, bound = session.run, replace(session, filters=filters).bound_filters
    assert run is not None
    evaluation = evaluation_of(session)
    found = apply_filters(bound, evaluation, run.samples(evaluation.split))
    assert found is not None
    return found


@pytest.mark.row("B14", "B15", "B27")
def test_each_value_keeps_what_it_says(session: Session) -> None:
    e = evaluation_of(session)
    wrong, rank = e.true != e.predicted, e.true_rank()
    sure, own = e.confidence(), e.true_score()
    pairs: list[tuple[Filter, NDArray[np.bool_], str]] = [
        (OnlyRight(True), ~wrong, "right only"),
        (OnlyRight(False), wrong, "wrong only"),
        (NotInTopK(1), wrong, "true class not in top 1"),
        (NotInTopK(2), rank > 2, "true class not in top 2"),
        (PredictedScore(0.9), sure >= np.float32(0.9), "score ≥ .90"),
        (PredictedScore(0.3, 0.7), (sure >= np.float32(0.3)) & (sure <= np.float32(0.7)), "score .30–.70"),
        (TrueScore(high=0.05), own <= np.float32(0.05), "true score ≤ .05"),
        (InGroup("pets", frozenset({"cat", "dog"})), e.true < 2, "true in pets"),
        (InGroup("pets", frozenset({"cat", "dog"}), False, True), e.predicted < 2, "predicted in pets"),
        (InGroup("pets", frozenset({"cat"}), True, True), (e.true == 0) & (e.predicted == 0), "both in pets"),
        (InGroup("pets", frozenset({"cat"}), False, False), (e.true == 0) | (e.predicted == 0), "of pets"),
        (Named("odd", "wrong and confidence > .5"), wrong & (sure > np.float32(0.5)), "odd"),
    ]
    for each, expected, words in pairs:
        assert each.describe() == words
        assert mask(session, each).tolist() == expected.tolist(), words
        assert 0 < expected.sum() < expected.size, f"{words} tells nothing on this run"
    both = mask(session, OnlyRight(False), PredictedScore(0.9))
    assert both.tolist() == (wrong & (sure >= np.float32(0.9))).tolist()


@pytest.mark.row("B28")
def test_set_algebra_over_runs(session: Session) -> None:
    right = {}
    for letter, run in session.lettered:
        evaluation = session.evaluation(run)
        assert evaluation is not None
        right[letter] = evaluation.true == evaluation.predicted
    only_a = right["A"] & ~right["B"]
    assert 0 < only_a.sum() < only_a.size
    assert mask(session, Expression("right_A and wrong_B")).tolist() == only_a.tolist()
    number = sum(~each for each in right.values())
    assert mask(session, Expression("wrong_count >= 2")).tolist() == (number >= 2).tolist()
    assert mask(session, Expression("right_count == 3")).tolist() == (number == 0).tolist()
    differ = mask(session, Expression("predicted_A != predicted_B"))
    assert only_a[differ].sum() == only_a.sum()
    sure = mask(session, Expression("confidence_B > .9"))
    assert 0 < sure.sum() < sure.size


def test_every_run_of_the_catalog_is_tested_by_the_same_samples(session: Session) -> None:
    filtered = replace(session, filters=(Expression("right_A and wrong_B"),))
    kept = []
    for run in session.catalog.runs:
        evaluation = session.evaluation(run)
        assert evaluation is not None
        found = passed(run, evaluation, filtered.bound_filters)
        assert found is not None
        kept.append(found.tolist())
    assert kept[0] == kept[1] == kept[2]
    right = {letter: filtered.confusion(run) for letter, run in filtered.lettered}
    assert right["A"] is not None and right["A"].errors == 0 and right["A"].total > 0
    assert right["B"] is not None and right["B"].errors == right["B"].total


def test_runs_on_two_sample_tables_are_paired_by_id(tmp_path: Path) -> None:
    n = 40
    true = labels(n, 4)
    names = [f"s{i}" for i in range(n)]
    turned = list(range(n))[::-1]
    for name, order in (("one", list(range(n))), ("two", turned)):
        rows = [f"{names[i]},{CLASSES[true[i]]}" for i in order]
        (tmp_path / f"{name}.csv").write_text("id,true\n" + "\n".join(rows) + "\n")
        folder = write_run(tmp_path / name, epochs=1, n=n, samples={"test": f"../{name}.csv"}, scores=False)
        predicted = true.copy()
        predicted[: 10 if name == "one" else 5] = 3
        np.savez(folder / "epochs" / "00001" / "test.npz", sample=np.arange(n), true=true[order],
                 predicted=predicted[order])  # fmt: skip
    session = open_session(open_catalog([tmp_path]), run="one")
    letters = {run.name: letter for letter, run in session.lettered}
    kept = mask(session, Expression(f"wrong_{letters['one']} and right_{letters['two']}"))
    assert np.flatnonzero(kept).tolist() == [5, 6, 7, 8, 9]


@pytest.mark.row("B28")
def test_epochs_wrong_are_counted_up_to_the_epoch_that_shows(session: Session) -> None:
    run = session.run
    assert run is not None
    wrong = []
    for epoch in run.epochs("test"):
        evaluation = run.evaluation("test", epoch)
        assert evaluation is not None
        wrong.append(evaluation.true != evaluation.predicted)
    assert mask(session, WrongInEpochs(3)).tolist() == (sum(wrong) >= 3).tolist()
    pinned = replace(session, selection=replace(session.selection, epoch=2))
    assert mask(pinned, Expression("epochs_wrong == 2")).tolist() == (wrong[0] & wrong[1]).tolist()
    assert WrongInEpochs(1).describe() == "wrong in ≥ 1 epoch"


@pytest.mark.parametrize(
    "unknown", [NotInTopK(3), PredictedScore(0.5), TrueScore(0.5), Named("sure", "confidence > .5")]
)
def test_without_scores_a_filter_says_so(tmp_path: Path, unknown: Filter) -> None:
    write_run(tmp_path / "bare", scores=False)
    session = open_session(open_catalog([tmp_path]))
    with pytest.raises(FilterError, match="logged no scores on test"):
        mask(session, unknown)


def test_a_letter_that_no_run_has_is_told(tmp_path: Path) -> None:
    write_run(tmp_path / "one")
    session = open_session(open_catalog([tmp_path]))
    with pytest.raises(FilterError, match="no run with samples on this split has that letter"):
        mask(session, Expression("right_D"))
    with pytest.raises(FilterError, match="has that letter"):
        Expression("right_A").mask(evaluation_of(session), None)


def test_ranks_below_the_kept_ones_are_refused(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "short", epochs=1, n=8)
    np.savez(
        folder / "epochs" / "00001" / "test.npz", sample=np.arange(8), true=np.zeros(8, dtype=int),
        predicted=np.ones(8, dtype=int), top_classes=np.tile([1, 2], (8, 1)),
        top_nll=np.tile(np.asarray([0.2, 2.0], dtype=np.float16), (8, 1)), true_nll=np.full(8, 3.0, dtype=np.float16),
    )  # fmt: skip
    session = open_session(open_catalog([tmp_path]))
    assert mask(session, NotInTopK(2)).all()
    with pytest.raises(FilterError, match="only the 2 best classes were logged"):
        mask(session, NotInTopK(3))


def test_what_is_remembered_under_a_filter_holds_no_run(session: Session) -> None:
    bound = replace(session, filters=(Expression("right_A"),)).bound_filters
    again = replace(session, filters=(Expression("right_A"),)).bound_filters
    assert bound == again and hash(bound) == hash(again)
    plain = replace(session, filters=(OnlyRight(True),)).bound_filters
    assert plain == (OnlyRight(True),)
