"""What changing the samples costs: a split beside the same samples changed, by class and group of the hierarchy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Float64, Int64
from clftui.analysis.flips import MOST_RUNS, patterns
from clftui.analysis.hierarchy import Hierarchy, flat
from clftui.analysis.hierarchy_arrange import path_of
from clftui.analysis.metrics import Metric
from clftui.analysis.movers import Q_LEVEL
from clftui.analysis.sensitivity import Measured, joint_counts, measured, measured_apart, right_sets
from clftui.analysis.significance import benjamini_hochberg
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.schema import FormatError
from clftui.state.changed_splits import base_of, changed_splits
from clftui.state.class_tree import tree_of
from clftui.state.comparison import Comparison, comparison
from clftui.state.group_settings import GROUP_METRICS
from clftui.state.later import LATER, weak
from clftui.state.movers import matched, matched_labels
from clftui.state.sample_list import Nothing
from clftui.state.session import Session, passed
from clftui.state.versus import Kind, Versus
from clftui.text import sanitise

Bool = NDArray[np.bool_]

ALL = 0
"""The node of all classes together: its metric is the accuracy."""


@dataclass(frozen=True)
class Changed:
    """One split that holds the samples changed."""

    name: str
    """What was changed: `rotate90`; the split's own name where that does not begin with the base's."""
    split: str
    epoch: int
    paired: bool
    """Whether the same samples were matched."""
    n: int
    """Samples it is measured on."""


class Sets(NamedTuple):
    """Which of the splits the run is right about, for the samples that all of the matched ones hold."""

    n: int
    every: int
    """Right in all of them."""
    none: int
    only_original: int
    patterns: tuple[tuple[tuple[str, ...], tuple[str, ...], int], ...]
    """(splits where it is right, splits where it is wrong, samples), most frequent first."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """`base` beside its changed splits; arrays by node of `tree` (nodes,) or (nodes, changes), NaN undefined."""

    run: str
    classes: tuple[str, ...]
    base: str
    epoch: int
    metric: Metric
    changes: tuple[Changed, ...]
    tree: Hierarchy
    n: Int64
    """Samples of each node in the base."""
    before: Float64
    after: Float64
    low: Float64
    """Of the 95 % interval of `after` less `before`."""
    high: Float64
    p: Float64
    q: Float64
    """Benjamini and Hochberg's over all changes: classes, groups and all classes together apart."""
    true: Int64
    """(m,) the true class of each sample that all matched splits hold."""
    right: Bool
    """(1 + matched changes, m) whether the run is right about it: the base first."""
    troubles: tuple[str, ...] = ()
    """One sentence for each changed split that cannot be read."""

    @cached_property
    def change(self) -> Float64:
        """(nodes, changes)"""
        return self.after - self.before

    @cached_property
    def worst(self) -> Float64:
        """(nodes,) the greatest loss, as a negative change; NaN where none is known."""
        return np.asarray(np.fmin.reduce(self.change, axis=1))

    @property
    def matched(self) -> tuple[Changed, ...]:
        return tuple(each for each in self.changes if each.paired)

    def name_of(self, node: int) -> str:
        return self.tree.nodes[node].name if node else "all classes"

    def path_of(self, node: int) -> tuple[str, ...]:
        """The names that lead to a node; empty for all classes."""
        return path_of(self.tree, node)

    def kind_of(self, node: int) -> str:
        """`all`, `group` or `class`."""
        return "all" if node == ALL else "class" if self.tree.nodes[node].class_index >= 0 else "group"

    def members(self, node: int) -> tuple[str, ...]:
        return tuple(self.classes[index] for index in self.tree.classes(node).tolist())

    def significant(self, node: int, change: int) -> bool:
        return bool(self.q[node, change] <= Q_LEVEL)

    def nodes(self, worst_first: bool = False, level: int = 0) -> tuple[int, ...]:
        """The nodes from the root down, groups before what they hold, down to a `level` (0: to the classes).

        `worst_first` puts what loses most first among its siblings.
        """
        return _nodes(self, worst_first, level)

    def sets(self, node: int) -> Sets:
        """Which splits are right about the samples of a node."""
        return _sets(self, node)


