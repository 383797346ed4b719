"""Which samples show and in which order: positions of one evaluation, sorted once, cut only by whoever draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.state.filters import Filter
from clftui.state.later import Later, Stopped
from clftui.state.moves import cycle, remember, say, select
from clftui.state.peers import Peers, table_of
from clftui.state.sample_flow import Flow, Items, items_of
from clftui.state.sample_groups import Groups, Sources, grouped, part
from clftui.state.sample_ids import id_of, row_of
from clftui.state.sample_order import OF_RUNS, Positions, available_sorts, lead, order, sort_keys
from clftui.state.sample_scope import positions_of, whole_of
from clftui.state.sample_settings import SampleGrouping, SampleSort
from clftui.state.sample_tags import TagsNow, tags_now
from clftui.state.sample_trouble import trouble_words
from clftui.state.sample_votes import crowd_of
from clftui.state.selection import Scope
from clftui.state.session import Session, passed
from clftui.state.unready import NotYet, impatient, may_wait, note_missing
from clftui.text import count, sanitise

SORTED = Later(kept=8, wishes=2)
"""Which long lists have been sorted behind the screen's back."""
AT_ONCE = 20_000
"""Samples that a draw sorts itself."""
SIZES = 4
"""How many sizes a thumbnail has."""


@dataclass(frozen=True, eq=False)
class SampleList:
    """The samples of a scope as they show."""

    run: Run
    evaluation: Evaluation
    table: SampleTable | None
    scope: Scope
    positions: Positions
    """(m,) positions in the evaluation, in the order shown."""
    keys: NDArray[np.float64]
    """(m,) what they are sorted by, ascending in each group; NaN, the unknown, last."""
    whole: int
    """How many samples the scope is a part of: those of its true class, say."""
    sort: SampleSort
    """The order; file order where the run logged nothing to sort by."""
    filters: tuple[str, ...]
    """What the filters say; empty where all samples of the scope show."""
    groups: Groups | None = None
    """The groups, one after the other in `positions`; None for a flat list."""
    trouble: str = ""
    """Why the sample table does not serve, in one sentence for a line of the screen."""

    @property
    def n(self) -> int:
        return int(self.positions.size)

    def row(self, index: int) -> int:
        """The sample table's row of the `index`-th sample."""
        return int(self.evaluation.sample[self.positions[index]])

    def sample_id(self, index: int) -> str:
        """What `Selection.sample` calls the `index`-th sample."""
        return id_of(self.table, self.row(index))

    def id_at(self, position: int) -> str:
        """The id of the sample at a position of the evaluation."""
        return id_of(self.table, int(self.evaluation.sample[position]))


@dataclass(frozen=True)
class Nothing:
    """Why there is no sample to show, in one sentence that says which key helps."""

    sentence: str
    waiting: bool = False
    """Whether there will be samples in a moment."""


def listing(session: Session) -> SampleList | Nothing:
    """The samples of the session's scope, sorted; the same object until something it depends on changes."""
    try:
        return read_listing(session)
    except NotYet as error:
        return Nothing(str(error), waiting=True)
    except FormatError as error:
        return Nothing(str(error))


def read_listing(session: Session) -> SampleList | Nothing:
    """`listing`, but a file that is broken raises its FormatError. NotYet in a draw, while a long list is sorted."""
    run, selection = session.run, session.selection
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    evaluation = session.evaluation(run)
    if evaluation is None:
        split = selection.split or "any split"
        return Nothing(f"{run.name} logged nothing on {split}; s shows the next split, r the next run.")
    if not evaluation.has_samples:
        return Nothing(f"{run.name} is a bare matrix: it counts samples but not which; r shows the next run.")
    settings = session.samples
    crowd = crowd_of(session) if settings.sort in OF_RUNS or settings.grouping is SampleGrouping.RUNS else None
    tags = tags_now(session.catalog) if settings.grouping is SampleGrouping.TAG else None
    by = _By(settings.sort, settings.grouping, crowd, tags)
    words = tuple(each.describe() for each in session.filters)
    asked = _Asked(run, evaluation, selection.scope, session.bound_filters, by, words)
    if not may_wait() and evaluation.n > AT_ONCE and SORTED.get(asked, lambda: _sorted(asked)) is None:
        note_missing()
        raise NotYet(f"Sorting {count(evaluation.n)} samples …")
    return _listing(*asked)


class _By(NamedTuple):
    """What orders and groups a list."""

    sort: SampleSort
    grouping: SampleGrouping
    crowd: Peers | None
    tags: TagsNow | None


class _Asked(NamedTuple):
    """All that a list depends on."""

    run: Run
    evaluation: Evaluation
    scope: Scope
    filters: tuple[Filter, ...]
    by: _By
    words: tuple[str, ...]


def _sorted(asked: _Asked) -> bool:
    """Sort a list, which is then there for whoever asks; what is wrong with its files is told to them."""
    try:
        with impatient():
            _listing(*asked)
    except NotYet as error:
        raise Stopped from error
    except FormatError:
        pass
    return True


