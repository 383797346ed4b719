"""The table of explained samples: its three tasks, what its numbers are, orders, searches, and the way on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.metrics import Metric, accuracy, per_class
from clftui.analysis.saliency import Measure, area_above, areas_above, resized, similarity_matrix
from clftui.data import explanations
from clftui.state import explained_view as steps
from clftui.state.explained_facts import Fact, facts_of, maps_of_runs
from clftui.state.explained_index import places
from clftui.state.explained_order import shown_rows
from clftui.state.explained_settings import OF_MAPS, Column, Of, Task
from clftui.state.explanations import explained as explained_one
from clftui.state.filters import Expression
from clftui.state.later import LATER
from clftui.state.moves import select
from clftui.state.sample_detail import detail_of
from clftui.state.sample_detail_colours import colours
from clftui.state.sample_detail_steps import step_threshold
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.unready import impatient
from tests.builders import CLASSES, write_collection
from tests.explained import write_texts
from tests.explained_runs import EMPTY, answers, ids, opened, table, write_explained


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explanations written a moment ago are seen."""
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_explained(tmp_path / "runs")


@given(st.integers(1, 6), st.integers(2, 9), st.floats(0, 1))
def test_areas_of_many_maps_are_those_of_each(m: int, side: int, threshold: float) -> None:
    values = np.random.default_rng(m * side).random((m, side, side + 1))
    np.testing.assert_array_equal(areas_above(values, threshold), [area_above(each, threshold) for each in values])
    np.testing.assert_allclose(resized(values, 12, 5), [resized(each, 12, 5) for each in values])


@given(st.data())
def test_the_place_of_each_explanation_is_the_one_a_sample_alone_shows(data: st.DataObject) -> None:
    """Against a plain search: newest epoch up to the shown one, else the first after; the wanted class, else first."""
    n, m = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 14))
    draw = np.random.default_rng(data.draw(st.integers(0, 10**6)))

    class Evaluation:
        sample, epoch, classes = draw.permutation(n + 2)[:n].astype(np.int64), 3, ("a", "b", "c")
        true, predicted = draw.integers(0, 3, n), draw.integers(0, 3, n)

    sample, epoch = draw.integers(0, n + 2, m), draw.integers(1, 6, m)
    target, unit = draw.integers(0, 3, m), draw.random(m) < 0.2
    aim = data.draw(st.sampled_from(["predicted", "true", "b", "unit 2", ""]))
    found = places(Evaluation(), sample, epoch, target, unit, aim)  # type: ignore[arg-type]
    for at, row in enumerate(Evaluation.sample.tolist()):
        mine = [i for i in range(m) if sample[i] == row]
        before = [epoch[i] for i in mine if epoch[i] <= 3]
        best = max(before) if before else min((epoch[i] for i in mine), default=0)
        mine = [i for i in mine if epoch[i] == best]
        label = {"predicted": Evaluation.predicted[at], "true": Evaluation.true[at], "b": 1, "unit 2": 2}.get(aim)
        wanted = [i for i in mine if target[i] == label and bool(unit[i]) == (aim == "unit 2")]
        assert found[at] == next(iter(wanted if aim else mine), next(iter(mine), -1))


@pytest.mark.row("V14")
def test_three_tasks_are_runs_on_a_sample_classes_of_a_run_and_samples_of_a_run(root: Path) -> None:
    session = select(opened(root), sample="0005")
    models = table(steps.settings(session, task=Task.MODELS))
    assert {models.rows.source_of(row).run.key for row in range(models.n)} == {"run0", "run1", "run2"}
    assert set(ids(steps.settings(session, task=Task.MODELS))) == {"0005"}
    explaining = table(steps.settings(session, task=Task.MODELS, all_runs=True))
    assert {explaining.rows.source_of(row).run.key for row in range(explaining.n)} == {"run0", "run1"}
    assert len(table(session).order) == 80
    other = select(session, run="run1", sample=None)
    assert table(other).n == 60 and table(other).rows.whole == 80


