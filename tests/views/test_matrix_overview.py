"""Overview and half-blocks: what the pixels are, their rulers, cursor and margins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.confusion import from_dense
from clftui.analysis.folding import unit
from clftui.drawing.canvas import Canvas
from clftui.drawing.glyphs import UPPER
from clftui.drawing.palette import Depth
from clftui.drawing.ramp import blend, shade
from clftui.state import matrix_model
from clftui.state.matrix_cells import items_a_pixel, overview
from clftui.state.matrix_model import Matrix
from clftui.state.session import Session
from clftui.state.settings import MatrixSettings, Pool, Share, Zoom
from clftui.views.matrix import MatrixView
from clftui.widgets.matrix_layout import Content, arrange
from clftui.widgets.matrix_overview import pixel_colours
from tests.matrices import draw_as, session_on
from tests.views.test_matrix_view import DARK, drawn, lines, place

K = 200


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Session:
    counts = np.diag(np.full(K, 3))
    counts[7, 150], counts[160, 20], counts[161, 20] = 9, 4, 6
    names = [f"class_{i:03d}" for i in range(K)]
    return session_on(tmp_path_factory.mktemp("large"), {"large": [counts]}, {"large": names})


def pixel(canvas: Canvas, x: int, row: int, y: int) -> int:
    """The colour of pixel (row, x) of a grid that begins at line y."""
    line = y + row // 2
    if canvas.code[line, x] != UPPER:
        return int(canvas.bg[line, x])
    return int((canvas.fg if row % 2 == 0 else canvas.bg)[line, x])


def bare(k: int, **settings: Any) -> Matrix:
    order, names, c = np.arange(k), tuple(map(str, range(k))), from_dense(np.zeros((k, k), dtype=int))
    return Matrix(names, c, unit(order), names, c, order, order, 0, 0, MatrixSettings(**settings))


@given(st.integers(1, 5000), st.integers(1, 200))
def test_all_classes_fit_on_the_pixels(n: int, pixels: int) -> None:
    per = items_a_pixel(n, pixels)
    needed = items_a_pixel(n, per)
    assert needed <= pixels or needed == 1
    assert items_a_pixel(n, needed) == per
    assert per == 1 or -(-n // (per - 1)) > pixels


@given(
    st.integers(1, 12), st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from(Share), st.sampled_from(Pool),
    st.booleans(), st.booleans(), st.integers(1, 3),
)  # fmt: skip
def test_pixels_are_the_largest_cell_or_the_sum(
    k: int, per: int, seed: int, share: Share, pool: Pool, turned: bool, diagonal: bool, at_least: int
) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 5, (k, k)) * (rng.random((k, k)) < 0.5)
    order, names, c = rng.permutation(k), tuple(map(str, range(k))), from_dense(dense)
    settings = MatrixSettings(share=share, pool=pool, transposed=turned, diagonal=diagonal, at_least=at_least)
    found = overview(Matrix(names, c, unit(order), names, c, order, np.argsort(order), 0, 0, settings), per)
    counts = np.where((dense >= at_least) & (diagonal | ~np.eye(k, dtype=bool)), dense, 0)[np.ix_(order, order)]
    rows, columns = dense.sum(axis=1)[order], dense.sum(axis=0)[order]
    n = -(-k // per)
    expected = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            a, b = slice(i * per, (i + 1) * per), slice(j * per, (j + 1) * per)
            whole = {
                Share.COUNTS: np.ones(1),
                Share.ROW: rows[a, None],
                Share.COLUMN: columns[None, b],
                Share.TOTAL: dense.sum(keepdims=True),
            }[share]
            if pool is Pool.SUM:
                expected[i, j] = counts[a, b].sum() / max(whole.sum(), 1)
            else:
                expected[i, j] = (counts[a, b] / np.maximum(whole, 1)).max()
    np.testing.assert_allclose(found.value, expected.T if turned else expected)
    assert found.peak == expected.max()
    recall = [
        np.divide(*(v[order][i * per : (i + 1) * per].sum() for v in (np.diag(dense), dense.sum(axis=1))))
        if rows[i * per : (i + 1) * per].sum()
        else np.nan
        for i in range(n)
    ]
    np.testing.assert_allclose(found.columns if turned else found.rows, recall)


@pytest.mark.row("B36", "P9")
def test_the_overview_shows_every_outlier(large: Session) -> None:
    canvas = drawn(large, 60, 30)
    layout = arrange(60, 30, Content(K, 0, 9, 1, Zoom.OVERVIEW))
    assert layout.rows == layout.columns == items_a_pixel(K, layout.per) and layout.per > 1
    for (true, predicted), full in {(7, 150): True, (161, 20): False, (100, 40): None}.items():
        colour = pixel(canvas, layout.x + predicted // layout.per, true // layout.per, layout.y)
        if full is None:
            assert colour == DARK.page
        else:
            assert (colour == DARK.focus) == full and colour != DARK.page
    text = canvas.rows_text()
    assert f"200 classes, {layout.per} × {layout.per} a pixel, max" in text[0]
    assert "class_007 as class_150: 9" in "\n".join(text)
    summed = drawn(draw_as(large, pool=Pool.SUM), 60, 30)
    x, row = layout.x + 20 // layout.per, 160 // layout.per
    assert pixel(summed, x, row, layout.y) == DARK.ember[-1]


def test_rulers_name_the_cursor_and_round_numbers(large: Session) -> None:
    canvas = drawn(large, 60, 30)
    text = canvas.rows_text()
    x, y = place(canvas, "▾")
    layout = arrange(60, 30, Content(K, 0, 9, 1, Zoom.OVERVIEW))
    assert (x, y) == (layout.x + 150 // layout.per, layout.y - 1)
    assert text[layout.y + 7 // layout.per // 2].startswith(" class_007▸")
    assert "╷50" in text[1] and text[1].index("╷50") == layout.x + 49 // layout.per
    assert "class_000" in text[2] or "class_007" in text[2]


@pytest.mark.row("B36")
def test_a_class_is_a_pixel_and_scrolls(large: Session) -> None:
    half = draw_as(matrix_model.at(large, 161, 20), zoom=Zoom.PIXEL)
    view = MatrixView()
    view.set_reactive(MatrixView.session, half)
    canvas = drawn(half, 60, 24)
    rows, columns = (part for part in canvas.rows_text()[0].split("rows ")[1].split(" of ")[0].split(", columns "))
    top, left = (int(part.split("–")[0]) - 1 for part in (rows, columns))
    layout = arrange(60, 24, Content(K, 0, 9, 1, Zoom.PIXEL))
    assert pixel(canvas, layout.x + 20 - left, 161 - top, layout.y) == DARK.focus
    assert pixel(canvas, layout.x + 20 - left, 160 - top, layout.y) in DARK.ember
    tint = pixel(canvas, layout.x + 30 - left, 159 - top, layout.y)
    assert tint == DARK.page


@pytest.mark.row("B10")
def test_the_diagonal_is_a_faint_tint() -> None:
    level = np.array([[0.0, 1.0], [0.0, 0.5]])
    colours = pixel_colours(DARK, bare(2), level, np.eye(2, dtype=bool))
    assert colours[0, 0] == DARK.mix(DARK.page, DARK.raised, 0.6)
    assert colours[1, 0] == DARK.page
    assert (colours[0, 1], colours[1, 1]) == tuple(shade(DARK.ember, [1.0, 0.5], DARK.page))


@pytest.mark.row("B12")
def test_a_halo_is_a_rim_of_a_third_around_pixels_and_changes_none() -> None:
    level = np.zeros((5, 6))
    level[2, 3] = 1.0
    colours = pixel_colours(DARK, bare(6, halo=True), level, np.zeros((5, 6), dtype=bool))
    rim = int(blend(DARK.page, DARK.ember[-1], 0.3))
    expected = np.full((5, 6), DARK.page)
    expected[1:4, 2:5] = rim
    expected[2, 3] = DARK.ember[-1]
    np.testing.assert_array_equal(colours, expected)


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
@pytest.mark.parametrize("zoom", [Zoom.OVERVIEW, Zoom.PIXEL])
def test_without_colours_pixels_are_shade_glyphs(large: Session, depth: Depth, zoom: Zoom) -> None:
    canvas = drawn(draw_as(large, zoom=zoom), 60, 30, DARK.at(depth))
    text = "".join(canvas.rows_text())
    assert set("█▸▾") <= set(text) and "▀" not in text
    assert ("·" in text) == (zoom is Zoom.OVERVIEW)
    assert (canvas.bg == DARK.page).all()


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (3, 40), (200, 3), (7, 3), (12, 4)])
@pytest.mark.parametrize("zoom", [Zoom.OVERVIEW, Zoom.PIXEL])
def test_any_size_draws_something(large: Session, size: tuple[int, int], zoom: Zoom) -> None:
    for depth in (Depth.TRUE, Depth.MONO):
        assert any(lines(draw_as(large, zoom=zoom), *size, palette=DARK.at(depth)))


def test_a_matrix_smaller_than_the_screen_is_small(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((50, 7, 0), (3, 90, 1), (0, 2, 40))]})
    canvas = drawn(draw_as(session, zoom=Zoom.OVERVIEW), 60, 24)
    layout = arrange(60, 24, Content(3, 0, 3, 1, Zoom.OVERVIEW))
    assert (layout.per, layout.rows, layout.height) == (1, 3, 2)
    found = [[pixel(canvas, layout.x + x, row, layout.y) for x in range(3)] for row in range(3)]
    assert found[0][1] == DARK.focus and found[0][2] == DARK.page
    assert {found[1][0], found[1][2], found[2][1]} <= set(DARK.ember.tolist())
