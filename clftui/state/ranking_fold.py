"""Groups of the class hierarchy as columns of the ranking: whatever of a group is taken for its own counts as right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.metrics import Metric
from clftui.data.run import Run
from clftui.state.class_tree import tree_of
from clftui.state.members import Member
from clftui.state.moves import say
from clftui.state.ranking_rows import Found
from clftui.state.session import Session
from clftui.text import plural

Int32 = NDArray[np.int32]

ELSE = "(no group)"
"""Classes of another run that the hierarchy of the focused one does not name."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One level of the hierarchy: `groups` in its order, and the group of each class by name."""

    groups: tuple[str, ...]
    of: Mapping[str, str]

    @cached_property
    def first(self) -> Mapping[str, str]:
        """The first class of each group."""
        return {group: name for name, group in reversed(tuple(self.of.items()))}


def depth_of(session: Session) -> int:
    """The depth of the deepest group, 0 without groups."""
    tree = tree_of(session)
    return max((tree.nodes[node].depth for node in tree.groups), default=0) if tree is not None else 0


def fold_of(session: Session) -> Fold | None:
    """The chosen level; None where columns are classes. AP needs every class's scores and has no groups."""
    level = session.ranking.level
    tree = tree_of(session) if level is not None and session.ranking.metric is not Metric.AP else None
    if tree is None or level is None or not tree.groups:
        return None
    return _fold(tree, session.classes, level)


def step_level(session: Session, by: int) -> Session:
    """Columns `by` levels deeper into the hierarchy; below its deepest groups they are classes."""
    deepest = depth_of(session)
    if not deepest:
        return say(session, "There is no class hierarchy here; Matrix builds one.")
    if session.ranking.metric is Metric.AP:
        return say(session, "AP is of classes alone; m chooses another metric.")
    now = session.ranking.level if session.ranking.level is not None else deepest + 1
    wanted = min(max(min(now, deepest + 1) + by, 1), deepest + 1)
    after = replace(session, ranking=replace(session.ranking, level=None if wanted > deepest else wanted))
    fold = fold_of(after)
    words = "classes" if fold is None else f"{plural(len(fold.groups), 'group')} of level {wanted}"
    return say(after, f"Columns are {words}.")


@lru_cache(maxsize=8)
def _fold(tree: Hierarchy, classes: tuple[str, ...], level: int) -> Fold:
    # The node of each class at the level; a class that lies above it stands for itself.
    nodes = [tree.path(cls)[: level + 1][-1] for cls in tree.order.tolist()]
    shown = tuple(dict.fromkeys(nodes))
    seen = Counter(tree.nodes[node].name for node in shown)
    names = {
        node: tree.nodes[node].name
        if seen[tree.nodes[node].name] == 1
        else f"{tree.nodes[tree.nodes[node].parent].name}/{tree.nodes[node].name}"
        for node in shown
    }
    return Fold(tuple(names.values()), {classes[cls]: names[node] for cls, node in zip(tree.order, nodes, strict=True)})


@lru_cache(maxsize=4)
def folded(found: Found, fold: Fold) -> Found:
    """The same rows, their confusions between groups."""
    runs: dict[Run, Run] = {}
    present = tuple(_folded(member, fold, runs) for member in found.present)
    own = None if found.own is None else present[found.present.index(found.own)]
    return found._replace(present=present, own=own)


def _folded(member: Member, fold: Fold, runs: dict[Run, Run]) -> Member:
    named = [fold.of.get(name, ELSE) for name in member.run.classes]
    groups = fold.groups if ELSE not in named else (*fold.groups, ELSE)
    place = {name: index for index, name in enumerate(groups)}
    lookup = np.array([*(place[name] for name in named), -1], dtype=np.int32)
    run = runs.setdefault(member.run, replace(member.run, classes=groups))
    return Member(run, member.evaluation, renumbered(member.confusion, lookup, len(groups)), member.filters, fold)


def folded_labels(member: Member, labels: Int32) -> Int32:
    """Labels (n,) of a member's evaluation by its groups; as they are where it has none."""
    if not isinstance(member.fold, Fold):
        return labels
    place = member.run.class_index
    own = [place[member.fold.of.get(name, ELSE)] for name in member.evaluation.classes]
    return np.asarray([*own, -1], dtype=np.int32)[labels]


def renumbered(c: Confusion, lookup: Int32, n_classes: int) -> Confusion:
    """`c` with class i called `lookup[i]`; classes of one new number are added up."""
    codes = lookup[c.true].astype(np.int64) * n_classes + lookup[c.predicted]
    cells, inverse = np.unique(codes, return_inverse=True)
    counts, unanswered = np.zeros(len(cells), dtype=np.int64), np.zeros(n_classes, dtype=np.int64)
    np.add.at(counts, inverse, c.count)
    np.add.at(unanswered, lookup[: c.n_classes], c.unanswered)
    true, predicted = np.divmod(cells, n_classes)
    return Confusion(n_classes, true.astype(np.int32), predicted.astype(np.int32), counts, unanswered, c.unlabelled)