@lru_cache(maxsize=8)
def _listing(
    run: Run, evaluation: Evaluation, scope: Scope, filters: tuple[Filter, ...], by: _By, words: tuple[str, ...]
) -> SampleList | Nothing:
    for name in (scope.true, scope.predicted):
        if name is not None and name not in run.class_index:
            return Nothing(f"{run.name} has no class {sanitise(name)}; r shows the next run, backspace goes back.")
    positions = positions_of(run, evaluation, scope)
    whole = whole_of(run, evaluation, scope)
    mask = passed(run, evaluation, filters)
    if mask is not None:
        positions = positions[mask[positions]]
    table = table_of(run, evaluation.split)
    parting = part(by.grouping, evaluation, positions, Sources(run, table, by.crowd, by.tags))
    group = parting.group if parting is not None else None
    positions, keys, sort = order(evaluation, positions, by.sort, run, by.crowd, group)
    if scope.is_cell and sort is SampleSort.CONFIDENCE and group is None:
        lead(positions, keys, run.class_index[scope.true or ""], run.class_index[scope.predicted or ""])
    groups = grouped(by.grouping, parting) if parting is not None else None
    trouble = trouble_words(run, evaluation, table)
    return SampleList(run, evaluation, table, scope, positions, keys, whole, sort, words, groups, trouble)


def is_of(shown: SampleList, session: Session) -> bool:
    """Whether a list holds the samples of the session's scope and filters, in whatever order."""
    told = tuple(each.describe() for each in session.filters)
    here = shown.run is session.run and shown.evaluation is session.evaluation()
    return here and shown.scope == session.selection.scope and shown.filters == told


def index_of(session: Session, shown: SampleList) -> int:
    """Where the focused sample stands in the list.

    A sample that has left it (a newer epoch gets it right, say) stands where it would be sorted in, so that the
    cursor stays near.
    """
    name = session.selection.sample
    if name is None or not shown.n:
        return 0
    row = row_of(shown.table, name)
    here = np.flatnonzero(shown.evaluation.sample[shown.positions] == row)
    if here.size:
        return int(here[0])
    at = np.flatnonzero(shown.evaluation.sample == row)[:1]
    if not at.size:
        return 0
    crowd = crowd_of(session) if shown.sort in OF_RUNS else None
    key = sort_keys(shown.evaluation, at, shown.sort, shown.run, crowd)[0]
    return min(int(np.count_nonzero(shown.keys < key)), shown.n - 1)


def is_listed(session: Session, shown: SampleList) -> bool:
    """Whether the focused sample is one of the list."""
    name = session.selection.sample
    return name is None or (shown.n > 0 and shown.sample_id(index_of(session, shown)) == name)


def is_detail(session: Session) -> bool:
    """Whether one sample shows alone."""
    return session.selection.alone


def items(session: Session, shown: SampleList) -> Items:
    """What of a list shows: its samples, of a folded group one."""
    return items_of(shown.n, shown.groups, session.samples.folded, session.samples.turned)


def move(session: Session, rows: int, columns: int, across: int = 1) -> Session:
    """The focus `rows` down and `columns` on, where a row shows `across` samples."""
    shown = listing(session)
    if isinstance(shown, Nothing) or not shown.n:
        return session
    seen = items(session, shown)
    item = Flow(seen, max(across, 1), 1).moved(seen.item_of(index_of(session, shown)), rows, columns)
    return select(session, sample=shown.sample_id(seen.index_of(item)))


def drill(session: Session) -> Session:
    """The focused sample alone."""
    shown = listing(session)
    if isinstance(shown, Nothing) or not shown.n or is_detail(session):
        return session
    deeper = remember(select(session, sample=shown.sample_id(index_of(session, shown))))
    return select(deeper, detail=True)


def focus(session: Session, name: str) -> Session:
    """Focus a sample by its id; the focused one opens."""
    shown = listing(session)
    if isinstance(shown, SampleList) and shown.n and shown.sample_id(index_of(session, shown)) == name:
        return drill(session)
    return select(session, sample=name)


def sorts(session: Session) -> tuple[SampleSort, ...]:
    """The orders that the focused run has the numbers for."""
    run, evaluation = session.run, session.evaluation()
    if run is None or evaluation is None or not evaluation.has_samples:
        return (SampleSort.ROW,)
    return available_sorts(evaluation, run, crowd_of(session))


def next_sort(session: Session) -> Session:
    """The next order that this run has the numbers for; the focus stays on its sample."""
    shown = listing(session)
    if isinstance(shown, Nothing):
        return session
    choices = sorts(session)
    if len(choices) == 1:
        return say(session, "This run logged no scores: file order is all there is.")
    return replace(session, samples=replace(session.samples, sort=cycle(shown.sort, among=choices)))


def next_part(session: Session) -> Session:
    """Wrong samples, right ones, all of them."""
    scope = session.selection.scope
    return select(session, scope=replace(scope, part=cycle(scope.part)), sample=None)


def toggle_rows(session: Session) -> Session:
    """Thumbnails or lines of text."""
    return replace(session, samples=replace(session.samples, rows=not session.samples.rows))


def resize(session: Session, by: int) -> Session:
    """Bigger or smaller thumbnails."""
    size = session.samples.size + by
    if not 0 <= size < SIZES:
        return say(
            session, "Thumbnails get no bigger; enter shows one alone." if by > 0 else "Thumbnails get no smaller."
        )
    return replace(session, samples=replace(session.samples, size=size))


def as_rows(session: Session, shown: SampleList) -> bool:
    """Whether the list shows as lines of text: by choice, or because the samples have no images."""
    return session.samples.rows or shown.table is None or shown.table.paths is None
