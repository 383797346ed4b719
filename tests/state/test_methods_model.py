"""Explanation methods over a whole split, on maps with planted properties."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.saliency import Measure, area_above, compare
from clftui.data import explanations
from clftui.data.catalog import open_catalog
from clftui.state import methods_numbers
from clftui.state.explain_settings import Pictures
from clftui.state.filters import Expression
from clftui.state.methods_check import Trust
from clftui.state.methods_model import Row, Says, Summary
from clftui.state.methods_numbers import drawn
from clftui.state.methods_settings import AreaOrder
from clftui.state.methods_shown import Shown, agreement, candidates, class_lines, disagreed, example, shown
from clftui.state.methods_view import drill, move, next_disagreement, next_method, next_order, step_example
from clftui.state.methods_words import advice, drawn_words, sentences
from clftui.state.moves import add_filter, select
from clftui.state.sample_list import Nothing
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from tests.builders import write_collection
from tests.explained import write_maps, write_texts
from tests.explained_runs import answers
from tests.method_runs import EMPTY, places, write_methods


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_methods(tmp_path_factory.mktemp("methods"))


@pytest.fixture
def session(root: Path) -> Session:
    return open_session(open_catalog([root]), run="run0")


def found(session: Session) -> Shown:
    told = shown(session)
    assert isinstance(told, Shown)
    return told


def row_of(session: Session, name: str, run: str = "run0") -> Row:
    return next(row for row in found(session).rows if (row.name, row.run.name) == (name, run))


def summary(session: Session, name: str, run: str = "run0") -> Summary:
    told = row_of(session, name, run).summary
    assert told is not None
    return told


def test_the_focused_runs_methods_come_first_and_random_maps_are_no_method(session: Session) -> None:
    rows = [(row.run.name, row.name) for row in found(session).rows]
    assert rows[:3] == [("run0", "fixed"), ("run0", "good"), ("run0", "thin")]
    assert set(rows[3:]) == {("run1", "good"), ("run2", "good")}


@pytest.mark.row("V18")
def test_area_goes_with_correctness_where_it_was_planted(session: Session, root: Path) -> None:
    told = summary(session, "good")
    with np.load(root / "run0" / "explanations" / "good" / "test.npz") as held:
        areas = np.asarray([area_above(each.astype(np.float32), 0.5) for each in held["maps"]])
    true, predicted = answers(root, "run0")
    right = true == predicted
    assert told.area.value == pytest.approx(areas.mean()) and told.area.n == 80
    assert told.parted.difference == pytest.approx(areas[right].mean() - areas[~right].mean())
    assert told.says is Says.WITH and told.parted.auc > 0.9 and told.parted.low > 0
    assert summary(session, "fixed").says is Says.NO_SIGN
    assert {told.says_of(number) for number in range(len(told.classes))} == {Says.WITH}
    words = " ".join(sentences(row_of(session, "good")))
    assert "Area goes with correctness: right" in words and f"{right.sum()} right, {(~right).sum()} wrong" in words
    lower = replace(session, explain=replace(session.explain, step=4))
    assert summary(lower, "good").area.value > told.area.value, "the threshold counts"


@pytest.mark.row("V21")
def test_empty_maps_are_counted_and_left_out_of_every_mean(session: Session) -> None:
    told = summary(session, "thin")
    assert (told.empty.value, told.empty.n) == (len(EMPTY) / 80, 80)
    assert told.empty.low < 0.1 < told.empty.high and told.area.n == 72 == told.entropy.n
    assert told.parted.n_right + told.parted.n_wrong == 72
    assert 0 < told.entropy.value < summary(session, "fixed").entropy.value <= 1, "narrow hills are less spread"
    words = sentences(row_of(session, "thin"))
    assert any(each.startswith("8 of 80 maps are empty and explain nothing") for each in words)


@pytest.mark.row("V21")
def test_random_weights_and_labels_tell_a_method_that_draws_the_same_anyway(session: Session) -> None:
    good, fixed, thin = (row_of(session, name) for name in ("good", "fixed", "thin"))
    assert [check.what for check in good.checks or ()] == ["random weights", "random labels (run2)"]
    assert [row.trust for row in (good, fixed, thin)] == [Trust.PASSED, Trust.FAILED, Trust.UNKNOWN]
    assert [check.what for check in fixed.checks or ()] == ["random weights"] and thin.checks == ()
    kept = (fixed.checks or ())[0]
    assert kept.kept.value > 0.9 and kept.n == 80 and kept.same["L1"].value < kept.other["L1"].value
    assert kept.same["SSIM"].value > kept.other["SSIM"].value
    assert [check.what for check in row_of(session, "good", "run1").checks or ()] == ["random labels (run2)"]
    assert row_of(session, "good", "run2").checks == (), "the run with random labels is no check of itself"
    assert "barely changes: be careful" in sentences(fixed)[0]
    assert "--method thin --random-weights" in sentences(thin)[0]


@pytest.mark.row("V21")
def test_the_method_that_meets_the_rule_is_recommended_and_none_elsewhere(session: Session) -> None:
    told = found(session)
    runs = {row.run.name: row.run for row in told.rows}
    assert advice(told, runs["run0"]) == "Recommended: good, 0 % empty, depends on what was learned."
    assert advice(told, runs["run2"]) == "No method can be recommended: good not checked."


@pytest.mark.row("V21")
def test_maxima_hit_their_boxes_more_often_than_a_random_point(session: Session, root: Path) -> None:
    told = summary(session, "good")
    assert told.hit.n == 79 and told.hit.value > 0.95, "the first sample has no box"
    at = places(0)[1:] * 8
    assert told.chance == pytest.approx(0.25, abs=1e-3) and at.shape == (79, 2)
    other = summary(session, "good", "run2")
    words = sentences(row_of(session, "good", "run2"))
    assert other.hits_by_chance is any("no more than a random point" in each for each in words)
    assert (
        not told.hits_by_chance
        and other.hit.value < told.hit.value
        and other.hit.low <= other.hit.value <= other.hit.high
    )


@pytest.mark.row("V21")
def test_agreement_is_algorithm_2s_mean_beside_that_of_other_samples(session: Session, root: Path) -> None:
    told = agreement(found(session), Measure.SSIM)
    names = [(row.run.name, row.name) for row in told.rows]
    i, j = names.index(("run0", "good")), names.index(("run0", "thin"))
    maps = []
    for name in ("good", "thin"):
        with np.load(root / "run0" / "explanations" / name / "test.npz") as held:
            maps.append(held["maps"].astype(np.float32))
    expected = [compare(a, b, Measure.SSIM) for a, b in zip(*maps, strict=True) if a.any() and b.any()]
    assert told.same[i, j] == told.same[j, i] == pytest.approx(np.mean(expected)) and told.n[i, j] == 72
    assert told.other[i, j] < told.same[i, j] - told.arms[i, j] and told.beyond[i, j] and told.complete
    stranger = names.index(("run2", "good"))
    assert not told.beyond[i, stranger], "maps that have nothing to do with each other agree no more than by chance"
    assert told.same[i, i] == 1


@pytest.mark.row("V20")
def test_an_example_is_one_sample_by_every_method_of_the_run(session: Session) -> None:
    told = found(session)
    one = example(session, told)
    assert one is not None and [row.name for row, _, _ in one.maps] == ["fixed", "good", "thin"]
    empty = example(select(session, sample="0004"), told)
    assert empty is not None and empty.sample == "0004"
    assert empty.maps[2][1] is None and "zero throughout" in empty.maps[2][2] and empty.maps[0][1] is not None
    alone = found(move(session, 4, 0, (9, 1)))
    assert [row.run.name for row in alone.mine] == ["run0", "run1", "run2"], "a run with one method: that of all runs"


@pytest.mark.row("V20", "V21")
def test_keys_go_to_other_examples_to_where_methods_disagree_and_to_the_sample(session: Session) -> None:
    told = found(session)
    worst = disagreed(told)
    first = next_disagreement(session)
    assert worst is not None and len(worst) == 80 and set(worst[-8:].tolist()) == set(EMPTY)
    assert first.selection.sample == f"{worst[0]:04d}" and "1 of 80" in first.notice
    assert next_disagreement(first).selection.sample == f"{worst[1]:04d}"
    at_three = select(session, sample="0003")
    assert step_example(at_three, 1).selection.sample == "0004"
    assert step_example(at_three, -1).selection.sample == "0002"
    assert step_example(select(session, sample="0000"), -1).selection.sample == "0000"
    there = drill(at_three)
    assert there.tab is Tab.SAMPLES and there.selection.alone and there.selection.sample == "0003"
    assert there.explain.pictures is Pictures.METHODS and there.explain.method == "fixed"
    moved = next_method(session)
    assert moved.features.methods.cursor == 1 and moved.explain.method == "good", "a sample alone shows it, too"


def test_classes_come_strongest_first_or_as_in_the_matrix(session: Session) -> None:
    row = row_of(session, "good")
    strongest = class_lines(session, row)
    assert row.summary is not None
    q = row.summary.q[strongest]
    assert (np.diff(q) >= 0).all()
    given = next_order(session)
    assert given.features.methods.order is AreaOrder.GIVEN
    assert class_lines(given, row).tolist() == sorted(strongest.tolist())


def test_filters_and_a_draw_leave_fewer_maps_and_say_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    few = add_filter(session, Expression('true == "cat"'))
    assert summary(few, "good").n == 20
    assert drawn_words(found(session).rows) == ""
    assert (
        drawn(np.arange(9), 4).tolist() == sorted(drawn(np.arange(9), 4).tolist()) and len(drawn(np.arange(9), 4)) == 4
    )


def test_filters_that_leave_nothing_leave_methods_without_classes(session: Session) -> None:
    told = summary(add_filter(session, Expression("confidence > 2")), "good")
    assert told.area.n == 0
    assert not len(told.classes)


def test_a_large_file_counts_in_a_seeded_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods_numbers, "MOST", 30)
    folder = write_methods(tmp_path)
    session = open_session(open_catalog([folder]), run="run0")
    row = row_of(session, "good")
    assert row.summary is not None and row.summary.n == 30 and row.maps is not None and row.maps.whole == 80
    assert len(candidates(found(session))) == 30


def test_one_broken_map_and_a_broken_file_hide_nothing_else(tmp_path: Path) -> None:
    folder = write_methods(tmp_path, boxes=False)
    with np.load(folder / "run0" / "explanations" / "good" / "test.npz") as held:
        maps = held["maps"].astype(np.float32)
    maps[3] = 7
    write_maps(folder / "run0", "good", maps)
    (folder / "run0" / "explanations" / "thin" / "test.npz").write_bytes(b"nothing")
    (folder / "run0" / "explanations" / "fixed.random-weights" / "test.npz").write_bytes(b"nothing")
    session = open_session(open_catalog([folder]), run="run0")
    told = summary(session, "good")
    assert (told.n, told.broken, told.area.n) == (79, 1, 79) and told.hit.n == 0
    assert "1 map cannot be read and is left out." in sentences(row_of(session, "good"))
    assert row_of(session, "thin").trouble and row_of(session, "thin").summary is None
    assert row_of(session, "fixed").trust is Trust.UNKNOWN and "Not checked" in sentences(row_of(session, "fixed"))[0]


def test_words_and_nothing_saved_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)
    folder = write_collection(tmp_path)
    session = open_session(open_catalog([folder]), run="run0")
    told = shown(session)
    assert isinstance(told, Nothing) and "clftui explain" in told.sentence
    assert drill(session) is session and step_example(session, 1) is session
    document = {"sample": 3, "target": 0, "sentences": [{"words": [["good", 0.8]]}]}
    write_texts(folder / "run1", "attention", [document])
    words = shown(open_session(open_catalog([folder]), run="run1"))
    assert isinstance(words, Nothing) and "words alone" in words.sentence


@pytest.mark.row("V21")
def test_a_method_that_hits_boxes_by_chance_is_not_recommended(tmp_path: Path) -> None:
    folder = write_methods(tmp_path)
    rng = np.random.default_rng(1)
    write_maps(folder / "run0", "noise", rng.random((80, 7, 7)))
    write_maps(folder / "run0", "noise.random-weights", rng.random((80, 7, 7)))
    session = open_session(open_catalog([folder]), run="run0")
    row = row_of(session, "noise")
    assert row.trust is Trust.PASSED and not row.good, "noise depends on the weights and explains nothing"
    assert row.summary is not None and row.summary.hits_by_chance
    assert any("no more than a random point would" in each for each in sentences(row))
    assert "noise" not in advice(found(session), row.run)
