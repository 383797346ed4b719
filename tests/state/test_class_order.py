"""Orders of classes that Ranking and Matrix share."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.state.class_order import class_order, name_key, orders
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from tests.matrices import session_on

NAMES = ("class 10", "Class 2", "empty", "alpha")
COUNTS = ((8, 2, 0, 0), (0, 40, 0, 0), (0, 0, 0, 0), (1, 3, 0, 16))
TREE = {"name": "", "children": [{"name": "b", "children": ["alpha", "Class 2"]}, {"name": "class 10"}]}


def names(session: Session, order: ClassOrder) -> list[str]:
    confusion = session.confusion()
    assert confusion is not None
    return [session.classes[i] for i in class_order(session.catalog, session.classes, confusion, order)]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]}, {"only": NAMES}, TREE)


def test_each_order(session: Session) -> None:
    assert names(session, ClassOrder.GIVEN) == list(NAMES)
    assert names(session, ClassOrder.NAME) == ["alpha", "Class 2", "class 10", "empty"]
    assert names(session, ClassOrder.SIZE) == ["Class 2", "alpha", "class 10", "empty"]
    assert names(session, ClassOrder.HARDEST) == ["class 10", "alpha", "Class 2", "empty"]
    assert names(session, ClassOrder.HIERARCHY) == ["alpha", "Class 2", "class 10", "empty"]
    assert ClassOrder.HIERARCHY in orders(session)


@pytest.mark.parametrize("tree", [None, {"name": "", "children": ["alpha", "alpha"]}, {"children": [3]}])
def test_without_a_usable_hierarchy_there_is_no_such_order(tmp_path: Path, tree: dict[str, object] | None) -> None:
    session = session_on(tmp_path, {"only": [COUNTS]}, {"only": NAMES}, tree)
    assert ClassOrder.HIERARCHY not in orders(session)
    assert names(session, ClassOrder.HIERARCHY) == list(NAMES)


def test_names_sort_as_people_do() -> None:
    assert sorted(["b10", "B9", "a", "x²", "10", "9"], key=name_key) == ["9", "10", "a", "B9", "b10", "x²"]
