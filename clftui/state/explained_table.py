"""The table of explained samples: VAC-CNN's tasks as rows, each a run's answer to a sample and its explanation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.metrics import Metric, accuracy, per_class
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.explained_index import Held, held, method_names
from clftui.state.explained_settings import Of, Task
from clftui.state.explanations import PREDICTED, Choice
from clftui.state.filters import Filter
from clftui.state.hierarchy_view import selected_group
from clftui.state.peers import table_of
from clftui.state.sample_answers import compared_runs
from clftui.state.sample_ids import id_of, position_in, row_of
from clftui.state.sample_list import Nothing
from clftui.state.sample_scope import positions_of
from clftui.state.selection import Part, Scope
from clftui.state.session import Session, filtered_confusion, passed
from clftui.state.unready import NotYet
from clftui.text import sanitise

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
NO_EXPLANATIONS = (
    "No explanations were saved of this run and split. `clftui explain` makes them from the model, "
    "`RunLogger.log_maps` and `log_text` keep your own."
)


@dataclass(frozen=True, eq=False)
class Source:
    """A run whose answers are rows: what it predicted, what explains it, and how good it is."""

    letter: str | None
    run: Run
    evaluation: Evaluation
    table: SampleTable | None
    held: Held | None
    accuracy: float
    """Of all its samples under the filters."""
    recall: Float64
    """(K,) of each class, NaN undefined."""
    trouble: str = ""
    """Why its explanations cannot be read."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What the table lists, unordered and unsearched: row i is sample `position[i]` of `sources[source[i]]`."""

    task: Task
    choice: Choice
    sources: tuple[Source, ...]
    """The run or runs of the rows first; the others are compared with them."""
    source: Int64
    position: Int64
    whole: int
    """Samples asked for, with and without an explanation."""
    subject: str
    """What the rows are of: a class, a cell, a sample."""

    @property
    def n(self) -> int:
        return int(self.position.size)

    def source_of(self, row: int) -> Source:
        return self.sources[int(self.source[row])]

    def sample_id(self, row: int) -> str:
        """What `Selection.sample` calls the row's sample."""
        source = self.source_of(row)
        return id_of(source.table, int(source.evaluation.sample[self.position[row]]))

    def held_at(self, row: int) -> int:
        """The place of the row's explanation in its file; -1 none."""
        found = self.source_of(row).held
        return int(found.at[self.position[row]]) if found is not None else -1


def names_of(session: Session) -> tuple[str, ...]:
    """The methods that some compared run has saved, those of the focused run first."""
    split = session.selection.split
    if split is None:
        return ()
    runs = sorted((run for _, run in compared_runs(session)), key=lambda run: run is not session.run)
    return tuple(dict.fromkeys(name for run in runs for name in method_names(run, split)))


def choice_of(session: Session) -> Choice | None:
    """The method and the aim that show: as in a sample alone, else the first method and the predicted class."""
    found = names_of(session)
    if not found:
        return None
    name = session.explain.method if session.explain.method in found else found[0]
    return Choice(name or "", session.explain.aim or PREDICTED)


def rows_of(session: Session) -> Rows | Nothing:
    """The rows of the session's task; the same object until something it depends on changes. FormatError: broken."""
    run, choice = session.run, choice_of(session)
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    evaluation = session.evaluation(run)
    if evaluation is None or not evaluation.has_samples:
        return Nothing(f"{sanitise(run.name)} has no samples on this split; r shows the next run, s the next split.")
    if choice is None:
        return Nothing(NO_EXPLANATIONS)
    sources = _sources(session, choice)
    focused = next((each for each in sources if each.run is run), None)
    if focused is None:
        return Nothing(f"{sanitise(run.name)} cannot be read on this split; r shows the next run.")
    if session.features.explained.task is Task.MODELS:
        return _models(session, sources, focused, choice)
    if focused.trouble:
        return Nothing(focused.trouble)
    if focused.held is None:
        return Nothing(f"{sanitise(run.name)} has saved no {sanitise(choice.method)} here; r shows the next run, x the "
                       "next method.")  # fmt: skip
    scope = scope_of(session)
    for name in (scope.true, scope.predicted):
        if name is not None and name not in run.class_index:
            return Nothing(f"{sanitise(run.name)} has no class {sanitise(name)}; i lists other samples.")
    group = selected_group(session)
    inside = tuple(group[0].classes(group[1]).tolist()) if group is not None else ()
    sources = (focused, *(each for each in sources if each is not focused))
    of = _Of(session.features.explained.task, scope, inside, _subject(session, scope, inside))
    return _listed(sources, session.bound_filters, of, choice)


def _subject(session: Session, scope: Scope, inside: tuple[int, ...]) -> str:
    group = session.selection.group
    if scope.is_cell:
        words = " → ".join(sanitise(label_of(session, name or "")) for name in (scope.true, scope.predicted))
    elif scope.true is not None:
        words = sanitise(label_of(session, scope.true))
    elif scope.predicted is not None:
        words = f"taken for {sanitise(label_of(session, scope.predicted))}"
    else:
        words = sanitise(scope.title) or {Part.ALL: "all samples", Part.WRONG: "wrong samples"}.get(
            scope.part, "right samples"
        )
    return f"{words} in {sanitise(group[-1])}" if group and inside else words


