"""Accuracy of every run on the groups of one level of the class hierarchy, in place of VAC-CNN's radar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.confusion import Confusion
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import find, path_of
from clftui.analysis.metrics import ratio
from clftui.state.class_spread import ClassSpread, spread_of
from clftui.state.class_tree import tree_of
from clftui.state.group_settings import GroupPath
from clftui.state.members import Member, members
from clftui.state.session import Session, class_map

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GroupSpread:
    """Runs by groups; `paths` leads to the group of each column of `spread`. `level` of `levels`, from 1."""

    spread: ClassSpread
    paths: tuple[GroupPath, ...]
    level: int
    levels: int
    inside: bool
    """Whether any class of the group is right."""

    def column(self, path: GroupPath | None) -> int | None:
        """The column of a group, by its path."""
        return self.paths.index(path) if path in self.paths else None


def group_spread(session: Session) -> GroupSpread | None:
    """The groups of the chosen level, widest disagreement first; None without runs or without a hierarchy."""
    tree, (present, _) = tree_of(session), members(session)
    if tree is None or not tree.groups or not present:
        return None
    levels = max(tree.nodes[node].depth for node in tree.groups)
    level = min(max(session.runs.level, 1), levels)
    return _groups(tree, present, session.classes, level, levels, session.runs.inside)


@lru_cache(maxsize=8)
def _groups(
    tree: Hierarchy, present: tuple[Member, ...], classes: tuple[str, ...], level: int, levels: int, inside: bool
) -> GroupSpread:
    nodes = groups_at(tree, level)
    values = np.stack([group_accuracy(tree, nodes, member, classes, inside=inside) for member in present])
    spread, order = spread_of(present, tuple(tree.nodes[node].name for node in nodes), values)
    return GroupSpread(spread, tuple(path_of(tree, nodes[at]) for at in order), level, levels, inside)


def groups_at(tree: Hierarchy, level: int) -> tuple[int, ...]:
    """The groups of a level, and those of levels above it that hold no groups."""
    childless = {node for node in tree.groups if all(tree.nodes[c].class_index >= 0 for c in tree.nodes[node].children)}
    return tuple(
        node for node in tree.groups
        if tree.nodes[node].depth == level or (tree.nodes[node].depth < level and node in childless)
    )  # fmt: skip


def group_accuracy(
    tree: Hierarchy, nodes: tuple[int, ...], member: Member, classes: tuple[str, ...], *, inside: bool
) -> Float64:
    """(nodes,) the share of a group's samples that a run gets right; NaN where it has none.

    Right is the sample's own class, or with `inside` any class of its group. Classes are matched by name.
    """
    owner = np.full(len(member.run.classes), -1, dtype=np.int64)
    mapped = class_map(classes, member.run)
    for row, node in enumerate(nodes):
        own = mapped[tree.classes(node)]
        owner[own[own >= 0]] = row
    return _share(member.confusion, owner, len(nodes), inside)


def _share(confusion: Confusion, owner: Int64, groups: int, inside: bool) -> Float64:
    true, predicted = confusion.true, confusion.predicted
    right = owner[true] == owner[predicted] if inside else true == predicted
    right &= owner[true] >= 0
    hits = np.bincount(owner[true[right]], weights=confusion.count[right], minlength=groups)
    held = owner >= 0
    samples = np.bincount(owner[held], weights=confusion.support[held], minlength=groups)
    return ratio(hits, samples)


def pinned_classes(session: Session) -> tuple[str, ...] | None:
    """The classes of the pinned group; None without one, or where the hierarchy no longer has it."""
    tree, path = tree_of(session), session.runs.pinned_group
    node = find(tree, path) if tree is not None and path else None
    if tree is None or not node:
        return None
    return tuple(session.classes[index] for index in tree.classes(node).tolist())