@pytest.mark.row("V14")
def test_a_class_is_its_surest_right_and_surest_wrong_sample(root: Path) -> None:
    session = opened(root, task=Task.CLASSES)
    evaluation = session.evaluation()
    assert evaluation is not None
    true, predicted, sure = evaluation.true, evaluation.predicted, evaluation.confidence()
    wanted = set()
    for label in range(len(CLASSES)):
        for wrong in (False, True):
            mine = np.flatnonzero((true == label) & ((predicted != label) == wrong))
            if mine.size:
                wanted.add(f"{int(evaluation.sample[mine[np.argmax(sure[mine])]]):04d}")
    assert set(ids(session)) == wanted and len(ids(session)) == len(wanted)


@pytest.mark.row("V13")
def test_rows_are_of_the_class_the_cell_the_list_or_all_and_obey_filters(root: Path) -> None:
    session = select(opened(root, of=Of.CLASS), true="cat", predicted="dog")
    true, predicted = answers(root, "run0")
    cat, dog = CLASSES.index("cat"), CLASSES.index("dog")
    assert table(session).n == int((true == cat).sum())
    cell = steps.next_of(session)
    assert cell.features.explained.of is Of.CELL
    assert getattr(shown_rows(cell), "n", 0) == int(((true == cat) & (predicted == dog)).sum())
    listed = steps.settings(session, of=Of.LISTED)
    assert table(listed).n == int((true != predicted).sum()), "the wrong ones, as Samples lists them"
    strict = replace(opened(root), filters=(Expression("true == predicted"),))
    assert table(strict).n == int((true == predicted).sum())
    assert table(strict).rows.sources[0].accuracy == 1.0


def test_rows_obey_the_selected_group(root: Path) -> None:
    pets = {"name": "pets", "children": ["cat", "dog"]}
    tree = {"name": "all", "children": [pets, {"name": "wild", "children": ["fox", "owl"]}]}
    (root / "hierarchy.json").write_text(json.dumps(tree), encoding="utf-8")
    true = answers(root, "run0")[0]
    session = select(opened(root), group=("pets",))
    assert table(session).n == int((true < 2).sum()) and table(session).rows.subject == "all samples in pets"
    assert table(steps.settings(session, task=Task.CLASSES)).n == 4


@pytest.mark.row("V15")
def test_numbers_of_a_row_are_those_of_the_sample_alone(root: Path) -> None:
    session = steps.settings(opened(root), sort=Column.NAME)
    shown = table(session)
    assert ids(session) == [f"{row:04d}" for row in range(80)]
    run, evaluation = session.run, session.evaluation()
    assert run is not None and evaluation is not None
    recall = per_class(evaluation.confusion, Metric.RECALL)
    for row in (3, 50, 70):
        fact = facts_of(session, shown, [int(shown.order[row])])[0]
        alone = select(session, sample=f"{row:04d}", detail=True)
        listed = listing(alone)
        assert isinstance(listed, SampleList)
        detail = detail_of(alone, listed)
        assert detail is not None and detail.main is not None and detail.main.values is not None
        assert fact.values is not None and fact.accuracy == accuracy(evaluation.confusion)
        np.testing.assert_array_equal(fact.values, detail.main.values)
        assert fact.area == area_above(detail.main.values, 0.5)
        assert fact.class_accuracy == recall[evaluation.true[row]]
        assert fact.answer.confidence == pytest.approx(float(evaluation.confidence()[row]))
        own = colours(detail.main, listed.table, 0.5)
        assert own is not None and fact.colours is not None
        assert fact.colours.distance == own.distance
        pair = [explained_one(item, detail.main.choice).values for item in detail.answers]
        matrix = similarity_matrix(pair, Measure.L1)
        assert fact.likeness is not None
        off = matrix[~np.eye(len(pair), dtype=bool)]
        wanted = float(np.nanmean(off)) if np.isfinite(off).any() else float("nan")
        assert fact.likeness == pytest.approx(wanted, nan_ok=True)


def test_an_empty_map_is_said_to_be_empty_and_never_drawn(root: Path) -> None:
    low = opened(root, sort=Column.NAME)
    for _ in range(12):
        low = step_threshold(low, -1)
    assert low.explain.threshold == 0
    shown = table(low)
    fact = facts_of(low, shown, [int(shown.order[EMPTY])])[0]
    assert fact.is_empty and fact.area == 0 and fact.values is None and fact.colours is None
    beside = facts_of(low, shown, [int(shown.order[EMPTY + 1])])[0]
    assert not beside.is_empty and beside.area == 1
    by_area = table(steps.settings(low, sort=Column.AREA, turned=True))
    assert by_area.rows.sample_id(int(by_area.order[0])) == f"{EMPTY:04d}"


