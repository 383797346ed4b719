"""The ranking as values: order, alignment by name, metrics, the cursor, the way into the matrix."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.state.filters import Expression
from clftui.state.later import LATER
from clftui.state.ranking_moves import drill, move
from clftui.state.ranking_table import metrics, overall_interval, ranking, with_metric
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder
from tests.builders import write_collection
from tests.rankings import ABC, TRUE, on_class, ranking_of, three_runs, write_labels, write_table, wrong_in


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return three_runs(tmp_path)


def ordered(session: Session, order: ClassOrder) -> Session:
    return replace(session, ranking=replace(session.ranking, order=order))


@pytest.mark.row("P2", "P5")
def test_rows_are_runs_best_first_and_columns_the_hardest_class_first(session: Session) -> None:
    table = ranking(session)
    assert [member.run.name for member in table.rows] == ["best", "good", "poor"]
    assert table.classes == ("cow", "ant", "bee")
    assert table.mean.tolist() == pytest.approx([84 / 120, 87 / 120, 88 / 120])
    assert table.values[0, table.classes.index("bee")] == pytest.approx(24 / 40)
    assert table.ranks[:, table.classes.index("bee")].tolist() == [3, 1, 2]
    assert table.overall.tolist() == pytest.approx([103 / 120, 101 / 120, 55 / 120])
    assert table.overall_label == "accuracy"


@pytest.mark.row("P5")
@pytest.mark.parametrize("metric", [Metric.RECALL, Metric.PRECISION, Metric.F1])
def test_every_metric_is_scikit_learns(session: Session, metric: Metric) -> None:
    table = ranking(with_metric(session, metric))
    for row, member in enumerate(table.rows):
        found = precision_recall_fscore_support(member.evaluation.true, member.evaluation.predicted, zero_division=0)
        wanted = found[[Metric.PRECISION, Metric.RECALL, Metric.F1].index(metric)]
        assert table.values[row] == pytest.approx([wanted[ABC.index(name)] for name in table.classes], abs=1e-12)


def test_orders_of_classes(session: Session) -> None:
    assert ranking(ordered(session, ClassOrder.GIVEN)).classes == ABC
    assert ranking(ordered(session, ClassOrder.NAME)).classes == ABC


def test_runs_with_other_class_lists_are_matched_by_name(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 4}))])
    # The same classes in another order, and one that the first run does not know.
    index = np.array([3, 1, 0])
    write_labels(tmp_path / "b", [(index[TRUE], index[wrong_in(TRUE, {0: 10})])], ("cow", "bee", "yak", "ant"))
    write_labels(tmp_path / "c", [(TRUE[:80], TRUE[:80])], ("ant", "bee"), samples=False)
    table = ranking(ordered(ranking_of(tmp_path, run="a"), ClassOrder.GIVEN))
    values = {member.run.name: table.values[row].tolist() for row, member in enumerate(table.rows)}
    assert values["a"] == pytest.approx([36 / 40, 1, 1])
    assert values["b"] == pytest.approx([30 / 40, 1, 1])
    assert values["c"][:2] == [1, 1] and np.isnan(values["c"][2])
    c = [member.run.name for member in table.rows].index("c")
    assert table.ranks[c, 2] == 0


def test_undefined_is_nan_and_ranks_nowhere(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1], [0, 0, 0])], samples=False)
    table = ranking(ordered(ranking_of(tmp_path, Metric.PRECISION), ClassOrder.GIVEN))
    assert table.values[0, 0] == pytest.approx(2 / 3)
    assert np.isnan(table.values[0, 1:]).all() and table.ranks[0].tolist() == [1, 0, 0]
    assert np.isnan(table.mean[1]) and np.isnan(table.best[2])


def test_a_broken_run_and_one_without_the_split_are_named_apart(session: Session, tmp_path: Path) -> None:
    write_labels(tmp_path / "broken", [(TRUE, TRUE)])
    (tmp_path / "broken" / "epochs" / "00001" / "test.npz").write_bytes(b"PK no zip")
    write_labels(tmp_path / "elsewhere", [(TRUE, TRUE)], split="val", samples=False)
    table = ranking(ranking_of(tmp_path))
    assert len(table.rows) == 3
    absent = {each.run.name: each for each in table.absent}
    assert absent["broken"].broken and "test.npz" in absent["broken"].reason
    assert absent["elsewhere"].reason == "nothing logged on test" and not absent["elsewhere"].broken


def test_filters_hold_for_every_run(session: Session) -> None:
    filtered = replace(session, filters=(Expression("true == 'ant'"),))
    table = ranking(ordered(filtered, ClassOrder.GIVEN))
    assert np.isnan(table.values[:, 1:]).all()
    assert table.overall.tolist() == pytest.approx([39 / 40, 28 / 40, 20 / 40])


@pytest.mark.row("P6")
def test_the_cursor_moves_by_run_and_class_and_stays_on_the_table(session: Session) -> None:
    table = ranking(session)
    moved = move(on_class(session, table.classes[0]), 1, 1)
    assert (moved.selection.run, moved.selection.true) == ("good", table.classes[1])
    far = move(moved, 99, 99)
    assert (far.selection.run, far.selection.true) == ("poor", table.classes[-1])
    back = move(far, -99, -99)
    assert (back.selection.run, back.selection.true) == ("best", table.classes[0])


@pytest.mark.row("P13")
def test_drilling_opens_the_matrix_at_the_most_frequent_mistake(session: Session) -> None:
    deeper = drill(move(on_class(session, "bee"), 2, 0))
    assert deeper.tab is Tab.MATRIX
    assert (deeper.selection.run, deeper.selection.true, deeper.selection.predicted) == ("poor", "bee", "cow")
    right = drill(on_class(session, "cow"))
    assert (right.selection.true, right.selection.predicted) == ("cow", "cow")


@pytest.mark.row("P5")
def test_average_precision_is_scikit_learns_and_arrives_later(tmp_path: Path) -> None:
    session = with_metric(open_session(open_catalog([write_collection(tmp_path, runs=2)])), Metric.AP)
    first = ranking(session)
    assert first.pending and np.isnan(first.values).all() and first.overall_label == "accuracy"
    assert LATER.settle()
    table = ranking(session)
    assert not table.pending and table.overall_label == "mean AP"
    for row, member in enumerate(table.rows):
        scores = member.evaluation.scores(np.arange(member.evaluation.n))
        assert scores is not None
        for column, name in enumerate(table.classes):
            cls = member.run.class_index[name]
            wanted = average_precision_score(member.evaluation.true == cls, scores[:, cls])
            assert table.values[row, column] == pytest.approx(wanted, abs=1e-12)
        assert table.overall[row] == pytest.approx(float(np.mean(table.values[row])))


def test_metrics_offer_ap_only_where_all_scores_are_kept(session: Session, tmp_path: Path) -> None:
    assert Metric.AP not in metrics(session)
    scored = open_session(open_catalog([write_collection(tmp_path / "more", runs=1)]))
    assert Metric.AP in metrics(scored)


def test_the_overall_interval_is_wilsons_or_a_bootstrap(session: Session) -> None:
    low, high = overall_interval(ranking(session), 0)
    assert 0.75 < low < 103 / 120 < high < 0.95
    table = ranking(with_metric(session, Metric.F1))
    low, high = overall_interval(table, 0, wait=True)
    assert low < table.overall[0] < high
    assert overall_interval(table, 0) == (low, high)


def test_without_runs_there_is_an_empty_table(tmp_path: Path) -> None:
    session = replace(open_session(open_catalog([tmp_path])), tab=Tab.RANKING)
    table = ranking(session)
    assert not table.rows and move(session, 1, 1) is session and drill(session) is session
