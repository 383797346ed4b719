"""Commands of the class hierarchy in the Matrix view."""

from __future__ import annotations

from collections.abc import Callable

from clftui.app.commands import Command
from clftui.state.build_steps import adopt_blocks, build, refine, undo
from clftui.state.class_tree import tree_of
from clftui.state.group_settings import GroupPart
from clftui.state.group_steps import (
    about_hierarchy,
    collapse,
    collapse_level,
    expand,
    expand_all,
    group_examples,
    group_samples,
    only_group,
    select_group,
    step_level,
    step_metric,
    step_sort,
    toggle_icicle,
)
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.MATRIX})


def _has_groups(session: Session) -> bool:
    tree = tree_of(session)
    return tree is not None and bool(tree.groups)


def _samples(part: GroupPart) -> Callable[[Session], Session]:
    return lambda session: group_samples(session, part)


def _level(depth: int) -> Command:
    return Command(f"group.level_{depth}", (), f"level {depth}", f"Collapse all groups of level {depth}.", "Show",
                   step=lambda session: collapse_level(session, depth), tabs=ONLY, when=_has_groups)  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    Command("group.collapse", ("(",), "groups", "Make the group under the cursor one row and column, or open it.",
            "Show", step=collapse, tabs=ONLY, footer=26, when=_has_groups, shown_keys="( )"),
    Command("group.expand", (")",), "open group", "Open the collapsed group under the cursor.", "Show", step=expand,
            tabs=ONLY, when=_has_groups, in_help=False),
    Command("group.select", ("S",), "select group", "Select the group under the cursor in all views, then its parent.",
            "Select", step=select_group, tabs=frozenset({Tab.MATRIX, Tab.RANKING}), footer=28, when=_has_groups),
    Command("group.metric", ("m",), "group metric", "Colour groups by F1, precision or recall.", "Show",
            step=step_metric, tabs=ONLY, when=_has_groups),
    Command("group.icicle", (), "groups", "Show or hide the groups left of the matrix.", "Show",
            step=toggle_icicle, tabs=ONLY, when=_has_groups),
    Command("group.deeper", ("i",), "deeper groups", "Show deeper levels of the hierarchy, or outer ones.", "Show",
            step=lambda session: step_level(session, 1), tabs=ONLY, when=_has_groups, shown_keys="i I"),
    Command("group.outer", ("I",), "outer groups", "Show outer levels of the hierarchy.", "Show",
            step=lambda session: step_level(session, -1), tabs=ONLY, when=_has_groups, in_help=False),
    Command("group.sort", (), "sort groups", "Sort the children of groups as given, by size or worst first.", "Order",
            step=step_sort, tabs=ONLY, when=_has_groups),
    Command("group.tp", (), "right in group", "Samples of the group predicted in it (TP).", "Select",
            step=_samples(GroupPart.TP), tabs=ONLY, when=_has_groups),
    Command("group.fn", (), "missed by group", "Samples of the group taken for others (FN).", "Select",
            step=_samples(GroupPart.FN), tabs=ONLY, when=_has_groups),
    Command("group.fp", (), "taken into group", "Samples of others taken for the group (FP).", "Select",
            step=_samples(GroupPart.FP), tabs=ONLY, when=_has_groups),
    Command("group.examples", (), "look of classes", "A few samples of each class of the group.", "Select",
            step=group_examples, tabs=ONLY, when=_has_groups),
    Command("group.only", (), "only group", "Keep only samples of the group, or taken for it, in every view.",
            "Select", step=only_group, tabs=ONLY, when=_has_groups),
    *(_level(depth) for depth in (1, 2, 3)),
    Command("group.open_all", (), "open all", "Open all groups: every class a row and column.", "Show",
            step=expand_all, tabs=ONLY, when=lambda session: bool(session.groups.collapsed)),
    Command("group.refine", ("R",), "refine", "Re-order the group under the cursor by confusions and part it in two.",
            "Order", step=refine, tabs=ONLY),
    Command("group.undo", ("u",), "undo", "Take back the last step of building the hierarchy.", "Act", step=undo,
            tabs=ONLY, when=lambda session: session.arrangement is not None),
    Command("group.build", (), "build hierarchy", "Build a hierarchy from the confusions, by average linkage.",
            "Order", step=build, tabs=ONLY),
    Command("group.from_blocks", (), "blocks as groups", "Make the blocks that show the groups of a hierarchy.",
            "Order", step=adopt_blocks, tabs=ONLY, when=lambda session: session.matrix.blocks is not None),
    Command("group.name", (), "name group", "Name the selected group, or the one under the cursor.", "Act",
            effect="group_name", tabs=ONLY, when=_has_groups),
    Command("group.save", (), "save hierarchy", "Save the hierarchy as a file that others can use.", "Act",
            effect="group_save", tabs=ONLY, when=_has_groups),
    Command("group.about", (), "about groups", "Say where the hierarchy is from and what was assumed about it.",
            "Act", step=about_hierarchy, tabs=ONLY),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("shoes 99.8", "a group and its F1 (m: precision, recall); right is any prediction inside it"),
    ("weak … strong bar", "the stronger, the lower: the strongest is the worst group of all"),
    ("▸ shoes", "a collapsed group: one row and column; ) opens it"),
    ("bands", "the selected group: its row holds what it misses, its column what it takes in"),
)
