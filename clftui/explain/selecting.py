"""Which run and which of its samples a command of this package is about, as `clftui list` and the app select them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import stratified
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.opening import LaunchError, filtered_session, with_cell
from clftui.schema import RUN_FILE
from clftui.state.sample_ids import row_of
from clftui.state.sample_list import Nothing, read_listing
from clftui.state.sample_settings import SampleSort
from clftui.state.selection import Part, Scope
from clftui.text import sanitise

Int64 = NDArray[np.int64]
SEED = 0


@dataclass(frozen=True, eq=False)
class Picked:
    """Samples of one run, split and epoch that have images."""

    run: Run
    evaluation: Evaluation
    table: SampleTable
    positions: Int64
    """(m,) positions in the evaluation."""

    @property
    def rows(self) -> Int64:
        """(m,) the sample table's rows."""
        rows: Int64 = self.evaluation.sample[self.positions]
        return rows

    @property
    def words(self) -> str:
        """`cnn on test, epoch 12`"""
        return f"{sanitise(self.run.name)} on {self.evaluation.split}, epoch {self.evaluation.epoch}"


def pick(
    chosen: Mapping[str, Any], *, cell: str | None = None, wrong: bool = False, limit: int | None = None,
    sample: str | None = None,
) -> Picked:  # fmt: skip
    """The samples that `chosen` (paths, run, split, epoch, filters, images) and the rest select.

    `limit` draws so many, each class in its share, always the same ones. LaunchError, FilterError and FormatError where
    there are none, the run is not named, or it is no folder that can be written to.
    """
    session = filtered_session(chosen)
    run = session.run
    if run is None or (chosen["run"] is None and len(session.catalog.runs) > 1):
        names = ", ".join(sanitise(each.name) for each in session.catalog.runs[:12])
        raise LaunchError(f"a model belongs to one run; name it with --run: {names}")
    if not (Path(run.path) / RUN_FILE).is_file():
        raise LaunchError(f"{sanitise(run.name)} is no run folder to write into; `clftui import SRC DEST` makes one")
    if cell is not None:
        session = with_cell(session, cell)
    else:
        scope = Scope(part=Part.WRONG if wrong else Part.ALL)
        session = replace(session, selection=replace(session.selection, scope=scope))
    listed = read_listing(replace(session, samples=replace(session.samples, sort=SampleSort.CONFIDENCE)))
    if isinstance(listed, Nothing):
        raise LaunchError(listed.sentence)
    if listed.table is None or listed.table.paths is None:
        raise LaunchError(f"the sample table of {sanitise(run.name)} on {listed.evaluation.split} names no images")
    picked = Picked(run, listed.evaluation, listed.table, listed.positions)
    if sample is not None:
        return replace(picked, positions=_position_of(picked, sample))
    if not picked.positions.size:
        raise LaunchError(f"no sample of {picked.words} is selected")
    if limit is None:
        return picked
    drawn = stratified(picked.evaluation.true[picked.positions], limit, SEED)
    return replace(picked, positions=picked.positions[drawn])


def _position_of(picked: Picked, sample: str) -> Int64:
    row = row_of(picked.table, sample)
    found = np.flatnonzero(picked.evaluation.sample == row)[:1]
    if not found.size:
        raise LaunchError(f"--sample: {picked.words} has no sample {sanitise(sample)}")
    return found.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Asked:
    """What is to be explained: sample by sample, the class."""

    rows: Int64
    """(n,) the sample table's rows."""
    targets: Int64
    """(n,) class numbers of the run; no pair of row and target occurs twice."""
    left_out: int
    """Samples that have no such class: unlabelled, or without an answer."""


def targets_of(picked: Picked, names: Sequence[str]) -> Asked:
    """The classes `names` (predicted, true, top-3, or a class's name) mean for each sample.

    LaunchError for a name that means nothing, and for top-k where the run kept no scores.
    """
    evaluation, positions = picked.evaluation, picked.positions
    columns = [_column(picked, name) for name in names]
    wanted = np.concatenate(columns, axis=1).astype(np.int64)
    rows = np.broadcast_to(evaluation.sample[positions][:, None], wanted.shape)
    known = wanted >= 0
    pairs = np.stack([rows[known], wanted[known]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    kept = pairs[np.sort(first)]
    return Asked(kept[:, 0].astype(np.int64), kept[:, 1].astype(np.int64), int((~known.any(axis=1)).sum()))


def _column(picked: Picked, name: str) -> NDArray[np.int32]:
    """(m, k) class numbers, -1 for none."""
    evaluation, positions = picked.evaluation, picked.positions
    if name == "true":
        return evaluation.true[positions][:, None]
    if name == "predicted":
        return evaluation.predicted[positions][:, None]
    if name in picked.run.class_index:
        return np.full((positions.size, 1), picked.run.class_index[name], np.int32)
    number = name.removeprefix("top-")
    if number == name or not (number.isascii() and number.isdigit() and int(number) > 0):
        raise LaunchError(f"--target {sanitise(name)}: write predicted, true, top-3 or the name of a class of the run")
    found, _ = evaluation.top(positions, min(int(number), len(picked.run.classes)))
    if positions.size and int(number) > 1 and (found[:, 1:] < 0).all():
        raise LaunchError(f"--target {name}: {picked.words} kept no scores; write predicted or true")
    return found
