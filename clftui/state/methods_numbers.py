"""Numbers of a method's maps over a whole split, in chunks behind the screen, and of pairs of methods or models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.explanation_stats import (
    MapNumbers,
    compared,
    hits,
    map_numbers,
    rank_correlations,
    shrunk,
    unrelated,
)
from clftui.analysis.intervals import stream
from clftui.analysis.saliency import Measure
from clftui.data.boxes import boxes_of
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.explained_index import Held
from clftui.state.filters import Filter
from clftui.state.later import LATER, weak
from clftui.state.peers import aligned, table_of
from clftui.state.session import passed
from clftui.state.unready import may_wait, note_missing

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
MOST, MOST_PAIRS, SEED = 5_000, 1_000, 0
"""Maps of a method, and pairs of maps, that count at most: a seeded draw of all."""
_CHUNK, _CELLS = 500, 4_000_000
"""Maps, and cells of maps, that are read at a time."""


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of one method of one run, and which of them count."""

    letter: str | None
    run: Run
    evaluation: Evaluation
    held: Held
    positions: Int64
    """(m,) of the samples that count, ascending."""
    whole: int
    """Samples that have a map and pass the filters."""

    @property
    def name(self) -> str:
        return self.held.method.name

    @property
    def table(self) -> SampleTable | None:
        return table_of(self.run, self.evaluation.split)


@lru_cache(maxsize=64)
def maps_of(letter: str | None, run: Run, evaluation: Evaluation, held: Held, filters: tuple[Filter, ...]) -> Maps:
    """The maps of `held` that count: those of samples that pass `filters`, MOST of them at most."""
    mask = passed(run, evaluation, filters)
    there = held.at >= 0
    known = np.flatnonzero(there if mask is None else there & mask).astype(np.int64)
    return Maps(letter, run, evaluation, held, drawn(known, MOST), len(known))


def drawn(values: Int64, most: int) -> Int64:
    """`most` of the values at most, always the same, in their order."""
    if len(values) <= most:
        return values
    return values[np.sort(stream(SEED, len(values)).permutation(len(values))[:most])]


@dataclass(frozen=True, eq=False)
class Numbers:
    """(m,) numbers of the maps that count, as far as they are known."""

    of: MapNumbers
    hit: Float64
    """1 where the maximum lies in the sample's box, NaN without one."""
    chance: Float64
    """The box's share of the image."""
    broken: int
    """Maps that cannot be read; all their numbers are NaN."""
    done: int
    complete: bool


def numbers(maps: Maps, threshold: float) -> Numbers:
    """In a draw as far as they are known, the rest asked for; else all of them. FormatError: a malformed box."""
    known = _whole.get(maps)
    if known is not None and known[0] == threshold:
        return known[1]
    found = _joined(maps, threshold)
    if found.complete:
        _whole[maps] = threshold, found
    return found


_whole: WeakKeyDictionary[Maps, tuple[float, Numbers]] = WeakKeyDictionary()
"""The numbers at the threshold that was asked for last, once all are known."""


def _joined(maps: Maps, threshold: float) -> Numbers:
    parts = []
    step = _at_once(maps.held)
    for start in range(0, len(maps.positions), step):
        key = ("map numbers", weak(maps), start, threshold)
        at = maps.positions[start : start + step]
        part = LATER.get(key, lambda at=at: _chunk(maps, at, threshold), wait=may_wait())  # type: ignore[misc]
        if part is None:
            note_missing()
        else:
            parts.append(part)
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0)] * 7
    empty, area, entropy, variation, hit, chance, broken = joined
    of = MapNumbers(empty.astype(np.bool_), area, entropy, variation)
    return Numbers(of, hit, chance, int(broken.sum()), len(area), len(area) == len(maps.positions))


def _at_once(explained: Held) -> int:
    """Maps that are read at a time: fewer of large ones."""
    h, w = explained.maps.shape if explained.maps is not None else (1, 1)
    return max(1, min(_CHUNK, _CELLS // max(h * w, 1)))


def _chunk(maps: Maps, at: Int64, threshold: float) -> tuple[Float64, ...]:
    values, fine = read(maps.held, at)
    found = map_numbers(values, threshold)
    table, box = maps.table, None
    if table is not None:
        box = boxes_of(table, maps.evaluation.sample[at])
    nothing = np.full(len(at), np.nan)
    hit = hits(values, box) if box is not None else nothing
    chance = np.clip((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]), 0, 1) if box is not None else nothing
    told = (np.where(fine, each, np.nan) for each in (found.area, found.entropy, found.variation, hit, chance))
    return (found.empty & fine).astype(np.float64), *told, (~fine).astype(np.float64)


def read(held: Held, at: Int64) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """((m, h, w) maps of the samples at positions that have one, (m,) which can be read); a broken one is zero."""
    fine = np.ones(len(at), dtype=np.bool_)
    try:
        return held.maps_of(at), fine
    except FormatError:
        assert held.maps is not None
        values = np.zeros((len(at), *held.maps.shape), dtype=np.float32)
    for number, position in enumerate(at.tolist()):
        # One broken map must not hide the others.
        try:
            values[number] = held.map_of(position)
        except FormatError:
            fine[number] = False
    return values, fine


def _shrunk(explained: Held, at: Int64) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """`read`, with large maps small enough that many fit in memory."""
    step = _at_once(explained)
    parts = [read(explained, at[start : start + step]) for start in range(0, max(len(at), 1), step)]
    return np.concatenate([shrunk(values) for values, _ in parts]), np.concatenate([fine for _, fine in parts])


@dataclass(frozen=True, eq=False)
class Pair:
    """How alike the maps of two methods, or of two models, are of the same sample, and of different ones."""

    positions: Int64
    """(m,) of the samples, in the first one's evaluation."""
    same: Float64
    other: Float64
    """(m,) the first one's map of the sample against the second one's of another."""
    empty: int
    """Samples of which one map is empty: no likeness is defined."""


def pair(first: Maps, second: Maps, measure: Measure | None) -> Pair | None:
    """By a measure of Algorithm 2, or by rank correlation without one; None in a draw, until it is known."""
    key = ("pair of maps", weak(first, second), measure)
    found = LATER.get(key, lambda: _paired(first, second, measure), wait=may_wait())
    if found is None:
        note_missing()
    return found


def _paired(first: Maps, second: Maps, measure: Measure | None) -> Pair:
    there = aligned(second.run, second.evaluation, first.run, first.evaluation)[first.positions]
    known = np.flatnonzero(there >= 0)
    known = drawn(known[second.held.at[there[known]] >= 0].astype(np.int64), MOST_PAIRS)
    (a, fine_a), (b, fine_b) = _shrunk(first.held, first.positions[known]), _shrunk(second.held, there[known])
    fine = fine_a & fine_b
    known, a, b = known[fine], a[fine], b[fine]
    apart = unrelated(len(known), SEED) if len(known) else np.empty(0, dtype=np.int64)
    same, other = (rank_correlations(a, each) if measure is None else compared(a, each, measure)
                   for each in (b, b[apart]))  # fmt: skip
    blank = np.count_nonzero(~(a.any(axis=(1, 2)) & b.any(axis=(1, 2))))
    return Pair(first.positions[known], same, other if len(known) > 1 else np.full(len(known), np.nan), int(blank))
