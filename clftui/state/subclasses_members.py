"""The samples whose responses are compared for latent subclasses: those of a class or a cell, at a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import stratified
from clftui.analysis.subclasses import standardised
from clftui.data.evaluation import Evaluation
from clftui.data.responses import ResponseFile
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.filters import Filter
from clftui.state.later import Later, weak
from clftui.state.layers import NOTHING_RECORDED, epoch_recorded, layers_of
from clftui.state.peers import places_of
from clftui.state.sample_list import Nothing
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, passed
from clftui.state.subclasses_settings import Which
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import sanitise

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

MOST = 1000
"""Samples that are compared; of more, a stratified, seeded draw."""
SEED = 0
FEATURES = "features"
"""What stands for a layer where none was recorded sample by sample: the features that an evaluation holds."""

READ = Later(kept=32, wishes=16)
"""Responses of a class's samples: at most a few megabytes each."""


class Source(NamedTuple):
    """A layer with responses of single samples."""

    name: str
    file: ResponseFile | None
    """None is the evaluation's features."""


class About(NamedTuple):
    """Which samples, in names and in words."""

    which: Which
    true: str | None
    predicted: str | None
    words: str
    """`Bag`, `predicted as Bag`, `Shirt → Coat`."""

    @property
    def scope(self) -> Scope:
        """The same for the Samples view."""
        return Scope(true=self.true, predicted=self.predicted, part=Part.ALL)


@dataclass(frozen=True, eq=False)
class Members:
    """The responses of a layer to samples of a class, none of them constant."""

    run: Run
    evaluation: Evaluation
    source: Source
    about: About
    epoch: int
    """When the responses were recorded."""
    positions: Int64
    """(n,) ascending positions in the evaluation."""
    values: Float32
    """(n, units)"""
    digest: str
    """Of `values`."""
    recorded: int
    """Samples of the class that were recorded and pass the filters, of which these were drawn."""
    whole: int
    """Samples of the class that pass the filters."""
    constant: int
    """Drawn samples left out since every unit answers them alike."""

    @property
    def n(self) -> int:
        return len(self.positions)


def sources(session: Session) -> tuple[Source, ...]:
    """The layers recorded sample by sample, first to last; else the evaluation's features; empty without either."""
    found = [(layer.name, layer.file) for layer in layers_of(session) if layer.file is not None and layer.file.n]
    if found:
        return tuple(Source(*each) for each in found)
    evaluation = session.evaluation()
    if evaluation is None or not evaluation.has_samples or evaluation.features(np.empty(0, np.int64)) is None:
        return ()
    return (Source(FEATURES, None),)


def shown_source(session: Session, among: tuple[Source, ...]) -> Source | None:
    """The chosen layer, or the last of `among`."""
    chosen = [each for each in among if each.name == session.features.layer]
    return next(iter(chosen or among[-1:]), None)


def why_none(session: Session) -> str:
    """Why no sample can be compared with another, and what helps."""
    run, evaluation = session.run, session.evaluation()
    if run is None:
        return "No runs are open. Start clftui with a folder of runs."
    if evaluation is None:
        return f"{sanitise(run.name)} logged nothing on {sanitise(session.selection.split or 'any split')}."
    if not evaluation.has_samples:
        return f"{sanitise(run.name)} is a bare matrix: it counts samples but not which."
    names = [layer.name for layer in layers_of(session)]
    if not names:
        return NOTHING_RECORDED
    return (
        f"Of {sanitise(', '.join(names[:4]))} class means alone were recorded, no single samples. "
        "`clftui respond` records them from the model, `RunLogger.log_responses` with `values` in a training loop."
    )


def about(session: Session, wanted: str | None = None) -> About | None:
    """Which samples show; None in a run without classes. `wanted` is another class to ask about."""
    run, selection, which = session.run, session.selection, session.features.subclasses.which
    if run is None or not run.classes:
        return None
    index = run.class_index
    true = wanted or (selection.true if selection.true in index else run.classes[0])
    predicted = selection.predicted if selection.predicted in index else run.classes[0]
    if which is Which.TRUE:
        return About(which, true, None, sanitise(label_of(session, str(true))))
    if which is Which.PREDICTED:
        predicted = wanted or predicted
        return About(which, None, predicted, f"predicted as {sanitise(label_of(session, str(predicted)))}")
    words = f"{sanitise(label_of(session, str(true)))} → {sanitise(label_of(session, str(predicted)))}"
    return About(which, true, predicted, words)


def members(session: Session, source: Source, subject: About) -> Members | Nothing:
    """The samples of `subject` with the responses of a layer. NotYet in a draw, until they have been read."""
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    epoch = epoch_recorded(session) if source.file is not None else evaluation.epoch
    filters, wait = session.bound_filters, may_wait()
    of = weak(source.file) if source.file is not None else ()
    key = ("subclass members", weak(run, evaluation), of, subject, filters)
    found = READ.get(key, lambda: _members(run, evaluation, source, subject, filters, epoch or 0), wait=wait)
    if found is None:
        note_missing()
        raise NotYet(f"Reading the responses of {sanitise(source.name)} …")
    return found


def _members(
    run: Run, evaluation: Evaluation, source: Source, subject: About, filters: tuple[Filter, ...], epoch: int
) -> Members | Nothing:
    index = run.class_index
    true, predicted = (index[name] if name is not None else None for name in (subject.true, subject.predicted))
    positions = evaluation.positions(true, predicted).astype(np.int64)
    mask = passed(run, evaluation, filters)
    positions = positions if mask is None else positions[mask[positions]]
    whole, rows = len(positions), positions
    if source.file is not None:
        rows = places_of(source.file.sample, evaluation.sample[positions].astype(np.int64))
        positions, rows = positions[rows >= 0], rows[rows >= 0]
    other = evaluation.true if subject.which is Which.PREDICTED else evaluation.predicted
    drawn = stratified(other[positions], MOST, SEED)
    values = _values(source, evaluation, positions[drawn], rows[drawn])
    fine = np.asarray(np.isfinite(standardised(values)).all(axis=1), dtype=np.bool_)
    if np.count_nonzero(fine) < 2:
        what = "with responses that differ between units" if len(fine) > 1 else "recorded"
        return Nothing(
            f"{subject.words}: fewer than two samples {what} at {sanitise(source.name)} of {whole}; "
            "h and l show other classes, L another layer."
        )
    kept = np.ascontiguousarray(values[fine])
    return Members(
        run, evaluation, source, subject, epoch, positions[drawn][fine], kept, _digest(kept), len(positions), whole,
        int(np.count_nonzero(~fine)),
    )  # fmt: skip


def _values(source: Source, evaluation: Evaluation, positions: Int64, rows: Int64) -> Float32:
    if source.file is not None:
        return source.file.values(rows)
    found = evaluation.features(positions)
    if found is None:
        raise FormatError(evaluation.path, "features", "is gone", "log it again")
    return np.asarray(found, dtype=np.float32).reshape(len(positions), -1)


def _digest(values: Float32) -> str:
    import hashlib

    found = hashlib.sha256(f"{values.shape}".encode())
    found.update(values.tobytes())
    return found.hexdigest()
