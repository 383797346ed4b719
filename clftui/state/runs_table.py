"""What the Runs view shows, as values: one row a run with its scores, worst class and past. No drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from clftui.analysis.intervals import accuracy_interval
from clftui.analysis.metrics import Metric, macro, worst
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.live_words import live_mark
from clftui.state.members import Absent, Member, members
from clftui.state.moves import focus_run, go
from clftui.state.reported import reported_epoch, reported_past, reported_score
from clftui.state.run_past import Past, past
from clftui.state.runs_score import Score
from clftui.state.selection import Tab
from clftui.state.session import Session, all_splits
from clftui.state.settings import RunsPane, RunsSort
from clftui.text import count, sanitise

ONLY_TOLD = "its accuracy is what the run tells itself: no predictions were logged"


@dataclass(frozen=True, eq=False)
class RunRow:
    """One run on the selected split and epoch. `problem` says in one sentence why a row has no numbers."""

    run: Run
    member: Member | None
    score: Score
    macro_f1: float
    worst_class: str
    worst_recall: float
    problem: str = ""
    broken: bool = False
    brief: str = ""
    """The problem for one line of the screen."""
    seeds: tuple[RunRow, ...] = ()
    """The rows of runs that differ in their seed alone, where this row stands for all of them."""
    title: str = ""
    """What such runs are called together."""
    told: int | None = None
    """The epoch of a score that the run only tells, without predictions."""

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"{self.title} ×{len(self.seeds)}" if self.seeds else self.run.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the runs that the row stands for."""
        return tuple(row.run.key for row in self.seeds) or (self.run.key,)

    @property
    def epoch(self) -> int | None:
        return self.member.evaluation.epoch if self.member is not None else self.told


@dataclass(frozen=True, eq=False)
class RunsTable:
    """All runs of the catalog in the order of the settings; runs without a value for it come last."""

    rows: tuple[RunRow, ...]
    split: str
    others: tuple[str, ...]
    """Further splits some run has, training data last."""
    sort: RunsSort
    hyperparameters: tuple[str, ...]
    """Those whose values differ between the runs."""
    filtered: bool

    def row_of(self, key: str | None) -> int | None:
        """The row of a run, by its key."""
        return next((row for row, each in enumerate(self.rows) if key in each.keys), None)


def runs_table(session: Session, *, wait: bool = False) -> RunsTable:
    """The table for `session`. Sorting by change needs every run's past: what is not read yet comes last, unless
    `wait`."""
    present, absent = members(session)
    rows = _rows(present) + tuple(_absent(session, each) for each in absent)
    split, sort = session.selection.split or "", session.runs.sort
    if session.runs.seeds:
        from clftui.state.runs_seed_rows import together

        rows = together(session, rows)
    return RunsTable(
        rows=tuple(sorted(rows, key=_sort_key(sort, split, wait))),
        split=split,
        others=_others(session),
        sort=sort,
        hyperparameters=differing(session.catalog.runs),
        filtered=bool(session.filters),
    )


def _absent(session: Session, absent: Absent) -> RunRow:
    """The row of a run without predictions: what it tells of itself, unless filters ask for samples."""
    run, split = absent.run, session.selection.split
    told = None if absent.broken or session.filters else reported_epoch(run, split, session.selection.epoch)
    score = Score() if told is None else reported_score(run, split, told)
    reason, brief = (absent.reason, absent.brief) if told is None else (ONLY_TOLD, "")
    return RunRow(run, None, score, math.nan, "", math.nan, reason, absent.broken, brief, told=told)


@lru_cache(maxsize=8)
def _rows(present: tuple[Member, ...]) -> tuple[RunRow, ...]:
    return tuple(_row(member) for member in present)


def _row(member: Member) -> RunRow:
    confusion = member.confusion
    index, recall = worst(confusion, Metric.RECALL)
    return RunRow(
        run=member.run,
        member=member,
        score=Score(*accuracy_interval(confusion), confusion.total),
        macro_f1=macro(confusion, Metric.F1),
        worst_class=member.run.classes[index] if index >= 0 else "",
        worst_recall=recall,
    )


def _sort_key(sort: RunsSort, split: str, wait: bool) -> Callable[[RunRow], tuple[object, ...]]:
    def falling(value: float) -> tuple[bool, float]:
        return math.isnan(value), -value if not math.isnan(value) else 0.0

    def key(row: RunRow) -> tuple[object, ...]:
        match sort:
            case RunsSort.NAME:
                return (row.name.casefold(),)
            case RunsSort.MACRO_F1:
                return falling(row.macro_f1)
            case RunsSort.WORST:
                return falling(row.worst_recall)
            case RunsSort.CHANGE:
                # What fell most comes first: that is what this order is for.
                found = row_past(row, split, wait=wait)
                return falling(-found.change(row.epoch or 0) if found is not None else math.nan)
            case _:
                return falling(row.score.value)

    return key


def _others(session: Session) -> tuple[str, ...]:
    splits = [split for split in all_splits(session.catalog) if split != session.selection.split]
    return tuple(sorted(splits, key=lambda split: split.startswith("train")))


