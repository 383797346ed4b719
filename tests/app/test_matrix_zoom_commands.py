"""The keys that change how near the matrix is seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.app.registry import Registry
from clftui.state.matrix_words import legend
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import Pool, Scaling, Zoom
from tests.matrices import COUNTS, at, session_on

PAGE = (10, 20)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Session:
    k = 200
    counts = np.diag(np.full(k, 3))
    counts[7, 150], counts[160, 20], counts[161, 20] = 9, 4, 6
    names = [f"class_{i:03d}" for i in range(k)]
    return session_on(tmp_path_factory.mktemp("large"), {"large": [counts]}, {"large": names})


def press(session: Session, key: str, page: tuple[int, int] = PAGE) -> Session:
    command = Registry().find(key, Tab.MATRIX)
    assert command is not None and command.works(session)
    if command.paged is not None:
        return command.paged(session, page)
    assert command.step is not None
    return command.step(session)


@pytest.mark.row("B36")
def test_many_classes_open_in_the_overview_and_zoom_keeps_the_class_pair(large: Session) -> None:
    assert large.matrix.zoom_of(200) is Zoom.OVERVIEW
    assert large.matrix.zoom_of(20) is Zoom.NUMBER
    levels = []
    session = large
    for _ in range(5):
        session = press(session, "z")
        levels.append(session.matrix.zoom)
        assert session.selection == large.selection and session.notice.endswith(".")
    assert levels == [Zoom.PIXEL, Zoom.SHADE, Zoom.NUMBER, Zoom.WIDE, Zoom.WIDE]
    for expected in (Zoom.NUMBER, Zoom.SHADE, Zoom.PIXEL, Zoom.OVERVIEW, Zoom.OVERVIEW):
        session = press(session, "Z")
        assert session.matrix.zoom is expected


def test_where_all_classes_show_there_are_no_pixels(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [COUNTS]})
    shades = press(session, "Z", (3, 3))
    assert shades.matrix.zoom is Zoom.SHADE
    assert "All 3 classes show already" in press(shades, "Z", (3, 3)).notice
    # A screen so small that not even three shades fit has somewhere to go.
    assert press(shades, "Z", (2, 3)).matrix.zoom is Zoom.PIXEL


def test_c_changes_between_numbers_and_shades(tmp_path: Path) -> None:
    session = session_on(tmp_path, {"only": [COUNTS]})
    assert press(session, "c").matrix.zoom is Zoom.SHADE
    assert press(press(session, "c"), "c").matrix.zoom is Zoom.NUMBER


@pytest.mark.row("B36")
def test_a_step_in_the_overview_goes_to_the_largest_mistake_of_the_next_pixel(large: Session) -> None:
    # 200 classes on 10 pixels: 20 a pixel. Class 150 is in pixel 7, classes 160 and 161 in pixel 8.
    here = at(large, "class_150", "class_000")
    down = press(here, "j")
    assert (down.selection.true, down.selection.predicted) == ("class_160", "class_000")
    right = press(down, "l")
    assert (right.selection.true, right.selection.predicted) == ("class_161", "class_020")
    corner = press(press(right, "G"), "j")
    assert (corner.selection.true, corner.selection.predicted) == ("class_199", "class_199")
    assert press(corner, "ctrl+u").selection.true == "class_080"
    nearer = press(right, "z")
    assert press(nearer, "j").selection.true == "class_162"


def test_pixels_show_the_largest_cell_or_the_sum(large: Session) -> None:
    assert press(large, "v").matrix.pool is Pool.SUM
    assert press(press(large, "v"), "v").matrix.pool is Pool.MAX
    command = Registry().find("v", Tab.MATRIX)
    assert command is not None and not command.works(press(large, "z"))


@pytest.mark.row("B11", "C6")
def test_scalings_come_round_and_their_strength_goes_in_twentieths(large: Session) -> None:
    seen, session = [], large
    for _ in range(4):
        session = press(session, "n")
        seen.append(session.matrix.scaling)
    assert seen == [Scaling.LINEAR, Scaling.EXPONENT, Scaling.CLIP, Scaling.LOG]
    power = press(press(large, "n"), "n")
    assert power.matrix.exponent == 0.35 and "v^0.35" in legend(power) and "v^0.35" in power.notice
    stronger = press(power, ",")
    assert stronger.matrix.exponent == 0.30 and press(stronger, ";").matrix == power.matrix
    for _ in range(30):
        power, stronger = press(power, ";"), press(stronger, ",")
    assert (power.matrix.exponent, stronger.matrix.exponent) == (1.0, 0.05)
    command = Registry().find(",", Tab.MATRIX)
    assert command is not None and not command.works(large)
    assert "clip at 35 %" in legend(press(press(press(large, "n"), "n"), "n"))


@pytest.mark.row("B12")
def test_a_halo_is_said_to_be_artificial(large: Session) -> None:
    halo = press(large, "H")
    assert halo.matrix.halo and "artificial" in halo.notice and "halo (artificial shade)" in legend(halo)
    assert not press(halo, "H").matrix.halo
    assert "halo" not in legend(press(press(halo, "z"), "z"))
