"""The stacks of the Scores view against the logged arrays, and the steps among them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.state import scores_steps as steps
from clftui.state.filter_values import InGroup, PredictedScore
from clftui.state.moves import select
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.scores_layout import arrange
from clftui.state.scores_letters import OTHER, letters
from clftui.state.scores_settings import ScoresSettings, ScoresVariant, Subject
from clftui.state.scores_stacks import Stacks, column_of, cursor, stacks
from clftui.state.scores_subject import subject
from clftui.state.scores_view import find, move
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from tests.builders import CLASSES, write_collection, write_run
from tests.scored import collection, session_of

PAGE = (30, 120)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return replace(collection(tmp_path / "animals"), tab=Tab.SCORES)


def shown_of(session: Session) -> Stacks:
    found = stacks(session)
    assert isinstance(found, Stacks)
    return found


def sample_of(session: Session) -> int:
    """The position of the sample under the cursor."""
    shown = shown_of(session)
    return int(shown.positions[cursor(session, shown)[1]])


@pytest.mark.row("O3")
def test_a_column_holds_what_was_predicted_as_its_class_the_surest_first(session: Session) -> None:
    shown, evaluation = shown_of(session), session.evaluation()
    assert evaluation is not None
    confidence = evaluation.confidence()
    for number in range(shown.n):
        part = shown.column(number)
        positions = shown.positions[part]
        expected = np.flatnonzero(evaluation.predicted == CLASSES.index(shown.name(number)))
        assert sorted(positions.tolist()) == expected.tolist()
        assert (np.diff(confidence[positions]) <= 0).all()
        assert np.array_equal(shown.wrong[part], evaluation.true[positions] != evaluation.predicted[positions])
        assert shown.wrongs[number] == int(shown.wrong[part].sum())
    assert int(shown.sizes.sum()) == evaluation.n and shown.unanswered == 0


def test_filters_groups_and_orders_choose_the_columns(session: Session) -> None:
    filtered = replace(session, filters=(PredictedScore(high=0.8),))
    assert float(shown_of(filtered).score.max()) <= np.float32(0.8)
    by_name = replace(session, scores=replace(session.scores, order=ClassOrder.NAME))
    shown = shown_of(by_name)
    assert [shown.name(number) for number in range(shown.n)] == sorted(CLASSES)
    assert column_of(select(by_name, predicted="fox"), shown) == 2


def test_runs_without_scores_say_so(tmp_path: Path) -> None:
    write_run(tmp_path / "mute", scores=False)
    found = stacks(session_of(tmp_path))
    assert isinstance(found, Nothing) and "logged no scores on test" in found.sentence


def test_the_cursor_goes_by_class_and_by_rows_of_glyphs(session: Session) -> None:
    shown = shown_of(session)
    here = select(session, predicted=shown.name(0), sample=None)
    top, bottom = move(here, -1000, 0, PAGE), move(here, 1000, 0, PAGE)
    assert cursor(bottom, shown)[1] == 0
    assert cursor(top, shown)[1] == int(shown.starts[1]) - 1
    layout = steps.layout_of(session, shown, PAGE)
    up = cursor(move(bottom, -1, 0, PAGE), shown)[1]
    assert layout.upright and up == min(layout.across, int(shown.starts[1]) - 1)
    right = move(bottom, 0, 1, PAGE)
    assert cursor(right, shown) == (1, int(shown.starts[1]))
    narrow = (20, 80)
    down = move(bottom, 1, 0, narrow)
    assert cursor(down, shown) == (1, int(shown.starts[1]))
    sideways = steps.layout_of(session, shown, narrow)
    assert not sideways.upright and cursor(move(bottom, 0, 1, narrow), shown) == (0, sideways.across)


def test_single_steps_and_the_next_wrong_one(session: Session) -> None:
    shown = shown_of(session)
    bottom = move(select(session, predicted=shown.name(0), sample=None), 1000, 0, PAGE)
    assert cursor(steps.step_sample(bottom, 1), shown) == (0, 1)
    assert cursor(steps.step_sample(bottom, -1), shown) == (0, 0)
    seen, now = [], bottom
    for _ in range(int(shown.wrong.sum())):
        now = steps.next_wrong(now)
        seen.append(cursor(now, shown)[1])
    wrong = np.flatnonzero(shown.wrong).tolist()
    assert sorted(seen) == wrong and seen == wrong


def test_a_sample_that_left_the_column_keeps_its_height(session: Session) -> None:
    shown = shown_of(session)
    left = select(session, predicted=shown.name(0), sample=shown.id_of(int(shown.starts[1]) + 1))
    column, index = cursor(left, shown)
    score = float(shown.score[int(shown.starts[1]) + 1])
    part = shown.column(0)
    assert column == 0
    assert index == min(int((shown.score[part] > score).sum()), part.stop - 1)


@pytest.mark.row("O6")
def test_a_box_is_a_range_of_scores_whose_samples_open(session: Session) -> None:
    shown, evaluation = shown_of(session), session.evaluation()
    assert evaluation is not None
    begun = steps.toggle_box(move(select(session, predicted=shown.name(2), sample=None), -1000, 0, PAGE))
    for _ in range(4):
        begun = steps.step_sample(begun, -1)
    part = shown.column(2)
    found = steps.current(begun)
    assert not isinstance(found, Nothing)
    assert sorted(found[1].positions.tolist()) == sorted(shown.positions[part.stop - 5 : part.stop].tolist())
    opened = steps.drill(begun)
    samples = listing(opened)
    assert opened.tab is Tab.SAMPLES and isinstance(samples, SampleList)
    assert sorted(samples.positions.tolist()) == sorted(found[1].positions.tolist())
    assert opened.selection.sample == begun.selection.sample
    chosen = steps.choose(begun)
    assert len(chosen.selection.chosen) == 5 and steps.chosen_rows(chosen, shown).sum() == 5
    assert not steps.choose(chosen).selection.chosen
    ended = steps.toggle_box(begun)
    assert ended.scores.box is None


@pytest.mark.parametrize("kind", [Subject.CELL, Subject.WRONG, Subject.ALL, Subject.CHOSEN])
def test_exactly_the_samples_whose_scores_show_open(session: Session, kind: Subject) -> None:
    evaluation = session.evaluation()
    assert evaluation is not None
    session = replace(session, scores=ScoresSettings(subject=kind), filters=(PredictedScore(high=0.97),))
    session = steps.choose(steps.next_wrong(select(session, chosen=frozenset({("test", "0003"), ("test", "0044")}))))
    found = steps.current(session)
    assert not isinstance(found, Nothing) and found[1].kind is kind and found[1].n
    true, predicted = evaluation.true, evaluation.predicted
    column = predicted == CLASSES.index(str(session.selection.predicted))
    names = [int(name) for _, name in session.selection.chosen]
    expected = {
        Subject.CELL: column & (true == CLASSES.index(str(session.selection.true))),
        Subject.WRONG: column & (true != predicted),
        Subject.ALL: column,
        Subject.CHOSEN: np.isin(evaluation.sample, names),
    }[kind] & (evaluation.confidence() <= np.float32(0.97))
    samples = listing(steps.drill(session))
    assert isinstance(samples, SampleList)
    opened = sorted(samples.positions.tolist())
    assert opened == np.flatnonzero(expected).tolist() == sorted(found[1].positions.tolist())


def test_an_empty_cell_gives_way_to_the_wrong_ones_and_then_to_all(session: Session) -> None:
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    only = replace(session, filters=(InGroup("cat", frozenset({"cat"})),))
    here = select(only, true="dog", predicted="cat")
    assert subject(here, run, evaluation, "cat").kind is Subject.ALL
    assert subject(replace(here, filters=()), run, evaluation, "cat").kind in (Subject.CELL, Subject.WRONG)


def test_whose_scores_show_goes_round_and_follows_the_sample(session: Session) -> None:
    wrong = steps.next_wrong(session)
    kinds = []
    for _ in range(3):
        wrong = steps.next_subject(wrong)
        kinds.append(wrong.scores.subject)
    assert kinds == [Subject.WRONG, Subject.ALL, Subject.CELL]
    evaluation = wrong.evaluation()
    assert evaluation is not None
    assert wrong.selection.true == CLASSES[int(evaluation.true[sample_of(wrong)])]


def test_find_moves_to_a_column_and_adds_an_axis(session: Session) -> None:
    found = find(session, "ow")
    assert found.selection.predicted == "owl" and found.selection.true == session.selection.true
    along = find(replace(session, scores=replace(session.scores, on_axes=True)), "dog")
    assert along.scores.axis == "dog" and along.selection.predicted == session.selection.predicted
    assert "No class is called like" in find(session, "zebra").notice


def test_layouts_have_room_for_what_they_promise() -> None:
    for width in (20, 60, 80, 99, 100, 120, 200):
        for height in (1, 3, 8, 12, 20, 36, 60):
            for classes in (1, 2, 7, 62, 1000):
                for variant in ScoresVariant:
                    at = arrange(ScoresSettings(variant=variant), classes, 200, width, height)
                    assert at.head + at.rows <= at.axes and at.axes + at.axes_rows + at.foot <= max(height, 1)
                    assert 1 <= at.columns <= classes and at.capacity >= 1
                    if at.upright and at.rows:
                        assert at.left + at.columns * (at.size + 1) - 1 <= width
                    elif at.rows and width > at.left:
                        assert at.columns * at.size <= max(at.rows, 1) and at.left + at.along <= width


def test_letters_are_unique_and_the_same_on_every_screen_of_few_classes() -> None:
    few = ("cat", "cow", "dog")
    assert letters(few, [2]).letter == letters(few, [0, 1]).letter == {0: "c", 1: "o", 2: "d"}
    many = tuple(f"class {number}" for number in range(1000))
    found = letters(many, range(500, 540))
    assert len(set(found.letter.values())) == len(found.letter) == 26
    assert found.of(500) == "c" and found.of(539) == OTHER and found.of(-1) == "?"
    assert len({found.hue_of(cls) for cls in range(500, 510)}) == 10


def test_a_group_keeps_its_columns_and_the_true_class(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    tree = {"name": "all", "children": [
        {"name": "pets", "children": [{"name": "cat"}, {"name": "dog"}]},
        {"name": "wild", "children": [{"name": "fox"}, {"name": "owl"}]},
    ]}  # fmt: skip
    (root / "hierarchy.json").write_text(json.dumps(tree), encoding="utf-8")
    session = replace(session_of(root), tab=Tab.SCORES)
    chosen = steps.select_group(select(session, true="cat", predicted="owl"))
    shown = shown_of(chosen)
    assert [shown.name(number) for number in range(shown.n)] == ["fox", "owl"]
    assert chosen.selection.group == ("wild",) and chosen.selection.true == "cat"
    assert column_of(chosen, shown) == 1 and shown_of(steps.select_group(chosen)).n == 4