@pytest.mark.row("V15")
@pytest.mark.parametrize("column", list(Column))
def test_every_column_sorts_both_ways_and_the_unknown_come_last(root: Path, column: Column) -> None:
    session = opened(root, sort=column)
    shown = table(session)
    facts = facts_of(session, shown, shown.order.tolist())
    told_by: dict[Column, Callable[[Fact], Any]] = {
        Column.ACCURACY: lambda f: f.accuracy, Column.CLASS_ACCURACY: lambda f: f.class_accuracy,
        Column.CONFIDENCE: lambda f: f.answer.confidence, Column.NAME: lambda f: f.name,
        Column.TRUE: lambda f: f.answer.true, Column.PREDICTED: lambda f: f.answer.predicted,
        Column.AREA: lambda f: f.area, Column.SIMILARITY: lambda f: f.likeness,
        Column.COLOURS: lambda f: f.colours.distance if f.colours is not None else float("nan"),
    }  # fmt: skip
    values = told_by[column]
    told = [values(fact) for fact in facts]
    known = [each for each in told if each == each]
    assert known == told[: len(known)], "the unknown come last"
    assert known == sorted(known, reverse=shown.falling) and len(known) > 40
    turned = steps.turn_sort(session)
    again = [values(fact) for fact in facts_of(turned, table(turned), table(turned).order.tolist())]
    assert [each for each in again if each == each] == sorted(known, reverse=not shown.falling)
    assert len(again) == len(told)


@pytest.mark.parametrize("column", sorted(OF_MAPS))
def test_a_screen_does_not_wait_for_maps_and_says_how_far_it_is(root: Path, column: Column) -> None:
    session = steps.sort_by(step_threshold(opened(root), 1), column)
    with impatient() as draw:
        first = table(session)
    assert draw.missing and first.progress == (0, 80)
    assert first.order_words == f"sorting by {column.value}: computed 0 of 80"
    assert LATER.settle()
    with impatient():
        later = table(session)
    assert later.progress is None and later.order_words == f"sorted by {column.value}"
    assert later.order.tolist() == table(session).order.tolist() != first.order.tolist()


def test_words_of_texts_are_the_weightiest_for_and_against(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "runs")
    words = [["the", 0.01], ["awful", -0.9], ["fine", 0.5], ["plot", 0.2], ["a", 0.0], ["good", 0.7], ["act", 0.3]]
    write_texts(folder / "run0", "attention", [{"sample": row, "target": 0, "sentences": [{"words": words}]}
                                              for row in range(20)])  # fmt: skip
    session = opened(folder, sort=Column.NAME)
    shown = table(session)
    fact = facts_of(session, shown, [0])[0]
    assert shown.of_text and shown.n == 20
    assert [word.text for word in fact.words] == ["awful", "good", "fine", "act", "plot"]
    assert np.isnan(fact.area) and fact.colours is None


@pytest.mark.row("V17")
def test_maps_of_all_runs_stand_beside_the_table(root: Path) -> None:
    session = opened(root, sort=Column.NAME)
    shown = table(session)
    assert [each.item.run.key for each in maps_of_runs(shown.rows, 5)] == ["run1", "run0"], "B, C"
    assert [each.item.run.key for each in maps_of_runs(shown.rows, 70)] == ["run0"], "run1 explains the first 60"


def test_why_there_is_no_row_is_said(tmp_path: Path, root: Path) -> None:
    bare = opened(write_collection(tmp_path / "bare"))
    nothing = shown_rows(bare)
    assert isinstance(nothing, Nothing) and "clftui explain" in nothing.sentence
    (root / "run0" / "explanations" / "Grad-CAM" / "test.npz").write_bytes(b"PK")
    broken = shown_rows(opened(root))
    assert isinstance(broken, Nothing) and "is not a complete npz file" in broken.sentence
    other = shown_rows(select(opened(root), run="run2"))
    assert isinstance(other, Nothing) and "run2 has saved no Grad-CAM here" in other.sentence
