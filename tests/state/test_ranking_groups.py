"""Groups of the hierarchy as columns: the same ranking as of runs that were labelled by group from the start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.metrics import Metric
from clftui.state.ranking_cell import cell_interval, reading
from clftui.state.ranking_fold import ELSE, depth_of, step_level
from clftui.state.ranking_moves import cursor, drill, move
from clftui.state.ranking_table import of_runs, ranking, with_metric
from clftui.state.ranking_ties import best_weak_spots, class_ties
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import ClassOrder, RankingRows
from tests.rankings import on_class, ranking_of, write_labels, write_table

CLASSES = ("ant", "bee", "cow", "dog", "elm")
TREE = {"name": "all", "children": [
    {"name": "animals", "children": [
        {"name": "insects", "children": ["ant", "bee"]}, {"name": "mammals", "children": ["cow", "dog"]}]},
    "elm",
]}  # fmt: skip
LEVELS = {1: ("animals", "elm"), 2: ("insects", "mammals", "elm")}
OF = {1: (0, 0, 0, 0, 1), 2: (0, 0, 1, 1, 2)}
TRUE = np.repeat(np.arange(5), 40)


def collection(root: Path, level: int | None = None) -> Path:
    """Three runs on 200 samples; with `level`, their labels are the groups of that level from the start."""
    rng = np.random.default_rng(3)
    write_table(root, len(TRUE))
    to = np.arange(5) if level is None else np.asarray(OF[level])
    for name, skill in (("a", 0.9), ("b", 0.75), ("c", 0.4)):
        epochs = []
        for _ in range(2):
            predicted = np.where(rng.random(len(TRUE)) < skill, TRUE, rng.integers(0, 5, len(TRUE)))
            epochs.append((to[TRUE], to[predicted]))
        write_labels(root / name, epochs, CLASSES if level is None else LEVELS[level])
    if level is None:
        (root / "hierarchy.json").write_text(json.dumps(TREE), encoding="utf-8")
    return root


def at_level(session: Session, level: int | None) -> Session:
    return replace(session, ranking=replace(session.ranking, level=level, order=ClassOrder.GIVEN))


@pytest.mark.row("P18")
@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("metric", [Metric.RECALL, Metric.PRECISION, Metric.F1, Metric.ACCURACY])
def test_groups_rank_as_if_they_had_been_the_classes(tmp_path: Path, level: int, metric: Metric) -> None:
    session = at_level(with_metric(ranking_of(collection(tmp_path / "classes")), metric), level)
    plain = at_level(with_metric(ranking_of(collection(tmp_path / "groups", level)), metric), None)
    for rows in RankingRows:
        found, wanted = (
            ranking(replace(each, ranking=replace(each.ranking, rows=rows)), wait=True) for each in (session, plain)
        )
        assert found.classes == wanted.classes == LEVELS[level]
        assert found.names == wanted.names and found.values == pytest.approx(wanted.values)
        assert found.overall == pytest.approx(wanted.overall)
        assert found.overall_label in ("group acc.", "group F1")
        for focus in (None, 1):
            ours = class_ties(found, range(len(found.classes)), focus=focus, wait=True)
            theirs = class_ties(wanted, range(len(found.classes)), focus=focus, wait=True)
            for column, one in theirs.items():
                assert ours[column].p == pytest.approx(one.p, nan_ok=True)
                assert ours[column].tied.tolist() == one.tied.tolist()
                assert ours[column].methods.tolist() == one.methods.tolist()
        assert best_weak_spots(found, wait=True) == best_weak_spots(wanted, wait=True)
        assert cell_interval(found, 1, 0) == cell_interval(wanted, 1, 0)


def test_the_cursor_stands_on_the_group_of_the_class(tmp_path: Path) -> None:
    session = at_level(on_class(ranking_of(collection(tmp_path)), "dog"), 2)
    table = ranking(session)
    assert cursor(table, session) == (0, 1)
    assert move(session, 1, 0).selection.true == "dog"
    assert move(session, 0, 1).selection.true == "elm" and move(session, 0, -1).selection.true == "ant"
    said = "".join(piece.text for part in reading(session, table) for piece in part)
    assert said.startswith("mammals in a: recall ") and " of 80 samples" in said
    deeper = drill(move(session, 0, -1))
    assert deeper.tab is Tab.MATRIX and deeper.selection.true == "ant" and deeper.selection.predicted in CLASSES


def test_levels_go_from_classes_outwards_and_back(tmp_path: Path) -> None:
    session = at_level(ranking_of(collection(tmp_path)), None)
    assert depth_of(session) == 2
    inner = step_level(session, -1)
    assert inner.ranking.level == 2 and inner.notice == "Columns are 3 groups of level 2."
    outer = step_level(inner, -1)
    assert ranking(outer).classes == LEVELS[1] and step_level(outer, -1).ranking.level == 1
    assert step_level(step_level(outer, 1), 1).ranking.level is None
    assert step_level(session, 1).notice == "Columns are classes."
    assert ranking(of_runs(outer)).classes == CLASSES


def test_ap_and_collections_without_groups_keep_classes(tmp_path: Path) -> None:
    session = at_level(ranking_of(collection(tmp_path)), 1)
    by_ap = with_metric(session, Metric.AP)
    assert ranking(by_ap, wait=True).classes == CLASSES and "AP is of classes" in step_level(by_ap, -1).notice
    (tmp_path / "hierarchy.json").unlink()
    bare = at_level(ranking_of(tmp_path), 1)
    assert ranking(bare).classes == CLASSES and "no class hierarchy" in step_level(bare, -1).notice


def test_runs_with_other_classes_are_grouped_by_name(tmp_path: Path) -> None:
    collection(tmp_path)
    # `dog` first, and a class that the hierarchy does not know.
    names = ("dog", "cow", "bee", "ant", "elm", "yak")
    index = np.array([3, 2, 1, 0, 4])
    predicted = index[TRUE].copy()
    predicted[:10] = 5
    write_labels(tmp_path / "d", [(index[TRUE], predicted)], names)
    session = at_level(ranking_of(tmp_path, run="a"), 1)
    table = ranking(session)
    row = table.names.index("d")
    assert table.rows[row].run.classes == ("animals", "elm", ELSE)
    assert table.values[row].tolist() == pytest.approx([150 / 160, 1.0])


def test_groups_of_one_name_are_told_apart(tmp_path: Path) -> None:
    collection(tmp_path)
    twice = {"name": "all", "children": [
        {"name": "x", "children": [{"name": "rest", "children": ["ant", "bee"]}, "cow"]},
        {"name": "y", "children": [{"name": "rest", "children": ["dog"]}, "elm"]}]}  # fmt: skip
    (tmp_path / "hierarchy.json").write_text(json.dumps(twice), encoding="utf-8")
    table = ranking(at_level(ranking_of(tmp_path), 2))
    assert table.classes == ("x/rest", "cow", "y/rest", "elm")
