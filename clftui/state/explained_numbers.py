"""Numbers of explained samples that take their maps: area, colours, likeness of runs; in chunks, behind the screen.

What a row shows and what all rows are sorted by is one function each, so that the two agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import Measure, areas_above, similarity_matrix
from clftui.data.weighted_text import Word
from clftui.schema import FormatError
from clftui.state.explained_index import Held
from clftui.state.explained_settings import Column, Task
from clftui.state.explained_table import Rows, Source
from clftui.state.later import LATER, weak
from clftui.state.sample_detail_colours import Colours, measured
from clftui.state.sample_ids import position_in
from clftui.state.unready import may_wait, note_missing

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
CHUNK = 256
"""Rows that are computed at a time."""
_CELLS = 4_000_000
"""Cells of maps that are read at a time."""


@dataclass(frozen=True)
class How:
    """What the numbers depend on besides the maps."""

    threshold: float
    measure: Measure


@dataclass(frozen=True, eq=False)
class Computed:
    """(m,) a number of every row, NaN undefined or not there yet, and of how many rows it is known."""

    values: Float64
    done: int

    @property
    def complete(self) -> bool:
        return self.done == self.values.size


def computed(rows: Rows, column: Column, how: How) -> Computed:
    """A number of all rows: in a draw as far as it is known, the rest asked for; else all of it."""
    values, done = np.full(rows.n, np.nan), 0
    if not rows.n:
        return Computed(values, 0)
    # Class after class: the mean colours of a class are needed for all of its samples at once.
    true = np.asarray([rows.source_of(row).evaluation.true[rows.position[row]] for row in range(rows.n)]) if (
        rows.task is Task.MODELS) else rows.sources[0].evaluation.true[rows.position]  # fmt: skip
    order = np.lexsort((np.arange(rows.n), true, rows.source))
    bounds = np.r_[0, np.flatnonzero(np.diff(rows.source[order])) + 1, rows.n]
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        for first in range(start, stop, CHUNK):
            chosen = order[first : min(first + CHUNK, stop)]
            found = _chunk(rows, int(rows.source[chosen[0]]), rows.position[chosen], column, how)
            if found is not None:
                values[chosen], done = found, done + len(chosen)
    return Computed(values, done)


def _chunk(rows: Rows, source: int, positions: Int64, column: Column, how: How) -> Float64 | None:
    key = ("explained", column, weak(*rows.sources), source, positions.tobytes(), how, rows.task)
    found = LATER.get(key, lambda: _FUNCTIONS[column](rows, source, positions, how), wait=may_wait())
    if found is None:
        note_missing()
    return found


def _areas(rows: Rows, source: int, positions: Int64, how: How) -> Float64:
    """Shares of the image; 0 of a map that is zero throughout, whatever the threshold."""
    found, held = np.full(len(positions), np.nan), rows.sources[source].held
    if held is None or held.maps is None:
        return found
    known = np.flatnonzero(held.at[positions] >= 0)
    h, w = held.maps.shape
    at_once = max(1, _CELLS // max(h * w, 1))
    for first in range(0, len(known), at_once):
        chosen = known[first : first + at_once]
        try:
            found[chosen] = _areas_of(held.maps_of(positions[chosen]), how.threshold)
        except FormatError:
            # One broken map must not hide the others.
            found[chosen] = [_area(held, int(positions[each]), how.threshold) for each in chosen]
    return found


def _areas_of(maps: NDArray[np.float32], threshold: float) -> Float64:
    return np.where(maps.any(axis=(1, 2)), areas_above(maps, threshold), 0.0)


def _area(held: Held, position: int, threshold: float) -> float:
    try:
        values = held.map_of(position)
    except FormatError:
        return float("nan")
    return area(values, threshold) if values is not None else float("nan")


def area(values: NDArray[np.float32], threshold: float) -> float:
    """The share of the image above the threshold; 0 of a map that is zero throughout."""
    return float(_areas_of(values[None], threshold)[0])


def _distances(rows: Rows, source: int, positions: Int64, how: How) -> Float64:
    found = (_colours(rows.sources[source], rows.choice.aim, int(position), how.threshold) for position in positions)
    return np.asarray([each.distance if each is not None else np.nan for each in found], dtype=np.float64)


def _colours(source: Source, aim: str, position: int, threshold: float) -> Colours | None:
    held = source.held
    try:
        values = held.map_of(position) if held is not None else None
        if held is None or held.maps is None or values is None or not values.any():
            return None
        return measured(source.run, source.evaluation, position, held.maps, aim, values, threshold)
    except FormatError:
        return None


def colours_of(rows: Rows, row: int, threshold: float) -> Colours | None:
    """A row's colour-intensity histograms; None where there are none, and in a draw until they are there."""
    source, position = rows.source_of(row), int(rows.position[row])
    if rows.held_at(row) < 0 or source.held is None or source.held.maps is None or not _has_images(source):
        return None
    key = ("explained colours", weak(source), position, threshold)
    found = LATER.get(key, lambda: (_colours(source, rows.choice.aim, position, threshold),), wait=may_wait())
    if found is None:
        note_missing()
    return found[0] if found is not None else None


def _has_images(source: Source) -> bool:
    return source.table is not None and source.table.paths is not None


def _likenesses(rows: Rows, source: int, positions: Int64, how: How) -> Float64:
    return np.asarray([_likeness(rows, source, int(position), how) for position in positions], dtype=np.float64)


def _likeness(rows: Rows, source: int, position: int, how: How) -> float:
    """Algorithm 2's matrix of a sample over the runs, in a number: the mean off its diagonal, NaN of a single map.

    Where rows are runs, the mean of the run's own line.
    """
    home = rows.sources[source]
    here = (home.table, home.evaluation), int(home.evaluation.sample[position])
    maps: list[NDArray[np.floating] | None] = []
    for each in rows.sources:
        at = position if each is home else position_in(each.run, each.evaluation, *here)
        try:
            maps.append(each.held.map_of(at) if at is not None and each.held is not None else None)
        except FormatError:
            maps.append(None)
    matrix = similarity_matrix(maps, how.measure)
    matrix[np.diag_indices(len(maps))] = np.nan
    told = matrix[source] if rows.task is Task.MODELS else matrix
    known = told[~np.isnan(told)]
    return float(known.mean()) if known.size else float("nan")


_FUNCTIONS: dict[Column, Callable[[Rows, int, Int64, How], Float64]] = {
    Column.AREA: _areas,
    Column.COLOURS: _distances,
    Column.SIMILARITY: _likenesses,
}


def likeness_of(rows: Rows, row: int, how: How) -> float | None:
    """How alike the runs' maps of a row's sample are; None in a draw, until it is known."""
    found = _chunk(rows, int(rows.source[row]), rows.position[row : row + 1], Column.SIMILARITY, how)
    return float(found[0]) if found is not None else None


WORDS = 5


def weightiest(rows: Rows, row: int) -> tuple[Word, ...]:
    """The words of a document that weigh most, for or against; none of what is no text. FormatError: changed since."""
    held = rows.source_of(row).held
    document = held.document_of(int(rows.position[row])) if held is not None else None
    if document is None:
        return ()
    return tuple(sorted(document.words, key=lambda word: -abs(word.weight))[:WORDS])
