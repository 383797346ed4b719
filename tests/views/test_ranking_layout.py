"""Where the ranking puts things, and how a metric becomes a disc."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.metrics import Metric
from clftui.drawing.palette import find_themes, load_theme
from clftui.widgets.ranking_layout import EXTRA, Foot, Needs, layout
from clftui.widgets.ranking_scale import scale_of


def needs(runs: int, classes: int, **more: int) -> Needs:
    return Needs(runs, classes, more.get("run", 14), more.get("cls", 9), more.get("number", 3))


def test_a_few_runs_get_tall_rows_with_the_whole_foot() -> None:
    plan = layout(120, 35, needs(8, 10))
    assert plan.tall and plan.columns == 10 and plan.rows == 8 and plan.bands == 1
    assert Foot.RANGE in plan.foot and plan.pitch == 10


def test_thirty_runs_get_one_line_each_and_scroll() -> None:
    plan = layout(120, 35, needs(30, 10))
    assert not plan.tall and plan.rows < 30 and plan.row_height == 1 and Foot.READING in plan.foot


def test_a_small_screen_keeps_the_reading_before_statistics() -> None:
    plan = layout(80, 8, needs(30, 10))
    assert plan.foot[0] is Foot.READING and plan.rows >= 4 and Foot.RANGE not in plan.foot


def test_many_classes_of_few_runs_stand_in_bands() -> None:
    plan = layout(120, 35, needs(3, 62, cls=1))
    assert plan.bands > 1 and plan.shown >= 62 and Foot.TIED not in plan.foot
    assert layout(200, 45, needs(2, 24)).tall


def test_a_thousand_classes_scroll() -> None:
    plan = layout(120, 35, needs(30, 1000))
    assert plan.bands == 1 and plan.columns < 20


@given(
    width=st.integers(1, 240), height=st.integers(1, 80), runs=st.integers(1, 60), classes=st.integers(1, 300),
    run=st.integers(1, 60), cls=st.integers(1, 60), number=st.integers(3, 7),
    extra=st.sets(st.sampled_from(sorted(EXTRA))),
)  # fmt: skip
def test_rows_and_foot_never_ask_for_more_lines_than_there_are(
    width: int, height: int, runs: int, classes: int, run: int, cls: int, number: int, extra: set[Foot]
) -> None:
    plan = layout(width, height, Needs(runs, classes, run, cls, number, frozenset(extra)))
    assert 1 <= plan.rows <= runs and 1 <= plan.columns <= classes and plan.bands >= 1
    if height >= 2:
        assert plan.y(plan.rows, plan.bands - 1) + len(plan.foot) <= height
    if width >= 60:
        assert plan.x(plan.columns - 1) + plan.cell_width <= width + 1
    assert plan.cell_width <= plan.pitch


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 20), st.integers(1, 90))
def test_every_cell_is_found_where_it_is_drawn(width: int, height: int, runs: int, classes: int) -> None:
    plan = layout(width, height, needs(runs, classes))
    for row in range(plan.rows):
        for place in range(plan.shown):
            found = plan.place_at(plan.x(place), plan.y(row, place // plan.columns))
            assert found == (row, place)
    assert plan.place_at(0, plan.y(0)) == (0, -1)
    assert plan.place_at(0, 0) is None


@pytest.mark.row("P3")
def test_sizes_are_ten_points_apart_where_the_values_allow_it() -> None:
    scale = scale_of(Metric.RECALL, np.array([[0.56, 0.7, 0.99], [0.8, 0.9, 0.95]]))
    assert [scale.words(level) for level in range(1, 6)] == ["50+", "60+", "70+", "80+", "90+"]
    assert [scale.level(value) for value in (0.1, 0.56, 0.6, 0.79, 0.9, 1.0)] == [1, 1, 2, 3, 5, 5]
    assert scale.level(float("nan")) == 0


@pytest.mark.row("P3")
def test_one_bad_run_does_not_make_all_others_alike() -> None:
    good = np.full((19, 10), 0.97)
    scale = scale_of(Metric.RECALL, np.vstack([good, np.full((1, 10), 0.2)]))
    assert scale.step <= 0.02


@pytest.mark.row("P3", "P4")
def test_brightness_follows_the_value_or_the_rank() -> None:
    palette = load_theme(find_themes()["dark"])
    scale = scale_of(Metric.RECALL, np.array([[0.5, 0.75, 1.0]]))

    def strength(value: float, rank: int, relative: bool) -> int:
        return int(np.flatnonzero(palette.ice == scale.colour(palette, value, rank, 3, relative))[0])

    absolute = [strength(value, 1, False) for value in (0.5, 0.75, 1.0)]
    assert absolute == sorted(set(absolute))
    assert [strength(0.9, rank, True) for rank in (1, 2, 3)] == sorted(
        (strength(0.1, rank, True) for rank in (1, 2, 3)), reverse=True
    )
    assert strength(0.9, 1, True) == 255


def test_counts_have_a_scale_of_their_own() -> None:
    scale = scale_of(Metric.SUPPORT, np.array([[10.0, 1000.0]]))
    assert scale.words(5) == "800+" and scale.level(10) == 1 and scale.level(1000) == 5
