"""Changes between two evaluations, and the tests of them, against counting and against SciPy."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clftui.analysis.changes import UNPAIRED, Changes, Part, paired_changes, unpaired_changes
from clftui.analysis.confusion import count, from_dense, renumbered
from clftui.analysis.hierarchy import parse
from clftui.analysis.movers import LEAST_MOVED, Q_LEVEL, movers, paired_interval, unpaired_interval
from clftui.analysis.significance import fisher, student_tail

NAMES = [str(c) for c in range(5)]
PARTS = [{"name": "x", "children": ["0", "1", {"name": "y", "children": ["2", "3"]}]}, "4"]
TREE = parse({"name": "", "children": PARTS}, NAMES)
labels = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(low, 4), min_size=n, max_size=n) for low in (0, -1, -1)))
)


def inside(node: int, answers: np.ndarray, true: np.ndarray) -> np.ndarray:
    return np.isin(answers, TREE.classes(node)) & np.isin(true, TREE.classes(node))


@given(labels)
def test_paired_changes_count_samples_one_by_one(data: tuple[list[int], list[int], list[int]]) -> None:
    true, before, after = (np.asarray(each) for each in data)
    found = paired_changes(true, before, after, 5, TREE)
    for at, c in enumerate(found.classes.row.tolist()):
        was, now = ((answers == c) & (true == c) for answers in (before, after))
        expect = (was.sum(), now.sum(), (true == c).sum(), (was != now).sum())
        assert tuple(int(x) for x in expect) == _numbers(found.classes, at)
    for at, node in enumerate(found.groups.row.tolist()):
        was, now = (inside(node, answers, true) for answers in (before, after))
        n = np.isin(true, TREE.classes(node)).sum()
        assert tuple(int(x) for x in (was.sum(), now.sum(), n, (was != now).sum())) == _numbers(found.groups, at)
    cells = {
        pair: at for at, pair in enumerate(zip(found.cells.row.tolist(), found.cells.column.tolist(), strict=True))
    }
    for pair in itertools.permutations(range(5), 2):
        was, now = ((true == pair[0]) & (answers == pair[1]) for answers in (before, after))
        if (was != now).any():
            expect = (was.sum(), now.sum(), (true == pair[0]).sum(), (was != now).sum())
            assert tuple(int(x) for x in expect) == _numbers(found.cells, cells[pair])
        else:
            assert pair not in cells


def _numbers(changes: Changes, at: int) -> tuple[int, int, int, int]:
    return int(changes.before[at]), int(changes.after[at]), int(changes.n_after[at]), int(changes.moved[at])


@given(labels, st.integers(0, 1000))
def test_unpaired_changes_are_counts_of_each_side(data: tuple[list[int], list[int], list[int]], seed: int) -> None:
    true, before, after = (np.asarray(each) for each in data)
    order = np.random.default_rng(seed).permutation(len(true))
    paired = paired_changes(true, before, after, 5, TREE)
    found = unpaired_changes(count(true, before, 5), count(true[order], after[order], 5), TREE)
    assert not found.paired and (found.classes.moved == UNPAIRED).all()
    for mine, theirs in zip(found, paired, strict=True):
        at = mine.places(theirs.row, theirs.column)
        for name in ("before", "after", "n_before", "n_after"):
            assert (getattr(mine, name)[at] == getattr(theirs, name)).all()


def changes_of(
    rows: list[tuple[int, int, int, int]], moved: list[int] | None = None, part: Part = Part.CELL
) -> Changes:
    before, n_before, after, n_after = (np.asarray(each) for each in zip(*rows, strict=True))
    index = np.arange(len(rows))
    gone = np.asarray(moved) if moved is not None else np.full(len(rows), UNPAIRED)
    return Changes(part, index, index + 1, before, after, n_before, n_after, gone)


def test_movers_are_mcnemar_with_a_correction_within_each_family() -> None:
    rng = np.random.default_rng(3)
    true = np.repeat(np.arange(5), 200)
    before = np.where(rng.random(1000) < 0.8, true, (true + 1) % 5)
    after = np.where((true == 2) & (rng.random(1000) < 0.3), 4, before)
    found = movers(paired_changes(true, before, after, 5, TREE))
    assert found.paired
    for family in found.families:
        changes = family.changes
        for at in range(len(changes.row)):
            gained = (int(changes.moved[at]) + int(changes.after[at]) - int(changes.before[at])) // 2
            if changes.part is Part.CELL and changes.moved[at] < LEAST_MOVED:
                assert np.isnan(family.p[at]) and np.isnan(family.q[at])
            elif changes.moved[at]:
                expect = stats.binomtest(gained, int(changes.moved[at])).pvalue
                assert family.p[at] == pytest.approx(expect, rel=1e-7)
        tested = ~np.isnan(family.p)
        assert np.allclose(family.q[tested], stats.false_discovery_control(family.p[tested]))
    assert np.flatnonzero(found.classes.worse).tolist() == [2]
    cells = found.cells.changes
    worse = [(int(cells.row[i]), int(cells.column[i])) for i in np.flatnonzero(found.cells.worse)]
    assert worse == [(2, 4)], "a rise of a confusion is a regression; the fall of (2, 3) is none"
    assert (2, 3) in zip(cells.row.tolist(), cells.column.tolist(), strict=True)


@pytest.mark.row("C11")
def test_unpaired_movers_are_two_proportions_or_fishers_test_where_few() -> None:
    before = from_dense([[980, 20], [400, 600]])
    after = from_dense([[173, 27], [120, 80]])
    found = movers(unpaired_changes(before, after))
    assert not found.paired
    table = [[20, 980], [27, 173]]
    expect = 2 * min(stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
    cells = found.cells
    at = int(cells.changes.places(np.array([0]), np.array([1]))[0])
    assert cells.p[at] == pytest.approx(expect, rel=1e-7) and cells.worse[at]
    pooled = 520 / 1200
    z = (0.6 - 0.4) / np.sqrt(pooled * (1 - pooled) * (1 / 1000 + 1 / 200))
    ample_at = int(cells.changes.places(np.array([1]), np.array([0]))[0])
    assert cells.p[ample_at] == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


@pytest.mark.row("C11")
@given(st.integers(0, 9), st.integers(20, 400), st.integers(20, 400))
def test_an_unpaired_cell_is_left_out_only_where_nothing_could_be_significant(hits: int, n: int, other: int) -> None:
    def tested(before: int, after: int) -> float:
        sides = from_dense([[n - before, before], [0, 1]]), from_dense([[other - after, after], [0, 1]])
        cells = movers(unpaired_changes(*sides)).cells
        at = cells.changes.places(np.array([0]), np.array([1]))[0]
        return float(cells.p[at]) if at >= 0 else float("nan")

    values = [tested(before, hits - before) for before in range(hits + 1)]
    assert np.isnan(values).all() or not np.isnan(values).any(), "whether it is tested hangs on its direction"
    if np.isnan(values).any():
        assert min(fisher([k], [n], [hits - k], [other])[0] for k in range(hits + 1)) > 0.04


def test_the_samples_that_must_have_moved_are_those_that_can_be_significant() -> None:
    assert stats.binomtest(0, LEAST_MOVED).pvalue <= Q_LEVEL < stats.binomtest(0, LEAST_MOVED - 1).pvalue


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 80), st.integers(1, 80))
def test_fisher_is_scipys(k1: int, k2: int, n1: int, n2: int) -> None:
    k1, k2 = min(k1, n1), min(k2, n2)
    table = [[k1, n1 - k1], [k2, n2 - k2]]
    expect = 2 * min(stats.fisher_exact(table, side).pvalue for side in ("less", "greater"))
    assert fisher([k1], [n1], [k2], [n2])[0] == pytest.approx(min(1.0, expect), rel=1e-6)
    assert np.isnan(fisher([0], [0], [k2], [n2])[0])


@given(st.floats(0, 6), st.floats(3, 200))
def test_students_tail_is_about_scipys(t: float, df: float) -> None:
    expect = stats.t.sf(t, df)
    assert expect * 0.99 <= student_tail(t, df) <= expect * 1.125
    assert student_tail(-t, df) == pytest.approx(1 - student_tail(t, df))
    assert student_tail(t, np.inf) == pytest.approx(stats.norm.sf(t))


def test_intervals_of_a_paired_change_cover_it() -> None:
    rng, n, hits = np.random.default_rng(0), 60, 0
    rates = np.array([0.62, 0.15, 0.08, 0.15])  # Right in both, lost, gained, wrong in both.
    for _ in range(2000):
        _, lost, gained, wrong = rng.multinomial(n, rates)
        right = n - lost - gained - wrong
        rows = changes_of([(right + lost, n, right + gained, n)], [lost + gained], Part.CLASS)
        (low,), (high,) = paired_interval(rows)
        hits += low <= rates[2] - rates[1] <= high
    assert 0.935 <= hits / 2000 <= 0.975


def test_intervals_of_an_unpaired_change_are_newcombes() -> None:
    # Newcombe 1998, table II, example (a): 56/70 and 48/80, method 10.
    (low,), (high,) = unpaired_interval(changes_of([(48, 80, 56, 70)]))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_bounds_hold_the_change_and_undefined_stays_undefined() -> None:
    rows = changes_of([(0, 10, 10, 10), (10, 10, 10, 10), (0, 0, 0, 0)], [10, 0, 0], Part.CLASS)
    for low, high in (paired_interval(rows), unpaired_interval(rows._replace(moved=np.full(3, UNPAIRED)))):
        assert low[0] < 1 <= high[0] <= 1 + 1e-9 and low[1] < 0 < high[1] + 1e-9
        assert np.isnan(low[2]) and np.isnan(high[2])


@given(labels)
def test_renumbered_counts_what_renamed_labels_count(data: tuple[list[int], list[int], list[int]]) -> None:
    true, predicted, _ = (np.asarray(each) for each in data)
    number = np.array([2, -1, 0, 0, 1, -1])
    known = number[true] >= 0
    expect = count(number[true][known], number[predicted][known], 3)
    found = renumbered(count(true, predicted, 5), number[:-1], 3)
    assert (found.dense() == expect.dense()).all() and (found.unanswered == expect.unanswered).all()


def test_a_thousand_and_ten_thousand_classes_cost_what_their_cells_cost() -> None:
    rng, n = np.random.default_rng(0), 50_000
    for k in (1000, 10_000):
        true = rng.integers(0, k, n)
        before = np.where(rng.random(n) < 0.7, true, rng.integers(0, k, n))
        after = np.where(rng.random(n) < 0.8, before, rng.integers(0, k, n))
        began = time.process_time()
        found = movers(paired_changes(true, before, after, k))
        assert time.process_time() - began < 0.5
        assert len(found.cells.p) <= 2 * np.count_nonzero(before != after)
