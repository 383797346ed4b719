"""Keys of the map: from class to class, by cells, boxes, colours, layouts, and where they lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.class_distance import ClassDistance
from clftui.state import map_steps as steps
from clftui.state.map_filter import OnMap
from clftui.state.map_frame import frame_for
from clftui.state.map_model import map_model
from clftui.state.map_numbers import separation
from clftui.state.map_settings import MOST_ZOOM, MapColour, MapMethod, MapOf, MapSource, Multiples
from clftui.state.map_view import cursor, drill, move, put
from clftui.state.moves import back, select
from clftui.state.sample_list import SampleList, listing
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from tests.mapped import CLASSES, mapped, write_mapped

PAGE = (20, 60)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return select(mapped(write_mapped(tmp_path / "runs"), run="far"), true="cat")


def listed(session: Session) -> SampleList:
    found = listing(session)
    assert isinstance(found, SampleList)
    return found


def test_the_cursor_goes_to_the_class_that_lies_that_way(session: Session) -> None:
    model = map_model(session)
    places = {CLASSES[cls]: place for cls, place in zip(model.anchors.classes, model.anchors.places, strict=True)}
    for start in CLASSES:
        for rows, columns in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            after = move(select(session, true=start), rows, columns, PAGE).selection.true or ""
            way = (places[after] - places[start]) @ (columns, rows)
            assert after == start or way > 0
    # Every class can be reached.
    reached, edge = {"cat"}, ["cat"]
    while edge:
        here = edge.pop()
        for rows, columns in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            found = move(select(session, true=here), rows, columns, PAGE).selection.true or ""
            if found not in reached:
                reached.add(found)
                edge.append(found)
    assert reached == set(CLASSES)


def test_a_long_way_ends_at_the_last_class_on_it(session: Session) -> None:
    far = move(session, 0, 1_000_000, PAGE)
    assert move(far, 0, 1, PAGE).selection.true == far.selection.true


def test_nearer_the_cursor_moves_by_cells_and_takes_class_and_sample_along(session: Session) -> None:
    near = steps.zoom(session, 1)
    model = map_model(near)
    assert cursor(model) is not None and near.selection.true == "cat"
    moved = move(near, 0, 2, PAGE)
    frame = frame_for(model.picture.layout, PAGE[1], PAGE[0], 1)
    before, after = cursor(model), cursor(map_model(moved))
    assert before is not None and after is not None
    assert frame.cell(after)[0] == frame.cell(before)[0] + 2 and frame.cell(after)[1] == frame.cell(before)[1]
    spot = model.picture.places[int(np.flatnonzero(model.evaluation.true[model.picture.points] == 3)[0])]
    there = put(near, model, frame, (float(spot[0]), float(spot[1])))
    assert there.selection.true == "owl" and there.selection.sample is not None


def test_the_cursor_stays_on_the_picture(session: Session) -> None:
    near = steps.zoom(session, 1)
    for rows, columns in ((-999, 0), (999, 0), (0, -999), (0, 999)):
        moved = move(near, rows, columns, PAGE)
        frame = frame_for(map_model(moved).picture.layout, PAGE[1], PAGE[0], 1)
        spot = cursor(map_model(moved))
        assert spot is not None
        column, row = frame.cell(spot)
        assert 0 <= column < frame.columns and 0 <= row < frame.rows


def test_zoom_ends_at_both_ends_and_out_again_the_cursor_is_on_its_class(session: Session) -> None:
    assert steps.zoom(session, -1).notice == "This is the whole picture."
    far = session
    for _ in range(MOST_ZOOM + 1):
        far = steps.zoom(far, 1)
    assert far.map.zoom == MOST_ZOOM and far.notice == "The picture gets no larger."
    for _ in range(MOST_ZOOM):
        far = steps.zoom(far, -1)
    assert far.map.zoom == 0 and cursor(map_model(far)) is None


def test_another_class_moves_the_cursor_there(session: Session) -> None:
    near = move(steps.zoom(session, 1), 0, 3, PAGE)
    other = map_model(select(near, true="owl"))
    spot = cursor(other)
    assert spot is not None
    at = int(np.flatnonzero(other.anchors.classes == 3)[0])
    np.testing.assert_allclose(spot, other.anchors.places[at])


@pytest.mark.row("P8")
def test_what_lies_in_a_box_becomes_a_filter_and_opens(session: Session) -> None:
    begun = steps.toggle_box(session)
    wide = move(move(begun, 4, 6, PAGE), 0, 0, PAGE)
    assert wide.selection.true == "cat"
    opened = drill(wide)
    model = map_model(wide)
    spot = cursor(model)
    assert spot is not None and model.settings.anchor is not None
    low, high = np.minimum(spot, model.settings.anchor), np.maximum(spot, model.settings.anchor)
    inside = ((model.picture.places >= low) & (model.picture.places <= high)).all(axis=1)
    assert opened.tab is Tab.SAMPLES and inside.sum() > 1
    assert sorted(listed(opened).positions.tolist()) == sorted(model.picture.points[inside].tolist())
    [one] = opened.filters
    assert isinstance(one, OnMap) and one.describe() == f"{inside.sum()} of test in a map box"
    again = back(opened)
    assert again.tab is Tab.MAP and not again.filters


def test_an_empty_box_says_so_and_esc_drops_it(session: Session) -> None:
    begun = steps.toggle_box(put(steps.zoom(session, 1), map_model(session), frame_for(
        map_model(session).picture.layout, 60, 20, 1), (0.0, 0.0)))  # fmt: skip
    nothing = drill(begun)
    assert nothing.tab is Tab.MAP and nothing.notice == "Nothing lies in the region; esc drops it."
    assert steps.leave(begun).map.anchor is None
    assert steps.leave(steps.leave(begun)).map.zoom == 0
    assert steps.toggle_box(begun).map.anchor is None


def test_a_lasso_drawn_by_mouse_opens_like_a_box(session: Session) -> None:
    around = steps.lassoed(session, ((-0.1, -0.1), (1.1, -0.1), (1.1, 1.1), (-0.1, 1.1)))
    assert around.notice.startswith("120 samples: enter opens them")
    opened = drill(around)
    assert listed(opened).n == 120 and "lasso" in opened.filters[0].describe()


def test_space_selects_the_samples_of_the_box_and_leaves_them_out_again(session: Session) -> None:
    boxed = steps.boxed_in(session, (-0.1, -0.1), (1.1, 1.1))
    chosen = steps.choose(boxed)
    assert len(chosen.selection.chosen) == 120 and chosen.notice.startswith("120 samples selected")
    assert not steps.choose(chosen).selection.chosen
    assert "z or V" in steps.choose(session).notice
    near = move(steps.zoom(session, 1), 0, 0, PAGE)
    assert steps.choose(near).selection.chosen == frozenset({("test", near.selection.sample or "")})


def test_enter_opens_the_samples_of_the_class_and_of_a_box_of_classes_those_of_all(session: Session) -> None:
    assert drill(session).selection.scope == Scope(true="cat", part=Part.ALL)
    classes = steps.toggle_of(session)
    boxed = replace(classes, map=replace(classes.map, lasso=((-1, -1), (2, -1), (2, 2), (-1, 2))))
    assert set(drill(boxed).selection.scope.true_classes) == set(CLASSES)
    assert drill(boxed).selection.scope.title == "4 classes of the map"


def test_each_key_goes_round_what_there_is(session: Session) -> None:
    seen = []
    now = session
    for _ in range(7):
        now = steps.next_colour(now)
        seen.append(now.map.colour)
    assert seen[-1] is seen[0] and len(set(seen)) == 6 and MapColour.GROUP not in seen
    sources = [steps.next_source(session), steps.next_source(steps.next_source(session))]
    assert [each.map.source for each in sources] == [MapSource.LOGITS, MapSource.SCORES]
    classes = steps.toggle_of(session)
    assert classes.map.of is MapOf.CLASSES
    assert steps.next_distance(classes).map.distance is ClassDistance.LITERAL
    assert [steps.next_method(classes).map.class_method, steps.next_method(session).map.method] == [
        MapMethod.TSNE, MapMethod.TSNE,
    ]  # fmt: skip
    assert "hierarchy" in steps.next_colour(classes).notice
    assert steps.next_multiples(session).map.multiples is Multiples.RUNS
    assert steps.next_multiples(classes).notice == "Small maps show samples; v shows them."
    assert steps.toggle_letters(steps.toggle_pane(session)).map.letters


def test_what_is_asked_for_by_name_and_is_not_there_is_said(session: Session) -> None:
    assert steps.to_colour(MapColour.GROUP)(session).notice == "There is nothing to tell of group here."
    assert steps.to_colour(MapColour.LOSS)(session).map.colour is MapColour.LOSS


def test_the_most_mixed_class_comes_first_then_the_next(session: Session) -> None:
    cloud = map_model(session).cloud
    assert cloud is not None
    numbers = separation(cloud, wait=True)
    assert numbers is not None
    order = [CLASSES[at] for at in np.argsort(numbers.purity, kind="stable")]
    now = session = select(session, true=order[-1])
    visited = []
    for _ in order:
        now = steps.next_mixed(now)
        visited.append(now.selection.true)
    assert visited == order and "most mixed" in now.notice
    assert "v shows the samples" in steps.next_mixed(steps.toggle_of(session)).notice
