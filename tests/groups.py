"""A small session with a hierarchy, for tests of groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clftui.analysis.hierarchy import Hierarchy
from clftui.analysis.hierarchy_arrange import path_of
from clftui.state.class_tree import tree_of
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from tests.matrices import at, draw_as, session_on

NAMES = ("bus", "cat", "dog", "owl", "tit", "van", "oak")
TREE: dict[str, Any] = {
    "name": "all",
    "children": [
        {"name": "animals", "children": [{"name": "pets", "children": ["cat", "dog"]},
                                         {"name": "birds", "children": ["owl", "tit"]}]},
        {"name": "cars", "children": ["van", "bus"]},
        "oak",
    ],
}  # fmt: skip
ORDERED = ["cat", "dog", "owl", "tit", "van", "bus", "oak"]
PATHS = [("animals",), ("animals", "pets"), ("animals", "birds"), ("cars",)]

COUNTS = np.array([
    # bus cat dog owl tit van oak
    [9, 0, 0, 0, 0, 3, 0],
    [0, 8, 5, 1, 0, 0, 0],
    [1, 4, 9, 0, 0, 0, 1],
    [0, 0, 0, 7, 6, 0, 0],
    [0, 2, 0, 5, 8, 0, 0],
    [4, 0, 0, 0, 0, 9, 0],
    [0, 0, 0, 0, 0, 0, 0],
])  # fmt: skip
"""Rows = true, in the order of NAMES; nothing is truly an oak."""


def grouped(root: Path, **settings: Any) -> Session:
    """The Matrix view on COUNTS in the order of TREE, the cursor on cat as dog."""
    session = session_on(root, {"cnn": [COUNTS // 2, COUNTS]}, {"cnn": NAMES}, hierarchy=TREE)
    return at(draw_as(session, order=ClassOrder.HIERARCHY, **settings), "cat", "dog")


def tree(session: Session) -> Hierarchy:
    found = tree_of(session)
    assert found is not None
    return found


def node_of(session: Session, *path: str) -> int:
    found = tree(session)
    return next(node for node in found.groups if path_of(found, node) == path)
