"""What changed beyond chance between what shows and what it is compared with: classes, groups and cells by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.changes import Part, paired_changes, unpaired_changes
from clftui.analysis.confusion import Confusion, renumbered
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.movers import Q_LEVEL, Family, Movers
from clftui.analysis.movers import movers as tested
from clftui.data.run import Run
from clftui.state.alarms import alarms_of
from clftui.state.class_tree import tree_of
from clftui.state.comparison import Comparison, comparison
from clftui.state.later import LATER, weak
from clftui.state.mover_names import Named, named_as
from clftui.state.session import Session
from clftui.state.versus import Kind, Versus

Int64 = NDArray[np.int64]

_ORDER = {Part.CLASS: 0, Part.GROUP: 1, Part.CELL: 2}


class Mover(NamedTuple):
    """A class, group or cell whose rate changed; rates and their interval are shares."""

    kind: Part
    name: str
    """The class, the group, or `true->predicted`."""
    before: float
    after: float
    n: int
    """Samples of the true class (or group) in what shows."""
    low: float
    """Of the 95 % interval of the change."""
    high: float
    p: float
    q: float
    worse: bool
    """A fall of a class or group, a rise of a confusion."""
    alarm: bool
    """Whether it is an alarm of the epoch that shows as well."""
    true: str = ""
    """The class, or a cell's true class; empty for a group."""
    predicted: str = ""
    """A cell's predicted class."""
    group: tuple[str, ...] = ()
    """The names that lead to a group."""
    members: tuple[str, ...] = ()
    """The classes of a group."""

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def direction(self) -> str:
        """`worse` or `better`."""
        return "worse" if self.worse else "better"


class Tested(NamedTuple):
    """How many were tested of each family."""

    classes: int
    groups: int
    cells: int


@dataclass(frozen=True)
class MoversView:
    """`before` and `after` as the comparison names them; empty where there is nothing to compare with."""

    run: str
    """Key of the run."""
    before: str
    after: str
    movers: tuple[Mover, ...]
    """The significant ones: regressions first, then by the size of the change."""
    paired: bool
    """Whether the same samples were matched (exact McNemar), else two proportions."""
    shared: int
    """Samples that both sides have, where they are matched; otherwise those of what shows."""
    tested: Tested
    top_cell: Mover | None
    """The most significant cell, mover or not; None where no cell could be tested."""
    versus: Versus
    q_level: float = Q_LEVEL

    @property
    def worse(self) -> int:
        return sum(each.worse for each in self.movers)

    @property
    def by_kind(self) -> tuple[Mover, ...]:
        """As a screen lists them: regressions first, classes before groups before cells."""
        return tuple(sorted(self.movers, key=lambda each: (not each.worse, _ORDER[each.kind])))


def movers(session: Session, run: Run | None = None, *, wait: bool = False) -> MoversView | None:
    """What moved in `run` (the focused one) against `session.versus`; None while it is being worked out.

    Filters apply. Raises FormatError where a file is broken, FilterError where `versus` names what is not there.
    """
    run = run or session.run
    if run is None:
        return _nothing("", session.versus)
    here = replace(session, selection=replace(session.selection, run=run.key))
    tree = tree_of(here)
    other = session.catalog.run(session.versus.name) if session.versus.kind is Kind.RUN else None
    selection = session.selection
    key = (
        "movers", session.versus, selection.split, selection.epoch, session.bound_filters,
        *weak(run, other or run), *weak(*((tree,) if tree is not None else ())),
    )  # fmt: skip
    return LATER.get(key, partial(_moved, here, run, tree), wait=wait)


def movers_of(session: Session, *, wait: bool = False) -> tuple[tuple[str, MoversView], ...] | None:
    """(letter, movers) of the runs A to D that have something to compare with; None while some are being worked out.

    Where what is compared with is one of them, that one is left out.
    """
    found = [(letter, movers(session, run, wait=wait)) for letter, run in session.lettered]
    if any(view is None for _, view in found):
        return None
    return tuple((letter, view) for letter, view in found if view is not None and view.before)


def _nothing(run: str, versus: Versus) -> MoversView:
    return MoversView(run, "", "", (), True, 0, Tested(0, 0, 0), None, versus)


def _moved(session: Session, run: Run, tree: Hierarchy | None) -> MoversView:
    compared = comparison(session, session.versus, run)
    if compared is None:
        return _nothing(run.key, session.versus)
    found, shared = movers_between(compared, tree)
    alarmed: frozenset[Named] = frozenset()
    if session.versus.kind not in (Kind.RUN, Kind.SPLIT):
        evaluation = compared.after.evaluation
        found_alarms = alarms_of(run, evaluation.split, evaluation.epoch, tree, wait=True)
        alarmed = frozenset(each.named for each in found_alarms or ())
    return view_of(compared, found, shared, tree, alarmed)


