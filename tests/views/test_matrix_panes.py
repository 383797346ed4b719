"""The list of pairs, the read-out and the box on the screen, and what the mouse does in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.drawing.canvas import Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.state import matrix_box
from clftui.state.session import Session
from clftui.state.settings import PairSort, Pane, Zoom
from clftui.state.triage import Reason, tag_pair
from clftui.views.matrix import MatrixView
from tests.matrices import COUNTS, at, draw_as, session_on

DARK = load_theme(find_themes()["dark"])
MONO = replace(DARK, depth=Depth.MONO)
BEFORE = ((50, 4, 0), (3, 90, 1), (0, 4, 38))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return at(session_on(tmp_path, {"only": [BEFORE, COUNTS]}), "cat", "dog")


def view_of(session: Session, width: int, height: int, palette: Palette = DARK) -> tuple[MatrixView, Canvas]:
    view = MatrixView()
    view.set_reactive(MatrixView.session, session)
    canvas = Canvas(width, height, palette)
    view.draw(canvas)
    return view, canvas


def lines(session: Session, width: int, height: int, palette: Palette = DARK) -> list[str]:
    return [line.rstrip() for line in view_of(session, width, height, palette)[1].rows_text()]


@pytest.mark.row("B33")
def test_the_list_alone_has_a_line_a_pair(session: Session) -> None:
    tag_pair(session.catalog, "dog", "cat", Reason.PART_OF)
    assert lines(draw_as(session, pane=Pane.PAIRS), 90, 7) == [
        " Confused pairs  4 by count",
        " true → predicted                 ▾count  rate %             × chance  change      reason",
        "▌cat → dog                             7      12 6–23            ×1.0      ▲3",
        " dog → cat                             3       3 1–9             ×1.0             part of",
        " fox → dog                             2       5 1–16            ×1.0      ▼2",
        " dog → fox                             1     1.1 0.2–5.8         ×1.0",
        "",
    ]


def test_beside_the_matrix_a_pair_has_two_lines(session: Session) -> None:
    drawn = lines(draw_as(session, pane=Pane.BOTH), 120, 14)
    assert "predicted →" in drawn[0] and "Confused pairs  4 by count" in drawn[0]
    assert [line[84:].split() for line in drawn[1:5]] == [
        ["▌cat", "▲3", "7"], ["▌", "→", "dog", "12", "6–23"], ["dog", "3"], ["→", "cat", "3", "1–9"],
    ]  # fmt: skip


def test_without_room_beside_it_the_matrix_stands_alone(session: Session) -> None:
    both, alone = draw_as(session, pane=Pane.BOTH), draw_as(session, pane=Pane.GRID)
    assert lines(both, 100, 14) == lines(alone, 100, 14)


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (20, 3), (40, 1), (61, 4), (110, 3), (200, 60)])
@pytest.mark.parametrize("pane", list(Pane))
def test_any_size_draws(session: Session, size: tuple[int, int], pane: Pane) -> None:
    drawn = lines(draw_as(session, pane=pane), *size)
    assert len(drawn) == size[1] and all(len(line) <= size[0] for line in drawn)


def test_a_click_on_the_list_moves_the_cursor_and_a_second_one_opens(session: Session) -> None:
    view, _ = view_of(draw_as(session, pane=Pane.PAIRS), 90, 8)
    step = view._beside().clicked(5, 4)
    assert step is not None
    moved = step(draw_as(session, pane=Pane.PAIRS))
    assert (moved.selection.true, moved.selection.predicted) == ("fox", "dog")
    assert step(moved).selection.scope.true == "fox"
    assert view._beside().clicked(5, 0) is None and view.page == (6, 1)


def test_the_list_follows_the_cursor_and_the_wheel_leaves_it(tmp_path: Path) -> None:
    counts = np.triu(np.arange(1, 145).reshape(12, 12), 1) + np.diag(np.full(12, 500))
    names = [f"c{i}" for i in range(12)]
    session = session_on(tmp_path, {"only": [counts]}, {"only": names})
    session = draw_as(session, pane=Pane.PAIRS)
    view, canvas = view_of(session, 90, 10)
    first = canvas.rows_text()[2]
    assert view._beside().wheel(3)
    view.draw(canvas := Canvas(90, 10, DARK))
    assert canvas.rows_text()[2] != first
    view.set_reactive(MatrixView.session, matrix_box.move(session, 40, 0))
    view.draw(canvas := Canvas(90, 10, DARK))
    assert any(line.startswith("▌") for line in canvas.rows_text()[2:])
    grid, _ = view_of(draw_as(session, pane=Pane.GRID), 90, 10)
    assert not grid._beside().wheel(3)


def test_the_sorted_column_shows_and_is_marked(session: Session) -> None:
    by_surprise = draw_as(session, pane=Pane.PAIRS, pair_sort=PairSort.SURPRISE)
    assert "▾× chance" in lines(by_surprise, 120, 8)[1]
    by_change = draw_as(session, pane=Pane.PAIRS, pair_sort=PairSort.CHANGE)
    head = lines(by_change, 52, 8)[1]
    assert "▾change" in head and "rate" not in head


def test_without_an_epoch_before_there_is_no_column_of_changes(tmp_path: Path) -> None:
    single = draw_as(session_on(tmp_path, {"only": [COUNTS]}), pane=Pane.PAIRS)
    head = lines(single, 120, 8)[1]
    assert "change" not in head and "back" in head


@pytest.mark.row("P11")
def test_the_readout_is_lines_of_text(session: Session) -> None:
    drawn = lines(draw_as(session, pane=Pane.READOUT), 40, 9, MONO)
    assert drawn[0] == "cat as dog: 7, 12 %, 6–23 %, up 3 since"
    assert drawn[1] == "epoch 1." and drawn[2].startswith("Confusion 1 of 4 by count")
    one = lines(draw_as(session, pane=Pane.READOUT), 40, 1, MONO)
    assert one[0].startswith("cat as dog: 7, 12 %") and one[0].endswith("…")


@pytest.mark.row("B16")
@pytest.mark.parametrize("palette", [DARK, MONO])
def test_a_box_is_told_by_lines_and_by_words(session: Session, palette: Palette) -> None:
    boxed = at(matrix_box.toggle(session), "dog", "fox")
    roomy = lines(boxed, 80, 20, palette)
    assert any("┌" in line for line in roomy) and any("┐" in line for line in roomy)
    assert any("2 × 2 cells: 98 samples, 8 of them wrong" in line for line in roomy)
    tight = lines(boxed, 80, 9, palette)
    assert sum("▌" in line and "▐" in line for line in tight) >= 1
    _, canvas = view_of(boxed, 80, 20, palette)
    rows = canvas.rows_text()
    y = next(y for y, line in enumerate(rows) if " dog " in line and "90" in line)
    assert int(canvas.fg[y, rows[y].index("dog")]) == palette.focus


@pytest.mark.row("B16")
@pytest.mark.parametrize("palette", [DARK, MONO])
def test_a_box_of_pixels_is_told_on_the_rulers(tmp_path: Path, palette: Palette) -> None:
    k = 30
    names = [f"c{i}" for i in range(k)]
    session = session_on(tmp_path, {"only": [np.eye(k, dtype=int) * 5]}, {"only": names})
    session = draw_as(at(session, "c3", "c5"), zoom=Zoom.PIXEL)
    boxed = at(matrix_box.toggle(session), "c8", "c9")
    _, canvas = view_of(boxed, 80, 30, palette)
    rows = canvas.rows_text()
    top = next(y for y, line in enumerate(rows) if "━" in line)
    assert rows[top].count("━") == 5
    sides = [y for y, line in enumerate(rows) if "┃" in line]
    # Rows 3 to 8 are the lower half of one screen row to the upper half of another.
    assert len(sides) == 4 and sides[0] == top + 2
    if palette is DARK:
        x = rows[top].index("━") + 4  # class 9, which is no row of the box: no diagonal
        tint = int(canvas.bg[sides[1], x])
        assert tint != palette.page
        # The pixel above the box, in its first screen row, stays as it was.
        assert int(canvas.fg[sides[0], x]) == palette.page and int(canvas.bg[sides[0], x]) == tint


def test_rare_confusions_fold_into_one_row(tmp_path: Path) -> None:
    k = 12
    counts = np.eye(k, dtype=int) * 50
    counts[0, 1], counts[2, 3], counts[4, 5], counts[6, 7] = 9, 8, 7, 1
    names = [f"c{i}" for i in range(k)]
    session = session_on(tmp_path, {"only": [counts]}, {"only": names})
    folded = draw_as(session, kept=6)
    drawn = lines(folded, 100, 22)
    assert any("(other)" in line and "301" in line for line in drawn)
    assert not any(line.lstrip().startswith("c6 ") for line in drawn)
    moved = matrix_box.move(matrix_box.move(folded, 99, 0), 0, 99)
    assert moved.selection.true in names[6:] and moved.selection.predicted in names[6:]
    deeper = matrix_box.drill(at(folded, "c6", "c0"))
    assert deeper.notice.startswith("No sample")
    back_again = draw_as(folded, kept=0)
    assert not any("(other)" in line for line in lines(back_again, 100, 30))
