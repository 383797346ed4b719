"""The history of every cell of the matrix: which runs or splits it is of, its values over the epochs, its words."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.intervals import wilson
from clftui.analysis.metrics import Metric, ratio
from clftui.analysis.significance import two_proportion
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.epochs_history import is_waiting as lacks_epochs
from clftui.state.epochs_history import past
from clftui.state.history import History, history
from clftui.state.later import LATER, weak
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_series import Series, series
from clftui.state.matrix_words import RunCell
from clftui.state.session import Session
from clftui.state.settings import Against, Share, Tracks
from clftui.text import count, decimals_for, percent, sanitise

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

CERTAIN = 0.05
"""A loss since the best epoch is coloured where its p-value, times the epochs the best was picked from, is less."""
MANY = 400_000
"""Cells, over all epochs and tracks, that are folded at once; more would hold a key up."""


class Track(NamedTuple):
    """One strip of every cell: a run on a split."""

    label: str
    """The letter of the run, or the name of the split."""
    letter: str
    """`A` to `D`; empty for a run without a letter."""
    run: Run
    split: str


@lru_cache(maxsize=16)
def logged(run: Run, split: str) -> int:
    """How many epochs the run has: asked several times a frame, and a growing run is another one."""
    return len(run.epochs(split))


def tracks(session: Session) -> tuple[Track, ...]:
    """All strips that a cell may have, from the top: runs in the order of their letters, or splits as logged."""
    run, split = session.run, session.selection.split
    if run is None or split is None:
        return ()
    letter = session.selection.letter(run.key) or ""
    focused = Track(letter or "·", letter, run, split)
    if session.matrix.tracks is Tracks.SPLITS:
        return tuple(focused._replace(label=sanitise(each), split=each) for each in run.splits if logged(run, each))
    if session.matrix.tracks is Tracks.FOCUSED:
        return (focused,)
    lettered = (Track(letter, letter, each, split) for letter, each in session.lettered if logged(each, split))
    return (*(() if letter else (focused,)), *lettered)


def fitting(session: Session, room: int) -> tuple[Track, ...]:
    """At most `room` of the tracks: the focused run on the selected split before others, several epochs before one."""
    every = tracks(session)
    here = (session.run, session.selection.split)
    ranked = sorted(every, key=lambda each: ((each.run, each.split) != here, logged(each.run, each.split) < 2))
    chosen = ranked[: max(room, 1)]
    return tuple(each for each in every if each in chosen)


def why_not(session: Session) -> str:
    """One sentence where cells have no history to show; empty where they have."""
    if session.matrix.against is not Against.NOTHING:
        return "A difference has one number a cell: d takes the next one, or none"
    every = tracks(session)
    if any(logged(each.run, each.split) > 1 for each in every):
        return ""
    if session.matrix.tracks is Tracks.SPLITS and len(every) > 1:
        return ""
    return "One epoch is no history"


def past_of(session: Session, track: Track) -> History | None:
    """The epochs of a track as far as they are known: under filters, and of splits that do not show, read behind."""
    if not session.filters and track.split == session.selection.split:
        return history(track.run, track.split)
    try:
        found = past(session, track.run, track.split, Metric.RECALL)
    except FormatError:
        return None
    return found.confusions if found is not None else None


def is_waiting(session: Session, matrix: Matrix, shown: tuple[Track, ...]) -> bool:
    """Whether strips lack something that nobody but the view asks for."""
    behind = [each for each in shown if session.filters or each.split != session.selection.split]
    for each in behind:
        past_of(session, each)
    # What cannot be read is not waited for.
    if LATER.pending and any(lacks_epochs(session, each.run, each.split, Metric.RECALL) for each in behind):
        return True
    return top(axis(session, matrix, shown), matrix) is None


class Axis(NamedTuple):
    """The epochs of all strips, ascending, and which of each track's own they are."""

    epochs: Int64
    series: tuple[Series | None, ...]

    @property
    def words(self) -> str:
        """`1–12`."""
        if not len(self.epochs):
            return "–"
        first, last = int(self.epochs[0]), int(self.epochs[-1])
        return f"{first}" if first == last else f"{first}–{last}"


