"""Wide cells, differences and cells of few samples on the screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.drawing.canvas import ITALIC
from clftui.drawing.palette import Depth
from clftui.state.session import Session
from clftui.state.settings import Against, Scaling, Share, Zoom
from clftui.widgets.matrix_numbers import count_codes, signed_codes
from tests.matrices import COUNTS, at, draw_as, session_on
from tests.views.test_matrix_view import DARK, drawn, lines, place

BEST = ((57, 0, 0), (3, 90, 1), (0, 2, 40))
WORSE = ((50, 7, 0), (1, 90, 3), (0, 2, 40))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path, {"only": [COUNTS]})


@pytest.fixture
def two(tmp_path: Path) -> Session:
    session = session_on(tmp_path, {"best": [BEST], "worse": [WORSE]})
    return draw_as(session, against=Against.RUN)


def test_wide_cells_hold_a_number_and_its_share_and_the_frame_stands_in_the_gaps(session: Session) -> None:
    text = lines(draw_as(session, zoom=Zoom.WIDE), 60, 22)
    assert text[2:11] == [
        "                   ┏━━━━━━━━┓",
        "       cat      50 ┃      7 ┃              88 77–94",
        "              88 % ┃   12 % ┃",
        "                   ┗━━━━━━━━┛",
        "       dog       3       90        1       96 90–98",
        "               3 %     96 %      1 %",
        "",
        "       fox                2       40       95 84–99",
        "                        5 %     95 %",
    ]
    shares = lines(draw_as(session, zoom=Zoom.WIDE, share=Share.ROW), 60, 22)
    assert shares[3:5] == [
        "       cat    88 % ┃   12 % ┃              88 77–94",
        "                50 ┃      7 ┃",
    ]


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (3, 40), (200, 3), (7, 3)])
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MONO])
def test_any_size_draws_something(two: Session, size: tuple[int, int], depth: Depth) -> None:
    for zoom in Zoom:
        assert any(lines(draw_as(two, zoom=zoom), *size, palette=DARK.at(depth)))


def test_a_difference_tells_worse_from_better_by_sign_and_arm(two: Session) -> None:
    canvas = drawn(at(two, "fox", "fox"), 100, 12)
    text = canvas.rows_text()
    assert canvas.bg[3, text[3].index("−7")] == DARK.better_arm[-1]
    assert canvas.bg[5, text[5].index("+2")] in DARK.worse_arm and canvas.bg[5, text[5].index("−2")] in DARK.better_arm
    assert canvas.bg[3, text[3].index("+7")] == DARK.page
    assert "A − B   better −7" in text[0] and text[0].rstrip().endswith("+7 worse")
    diagonal = drawn(draw_as(at(two, "fox", "fox"), diagonal=True), 100, 12)
    assert diagonal.bg[3, text[3].index("+7")] == DARK.better_arm[-1]


@pytest.mark.parametrize("zoom", [Zoom.SHADE, Zoom.PIXEL])
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MONO])
def test_signs_stand_in_shades_too(two: Session, zoom: Zoom, depth: Depth) -> None:
    text = "\n".join(lines(draw_as(at(two, "fox", "fox"), zoom=zoom), 100, 20, DARK.at(depth))[2:])
    if zoom is Zoom.PIXEL and depth is Depth.TRUE:
        assert "▀" in text
    else:
        assert "+" in text and "−" in text


@pytest.mark.parametrize("share", Share)
def test_differences_of_shares_show(two: Session, share: Share) -> None:
    text = "\n".join(lines(draw_as(at(two, "cat", "dog"), share=share), 100, 12))
    assert "+" in text and "−" in text and "cat as dog: A 0 of" in text


def test_a_difference_between_unequal_numbers_of_samples_has_no_counts(two: Session, tmp_path: Path) -> None:
    twice = tuple(tuple(2 * each for each in row) for row in WORSE)
    session = draw_as(session_on(tmp_path / "unequal", {"best": [BEST], "worse": [twice]}), against=Against.RUN)
    equal, unequal = (lines(draw_as(each, zoom=Zoom.WIDE, share=Share.ROW), 60, 22)[3:5] for each in (two, session))
    assert equal[0] == unequal[0] and "+12 %    −12 %" in equal[0]
    assert equal[1].split() == ["+7", "−7"] and not unequal[1]


def test_signs_stand_before_the_first_digit() -> None:
    codes = count_codes(np.array([[5, 1200, 0]]), 5)
    found = signed_codes(codes, np.array([[5.0, -1200.0, 0.0]]))
    assert ["".join(map(chr, cell)) for cell in found[0]] == ["    +5", "−1,200", "      "]
    undefined = signed_codes(np.array([[[32, ord("–")]]], dtype=np.uint32), np.array([[np.nan]]))
    assert "".join(map(chr, undefined[0, 0])) == "  –"


def test_numbers_of_few_samples_are_italic(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [((50, 7, 0), (2, 6, 1), (0, 2, 40))]})
    canvas = drawn(at(session, "fox", "fox"), 80, 10)
    x, y = place(canvas, "6")
    assert canvas.rows_text()[y].split()[0] == "dog" and canvas.attrs[y, x] & ITALIC
    x, y = place(canvas, "7")
    assert not canvas.attrs[y, x] & ITALIC
    by_column = drawn(draw_as(at(session, "fox", "fox"), share=Share.COLUMN, transposed=True), 80, 10)
    assert not (by_column.attrs & ITALIC).any()


@pytest.mark.row("C6")
def test_power_and_clip_lift_small_values(tmp_path: Path) -> None:
    session = at(session_on(tmp_path, {"only": [((5, 100, 4), (10, 5, 0), (0, 0, 5))]}), "fox", "fox")
    shade = {}
    for scaling in (Scaling.LINEAR, Scaling.EXPONENT, Scaling.CLIP):
        canvas = drawn(draw_as(session, scaling=scaling), 80, 10)
        x, y = place(canvas, "cat")[0] + 2, 3
        shade[scaling] = int(np.flatnonzero(DARK.ember == canvas.bg[y, x])[0])
    levels = {Scaling.LINEAR: 0.1, Scaling.EXPONENT: 0.1**0.35, Scaling.CLIP: 0.1 / 0.35}
    assert shade == {scaling: round(255 * level) for scaling, level in levels.items()}
    assert lines(draw_as(session, scaling=Scaling.CLIP), 80, 10)[0].rstrip().endswith("≥ 35")
