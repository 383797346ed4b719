"""Steps are pure: a session in, a session out, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.state import moves
from clftui.state.filters import Expression
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.words import breadcrumb
from tests.builders import write_collection, write_epoch, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(open_catalog([write_collection(tmp_path / "runs", runs=5)]))


def words(session: Session) -> str:
    return "".join(piece.text for piece in breadcrumb(session))


def test_the_best_runs_get_letters_and_the_best_one_the_focus(session: Session) -> None:
    assert len(session.selection.runs) == 4
    assert session.selection.run == session.selection.runs[0] == "run4"
    assert [letter for letter, _ in session.lettered] == ["A", "B", "C", "D"]
    assert session.selection.true != session.selection.predicted


@pytest.mark.row("P13")
def test_back_returns_through_every_drill(session: Session) -> None:
    deeper = moves.go(moves.go(session, Tab.RANKING), Tab.MATRIX)
    deepest = moves.drill_to_samples(deeper, Scope("cat", "dog"))
    assert deepest.tab is Tab.SAMPLES and deepest.selection.scope == Scope("cat", "dog", Part.WRONG)
    assert "cat → dog" in words(deepest)
    tabs = []
    while deepest.history:
        deepest = moves.back(deepest)
        tabs.append(deepest.tab)
    assert tabs == [Tab.MATRIX, Tab.RANKING, Tab.RUNS]
    assert moves.back(deepest).notice


def test_epochs_are_pinned_and_released(session: Session) -> None:
    run = session.run
    assert run is not None and session.epoch_of(run) == 3
    pinned = moves.step_epoch(session, -1)
    assert pinned.selection.epoch == 2 and pinned.epoch_of(run) == 2
    assert moves.step_epoch(moves.step_epoch(moves.step_epoch(pinned, -1), -1), -1).selection.epoch == 1
    assert moves.step_epoch(pinned, 1).selection.epoch is None


def test_a_pinned_epoch_and_the_cursor_outlive_new_data(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    session = open_session(open_catalog([root]))
    session = moves.select(moves.step_epoch(session, -1), true="owl", predicted="cat")
    write_epoch(root / "run1", 4, "test", classes=4, n=80, seed=9, skill=0.9)
    newer = moves.with_catalog(session, open_catalog([root], previous=session.catalog))
    assert newer.catalog is not session.catalog
    assert newer.selection == session.selection
    following = moves.select(newer, epoch=None)
    assert following.run is not None and following.epoch_of(following.run) == 4


def test_letters_are_given_and_taken(session: Session) -> None:
    outside = moves.focus_run(session, "run0")
    assert moves.toggle_letter(outside).selection.runs == session.selection.runs
    assert "take one away" in moves.toggle_letter(outside).notice
    freed = moves.toggle_letter(session)
    assert "run4" not in freed.selection.runs
    assert moves.toggle_letter(moves.focus_run(freed, "run0")).selection.letter("run0") == "D"


def test_filters_change_what_is_counted_and_come_off_again(session: Session) -> None:
    all_of_it = session.confusion()
    filtered = moves.add_filter(session, Expression('true == "cat"'))
    some = filtered.confusion()
    assert all_of_it is not None and some is not None
    assert int(some.support.sum()) == int(all_of_it.support[0]) == 20
    assert moves.drop_filter(filtered).confusion() is all_of_it
    assert moves.back(filtered).filters == ()


def test_a_filter_that_a_run_cannot_answer_lets_nothing_pass(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "with")
    write_run(tmp_path / "runs" / "without", scores=False)
    session = moves.add_filter(open_session(open_catalog([tmp_path / "runs"])), Expression("confidence > .5"))
    totals = {}
    for run in session.catalog.runs:
        confusion = session.confusion(run)
        assert confusion is not None
        totals[run.key] = int(confusion.support.sum())
    assert totals["with"] > 0 and totals["without"] == 0


@pytest.mark.parametrize(("text", "found"), [("OW", "owl"), ("o", "owl"), ("fox", "fox"), ("zebra", None)])
def test_classes_are_found_by_a_part_of_the_name(session: Session, text: str, found: str | None) -> None:
    start = moves.select(session, true="cat")
    result = moves.find_class(start, text)
    if found is None:
        assert result.selection.true == "cat" and "zebra" in result.notice
    else:
        assert result.selection.true == found


def test_the_next_match_comes_after_the_cursor(session: Session) -> None:
    found = []
    for _ in range(4):
        session = moves.find_class(session, "o")
        found.append(session.selection.true)
    assert set(found) == {"dog", "fox", "owl"} and found[0] == found[3]


def test_going_where_one_is_changes_nothing(session: Session) -> None:
    assert moves.go(session, Tab.RUNS) is session
    assert moves.focus_run(session, session.selection.run or "") is session


def test_a_session_without_runs_still_answers(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    session = open_session(open_catalog([tmp_path / "empty"]))
    assert session.run is None and session.classes == () and session.confusion() is None
    assert words(session) == "no runs"
    for step in (moves.cycle_split, moves.toggle_letter, moves.back, moves.drop_filter):
        assert isinstance(step(session), Session)
    assert moves.step_epoch(session, 1).notice
    assert replace(session, notice="x").notice == "x"