def axis(session: Session, matrix: Matrix, shown: tuple[Track, ...]) -> Axis:
    """One axis for all cells and tracks: every epoch that any of them has in the range."""
    found = []
    for track in shown:
        known = past_of(session, track)
        found.append(series(known, track.run, matrix.classes, matrix.items) if known else None)
    every = np.unique(np.concatenate([each.epochs for each in found if each is not None] or [np.zeros(0, np.int64)]))
    span = session.selection.span
    if span is not None:
        every = every[(every >= span[0]) & (every <= span[1])]
    return Axis(every, tuple(found))


def cell_values(axis: Axis, matrix: Matrix, rows: slice, columns: slice) -> Float64:
    """(T, E, rows, columns) values at these positions of the screen; NaN where a track lacks the epoch."""
    down, across = matrix.order[rows], matrix.order[columns]
    where = (tuple(down.tolist()), tuple(across.tolist()))
    return _values(axis.series, axis.epochs.tobytes(), matrix.settings.share, matrix.settings.transposed, *where)


@lru_cache(maxsize=4)
def _values(
    found: tuple[Series | None, ...],
    epochs: bytes,
    share: Share,
    transposed: bool,
    down: tuple[int, ...],
    across: tuple[int, ...],
) -> Float64:
    true, predicted = (np.array(each, dtype=np.int64) for each in ((across, down) if transposed else (down, across)))
    wanted = np.frombuffer(epochs, dtype=np.int64)
    out = np.full((len(found), len(wanted), len(down), len(across)), np.nan)
    for track, each in zip(out, found, strict=True):
        if each is not None:
            cells = each.shares(share, true, predicted)
            _onto(track, cells.transpose(0, 2, 1) if transposed else cells, each.epochs, wanted)
    return out


def _onto(out: Float64, values: Float64, epochs: Int64, wanted: Int64) -> None:
    """Write values (E, ...) of `epochs` to the places of `wanted` that are among them."""
    inside = np.isin(epochs, wanted)
    out[np.searchsorted(wanted, epochs[inside])] = values[inside]


def largest_counts(axis: Axis, matrix: Matrix, rows: slice, columns: slice) -> Float64:
    """(rows, columns) the largest count of each cell in any epoch of any track; 0 where there is none."""
    counted = replace(matrix, settings=replace(matrix.settings, share=Share.COUNTS))
    counts = np.nan_to_num(cell_values(axis, counted, rows, columns))
    return np.asarray(counts.max(axis=(0, 1), initial=0.0), dtype=np.float64)


def top(axis: Axis, matrix: Matrix) -> float | None:
    """What the shades of all cells end at: the largest value of the matrix in any epoch that shows, of any track.

    None while it is computed behind the screen, where many cells have to be folded for it.
    """
    found = tuple(each for each in axis.series if each is not None)
    how = axis.epochs.tobytes(), matrix.settings.share, matrix.settings.diagonal
    if matrix.items.is_unit or sum(each.size for each in found) < MANY:
        return _top(found, *how)
    return LATER.get(("top of strips", weak(*found), how), lambda: _top.__wrapped__(found, *how))


@lru_cache(maxsize=8)
def _top(found: tuple[Series, ...], epochs: bytes, share: Share, diagonal: bool) -> float:
    wanted = np.frombuffer(epochs, dtype=np.int64)
    return max((each.peak(share, diagonal, np.isin(each.epochs, wanted)) for each in found), default=0.0)


class Margins(NamedTuple):
    """The rows' metric (recall; precision of a transposed matrix) over the epochs, by track."""

    values: Float64
    """(T, E, rows); NaN undefined or not logged."""
    now: Float64
    """(T, rows) in the epoch that shows."""
    best: Int64
    """(T, rows) the first epoch with the greatest value; -1 where there is none."""
    since: Float64
    """(T, rows) now less the best: 0 or below."""
    certain: Bool
    """(T, rows) whether the loss is more than chance, were the best not picked from many."""


