"""`python -m tests.benchmarks.blocks [--rounds N] [--json]`: how well, and how fast, planted blocks are found again.

G16: how long the event loop waits while the worker orders classes; G17: orders against optimal leaf ordering; G18: the
banded cut against the full one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.blocks import Ladder, cut, cut_of, gains, ladder, partition, suggested, value
from clftui.analysis.linkage import condensed, dense_linkage, leaf_order
from clftui.analysis.ordering import METHODS, order
from clftui.analysis.similarity import similarity
from clftui.worker.client import Worker
from clftui.worker.tasks import packed
from tests.benchmarks.__main__ import Figure, median
from tests.random_blocks import RandomBlocks, labels, rand_index, random_blocks, sizes_of

Int64 = NDArray[np.int64]

PLANTED = ((40, 5), (100, 5), (100, 20), (200, 60), (1000, 20), (1000, 60))
NOISE = (0.1, 0.3, 0.5)
SEEDS = 3
TICK = 0.01


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


@dataclass(frozen=True)
class Found:
    """Means over the seeds: the adjusted Rand index with the true number of blocks, with that suggested, and that."""

    true: float
    suggested: float
    blocks: float


def recovered(classes: int, blocks: int, even: bool, noise: float, method: str) -> Found:
    """How well blocks are found in the order of a method, the classes shuffled."""
    rows = []
    for seed in range(SEEDS):
        planted = random_blocks(sizes_of(classes, blocks, even), noise=noise, seed=seed)
        found = order(planted.confusion, method)  # type: ignore[arg-type]
        asked, counted = partition(planted.confusion, found, blocks), suggested(planted.confusion, found)
        rows.append(
            (
                rand_index(labels(found, asked), planted.block_of),
                rand_index(labels(found, counted), planted.block_of),
                len(counted) - 1,
            )
        )
    return Found(*np.mean(rows, axis=0).tolist())


def recovery() -> list[Figure]:
    """Adjusted Rand index by classes, blocks, sizes and noise: 50 samples a class, a quarter of them wrong."""
    figures = []
    for classes, blocks in PLANTED:
        for even in (True, False):
            for noise in NOISE:
                words = []
                for method in ("linkage", "spectral"):
                    found = recovered(classes, blocks, even, noise, method)
                    words.append(f"{method} {found.true:.2f}, suggested {found.suggested:.2f} ({found.blocks:.0f})")
                sizes = "even" if even else "uneven"
                figures.append(Figure("", f"ARI, {blocks} {sizes} of {classes}, noise {noise:.0%}", "; ".join(words)))
    return figures


def share_inside(planted: RandomBlocks, found: Int64) -> float:
    """Mistakes inside as many equal intervals of an order as there are blocks, over all: of an order alone."""
    c, k = planted.confusion, len(found)
    place = np.empty(k, dtype=np.int64)
    place[found] = np.arange(k) * planted.blocks // k
    off = c.true != c.predicted
    inside = off & (place[c.true] == place[c.predicted])
    return float(c.count[inside].sum() / c.count[off].sum())


def scipys_order(planted: RandomBlocks) -> Int64:
    """Average linkage with SciPy's leaf ordering."""
    from scipy.cluster.hierarchy import leaves_list, optimal_leaf_ordering

    distance = condensed(similarity(planted.confusion))
    return np.asarray(leaves_list(optimal_leaf_ordering(dense_linkage(distance), distance)), dtype=np.int64)