@lru_cache(maxsize=8)
def _nodes(found: Sensitivity, worst_first: bool, level: int) -> tuple[int, ...]:
    keys = np.where(np.isnan(found.worst), math.inf, found.worst).tolist()
    out: list[int] = []
    todo = [ALL]
    while todo:
        node = todo.pop()
        out.append(node)
        if level and found.tree.nodes[node].depth >= level:
            continue
        below = found.tree.nodes[node].children
        todo += reversed(sorted(below, key=lambda child: keys[child]) if worst_first else below)
    return tuple(out)


@lru_cache(maxsize=32)
def _sets(found: Sensitivity, node: int) -> Sets:
    inside = np.zeros(len(found.classes), dtype=np.bool_)
    inside[found.tree.classes(node)] = True
    right = found.right[:, inside[found.true]]
    if len(right) < 2:
        return Sets(right.shape[1], 0, 0, 0, ())
    names = (found.base, *(each.split for each in found.matched))[:MOST_RUNS]
    who, count = patterns(right[:MOST_RUNS])
    listed = tuple(
        (
            tuple(name for name, good in zip(names, row, strict=True) if good),
            tuple(name for name, good in zip(names, row, strict=True) if not good),
            number,
        )
        for row, number in zip(who.tolist(), count.tolist(), strict=True)
    )
    return Sets(right.shape[1], *right_sets(right), listed)


def metric_of(session: Session) -> Metric:
    """The metric of Ranking where groups have it too; else recall."""
    return session.ranking.metric if session.ranking.metric in GROUP_METRICS else Metric.RECALL


def sensitivity(session: Session, *, wait: bool = False) -> Sensitivity | Nothing | None:
    """The focused run's split beside its changed ones; None while it is being worked out.

    Filters keep samples by what holds of them in the base. FormatError where a file is broken.
    """
    run, split = session.run, session.selection.split
    if run is None:
        return Nothing("No runs are open. Start clftui with a folder of runs.")
    if split is None:
        return Nothing(f"{sanitise(run.name)} has nothing logged on any split; r takes the next run.")
    base = base_of(run, split)
    filters = tuple(each for each in session.filters if getattr(each, "versus", None) is None)
    here = replace(session, filters=filters, selection=replace(session.selection, split=base))
    tree = tree_of(here)
    key = (
        "sensitivity", base, session.selection.epoch, here.bound_filters, session.versus, metric_of(session),
        session.what_if, *weak(run), *weak(*((tree,) if tree is not None else ())),
    )  # fmt: skip
    return LATER.get(key, lambda: _worked_out(here, run, base, tree), wait=wait)


def _worked_out(session: Session, run: Run, base: str, tree: Hierarchy | None) -> Sensitivity | Nothing:
    evaluation = session.evaluation(run)
    if evaluation is None:
        return Nothing(f"{sanitise(run.name)} has no epoch of {sanitise(base)}.")
    tree = tree if tree is not None else flat(run.classes)
    here = replace(session, selection=replace(session.selection, epoch=evaluation.epoch))
    metric, mask = metric_of(session), passed(run, evaluation, session.bound_filters)
    found: list[tuple[Changed, Measured]] = []
    answers: list[tuple[Bool, Bool]] = []
    troubles: list[str] = []
    for split in changed_splits(run, base, session.versus):
        try:
            compared = _compared(here, run, base, split, mask)
            if compared is None:
                continue
            found.append(_measured(*compared, tree, metric))
            if compared[1]:
                answers.append(_answers(compared[0], evaluation.n))
        except FormatError as error:  # The others still count.
            troubles.append(error.brief)
    if not found and troubles:
        return Nothing(troubles[0])
    if not found:
        return Nothing(
            f"{sanitise(run.name)} has no split with changed samples of {sanitise(base)}; "
            "`clftui perturb` writes such splits: grayscale, turned, blurred and others."
        )
    true, right = _shared(evaluation, mask, answers)
    changes = tuple(about for about, _ in found)
    each = {name: np.stack([getattr(numbers, name) for _, numbers in found], axis=1) for name in Measured._fields[:5]}
    return Sensitivity(
        run.name, run.classes, base, evaluation.epoch, metric, changes, tree, _support(session, run, tree),
        each["before"], each["after"], each["low"], each["high"], each["p"], _adjusted(each["p"], tree), true, right,
        tuple(troubles),
    )  # fmt: skip


