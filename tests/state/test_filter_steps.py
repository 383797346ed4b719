"""Adding and dropping filters, what their chips say, and what is said where nothing passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.app.command_table import filters as table
from clftui.data.catalog import open_catalog
from clftui.state import filter_chips, filter_steps
from clftui.state.filter_values import NotInTopK, OnlyRight, PredictedScore, WrongInEpochs
from clftui.state.filters import Expression, FilterError
from clftui.state.matrix_model import missing
from clftui.state.moves import back
from clftui.state.session import Session, open_session
from clftui.storage import atomic_json
from tests.builders import CLASSES, write_collection, write_run
from tests.matrices import draw_as


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "animals")]))


def total(session: Session) -> int:
    confusion = session.confusion()
    assert confusion is not None
    return confusion.total


@pytest.mark.row("B13", "B27")
def test_chips_say_what_each_filter_hides_of_what_is_left(session: Session) -> None:
    first = filter_steps.add(session, Expression('true == "cat"'))
    both = filter_steps.add(first, OnlyRight(False))
    a, b = filter_chips.chips(both)
    assert (a.hidden, b.hidden) == (80 - total(first), total(first) - total(both))
    assert str(a) == 'true == "cat" −60' and 0 < total(both) < 20
    cut = draw_as(both, at_least=2)
    cell = filter_chips.chips(cut)[2]
    confusion = cut.confusion()
    assert confusion is not None
    assert str(cell) == f"cell ≥ 2 −{int(np.count_nonzero(confusion.count < 2))} cells"
    assert filter_chips.drop_chip(cut, 2).matrix.at_least == 1
    assert filter_chips.drop_chip(cut, 0).filters == (OnlyRight(False),)


def test_one_filter_of_a_kind_at_a_time_and_none_twice(session: Session) -> None:
    three = filter_steps.add(filter_steps.add(session, OnlyRight(False)), NotInTopK(3))
    two = filter_steps.add(three, NotInTopK(2))
    assert two.filters == (OnlyRight(False), NotInTopK(2))
    assert two.notice.endswith(f"{total(two)} of 80 samples pass all filters.") and back(two).filters == three.filters
    again = filter_steps.add(two, NotInTopK(2))
    assert again.filters == two.filters and "on already" in again.notice


def test_nothing_left_names_what_each_filter_alone_lets_through(session: Session) -> None:
    nothing = replace(session, filters=(OnlyRight(True), OnlyRight(False)))
    words = missing(nothing)
    right = total(replace(session, filters=(OnlyRight(True),)))
    assert words == (
        f"No sample passes both filters; alone: right only {right}, wrong only {80 - right}. F drops the last one."
    )
    alone = missing(replace(session, filters=(Expression('id == "none"'),)))
    assert alone is not None and "No sample passes the filter" in alone and "F drops it." in alone


def test_a_filter_that_the_run_cannot_answer_is_not_added(tmp_path: Path) -> None:
    write_run(tmp_path / "bare", scores=False)
    session = open_session(open_catalog([tmp_path]))
    with pytest.raises(FilterError, match="logged no scores"):
        filter_steps.add(session, PredictedScore(0.9))
    np.savez(tmp_path / "bare" / "epochs" / "00003" / "test.npz", confusion=np.ones((4, 4), dtype=int))
    matrix = open_session(open_catalog([tmp_path]))
    with pytest.raises(FilterError, match="bare matrix"):
        filter_steps.add(matrix, OnlyRight(True))


@pytest.mark.row("B34")
def test_presets_pick_what_they_promise(session: Session) -> None:
    run = session.run
    assert run is not None
    evaluation = session.evaluation()
    assert evaluation is not None
    wrong = evaluation.true != evaluation.predicted
    suspect = wrong & (evaluation.confidence() > np.float32(0.9)) & (evaluation.true_score() < np.float32(0.05))
    assert total(filter_steps.add(session, filter_steps.MISLABELLED)) == suspect.sum() > 0
    assert total(filter_steps.only_class(session)) == 20
    compared = filter_steps.compared(session, "B", "A")
    assert compared.filters[0].describe() == "B right, A wrong" and total(compared) > 0
    everywhere = filter_steps.all_wrong(session)
    assert everywhere.filters[0].describe() == "wrong in all 3 runs"
    for each in session.catalog.runs:
        confusion = everywhere.confusion(each)
        assert confusion is not None and confusion.errors == confusion.total > 0
    differ = total(filter_steps.some_wrong(session))
    assert 0 < differ < 80


def test_the_group_of_the_class_under_the_cursor(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    pets = {"name": "pets", "children": [{"name": name} for name in CLASSES[:2]]}
    wild = {"name": "wild", "children": [{"name": name} for name in CLASSES[2:]]}
    atomic_json(root / "hierarchy.json", {"name": "all", "children": [pets, wild]})
    session = open_session(open_catalog([root]))
    session = replace(session, selection=replace(session.selection, true="fox"))
    grouped = filter_steps.only_group(session)
    assert grouped.filters[0].describe() == "true in wild" and total(grouped) == 40
    (root / "hierarchy.json").unlink()
    assert "no class hierarchy" in filter_steps.only_group(open_session(open_catalog([root]))).notice


def test_w_steps_the_epochs_that_a_sample_was_wrong_in(session: Session) -> None:
    one = filter_steps.step_epochs_wrong(session, 1)
    two = filter_steps.step_epochs_wrong(one, 1)
    assert one.filters == (WrongInEpochs(1),) and two.filters == (WrongInEpochs(2),)
    assert total(two) < total(one) < 80
    most = filter_steps.step_epochs_wrong(filter_steps.step_epochs_wrong(two, 1), 1)
    assert most.filters == (WrongInEpochs(3),) and "3 epochs" in most.notice
    assert filter_steps.step_epochs_wrong(one, -1).filters == ()
    assert filter_steps.step_epochs_wrong(session, -1).notice


def test_every_preset_of_the_palette_works_or_says_why(session: Session) -> None:
    ran = 0
    for command in table.COMMANDS:
        if command.works(session):
            assert command.step is not None
            after = command.step(session)
            assert after.notice.endswith("."), command.id
            ran += 1
    assert ran > 15


def test_flips_are_offered_as_filters_against_what_the_app_compares_with(tmp_path: Path) -> None:
    write_run(tmp_path / "r")
    session = open_session(open_catalog([tmp_path]))
    presets = {each.id: each for each in table.COMMANDS if each.id.startswith(("filter.newly", "filter.wrong_d"))}
    chosen = {name: each.step(session) for name, each in presets.items() if each.step is not None}
    assert {name: each.filters[-1].describe() for name, each in chosen.items()} == {
        "filter.newly_wrong": "newly wrong since the epoch before",
        "filter.newly_right": "newly right since the epoch before",
        "filter.wrong_differently": "wrong differently since the epoch before",
    }
    again = presets["filter.newly_right"].step
    assert again is not None and len(again(chosen["filter.newly_wrong"]).filters) == 1