def margins(session: Session, axis: Axis, matrix: Matrix, shown: tuple[Track, ...], rows: slice) -> Margins:
    """The margin of the shown rows."""
    items = matrix.order[rows]
    shape = len(shown), len(axis.epochs), len(items)
    right, whole = np.full(shape, np.nan), np.full(shape, np.nan)
    for at, each in enumerate(axis.series):
        if each is not None:
            n = each.predicted_count[:, items] if matrix.settings.transposed else each.support(items)
            _onto(right[at], each.correct(items), each.epochs, axis.epochs)
            _onto(whole[at], n, each.epochs, axis.epochs)
    values = ratio(right, whole)
    at_now = np.array([_now(session, axis, track) for track in shown], dtype=np.int64)
    if not len(axis.epochs):
        nothing = np.full((len(shown), len(items)), np.nan)
        return Margins(values, nothing, np.full(nothing.shape, -1), nothing, np.zeros(nothing.shape, dtype=np.bool_))
    at_best = np.where(np.isnan(values), -np.inf, values).argmax(axis=1)
    now, now_n = (_take(each, at_now[:, None]) for each in (right, whole))
    most, most_n = (_take(each, at_best) for each in (right, whole))
    loss = ratio(now, now_n) - ratio(most, most_n)
    others = np.maximum((~np.isnan(values)).sum(axis=1) - 1, 1)
    certain = (two_proportion(now, now_n, most, most_n) * others < CERTAIN) & (loss < 0)
    best = np.where(np.isnan(ratio(most, most_n)), -1, axis.epochs[at_best])
    return Margins(values, ratio(now, now_n), best, loss, certain)


def _take(values: Float64, at: Int64) -> Float64:
    """(T, rows) of (T, E, rows) at the epochs `at` (T, rows) or (T, 1)."""
    at = np.broadcast_to(at, (values.shape[0], values.shape[2]))
    return np.asarray(np.take_along_axis(values, at[:, None, :], axis=1)[:, 0], dtype=np.float64)


def _now(session: Session, axis: Axis, track: Track) -> int:
    """The place on the axis of the epoch of a track that shows: the pinned one, or the newest that it has."""
    mine = np.array([epoch for epoch, _ in past_of(session, track) or ()], dtype=np.int64)
    mine = mine[np.isin(mine, axis.epochs)]
    pinned = session.selection.epoch
    mine = mine[mine <= pinned] if pinned is not None and (mine <= pinned).any() else mine
    return int(np.searchsorted(axis.epochs, mine[-1])) if len(mine) else 0


def cell_words(session: Session, axis: Axis, matrix: Matrix, shown: tuple[Track, ...]) -> tuple[RunCell, ...]:
    """The cell under the cursor in every track: `A 38→110 (epoch 12)` and the interval of its share now."""
    return tuple(_cell(session, axis, matrix, track, each) for track, each in zip(shown, axis.series, strict=True))


def _cell(session: Session, axis: Axis, matrix: Matrix, track: Track, found: Series | None) -> RunCell:
    lead = "" if track.letter == track.label or not track.letter else f"{track.label} "
    name = track.run.name
    if found is None or not len(axis.epochs):
        return RunCell(track.letter, name, f"{lead}–", "", ())
    true, predicted = (np.array([item]) for item in matrix.pair)
    share = matrix.settings.share
    counts, wholes = np.full(len(axis.epochs), np.nan), np.full(len(axis.epochs), np.nan)
    _onto(counts, found.counts(true, predicted)[:, 0, 0], found.epochs, axis.epochs)
    _onto(wholes, found.wholes(share, true, predicted)[:, 0, 0], found.epochs, axis.epochs)
    at = _now(session, axis, track)
    if np.isnan(counts[at]):
        return RunCell(track.letter, name, f"{lead}–", "", ())
    first, now = int(counts[~np.isnan(counts)][0]), int(counts[at])
    shown = f"{lead}{count(first)}→{count(now)} (epoch {axis.epochs[at]})"
    if not wholes[at]:
        return RunCell(track.letter, name, shown, "", ())
    low, high = (float(bound[0]) for bound in wilson([now], [wholes[at]]))
    digits = decimals_for(50 * (high - low))
    interval = f"{percent(now / wholes[at], digits)} % {percent(low, digits)}–{percent(high, digits)}"
    return RunCell(track.letter, name, shown, interval, ())


def words(session: Session) -> str:
    """`heat strip · runs as fit`, for the legend."""
    every = tracks(session)
    kind = "splits" if session.matrix.tracks is Tracks.SPLITS else "runs" if len(every) > 1 else "run"
    labels = " ".join(track.label for track in every)
    which = "runs as fit" if session.matrix.tracks is Tracks.FITTING and len(every) > 1 else f"{kind} {labels}"
    return f"{session.matrix.cell.value} · {which}{', rotated' if session.matrix.rotated else ''}"
