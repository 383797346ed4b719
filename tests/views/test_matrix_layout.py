"""Where the parts of the matrix lie, whatever the size of the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.widgets.matrix_layout import Content, arrange

TEN = Content(n=10, number_width=3, name_width=11, epochs=12)


def test_ten_classes_have_room_for_seams_and_all_margins() -> None:
    layout = arrange(120, 35, TEN)
    assert (layout.seams, layout.cell_width, layout.cell_height, layout.rows, layout.columns) == (True, 7, 2, 10, 10)
    assert layout.share_x > 0 and layout.interval_x > layout.share_x and layout.spark_x > layout.interval_x
    assert layout.foot_y == layout.y + 21 and layout.runs_y == layout.sentence_y + 1 < 35


def test_a_small_screen_still_shows_ten_classes_with_margins() -> None:
    layout = arrange(80, 20, TEN)
    assert (layout.seams, layout.cell_height, layout.rows, layout.columns) == (False, 1, 10, 10)
    assert layout.interval_x > 0 and layout.spark_x < 0 and layout.runs_y > 0


def test_shades_show_many_more_classes_than_numbers() -> None:
    numbers = arrange(200, 46, Content(1000, 3, 20, 1))
    shades = arrange(200, 46, Content(1000, 0, 20, 1))
    assert shades.columns > 2 * numbers.columns and shades.cell_width == 2
    assert arrange(120, 35, Content(10, 0, 11, 1)).cell_height == 2


sizes = st.tuples(st.integers(1, 260), st.integers(1, 80))
contents = st.builds(
    Content,
    n=st.integers(1, 12_000),
    number_width=st.sampled_from([0, 1, 3, 4, 6, 9]),
    name_width=st.integers(1, 300),
    epochs=st.integers(0, 90),
)


@given(sizes, contents)
def test_nothing_lies_over_anything_else(size: tuple[int, int], content: Content) -> None:
    width, height = size
    layout = arrange(width, height, content)
    assert 1 <= layout.rows <= content.n and 1 <= layout.columns <= content.n
    if width >= 20 and height >= 5:
        assert layout.y + layout.height <= height
        assert layout.x + layout.width <= width
    parts = [layout.y + layout.height - 1, layout.foot_y, layout.sentence_y, layout.runs_y]
    shown = [part for part in parts if part >= 0]
    assert shown == sorted(set(shown)) and all(part < height for part in shown[1:])
    margins = [x for x in (layout.share_x, layout.interval_x, layout.spark_x) if x >= 0]
    assert margins == sorted(set(margins)) and all(layout.x + layout.width < x < width for x in margins)


@given(sizes, contents)
def test_every_cell_is_found_where_it_is_drawn(size: tuple[int, int], content: Content) -> None:
    layout = arrange(*size, content)
    for row in range(min(layout.rows, 5)):
        assert layout.row_at(layout.middle(row)) == row
    for column in range(min(layout.columns, 5)):
        assert layout.column_at(layout.x + column * layout.cell_width) == column
    assert layout.row_at(layout.y - 1) is None and layout.column_at(layout.x + layout.width) is None


@pytest.mark.parametrize(("y", "row"), [(2, 0), (3, 0), (4, 1), (5, 1), (21, 9), (22, 9), (23, None)])
def test_a_seam_belongs_to_the_cell_below_it(y: int, row: int | None) -> None:
    layout = arrange(120, 35, TEN)
    assert layout.y == 2 and layout.row_at(y) == row
