"""Building a class hierarchy step by step: refine a group, undo, name, start from the confusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clftui.analysis.confusion import Confusion
from clftui.analysis.folding import fold, merged
from clftui.analysis.hierarchy import Hierarchy, flat, parse
from clftui.analysis.hierarchy_arrange import Nested, common_group, nested, parted, path_of, permuted, renamed
from clftui.analysis.parting import best_cut, seriated
from clftui.schema import FormatError
from clftui.state.blocks import Blocks, blocks
from clftui.state.class_tree import tree_of
from clftui.state.group_settings import Arrangement, GroupPath, GroupSort
from clftui.state.hierarchy_view import group_at, selected_group
from clftui.state.matrix_model import matrix
from clftui.state.moves import say
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from clftui.state.similar import reference
from clftui.text import plural, sanitise

NOTHING = "There is no matrix here to build a hierarchy from."


def arranged(session: Session, tree: Mapping[str, object], words: str) -> Session:
    """`session` with another hierarchy, the matrix in its order; `u` leads back."""
    step = Arrangement(tree, session.arrangement, words)
    return replace(
        session,
        arrangement=step,
        groups=replace(session.groups, sort=GroupSort.GIVEN),
        matrix=replace(session.matrix, order=ClassOrder.HIERARCHY),
    )


def _ready(session: Session) -> tuple[Hierarchy, Confusion] | None:
    """The hierarchy to go on from, and the confusions to part it by: those that orders and blocks are made from.

    In another order than the hierarchy's the blocks that show are its groups; without any it is flat.
    """
    confusion = reference(session)
    if confusion is None or not session.classes:
        return None
    outlined = None if session.matrix.order is ClassOrder.HIERARCHY else _blocks(session)
    if outlined is not None:
        return parse(_of_blocks(session, outlined), session.classes), confusion
    return tree_of(session) or flat(session.classes), confusion


def _blocks(session: Session) -> Blocks | None:
    try:
        shown = matrix(session)
    except FormatError:
        return None
    found = blocks(session, shown) if shown is not None else None
    return found if found is not None and found.n > 1 else None


def _of_blocks(session: Session, found: Blocks) -> Nested:
    names = (tuple(session.classes[index] for index in found.classes(block).tolist()) for block in range(found.n))
    children = [{"name": "", "children": list(block)} if len(block) > 1 else {"name": block[0]} for block in names]
    return {"name": "built from blocks", "children": children}


def adopt_blocks(session: Session) -> Session:
    """The blocks that show as the groups of a hierarchy."""
    found = _blocks(session)
    if found is None:
        return say(session, "No blocks show; b outlines them.")
    words = f"{plural(found.n, 'block')} made groups"
    stepped = arranged(session, _of_blocks(session, found), words)
    return say(stepped, f"{words}; R refines one, u takes it back.")


def refine(session: Session) -> Session:
    """Re-order the smallest group around the cell under the cursor by its confusions, and part it in two.

    A group that has groups already keeps them, in an order by the confusions between them.
    """
    ready, classes = _ready(session), session.classes
    if ready is None:
        return say(session, NOTHING)
    tree, confusion = ready
    ends = [classes.index(name) for name in (session.selection.true, session.selection.predicted) if name in classes]
    node = common_group(tree, ends[0], ends[-1]) if ends else 0
    name = sanitise(tree.nodes[node].name) if node else "the whole matrix"
    if tree.nodes[node].size < 3:
        return say(session, f"{name} has {plural(tree.nodes[node].size, 'class', 'classes')}: nothing to refine.")
    if any(tree.nodes[child].class_index < 0 for child in tree.nodes[node].children):
        return _reordered(session, tree, confusion, node, name)
    order = seriated(confusion, tree.classes(node))
    cut = best_cut(confusion, order)
    if cut is None:
        return say(session, f"No two classes of {name} are confused: nothing to refine.")
    words = f"{name} parted: {plural(cut, 'class', 'classes')} and {len(order) - cut}"
    stepped = arranged(session, parted(tree, classes, node, order, [cut]), words)
    return say(stepped, f"{words}; R refines further, u takes it back.")


def _reordered(session: Session, tree: Hierarchy, confusion: Confusion, node: int, name: str) -> Session:
    children = tree.nodes[node].children
    # Each child is one item: how its classes are confused inside says nothing about its place.
    items = merged(tree.order, [(tree.nodes[child].start, tree.nodes[child].end) for child in children])
    first = np.searchsorted(items.starts, [tree.nodes[child].start for child in children])
    order = seriated(fold(confusion, items), np.asarray(first, dtype=np.int64))
    places = [int(np.flatnonzero(first == item)[0]) for item in order.tolist()]
    if places == list(range(len(children))):
        return say(session, f"The groups of {name} are in order; R on a cell inside one of them refines that one.")
    words = f"groups of {name} re-ordered"
    stepped = arranged(session, permuted(tree, session.classes, node, places), words)
    return say(stepped, f"The {words} by their confusions; u takes it back.")


def undo(session: Session) -> Session:
    """The hierarchy as it was before the last step of building."""
    last = session.arrangement
    if last is None:
        return say(session, "No step of building to take back; R refines the group under the cursor.")
    return say(replace(session, arrangement=last.before), f"Taken back: {last.words}.")


def build(session: Session) -> Session:
    """A hierarchy from the confusions alone: average linkage, cut on two levels."""
    from clftui.analysis.linkage import linkage_tree

    ready = _ready(session)
    if ready is None:
        return say(session, NOTHING)
    root = np.sqrt(len(session.classes))
    cuts = (max(round(root / 2), 2), round(2 * root))
    tree = _named(linkage_tree(ready[1], cuts)["children"], session.classes)
    groups = sum("children" in child for child in tree)
    if not groups:
        return say(session, "The confusions part these classes into no groups.")
    words = f"hierarchy built from confusions, {plural(groups, 'outer group')}"
    stepped = arranged(session, {"name": "built from confusions", "children": tree}, words)
    return say(stepped, f"A {words}; R refines one, the palette names and saves.")


def _named(children: Any, classes: Sequence[str]) -> list[Nested]:
    """Class indices as leaves with their names; groups are called after what they hold when they are read."""
    return [
        {"name": "", "children": _named(child["children"], classes)}
        if isinstance(child, Mapping)
        else {"name": classes[int(child)]}
        for child in children
    ]


def named_group(session: Session) -> tuple[Hierarchy, int] | None:
    """The group that a new name is for: the selected one, else the one under the cursor."""
    return selected_group(session) or group_at(session)


def rename(session: Session, name: str) -> Session:
    """Another name for the group; where it is selected or collapsed it stays so."""
    found = named_group(session)
    if found is None:
        return say(session, "The cursor is in no group.")
    tree, node = found
    old = path_of(tree, node)
    new = (*old[:-1], name)
    words = f"{sanitise(old[-1])} called {sanitise(name)}"

    def moved(path: GroupPath) -> GroupPath:
        return new + path[len(old) :] if path[: len(old)] == old else path

    # The tree keeps the order that shows: sorted groups stay as they are.
    stepped = arranged(session, renamed(tree, session.classes, node, name), words)
    groups = replace(stepped.groups, collapsed=frozenset(moved(path) for path in session.groups.collapsed))
    chosen = session.selection.group
    selection = replace(stepped.selection, group=moved(chosen) if chosen is not None else None)
    return say(replace(stepped, groups=groups, selection=selection), f"{words}; u takes it back.")


def to_save(session: Session) -> Nested | None:
    """The hierarchy that shows, as hierarchy.json has it; None without one."""
    tree = tree_of(session)
    return nested(tree, session.classes) if tree is not None and tree.groups else None
