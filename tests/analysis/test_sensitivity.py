"""Changes of metrics under changed samples, against counting by hand and against a bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.analysis.confusion import count
from clftui.analysis.hierarchy import Hierarchy, flat, group_metrics, parse
from clftui.analysis.metrics import Metric
from clftui.analysis.sensitivity import joint_counts, measured, measured_apart, right_sets
from clftui.analysis.significance import mcnemar

CLASSES = ("cat", "dog", "fox", "owl", "jay")
TREE = parse(
    {"name": "", "children": [
        {"name": "beasts", "children": ["cat", {"name": "dogs", "children": ["dog", "fox"]}]},
        {"name": "birds", "children": ["owl", "jay"]},
    ]},
    CLASSES,
)  # fmt: skip
METRICS = (Metric.RECALL, Metric.PRECISION, Metric.F1)
labels = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 4), st.integers(-1, 4)), max_size=40)


def _arrays(rows: list[tuple[int, int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    given_rows = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return given_rows[:, 0], given_rows[:, 1], given_rows[:, 2]


@settings(max_examples=60, deadline=None)
@given(labels)
def test_counts_are_those_of_every_node_by_hand(rows: list[tuple[int, int, int]]) -> None:
    true, before, after = _arrays(rows)
    joint = joint_counts(true, before, after, TREE)
    for node in range(1, len(TREE.nodes)):
        members = TREE.classes(node)
        code = 4 * np.isin(true, members) + 2 * np.isin(before, members) + np.isin(after, members)
        expected = np.bincount(code, minlength=8)
        assert joint[node, 1:].tolist() == expected[1:].tolist()
    assert joint[0].sum() == len(true)


@settings(max_examples=60, deadline=None)
@given(labels)
def test_metrics_are_those_of_the_groups(rows: list[tuple[int, int, int]]) -> None:
    true, before, after = _arrays(rows)
    joint = joint_counts(true, before, after, TREE)
    first, last = (group_metrics(count(true, each, 5), TREE) for each in (before, after))
    apart = count(true, before, 5), count(true, after, 5)
    for metric in METRICS:
        for found in (measured(joint, metric), measured_apart(*apart, TREE, metric)):
            np.testing.assert_allclose(found.before[1:], getattr(first, metric.value)[1:])
            np.testing.assert_allclose(found.after[1:], getattr(last, metric.value)[1:])
            if len(true):
                assert found.before[0] == pytest.approx(np.mean(true == before))
                assert found.after[0] == pytest.approx(np.mean(true == after))
            known = ~np.isnan(found.low)
            assert (found.low[known] <= found.change[known] + 1e-12).all()
            assert (found.high[known] >= found.change[known] - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(labels)
def test_recall_is_tested_by_mcnemar(rows: list[tuple[int, int, int]]) -> None:
    true, before, after = _arrays(rows)
    found = measured(joint_counts(true, before, after, TREE), Metric.RECALL)
    for node in range(1, len(TREE.nodes)):
        mine = np.isin(true, TREE.classes(node))
        was, now = (np.isin(each[mine], TREE.classes(node)) for each in (before, after))
        if mine.any():
            assert found.p[node] == pytest.approx(float(mcnemar((was & ~now).sum(), (now & ~was).sum())))
        else:
            assert np.isnan(found.p[node]) and np.isnan(found.low[node])


def _drawn(seed: int, n: int, tree: Hierarchy) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 5, n)
    before = np.where(rng.random(n) < 0.8, true, rng.integers(0, 5, n))
    after = np.where(rng.random(n) < 0.6, before, rng.integers(0, 5, n))
    return true, before, after


@pytest.mark.parametrize("metric", [Metric.PRECISION, Metric.F1])
def test_spread_of_ratios_is_that_of_a_bootstrap(metric: Metric) -> None:
    tree = flat(CLASSES)
    true, before, after = _drawn(3, 1500, tree)
    found = measured(joint_counts(true, before, after, tree), metric)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(400):
        rows = rng.integers(0, len(true), len(true))
        drawn.append(measured(joint_counts(true[rows], before[rows], after[rows], tree), metric).change)
    spread = np.std(drawn, axis=0)[1:]
    np.testing.assert_allclose((found.high - found.low)[1:] / 2 / 1.96, spread, rtol=0.15)


def test_f1_apart_has_the_spread_of_two_independent_draws() -> None:
    tree = flat(CLASSES)
    true, before, after = _drawn(4, 1500, tree)
    found = measured_apart(count(true, before, 5), count(true, after, 5), tree, Metric.F1)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(400):
        a, b = (rng.integers(0, len(true), len(true)) for _ in range(2))
        sides = count(true[a], before[a], 5), count(true[b], after[b], 5)
        drawn.append(measured_apart(*sides, tree, Metric.F1).change)
    np.testing.assert_allclose((found.high - found.low)[1:] / 2 / 1.96, np.std(drawn, axis=0)[1:], rtol=0.15)


def test_nothing_that_moved_is_no_discovery_and_nothing_known_is_undefined() -> None:
    true = np.array([0, 0, 1, 1])
    found = measured(joint_counts(true, true, true, TREE), Metric.F1)
    cat, owl = (next(i for i, node in enumerate(TREE.nodes) if node.name == name) for name in ("cat", "owl"))
    assert found.p[cat] == 1 and np.isnan(found.low[cat])
    assert np.isnan(found.before[owl]) and np.isnan(found.p[owl])


@pytest.mark.parametrize("metric", [Metric.PRECISION, Metric.F1])
def test_an_answer_that_is_never_right_any_more_is_a_discovery(metric: Metric) -> None:
    tree, true = flat(CLASSES), np.repeat([0, 1], 20)
    joint = joint_counts(true, true, 1 - true, tree)
    apart = count(true, true, 5), count(true, 1 - true, 5)
    for found in (measured(joint, metric), measured_apart(*apart, tree, metric)):
        assert found.change[1:3].tolist() == [-1, -1]
        assert (found.p[1:3] < 1e-6).all() and (found.high[1:3] < -0.5).all()


def test_one_answer_of_before_proves_nothing() -> None:
    """A single wrong answer has a precision of 0 without any spread of its own; ten of which nine are right have .9."""
    true = np.array([1, *[0] * 9, 1])
    before, after = np.array([0, *[1] * 10]), np.array([1, *[0] * 10])
    found = measured(joint_counts(true, before, after, flat(CLASSES)), Metric.PRECISION)
    assert (found.before[1], found.after[1]) == (0, 0.9)
    assert found.p[1] > 0.05 and found.low[1] < 0


@pytest.mark.parametrize("metric", [Metric.PRECISION, Metric.F1])
def test_small_classes_that_did_not_change_are_seldom_discoveries(metric: Metric) -> None:
    rng, tree = np.random.default_rng(7), flat(("cat", "dog"))
    found = 0
    for _ in range(1500):
        true = rng.integers(0, 2, 12)
        before, after = (np.where(rng.random(12) < 0.9, true, 1 - true) for _ in range(2))
        found += measured(joint_counts(true, before, after, tree), metric).p[1] <= 0.05
    assert found <= 0.06 * 1500


def test_other_metrics_are_refused() -> None:
    with pytest.raises(ValueError, match="specificity"):
        measured(joint_counts([0], [0], [0], TREE), Metric.SPECIFICITY)


def test_right_sets_count_what_holds_under_all_none_and_the_original_alone() -> None:
    right = [[1, 1, 1, 0, 0], [1, 0, 0, 1, 0], [1, 0, 1, 0, 0]]
    assert right_sets(right) == (1, 1, 1)
    assert right_sets(right[:1]) == (0, 0, 0)