def scope_of(session: Session) -> Scope:
    """Which samples the third task lists; the second looks for its samples among all."""
    settings, selection = session.features.explained, session.selection
    if settings.task is Task.SAMPLES:
        match settings.of:
            case Of.CLASS:
                return Scope(true=selection.true, part=Part.ALL)
            case Of.CELL:
                return Scope(true=selection.true, predicted=selection.predicted, part=Part.ALL)
            case Of.LISTED:
                return selection.scope
    return Scope(part=Part.ALL)


def _sources(session: Session, choice: Choice) -> tuple[Source, ...]:
    runs = compared_runs(session)
    if session.features.explained.task is Task.MODELS and session.features.explained.all_runs:
        letters = {run.key: letter for letter, run in runs}
        runs = tuple((letters.get(run.key), run) for run in session.catalog.runs)
    found = (_source(session, letter, run, choice) for letter, run in runs)
    return tuple(each for each in found if each is not None)


def _source(session: Session, letter: str | None, run: Run, choice: Choice) -> Source | None:
    try:
        evaluation = session.evaluation(run)
    except NotYet:
        raise
    except FormatError:
        return None
    if evaluation is None or not evaluation.has_samples:
        return None
    try:
        explained, trouble = held(run, evaluation, choice.method, choice.aim), ""
    except FormatError as error:
        explained, trouble = None, error.brief
    return _made(letter, run, evaluation, explained, session.bound_filters, trouble)


@lru_cache(maxsize=64)
def _made(
    letter: str | None, run: Run, evaluation: Evaluation, explained: Held | None, filters: tuple[Filter, ...], why: str
) -> Source:
    confusion = filtered_confusion(run, evaluation, filters)
    table, recall = table_of(run, evaluation.split), per_class(confusion, Metric.RECALL)
    return Source(letter, run, evaluation, table, explained, accuracy(confusion), recall, why)


def _models(session: Session, sources: tuple[Source, ...], focused: Source, choice: Choice) -> Rows | Nothing:
    """A row a run: all that are compared, or all that explain the sample."""
    position = sample_position(session, focused)
    if position is None:
        return Nothing("No sample of this run is explained; x shows the next method, s the next split.")
    home, row = (focused.table, focused.evaluation), int(focused.evaluation.sample[position])
    every, found = session.features.explained.all_runs, []
    for number, source in enumerate(sources):
        at = position_in(source.run, source.evaluation, home, row)
        explains = at is not None and source.held is not None and source.held.at[at] >= 0
        if at is not None and (explains or not every):
            found.append((number, at))
    pairs = np.asarray(found, dtype=np.int64).reshape(-1, 2)
    label = int(focused.evaluation.true[position])
    true = f", true {sanitise(label_of(session, focused.run.classes[label]))}" if label >= 0 else ""
    subject = f"#{sanitise(id_of(focused.table, row))}{true}"
    return Rows(Task.MODELS, choice, sources, pairs[:, 0], pairs[:, 1], len(sources), subject)


def sample_position(session: Session, focused: Source) -> int | None:
    """Where the focused run holds the focused sample; without one, its first explained sample of the class."""
    evaluation, name = focused.evaluation, session.selection.sample
    if name is not None:
        at = np.flatnonzero(evaluation.sample == row_of(focused.table, name))
        if at.size:
            return int(at[0])
    known = focused.held.at >= 0 if focused.held is not None else np.ones(len(evaluation.sample), dtype=np.bool_)
    label = focused.run.class_index.get(session.selection.true or "", -1)
    first = np.flatnonzero(known & (evaluation.true == label))[:1]
    found = first if first.size else np.flatnonzero(known)[:1]
    return int(found[0]) if found.size else None


@dataclass(frozen=True)
class _Of:
    """What the rows of one run are: the task, and among which samples."""

    task: Task
    scope: Scope
    inside: tuple[int, ...]
    """Classes of the selected group; empty is all."""
    subject: str


@lru_cache(maxsize=8)
def _listed(sources: tuple[Source, ...], filters: tuple[Filter, ...], of: _Of, choice: Choice) -> Rows:
    focused = sources[0]
    run, evaluation, explained = focused.run, focused.evaluation, focused.held
    assert explained is not None
    positions = positions_of(run, evaluation, of.scope)
    mask = passed(run, evaluation, filters)
    if mask is not None:
        positions = positions[mask[positions]]
    if of.inside:
        positions = positions[np.isin(evaluation.true[positions], of.inside)]
    whole = positions.size
    positions = positions[explained.at[positions] >= 0]
    if of.task is Task.CLASSES:
        positions = representatives(evaluation, positions)
    subject = f"{len(np.unique(evaluation.true[positions]))} classes" if of.task is Task.CLASSES else of.subject
    source = np.zeros(positions.size, dtype=np.int64)
    return Rows(of.task, choice, sources, source, positions, int(whole), subject)


def representatives(evaluation: Evaluation, positions: Int64) -> Int64:
    """Of each class the surest right and the surest wrong one of the samples at `positions`, class after class."""
    labelled = positions[evaluation.true[positions] >= 0]
    true = evaluation.true[labelled]
    wrong = true != evaluation.predicted[labelled]
    sure = np.nan_to_num(evaluation.confidence(labelled).astype(np.float64), nan=-1.0)
    order = np.lexsort((labelled, -sure, wrong, true))
    kind = 2 * true[order].astype(np.int64) + wrong[order]
    return labelled[order[np.unique(kind, return_index=True)[1]]]
