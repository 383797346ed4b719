"""Epochs of one run as rows of the ranking: which rows, which one is focused, paired tests, filters, ranges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.metrics import Metric
from clftui.app.command_table.ranking import COMMANDS
from clftui.data.catalog import open_catalog
from clftui.state.collect_list import collect_list
from clftui.state.filters import Expression
from clftui.state.moves import select, with_catalog
from clftui.state.ranking_cell import reading, weak_words
from clftui.state.ranking_epochs import EPOCHS
from clftui.state.ranking_moves import cursor, drill, move
from clftui.state.ranking_spread import extremes, spread_of
from clftui.state.ranking_table import RankingTable, of_runs, ranking, with_metric
from clftui.state.ranking_ties import best_weak_spots, class_ties
from clftui.state.session import Session
from clftui.state.settings import RankingRows, RankingVariant
from tests.rankings import TRUE, held_back, on_class, ranking_of, three_runs, write_labels, write_table, wrong_in

WRONG = ({0: 30, 1: 20, 2: 20}, {0: 2, 1: 10, 2: 4}, {0: 1, 1: 2, 2: 20}, {0: 2, 1: 2, 2: 6})
"""Wrong samples of each class in four epochs: the third is worst in cow but first, the last the best overall."""


def of_epochs(root: Path, *, samples: bool = True, variant: RankingVariant = RankingVariant.TABLE) -> Session:
    write_table(root, len(TRUE))
    write_labels(root / "grown", [(TRUE, wrong_in(TRUE, each)) for each in WRONG], samples=samples)
    write_labels(root / "other", [(TRUE, TRUE)], samples=samples)
    return as_epochs(ranking_of(root, run="grown"), variant)


def as_epochs(session: Session, variant: RankingVariant = RankingVariant.TABLE) -> Session:
    return replace(session, ranking=replace(session.ranking, rows=RankingRows.EPOCHS, variant=variant))


def read(session: Session) -> RankingTable:
    return ranking(session, wait=True)


@pytest.mark.row("P7")
def test_rows_are_the_epochs_in_their_order_and_the_shown_one_is_focused(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    table = read(session)
    assert table.names == ("epoch 1", "epoch 2", "epoch 3", "epoch 4") and table.noun == "epoch"
    assert table.epochs_of is session.run
    cow = table.classes.index("cow")
    assert table.values[:, cow].tolist() == pytest.approx([0.5, 0.9, 0.5, 34 / 40])
    assert table.ranks[:, cow].tolist() == [3, 1, 3, 2]
    assert table.overall.tolist() == pytest.approx([50 / 120, 104 / 120, 97 / 120, 110 / 120])
    assert table.best_row == 3 and cursor(table, session)[0] == 3
    assert cursor(table, select(session, epoch=2))[0] == 1


@pytest.mark.row("P7")
def test_moving_steps_the_epoch_and_the_newest_one_is_followed(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    read(session)
    up = move(session, -1, 0)
    assert up.selection.epoch == 3 and up.selection.run == "grown"
    assert move(up, -9, 0).selection.epoch == 1
    assert move(up, 1, 0).selection.epoch is None
    deeper = drill(on_class(up, "cow"))
    assert (deeper.selection.epoch, deeper.selection.true, deeper.selection.predicted) == (3, "cow", "ant")


@pytest.mark.row("P7")
def test_lines_of_epochs_stand_by_their_overall_value(tmp_path: Path) -> None:
    session = of_epochs(tmp_path, variant=RankingVariant.LINES)
    table = read(session)
    assert table.names == ("epoch 4", "epoch 2", "epoch 3", "epoch 1") and table.best_row == 0
    assert move(session, 1, 0).selection.epoch == 2


def test_epochs_are_read_behind_the_screen(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    with held_back(EPOCHS):
        first = ranking(session)
        assert first.reading and not first.rows and first.epochs_of is session.run
        assert move(session, 1, 0) is session
    assert not ranking(session).reading and len(ranking(session).rows) == 4


def test_while_a_run_grows_its_earlier_epochs_stay(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    read(session)
    write_labels(tmp_path / "grown", [(TRUE, wrong_in(TRUE, each)) for each in (*WRONG, {0: 1})])
    grown = with_catalog(session, open_catalog([tmp_path]))
    with held_back(EPOCHS):
        before = ranking(grown)
        assert before.reading and before.names[-1] == "epoch 4" and cursor(before, grown)[0] == 3
    after = ranking(grown)
    assert after.names[-1] == "epoch 5" and cursor(after, grown)[0] == 4


def test_a_range_leaves_the_other_epochs_out(tmp_path: Path) -> None:
    session = select(of_epochs(tmp_path), span=(2, 3))
    table = read(session)
    assert table.names == ("epoch 2", "epoch 3")
    assert cursor(table, session)[0] == 1
    assert cursor(table, select(session, epoch=1))[0] == 0
    assert not read(select(session, span=(7, 9))).rows


def test_filters_hold_in_every_epoch(tmp_path: Path) -> None:
    session = replace(of_epochs(tmp_path), filters=(Expression("wrong"),))
    table = read(session)
    assert [int(member.confusion.total) for member in table.rows] == [sum(each.values()) for each in WRONG]
    assert [int(member.confusion.total) for member in read(move(session, -2, 0)).rows] == [70, 16, 23, 10]


def test_a_broken_epoch_is_left_out_and_named(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    (tmp_path / "grown" / "epochs" / "00002" / "test.npz").write_bytes(b"PK no zip")
    table = read(replace(session, catalog=open_catalog([tmp_path])))
    assert table.names == ("epoch 1", "epoch 3", "epoch 4")
    assert [each.broken for each in table.absent] == [True] and "00002" in table.absent[0].reason


@pytest.mark.row("P7")
@pytest.mark.parametrize("samples", [True, False])
def test_epochs_are_compared_by_a_paired_test(tmp_path: Path, samples: bool) -> None:
    session = of_epochs(tmp_path, samples=samples)
    table = read(session)
    cow = table.classes.index("cow")
    found = class_ties(table, [cow], wait=True)[cow]
    assert found.best == 1 and found.tied.tolist() == [False, True, False, True]
    assert found.methods.tolist() == ["mcnemar", "none", "mcnemar", "mcnemar"]
    # 16 samples are right in the best epoch alone: exact McNemar.
    assert found.p[2] == pytest.approx(2 * 0.5**16)


def test_ties_with_the_focused_row_are_not_those_with_the_best(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    table = read(session)
    cow = table.classes.index("cow")
    found = class_ties(table, [cow], focus=2, wait=True)[cow]
    assert found.best == 2 and found.number == 1
    assert found.tied.tolist() == [True, False, True, False]
    assert class_ties(table, [cow], wait=True)[cow].best == 1


def test_a_focused_row_without_a_value_is_tied_with_nobody(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [([0, 0, 1], [0, 0, 0]), ([0, 0, 1], [0, 0, 1])], samples=False)
    table = read(as_epochs(with_metric(ranking_of(tmp_path), Metric.PRECISION)))
    bee = table.classes.index("bee")
    assert np.isnan(table.values[0, bee])
    found = class_ties(table, [bee], focus=0, wait=True)[bee]
    assert found.best == -1 and not found.tied.any()


@pytest.mark.row("P16")
def test_the_best_epoch_has_weak_spots_wherever_it_stands(tmp_path: Path) -> None:
    write_table(tmp_path, len(TRUE))
    wrong = ({0: 2, 1: 2, 2: 20}, {0: 30, 1: 30, 2: 0}, {0: 30, 1: 30, 2: 1}, {0: 30, 1: 30, 2: 2})
    write_labels(tmp_path / "early", [(TRUE, wrong_in(TRUE, each)) for each in wrong])
    for variant in RankingVariant:
        session = as_epochs(ranking_of(tmp_path), variant)
        table = read(session)
        assert table.names[table.best_row] == "epoch 1"
        spots = best_weak_spots(table, wait=True)
        assert spots is not None and [table.classes[spot] for spot in spots] == ["cow"]
        said = "".join(piece.text for piece in weak_words(session, table, spots))
        assert said == "weak spots of epoch 1: cow  N"


def test_the_cell_is_read_out_by_epoch(tmp_path: Path) -> None:
    session = on_class(of_epochs(tmp_path), "cow")
    table = read(session)
    parts = ["".join(piece.text for piece in part) for part in reading(session, table)]
    assert parts[0].startswith("cow in epoch 4: recall 85 % ")
    assert parts[1].startswith("no. 2 of 4, tied with epoch 2 90.0")
    parts = ["".join(piece.text for piece in part) for part in reading(session, table, focus=True)]
    assert parts[1] == "no. 2 of 4, 1 other epoch tied with it (McNemar on shared samples)"


def test_what_to_collect_is_still_told_by_other_runs(tmp_path: Path) -> None:
    session = of_epochs(tmp_path)
    assert any("other has 100" in each.others for each in collect_list(session))
    assert of_runs(session).ranking.rows is RankingRows.RUNS


@pytest.mark.row("P2")
def test_spread_is_the_best_and_the_worst_rank(tmp_path: Path) -> None:
    table = read(of_epochs(tmp_path))
    ranks = {name: table.ranks[row].tolist() for row, name in enumerate(table.names)}
    for row, name in enumerate(table.names):
        found = spread_of(table, row)
        assert found is not None and (found.best, found.worst) == (min(ranks[name]), max(ranks[name]))
    ends = extremes(table)
    assert ends is not None
    width = [max(each) - min(each) for each in ranks.values()]
    assert width[ends[0].row] == min(width) and width[ends[1].row] == max(width)


def test_rows_all_alike_have_no_steadiest(tmp_path: Path) -> None:
    write_labels(tmp_path / "a", [(TRUE, TRUE)] * 3, samples=False)
    table = read(as_epochs(ranking_of(tmp_path)))
    assert table.ranks.tolist() == [[1, 1, 1]] * 3 and extremes(table) is None


def test_the_keys_switch_variant_and_rows(tmp_path: Path) -> None:
    by_key = {command.keys[0]: command for command in COMMANDS if command.keys}
    session = three_runs(tmp_path)
    variant, rows = by_key["v"].step, by_key["E"].step
    assert variant is not None and rows is not None
    assert variant(session).ranking.variant is RankingVariant.LINES
    assert variant(variant(session)).ranking.variant is RankingVariant.TABLE
    assert not by_key["E"].works(session)
    grown = of_epochs(tmp_path / "epochs")
    assert by_key["E"].works(of_runs(grown)) and by_key["E"].works(grown)
    back = rows(grown)
    assert back.ranking.rows is RankingRows.RUNS and back.notice == "Ranked: the runs."
    assert rows(back).notice == "Ranked: the epochs of grown."