def _compared(here: Session, run: Run, base: str, split: str, mask: Bool | None) -> tuple[Comparison, bool] | None:
    """The base (before) beside a changed split (after) under the filters, and whether samples are matched."""
    there = replace(here, selection=replace(here.selection, split=split))
    versus = Versus(Kind.SPLIT, base)
    found = comparison(replace(there, filters=()), versus, run)
    if found is None:
        return None
    if not matched(found):
        found = comparison(there, versus, run)
        return (found, False) if found is not None else None
    if mask is not None:
        kept = (found.place >= 0) & mask[found.place]
        found = replace(found, before=replace(found.before, mask=mask), after=replace(found.after, mask=kept))
    return found, True


def _measured(compared: Comparison, paired: bool, tree: Hierarchy, metric: Metric) -> tuple[Changed, Measured]:
    base, after = compared.before.evaluation.split, compared.after.evaluation
    name = after.split.removeprefix(f"{base}-")
    if paired:
        true, first, last = matched_labels(compared)
        numbers = measured(joint_counts(true, first, last, tree), metric)
        return Changed(name, after.split, after.epoch, True, len(true)), numbers
    numbers = measured_apart(compared.before.confusion, compared.after.confusion, tree, metric)
    return Changed(name, after.split, after.epoch, False, compared.after.confusion.total), numbers


def _answers(compared: Comparison, n: int) -> tuple[Bool, Bool]:
    """(n of the base,) whether the changed split holds each sample, and whether the run is right about it there."""
    after = compared.after.evaluation
    there = np.flatnonzero((compared.place >= 0) & (after.true >= 0))
    held, right = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    held[compared.place[there]] = True
    right[compared.place[there]] = (after.true == after.predicted)[there]
    return held, right


def _shared(evaluation: Evaluation, mask: Bool | None, answers: list[tuple[Bool, Bool]]) -> tuple[Int64, Bool]:
    if not evaluation.has_samples or not answers:
        return np.empty(0, dtype=np.int64), np.zeros((1, 0), dtype=np.bool_)
    keep = evaluation.true >= 0
    if mask is not None:
        keep &= mask
    for held, _ in answers:
        keep &= held
    own = evaluation.true == evaluation.predicted
    return evaluation.true[keep].astype(np.int64), np.stack([own, *(right for _, right in answers)])[:, keep]


def _support(session: Session, run: Run, tree: Hierarchy) -> Int64:
    confusion = session.confusion(run)
    if confusion is None:
        return np.zeros(len(tree.nodes), dtype=np.int64)
    return np.array([confusion.support[tree.classes(node)].sum() for node in range(len(tree.nodes))], dtype=np.int64)


def _adjusted(p: Float64, tree: Hierarchy) -> Float64:
    """Classes, groups and all together are families of their own, each over all changes."""
    kind = np.array([2 if node == ALL else int(each.class_index >= 0) for node, each in enumerate(tree.nodes)])
    out = np.full(p.shape, np.nan)
    for one in range(3):
        mine = kind == one
        out[mine] = benjamini_hochberg(p[mine].reshape(-1)).reshape(-1, p.shape[1])
    return out
