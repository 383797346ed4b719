"""The one value that the whole app shows: catalog, selection, filters, settings and the way back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion, count
from clftui.analysis.metrics import accuracy
from clftui.data.catalog import Catalog
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.alarms_settings import AlarmsSettings
from clftui.state.bound_filters import bind, reads_tags
from clftui.state.calibration_settings import CalibrationSettings
from clftui.state.explain_settings import ExplainSettings
from clftui.state.features_settings import FeaturesSettings
from clftui.state.filters import Filter, FilterError, apply_filters
from clftui.state.group_settings import Arrangement, GroupSettings
from clftui.state.later import LATER, weak
from clftui.state.map_settings import MapSettings
from clftui.state.peers import Peers, epoch_at
from clftui.state.reported import reported_score
from clftui.state.sample_settings import SamplesSettings
from clftui.state.scores_settings import DECIDING, ScoresSettings
from clftui.state.selection import MAX_LETTERED, Selection, Tab
from clftui.state.settings import EpochsSettings, MatrixSettings, RankingSettings, RunsSettings
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.state.versus import Versus

if TYPE_CHECKING:
    from clftui.state.rules import Rule
    from clftui.state.what_if import WhatIf

AT_ONCE = 1 << 18
"""Samples of all runs together that are filtered by whoever asks: some ten milliseconds."""


class Place(NamedTuple):
    """Where `back` returns to."""

    tab: Tab
    selection: Selection
    filters: tuple[Filter, ...]


@dataclass(frozen=True, eq=False)
class Session:
    """Everything a screen depends on. Replaced whole, never changed; compared by its parts."""

    catalog: Catalog
    tab: Tab = Tab.RUNS
    selection: Selection = Selection()
    filters: tuple[Filter, ...] = ()
    runs: RunsSettings = RunsSettings()
    ranking: RankingSettings = RankingSettings()
    matrix: MatrixSettings = MatrixSettings()
    epochs: EpochsSettings = EpochsSettings()
    map: MapSettings = MapSettings()
    samples: SamplesSettings = SamplesSettings()
    scores: ScoresSettings = ScoresSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    explain: ExplainSettings = ExplainSettings()
    features: FeaturesSettings = FeaturesSettings()
    groups: GroupSettings = GroupSettings()
    alarms: AlarmsSettings = AlarmsSettings()
    versus: Versus = Versus()
    """What movers and flips compare with."""
    rules: tuple[Rule, ...] = ()
    """What raises an alarm besides a regression beyond its own variation."""
    what_if: WhatIf | None = None
    """Decisions that are supposed, of one run; None shows what was logged."""
    arrangement: Arrangement | None = None
    """The class hierarchy as it was built in the app; None is the collection's own."""
    history: tuple[Place, ...] = field(default=(), repr=False)
    attending: str = ""
    """The entry of the worklist that one was led to last, as the journal calls it."""
    notice: str = ""
    """One sentence about the last command, shown until the next one."""
    revision: int = 0
    """Raised when something read in the background has become available."""

    @property
    def run(self) -> Run | None:
        """The focused run."""
        return self.catalog.run(self.selection.run) if self.selection.run is not None else None

    @property
    def alone(self) -> bool:
        """Whether the tab shows its other face, where keys mean other things: one sample alone; how to trust scores."""
        return self.scores.variant in DECIDING if self.tab is Tab.SCORES else self.selection.alone

    @property
    def face(self) -> str:
        """Which variant of Features shows; elsewhere empty."""
        return self.features.variant.value if self.tab is Tab.FEATURES else ""

    @property
    def lettered(self) -> tuple[tuple[str, Run], ...]:
        """The runs A to D that still exist, each with its letter."""
        pairs = ((self.selection.letter(key), self.catalog.run(key)) for key in self.selection.runs)
        return tuple((letter, run) for letter, run in pairs if letter is not None and run is not None)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the focused run: what Ranking's columns and the matrix show."""
        return self.run.classes if self.run is not None else ()

    def epoch_of(self, run: Run) -> int | None:
        """The epoch of `run` that shows: the pinned one, or the newest of the split."""
        selection = self.selection
        return epoch_at(run, selection.split, selection.epoch) if selection.split is not None else None

    @property
    def bound_filters(self) -> tuple[Filter, ...]:
        """The filters, with the runs that they compare: what the samples of every run are tested by."""
        if not self.filters:
            return ()
        lettered = self.lettered
        runs, letters = weak(*self.catalog.runs), weak(*(run for _, run in lettered))
        named = tuple((letter, run) for (letter, _), run in zip(lettered, letters, strict=True))
        peers = Peers(runs, named, self.selection.split or "", self.selection.epoch, what_if=self.what_if)
        tags = None
        if any(map(reads_tags, self.filters)):
            from clftui.state.sample_tags import tags_now  # Few filters ask for them.

            tags = tags_now(self.catalog)
        return bind(self.filters, peers, tags)

    def evaluation(self, run: Run | None = None) -> Evaluation | None:
        """What `run` (the focused one) predicted on the selected split at its epoch; None where it has none.

        Decided anew where `what_if` is about the run: every view gets its answers from here. Raises FormatError where
        the file is broken, or does not hold what would have to be known.
        """
        run = run or self.run
        if run is None or self.selection.split is None:
            return None
        real = run.evaluation(self.selection.split, self.epoch_of(run))
        if self.what_if is None:
            return real
        from clftui.state.what_if import supposed  # Nothing is supposed at the start.

        return supposed(self.what_if, run, real)

    def confusion(self, run: Run | None = None) -> Confusion | None:
        """The confusion of `run` under the filters; None where it has no such evaluation.

        In a draw NotYet while runs of very many samples are being filtered, except for the focused one.
        """
        run = run or self.run
        evaluation = self.evaluation(run)
        if run is None or evaluation is None:
            return None
        filters = self.bound_filters
        if not filters or may_wait() or run is self.run or len(self.catalog.runs) * evaluation.n <= AT_ONCE:
            return filtered_confusion(run, evaluation, filters)
        key = ("filtered", weak(run), weak(evaluation), filters)
        found = LATER.get(key, lambda: filtered_confusion(run, evaluation, filters))
        if found is None:
            note_missing()
            raise NotYet(f"Filtering the samples of {len(self.catalog.runs)} runs …")
        return found


