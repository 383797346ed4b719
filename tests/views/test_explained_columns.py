"""Which columns of explained samples have room, and a class's accuracy against the overall one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.drawing.canvas import Canvas
from clftui.state.class_scatter import ClassScatter
from clftui.state.explained_settings import SIZES, Column
from clftui.widgets.accuracy_scatter import draw_scatter
from clftui.widgets.explained_columns import TITLES, Needs, columns_of, placed
from tests.views.runs_drawn import DARK


@given(
    st.integers(70, 260),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([size for size in SIZES if size <= 5]),
    st.booleans(),
    st.sampled_from(Column),
    st.booleans(),
    st.booleans(),
)
def test_columns_fit_and_the_sorted_one_is_there(
    width: int, name: int, label: int, lines: int, text: bool, sort: Column, constant: bool, several: bool
) -> None:
    lines = 1 if text else lines
    columns = columns_of(width, Needs(name, label, label + 2, lines, lines > 1, text, sort, constant, several))
    ends = [x + size for x, size, _ in placed(columns)]
    assert max(ends) <= width and all(size > 0 for size in columns.values())
    assert list(columns) == [each for each in TITLES if each in columns]
    shown = "predicted" if sort is Column.TRUE and lines > 1 else sort.value
    if not (text and sort in (Column.AREA, Column.COLOURS)) and (several or sort is not Column.SIMILARITY):
        assert shown in columns or (text and sort is Column.SIMILARITY)


def test_a_wide_table_has_every_column() -> None:
    needs = Needs(6, 8, 10, 5, True, False, Column.CONFIDENCE, True, True)
    assert set(columns_of(160, needs)) == set(TITLES) - {"words", "true"}


@pytest.mark.row("V17")
def test_runs_stand_where_their_accuracies_are_and_the_focused_one_is_named() -> None:
    found = ClassScatter(("a", "b", "c", "d"), ("alex", "best", "cut", "dense"), np.array([0.5, 0.9, 0.7, 0.8]),
                         np.array([0.2, 0.8, np.nan, 0.5]))  # fmt: skip
    canvas = Canvas(50, 12, DARK)
    draw_scatter(canvas, 0, 0, 50, 12, found, {"b": "A"}, "d", "cat")
    lines = canvas.rows_text()
    where = {
        mark: (line.index(mark), y)
        for y, line in enumerate(lines[1:-1])
        for mark in ("A", "dense 50.0")
        if mark in line
    }
    assert "3 runs" in lines[-1], "a run without samples of the class is left out"
    assert where["A"][1] < where["dense 50.0"][1], "higher accuracy stands higher"
    dots = [(line.index("●"), y) for y, line in enumerate(lines[1:-1]) if "●" in line]
    assert dots[-1][0] < where["A"][0] and dots[-1][1] > where["dense 50.0"][1]
    empty = Canvas(50, 12, DARK)
    none = ClassScatter(("a",), ("alex",), np.array([0.5]), np.array([np.nan]))
    draw_scatter(empty, 0, 0, 50, 12, none, {}, "a", "cat")
    assert "no run has samples of this class" in empty.rows_text()[1]


@given(st.lists(st.tuples(st.floats(0.5, 0.9), st.floats(0, 1)), min_size=2, max_size=12, unique=True))
def test_the_name_of_the_focused_run_hides_no_other_run(points: list[tuple[float, float]]) -> None:
    keys = tuple(str(at) for at in range(len(points)))
    overall, own = np.array(points).T
    drawings = []
    for name in ("a name of a run", ""):
        canvas = Canvas(40, 12, DARK)
        draw_scatter(canvas, 0, 0, 40, 12, ClassScatter(keys, (name,) * len(keys), overall, own), {}, "0", "cat")
        drawings.append(sum(line.count("●") for line in canvas.rows_text()))
    assert drawings[0] == drawings[1]
