"""Groups beside the matrix: where they lie, what they hold, and what the read-out says of them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import count, from_dense
from clftui.analysis.hierarchy import parse
from clftui.analysis.metrics import Metric
from clftui.state import hierarchy_view as view
from clftui.state import matrix_model
from clftui.state.class_tree import class_labels, hierarchy_of, tree_of
from clftui.state.group_settings import Arrangement, GroupSettings, GroupSort
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.state.settings import ClassOrder
from tests.groups import COUNTS, NAMES, ORDERED, PATHS, TREE, grouped, node_of, tree
from tests.matrices import at, draw_as, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


def collapsed(session: Session, *paths: tuple[str, ...]) -> Session:
    return replace(session, groups=replace(session.groups, collapsed=frozenset(paths)))


def shown(session: Session) -> Matrix:
    found = matrix_model.matrix(session)
    assert found is not None
    return found


def icicle(session: Session) -> view.Icicle:
    found = view.icicle(session, shown(session).whole, shown(session).items)
    assert found is not None
    return found


@pytest.mark.row("B1", "B2")
def test_levels_lie_in_the_matrix_own_order(session: Session) -> None:
    assert [shown(session).names[i] for i in shown(session).order] == ORDERED
    found = icicle(session)
    assert [[(g.name, g.start, g.end) for g in level] for level in found.levels] == [
        [("animals", 0, 4), ("cars", 4, 6)],
        [("pets", 0, 2), ("birds", 2, 4)],
    ]
    assert [g.path for level in found.levels for g in level] == [PATHS[0], PATHS[3], PATHS[1], PATHS[2]]
    assert found.metric is Metric.F1


@pytest.mark.row("B2", "B3")
@pytest.mark.parametrize("metric", [Metric.F1, Metric.PRECISION, Metric.RECALL])
def test_values_are_equation_1(session: Session, metric: Metric) -> None:
    chosen = replace(session, groups=GroupSettings(metric=metric))
    for level in icicle(chosen).levels:
        for group in level:
            inside = [NAMES.index(ORDERED[at]) for at in range(group.start, group.end)]
            tp, support, taken = (
                part.sum() for part in (COUNTS[np.ix_(inside, inside)], COUNTS[inside], COUNTS[:, inside])
            )
            wanted = {Metric.RECALL: tp / support, Metric.PRECISION: tp / taken, Metric.F1: 2 * tp / (support + taken)}
            assert group.value == pytest.approx(wanted[metric])


@pytest.mark.row("B1")
def test_a_collapsed_group_is_one_item_of_all_levels(session: Session) -> None:
    found = icicle(collapsed(session, ("animals", "pets")))
    assert [[(g.name, g.start, g.end, g.collapsed) for g in level] for level in found.levels] == [
        [("animals", 0, 3, False), ("cars", 3, 5, False)],
        [("pets", 0, 1, True), ("birds", 1, 3, False)],
    ]
    # What lies in a collapsed group does not show, whether it is collapsed or not.
    outer = icicle(collapsed(session, ("animals",), ("animals", "pets")))
    assert [[(g.name, g.start, g.end) for g in level] for level in outer.levels] == [
        [("animals", 0, 1), ("cars", 1, 3)]
    ]
    assert shown(collapsed(session, ("animals",))).names == ("animals", "van", "bus", "oak")
    dense = shown(collapsed(session, ("animals",))).confusion.dense()
    assert dense[0].tolist() == [55, 0, 1, 1]


def test_nothing_shows_in_another_order_or_without_groups(session: Session, tmp_path: Path) -> None:
    assert view.in_order(draw_as(session, order=ClassOrder.SIZE)) is None
    whole = shown(session)
    assert view.icicle(draw_as(session, order=ClassOrder.SIZE), whole.whole, whole.items) is None
    assert view.icicle(replace(session, groups=GroupSettings(icicle=False)), whole.whole, whole.items) is None
    plain = session_on(tmp_path / "plain", {"cnn": [COUNTS]}, {"cnn": NAMES})
    assert tree_of(plain) is None and view.group_at(plain) is None and view.pair_words(plain, whole.whole, 0, 1) == ""


def test_a_group_without_samples_is_undefined(tmp_path: Path) -> None:
    nested = {"name": "", "children": [{"name": "trees", "children": ["oak"]}, *NAMES[:6]]}
    session = session_on(tmp_path, {"cnn": [np.where(np.arange(7) == 6, 0, COUNTS)]}, {"cnn": NAMES}, hierarchy=nested)
    (level,) = icicle(draw_as(session, order=ClassOrder.HIERARCHY)).levels
    assert math.isnan(level[0].value) and level[0].shown == "–"


@pytest.mark.row("B6", "B17")
@given(st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 6)), max_size=40), st.integers(0, 3))
def test_counts_part_the_samples_of_a_group(rows: list[tuple[int, int]], which: int) -> None:
    both = np.array(rows, dtype=np.int64).reshape(-1, 2)
    known = parse(TREE, NAMES)
    node = known.groups[which]
    inside = set(known.classes(node).tolist())
    found = view.group_counts(count(both[:, 0], both[:, 1], 7), known, node)
    labelled = [(t, p) for t, p in rows if t >= 0]
    assert found.tp == sum(t in inside and p in inside for t, p in labelled)
    assert found.fn == sum(t in inside and p not in inside for t, p in labelled)
    assert found.fp == sum(t not in inside and p in inside for t, p in labelled)
    assert found.confused == sum(t in inside and p in inside and t != p for t, p in labelled)
    assert found.classes == len(inside)


@pytest.mark.row("B6")
def test_the_read_out_names_the_group_around_the_pair(session: Session) -> None:
    confusion = from_dense(COUNTS)
    index = NAMES.index

    def words(true: str, predicted: str, of: Session = session) -> str:
        return view.pair_words(of, confusion, index(true), index(predicted))

    assert words("cat", "dog") == "pets: 2 classes, F1 91, 9 confused inside, 3 missed, 2 taken in"
    assert words("cat", "owl").startswith("animals: 4 classes, F1 98")
    assert words("dog", "bus") == "between animals and cars: 1 taken from one for the other"
    assert words("dog", "oak") == ""
    chosen = replace(session, selection=replace(session.selection, group=("cars",)))
    assert words("cat", "dog", chosen).startswith("cars: 2 classes")


def test_the_group_under_the_cursor_is_the_smallest_open_one(session: Session) -> None:
    def name(of: Session) -> str | None:
        found = view.group_at(of)
        return found[0].nodes[found[1]].name if found is not None else None

    assert [name(at(session, true, "cat")) for true in ("cat", "van", "oak")] == ["pets", "cars", None]
    assert name(collapsed(session, ("animals",))) == "animals"


def test_a_selected_group_the_run_does_not_know_is_none(session: Session) -> None:
    def chosen(path: tuple[str, ...]) -> Session:
        return replace(session, selection=replace(session.selection, group=path))

    assert view.selected_group(chosen(("animals", "birds"))) == (tree(session), node_of(session, "animals", "birds"))
    assert view.selected_group(chosen(("gone",))) is None and view.selected_group(session) is None


@pytest.mark.row("B4")
def test_children_by_size_and_by_metric(session: Session) -> None:
    def order(sort: GroupSort, metric: Metric = Metric.F1) -> list[str]:
        return [NAMES[i] for i in tree(replace(session, groups=GroupSettings(sort=sort, metric=metric))).order]

    assert order(GroupSort.GIVEN) == order(GroupSort.SIZE) == ORDERED
    # Nothing is truly an oak: its recall is undefined and last, its precision 0 and first.
    assert order(GroupSort.METRIC, Metric.RECALL) == ["cat", "dog", "tit", "owl", "van", "bus", "oak"]
    assert order(GroupSort.METRIC, Metric.PRECISION) == ["oak", "bus", "van", "cat", "dog", "owl", "tit"]


def test_labels_stand_for_codes_and_doubles_keep_theirs(session: Session) -> None:
    nested = {"children": [{"name": f"n{i}", "label": label} for i, label in enumerate(["crane", "tench", "crane"])]}
    classes = ("n0", "n1", "n2", "n3")
    assert class_labels(parse(nested, classes), classes) == ("crane (n0)", "tench", "crane (n2)", "n3")
    assert class_labels(tree(session), NAMES) == NAMES


def test_names_that_are_paths_are_a_hierarchy(tmp_path: Path) -> None:
    names = ("pets/cat", "cars/van", "pets/dog")
    session = session_on(tmp_path, {"cnn": [np.eye(3, dtype=int)]}, {"cnn": names})
    found = hierarchy_of(session.catalog, names)
    assert found is not None and [found.nodes[i].name for i in found.groups] == ["pets", "cars"]
    assert [names[i] for i in found.order] == ["pets/cat", "pets/dog", "cars/van"]
    for plain in (("a/b", "c"), ("a/", "/b"), ("a/b", "a/c"), ("x/" * 150 + "a", "x/b", "y/b")):
        assert hierarchy_of(session_on(tmp_path / str(len(plain[0])), {}).catalog, plain) is None


def test_a_built_hierarchy_that_does_not_fit_gives_way(session: Session) -> None:
    other = Arrangement({"name": "", "children": ["nobody"]}, None, "")
    assert tree_of(replace(session, arrangement=other)) is hierarchy_of(session.catalog, NAMES)
