"""Ties: each test against the same one done by hand on the samples of one class."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clftui.analysis.confusion import count
from clftui.analysis.metrics import Metric, per_class
from clftui.analysis.significance import mcnemar, two_proportion
from clftui.analysis.ties import Method, RunLabels, Ties, interval_ties, ties

K = 5
CLASSES = np.array([3, 0, 4])


def run_of(true: NDArray[np.int64], predicted: NDArray[np.int64], sample: NDArray[np.int64] | None) -> RunLabels:
    return RunLabels(count(true, predicted, K), sample, true, predicted)


def two_runs(seed: int, n: int = 400, stride: int = 1) -> tuple[RunLabels, RunLabels]:
    """The second run holds its samples in another order, lacks some and has some of its own."""
    rng = np.random.default_rng(seed)
    true = np.sort(rng.integers(-1, K, n))
    sample = np.arange(n) * stride
    a = np.where(rng.random(n) < 0.8, true, rng.integers(-1, K, n))
    b = np.where(rng.random(n) < 0.6, true, rng.integers(-1, K, n))
    part = rng.permutation(n)[: n - 50]
    ids = sample[part]
    ids[:20] += n * stride
    relabelled = true[part].copy()
    relabelled[20:30] = 0
    return run_of(true, a, sample), run_of(relabelled, b[part], ids)


def shared(one: RunLabels, two: RunLabels) -> list[tuple[int, int, int]]:
    assert one.sample is not None and two.sample is not None
    other = {int(s): (int(t), int(p)) for s, t, p in zip(two.sample, two.true, two.predicted, strict=True)}
    out = []
    for s, t, p in zip(one.sample, one.true, one.predicted, strict=True):
        if t >= 0 and int(s) in other and other[int(s)][0] == t:
            out.append((int(t), int(p), other[int(s)][1]))
    return out


def right(metric: Metric, k: int, true: int, predicted: int) -> bool | None:
    """Whether a sample counts as right for the metric of class k; None where it is not among its samples."""
    if metric is Metric.RECALL:
        return predicted == k if true == k else None
    if metric is Metric.SPECIFICITY:
        return predicted != k if true != k else None
    return (predicted == k) == (true == k)


@pytest.mark.row("P2")
@pytest.mark.parametrize("metric", [Metric.RECALL, Metric.SPECIFICITY, Metric.ACCURACY])
@pytest.mark.parametrize("stride", [1, 1_000_003])
def test_paired_metrics_are_mcnemars_on_the_shared_samples(metric: Metric, stride: int) -> None:
    one, two = two_runs(1, stride=stride)
    found = ties([one, two], 0, metric, CLASSES)
    for i, k in enumerate(CLASSES.tolist()):
        b = c = 0
        for true, p, q in shared(one, two):
            mine, its = right(metric, k, true, p), right(metric, k, true, q)
            b += mine is True and its is False
            c += its is True and mine is False
        assert b + c > 0
        assert found.p[1, i] == pytest.approx(float(mcnemar(b, c)), rel=1e-12)
    assert (found.method[1] == Method.MCNEMAR.value).all() and (found.method[0] == Method.NONE.value).all()
    np.testing.assert_array_equal(found.tied[1], found.p[1] >= 0.05)
    assert found.tied[0].all() and np.isnan(found.p[0]).all()


def test_the_focused_run_may_be_any() -> None:
    one, two = two_runs(2)
    for metric in (Metric.RECALL, Metric.PRECISION, Metric.ACCURACY):
        forward, backward = ties([one, two], 0, metric, CLASSES), ties([one, two], 1, metric, CLASSES)
        np.testing.assert_allclose(forward.p[1], backward.p[0], rtol=1e-12)


def _by_shares(found: Ties, one: RunLabels, two: RunLabels) -> None:
    a, b = one.confusion, two.confusion
    expected = two_proportion(a.correct, a.support, b.correct, b.support)[CLASSES]
    np.testing.assert_allclose(found.p[1], expected)
    assert (found.method[1] == Method.TWO_PROPORTION.value).all()


def test_without_shared_samples_two_proportions_decide() -> None:
    one, two = two_runs(3)
    for own, other in [(None, two.sample), (one.sample, None), (None, None)]:
        first = run_of(np.asarray(one.true), np.asarray(one.predicted), own)  # type: ignore[arg-type]
        second = run_of(np.asarray(two.true), np.asarray(two.predicted), other)  # type: ignore[arg-type]
        _by_shares(ties([first, second], 0, Metric.RECALL, CLASSES), one, two)
    assert two.sample is not None
    apart = RunLabels(two.confusion, two.sample + 10_000, two.true, two.predicted)
    _by_shares(ties([one, apart], 0, Metric.RECALL, CLASSES), one, two)


def test_a_class_without_shared_samples_falls_back_alone() -> None:
    true = np.array([0] * 20 + [1] * 20)
    a, b = run_of(true, true, np.arange(40)), run_of(true, np.zeros(40, dtype=np.int64), np.arange(40))
    assert b.sample is not None
    away = RunLabels(b.confusion, np.where(true == 1, b.sample + 100, b.sample), b.true, b.predicted)
    found = ties([a, away], 0, Metric.RECALL, [0, 1])
    assert found.method[1].tolist() == ["mcnemar", "two-proportion"]
    assert found.tied[1].tolist() == [True, False]


def test_precision_compares_two_proportions() -> None:
    one, two = two_runs(4)
    found = ties([one, two], 0, Metric.PRECISION, CLASSES)
    a, b = one.confusion, two.confusion
    expected = two_proportion(a.correct, a.predicted_count, b.correct, b.predicted_count)[CLASSES]
    np.testing.assert_allclose(found.p[1], expected)
    assert set(found.method[1]) == {"two-proportion"}


@pytest.mark.parametrize("paired", [True, False])
def test_f1_ties_follow_a_bootstrap_of_the_samples(paired: bool) -> None:
    """One-sided shares of 2000 plain bootstraps agree with the p-values within the noise of both."""
    rng = np.random.default_rng(5)
    n = 300
    true = rng.integers(0, K, n)
    a = np.where(rng.random(n) < 0.75, true, rng.integers(0, K, n))
    b = np.where(rng.random(n) < 0.68, true, rng.integers(0, K, n))
    ids = np.arange(n)
    runs = [run_of(true, a, ids if paired else None), run_of(true, b, ids if paired else None)]
    found = ties(runs, 0, Metric.F1, CLASSES, draws=4000)
    below = np.zeros(len(CLASSES))
    for _ in range(2000):
        pick = rng.integers(n, size=n)
        other = pick if paired else rng.integers(n, size=n)
        first = per_class(count(true[pick], a[pick], K), Metric.F1)[CLASSES]
        second = per_class(count(true[other], b[other], K), Metric.F1)[CLASSES]
        below += first <= second
    expected = 2 * np.minimum(below, 2000 - below) / 2000
    np.testing.assert_allclose(found.p[1], expected, atol=0.08)
    assert set(found.method[1]) == {"bootstrap"}
    assert len(set(found.p[1])) > 1


def test_f1_ties_do_not_depend_on_the_other_classes_asked() -> None:
    one, two = two_runs(6)
    every, alone = (ties([one, two], 0, Metric.F1, classes) for classes in (np.arange(K), [2]))
    assert every.p[1, 2] == alone.p[1, 0]


def test_equal_runs_are_tied_and_clearly_worse_ones_are_not() -> None:
    rng = np.random.default_rng(7)
    true = rng.integers(0, K, 1000)
    ids = np.arange(1000)
    good = np.where(rng.random(1000) < 0.95, true, (true + 1) % K)
    poor = np.where(rng.random(1000) < 0.5, true, (true + 1) % K)
    runs = [run_of(true, good, ids), run_of(true, good, ids), run_of(true, poor, ids)]
    for metric in (m for m in Metric if not m.needs_scores and m is not Metric.SUPPORT):
        found = ties(runs, 0, metric, np.arange(K))
        assert found.tied.tolist() == [[True] * K, [True] * K, [False] * K], metric


def test_undefined_values_are_tied_with_nobody() -> None:
    """Class 1 is never predicted by the second run; class 2 has no sample."""
    true = np.array([0, 0, 1, 1])
    runs = [run_of(true, true, np.arange(4)), run_of(true, np.zeros(4, dtype=np.int64), np.arange(4))]
    precision = ties(runs, 0, Metric.PRECISION, [0, 1, 2])
    assert precision.tied.tolist() == [[True, True, False], [True, False, False]]
    assert precision.method[1].tolist() == ["two-proportion", "none", "none"]
    assert ties(runs, 1, Metric.PRECISION, [1]).tied.tolist() == [[False], [False]]
    recall = ties(runs, 0, Metric.RECALL, [2])
    assert not recall.tied.any() and np.isnan(recall.p).all()


def test_what_cannot_be_tested_is_said() -> None:
    one, two = two_runs(8)
    support = ties([one, two], 0, Metric.SUPPORT, CLASSES)
    assert support.tied.tolist() == [[True] * 3, [False] * 3] and set(support.method[1]) == {"none"}
    with pytest.raises(ValueError, match="AP needs scores"):
        ties([one, two], 0, Metric.AP, CLASSES)


def test_overlapping_intervals_tie_average_precision() -> None:
    low = np.array([[0.5, 0.2], [0.7, 0.2], [0.4, np.nan]])
    high = np.array([[0.6, 0.3], [0.8, 0.3], [0.5, np.nan]])
    assert interval_ties(low, high, 0).tolist() == [[True, True], [False, True], [True, False]]
