"""The cut of an order into blocks against every possible cut, and against planted blocks."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import lgamma, log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clftui.analysis import blocks
from clftui.analysis.blocks import Ladder, cut, gains, ladder, most, partition, suggested, value
from clftui.analysis.confusion import Confusion, from_dense
from clftui.analysis.ordering import order
from tests.confusions import confusions
from tests.random_blocks import labels, rand_index, random_blocks, sizes_of


@st.composite
def ordered(draw: st.DrawFn, most: int = 9) -> tuple[Confusion, np.ndarray]:
    """A confusion and an order of its classes."""
    c = draw(confusions(classes=(1, most)))
    return c, np.array(draw(st.permutations(range(c.n_classes))))


def mistakes_of(c: Confusion, classes: np.ndarray) -> np.ndarray:
    dense = c.dense().astype(float)
    np.fill_diagonal(dense, 0)
    return np.asarray(dense[np.ix_(classes, classes)])


def cuts(k: int, b: int) -> list[tuple[int, ...]]:
    return [(0, *inner, k) for inner in combinations(range(1, k), b - 1)]


def gain(grid: np.ndarray, first: int, end: int, rate: float) -> float:
    """The objective of one block, written out."""
    m, cells = grid[first:end, first:end].sum(), (end - first) * (end - first - 1)
    return float(m * log(m / (rate * cells)) - (m - rate * cells)) if m > rate * cells else 0.0


def total(grid: np.ndarray, edges: tuple[int, ...], rate: float) -> float:
    return sum(gain(grid, a, b, rate) for a, b in pairwise(edges))


@given(ordered())
def test_the_ladder_sums_mistakes_in_the_order(drawn: tuple[Confusion, np.ndarray]) -> None:
    c, classes = drawn
    steps, grid, k = ladder(c, classes), mistakes_of(c, classes), c.n_classes
    for i in range(k + 1):
        for j in range(k + 1):
            assert steps.within[i, j] == grid[:i, :j].sum()
    assert steps.density == pytest.approx(grid.sum() / max(k * (k - 1), 1))


@pytest.mark.row("B18")
@given(ordered(), st.integers(1, 9), st.floats(0.2, 2))
def test_the_cut_gains_what_the_best_of_all_cuts_does(drawn: tuple[Confusion, np.ndarray], b: int, rate: float) -> None:
    c, classes = drawn
    steps, grid = ladder(c, classes), mistakes_of(c, classes)
    steps = Ladder(steps.starts, steps.within, steps.density * rate)
    edges = cut(steps, b)
    b = min(b, c.n_classes)
    assert len(edges) == b + 1 and edges[0] == 0 and edges[-1] == c.n_classes and (np.diff(edges) > 0).all()
    best = max(total(grid, each, steps.density) for each in cuts(c.n_classes, b))
    assert value(steps, edges) == pytest.approx(best) == pytest.approx(total(grid, tuple(edges), steps.density))


def settled(grid: np.ndarray, best: object) -> tuple[tuple[int, ...], float]:
    """The alternation of the module by enumeration; discards what hangs on a tie."""
    k = len(grid)
    rate, edges = grid.sum() / max(k * (k - 1), 1), ()
    for _ in range(20):
        scores = best(grid, rate)  # type: ignore[operator]
        ranked = sorted(scores, key=lambda each: -scores[each])
        assume(len(ranked) < 2 or scores[ranked[0]] - scores[ranked[1]] > 1e-6)
        edges = ranked[0]
        dense = [(a, b) for a, b in pairwise(edges) if gain(grid, a, b, rate) > 0]
        m = grid.sum() - sum(grid[a:b, a:b].sum() for a, b in dense)
        cells = k * (k - 1) - sum((b - a) * (b - a - 1) for a, b in dense)
        after = (m + 0.5) / cells if cells else rate
        if after == rate:
            break
        rate = after
    return edges, rate


@pytest.mark.row("B18")
@given(ordered(most=7), st.integers(1, 7))
def test_the_rate_is_taken_anew_from_outside_the_blocks(drawn: tuple[Confusion, np.ndarray], b: int) -> None:
    c, classes = drawn
    b = min(b, c.n_classes)
    edges, _ = settled(
        mistakes_of(c, classes), lambda grid, rate: {each: total(grid, each, rate) for each in cuts(len(grid), b)}
    )
    assert tuple(partition(c, classes, b).tolist()) == edges


@given(ordered(most=7))
def test_the_suggestion_is_the_shortest_description(drawn: tuple[Confusion, np.ndarray]) -> None:
    c, classes = drawn
    grid = mistakes_of(c, classes)
    assume(grid.sum() > 0)

    def described(grid: np.ndarray, rate: float) -> dict[tuple[int, ...], float]:
        return {
            each: total(grid, each, rate) + sum(lgamma(n + 1) / 2 - log(grid.sum()) / 2 for n in np.diff(each).tolist())
            for b in range(1, len(grid) + 1)
            for each in cuts(len(grid), b)
        }

    edges, _ = settled(grid, described)
    assume(len(edges) - 1 <= most(c.n_classes))
    assert tuple(suggested(c, classes).tolist()) == edges


@given(ordered())
def test_more_than_a_person_can_tell_apart_are_not_suggested(drawn: tuple[Confusion, np.ndarray]) -> None:
    c, classes = drawn
    edges = suggested(c, classes)
    assert edges[0] == 0 and edges[-1] == c.n_classes and (np.diff(edges) > 0).all()
    assert len(edges) - 1 <= most(c.n_classes)


def test_how_many_blocks_can_be_told_apart() -> None:
    assert [most(k) for k in (1, 10, 62, 100, 200, 1000, 10_000)] == [2, 6, 20, 33, 60, 63, 200]


@pytest.mark.parametrize("k", [1, 2, 6])
def test_without_mistakes_there_is_one_block(k: int) -> None:
    c = from_dense(np.diag(np.full(k, 5)))
    assert suggested(c, np.arange(k)).tolist() == [0, k]
    assert partition(c, np.arange(k), k).tolist() == list(range(k + 1))


def full(steps: Ladder, b: int) -> float:
    """The best value of all cuts by dynamic programming over every block, without a band."""
    gained = gains(steps, steps.units)
    best = np.full(steps.units + 1, -np.inf)
    best[0] = 0
    for _ in range(b):
        after = np.full_like(best, -np.inf)
        for end in range(1, steps.units + 1):
            after[end] = (gained[:end, end] + best[:end][::-1]).max()
        best = after
    return float(best[-1])


@pytest.mark.row("B18")
@pytest.mark.parametrize(
    "sizes", [[10] * 30, sizes_of(300, 30, False), [200] + [4] * 25, [4] * 12 + [200] + [4] * 13], ids=str
)
def test_the_band_misses_nothing(sizes: list[int]) -> None:
    planted = random_blocks(sizes, samples=20, noise=0.3)
    steps = ladder(planted.confusion, planted.in_order())
    assert value(steps, cut(steps, planted.blocks)) >= 0.999 * full(steps, planted.blocks)


def test_a_fainter_block_is_found_beside_a_dense_one() -> None:
    # Of 40 classes 10 are confused 9 times a cell, 10 once, the others hardly: the mean of all cells is 0.66.
    rate = np.full((40, 40), 0.05)
    rate[:10, :10], rate[10:20, 10:20] = 9.0, 0.5
    c = from_dense(np.random.default_rng(0).poisson(rate))
    assert ladder(c, np.arange(40)).density > 0.5
    assert {0, 10, 20} <= set(suggested(c, np.arange(40)).tolist())


@pytest.mark.row("B18")
@pytest.mark.parametrize(("classes", "blocks"), [(10, 3), (20, 4), (40, 5), (40, 8), (100, 20), (200, 60), (300, 30)])
@pytest.mark.parametrize("even", [True, False])
def test_planted_blocks_are_found_and_counted(classes: int, blocks: int, even: bool) -> None:
    for seed in range(2):
        planted = random_blocks(sizes_of(classes, blocks, even), samples=150, noise=0.25, seed=seed)
        found = order(planted.confusion, "linkage")
        asked, counted = partition(planted.confusion, found, blocks), suggested(planted.confusion, found)
        assert rand_index(labels(found, asked), planted.block_of) > 0.95
        assert rand_index(labels(found, counted), planted.block_of) > 0.95
        assert abs(len(counted) - 1 - blocks) <= max(1, blocks // 10)


@pytest.mark.parametrize("classes", [10, 40, 100])
def test_mistakes_without_structure_are_hardly_parted(classes: int) -> None:
    # The order itself is made from the noise: what it puts side by side by chance is no block.
    for seed in range(3):
        rng = np.random.default_rng(seed)
        c = from_dense(rng.poisson(1.0, (classes, classes)))
        assert len(suggested(c, order(c, "linkage"))) - 1 <= 2


def test_many_classes_are_folded_first(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = random_blocks(sizes_of(600, 12, True), samples=40, noise=0.2)
    fine = partition(planted.confusion, planted.in_order(), 12)
    assert fine.tolist() == list(range(0, 601, 50))
    monkeypatch.setattr(blocks, "FINE_TO", 500)
    monkeypatch.setattr(blocks, "COARSE", 60)
    steps = ladder(planted.confusion, planted.in_order())
    assert steps.units == 60 and np.diff(steps.starts).tolist() == [10] * 60
    assert partition(planted.confusion, planted.in_order(), 12).tolist() == fine.tolist()
    assert len(suggested(planted.confusion, planted.in_order())) - 1 == 12