@lru_cache(maxsize=64)
def passed(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> NDArray[np.bool_] | None:
    """Which samples of `evaluation` pass the filters; None when all do.

    A filter that this evaluation cannot answer (a run without scores, say) lets nothing of it pass.
    """
    if not filters:
        return None
    if not evaluation.has_samples:
        return np.zeros(0, dtype=np.bool_)
    try:
        return apply_filters(filters, evaluation, run.samples(evaluation.split))
    except FilterError:
        return np.zeros(evaluation.true.size, dtype=np.bool_)


@lru_cache(maxsize=64)
def filtered_confusion(run: Run, evaluation: Evaluation, filters: tuple[Filter, ...]) -> Confusion:
    """The confusion of the samples that pass `filters`."""
    mask = passed(run, evaluation, filters)
    if mask is None:
        return evaluation.confusion
    return count(evaluation.true[mask], evaluation.predicted[mask], len(evaluation.classes))


@lru_cache(maxsize=256)
def class_map(classes: tuple[str, ...], run: Run) -> NDArray[np.int64]:
    """For each of `classes` its index in `run`, -1 where the run does not know the name, int64 (K,)."""
    index = run.class_index
    return np.asarray([index.get(name, -1) for name in classes], dtype=np.int64)


def score(session: Session, run: Run) -> float:
    """Accuracy of `run` on the selected split and epoch; NaN where it has none or cannot be read."""
    try:
        confusion = session.confusion(run)
    except FormatError:
        return float("nan")
    if confusion is None:
        return reported_score(run, session.selection.split, session.selection.epoch).value
    return accuracy(confusion)


def open_session(
    catalog: Catalog, *, run: str | None = None, split: str | None = None, epoch: int | None = None
) -> Session:
    """A session that looks at the best runs of `catalog`: letters by accuracy, the best one focused.

    The split is the named one, else test, validation, or the first there is.
    """
    split = split or default_split(catalog)
    session = Session(catalog, selection=Selection(split=split, epoch=epoch))
    return with_defaults(session, prefer=run)


def with_defaults(session: Session, prefer: str | None = None) -> Session:
    """`session` with letters, a focused run and a class pair wherever it has none yet."""
    catalog, selection = session.catalog, session.selection
    if selection.split is None and catalog.runs:
        selection = replace(selection, split=default_split(catalog))
        session = replace(session, selection=selection)
    if catalog.runs and not any(catalog.run(key) for key in selection.runs):
        scores = {run.key: score(session, run) for run in catalog.runs}
        ranked = sorted(catalog.runs, key=lambda run: -np.nan_to_num(scores[run.key], nan=-1.0))
        selection = replace(selection, runs=tuple(run.key for run in ranked[:MAX_LETTERED]))
    if selection.run is None or catalog.run(selection.run) is None:
        focus = prefer if prefer is not None and catalog.run(prefer) else None
        first = next((key for key in selection.runs if catalog.run(key)), None)
        fallback = catalog.runs[0].key if catalog.runs else None
        selection = replace(selection, run=focus or first or fallback)
    session = replace(session, selection=selection)
    return _with_cell(session)


def _with_cell(session: Session) -> Session:
    """The largest confusion as the first class pair, where the old one is not of this run."""
    selection, classes = session.selection, session.classes
    if not classes or (selection.true in classes and selection.predicted in classes):
        return session
    try:
        confusion = session.confusion()
    except FormatError:
        confusion = None
    true, predicted = 0, min(1, len(classes) - 1)
    if confusion is not None:
        off = np.flatnonzero(confusion.true != confusion.predicted)
        if off.size:
            top = off[np.argmax(confusion.count[off])]
            true, predicted = int(confusion.true[top]), int(confusion.predicted[top])
    return replace(session, selection=replace(selection, true=classes[true], predicted=classes[predicted]))


def default_split(catalog: Catalog) -> str | None:
    """test, then a validation split, then whatever most runs have."""
    seen: dict[str, int] = {}
    for run in catalog.runs:
        for split in run.splits:
            seen[split] = seen.get(split, 0) + 1
    for preferred in ("test", "val", "valid", "validation", "dev"):
        if preferred in seen:
            return preferred
    return max(seen, key=lambda split: seen[split]) if seen else None


def all_splits(catalog: Catalog) -> tuple[str, ...]:
    """Every split some run has, the first run's order first."""
    return tuple(dict.fromkeys(split for run in catalog.runs for split in run.splits))
