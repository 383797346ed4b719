"""Changing a hierarchy: sorting, parting, renaming, and back to nested names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.hierarchy import Hierarchy, parse
from clftui.analysis.hierarchy_arrange import (
    common_group,
    find,
    groups_above,
    nested,
    parted,
    path_of,
    renamed,
    size_keys,
    sort_children,
)

CLASSES = ["cat", "dog", "fox", "owl", "tit"]
ANIMALS: dict[str, Any] = {
    "name": "all",
    "children": [
        {"name": "pets", "children": [{"name": "dog"}, {"name": "cat"}]},
        {
            "name": "wild",
            "children": [{"name": "birds", "children": [{"name": "owl"}, {"name": "tit"}]}, {"name": "fox"}],
        },
    ],
}
TREE = parse(ANIMALS, CLASSES)


def test_paths_lead_to_groups_and_back() -> None:
    assert [path_of(TREE, i) for i in TREE.groups] == [("pets",), ("wild",), ("wild", "birds")]
    assert [find(TREE, path_of(TREE, i)) for i in TREE.groups] == list(TREE.groups)
    assert find(TREE, ()) == 0 and find(TREE, ("wild", "pets")) is None and find(TREE, ("pets", "dog")) is None
    assert [TREE.nodes[i].name for i in groups_above(TREE, 3)] == ["wild", "birds"]
    assert [TREE.nodes[common_group(TREE, 3, other)].name for other in (3, 4, 2, 0)] == [
        "birds",
        "birds",
        "wild",
        "all",
    ]


@pytest.mark.row("B4")
def test_children_sorted_by_size_and_by_metric() -> None:
    by_size = sort_children(TREE, size_keys(TREE))
    assert [CLASSES[i] for i in by_size.order] == ["owl", "tit", "fox", "dog", "cat"]
    assert [path_of(by_size, i) for i in by_size.groups] == [("wild",), ("wild", "birds"), ("pets",)]
    # Worst first; an undefined value goes last.
    metric = {"pets": 0.9, "wild": 0.5, "birds": 0.8, "dog": np.nan, "cat": 0.2, "fox": 0.1, "owl": 0.7, "tit": 0.6}
    keys = np.array([metric.get(node.name, 0.0) for node in TREE.nodes])
    assert [CLASSES[i] for i in sort_children(TREE, keys).order] == ["fox", "tit", "owl", "cat", "dog"]


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), min_size=9, max_size=9))
def test_sorting_keeps_groups_together_and_ranges_right(keys: list[float]) -> None:
    found = sort_children(TREE, np.array(keys))
    members = {path_of(TREE, i): set(TREE.classes(i).tolist()) for i in TREE.groups}
    assert {path_of(found, i): set(found.classes(i).tolist()) for i in found.groups} == members
    _valid(found)


def _valid(tree: Hierarchy) -> None:
    for i, node in enumerate(tree.nodes):
        inside = [tree.nodes[c] for c in node.children]
        assert all(tree.nodes[c].parent == i for c in node.children)
        if inside:
            assert [c.start for c in inside] == [node.start, *(c.end for c in inside[:-1])] and inside[
                -1
            ].end == node.end
        else:
            assert tree.order[node.start] == node.class_index


def test_nested_is_what_was_read() -> None:
    assert nested(TREE, CLASSES) == ANIMALS
    coded = {"name": "", "children": [{"name": "n1", "label": "tench"}, {"name": "n2"}]}
    assert nested(parse(coded, ["n1", "n2"]), ["n1", "n2"]) == coded


@pytest.mark.row("B8")
def test_parting_a_group_by_a_new_order() -> None:
    wild = find(TREE, ("wild",))
    assert wild is not None
    tree = parted(TREE, CLASSES, wild, np.array([4, 2, 3]), [2])
    assert tree["children"][0] == ANIMALS["children"][0]
    assert tree["children"][1] == {
        "name": "wild",
        "children": [{"name": "tit + 1", "children": [{"name": "tit"}, {"name": "fox"}]}, {"name": "owl"}],
    }
    unparted = parted(TREE, CLASSES, wild, np.array([4, 2, 3]), [])
    assert [leaf["name"] for leaf in unparted["children"][1]["children"]] == ["tit", "fox", "owl"]
    whole = parted(TREE, CLASSES, 0, np.array([0, 4, 2, 3, 1]), [1, 4])
    assert [child["name"] for child in whole["children"]] == ["cat", "tit + 2", "dog"]


@pytest.mark.row("B8")
def test_renaming_a_group_leaves_the_rest() -> None:
    birds = find(TREE, ("wild", "birds"))
    assert birds is not None
    tree = renamed(TREE, CLASSES, birds, "fowl")
    assert [path_of(parse(tree, CLASSES), i) for i in parse(tree, CLASSES).groups][-1] == ("wild", "fowl")
    assert TREE.nodes[birds].name == "birds"
