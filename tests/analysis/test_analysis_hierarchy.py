"""Reading a class hierarchy, and the metrics of its groups."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import count
from clftui.analysis.hierarchy import LEFT_OVER, Hierarchy, flat, group_metrics, parse
from clftui.analysis.metrics import Metric, per_class

ANIMALS = {
    "name": "all",
    "children": [
        {"name": "pets", "children": [{"name": "dog"}, {"name": "cat"}]},
        {"name": "wild", "children": [{"name": "birds", "children": ["owl", "tit"]}, "fox"]},
    ],
}
CLASSES = ["cat", "dog", "fox", "owl", "tit"]


def names(hierarchy: Hierarchy) -> list[tuple[str, int, int, int]]:
    return [(node.name, node.depth, node.start, node.end) for node in hierarchy.nodes]


@pytest.mark.row("B1")
def test_groups_own_ranges_of_the_leaf_order() -> None:
    tree = parse(ANIMALS, CLASSES)
    assert [CLASSES[i] for i in tree.order] == ["dog", "cat", "owl", "tit", "fox"]
    assert tree.position.tolist() == [1, 0, 4, 2, 3]
    assert names(tree) == [
        ("all", 0, 0, 5),
        ("pets", 1, 0, 2),
        ("dog", 2, 0, 1),
        ("cat", 2, 1, 2),
        ("wild", 1, 2, 5),
        ("birds", 2, 2, 4),
        ("owl", 3, 2, 3),
        ("tit", 3, 3, 4),
        ("fox", 2, 4, 5),
    ]
    assert tree.groups == (1, 4, 5)
    assert [tree.nodes[i].name for i in tree.path(4)] == ["all", "wild", "birds", "tit"]
    assert [CLASSES[i] for i in tree.classes(5)] == ["owl", "tit"]
    assert tree.nodes[4].children == (5, 8) and tree.nodes[5].parent == 4 and tree.nodes[0].parent == -1
    assert [node.size for node in tree.nodes if node.class_index >= 0] == [1] * 5


def test_missing_classes_unknown_leaves_and_empty_groups() -> None:
    tree = parse({"name": "x", "children": [{"name": "pets", "children": ["cat", "eel"]}, {"name": "none"}]}, CLASSES)
    assert tree.unknown == ("eel", "none")
    assert [node.name for node in tree.nodes] == ["x", "pets", "cat", LEFT_OVER, "dog", "fox", "owl", "tit"]
    assert sorted(tree.order.tolist()) == list(range(5))
    gone = parse({"children": [{"name": "sea", "children": ["eel"]}, "cat"]}, ["cat"])
    assert [node.name for node in gone.nodes] == ["", "cat"]


@pytest.mark.row("B5")
def test_groups_with_one_group_are_joined() -> None:
    source = {"name": "r", "children": [{"name": "a", "children": [{"name": "b", "children": ["x", "y"]}]}, "z"]}
    tree = parse(source, ["x", "y", "z"])
    assert names(tree)[1] == ("a/b", 1, 0, 2)
    # A group of one class keeps its name: the class is not renamed.
    lone = parse({"name": "r", "children": [{"name": "a", "children": ["x"]}, "y"]}, ["x", "y"])
    assert [node.name for node in lone.nodes] == ["r", "a", "x", "y"]


def test_a_single_leaf_is_a_tree() -> None:
    assert [node.name for node in parse("x", ["x"]).nodes] == ["", "x"]
    assert flat(["a", "b"]).order.tolist() == [0, 1] and flat(["a", "b"]).groups == ()


def deep(levels: int) -> Any:
    node: Any = "x"
    for level in range(levels):
        node = {"name": f"{level}", "children": [node]}
    return node


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"name": "r", "children": ["x", {"name": "g", "children": ["x"]}]}, "names the class 'x' twice"),
        ({"name": "r", "children": ["q"]}, "none of the classes"),
        ([], "one is a list"),
        (None, "one is null"),
        ({"name": "r", "children": [3]}, "one is a number"),
        ({"name": 3, "children": ["x"]}, "a name in the hierarchy is a number"),
        ({"name": "r", "children": {"name": "x"}}, "the children of 'r' in the hierarchy are an object"),
        ({"name": "r", "children": "xy"}, "are text; they are a list"),
        (deep(150), "deeper than 100 levels"),
    ],
)
def test_malformed_trees_are_refused_in_one_sentence(source: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(source, ["x", "y"])


def test_class_names_must_be_unique() -> None:
    with pytest.raises(ValueError, match="'x' is named twice"):
        parse(ANIMALS, ["x", "y", "x"])


@pytest.mark.row("B3")
@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=60))
def test_group_metrics_are_equation_1(rows: list[tuple[int, int]]) -> None:
    both = np.array(rows, dtype=np.int64).reshape(-1, 2)
    c = count(both[:, 0], both[:, 1], 5)
    tree = parse(ANIMALS, CLASSES)
    found = group_metrics(c, tree)
    for i, node in enumerate(tree.nodes):
        members = set(tree.classes(i).tolist())
        labelled = [(t, p) for t, p in rows if t >= 0]
        inside = sum(t in members and p in members for t, p in labelled)
        support, predicted = sum(t in members for t, _ in labelled), sum(p in members for _, p in labelled)
        assert found.support[i] == support
        recall = inside / support if support else math.nan
        precision = inside / predicted if predicted else math.nan
        assert found.recall[i] == pytest.approx(recall, nan_ok=True)
        assert found.precision[i] == pytest.approx(precision, nan_ok=True)
        if recall + precision > 0:
            assert found.f1[i] == pytest.approx(2 * recall * precision / (recall + precision))
        else:
            assert math.isnan(found.f1[i]) if not support + predicted else found.f1[i] == 0
        if node.class_index >= 0:
            for metric, values in [(Metric.RECALL, found.recall), (Metric.F1, found.f1)]:
                assert values[i] == pytest.approx(per_class(c, metric)[node.class_index], nan_ok=True)
