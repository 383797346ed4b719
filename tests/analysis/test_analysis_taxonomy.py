"""Trees from graphs: every node once, at its shortest distance from a root."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.taxonomy import from_class_names, from_edges, from_nested, from_paths


def walk(tree: dict[str, Any], depth: int = 0, parent: str = "") -> dict[str, tuple[int, str]]:
    found = {tree["name"]: (depth, parent)}
    for child in tree.get("children", ()):
        found |= walk(child, depth + 1, tree["name"])
    return found


@pytest.mark.row("B7")
@given(st.data())
def test_a_graph_becomes_the_tree_of_shortest_paths(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 8))
    names = data.draw(st.permutations([f"n{i}" for i in range(n)]))
    # Edges run from lower to higher numbers: no circle. The first node leads to all without a parent.
    numbers = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    pairs = [(a, b) for a, b in data.draw(st.lists(numbers, max_size=20)) if a < b]
    pairs += [(0, i) for i in range(1, n) if all(b != i for _, b in pairs)]
    edges = [(names[a], names[b]) for a, b in pairs]
    tree, dropped = from_edges(edges)
    found = walk(tree)
    assert set(found) == set(names) and dropped == len(set(edges)) - (n - 1)
    depth = {names[0]: 0}
    for _ in range(n):
        for a, b in edges:
            if a in depth:
                depth[b] = min(depth.get(b, n), depth[a] + 1)
    for name, (at, parent) in found.items():
        assert at == depth[name]
        near = [a for a, b in edges if b == name and depth[a] == depth[name] - 1]
        assert parent == (min(near) if near else "")


def test_several_roots_get_one_without_a_name() -> None:
    tree, dropped = from_edges([("a", "x"), ("b", "y")])
    assert tree["name"] == "" and [child["name"] for child in tree["children"]] == ["a", "b"] and dropped == 0


def test_labels_name_groups_and_stay_beside_leaves() -> None:
    tree, _ = from_edges([("g", "x"), ("g", "y")], {"g": "group", "x": "word", "y": "y"})
    assert tree == {"name": "group", "code": "g", "children": [{"name": "x", "label": "word"}, {"name": "y"}]}


def test_paths_and_names_that_are_paths() -> None:
    tree = from_paths([("cat", ("animal", "pet")), ("fox", ("animal",)), ("bus", ())])
    assert walk(tree) == {
        "": (0, ""), "animal": (1, ""), "pet": (2, "animal"), "cat": (3, "pet"), "fox": (2, "animal"), "bus": (1, ""),
    }  # fmt: skip
    spelt = from_class_names(["root:a:x", "root:a:y", "root:b:z"])
    assert spelt is not None and set(walk(spelt)) == {"", "root", "a", "b", "root:a:x", "root:a:y", "root:b:z"}
    # One group of everything, or one class a group, says nothing.
    assert from_class_names(["a/x", "a/y"]) is None and from_class_names(["a/x", "b/y"]) is None
    assert from_class_names([]) is None and from_class_names(["a", "b/c"]) is None


def test_too_deep_is_refused() -> None:
    with pytest.raises(ValueError, match="deeper than 100"):
        from_edges([(f"{i}", f"{i + 1}") for i in range(200)])
    with pytest.raises(ValueError, match="deeper than 100"):
        from_paths([("x", tuple("abc" * 40))])
    deep: Any = []
    for _ in range(120):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="deeper than 100"):
        from_nested(deep)
