"""What the map shows: rows, layouts, colours, distances of classes, regions, and what may be missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.class_distance import ClassDistance
from clftui.schema import FormatError
from clftui.state import map_cloud
from clftui.state.filters import Expression
from clftui.state.map_box import inside_box, inside_lasso
from clftui.state.map_classes import class_span
from clftui.state.map_cloud import Cloud, cloud_of, source_of, sources, values_of
from clftui.state.map_colours import Codes, codes_of, colours, key_of
from clftui.state.map_filter import OnMap
from clftui.state.map_frame import frame_of
from clftui.state.map_model import map_model, middles
from clftui.state.map_numbers import separation
from clftui.state.map_settings import MapColour, MapMethod, MapOf, MapSource
from clftui.state.map_side import class_lines, neighbours
from clftui.state.moves import add_filter
from clftui.state.sample_tags import Tag, give
from clftui.state.session import Session
from tests.builders import write_collection
from tests.mapped import CLASSES, mapped, write_mapped


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mapped(tmp_path / "runs")


def cloud(session: Session) -> Cloud:
    found = map_model(session).cloud
    assert found is not None
    return found


@pytest.mark.row("P8")
def test_samples_lie_by_their_features_where_the_epoch_has_them_else_by_logits(root: Path, tmp_path: Path) -> None:
    model = map_model(mapped(root))
    assert model.cloud is not None and model.cloud.words == "3 features" and model.picture.layout.method == "PCA"
    assert model.picture.places.shape == (120, 2)
    bare = mapped(write_mapped(tmp_path / "bare", features=False))
    assert cloud(bare).words == "logits of 4 classes"
    assert cloud(replace(bare, map=replace(bare.map, source=MapSource.FEATURES))).source is MapSource.LOGITS
    scores = cloud(replace(bare, map=replace(bare.map, source=MapSource.SCORES)))
    assert scores.words == "scores of 4 classes"


def test_classes_that_lie_apart_in_the_features_lie_apart_on_the_picture(root: Path) -> None:
    model = map_model(mapped(root))
    middle = dict(zip(model.anchors.classes.tolist(), model.anchors.places, strict=True))
    assert np.linalg.norm(middle[1] - middle[2]) < 0.5 * np.linalg.norm(middle[0] - middle[3])


def test_logits_are_known_up_to_a_constant_of_each_sample(root: Path) -> None:
    evaluation = mapped(root).evaluation()
    assert evaluation is not None
    at = np.arange(evaluation.n)
    logs = np.log(np.maximum(np.asarray(evaluation.scores(at), dtype=float), 1e-6))
    np.testing.assert_allclose(
        values_of(evaluation, MapSource.LOGITS, at), logs - logs.mean(axis=1, keepdims=True), atol=1e-9
    )


def test_of_scores_the_best_of_which_were_logged_the_rest_is_spread_over_the_others(tmp_path: Path) -> None:
    session = mapped(write_mapped(tmp_path / "few", features=False, top=2))
    evaluation = session.evaluation()
    assert evaluation is not None and sources(evaluation) == (MapSource.SCORES,)
    values = values_of(evaluation, MapSource.SCORES, np.arange(evaluation.n))
    np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-3)
    assert cloud(session).words == "top 2 of 4 scores"


def test_of_many_samples_a_stratified_draw_is_what_tsne_and_the_numbers_are_made_of(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_cloud, "MOST", 40)
    found = cloud(mapped(root, run="far"))
    assert found.n == 120 and found.is_drawn and len(found.rows) == 40
    assert np.bincount(found.evaluation.true[found.positions[found.drawn]]).tolist() == [10] * 4
    # The places of those drawn are those of the same components.
    assert np.ptp(found.places, axis=0).max() == pytest.approx(1)
    assert "40 of 120 drawn" in " ".join(words for _, words in _about(mapped(root, run="far", quick=False)))


def _about(session: Session) -> tuple[tuple[str, str], ...]:
    from clftui.state.map_side import about, numbers_of

    model = map_model(session, wait=True)
    return about(model, numbers_of(model, wait=True), wait=True)


def test_the_same_rows_have_the_same_digest_and_others_do_not(root: Path) -> None:
    one, other = cloud(mapped(root)), cloud(mapped(root))
    assert one is not other and one.digest == other.digest
    assert cloud(mapped(root, run="far")).digest != one.digest


def test_a_run_without_features_and_scores_says_so_and_shows_its_classes(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "plain", runs=1)
    for file in root.glob("run0/epochs/*/test.npz"):
        with np.load(file) as held:
            kept = {name: held[name] for name in ("sample", "true", "predicted")}
        np.savez(file, allow_pickle=False, **kept)
    session = mapped(root, run="run0")
    with pytest.raises(FormatError, match="neither features nor scores") as error:
        map_model(session)
    assert str(error.value).endswith("v shows the classes, s another split.")
    model = map_model(replace(session, map=replace(session.map, of=MapOf.CLASSES)))
    assert model.span is not None and model.span.basis == "answers alone"
    confusion = session.confusion()
    assert confusion is not None
    dense = np.zeros((4, 4))
    dense[confusion.true, confusion.predicted] = confusion.count
    dense /= confusion.support[:, None]
    off = 1 - (dense + dense.T) / 2
    np.fill_diagonal(off, 0)
    np.testing.assert_allclose(model.span.literal, off, atol=1e-12)


@pytest.mark.row("V7", "V8")
def test_classes_lie_by_algorithm_1_of_all_scores(root: Path) -> None:
    evaluation = mapped(root).evaluation()
    assert evaluation is not None
    span = class_span(evaluation)
    scores = np.asarray(evaluation.scores(np.arange(evaluation.n)), dtype=float)
    expected = np.array([[1 - scores[evaluation.true == a, b].mean() for b in range(4)] for a in range(4)])
    expected = (expected + expected.T) / 2
    np.fill_diagonal(expected, 0)
    assert span is not None
    np.testing.assert_allclose(span.literal, expected, atol=1e-12)
    assert span.neighbours(1)[0] == 2
    np.testing.assert_allclose(span.by(ClassDistance.LITERAL), expected, atol=1e-12)


@pytest.mark.row("V6")
def test_the_neighbours_of_a_class_are_listed_nearest_first(root: Path) -> None:
    session = mapped(root)
    model = map_model(replace(session, selection=replace(session.selection, true="dog")))
    near = neighbours(model, 2)
    assert near is not None and CLASSES[near.lines[0].cls] == "fox"
    assert near.more == 1 and near.lines[0].share == 1 and near.lines[0].distance < near.lines[1].distance
    assert near.beyond >= near.lines[1].distance


def test_a_class_without_samples_is_left_out_of_the_map_of_classes(tmp_path: Path) -> None:
    root = write_mapped(tmp_path / "three", runs=("near",), n=3)
    model = map_model(mapped(root, of=MapOf.CLASSES))
    assert model.picture.points.tolist() == [0, 1, 2] and model.total == 4
    assert ("", "1 class without samples left out") in _about(mapped(root, of=MapOf.CLASSES))


def test_filters_hide_samples_and_leave_the_others_where_they_were(root: Path) -> None:
    session = mapped(root)
    whole = map_model(session).picture
    part = map_model(add_filter(session, Expression('true == "dog"'))).picture
    assert len(part.points) == 30 and part.layout is whole.layout
    np.testing.assert_array_equal(part.places, whole.places[np.isin(whole.points, part.points)])


def test_equal_sessions_draw_from_the_same_objects(root: Path) -> None:
    session = mapped(root)
    assert map_model(session).picture is map_model(replace(session, notice="other")).picture


def test_colours_tell_what_the_run_has(root: Path) -> None:
    session = mapped(root)
    held = cloud(session)
    there = colours(session, held)
    assert there == (
        MapColour.TRUE, MapColour.PREDICTED, MapColour.RIGHT, MapColour.AGREEMENT, MapColour.TAG, MapColour.LOSS,
    )  # fmt: skip
    e = held.evaluation
    assert np.array_equal(codes_of(session, held, MapColour.PREDICTED).codes, e.predicted)
    assert np.array_equal(codes_of(session, held, MapColour.RIGHT).codes, e.true != e.predicted)
    wrong = codes_of(session, held, MapColour.AGREEMENT)
    answers = [session.evaluation(run) for run in session.catalog.runs]
    share = np.mean([each.true != each.predicted for each in answers if each is not None], axis=0)
    assert np.array_equal(wrong.codes, np.select([share == 0, share == 0.5], [0, 2], 4))
    loss = -np.log(e.true_score())
    assert np.array_equal(codes_of(session, held, MapColour.LOSS).codes, np.searchsorted([0.05, 0.2, 0.7, 2], loss))


def test_tags_colour_the_samples_that_have_one(root: Path) -> None:
    session = mapped(root)
    give(session.catalog, "test", [("0003", Tag.DUPLICATE, None)])
    found = codes_of(session, cloud(session), MapColour.TAG)
    assert found.codes[3] == list(Tag).index(Tag.DUPLICATE) and (np.delete(found.codes, 3) == -1).all()
    key = key_of(found, tuple(range(6)))
    assert key.letters[found.codes[3]] == "d" and len(set(key.letters)) == 6


def test_many_classes_have_hues_and_letters_only_where_they_matter() -> None:
    names = tuple(f"class number {number}" for number in range(1000))
    coded = Codes(MapColour.TRUE, np.zeros(0, np.int64), names)
    shown = (7, 500, 20)
    key = key_of(coded, shown)
    assert [at for at, hue in enumerate(key.hues) if hue >= 0] == sorted(shown)
    letters = [key.letters[at] for at in shown]
    assert len(set(letters)) == 3 and all(len(letter) == 1 for letter in letters)
    assert sum(map(bool, key.letters)) == 3


def test_a_class_lies_where_one_of_its_points_is_even_in_two_clouds() -> None:
    places = np.array([[0.0, 0], [0.1, 0], [1, 1], [0.9, 1], [0.95, 1], [0.5, 0]])
    found = middles(places, np.array([0, 0, 0, 0, 0, -1]), 3)
    assert found.classes.tolist() == [0] and found.sizes.tolist() == [5]
    assert any(np.array_equal(found.places[0], place) for place in places[:5])


def test_numbers_speak_of_the_space_itself(root: Path) -> None:
    session = mapped(root, run="far")
    held = cloud(session)
    found = separation(held, wait=True)
    from sklearn.metrics import silhouette_score
    from sklearn.neighbors import NearestNeighbors

    rows, true = np.asarray(held.evaluation.features(held.positions), dtype=float), held.evaluation.true
    near = NearestNeighbors(n_neighbors=10).fit(rows).kneighbors()[1]
    pure = (true[near] == true[:, None]).mean(axis=1)
    assert found is not None and found.n == found.sampled == 120
    assert found.whole_purity == pytest.approx(pure.mean(), abs=0.005)
    assert found.whole_silhouette == pytest.approx(silhouette_score(rows, true), abs=1e-3)
    lines = class_lines(session, map_model(session), found)
    assert [each.purity for each in lines] == sorted(found.purity)


def test_the_box_and_the_lasso_hold_what_lies_inside() -> None:
    places = np.random.default_rng(0).random((500, 2))
    box = inside_box(places, (0.8, 0.1), (0.2, 0.6))
    x, y = places.T
    assert np.array_equal(box, (x >= 0.2) & (x <= 0.8) & (y >= 0.1) & (y <= 0.6))
    corners = ((0.8, 0.1), (0.8, 0.6), (0.2, 0.6), (0.2, 0.1))
    assert np.array_equal(inside_lasso(places, corners), box)
    triangle = inside_lasso(places, ((0, 0), (1, 0), (0, 1)))
    assert np.array_equal(triangle, places.sum(axis=1) < 1)


def test_the_filter_of_a_region_means_its_samples_in_every_run_and_none_of_other_splits(root: Path) -> None:
    session = mapped(root)
    one = OnMap("2 of test in a map box", "test", frozenset({"0003", "0007", "not there"}))
    for run in session.catalog.runs:
        evaluation = run.evaluation("test")
        assert evaluation is not None
        assert np.flatnonzero(one.mask(evaluation, run.samples("test"))).tolist() == [3, 7]
        assert not replace(one, split="train").mask(evaluation, run.samples("test")).any()
        assert np.flatnonzero(replace(one, ids=frozenset({"5"})).mask(evaluation, None)).tolist() == [5]


@pytest.mark.parametrize("zoom", [0, 3])
def test_a_cell_of_the_frame_holds_the_places_that_it_says(zoom: int) -> None:
    frame = frame_of((0.0, 0.25), (1.0, 0.75), 80, 20, zoom)
    rng = np.random.default_rng(0)
    for x, y in zip(rng.random(50), 0.25 + rng.random(50) / 2, strict=True):
        column, row = frame.cell((x, y))
        assert 0 <= column < frame.columns and 0 <= row < frame.rows
        assert frame.cell(frame.spot(column, row)) == (column, row)


def test_source_of_prefers_what_was_asked_for(root: Path) -> None:
    evaluation = mapped(root).evaluation()
    assert evaluation is not None
    assert source_of(evaluation, None) is MapSource.FEATURES
    assert source_of(evaluation, MapSource.SCORES) is MapSource.SCORES
    run = mapped(root).run
    assert run is not None and cloud_of(run, evaluation, MapSource.SCORES).share > 0


@pytest.mark.parametrize("method", [MapMethod.TSNE, MapMethod.STRESS])
def test_slow_layouts_are_the_same_again(root: Path, method: MapMethod) -> None:
    of = MapOf.SAMPLES if method is MapMethod.TSNE else MapOf.CLASSES
    session = mapped(root, of=of, method=MapMethod.TSNE, class_method=method)
    first = map_model(session, wait=True).picture.layout
    assert first.method == method.value
    from clftui.state.later import SLOW

    with SLOW._changed:
        SLOW._done.clear()
    again = map_model(session, wait=True).picture.layout
    assert again is not first
    np.testing.assert_array_equal(first.places, again.places)
