"""Keys of calibration and thresholds: cursors, bins, costs, where they lead, and what they suppose."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.binning import Binning
from clftui.data.catalog import open_catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.calibration import measures, past, temperature, whole, why_not
from clftui.state.calibration_settings import GapSort
from clftui.state.calibration_steps import (
    drill,
    inside,
    misses,
    move,
    next_binning,
    next_class,
    next_sort,
    next_threshold,
    ordered,
    settings,
    step_amount,
    step_bins,
    step_threshold,
)
from clftui.state.later import LATER
from clftui.state.sample_list import Nothing, listing
from clftui.state.scores_settings import ScoresSettings, ScoresVariant
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session, score
from clftui.state.thresholds import LADDER, one_class, step_ladder
from clftui.state.what_if import Amount
from clftui.state.what_if_steps import forget, merge, suppose, suppose_cost
from tests.builders import write_collection, write_run


def opened(root: Path, variant: ScoresVariant) -> Session:
    return replace(open_session(open_catalog([root])), tab=Tab.SCORES, scores=ScoresSettings(variant=variant))


@pytest.fixture
def diagram(tmp_path: Path) -> Session:
    return opened(write_collection(tmp_path / "animals"), ScoresVariant.CALIBRATION)


@pytest.fixture
def cut(diagram: Session) -> Session:
    found = replace(diagram, scores=ScoresSettings(variant=ScoresVariant.THRESHOLDS))
    return replace(found, selection=replace(found.selection, predicted="cat", true="dog"))


def focused(session: Session) -> tuple[Run, Evaluation]:
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    return run, evaluation


def settled(session: Session) -> Session:
    """With everything that steps look at read: they do not wait."""
    run, evaluation = focused(session)
    measures(session, run, wait=True)
    whole(session, run, wait=True)
    temperature(session, run, wait=True)
    for cls in range(len(evaluation.classes)):
        one_class(session, run, cls, wait=True)
    return session


def positions(session: Session) -> set[int]:
    """The samples that the Samples view lists."""
    found = listing(session)
    return set() if isinstance(found, Nothing) else set(found.positions.tolist())


def test_the_cursor_follows_the_order_of_errors(diagram: Session) -> None:
    session = settled(diagram)
    run, _ = focused(session)
    own = measures(session, run, wait=True)
    assert own is not None
    names = [session.classes[at] for at in ordered(session, own, None)]
    errors = [float(own.classes.ece[session.classes.index(name)]) for name in names]
    assert errors == sorted(errors, reverse=True)
    first = move(session, -99, 0)
    assert first.selection.predicted == names[0]
    assert next_class(first).selection.predicted == names[1]
    assert move(first, 99, 0).selection.predicted == names[-1]
    given = next_sort(next_sort(next_sort(session)))
    assert given.calibration.sort is GapSort.GIVEN and ordered(given, own, None).tolist() == [0, 1, 2, 3]
    known = whole(session, run, wait=True)
    by_own = ordered(next_sort(session), own, known)
    assert known is not None and by_own.tolist() == np.argsort(-known.classwise, kind="stable").tolist()


def test_bins_are_walked_and_opened(diagram: Session) -> None:
    session = settled(diagram)
    run, evaluation = focused(session)
    own = measures(session, run, wait=True)
    assert own is not None
    first = move(session, 0, 1)
    at = first.calibration.bin
    share = own.reliability.n * np.abs(np.nan_to_num(own.reliability.gap))
    assert at == int(np.argmax(share))
    held = np.flatnonzero(own.reliability.n).tolist()
    assert move(first, 0, -99).calibration.bin in (held[0], at)
    for place in held:
        opened_bin = drill(settings(session, bin=place))
        low, high = own.reliability.edges[place : place + 2]
        confidence = evaluation.confidence()
        expected = np.flatnonzero((confidence > low) & (confidence <= high))
        assert opened_bin.tab is Tab.SAMPLES and positions(opened_bin) == set(expected.tolist())
        assert len(expected) == own.reliability.n[place]


def test_without_a_bin_the_wrong_answers_of_the_class_open(diagram: Session) -> None:
    session = replace(diagram, selection=replace(diagram.selection, predicted="fox"))
    _, evaluation = focused(session)
    wrong = np.flatnonzero((evaluation.predicted == 2) & (evaluation.true != 2))
    assert positions(drill(session)) == set(wrong.tolist())


def test_bins_change_in_kind_and_number_and_may_be_of_one_class(diagram: Session) -> None:
    mass = next_binning(settings(diagram, bin=3))
    assert mass.calibration.binning is Binning.MASS and mass.calibration.bin is None
    assert step_bins(diagram, 1).calibration.bins == 20 and step_bins(diagram, -9).calibration.bins == 5
    alone = inside(replace(diagram, selection=replace(diagram.selection, predicted="owl")))
    assert alone.calibration.of_class and "owl alone" in alone.notice
    run, evaluation = focused(alone)
    own = measures(alone, run, cls=3, wait=True)
    assert own is not None and own.n == int((evaluation.predicted == 3).sum())
    assert not inside(alone).calibration.of_class


def test_thresholds_step_along_a_ladder_and_jump_to_what_is_cheapest(cut: Session) -> None:
    session = settled(cut)
    assert step_threshold(session, 1).calibration.threshold == 0.55
    assert move(session, 0, -1).calibration.threshold == 0.45
    assert step_threshold(settings(session, threshold=0.52), -1).calibration.threshold == 0.5
    assert step_ladder(LADDER[-1], 1, LADDER) == LADDER[-1]
    run, _ = focused(session)
    found = one_class(session, run, 0, wait=True)
    assert found is not None
    dear = step_amount(step_amount(session, 1), 1)
    assert dear.calibration.miss == 5 and "5 ×" in dear.notice
    cheapest = next_threshold(dear)
    assert cheapest.calibration.threshold == found.sweep.cheapest(5.0) and "Cheapest" in cheapest.notice
    stops, session_now = [], dear
    for _ in range(3):
        session_now = next_threshold(session_now)
        stops.append(session_now.calibration.threshold)
    assert set(stops) == {found.sweep.cheapest(5.0), found.sweep.best_f1(), 0.5}
    free = next_threshold(settings(session, miss=0.0))
    assert "never call anything cat" in free.notice and free.calibration.threshold == 1.0


def test_false_alarms_and_misses_open_exactly(cut: Session) -> None:
    session = settled(settings(cut, threshold=0.2))
    run, evaluation = focused(session)
    found = one_class(session, run, 0, wait=True)
    column = evaluation.score_column(0)
    assert found is not None and column is not None
    outcome = found.sweep.at(0.2)
    alarms, missed = positions(drill(session)), positions(misses(session))
    assert alarms == set(np.flatnonzero((evaluation.true != 0) & (column >= 0.2)).tolist())
    assert missed == set(np.flatnonzero((evaluation.true == 0) & (column < np.float32(0.2))).tolist())
    assert (len(alarms), len(missed)) == (outcome.fp, outcome.fn)


def test_the_supposed_threshold_gives_the_counts_of_its_curve(cut: Session) -> None:
    session = suppose(settled(settings(cut, threshold=0.9)))
    assert session.what_if is not None and session.what_if.needs == (Amount("cat", 0.9),)
    run, _ = focused(session)
    before, after = one_class(cut, run, 0, wait=True), session.confusion()
    assert before is not None and after is not None
    outcome = before.sweep.at(0.9)
    assert (int(after.correct[0]), int(after.predicted_count[0])) == (outcome.tp, outcome.tp + outcome.fp)
    found = one_class(session, run, 0, wait=True)
    assert found is not None and found.decided == outcome
    assert suppose(session).what_if is None
    assert forget(session).what_if is None and "as logged" in forget(session).notice


def test_a_fitted_temperature_is_supposed_and_taken_back(diagram: Session) -> None:
    session = settled(diagram)
    run, _ = focused(session)
    fitted = temperature(session, run, wait=True)
    assert fitted is not None and fitted.nll_after <= fitted.nll_before
    new = suppose(session)
    assert new.what_if is not None and new.what_if.temperature == pytest.approx(fitted.value, abs=1e-4)
    assert score(new, run) == score(session, run)
    before, after = measures(session, run, wait=True), measures(new, run, wait=True)
    assert before is not None and after is not None
    assert math.copysign(1, fitted.value - 1) == math.copysign(1, before.confidence - after.confidence)
    assert temperature(new, run, wait=True) == fitted
    assert suppose(new).what_if is None
    warmer = step_amount(session, 1)
    assert warmer.what_if is not None and warmer.what_if.temperature == 1.1 and step_amount(warmer, -1).what_if is None


def test_costs_and_merged_classes_add_up_and_are_taken_back(cut: Session) -> None:
    dear = suppose_cost(settings(cut, miss=5.0))
    assert dear.what_if is not None and dear.what_if.costs == (Amount("cat", 5.0),)
    assert "as much as" in suppose_cost(cut).notice and suppose_cost(cut).what_if is None
    both = merge(dear)
    assert both.what_if is not None and both.what_if.merged == (("dog", "cat"),) and both.what_if.costs
    more = merge(replace(both, selection=replace(both.selection, true="owl")))
    assert more.what_if is not None and set(more.what_if.merged[0]) == {"dog", "cat", "owl"}
    apart = merge(more)
    assert apart.what_if is not None and not apart.what_if.merged
    same = replace(cut, selection=replace(cut.selection, true="cat"))
    assert "two different classes" in merge(same).notice


def test_what_a_run_did_not_keep_is_said_and_nothing_is_supposed(tmp_path: Path) -> None:
    bare = opened(write_run(tmp_path / "bare", scores=False), ScoresVariant.THRESHOLDS)
    refused = suppose(bare)
    assert refused.what_if is None and "no scores of every class were kept" in refused.notice
    assert "no scores of every class" in next_threshold(bare).notice
    chart = opened(tmp_path / "bare", ScoresVariant.CALIBRATION)
    run, evaluation = focused(chart)
    assert "logged no scores" in why_not(run, evaluation) and "logged no scores" in suppose(chart).notice
    assert measures(chart, run, wait=True) is None and temperature(chart, run, wait=True) is None
    known = whole(chart, run, wait=True)
    assert known is not None and math.isnan(known.brier)
    assert np.isnan(past(chart, run, wait=True).ece).all()


def test_filters_narrow_the_measures(diagram: Session) -> None:
    from clftui.state.filter_values import OnlyRight

    run, evaluation = focused(diagram)
    wrong = replace(diagram, filters=(OnlyRight(False),))
    own = measures(wrong, run, wait=True)
    assert own is not None and own.accuracy == 0 and own.n == int((evaluation.predicted != evaluation.true).sum())
    assert own.ece == pytest.approx(own.confidence, abs=1e-6)
    assert LATER.settle()