def row_past(row: RunRow, split: str, *, wait: bool = False) -> Past | None:
    """The row's epochs on the split; None while they are being read. A run of one epoch is not read again."""
    if row.seeds:
        from clftui.state.runs_seeds import mean_past

        found = [row_past(each, split, wait=wait) for each in row.seeds]
        known = [each for each in found if each is not None]
        return mean_past(known) if len(known) == len(found) else None
    if row.member is None:
        told = reported_past(row.run, split)
        return Past(tuple(told), tuple(told.values()))
    return past(row.run, split, row.member.evaluation.epoch, wait=wait)


def other_score(session: Session, row: RunRow, split: str, *, wait: bool = False) -> Score | None:
    """The run's accuracy on another split at the same epoch, or its newest before; None while it is being read.

    Undefined while filters are set: their samples are those of the selected split.
    """
    if row.seeds:
        from clftui.state.runs_seeds import mean_score

        found = [other_score(session, each, split, wait=wait) for each in row.seeds]
        scores = [each for each in found if each is not None]
        return mean_score(scores) if len(scores) == len(found) else None
    if split not in row.run.splits or session.filters:
        return Score()
    key = ("score", split, session.selection.epoch, *weak(row.run))
    return LATER.get(key, partial(_other_score, row.run, split, session.selection.epoch), wait=wait)


def _other_score(run: Run, split: str, epoch: int | None) -> Score:
    try:
        if epoch is not None:
            epoch = max((each for each in run.epochs(split) if each <= epoch), default=run.newest(split))
        evaluation = run.evaluation(split, epoch)
        if evaluation is None:
            return reported_score(run, split, epoch)
        return Score(*accuracy_interval(evaluation.confusion), evaluation.confusion.total)
    except FormatError:
        return Score()


def differing(runs: tuple[Run, ...]) -> tuple[str, ...]:
    """Names of hyperparameters whose values are not the same in all runs, in the order they are met."""
    names = dict.fromkeys(name for run in runs for name in run.hyperparameters)
    return tuple(name for name in names if len({_hashable(run.hyperparameters.get(name)) for run in runs}) > 1)


def _hashable(value: object) -> str:
    return repr(value)


def parameters(run: Run) -> int | None:
    """The model's number of parameters, where run.json gives it."""
    value = run.model.get("parameters")
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def short_count(value: int | None) -> str:
    """A number of parameters in four characters or so: `650`, `421 k`, `1.2 M`, `7.0 B`; nothing for None."""
    if value is None:
        return ""
    for unit, size in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f} {unit}" if scaled < 9.95 and unit != "k" else f"{scaled:.0f} {unit}"
    return str(value)


def short_value(value: object) -> str:
    """A hyperparameter as a table shows it: `0.001`, `adam`, `yes`; nothing for a missing one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return "·".join(short_value(each) for each in value)
    return sanitise(str(value))


def model_words(run: Run) -> str:
    """The run's model and training in one line: architecture, layers, parameters, every hyperparameter; empty if
    nothing is known."""
    parts = [short_value(run.model.get("architecture"))]
    parts += [_layers(run.model.get("layers"))]
    number = parameters(run)
    parts += [f"{count(number)} parameters" if number is not None else ""]
    shown = {"architecture", "layers", "parameters"}
    parts += [f"{sanitise(name)} {short_value(value)}" for name, value in run.model.items() if name not in shown]
    parts += [f"{sanitise(name)} {short_value(value)}" for name, value in run.hyperparameters.items()]
    return " · ".join(part for part in parts if part)


def _layers(layers: object) -> str:
    if isinstance(layers, int) and not isinstance(layers, bool):
        return f"{layers} layers"
    if isinstance(layers, list | tuple):
        names = [
            short_value(each.get("name", each)) if isinstance(each, Mapping) else short_value(each) for each in layers
        ]
        return " → ".join(names)
    return short_value(layers)


def mark(row: RunRow) -> tuple[str, str]:
    """A run's live mark and its word: ● live, ◐ some ranks missing, ○ ended or silent, ✗ failed or unreadable."""
    if row.broken:
        return "✗", "unreadable"
    return live_mark(row.run, row.member.evaluation if row.member is not None else None)


def move(session: Session, rows: int, columns: int) -> Session:
    """The cursor `rows` runs down, clamped, and that of the pane below `columns` classes (or groups) on."""
    if columns:
        from clftui.state.runs_pane import step_item

        session = step_item(session, columns)
    table = runs_table(session)
    if not table.rows or not rows:
        return session
    now = table.row_of(session.selection.run)
    target = min(max((now if now is not None else 0) + rows, 0), len(table.rows) - 1)
    return session if target == now else focus_run(session, table.rows[target].run.key)


def drill(session: Session) -> Session:
    """The focused run's place in the ranking by class; from the pane of groups, that of the group's classes."""
    if session.run is None:
        return session
    deeper = go(session, Tab.RANKING)
    if session.runs.pane is not RunsPane.GROUPS or session.runs.group is None:
        return deeper
    from clftui.state.runs_pane import enter_group

    return enter_group(deeper)


def with_sort(session: Session, sort: RunsSort) -> Session:
    """`session` with the runs ordered by something else."""
    return replace(session, runs=replace(session.runs, sort=sort))
