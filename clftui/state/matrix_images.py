"""Which sample stands for a cell of the matrix: of a whole window of cells at once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.folding import Items
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.filters import Filter
from clftui.state.later import LATER, weak
from clftui.state.matrix_model import Matrix
from clftui.state.moves import select
from clftui.state.sample_ids import id_of
from clftui.state.sample_order import chance
from clftui.state.sample_trouble import table_trouble
from clftui.state.selection import Tab
from clftui.state.session import Session, passed
from clftui.state.settings import NEAR, Against, CellEncoding
from clftui.text import sanitise, short_score

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

AT_ONCE = 8_000_000
"""Bytes of scores that are read while a frame waits; more of them are read behind the screen."""


def is_on(session: Session) -> bool:
    """Whether cells show images now."""
    settings = session.matrix
    near = settings.zoom_of(len(session.classes)) in NEAR
    return near and settings.cell is CellEncoding.IMAGE and not why_not(session)


def why_not(session: Session) -> str:
    """Part of a sentence where cells have no images to show; empty where they have."""
    if session.matrix.against is not Against.NOTHING:
        return "A difference has one number a cell: d takes the next one, or none"
    try:
        run, evaluation = session.run, session.evaluation()
        if run is None or evaluation is None:
            return "There are no samples"
        if not evaluation.has_samples:
            return "A bare matrix has no samples"
        if table_trouble(run, evaluation) is not None:
            return "The sample table cannot be read"
        table = run.samples(evaluation.split)
    except FormatError:
        return "The samples cannot be read"
    return "" if table is not None and has_images(table) else "The samples have no images"


@lru_cache(maxsize=8)
def has_images(table: SampleTable) -> bool:
    """Whether the table names an image for any of its samples."""
    return table.paths is not None and any(table.paths)


class _Cells(NamedTuple):
    """The samples that pass the filters, by cell."""

    code: Int64
    """(m,) true item times the number of items plus predicted item, of the cells that are not empty, ascending."""
    start: Int64
    """(m + 1,) where each cell's samples begin in `position`."""
    position: Int64
    """Positions in the evaluation, a cell's by sample number: no choice depends on how the file is laid out."""


class _How(NamedTuple):
    """What makes cells of samples."""

    items: Items | None
    """The groups that rows and columns stand for; None where each is a class."""
    n: int
    """Rows, and columns."""
    diagonal: bool


@lru_cache(maxsize=8)
def _by_cell(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...], how: _How) -> _Cells:
    keep = (evaluation.true >= 0) & (evaluation.predicted >= 0)
    if not how.diagonal:
        # Most samples of a good model: not sorting them is most of the time saved.
        keep &= evaluation.true != evaluation.predicted
    mask = passed(run, evaluation, filters)
    position = np.flatnonzero(keep if mask is None else keep & mask)
    true, predicted = (labels[position].astype(np.int64) for labels in (evaluation.true, evaluation.predicted))
    if how.items is not None:
        true, predicted = how.items.item_of[true], how.items.item_of[predicted]
    code, sample = true * how.n + predicted, evaluation.sample[position]
    sorted_already = bool((sample[1:] > sample[:-1]).all())
    ranked = np.argsort(code, kind="stable") if sorted_already else np.lexsort((sample, code))
    code = code[ranked]
    first = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.zeros(0, dtype=np.int64)
    return _Cells(code[first], np.append(first, len(code)), position[ranked])


def representatives(session: Session, matrix: Matrix, rows: slice, columns: slice) -> Int64 | None:
    """(rows, columns) the position, in the session's evaluation, of the sample that stands for each cell that shows.

    The one of highest confidence in its predicted class, among equals and without scores a choice that depends on the
    cell alone (VisMlic's representative instance, made reproducible). -1 where a cell is empty, under the threshold, or
    on a diagonal that does not show. None while the scores are being read behind the screen.
    """
    run, evaluation = session.run, session.evaluation()
    shape = len(matrix.order[rows]), len(matrix.order[columns])
    if run is None or evaluation is None or not evaluation.has_samples:
        return np.full(shape, -1, dtype=np.int64)
    items = None if matrix.items.is_unit else matrix.items
    how = _How(items, matrix.n, matrix.settings.diagonal)
    cells = _by_cell(run, evaluation, session.bound_filters, how)
    down, across = matrix.order[rows][:, None], matrix.order[columns][None, :]
    true, predicted = (across, down) if matrix.settings.transposed else (down, across)
    wanted = (true * matrix.n + predicted).ravel()
    if not matrix.settings.diagonal:
        wanted = np.where((true == predicted).ravel(), -1, wanted)
    found = np.searchsorted(cells.code, wanted)
    found[found == len(cells.code)] = 0
    there = cells.code[found] == wanted if len(cells.code) else np.zeros(len(wanted), dtype=np.bool_)
    there &= np.diff(cells.start)[found] >= matrix.settings.at_least if len(cells.code) else False
    out = np.full(len(wanted), -1, dtype=np.int64)
    chosen = _chosen(evaluation, cells, found[there], matrix.n)
    if chosen is None:
        return None
    out[there] = chosen
    return out.reshape(shape)


