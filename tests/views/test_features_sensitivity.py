"""What the sensitivity variant draws at several sizes, in colours and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state.features_view import move
from clftui.state.sensitivity_view import shown
from clftui.state.session import Session
from clftui.views.features_sensitivity import SensitivityPane
from tests.builders import write_collection
from tests.state.test_sensitivity_model import session_of
from tests.state.test_sensitivity_steps import opened

DARK = load_theme(find_themes()["dark"], Depth.TRUE)
MONO = load_theme(find_themes()["dark"], Depth.MONO)


def drawn(session: Session, width: int, height: int, palette: Palette) -> tuple[list[str], Canvas, SensitivityPane]:
    pane, canvas = SensitivityPane(), Canvas(width, height, palette)
    pane.draw(canvas, session)
    lines = ["".join(map(chr, row)) for row in canvas.code.tolist()]
    return lines, canvas, pane


@pytest.mark.row("B29")
def test_losses_are_marked_and_counted(tmp_path: Path) -> None:
    lines, canvas, _ = drawn(move(opened(tmp_path), 2, 1), 120, 30, DARK)
    assert "grayscale" in lines[0] and "rotate90" in lines[0] and "80 samples" not in lines[0]
    cat = next(line for line in lines if "  cat " in line)
    assert "▼−75.0" in cat and "90.0" in cat and "±0.0" in cat
    assert "20 samples of cat" in lines[0]
    assert any("cat, rotate90: 90.0 → 15.0 %, −75.0 (" in line for line in lines)
    # The cell of the loss has a colour of its own.
    row, column = lines.index(cat), cat.index("▼")
    assert canvas.bg[row, column] not in (DARK.page, DARK.raised)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 12), (30, 6), (200, 50), (12, 3), (1, 1)])
def test_it_draws_at_every_size(tmp_path: Path, width: int, height: int) -> None:
    session = opened(tmp_path)
    for palette in (DARK, MONO):
        lines, _, pane = drawn(session, width, height, palette)
        assert len(lines) == height and pane.page[0] >= 1
        if width >= 60:
            assert any("▼−75.0" in line for line in lines)


def test_intervals_of_the_focused_line_stand_below(tmp_path: Path) -> None:
    lines, canvas, _ = drawn(move(opened(tmp_path), 2, 1), 120, 30, DARK)
    y = next(y for y, line in enumerate(lines) if "cat: change and 95 % interval" in line)
    grey, turned = lines[y + 1], lines[y + 2]
    assert "grayscale" in grey and "−75.0" in turned
    # Nothing lies around zero, a loss left of it.
    zero = turned.index("┊")
    assert turned.index("●") < zero and "●" in grey and abs(grey.index("●") - zero) <= 1
    assert canvas.fg[y + 2, turned.index("●")] == DARK.worse


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_click_goes_where_it_points(tmp_path: Path, size: tuple[int, int]) -> None:
    session = opened(tmp_path)
    lines, _, pane = drawn(session, *size, DARK)
    row = next(y for y, line in enumerate(lines) if "  cat " in line)
    step = pane.clicked(lines[row].index("▼") + 1, row)
    assert step is not None
    there = shown(step(session))
    assert there.found is not None and there.found.name_of(there.node) == "cat" and there.column == 1
    y, x = next((y, line.index("right in none")) for y, line in enumerate(lines) if "right in none" in line)
    step = pane.clicked(x, y)
    assert step is not None and shown(step(session)).in_sets and shown(step(session)).line == 1
    assert pane.clicked(0, 0) is None


def test_without_changed_splits_it_says_what_makes_them(tmp_path: Path) -> None:
    session = session_of(write_collection(tmp_path, runs=1))
    shown(session, wait=True)
    lines, _, _ = drawn(session, 80, 24, DARK)
    assert any("clftui perturb" in line for line in lines)


def test_what_a_group_holds_stands_beside_on_one_axis(tmp_path: Path) -> None:
    session = move(opened(tmp_path), 1, 1)
    lines, canvas, _ = drawn(session, 120, 30, DARK)
    y = next(y for y, line in enumerate(lines) if "Under rotate90: pets" in line)
    # The class that loses most stands first.
    assert "cat" in lines[y + 1] and "−75.0" in lines[y + 1] and "dog" in lines[y + 2]
    start = lines[y].index("Under")
    zero = lines[y + 1].index("┊", start)
    assert lines[y + 1].index("●", start) < zero
    assert canvas.fg[y + 1, lines[y + 1].index("●", start)] == DARK.worse
    # A class stands among those of its group.
    among, _, _ = drawn(move(session, 1, 0), 120, 30, DARK)
    assert any("Under rotate90: pets" in line for line in among)
    narrow, _, _ = drawn(session, 60, 24, DARK)
    assert not any("Under rotate90" in line for line in narrow)
