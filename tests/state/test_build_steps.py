"""Building a hierarchy by hand and from the confusions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.hierarchy_arrange import path_of
from clftui.app.group_effects import write_hierarchy
from clftui.data.catalog import open_catalog
from clftui.state import build_steps as steps
from clftui.state.blocks import blocks
from clftui.state.class_tree import tree_of
from clftui.state.filters import Expression
from clftui.state.group_settings import GroupSort
from clftui.state.group_steps import collapse, select_group
from clftui.state.matrix_model import matrix
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder
from tests.groups import COUNTS, NAMES, grouped, tree
from tests.matrices import at, draw_as, session_on


@pytest.fixture
def plain(tmp_path: Path) -> Session:
    return at(session_on(tmp_path / "plain", {"cnn": [COUNTS]}, {"cnn": NAMES}), "cat", "dog")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


def groups(session: Session) -> dict[tuple[str, ...], set[str]]:
    found = tree(session)
    return {path_of(found, i): {NAMES[k] for k in found.classes(i)} for i in found.groups}


@pytest.mark.row("B8")
def test_refining_parts_what_is_confused_least(plain: Session) -> None:
    once = steps.refine(plain)
    parts = set(map(frozenset, groups(once).values()))
    assert frozenset({"cat", "dog", "owl", "tit"}) in parts | {frozenset(NAMES) - part for part in parts}
    assert once.matrix.order is ClassOrder.HIERARCHY and "u takes it back" in once.notice
    assert once.selection == plain.selection
    # Each step refines the group around the cursor: at last the pair is alone.
    session = once
    while (after := steps.refine(session)).arrangement is not session.arrangement:
        session = after
    assert "nothing to refine" in after.notice and {"cat", "dog"} in groups(session).values()


@pytest.mark.row("B8")
def test_undo_leads_back_step_by_step(plain: Session) -> None:
    once = steps.refine(plain)
    twice = steps.refine(once)
    assert groups(steps.undo(twice)) == groups(once)
    start = steps.undo(steps.undo(twice))
    assert start.arrangement is None and tree_of(start) is None
    assert "No step of building" in steps.undo(start).notice


@pytest.mark.row("B8")
def test_groups_of_a_group_are_reordered_by_their_confusions(tmp_path: Path) -> None:
    # Of four groups a-b and c-d are confused with each other, and stand apart.
    names = tuple(f"{group}{i}" for group in "acbd" for i in (1, 2))
    group = np.arange(8) // 2
    counts = np.where(group[:, None] == group, 5, 0) + np.where(np.abs(group[:, None] - group) == 2, 4, 0)
    nested = {"name": "", "children": [{"name": g, "children": [f"{g}1", f"{g}2"]} for g in "acbd"]}
    session = at(session_on(tmp_path, {"cnn": [counts]}, {"cnn": names}, hierarchy=nested), "a1", "b1")
    refined = steps.refine(session)
    found = tree(refined)
    order = "".join(found.nodes[i].name for i in found.groups)
    assert order in ("abcd", "abdc", "bacd", "badc", "cdab", "cdba", "dcab", "dcba")
    assert {frozenset(names[k] for k in found.classes(i)) for i in found.groups} == {
        frozenset({f"{g}1", f"{g}2"}) for g in "abcd"
    }
    assert "are in order" in steps.refine(refined).notice


@pytest.mark.row("B8", "B18")
def test_blocks_become_groups_and_are_refined(plain: Session) -> None:
    outlined = draw_as(plain, order=ClassOrder.LINKAGE, blocks=2)
    adopted = steps.adopt_blocks(outlined)
    shown = matrix(outlined)
    found = blocks(outlined, shown) if shown is not None else None
    assert found is not None and shown is not None
    wanted = [{NAMES[i] for i in found.classes(block)} for block in range(2)]
    assert [part for part in wanted if len(part) > 1] == list(groups(adopted).values())
    assert adopted.matrix.order is ClassOrder.HIERARCHY and "made groups" in adopted.notice
    # R on a block of another order goes on from the blocks.
    refined = steps.refine(outlined)
    assert [set(part) for part in groups(refined).values() if len(part) == max(map(len, wanted))] == [
        max(wanted, key=len)
    ]
    assert steps.undo(refined).arrangement is None
    assert "No blocks show" in steps.adopt_blocks(plain).notice


def test_filters_do_not_change_what_is_built(plain: Session) -> None:
    filtered = replace(plain, filters=(Expression('true == "bus"'),))
    assert groups(steps.refine(filtered)) == groups(steps.refine(plain))


def test_what_cannot_be_refined_says_so(plain: Session, session: Session, tmp_path: Path) -> None:
    assert steps.refine(session).notice == "pets has 2 classes: nothing to refine."
    flawless = session_on(tmp_path / "flawless", {"cnn": [np.eye(4, dtype=int)]}, {"cnn": NAMES[:4]})
    assert steps.refine(flawless).notice == "No two classes of the whole matrix are confused: nothing to refine."
    assert steps.build(flawless).notice == "The confusions part these classes into no groups."
    nothing = replace(plain, selection=replace(plain.selection, split="gone"))
    assert steps.refine(nothing).notice == steps.build(nothing).notice == steps.NOTHING


@pytest.mark.row("B7", "B8")
def test_a_hierarchy_is_built_from_confusions(plain: Session) -> None:
    built = steps.build(plain)
    members = groups(built).values()
    assert {"cat", "dog"} in members and {"owl", "tit"} in members and {"bus", "van"} in members
    assert sorted(tree(built).order.tolist()) == list(range(7))
    assert steps.undo(built).arrangement is None


@pytest.mark.row("B8")
def test_a_name_keeps_what_is_selected_and_collapsed(session: Session) -> None:
    chosen = collapse(select_group(session))
    renamed = steps.rename(chosen, "cat & dog")
    assert ("animals", "cat & dog") in groups(renamed) and ("animals", "pets") not in groups(renamed)
    assert renamed.selection.group == ("animals", "cat & dog")
    assert renamed.groups.collapsed == {("animals", "cat & dog")}
    outer = steps.rename(replace(renamed, selection=replace(renamed.selection, group=("animals",))), "beasts")
    assert outer.groups.collapsed == {("beasts", "cat & dog")} and outer.selection.group == ("beasts",)
    assert "in no group" in steps.rename(at(session, "oak", "cat"), "x").notice


@pytest.mark.row("B8")
def test_a_saved_hierarchy_is_read_again(session: Session, tmp_path: Path) -> None:
    sorted_ = replace(session, groups=replace(session.groups, sort=GroupSort.METRIC))
    path = tmp_path / "saved.json"
    assert "Hierarchy saved to" in write_hierarchy(sorted_, path)
    opened = open_session(open_catalog([session.catalog.root], hierarchy=path))
    assert groups(opened) == groups(session)
    assert tree(opened).order.tolist() == tree(sorted_).order.tolist()
    assert "exists already" in write_hierarchy(session, path)
    assert "cannot be written" in write_hierarchy(session, tmp_path / "no" / "folder.json")


def test_nothing_to_save_without_groups(plain: Session, tmp_path: Path) -> None:
    assert "no class hierarchy" in write_hierarchy(plain, tmp_path / "saved.json")
    assert not (tmp_path / "saved.json").exists()