def orders(rounds: int) -> list[Figure]:
    """G17."""
    planted = random_blocks(sizes_of(1000, 50, True), noise=0.3)
    s = similarity(planted.confusion)
    ways: dict[str, Callable[[], Int64]] = {
        "linkage, turned quickly": lambda: leaf_order(s, optimal=False),
        "linkage, leaves optimal": lambda: leaf_order(s),
        **{name: lambda name=name: METHODS[name](s) for name in ("mst", "barycentre", "spectral")},  # type: ignore[misc]
    }
    base, pairs = [], {name: list[tuple[float, float]]() for name in ways}
    for _ in range(rounds):
        theirs, found = timed(lambda: scipys_order(planted))
        base.append(theirs)
        share = share_inside(planted, found)
        for name, way in ways.items():
            seconds, found = timed(way)
            pairs[name].append((seconds / theirs, share_inside(planted, found) / share))
    figures = [Figure("", "SciPy's leaf ordering, 1000 classes", f"{median(base) * 1e3:.0f} ms, {share:.3f} inside")]
    for name, rows in pairs.items():
        seconds, inside = median([row[0] for row in rows]), median([row[1] for row in rows])
        target = "<= 0.025, >= 0.9" if "quickly" in name else ""
        what = f"{name} / SciPy's: time, share inside"
        figures.append(Figure("G17", what, f"{seconds:.4f} x (1 / {1 / seconds:.0f}), {inside:.2f} x", target))
    large = similarity(random_blocks(sizes_of(5000, 50, True), noise=0.3).confusion)
    ratio = [
        timed(lambda: leaf_order(large))[0] / timed(lambda: leaf_order(s, optimal=False))[0] for _ in range(rounds)
    ]
    figures.append(Figure("G17", "linkage, 5000 classes / 1000", f"{median(ratio):.1f} x", "<= 60"))
    return figures


def cuts(rounds: int) -> list[Figure]:
    """G18: the banded dynamic programme against that over every block, at one rate outside."""
    figures = []
    for classes in (200, 500, 1000, 2000):
        for name, sizes in (
            ("even", sizes_of(classes, 50, True)),
            ("uneven", sizes_of(classes, 50, False)),
            ("one large", [classes - 98] + [2] * 49),
        ):
            planted = random_blocks(sizes, noise=0.3)
            steps = ladder(planted.confusion, planted.in_order())
            ratios, worths = [], []
            full, band = partial(_full, steps), partial(cut, steps, 50)
            for _ in range(rounds if classes < 2000 else 1):
                banded, edges = timed(band)
                whole, best = timed(full)
                ratios.append(banded / whole)
                worths.append(value(steps, edges) / value(steps, best))
            target = "<= 0.067, >= 0.999" if classes == 1000 and name == "even" else ">= 0.999"
            figures.append(Figure("G18", f"cut, band / full, {classes} classes, {name}: time, value",
                                  f"{banded * 1e3:.0f} ms / {whole * 1e3:.0f} ms = {median(ratios):.3f} x, "
                                  f"{min(worths):.5f} x", target))  # fmt: skip
    return figures


def _full(steps: Ladder) -> Int64:
    return cut_of(gains(steps, steps.units), 50)


async def _gaps(seconds: float, busy: Callable[[], Any] | None) -> list[float]:
    """Times between ticks of an event loop, while `busy` goes round in a thread."""
    stop = False

    def rounds() -> None:
        while not stop:
            assert busy is not None
            busy()

    thread = asyncio.create_task(asyncio.to_thread(rounds)) if busy else None
    gaps, last = [], time.perf_counter()
    end = last + seconds
    while last < end:
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
    stop = True
    if thread is not None:
        await thread
    return gaps


def stalls(rounds: int) -> list[Figure]:
    """G16: how late a 10 ms tick is while the worker orders 1500 classes, and while a thread here does."""
    c = random_blocks(sizes_of(1500, 60, True), noise=0.3).confusion
    parameters, arrays = packed(c)
    worker = Worker()

    def there() -> None:
        worker.call("order", {**parameters, "method": "linkage"}, arrays)

    there()
    rows = []
    for _ in range(rounds):
        each = [asyncio.run(_gaps(1.5, work)) for work in (None, there, lambda: order(c, "linkage"))]
        rows.append([float(np.percentile(gaps, 99)) for gaps in each])
    worker.close()
    rest, busy, here = (median([row[i] for row in rows]) * 1e3 for i in range(3))
    ratio, thread = median([row[1] / row[0] for row in rows]), median([row[2] / row[0] for row in rows])
    return [
        Figure("G16", "p99 of a 10 ms tick, worker ordering / at rest",
               f"{busy:.1f} ms / {rest:.1f} ms = {ratio:.2f} x", "<= 1.25"),
        Figure("", "the same in a thread of the app", f"{here:.1f} ms = {thread:.2f} x"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = [*recovery(), *orders(chosen.rounds), *cuts(chosen.rounds), *stalls(chosen.rounds)]
    if chosen.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=1))
        return
    for figure in figures:
        print(f"{figure.goal:4} {figure.what:52} {figure.value:44} {figure.target}".rstrip())


if __name__ == "__main__":
    main()
