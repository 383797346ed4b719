"""The nearest samples of one by features, in its own split and in the others, and which of them are the same sample."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from clftui.analysis.nearest import Block, Distance, duplicate_limit, nearest, typical_nearest
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.later import Later, weak
from clftui.state.peers import table_of
from clftui.state.sample_detail import Detail
from clftui.state.sample_ids import id_of
from clftui.state.unready import may_wait, note_missing

NEAREST = Later(kept=256, wishes=4)
"""Searches behind the screen's back; apart from others, for they may read many features or look at many files."""

EACH = 5
"""Neighbours told of a split."""
TYPICAL = 256
"""Samples whose nearest neighbours say what is near."""
MAX_FILES = 200_000
"""A split with more files than this is not searched for the same one."""
_VALUES = 1_000_000
"""Features read at once: eight megabytes of doubles."""
_MANY_SAME = 200


@dataclass(frozen=True)
class Neighbour:
    """A sample near another one."""

    split: str
    sample: str
    true: str | None
    distance: float
    """NaN where the files alone were compared."""
    same_file: bool = False
    near_duplicate: bool = False

    @property
    def mark(self) -> str:
        """`=` the same bytes, `≈` far nearer than samples usually are."""
        return "=" if self.same_file else "≈" if self.near_duplicate else ""


@dataclass(frozen=True)
class Neighbours:
    """The nearest samples, split by split, the sample's own first."""

    splits: tuple[tuple[str, tuple[Neighbour, ...]], ...]
    epoch: int | None
    """The epoch of the features; None where the run has logged none."""
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[Neighbour, ...]:
        """All of them in the order of the screen."""
        return tuple(each for _, found in self.splits for each in found)

    def leaks(self, split: str) -> tuple[Neighbour, ...]:
        """The same sample, or nearly, in splits other than its own."""
        return tuple(each for each in self.lines if each.mark and each.split != split)


def neighbours(detail: Detail) -> Neighbours | None:
    """The nearest samples of the one that shows; None in a draw, until they are found."""
    run, evaluation = detail.shown.run, detail.shown.evaluation
    distance = detail.session.explain.distance
    key = ("nearest", weak(run), weak(evaluation), detail.position, distance)
    found = NEAREST.get(key, lambda: _search(run, evaluation, detail.position, distance), wait=may_wait())
    if found is None:
        note_missing()
    return found


def _search(run: Run, evaluation: Evaluation, position: int, distance: Distance) -> Neighbours:
    with_features = _with_features(run, evaluation.split, evaluation.epoch)
    query, row = None, int(evaluation.sample[position])
    at = np.flatnonzero(with_features.sample == row) if with_features is not None else np.empty(0, np.int64)
    if with_features is not None and at.size:
        read = with_features.features(at[:1])
        query = read[0] if read is not None else None
    splits: list[tuple[str, tuple[Neighbour, ...]]] = []
    notes: list[str] = []
    for split in (evaluation.split, *(each for each in run.splits if each != evaluation.split)):
        same = _same(run, evaluation.split, row, split)
        near: list[Neighbour] = []
        if query is not None and with_features is not None:
            other = with_features if split == evaluation.split else _at(run, split, with_features.epoch)
            if other is None:
                notes.append(f"{split}: no features of epoch {with_features.epoch}")
            else:
                near = _near(run, other, query, distance, int(at[0]) if other is with_features else -1, same)
        shown = {each.sample for each in near}
        extra = [each for each in same.values() if each.sample not in shown]
        if near or extra:
            splits.append((split, tuple([*extra, *near][:EACH])))
    epoch = with_features.epoch if query is not None and with_features is not None else None
    return Neighbours(tuple(splits), epoch, tuple(notes))


def _near(
    run: Run, other: Evaluation, query: object, distance: Distance, skip: int, same: dict[int, Neighbour]
) -> list[Neighbour]:
    found = nearest(_blocks(other), np.asarray(query), EACH, distance, skip)
    limit = _limit(run, other, distance)
    table = table_of(run, other.split)
    out = []
    for position, far in zip(found.rows.tolist(), found.distances.tolist(), strict=True):
        row, label = int(other.sample[position]), int(other.true[position])
        true = other.classes[label] if label >= 0 else None
        out.append(Neighbour(other.split, id_of(table, row), true, far, row in same, far < limit))
    return out


def _limit(run: Run, other: Evaluation, distance: Distance) -> float:
    """Below which distance a neighbour in this split is the same sample, nearly; told from a seeded few."""

    def work() -> float:
        chosen = np.sort(np.random.default_rng(0).permutation(other.n)[:TYPICAL])
        queries = other.features(chosen)
        if queries is None:
            return float("nan")
        return duplicate_limit(typical_nearest(lambda: _blocks(other), queries, distance, chosen))

    found = NEAREST.get(("duplicate limit", weak(run), weak(other), distance), work, wait=True)
    return float("nan") if found is None else found


def _blocks(evaluation: Evaluation) -> Iterator[Block]:
    none = evaluation.features(np.empty(0, np.int64))
    step = max(1, _VALUES // max(none.shape[1], 1)) if none is not None else evaluation.n
    for start in range(0, evaluation.n, step):
        features = evaluation.features(np.arange(start, min(start + step, evaluation.n)))
        if features is not None:
            yield start, features


def _with_features(run: Run, split: str, shown: int) -> Evaluation | None:
    """The epoch that shows where it has features, else the newest that has."""
    for epoch in (shown, *reversed(run.epochs(split))):
        found = _at(run, split, epoch)
        if found is not None:
            return found
    return None


def _at(run: Run, split: str, epoch: int) -> Evaluation | None:
    try:
        found = run.evaluation(split, epoch)
        has = found is not None and found.has_samples and found.features(np.empty(0, np.int64)) is not None
    except FormatError:
        return None
    return found if has else None


def _same(run: Run, home: str, row: int, split: str) -> dict[int, Neighbour]:
    """Rows of `split` that are the very same file, or the same text, as row `row` of `home`."""
    table, other = table_of(run, home), table_of(run, split)
    if table is None or other is None or not 0 <= row < table.n:
        return {}
    path = table.path_of(row)
    rows = _same_files(path, other) if path is not None else _same_text(table, row, other)
    known = other.true
    return {
        found: Neighbour(split, id_of(other, found), str(known[found]) if known is not None else None, np.nan, True)
        for found in rows
        if not (other is table and found == row)
    }


def _same_text(table: SampleTable, row: int, other: SampleTable) -> list[int]:
    if table.text is None or other.text is None or not str(table.text[row]).strip():
        return []
    return [int(found) for found in np.flatnonzero(other.text == table.text[row])[:_MANY_SAME]]


def _same_files(path: Path, other: SampleTable) -> list[int]:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size else b""
    except OSError:
        return []
    found = []
    for row in np.flatnonzero(_sizes(other) == size).tolist() if content else ():
        candidate = other.path_of(row)
        try:
            if candidate == path or (candidate is not None and candidate.read_bytes() == content):
                found.append(row)
        except OSError:
            continue
        if len(found) == _MANY_SAME:
            break
    return found


@lru_cache(maxsize=8)
def _sizes(table: SampleTable) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(n,) the size of each file of a table; -1 where there is none, all of them where there are too many."""
    out = np.full(table.n, -1, dtype=np.int64)
    if table.paths is None or table.n > MAX_FILES:
        return out
    for row in range(table.n):
        path = table.path_of(row)
        try:
            out[row] = os.stat(path).st_size if path is not None else -1  # noqa: PTH116
        except (OSError, ValueError):
            continue
    return out