def _chosen(evaluation: Evaluation, cells: _Cells, wanted: Int64, n: int) -> Int64 | None:
    """The positions that stand for the cells numbered `wanted`."""
    samples = int((cells.start[wanted + 1] - cells.start[wanted]).sum())
    read = samples * len(evaluation.classes) * 2 if evaluation.score_kind == "full" else 0
    if read > AT_ONCE and "summary" not in evaluation.__dict__:
        known = LATER.get(("summary of scores", weak(evaluation)), lambda: evaluation.summary)
        if known is None:
            return None
    return _choose(evaluation, _Key(cells), wanted.tobytes(), n)


class _Key:
    """Cells as a key of a cache: equal only to themselves."""

    def __init__(self, cells: _Cells) -> None:
        self.cells = cells

    def __hash__(self) -> int:
        return id(self.cells)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.cells is self.cells


@lru_cache(maxsize=32)
def _choose(evaluation: Evaluation, key: _Key, wanted_bytes: bytes, n: int) -> Int64:
    cells, wanted = key.cells, np.frombuffer(wanted_bytes, dtype=np.int64)
    if not len(wanted):
        return np.zeros(0, dtype=np.int64)
    first = cells.start[wanted]
    size = cells.start[wanted + 1] - first
    begin = np.cumsum(size) - size
    among = cells.position[np.arange(int(size.sum())) + np.repeat(first - begin, size)]
    confidence = np.nan_to_num(evaluation.confidence(among).astype(np.float64), nan=-np.inf)
    tied = confidence == np.repeat(np.maximum.reduceat(confidence, begin), size)
    equal = np.add.reduceat(tied.astype(np.int64), begin)
    place = np.zeros(len(wanted), dtype=np.int64)
    for at in np.flatnonzero(equal > 1).tolist():
        place[at] = chance(int(equal[at]), *divmod(int(cells.code[wanted[at]]), n))
    best = np.flatnonzero(tied)
    return np.asarray(among[best[np.cumsum(equal) - equal + place]], dtype=np.int64)


class Representative(NamedTuple):
    """The sample that stands for one cell."""

    name: str
    """Its id."""
    words: str
    """Its id, and its confidence where there are scores."""


def representative_at_cursor(session: Session, matrix: Matrix) -> Representative | None:
    """The sample that the cell under the cursor shows; None where it shows none."""
    run, evaluation = session.run, session.evaluation()
    row, column = matrix.cursor
    found = representatives(session, matrix, slice(row, row + 1), slice(column, column + 1))
    if run is None or evaluation is None or found is None or not found.size or found[0, 0] < 0:
        return None
    position = found[0]
    name = id_of(run.samples(evaluation.split), int(evaluation.sample[position[0]]))
    confidence = float(evaluation.confidence(position)[0])
    words = sanitise(name)
    return Representative(name, words if np.isnan(confidence) else f"{words} {short_score(confidence)}")


def focused(session: Session, matrix: Matrix, deeper: Session) -> Session:
    """`deeper`, the samples of the cell under the cursor, with the one focused that the cell shows."""
    if deeper.tab is not Tab.SAMPLES or not is_on(session):
        return deeper
    shown = representative_at_cursor(session, matrix)
    return select(deeper, sample=shown.name) if shown is not None else deeper


def words(session: Session) -> str:
    """`image · surest of each cell`, for the legend."""
    return f"{CellEncoding.IMAGE.value} · {'surest' if has_scores(session) else 'one'} of each cell"


def has_scores(session: Session) -> bool:
    """Whether samples are chosen by their confidence."""
    evaluation = session.evaluation()
    return evaluation is not None and evaluation.score_kind != "none"
