"""Groups by keys in the whole app: select, collapse, refine, name, save."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from clftui.app.app import ClfApp
from clftui.app.registry import Registry
from clftui.data.catalog import open_catalog
from clftui.state.class_tree import tree_of
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from clftui.widgets.frame import BreadcrumbBar
from tests.groups import COUNTS, NAMES, grouped, tree
from tests.matrices import at, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


@pytest.mark.row("B1", "B6")
async def test_keys_collapse_select_and_colour(session: Session) -> None:
    app = ClfApp(session, paths=(), theme="dark", remember=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.main.settled()
        await pilot.press("left_parenthesis")
        assert app.main.now.groups.collapsed == {("animals", "pets")}
        await pilot.press("right_parenthesis", "S")
        assert app.main.now.groups.collapsed == frozenset()
        assert app.main.now.selection.group == ("animals", "pets")
        canvas = app.main.query_one(BreadcrumbBar).canvas
        assert canvas is not None and "group pets ×" in canvas.rows_text()[0]
        await pilot.press("F", "m", "i")
        now = app.main.now
        assert (now.selection.group, now.groups.metric.label, now.groups.level) == (None, "precision", 1)
        await pilot.press("2", "S")
        assert app.main.now.tab is Tab.RANKING and app.main.now.selection.group == ("animals", "pets")


@pytest.mark.row("B8")
async def test_a_hierarchy_is_built_named_and_saved(tmp_path: Path) -> None:
    plain = at(session_on(tmp_path / "plain", {"cnn": [COUNTS]}, {"cnn": NAMES}), "cat", "dog")
    app = ClfApp(plain, paths=(), theme="dark", remember=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.main.settled()
        registry = Registry()
        await pilot.press("R", "R", "u")
        assert app.main.now.matrix.order is ClassOrder.HIERARCHY and "Taken back" in app.main.now.notice
        app.main.do(registry.by_id["group.name"])
        await pilot.pause()
        app.screen.query_one(Input).value = "beasts"
        await pilot.press("enter")
        found = tree(app.main.now)
        assert "beasts" in {found.nodes[i].name for i in found.groups}
        app.main.do(registry.by_id["group.save"])
        await pilot.pause()
        target = tmp_path / "plain" / "hierarchy.json"
        assert app.screen.query_one(Input).value == str(target)
        await pilot.press("enter")
        assert "saved to" in app.main.now.notice
    assert "beasts" in json.dumps(json.loads(target.read_text()))
    opened = open_catalog([tmp_path / "plain"])
    assert opened.hierarchy is not None and opened.hierarchy_path == target


async def test_without_groups_nothing_is_asked(tmp_path: Path) -> None:
    plain = session_on(tmp_path / "plain", {"cnn": [COUNTS]}, {"cnn": NAMES})
    app = ClfApp(plain, paths=(), theme="dark", remember=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.main.settled()
        for name in ("group.name", "group.save", "group.tp"):
            app.main.do(Registry().by_id[name])
            await pilot.pause()
            assert len(app.screen_stack) == 2 - (app.screen_stack[0] is app.main) and tree_of(app.main.now) is None
