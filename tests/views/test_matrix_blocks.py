"""Blocks on the screen: outlines, tint, digits, and the list beside the grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.drawing.canvas import UNDERLINE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.block_steps import next_noteworthy
from clftui.state.class_tree import tree_of
from clftui.state.matrix_model import matrix
from clftui.state.outlier_list import at_outlier, innermost, outlier_list
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import GROUPS, ClassOrder, Zoom
from clftui.views.matrix import MatrixView
from tests.groups import grouped
from tests.matrices import draw_as
from tests.planted import Planted, planted, planted_session

DARK = load_theme(find_themes()["dark"])
MONO = DARK.at(Depth.MONO)


def drawn(session: Session, width: int = 120, height: int = 40, palette: Palette = DARK) -> tuple[Canvas, MatrixView]:
    view = MatrixView()
    view.set_reactive(MatrixView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return canvas, view


@pytest.fixture
def what() -> Planted:
    return planted(3, 4)


@pytest.fixture
def session(tmp_path: Path, what: Planted) -> Session:
    return draw_as(planted_session(tmp_path, what), order=ClassOrder.QUICK, blocks=3)


def corners(canvas: Canvas) -> list[tuple[int, int]]:
    return [(y, x) for y, line in enumerate(canvas.rows_text()) for x, char in enumerate(line) if char == "┌"]


@pytest.mark.row("B18")
def test_outlines_run_between_cells_and_cover_no_number(session: Session) -> None:
    with_blocks, _ = drawn(session, 160, 40)
    without, _ = drawn(draw_as(session, blocks=None), 160, 40)
    assert len(corners(with_blocks)) == 1  # The others meet their neighbour's corner and are joined to it.
    assert sum(line.count("┼") for line in with_blocks.rows_text()) == 2
    digits = [
        [
            (y, x, c)
            for y, line in enumerate(canvas.rows_text()[4:30], 4)
            for x, c in enumerate(line[:90])
            if c.isdigit()
        ]
        for canvas in (with_blocks, without)
    ]
    assert digits[0] == digits[1]


def test_rows_without_a_gap_are_underlined(session: Session) -> None:
    canvas, _ = drawn(session, 80, 24)
    assert (canvas.attrs & UNDERLINE).any()
    assert any("│" in line for line in canvas.rows_text())


@pytest.mark.row("B19")
def test_the_list_stands_beside_the_grid_and_says_what_was_reviewed(session: Session, what: Planted) -> None:
    wide, _ = drawn(session, 200, 50)
    text = "\n".join(wide.rows_text())
    assert "Outside every block" in text and "reviewed 0 of 1" in text
    assert f"1 {what.outlier[0]}" in text and f"→ {what.outlier[1]}" in text
    seen, _ = drawn(next_noteworthy(session), 200, 50)
    after = "\n".join(seen.rows_text())
    assert "reviewed 1 of 1" in after and "▌" in after and "✓" in after


def test_a_narrow_screen_keeps_the_grid(session: Session) -> None:
    canvas, _ = drawn(session, 80, 24)
    assert "Outside" not in "\n".join(canvas.rows_text())


def test_an_outlier_of_the_list_is_a_step_away(session: Session, what: Planted) -> None:
    there = at_outlier(0)(session)
    assert (there.selection.true, there.selection.predicted) == what.outlier
    assert at_outlier(0)(there).tab is Tab.SAMPLES
    assert at_outlier(5)(session) is session


def test_a_click_on_the_list_asks_for_its_outlier(session: Session, what: Planted) -> None:
    canvas, view = drawn(session, 200, 50)
    y = next(y for y, line in enumerate(canvas.rows_text()) if f"→ {what.outlier[1]}" in line)
    assert view._outliers is not None
    step = view._outliers.clicked(190, y)
    assert step is not None and step(session).selection.true == what.outlier[0]
    assert view._outliers.clicked(20, y) is None


@pytest.mark.row("B19")
def test_pixels_are_tinted_inside_blocks_and_outliers_have_digits(session: Session) -> None:
    far = draw_as(session, zoom=Zoom.PIXEL)
    canvas, _ = drawn(far, 120, 40)
    plain, _ = drawn(draw_as(far, blocks=None), 120, 40)
    changed = (canvas.code != plain.code) & (canvas.code == ord("1"))
    assert changed[2:8, 10:34].sum() == 1
    assert (canvas.bg != plain.bg).any()
    mono, _ = drawn(far, 120, 40, MONO)
    assert any("Outside every block" in line for line in mono.rows_text())


@pytest.mark.row("B35")
def test_groups_taken_for_each_other_are_named(tmp_path: Path) -> None:
    session = draw_as(grouped(tmp_path / "grouped"), blocks=GROUPS, order=ClassOrder.HIERARCHY)
    tree, shown = tree_of(session), matrix(session)
    assert tree is not None and shown is not None
    owner = innermost(tree, len(session.classes))
    for index, node in enumerate(owner.tolist()):
        held = [n for n in tree.groups if index in tree.classes(n)]
        assert node == (min(held, key=lambda n: tree.nodes[n].size) if held else -1)
    listed = outlier_list(session, shown)
    assert listed is not None and listed.named and listed.blocks == len(tree.nodes[0].children)


def test_waiting_for_blocks_lists_nothing(session: Session) -> None:
    shown = matrix(draw_as(session, blocks=None))
    assert shown is not None and outlier_list(draw_as(session, blocks=None), shown) is None


def test_single_mistakes_are_quieter_in_the_overview() -> None:
    from clftui.state.settings import Scaling
    from clftui.views.matrix_parts import _quieter

    level = np.array([0.0, 0.01, 0.5, 1.0, -0.5, np.nan])
    quiet = _quieter(level, Scaling.LOG)
    assert quiet[0] == 0 and quiet[1] > 0 and quiet[2] < 0.5 and quiet[3] == 1 and quiet[4] == -quiet[2]
    assert np.isnan(quiet[5]) and _quieter(level, Scaling.LINEAR) is level
