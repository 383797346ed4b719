"""Alarms: seldom false where a training only jitters, soon there where a class gets worse for good."""

from __future__ import annotations

import numpy as np
import pytest

from clftui.analysis.alarms import HISTORY, LEAST_HISTORY, LONGEST, Past, alarms, own_variation
from clftui.analysis.changes import Part
from clftui.analysis.confusion import count
from clftui.analysis.watched import WatchedCounts, WatchedSamples
from tests.proofs.churn import Churn, answers
from tests.proofs.false_alarms import CHURNS, delays, quiet, tree_of_ten, watch


@pytest.mark.row("C15")
@pytest.mark.parametrize("name", ["classes too", "some classes more"])
def test_few_quiet_epochs_raise_an_alarm_where_mcnemar_flags_half_of_the_classes(name: str) -> None:
    found = quiet(CHURNS[name], trials=8)
    assert found.epochs >= 150
    assert found.share <= 0.05
    assert found.raw / found.epochs > 4 and found.movers > found.epochs, "a null table without churn proves nothing"


def test_a_lasting_regression_of_five_points_is_told_at_once() -> None:
    assert delays(CHURNS["samples alone"], 0.05, 6) == [0] * 6


def test_among_classes_that_move_by_themselves_ten_points_are_told_within_four_epochs() -> None:
    told = delays(CHURNS["classes too"], 0.10, 12)
    assert sum(each is not None for each in told) >= 8
    assert any(each for each in told), "the lasting rule adds to the sudden one"


def test_an_alarm_says_what_fell_since_when_and_by_how_much() -> None:
    true, predicted = answers(Churn(), 14, np.random.default_rng(5), {3: 0.15}, 12)
    found = {epoch: alarms_ for epoch, _, alarms_ in watch(true, predicted, 10, tree_of_ten(), 12)}
    for epoch, lasting in ((12, 1), (13, 2)):
        alarm = next(each for each in found[epoch] if each.part is Part.CLASS)
        recalls = [(predicted[at] == true)[true == 3].mean() for at in (11, epoch)]
        assert (alarm.row, alarm.column, alarm.lasting) == (3, -1, lasting)
        assert (alarm.before, alarm.after) == pytest.approx(recalls)
        assert alarm.low <= recalls[1] - recalls[0] <= alarm.high < 0
        assert alarm.excess > 3 and alarm.p < 0.001
        assert {(each.part, each.row) for each in found[epoch]} >= {(Part.CELL, 3)}, "the cell that took them"


def test_an_improvement_is_no_alarm() -> None:
    true, predicted = answers(Churn(), 13, np.random.default_rng(5), {3: 0.15}, 12)
    backwards = np.concatenate([predicted[12:].repeat(8, axis=0), predicted[:1]])
    rng = np.random.default_rng(0)
    flip = rng.random(backwards.shape) < 0.02
    backwards = np.where(flip, (backwards + 1) % 10, backwards)
    found = alarms(WatchedSamples(true, backwards, 10))
    assert not [each for each in found if each.row == 3]


def test_the_first_epochs_have_none_and_older_ones_than_the_window_do_not_matter() -> None:
    true, predicted = answers(Churn(), 20, np.random.default_rng(5), {3: 0.3}, 3)
    assert not alarms(WatchedSamples(true, predicted[:4], 10)), "three pairs are no history"
    assert LEAST_HISTORY == 3 and not alarms(WatchedSamples(true, predicted[:1], 10))
    true, predicted = answers(Churn(), 20, np.random.default_rng(6), {3: 0.1}, 19)
    window = HISTORY + LONGEST + 1
    assert alarms(WatchedSamples(true, predicted, 10)) == alarms(WatchedSamples(true, predicted[-window:], 10)) != ()


def test_counts_alone_tell_a_great_fall_too() -> None:
    true, predicted = answers(Churn(), 14, np.random.default_rng(5), {3: 0.15}, 12)
    for last in (13, 14):
        counts = [count(true, each, 10) for each in predicted[:last]]
        found = alarms(WatchedCounts(counts, tree_of_ten()))
        assert found and found[0].part in (Part.CLASS, Part.CELL) and found[0].row == 3
    calm = [count(true, each, 10) for each in predicted[:12]]
    assert not alarms(WatchedCounts(calm, tree_of_ten()))


def test_own_variation_is_that_of_the_changes_however_many_pairs_there_are() -> None:
    rng = np.random.default_rng(1)
    for pairs in (3, 5, HISTORY):
        levels = rng.normal(size=(4000, pairs + 1)) * 0.05
        change = np.diff(levels, axis=1)
        sd, df = own_variation(Past(change, np.full(change.shape, 1e-4)), np.ones(4000, dtype=bool))
        assert np.sqrt((sd**2).mean()) == pytest.approx(0.05 * np.sqrt(2), rel=0.08)
        assert 1 < df < 20


def test_own_variation_follows_the_restless_class_and_never_falls_below_that_of_samples() -> None:
    rng = np.random.default_rng(1)
    change = rng.normal(size=(10, HISTORY)) * 0.01
    change[4] *= 12
    sd, _ = own_variation(Past(change, np.full(change.shape, 1e-4)), np.ones(10, dtype=bool))
    assert sd.argmax() == 4 and sd[4] > 0.05 and (sd >= 0.01 - 1e-12).all()


def test_one_event_in_the_past_does_not_deafen_the_watch() -> None:
    rng = np.random.default_rng(2)
    change = rng.normal(size=(10, HISTORY)) * 0.02
    without, _ = own_variation(Past(change, np.full(change.shape, 1e-4)), np.ones(10, dtype=bool))
    change[:, 2] = 0.5
    after, _ = own_variation(Past(change, np.full(change.shape, 1e-4)), np.ones(10, dtype=bool))
    assert (after < 3 * without).all()
