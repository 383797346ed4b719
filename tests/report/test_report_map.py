"""The map without a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.class_distance import ScoreSums
from clftui.report import Options, render
from clftui.report import map as map_report
from clftui.state.filters import FilterError
from clftui.state.map_settings import MapMethod, MapOf, Multiples, asked
from clftui.state.session import Session
from tests.mapped import CLASSES, mapped, write_mapped


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return mapped(write_mapped(tmp_path / "runs"), run="far")


@pytest.mark.row("P8")
def test_samples_as_json_name_method_seed_points_and_trustworthiness(session: Session) -> None:
    found = json.loads(render(session, "map", "json"))["data"]
    assert (found["of"], found["method"], found["seed"], found["source"]) == ("samples", "PCA", 0, "features")
    assert found["perplexity"] is None and found["samples"] == found["drawn"] == len(found["points"]) == 120
    assert 0.5 < found["trustworthiness"] <= 1 and 0 < found["purity"] <= 1 and -1 <= found["silhouette"] <= 1
    first = found["points"][0]
    assert first["id"] == "0000" and first["true"] == "cat" and 0 <= first["x"] <= 1 and 0 <= first["y"] <= 1
    assert {each["class"] for each in found["classes"]} == set(CLASSES)
    assert len(map_report.data(session, Options(top=5))["points"]) == 5


def test_tsne_is_waited_for_and_the_same_each_time(session: Session) -> None:
    slow = replace(session, map=replace(session.map, method=MapMethod.TSNE))
    one, other = render(slow, "map", "json"), render(slow, "map", "json")
    assert one == other and json.loads(one)["data"]["method"] == "t-SNE"
    assert json.loads(one)["data"]["perplexity"] == 30


@pytest.mark.row("V7")
def test_classes_as_json_have_the_distances_of_algorithm_1(session: Session) -> None:
    found = json.loads(render(replace(session, map=replace(session.map, of=MapOf.CLASSES)), "map", "json"))["data"]
    evaluation = session.evaluation()
    assert evaluation is not None
    sums = ScoreSums(4)
    scores = evaluation.scores(np.arange(evaluation.n))
    assert scores is not None
    sums.add(evaluation.true, scores)
    np.testing.assert_allclose(found["distances"], sums.distances(), atol=1e-12)
    assert (found["method"], found["distance"], found["basis"]) == ("MDS", "log", "scores")
    assert [each["class"] for each in found["points"]] == found["classes"] == list(CLASSES)


def test_an_undefined_class_is_null_and_has_no_point(tmp_path: Path) -> None:
    root = write_mapped(tmp_path / "three", runs=("near",), n=3)
    found = json.loads(render(mapped(root, of=MapOf.CLASSES), "map", "json"))["data"]
    assert found["distances"][3] == [None] * 4 and len(found["points"]) == 3


def test_tables_have_a_row_a_class_the_least_pure_first(session: Session) -> None:
    table = map_report.table(session, Options())
    pure = [row[table.columns.index("pure")] for row in table.rows]
    assert pure == sorted(pure) and len(pure) == 4  # type: ignore[type-var]
    by_name = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert by_name["dog"]["nearest"] == "fox" and by_name["dog"]["samples"] == 30
    assert any("PCA trustworthy" in note for note in table.notes) and any("Algorithm 1" in note for note in table.notes)
    classes = map_report.table(replace(session, map=replace(session.map, of=MapOf.CLASSES)), Options())
    assert "pure" not in classes.columns and classes.title == "Map of classes: far, test"
    assert len(map_report.table(session, Options(top=2)).rows) == 2


@pytest.mark.row("P7")
def test_several_maps_have_a_row_each(session: Session) -> None:
    several = replace(session, map=replace(session.map, multiples=Multiples.EPOCHS))
    found = json.loads(render(several, "map", "json"))["data"]
    assert found["of"] == "maps" and found["onto"] == "epoch 2" and [each["epoch"] for each in found["maps"]] == [1, 2]
    assert found["maps"][1]["left_over"] == 0 and len(found["maps"][0]["points"]) == 120
    table = map_report.table(several, Options())
    assert [row[0] for row in table.rows] == ["epoch 1", "epoch 2"]
    assert table.rows[0][2] < table.rows[1][2]  # type: ignore[operator]


def test_what_there_is_nothing_of_is_a_sentence(tmp_path: Path) -> None:
    root = write_mapped(tmp_path / "one", runs=("near",), n=1, features=False)
    with pytest.raises(FilterError, match="Fewer than two samples"):
        render(mapped(root), "map", "text")


def test_the_command_line_names_points_and_layout(session: Session) -> None:
    now = session.map
    assert asked(now, "classes", "smacof").of is MapOf.CLASSES
    assert asked(now, "classes", "smacof").class_method is MapMethod.STRESS
    assert asked(now, "epochs", "quick").multiples is Multiples.EPOCHS
    assert asked(now, None, "t-sne").method is MapMethod.TSNE and asked(now, None, None) == now