def view_of(
    compared: Comparison, found: Movers, shared: int, tree: Hierarchy | None, alarmed: frozenset[Named] = frozenset()
) -> MoversView:
    """The movers of a comparison by name."""
    run = compared.after.run
    listed = [each for family in found.families for each in _named(family, run.classes, tree, alarmed)]
    # Equal changes of a class and its cell differ in the last bits.
    listed.sort(key=lambda each: (not each.worse, -round(abs(each.change), 12), _ORDER[each.kind]))
    return MoversView(
        run.key, compared.before.name, compared.after.name, tuple(listed), found.paired, shared,
        Tested(*(int(np.count_nonzero(~np.isnan(family.p))) for family in found.families)),
        _top(found.cells, run.classes, tree, alarmed), compared.versus,
    )  # fmt: skip


def _named(family: Family, classes: tuple[str, ...], tree: Hierarchy | None, alarmed: frozenset[Named]) -> list[Mover]:
    return [mover_at(family, int(i), classes, tree, alarmed) for i in np.flatnonzero(family.significant)]


def _top(cells: Family, classes: tuple[str, ...], tree: Hierarchy | None, alarmed: frozenset[Named]) -> Mover | None:
    if np.isnan(cells.p).all():
        return None
    # Ties (p may underflow) go to the greatest change.
    order = np.lexsort((-np.abs(cells.changes.change), np.nan_to_num(cells.p, nan=2.0)))
    return mover_at(cells, int(order[0]), classes, tree, alarmed)


def mover_at(
    family: Family, at: int, classes: tuple[str, ...], tree: Hierarchy | None,
    alarmed: frozenset[Named] = frozenset(),
) -> Mover:  # fmt: skip
    """One member of a family by name."""
    changes = family.changes
    row, column = int(changes.row[at]), int(changes.column[at])
    named = named_as(changes.part, row, column, classes, tree)
    n_before, n_after = int(changes.n_before[at]), int(changes.n_after[at])
    before, after = (
        int(hits) / n if n else math.nan
        for hits, n in ((changes.before[at], n_before), (changes.after[at], n_after))
    )  # fmt: skip
    return Mover(
        changes.part, named.name, before, after, n_after, float(family.low[at]), float(family.high[at]),
        float(family.p[at]), float(family.q[at]), bool(changes.harm[at] > 0), named in alarmed,
        named.true, named.predicted, named.group, named.members,
    )  # fmt: skip


def movers_between(compared: Comparison, tree: Hierarchy | None) -> tuple[Movers, int]:
    """The tests of a comparison, and the number of samples they rest on.

    Samples are matched where all that pass are on both sides; so are, without filters, those that both have where they
    are half of the smaller side or more (an epoch of which some ranks are missing).
    """
    k = len(compared.after.run.classes)
    if matched(compared):
        true, before, after = matched_labels(compared)
        return tested(paired_changes(true, before, after, k, tree)), len(true)
    before_counts = _as_after(compared)
    return tested(unpaired_changes(before_counts, compared.after.confusion, tree)), compared.after.confusion.total


def matched(compared: Comparison) -> bool:
    """Whether samples of the two are to be paired, see `movers_between`."""
    if compared.paired:
        return True
    if compared.before.mask is not None or compared.after.mask is not None:
        return False
    smaller = min(each.confusion.total for each in (compared.before, compared.after))
    return 0 < smaller <= 2 * len(compared.shared)


def matched_labels(compared: Comparison) -> tuple[Int64, Int64, Int64]:
    """(true, before, after), each (m,), of the samples on both sides whose labels agree, numbered as in `after`'s run.

    A predicted class that `after`'s run lacks is -1, as no answer is.
    """
    mine = compared.shared
    after, before = compared.after.evaluation, compared.before.evaluation
    number = _numbers(compared)
    true = after.true[mine].astype(np.int64)
    theirs = compared.place[mine]
    agree = number[before.true[theirs]] == true
    return true[agree], number[before.predicted[theirs]][agree], after.predicted[mine].astype(np.int64)[agree]


def _numbers(compared: Comparison) -> Int64:
    """(K of before + 1,) each class's number in `after`'s run; -1 unknown there, and in the last place for -1."""
    number = np.full(len(compared.before.run.classes) + 1, -1, dtype=np.int64)
    known = np.flatnonzero(compared.classes >= 0)
    number[compared.classes[known]] = known
    return number


def _as_after(compared: Comparison) -> Confusion:
    """The counts of `before` with the classes of `after`'s run; classes it lacks are no answers, or left out."""
    counts = compared.before.confusion
    if compared.before.run.classes == compared.after.run.classes:
        return counts
    return renumbered(counts, _numbers(compared)[:-1], len(compared.after.run.classes))
