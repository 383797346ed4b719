"""Ties with the best run of a class, weak spots, and the cell in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.metrics import Metric
from clftui.analysis.significance import mcnemar, paired_counts
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.ranking_cell import cell_interval, reading, row_intervals, value_words, weak_words
from clftui.state.ranking_steps import next_weak_spot
from clftui.state.ranking_table import ranking, with_metric
from clftui.state.ranking_ties import best_weak_spots, class_ties
from clftui.state.session import Session
from tests.builders import write_collection
from tests.rankings import TRUE, held_back, on_class, ranking_of, three_runs, write_labels, write_table, wrong_in


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return three_runs(tmp_path)


def words(session: Session) -> str:
    return " | ".join("".join(piece.text for piece in part) for part in reading(session, ranking(session)))


@pytest.mark.row("P16")
def test_ties_are_those_that_mcnemar_cannot_separate(session: Session) -> None:
    table = ranking(session)
    found = class_ties(table, range(3))
    for column, name in enumerate(table.classes):
        cls = table.given.index(name)
        ties = found[column]
        assert table.ranks[ties.best, column] == 1
        best = table.rows[ties.best].evaluation
        for row, member in enumerate(table.rows):
            own = member.evaluation.true == cls
            pair = paired_counts((best.predicted == cls)[own], (member.evaluation.predicted == cls)[own])
            assert ties.tied[row] == (row == ties.best or float(mcnemar(*pair)) >= 0.05)
            assert ties.methods[row] == ("none" if row == ties.best else "mcnemar")


def test_other_samples_are_never_paired(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 2}))])
    write_labels(tmp_path / "b", [(TRUE, wrong_in(TRUE, {0: 9}))], samples=False)
    table = ranking(ranking_of(tmp_path))
    column = table.classes.index("ant")
    assert class_ties(table, [column])[column].methods.tolist() == ["none", "two-proportion"]


def test_another_table_pairs_by_id(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 2}))])
    # The second half of the samples, in a table of its own whose rows are the first's 60 to 119.
    (tmp_path / "samples" / "half.csv").write_text("id\n" + "".join(f"s{i}\n" for i in range(60, 120)), "utf-8")
    run = write_labels(tmp_path / "b", [(TRUE[60:], wrong_in(TRUE[60:], {1: 3}))], samples=False)
    text = (run / "run.json").read_text("utf-8")
    (run / "run.json").write_text(text.replace('"samples": {}', '"samples": {"test": "../samples/half.csv"}'), "utf-8")
    table = ranking(ranking_of(tmp_path))
    methods = {name: class_ties(table, [at])[at].methods.tolist() for at, name in enumerate(table.classes)}
    assert "mcnemar" in methods["bee"] and "mcnemar" in methods["cow"]
    # No sample of `ant` is in both.
    assert "mcnemar" not in methods["ant"]


def test_other_class_lists_take_part(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 2}))])
    index = np.array([3, 1, 0])
    write_labels(tmp_path / "b", [(index[TRUE], index[wrong_in(TRUE, {0: 20})])], ("cow", "bee", "yak", "ant"))
    table = ranking(ranking_of(tmp_path, run="a"))
    ant = class_ties(table, range(3))[table.classes.index("ant")]
    assert ant.methods.tolist() == ["none", "mcnemar"] and ant.tied.tolist() == [True, False]


@pytest.mark.row("P16")
def test_the_weak_spot_of_the_best_run_is_found_and_visited(session: Session) -> None:
    table = ranking(session)
    assert [table.classes[column] for column in best_weak_spots(table) or ()] == ["bee"]
    said = "".join(piece.text for piece in weak_words(session, table, best_weak_spots(table)))
    assert said.startswith("weak spots of A: bee")
    there = next_weak_spot(select(session, run="poor", true="ant"))
    assert (there.selection.run, there.selection.true) == ("best", "bee")
    assert there.notice == "Weak spot 1 of 1 class: A is no. 3 in bee."
    assert next_weak_spot(there).selection.true == "bee"


@pytest.mark.row("P16")
def test_a_tie_is_no_weak_spot(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 3, 1: 3}))])
    write_labels(tmp_path / "b", [(TRUE, wrong_in(TRUE, {0: 2, 1: 20}))])
    write_labels(tmp_path / "c", [(TRUE, wrong_in(TRUE, {0: 2, 1: 30}))])
    session = ranking_of(tmp_path)
    table = ranking(session)
    assert table.ranks[0, table.classes.index("ant")] == 3
    assert best_weak_spots(table) == ()
    assert next_weak_spot(session).notice.startswith("No weak spot: A")
    said = "".join(piece.text for piece in weak_words(session, table, ()))
    assert said == "no weak spot of A beyond chance"


@pytest.mark.row("P16")
def test_chance_among_many_classes_is_no_weak_spot(tmp_path: Path) -> None:
    classes, rng = 200, np.random.default_rng(3)
    true = np.repeat(np.arange(classes), 20)
    write_table(tmp_path, len(true))
    for number in range(6):
        wrong = rng.random(len(true)) < 0.3
        predicted = np.where(wrong, (true + 1) % classes, true)
        write_labels(tmp_path / f"run{number}", [(true, predicted)], [f"c{i}" for i in range(classes)])
    table = ranking(ranking_of(tmp_path))
    separable = [column for column, found in class_ties(table, range(classes), wait=True).items() if not found.tied[0]]
    # Each class by itself tells some runs apart; all of them together do not.
    assert len(separable) > 3 and best_weak_spots(table, wait=True) == ()


def test_nothing_is_weak_or_tied_of_a_single_run(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, wrong_in(TRUE, {0: 3}))], samples=False)
    session = ranking_of(tmp_path)
    assert best_weak_spots(ranking(session)) == () and weak_words(session, ranking(session), ()) == ()
    assert words(on_class(session, "ant")) == "ant in a: recall 93 % 80–97, 37 of 40 samples"


def test_recall_in_words(session: Session) -> None:
    assert words(on_class(session, "bee")) == (
        "bee in best: recall 60 % ±14.5, 24 of 40 samples"
        " | no. 3 of 3, beyond chance under B 97.5 (McNemar on shared samples)"
    )
    good = words(select(on_class(session, "bee"), run="good"))
    assert good.endswith("no. 1 of 3, beyond chance above all others")


def test_precision_says_that_it_is_conditional(session: Session) -> None:
    said = words(on_class(with_metric(session, Metric.PRECISION), "bee"))
    assert "precision 96" in said and "24 of 25, conditional on its 25 predictions" in said


def test_bootstraps_are_named_and_seeded(session: Session) -> None:
    table = ranking(with_metric(session, Metric.F1))
    assert "seeded bootstrap" in words(on_class(with_metric(session, Metric.F1), "bee"))
    assert cell_interval(table, 0, 0) == cell_interval(table, 0, 0)


def test_undefined_says_why(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1], [0, 0, 0])], samples=False)
    session = ranking_of(tmp_path, Metric.PRECISION)
    assert words(on_class(session, "bee")) == "bee in a: precision –, the class is never predicted"
    assert words(on_class(with_metric(session, Metric.RECALL), "cow")).endswith("recall –, no sample of the class")


def test_ap_has_intervals_ties_and_words(tmp_path: Path) -> None:
    write_collection(tmp_path, runs=3)
    session = ranking_of(tmp_path, Metric.AP)
    table = ranking(session, wait=True)
    found = class_ties(table, range(4), wait=True)
    assert set(found) == set(range(4)) and {"interval"} <= set(found[0].methods.tolist())
    cell = cell_interval(table, 0, 0, wait=True)
    assert cell.low < cell.value <= cell.high
    assert LATER.settle()
    assert "positives, seeded bootstrap" in words(on_class(session, table.classes[0]))
    assert best_weak_spots(table, wait=True) is not None


def test_support_has_neither_ranks_in_words_nor_ties(session: Session) -> None:
    table = ranking(with_metric(session, Metric.SUPPORT))
    assert class_ties(table, range(3)) == {} and best_weak_spots(table) == ()
    assert words(on_class(with_metric(session, Metric.SUPPORT), "bee")) == "bee in best: 40 samples"
    assert value_words(Metric.SUPPORT, 12345.0, 0) == "12,345"


def test_row_intervals_are_those_of_the_cells(session: Session) -> None:
    table = ranking(session)
    low, high = row_intervals(table, 1, range(3))
    for column in range(3):
        cell = cell_interval(table, 1, column)
        assert (low[column], high[column]) == pytest.approx((cell.low, cell.high))
    assert np.isnan(row_intervals(ranking(with_metric(session, Metric.F1)), 0, range(3))[0]).all()


def test_large_comparisons_wait_in_the_background(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.state.ranking_ties.INLINE", 0)
    table = ranking(session)
    with held_back(LATER):
        assert class_ties(table, range(3)) == {} and best_weak_spots(table) is None
        assert next_weak_spot(session).notice == "Weak spots are still being computed; press N again."
    assert set(class_ties(table, range(3))) == {0, 1, 2}
    assert [table.classes[column] for column in best_weak_spots(table) or ()] == ["bee"]
