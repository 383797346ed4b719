"""The response map as values: its orders, its target, what filters do to it, its steps, and a unit's samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis import responses as analysis
from clftui.data import responses as reader
from clftui.data.catalog import open_catalog
from clftui.schema import FormatError
from clftui.state import responses_steps as steps
from clftui.state.features_view import move
from clftui.state.filters import Expression, FilterError
from clftui.state.group_steps import collapse
from clftui.state.later import LATER
from clftui.state.layers import NOTHING_RECORDED
from clftui.state.moves import add_filter, select
from clftui.state.responses_model import ResponseMap, response_map, scale_of, sides_of
from clftui.state.responses_settings import SHARES, LowerPane, UnitOrder
from clftui.state.responses_unit import answers, unit_maps
from clftui.state.responses_words import cell_words, favour_words, relevance_words, trust_words
from clftui.state.sample_list import SampleList, listing
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.unit_filter import UnitResponse, response_words
from clftui.state.unready import NotYet, impatient
from tests.builders import labels
from tests.explained import blob, write_maps
from tests.responded import N, means_of, write_layer, write_responded
from tests.responded import answers as recorded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_responded(tmp_path / "animals")


@pytest.fixture
def session(root: Path) -> Session:
    return select(replace(open_session(open_catalog([root])), tab=Tab.FEATURES), true="dog")


def shown(session: Session) -> ResponseMap:
    found = response_map(session)
    assert isinstance(found, ResponseMap)
    return found


def on_layer(session: Session, name: str) -> Session:
    return replace(session, features=replace(session.features, layer=name))


@pytest.mark.row("B20", "B21", "B22")
def test_units_stand_by_relevance_to_the_class_and_their_means_are_those_of_its_samples(session: Session) -> None:
    found, values = shown(session), recorded() * 3
    assert found.layer.name == "late" and found.target.name == "dog" and found.from_samples
    dogs = labels(N, 4) == 1
    ratio = [np.quantile(values[dogs, u], 0.25) / np.quantile(values[~dogs, u], 0.75) for u in range(5)]
    assert found.units.tolist() == [*np.argsort(ratio)[::-1].tolist(), 5], "the unit that never answers stands last"
    assert found.relevance is not None and np.allclose(found.relevance.ratio[:5], ratio, rtol=1e-5)
    assert found.alive == 5 and found.line == 1 and found.column == 0
    window = found.window(slice(0, 4), slice(0, 6))
    assert np.allclose(window, means_of(values)[:, found.units], rtol=1e-5)


def test_the_order_of_units_by_mean_by_sensitivity_and_as_given(session: Session) -> None:
    values = recorded() * 3
    by_mean = shown(steps.settings(session, order=UnitOrder.MEAN))
    assert by_mean.units[:5].tolist() == np.argsort(-means_of(values)[1, :5]).tolist()
    by_power = shown(steps.settings(session, order=UnitOrder.SENSITIVITY))
    expected = analysis.separation(values, labels(N, 4), 4)
    assert by_power.units[:5].tolist() == np.argsort(-expected[:5]).tolist()
    assert shown(steps.settings(session, order=UnitOrder.GIVEN)).units.tolist() == list(range(6))
    words = [steps.next_order(session).notice]
    assert words[0].startswith("Units by mean response to dog")


def test_class_means_alone_are_told_as_such(session: Session) -> None:
    found = shown(on_layer(session, "early"))
    assert not found.from_samples and found.n == 4 and "4 class means, no samples recorded" in trust_words(found)
    means = found.file.class_mean.mean(axis=(2, 3))
    expected = means[1] / np.quantile(means[[0, 2, 3]], 0.75, axis=0)
    assert found.relevance is not None and np.allclose(found.relevance.ratio, expected, rtol=1e-5)
    assert answers(session, found) is None
    assert "class means alone" in steps.drill(on_layer(session, "early")).notice


def test_places_of_a_unit_stand_side_by_side(session: Session) -> None:
    early = on_layer(session, "early")
    assert sides_of(shown(early).file) == (1, 2, 4)
    nearer = steps.zoom(early, 1)
    found = shown(nearer)
    assert nearer.features.responses.side == 2 and found.places == 4 and "2 × 2 columns" in nearer.notice
    maps = found.file.class_mean[:, found.units[:2]].reshape(4, 2, 2, 2, 2, 2).mean(axis=(3, 5))
    assert np.allclose(found.window(slice(0, 4), slice(0, 2)), maps.reshape(4, 8), atol=1e-6)
    assert shown(session).file.grid == (1, 1) and "no places" in steps.zoom(session, 1).notice
    assert "no finer places" in steps.zoom(steps.zoom(nearer, 1), 1).notice


def test_filters_change_means_relevance_and_samples(session: Session) -> None:
    filtered = add_filter(session, Expression("right"))
    found, evaluation = shown(filtered), session.evaluation()
    assert evaluation is not None
    right = evaluation.true == evaluation.predicted
    values = recorded() * 3
    assert found.figures.used == int(right.sum()) and found.figures.filtered
    dogs = right & (evaluation.true == 1)
    assert np.allclose(found.figures.means[1], values[dogs].mean(axis=0), rtol=1e-5)
    told = answers(filtered, found)
    assert told is not None and int((~np.isnan(told.values)).sum()) == int(right.sum())
    nothing = shown(add_filter(session, Expression("confidence > 2")))
    assert nothing.figures.used == 0 and np.isnan(nothing.figures.means).all()
    assert "no recorded sample passes" in trust_words(nothing)


def test_the_cursor_keeps_what_relevance_is_about(session: Session) -> None:
    with impatient():
        early = move(session, 1, 1, (4, 4))
    assert early.selection.true == "fox" and early.features.responses.unit is None, "no unit is known yet"
    assert early.features.responses.of == "dog"
    assert LATER.settle() and shown(session)
    down = move(session, 1, 1, (4, 4))
    assert down.selection.true == "fox" and down.features.responses.of == "dog"
    assert shown(down).target.name == "dog" and shown(down).column == 1
    far = move(down, 1_000_000, 1_000_000, (4, 4))
    assert far.selection.true == "owl" and shown(far).column == 4, "not on the unit that never answers"
    about = steps.about_class(far)
    assert shown(about).target.name == "owl" and "owl" in about.notice
    assert steps.choose(far).features.responses.of == "owl", "without groups space is about the class"


@pytest.mark.row("B21", "B23")
def test_relevance_to_the_selected_group(session: Session, root: Path) -> None:
    (root / "hierarchy.json").write_text(
        '{"name": "", "children": [{"name": "pets", "children": ["cat", "dog"]}, '
        '{"name": "wild", "children": ["fox", "owl"]}]}'
    )
    grouped = select(replace(open_session(open_catalog([root])), tab=Tab.FEATURES), true="dog")
    chosen = steps.choose(grouped)
    found, values, true = shown(chosen), recorded() * 3, labels(N, 4)
    assert found.target.name == "pets" and found.target.group and "pets" in chosen.notice
    inside = true < 2
    expected = analysis.relevance(values.astype(np.float32), inside)
    assert found.relevance is not None and np.allclose(found.relevance.ratio, expected.ratio, equal_nan=True)
    assert "favour pets" in favour_words(found) and "relevance to pets" in cell_words(found)
    assert shown(steps.about_class(chosen)).target.name == "dog"
    assert steps.choose(chosen).selection.group is None


def test_the_threshold_is_a_quantile_and_stops_at_the_ends(session: Session) -> None:
    assert shown(session).settings.share == 0.9
    higher = steps.step_threshold(session, 1)
    assert higher.features.responses.share == 0.95 and "95%" in higher.notice
    means = means_of(recorded() * 3)
    assert np.isclose(scale_of(shown(higher)).threshold, np.quantile(means[means > 0], 0.95), rtol=1e-5)
    for _ in SHARES:
        higher = steps.step_threshold(higher, 1)
    assert higher.features.responses.share == SHARES[-1] and "goes from" in higher.notice
    scale, linear = scale_of(shown(steps.toggle_log(session))), scale_of(shown(session))
    weak = np.array([scale.low + 0.1 * (scale.top - scale.low)])
    assert scale.log and scale.level(weak)[0] > 2 * linear.level(weak)[0]


@pytest.mark.row("B24", "B27")
def test_enter_filters_the_samples_that_the_unit_answers_most_to(session: Session) -> None:
    pointed = steps.settings(session, unit=1)
    drilled = steps.drill(pointed)
    [found] = drilled.filters
    assert isinstance(found, UnitResponse) and (found.layer, found.unit) == ("late", 1)
    values = recorded()[:, 1].astype(np.float32) * 3
    wanted = np.flatnonzero(values >= np.float32(found.low))
    listed = listing(drilled)
    assert isinstance(listed, SampleList) and drilled.tab is Tab.SAMPLES and 0 < len(wanted) < N
    assert sorted(listed.positions.tolist()) == wanted.tolist()
    written = add_filter(session, Expression(f'response("late", 1) >= {found.low}'))
    again = listing(select(written, scope=drilled.selection.scope))
    assert isinstance(again, SampleList) and sorted(again.positions.tolist()) == wanted.tolist()
    assert f"late unit 1 ≥ {response_words(found.low)}" in drilled.notice


def test_samples_that_were_not_recorded_do_not_pass_and_that_is_said(root: Path) -> None:
    values = recorded()[:40].astype(np.float32)
    for epoch in (1, 2, 3):
        write_layer(root / "run0", "late", means_of(recorded()), epoch=epoch, sample=np.arange(40), values=values)
    session = steps.settings(open_session(open_catalog([root])), unit=0)
    drilled = steps.drill(session)
    assert "40 samples that were not recorded do not pass" in drilled.notice
    listed = listing(drilled)
    assert isinstance(listed, SampleList) and listed.positions.max() < 40
    every = listing(replace(drilled, filters=(Expression('not response("late", 0) >= 0'),)))
    assert isinstance(every, SampleList) and sorted(every.positions.tolist()) == list(range(40, 80))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('response("nope", 1) > 0', "no layer nope .* there are early, late"),
        ('response("late", 6) > 0', "has units 0 to 5, not 6"),
        ('response("early", 1) > 0', "class means alone"),
    ],
)
def test_a_filter_that_cannot_be_answered_says_why(session: Session, text: str, says: str) -> None:
    evaluation, [bound] = session.evaluation(), add_filter(session, Expression(text)).bound_filters
    assert evaluation is not None
    with pytest.raises(FilterError, match=says):
        bound.mask(evaluation, None)


@pytest.mark.parametrize("text", ["response(1) > 0", 'response("late") > 0', "response(late, 1) > 0", "open('x')"])
def test_other_calls_are_refused_as_they_are_written(text: str) -> None:
    with pytest.raises(FilterError, match=r"write response\(\"layer\", unit\)|not allowed"):
        Expression(text)


def test_in_a_draw_a_filter_on_responses_waits(session: Session) -> None:
    evaluation, [bound] = session.evaluation(), add_filter(session, UnitResponse("late", 2, 1.0)).bound_filters
    assert evaluation is not None
    with impatient(), pytest.raises(NotYet, match="responses of late"):
        bound.mask(evaluation, None)
    assert LATER.settle()
    with impatient():
        assert bound.mask(evaluation, None).any()


def test_the_next_relevant_unit_goes_round_those_that_favour_the_class(session: Session) -> None:
    found = shown(session)
    assert found.relevance is not None
    favouring = [unit for unit in found.units.tolist() if found.relevance.ratio[unit] >= 1]
    assert 1 <= len(favouring) < 5
    seen = []
    for _ in range(len(favouring) + 1):
        session = steps.next_relevant(session)
        seen.append(shown(session).unit)
    assert seen[: len(favouring)] == [*favouring[1:], favouring[0]] and "that favour dog" in session.notice


def test_maps_of_the_unit_are_found(session: Session, root: Path) -> None:
    assert unit_maps(shown(session), 3) is None
    write_maps(root / "run0", "unitcam", np.stack([blob(0.5, 0.5)] * 2), target_kind="unit", target=3)
    from clftui.data import explanations

    explanations._known._listed.clear()
    there = unit_maps(shown(session), 3)
    assert there is not None and there.method == "unitcam" and there.rows.tolist() == [0, 1]


def test_nothing_recorded_and_broken_files(root: Path, tmp_path: Path) -> None:
    session = open_session(open_catalog([write_responded(tmp_path / "other")]))
    train = select(session, split="nothing")
    assert response_map(train) != NOTHING_RECORDED and isinstance(response_map(train), str)
    for path in (root / "run0").glob("epochs/*/*.responses.*"):
        path.unlink()
    bare = open_session(open_catalog([root]))
    assert response_map(bare) == NOTHING_RECORDED and steps.next_order(bare).notice
    write_layer(root / "run0", "late", np.zeros((7, 2)))
    reader._known._listed.clear()
    reader._known._epochs.clear()
    with pytest.raises(FormatError, match="has 7 classes, the run 4"):
        response_map(bare)
    assert move(bare, 0, 1, (1, 1)) is bare and steps.drill(bare) is bare


def test_words_of_numbers() -> None:
    assert [response_words(v) for v in (0, 0.5521, 12.345, 1519.6, -0.25, 2.0, 99.96, 1e-5, float("nan"))] == [
        "0", ".552", "12.3", "1,520", "−.250", "2.00", "100", "1.0e−05", "–",
    ]  # fmt: skip
    assert relevance_words(float("inf")) == "only" and relevance_words(float("nan")) == "–"


def test_panes_and_colours_are_chosen(session: Session) -> None:
    assert steps.next_lower(session).features.responses.lower is LowerPane.EPOCHS
    assert steps.toggle_coloured(session).features.responses.coloured


def test_a_collapsed_group_is_a_line_with_the_mean_of_its_classes(root: Path) -> None:
    (root / "hierarchy.json").write_text(
        '{"name": "", "children": [{"name": "pets", "children": ["cat", "dog"]}, '
        '{"name": "wild", "children": ["fox", "owl"]}]}'
    )
    grouped = collapse(select(open_session(open_catalog([root])), true="dog"))
    found, means = shown(grouped), means_of(recorded() * 3)
    assert [found.name(line) for line in range(found.n)] == ["pets", "fox", "owl"] and found.line == 0
    expected = np.array([means[:2].mean(axis=0), means[2], means[3]])
    assert np.allclose(found.window(slice(0, 3), slice(0, 6)), expected[:, found.units], rtol=1e-5)
    assert np.allclose(found.values_of(2), expected[:, 2], rtol=1e-5)
    down = move(grouped, 1, 0, (4, 4))
    assert down.selection.true == "fox" and shown(down).line == 1
