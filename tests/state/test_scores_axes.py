"""Axes, brushes and the filter that a brush is, against the logged arrays."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.state import scores_axis_steps as along
from clftui.state import scores_steps as steps
from clftui.state.filters import FilterError
from clftui.state.moves import back, drop_filter, select
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.score_filter import ScoreOf
from clftui.state.scores_axes import EMPTY, Axes, axis_at, line_at
from clftui.state.scores_columns import class_scores, mean_scores, scores_at
from clftui.state.scores_settings import Subject
from clftui.state.scores_view import move
from clftui.state.script import lines_between, run_script
from clftui.state.script_values import decoded, encoded
from clftui.state.selection import Tab
from clftui.state.session import Session
from tests.builders import CLASSES, write_run
from tests.scored import collection, keep_best, keep_own, session_of

PAGE = (30, 120)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    found = replace(collection(tmp_path / "animals"), tab=Tab.SCORES)
    return steps.settings(found, subject=Subject.ALL)


def scores_of(session: Session) -> NDArray[np.float32]:
    evaluation = session.evaluation()
    assert evaluation is not None
    found = evaluation.scores(np.arange(evaluation.n))
    assert found is not None
    return found


def axes_of(session: Session) -> Axes:
    found = along.shown_axes(session, PAGE)
    assert isinstance(found, Axes)
    return found


def test_means_and_values_are_those_of_the_file(session: Session) -> None:
    evaluation, whole = session.evaluation(), scores_of(session)
    assert evaluation is not None
    at = np.array([7, 3, 50])
    assert np.allclose(mean_scores(evaluation, at), whole[at].mean(axis=0))
    assert np.array_equal(scores_at(evaluation, at, np.array([2, 0])), whole[at][:, [2, 0]])
    assert np.array_equal(class_scores(evaluation, 1).values, whole[:, 1])


def test_axes_are_the_classes_that_matter_in_the_order_of_the_columns(session: Session) -> None:
    shown = axes_of(session)
    whole = scores_of(session)[shown.samples.positions]
    means = whole.mean(axis=0)
    assert shown.index.tolist() == sorted(shown.index.tolist())
    assert set(np.flatnonzero(means >= EMPTY).tolist()) == set(shown.index.tolist())
    assert np.array_equal(shown.values, whole[:, shown.index])
    by_mean = axes_of(steps.settings(session, by_mean=True))
    assert (np.diff(by_mean.means) <= 0).all() and set(by_mean.names) == set(shown.names)


def test_few_axes_of_a_thousand_classes(tmp_path: Path) -> None:
    names = [f"c{number:03d}" for number in range(300)]
    write_run(tmp_path / "many", classes=names, n=600, epochs=1, skill=0.9)
    session = replace(session_of(tmp_path), tab=Tab.SCORES)
    shown = axes_of(session)
    assert 2 <= shown.a <= 12
    own = {session.selection.true, session.selection.predicted}
    assert own <= set(shown.names)


@pytest.mark.row("O9")
def test_a_brush_is_a_filter_whose_bounds_move_by_keys(session: Session) -> None:
    whole = scores_of(session)
    begun = along.brush(session, PAGE)
    shown = axes_of(begun)
    name = shown.names[axis_at(begun, shown)]
    assert begun.filters == (ScoreOf(name, 0.3, 1.0),) and begun.scores.on_axes
    assert name != begun.selection.predicted
    lower = move(begun, 4, 0, PAGE)
    assert lower.filters == (ScoreOf(name, 0.1, 1.0),)
    upper = move(along.brush(lower, PAGE), 2, 0, PAGE)
    assert upper.filters == (ScoreOf(name, 0.1, 0.9),)
    column = whole[:, CLASSES.index(name)]
    kept = (column >= np.float32(0.1)) & (column <= np.float32(0.9))
    shown = axes_of(upper)
    assert np.array_equal(shown.lit, kept[shown.samples.positions]) and shown.samples.n > shown.lit.sum()
    confusion = upper.confusion()
    assert confusion is not None and confusion.total == int(kept.sum())
    assert not along.brush(upper, PAGE).filters
    assert not drop_filter(upper).filters
    bottom = move(move(begun, 1000, 0, PAGE), -1000, 0, PAGE)
    assert bottom.filters == (ScoreOf(name, 1.0, 1.0),)


def test_bounds_do_not_pass_each_other_and_step_finely_in_log_odds(session: Session) -> None:
    begun = along.brush(steps.settings(session, logit=True), PAGE)
    [only] = begun.filters
    assert isinstance(only, ScoreOf)
    assert along.move_bound(begun, only, -1).filters == (replace(only, low=0.2),)
    narrow = replace(only, low=0.4, high=0.4)
    there = replace(begun, filters=(narrow,))
    assert along.move_bound(there, narrow, 1).filters == (narrow,)
    assert along.move_bound(steps.settings(there, upper=True), narrow, -1).filters == (narrow,)


def test_several_brushes_narrow_together_and_open_what_is_inside(session: Session) -> None:
    predicted = str(session.selection.predicted)
    whole = scores_of(session)
    other = next(name for name in CLASSES if name != predicted)
    two = replace(session, filters=(ScoreOf(predicted, 0.5, 0.99), ScoreOf(other, 0.002, 1.0)))
    shown = axes_of(two)
    assert shown.brushed and {predicted, other} <= set(shown.names)
    evaluation = two.evaluation()
    assert evaluation is not None
    expected = evaluation.predicted == CLASSES.index(predicted)
    for name, low, high in ((predicted, 0.5, 0.99), (other, 0.002, 1.0)):
        column = whole[:, CLASSES.index(name)]
        expected &= (column >= np.float32(low)) & (column <= np.float32(high))
    assert expected.any()
    opened = steps.drill(two)
    samples = listing(opened)
    assert isinstance(samples, SampleList)
    assert sorted(samples.positions.tolist()) == np.flatnonzero(expected).tolist()
    assert back(opened).filters == two.filters and back(opened).tab is Tab.SCORES
    nothing = replace(session, filters=(ScoreOf(other, 1.0, 1.0), ScoreOf(predicted, 1.0, 1.0)))
    assert steps.drill(nothing).notice == "No sample is inside the brushes."


def test_axes_are_added_removed_carried_inverted_and_chosen_anew(session: Session) -> None:
    two = steps.settings(session, axes=CLASSES[:2], axis=CLASSES[0], on_axes=True)
    added = along.add_axis(two, PAGE)
    assert len(axes_of(added).names) == 3 and added.scores.axis == axes_of(added).names[1]
    full = along.add_axis(added, PAGE)
    assert "Every class has an axis" in along.add_axis(full, PAGE).notice
    assert axes_of(along.carry_axis(two, PAGE, 1)).names == (CLASSES[1], CLASSES[0])
    assert axes_of(along.carry_axis(two, PAGE, -1)).names == CLASSES[:2]
    assert along.invert_axis(two, PAGE).scores.inverted == {CLASSES[0]}
    assert not along.invert_axis(along.invert_axis(two, PAGE), PAGE).scores.inverted
    assert "Two axes are the least" in along.remove_axis(two, PAGE).notice
    brushed = along.brush(added, PAGE)
    gone = along.remove_axis(brushed, PAGE)
    assert not gone.filters and axes_of(gone).names == CLASSES[:2]
    assert along.next_axes(gone).scores.axes is None
    assert along.next_axes(along.next_axes(gone)).scores.by_mean


def test_without_a_brush_keys_go_from_line_to_line(session: Session) -> None:
    here = steps.settings(select(session, sample=None), on_axes=True)
    shown = axes_of(here)
    assert line_at(here, shown) == 0
    assert [line_at(move(here, by, 0, PAGE), shown) for by in (1, 3, 1000)] == [1, 3, shown.samples.n - 1]
    assert move(here, 0, 1, PAGE).scores.axis == shown.names[min(axis_at(here, shown) + 1, shown.a - 1)]


def test_the_filter_says_itself_and_survives_a_script(session: Session) -> None:
    assert ScoreOf("c50.8", 0.3).describe() == "c50.8 ≥ .30"
    assert ScoreOf("fox", 0.0, 0.05).describe() == "fox ≤ .05"
    assert ScoreOf("fox", 0.002, 0.9).describe() == "fox .002–.90"
    brush = ScoreOf("fox", 0.25, 0.9)
    assert decoded(json.loads(json.dumps(encoded(brush)))) == brush
    after = replace(session, filters=(brush,))
    assert run_script(session, lines_between(session, after))[0].filters == (brush,)


def test_what_a_run_cannot_answer_is_a_sentence(session: Session, tmp_path: Path) -> None:
    evaluation = session.evaluation()
    assert evaluation is not None
    with pytest.raises(FilterError, match="no class zebra"):
        ScoreOf("zebra").mask(evaluation, None)
    write_run(tmp_path / "mute" / "run", scores=False)
    mute = session_of(tmp_path / "mute").evaluation()
    assert mute is not None
    with pytest.raises(FilterError, match="logged no scores"):
        ScoreOf("cat").mask(mute, None)


def test_scores_below_the_logged_ones_are_not_zeros(session: Session, tmp_path: Path) -> None:
    write_run(tmp_path / "best" / "run", seed=2, skill=0.7)
    full = session_of(tmp_path / "best")
    whole = scores_of(full)
    keep_best(tmp_path / "best" / "run", 2)
    kept = session_of(tmp_path / "best")
    evaluation = kept.evaluation()
    assert evaluation is not None and evaluation.rank_limit == 2
    found = class_scores(evaluation, 1)
    known = ~np.isnan(found.values)
    best = np.argsort(-whole, axis=1, kind="stable")[:, :2]
    assert np.array_equal(known, (best == 1).any(axis=1) | (evaluation.true == 1))
    assert np.allclose(found.values[known], whole[known, 1])
    assert (found.ceiling[~known] >= whole[~known, 1] - 1e-3).all()
    truth = {low: whole[:, 1] <= np.float32(low) for low in (0.02, 0.2, 0.6)}
    for high, expected in truth.items():
        passed = ScoreOf("dog", 0.0, high).mask(evaluation, None)
        assert not (passed & ~expected).any()
        assert (passed == expected)[known].all()
    assert not (ScoreOf("dog", 0.2, 1.0).mask(evaluation, None) & ~known).any()
    shown = axes_of(steps.settings(kept, subject=Subject.ALL))
    assert shown.limit == 2 and np.isnan(shown.values).any()


def test_runs_with_only_the_own_scores_have_stacks_but_no_axes(tmp_path: Path) -> None:
    keep_own(write_run(tmp_path / "run"))
    session = session_of(tmp_path)
    assert not isinstance(steps.current(session), Nothing)
    found = along.shown_axes(session, PAGE)
    assert isinstance(found, Nothing) and "no other axes" in found.sentence
    assert along.brush(session, PAGE).notice == found.sentence
