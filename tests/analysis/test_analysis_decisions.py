"""One class against the rest against scikit-learn, and answers decided anew against a literal loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.analysis.decisions import Outcome, Rule, decide, settled, sweep

Floats = NDArray[np.float64]


def two_sided(n: int = 200, seed: int = 0, ties: bool = False) -> tuple[Floats, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    score = np.clip(rng.normal(0.4 + 0.25 * positive, 0.15), 0, 1)
    return (np.round(score, 1) if ties else score), positive


def drawn(n: int, k: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(k), n)
    return p, rng.integers(0, k, n)


@pytest.mark.parametrize("ties", [False, True])
def test_curves_and_areas_are_those_of_scikit_learn(ties: bool) -> None:
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    score, positive = two_sided(ties=ties)
    found = sweep(score, positive)
    precision, recall, thresholds = precision_recall_curve(positive, score)
    assert np.allclose(found.threshold[::-1], thresholds)
    assert np.allclose(found.precision[::-1], precision[:-1])
    assert np.allclose(found.recall[::-1], recall[:-1])
    assert found.ap == pytest.approx(average_precision_score(positive, score))
    assert found.auc == pytest.approx(roc_auc_score(positive, score), abs=1e-12)


@given(st.floats(-0.1, 1.1), st.booleans())
def test_an_outcome_counts_what_a_mask_counts(threshold: float, ties: bool) -> None:
    score, positive = two_sided(60, 3, ties)
    called = score >= threshold
    expected = Outcome(
        int((called & positive).sum()), int((called & ~positive).sum()), int((~called & positive).sum()),
        int((~called & ~positive).sum()),
    )  # fmt: skip
    assert sweep(score, positive).at(threshold) == expected


@given(st.floats(0.1, 20), st.integers(0, 10))
def test_the_cheapest_threshold_beats_every_other(miss: float, seed: int) -> None:
    score, positive = two_sided(40, seed, ties=True)
    found = sweep(score, positive)
    costs = [found.at(threshold).cost(miss) for threshold in (*found.threshold, math.inf)]
    assert found.at(found.cheapest(miss)).cost(miss) == pytest.approx(min(costs))


def test_the_best_f1_is_the_largest_of_all_thresholds() -> None:
    from sklearn.metrics import f1_score

    score, positive = two_sided(80, 5)
    found = sweep(score, positive)
    best = max(f1_score(positive, score >= threshold) for threshold in score)
    assert found.at(found.best_f1()).f1 == pytest.approx(best)
    assert np.nanmax(found.f1) == pytest.approx(best)


def test_one_sided_samples_leave_areas_undefined() -> None:
    alone = sweep(np.array([0.2, 0.7]), np.array([False, False]))
    assert math.isnan(alone.auc) and math.isnan(alone.ap) and math.isnan(alone.best_f1())
    assert math.isnan(alone.at(0.5).recall) and alone.at(0.5).precision == 0
    assert math.isnan(alone.at(0.9).precision) and alone.cheapest(1.0) == math.inf
    nothing = sweep(np.empty(0), np.empty(0, dtype=bool))
    assert nothing.at(0.5) == Outcome(0, 0, 0, 0) and math.isnan(nothing.at(0.5).f1)
    assert nothing.cheapest(1.0) == math.inf


def literal(row: Floats, stored: int, rule: Rule) -> int:
    """One answer, as the words of `Rule` say it; sets apart."""
    p = row ** (1 / rule.temperature)
    p = p / p.sum()
    if rule.threshold is not None:
        over = {cls: p[cls] / t for cls, t in enumerate(rule.threshold) if not math.isnan(t)}
        if over and (max(over.values()) >= 1 or len(over) == len(p)):
            return max(over, key=lambda cls: over[cls])
    weight = np.ones(len(p)) if rule.weight is None else rule.weight
    left = [cls for cls in range(len(p)) if rule.threshold is None or math.isnan(rule.threshold[cls])]
    return max(left, key=lambda cls: p[cls] * weight[cls])


@given(st.integers(0, 30), st.sampled_from([1.0, 0.5, 3.0]), st.booleans(), st.integers(0, 3))
def test_answers_are_those_of_a_literal_loop(seed: int, temperature: float, weighed: bool, limits: int) -> None:
    p, true = drawn(30, 3, seed)
    stored = p.argmax(axis=1)
    rng = np.random.default_rng(seed)
    threshold = np.full(3, np.nan)
    threshold[:limits] = rng.uniform(0.1, 0.9, limits)
    rule = Rule(temperature, rng.uniform(0.2, 5, 3) if weighed else None, threshold if limits else None)
    found = decide(p, true, stored, rule)
    assert found.predicted.tolist() == [literal(row, answer, rule) for row, answer in zip(p, stored, strict=True)]


def test_a_threshold_answers_exactly_as_its_curve_says() -> None:
    p, true = drawn(300, 4, 1)
    p = p.astype(np.float32).astype(np.float64)
    curve = sweep(p[:, 2], true == 2)
    for threshold in curve.threshold[::40]:
        rule = Rule(threshold=np.array([np.nan, np.nan, threshold, np.nan]))
        found = decide(p, true, p.argmax(axis=1), rule).predicted == 2
        said = curve.at(float(threshold))
        assert (int((found & (true == 2)).sum()), int((found & (true != 2)).sum())) == (said.tp, said.fp)


def test_temperature_alone_changes_no_answer() -> None:
    p, true = drawn(50, 5, 2)
    stored = p.argmax(axis=1)
    found = decide(p, true, stored, Rule(temperature=2.5))
    assert found.predicted.tolist() == stored.tolist()
    assert (found.confidence < p.max(axis=1)).all()


def test_the_stored_answer_wins_a_tie_and_stays_where_scores_say_nothing() -> None:
    p = np.array([[0.4, 0.4, 0.2], [np.nan] * 3, [0.1, 0.8, 0.1]])
    found = decide(p, np.array([0, 1, 1]), np.array([1, 2, -1]), Rule(weight=np.ones(3)))
    assert found.predicted.tolist() == [1, 2, -1]
    assert found.nan.tolist() == [False, True, False]
    assert np.isnan(found.confidence).tolist() == [False, True, True]
    assert found.true_rank.tolist() == [2, 0, 2]


def test_merged_classes_are_decided_by_their_sum_and_forgive_each_other() -> None:
    group = np.array([0, 1, 1, 2])
    p = np.array([[0.4, 0.3, 0.25, 0.05], [0.1, 0.2, 0.6, 0.1], [0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.25, 0.05]])
    true = np.array([2, 1, 1, -1])
    found = decide(p, true, p.argmax(axis=1), Rule(group=group))
    assert found.predicted.tolist() == [2, 1, 0, 1]  # .55 beats .4; inside the set the truth; outside a mistake
    assert np.allclose(found.confidence, [0.55, 0.8, 0.7, 0.55])
    assert np.allclose(found.true_score[:3], [0.55, 0.8, 0.2])
    assert found.true_rank.tolist() == [1, 1, 2, 0]


@given(st.integers(0, 30))
def test_merging_gives_the_accuracy_of_the_merged_task(seed: int) -> None:
    p, true = drawn(60, 5, seed)
    group = np.array([0, 1, 0, 2, 1])
    merged = np.stack([p[:, group == number].sum(axis=1) for number in range(3)], axis=1)
    expected = int((merged.argmax(axis=1) == group[true]).sum())
    assert int((decide(p, true, p.argmax(axis=1), Rule(group=group)).predicted == true).sum()) == expected


def test_without_scores_merging_only_forgives() -> None:
    group = np.array([0, 0, 1])
    assert settled(np.array([1, 2, 0, -1]), np.array([0, 0, -1, 0]), group).tolist() == [0, 2, 0, -1]
