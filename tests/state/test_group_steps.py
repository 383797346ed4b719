"""Steps on groups: collapse, select, look at their samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.state import group_steps as steps
from clftui.state import matrix_model
from clftui.state.filter_chips import chips, drop_chip
from clftui.state.group_settings import GroupPart, GroupSort
from clftui.state.hierarchy_view import group_counts
from clftui.state.moves import back, drop_filter
from clftui.state.ranking_table import ranking
from clftui.state.sample_list import SampleList, listing
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.settings import ClassOrder
from tests.groups import COUNTS, NAMES, ORDERED, TREE, grouped, node_of, tree
from tests.matrices import at, draw_as, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return grouped(tmp_path / "grouped")


@pytest.fixture
def plain(tmp_path: Path) -> Session:
    return at(session_on(tmp_path / "plain", {"cnn": [COUNTS]}, {"cnn": NAMES}), "cat", "dog")


def names(session: Session) -> tuple[str, ...]:
    found = matrix_model.matrix(session)
    assert found is not None
    return tuple(found.names[item] for item in found.order.tolist())


@pytest.mark.row("B1")
def test_collapsing_goes_outwards_and_opening_back(session: Session) -> None:
    once = steps.collapse(session)
    assert names(once) == ("pets", "owl", "tit", "van", "bus", "oak")
    twice = steps.collapse(once)
    assert names(twice) == ("animals", "van", "bus", "oak")
    assert names(steps.collapse(twice)) == names(twice) and "no larger group" in steps.collapse(twice).notice
    assert twice.selection == session.selection
    # The outer group opens first; what was collapsed inside stays so.
    opened = steps.expand(twice)
    assert names(opened) == names(once) and names(steps.expand(opened)) == tuple(ORDERED)
    assert "No group is collapsed" in steps.expand(session).notice


def test_opening_follows_the_predicted_class_too(session: Session) -> None:
    shut = at(steps.collapse(at(session, "van", "cat")), "cat", "bus")
    assert names(steps.expand(shut)) == tuple(ORDERED)
    elsewhere = at(shut, "cat", "owl")
    assert "1 group elsewhere" in steps.expand(elsewhere).notice and names(steps.expand_all(elsewhere)) == tuple(
        ORDERED
    )


def test_collapsing_orders_by_hierarchy_and_says_where_it_cannot(session: Session, plain: Session) -> None:
    other = draw_as(session, order=ClassOrder.SIZE)
    assert steps.collapse(other).matrix.order is ClassOrder.HIERARCHY
    assert "in no group" in steps.collapse(at(session, "oak", "cat")).notice
    for step in (steps.collapse, steps.select_group, steps.toggle_icicle, steps.step_sort, steps.only_group):
        after = step(plain)
        assert after.notice == steps.NO_HIERARCHY and replace(after, notice="").matrix == plain.matrix


@pytest.mark.row("B1")
def test_levels_collapse_at_once(session: Session) -> None:
    assert names(steps.collapse_level(session, 1)) == ("animals", "cars", "oak")
    assert names(steps.collapse_level(session, 2)) == ("pets", "birds", "van", "bus", "oak")
    assert steps.collapse_level(session, 3).notice == "The hierarchy has 2 levels of groups."


@pytest.mark.row("B6")
def test_selecting_widens_then_lets_go(session: Session) -> None:
    seen = []
    for _ in range(3):
        session = steps.select_group(session)
        seen.append(session.selection.group)
    assert seen == [("animals", "pets"), ("animals",), None]
    assert back(session).selection.group == ("animals",)


@pytest.mark.row("B6")
def test_a_selected_group_is_a_chip_that_goes(session: Session) -> None:
    chosen = draw_as(steps.select_group(session), at_least=2)
    assert [str(chip).split(" −")[0] for chip in chips(chosen)] == ["cell ≥ 2", "group pets"]
    assert drop_chip(chosen, 1).selection.group is None and drop_chip(chosen, 0).selection.group is not None
    assert drop_filter(chosen).selection.group is None
    filtered = steps.only_group(chosen)
    assert drop_chip(filtered, 2).selection.group is None and drop_chip(filtered, 2).filters == filtered.filters


@pytest.mark.row("B6")
def test_a_selected_group_narrows_ranking(session: Session) -> None:
    assert set(ranking(session).classes) == set(NAMES)
    chosen = ranking(steps.select_group(session))
    assert set(chosen.classes) == {"cat", "dog"} and chosen.values.shape == (1, 2)
    assert [chosen.given[column] for column in chosen.columns] == list(chosen.classes)
    whole = ranking(session)
    assert [chosen.values[0, i] for i in range(2)] == [
        whole.values[0, whole.classes.index(name)] for name in chosen.classes
    ]
    ordered = replace(session, ranking=replace(session.ranking, order=ClassOrder.HIERARCHY))
    assert ranking(ordered).classes == tuple(ORDERED)


@pytest.mark.row("B17")
@pytest.mark.parametrize("part", list(GroupPart))
@pytest.mark.parametrize("path", [("animals", "pets"), ("animals",), ("cars",)])
def test_the_parts_of_a_group_are_its_samples(session: Session, part: GroupPart, path: tuple[str, ...]) -> None:
    chosen = steps.choose_group(session, tree(session), path)
    drilled = steps.group_samples(chosen, part)
    assert drilled.tab is Tab.SAMPLES
    found = listing(drilled)
    confusion = session.confusion()
    assert confusion is not None
    counts = group_counts(confusion, tree(session), node_of(session, *path))
    wanted = {GroupPart.TP: counts.tp, GroupPart.FN: counts.fn, GroupPart.FP: counts.fp}[part]
    assert (found.n if isinstance(found, SampleList) else 0) == wanted
    assert path[-1] in drilled.selection.scope.title
    assert back(drilled).tab is Tab.MATRIX


def test_parts_without_a_selection_are_of_the_group_under_the_cursor(session: Session, plain: Session) -> None:
    assert steps.group_samples(session, GroupPart.FN).selection.scope.true_classes == ("cat", "dog")
    assert steps.group_samples(plain, GroupPart.FN).tab is Tab.MATRIX
    assert "in no group" in steps.group_samples(at(session, "oak", "cat"), GroupPart.TP).notice


@pytest.mark.row("B6", "B27")
def test_a_group_filters_every_view(session: Session) -> None:
    kept = steps.only_group(session)
    confusion = kept.confusion()
    assert confusion is not None and confusion.total == COUNTS[1:3].sum() + COUNTS[[0, 3, 4, 5]][:, 1:3].sum()
    assert kept.filters[0].describe() == "of pets"


@pytest.mark.row("B6")
def test_examples_show_a_few_of_each_class(session: Session) -> None:
    drilled = steps.group_examples(steps.choose_group(session, tree(session), ("animals",)))
    found = listing(drilled)
    assert isinstance(found, SampleList) and drilled.filters[0].describe() == "3 of each class of animals"
    true = found.evaluation.true[found.positions]
    assert sorted(NAMES[i] for i in true) == sorted(["cat", "dog", "owl", "tit"] * 3)
    assert (found.evaluation.predicted[found.positions] == true).all()
    assert back(drilled).filters == () and back(drilled).tab is Tab.MATRIX


@pytest.mark.row("B2")
def test_metric_sort_and_levels_step_round(session: Session) -> None:
    seen = [session.groups.metric]
    for _ in range(3):
        session = steps.step_metric(session)
        seen.append(session.groups.metric)
    assert seen == [Metric.F1, Metric.PRECISION, Metric.RECALL, Metric.F1]
    sorts = []
    for _ in range(3):
        session = steps.step_sort(session)
        sorts.append(session.groups.sort)
    assert sorts == [GroupSort.SIZE, GroupSort.METRIC, GroupSort.GIVEN]
    deeper = steps.step_level(session, 1)
    assert deeper.groups.level == 1 and steps.step_level(deeper, 1).groups.level == 1
    assert steps.step_level(deeper, -1).groups.level == 0
    hidden = steps.toggle_icicle(session)
    assert not hidden.groups.icicle and steps.toggle_icicle(hidden).groups.icicle


def test_the_hierarchy_tells_where_it_is_from(session: Session, plain: Session, tmp_path: Path) -> None:
    assert steps.about_hierarchy(session).notice == "hierarchy.json: 4 groups on 2 levels."
    assert steps.about_hierarchy(plain).notice == steps.NO_HIERARCHY
    table = tmp_path / "tree.csv"
    table.write_text("cat,pets\ndog,pets\neel,fish\nbus,cars\n")
    opened = open_session(open_catalog([plain.catalog.root], hierarchy=table))
    words = steps.about_hierarchy(opened).notice
    assert words.startswith("tree.csv: 3 groups on 1 level. 1 of its leaves are no class here, eel the first.")
    assert words.endswith("The first column is read as the class, the second as its parent.")


@pytest.mark.row("B30")
def test_epochs_move_matrix_and_groups_together(session: Session) -> None:
    from clftui.state.hierarchy_view import icicle
    from clftui.state.moves import step_epoch

    earlier = step_epoch(session, -1)
    for each, counts in ((session, COUNTS), (earlier, COUNTS // 2)):
        shown = matrix_model.matrix(each)
        assert shown is not None and shown.confusion.dense().sum() == counts.sum()
        found = icicle(each, shown.whole, shown.items)
        assert found is not None
        pets = found.levels[1][0]
        assert pets.value == pytest.approx(2 * counts[1:3, 1:3].sum() / (counts[1:3].sum() + counts[:, 1:3].sum()))


def test_a_tree_of_the_collection_is_used_by_name(session: Session) -> None:
    assert [tree(session).nodes[i].name for i in tree(session).groups] == [
        child["name"] for child in (TREE["children"][0], *TREE["children"][0]["children"], TREE["children"][1])
    ]
