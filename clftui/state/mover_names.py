"""What analysis numbers, by name: a class, a group of the hierarchy, a cell."""

from __future__ import annotations

from typing import NamedTuple

from clftui.analysis.changes import Part
from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import path_of


class Named(NamedTuple):
    """One of them; equal names mean the same in every run."""

    kind: Part
    name: str
    """The class, the group, or `true->predicted`."""
    true: str = ""
    """The class, or a cell's true class; empty for a group."""
    predicted: str = ""
    """A cell's predicted class."""
    group: tuple[str, ...] = ()
    """The names that lead to a group."""
    members: tuple[str, ...] = ()
    """The classes of a group."""


def named_as(part: Part, row: int, column: int, classes: tuple[str, ...], tree: Hierarchy | None) -> Named:
    """The class or group `row`, or the cell `row`, `column`."""
    if part is Part.GROUP and tree is not None:
        members = tuple(classes[each] for each in tree.classes(row).tolist())
        return Named(part, tree.nodes[row].name, group=path_of(tree, row), members=members)
    if part is Part.CELL:
        return Named(part, f"{classes[row]}->{classes[column]}", classes[row], classes[column])
    return Named(part, classes[row], classes[row])
