"""The tagged samples of a collection with everything a colleague needs to act on them: path, labels, who and when."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.filters import apply_filters
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_tags import Tagged, tagged_splits, tags_of
from clftui.state.session import Session


class Row(NamedTuple):
    """One sample; what is not known is None, or empty where there is no tag."""

    split: str
    id: str
    path: Path | None
    given: str | None
    """The class it is labelled with."""
    predicted: str | None
    tag: str = ""
    proposed: str | None = None
    by: str = ""
    time: str = ""
    run: str = ""


class Source(NamedTuple):
    """What tells of a split: the focused run where it has it, else the first run that does."""

    split: str
    run: Run | None
    evaluation: Evaluation | None
    table: SampleTable | None


def source(session: Session, split: str) -> Source:
    """Where the samples of a split are told of; FormatError where the file is broken."""
    runs = [run for run in (session.run, *session.catalog.runs) if run is not None and split in run.splits]
    if not runs:
        return Source(split, None, None, None)
    there = replace(session, selection=replace(session.selection, split=split))
    evaluation = there.evaluation(runs[0])
    if evaluation is not None and not evaluation.has_samples:
        evaluation = None
    return Source(split, runs[0], evaluation, table_of(runs[0], split))


def tagged_rows(session: Session, tags: Collection[str] = (), splits: Collection[str] = ()) -> list[Row]:
    """The tagged samples, of some tags and splits alone where these are named, in the order of their files.

    The session's filters apply: FilterError where a run cannot answer one, FormatError where a file is broken.
    """
    found: list[Row] = []
    for split in splits or tagged_splits(session.catalog):
        known = {name: tag for name, tag in tags_of(session.catalog, split).items() if not tags or tag.tag in tags}
        if known:
            found += _rows(session, source(session, split), known)
    return found


def _rows(session: Session, where: Source, known: dict[str, Tagged]) -> Iterator[Row]:
    passes, samples = _passing(session, where), where.evaluation.sample.tolist() if where.evaluation is not None else []
    places = {row: position for position, row in reversed(list(enumerate(samples)))}
    for name in sorted(known, key=lambda name: (row_of(where.table, name), name)):
        row = row_of(where.table, name)
        position = places.get(row)
        if passes is None or (position is not None and passes[position]):
            yield _row(where, name, row, position, known[name])


def every_row(session: Session, split: str, tags: Collection[str] = ()) -> list[Row]:
    """All samples of a split that pass the session's filters, tagged or not; other tags than `tags` are left out."""
    where, known = source(session, split), tags_of(session.catalog, split)
    if where.evaluation is None:
        return []
    passes = _passing(session, where)
    at = np.arange(where.evaluation.n) if passes is None else np.flatnonzero(passes)
    at = at[np.argsort(where.evaluation.sample[at], kind="stable")]
    rows = where.evaluation.sample[at].tolist()
    names = [id_of(where.table, row) for row in rows]
    return [
        _row(where, name, row, position, tag if (tag := known.get(name)) and (not tags or tag.tag in tags) else None)
        for name, row, position in zip(names, rows, at.tolist(), strict=True)
    ]


def _passing(session: Session, where: Source) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    if where.evaluation is None or not session.filters:
        return None
    there = replace(session, selection=replace(session.selection, split=where.split))
    return apply_filters(there.bound_filters, where.evaluation, where.table)


def _row(where: Source, name: str, row: int, position: int | None, tag: Tagged | None) -> Row:
    table, evaluation = where.table, where.evaluation
    given = predicted = None
    if evaluation is not None and position is not None:
        names = (*evaluation.classes, None)
        given, predicted = names[evaluation.true[position]], names[evaluation.predicted[position]]
    elif table is not None and table.true is not None and 0 <= row < table.n:
        given = str(table.true[row])
    path = table.path_of(row) if table is not None else None
    if tag is None:
        return Row(where.split, name, path, given, predicted)
    return Row(where.split, name, path, given, predicted, tag.tag.value, tag.proposed, tag.by, tag.time, tag.run)


def size_of(session: Session, split: str) -> int:
    """Rows of the split's table, or of its samples where there is no table; FormatError without samples."""
    where = source(session, split)
    if where.table is not None:
        return where.table.n
    if where.evaluation is None:
        raise FormatError(session.catalog.root, split, "has no samples here", "name another --split")
    return int(where.evaluation.sample.max(initial=-1)) + 1
