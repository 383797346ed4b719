"""Cells that hold their history on the screen: strips, sparklines, rotation, what stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.analysis.history import downsample
from clftui.drawing.canvas import REVERSE, Canvas
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.drawing.ramp import luminance, to_oklab
from clftui.state.moves import select
from clftui.state.session import Session
from clftui.state.settings import Against, CellEncoding, Scaling, Share, Tracks, Zoom
from clftui.views.matrix import MatrixView
from clftui.widgets.matrix_epochs_layout import StripContent, plan_strips
from clftui.widgets.matrix_spark import hue_ramp
from tests.matrices import at, draw_as, session_on
from tests.views.test_matrix_view import DARK, drawn, lines, place

CONFUSED = (4, 0, 9, 30)
"""Cats taken for dogs, by epoch."""


def counts(confused: int) -> tuple[tuple[int, ...], ...]:
    return ((60 - confused, confused, 0), (2, 90, 1), (0, 2, 40))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A has four epochs, B the first two of them."""
    runs = {"a": [counts(n) for n in CONFUSED], "b": [counts(12), counts(6)]}
    session = select(session_on(tmp_path, runs, run="a"), runs=("a", "b"))
    return draw_as(at(session, "fox", "fox"), cell=CellEncoding.STRIP, scaling=Scaling.LINEAR)


class Shown:
    """A drawn matrix and where its cells lie."""

    def __init__(self, session: Session, width: int = 80, height: int = 24, palette: Palette = DARK) -> None:
        view = MatrixView()
        view.set_reactive(MatrixView.session, session)
        self.canvas = Canvas(width, height, palette)
        view.draw(self.canvas)
        layout = view._layout
        assert layout is not None and layout.strips is not None
        self.layout, self.plan = layout, layout.strips

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """(x, y) of the first character of a cell."""
        layout = self.layout
        return layout.x + column * layout.cell_width, layout.y + row * layout.cell_height + 1

    def strip(self, row: int, column: int, track: int, epochs: int) -> list[int]:
        """The colour of each of `epochs` in a strip that shows all of them."""
        x, y = self.corner(row, column)
        y += track
        halves = []
        for column_x in range(x, x + self.plan.width):
            code, ink, paper = (int(each[y, column_x]) for each in (self.canvas.code, self.canvas.fg, self.canvas.bg))
            halves += [ink, paper] if code == ord("▌") else [paper, paper]
        return halves[:: len(halves) // epochs][:epochs]

    def text(self, row: int, column: int, track: int, epochs: int) -> str:
        """The character of each of `epochs` in a strip of characters."""
        x, y = self.corner(row, column)
        line = self.canvas.rows_text()[y + track][x : x + self.plan.width]
        return line[:: self.plan.width // epochs][:epochs]


@pytest.mark.row("C2", "C5")
def test_a_cell_holds_a_strip_a_run_lightness_by_value_and_hue_by_run(session: Session) -> None:
    shown = Shown(session)
    a, b = (shown.strip(0, 1, track, 4) for track in (0, 1))
    ramps = [hue_ramp(DARK, hue) for hue in DARK.runs[:2]]
    assert a[0] == ramps[0][round(255 * 4 / 30)] and a[3] == ramps[0][255] and a[2] == ramps[0][round(255 * 9 / 30)]
    assert b[0] == ramps[1][round(255 * 12 / 30)] and b[1] == ramps[1][round(255 * 6 / 30)]
    # An epoch without such a sample is a tint, one that the run does not have is blank.
    assert a[1] not in (*ramps[0], DARK.page) and b[2:] == [DARK.page, DARK.page]
    x, y = shown.layout.track_x, shown.corner(0, 0)[1]
    letters = [shown.canvas.rows_text()[y + track][x] for track in (0, 1)]
    assert letters == ["A", "B"]
    assert [int(shown.canvas.fg[y + track, x]) for track in (0, 1)] == list(DARK.runs[:2])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_ramp_of_a_run_changes_in_lightness_alone_one_way(theme: str) -> None:
    palette = load_theme(find_themes()[theme])
    for hue in palette.runs:
        lightness = to_oklab(hue_ramp(palette, hue))[:, 0]
        away = np.diff(lightness) * (1 if palette.dark else -1)
        assert (away > -0.004).all()
        assert abs(luminance(hue_ramp(palette, hue)[0]) - luminance(palette.page)) > 0.005


def test_a_lone_run_takes_the_ramp_of_all_counts(session: Session) -> None:
    assert Shown(draw_as(session, tracks=Tracks.FOCUSED)).strip(0, 1, 0, 4)[3] == DARK.ember[255]


@pytest.mark.row("C4")
def test_a_sparkline_has_heights_in_the_hue_of_its_run(session: Session) -> None:
    shown = Shown(draw_as(session, cell=CellEncoding.SPARK))
    assert [shown.text(0, 1, track, 4) for track in (0, 1)] == ["▂▁▃█", "▄▂  "]
    x, y = shown.corner(0, 1)
    ink = shown.canvas.fg[y, x :: shown.plan.width // 4]
    assert ink[0] == DARK.runs[0] and ink[1] == DARK.faint and shown.canvas.fg[y + 1, x] == DARK.runs[1]


@pytest.mark.row("C7")
def test_rotated_strips_stand_side_by_side_and_epochs_run_down(session: Session) -> None:
    shown = Shown(draw_as(session, rotated=True))
    (x, y), wide, canvas = shown.corner(0, 1), shown.plan.width, shown.canvas
    assert shown.plan.height == 2 and canvas.rows_text()[y - 1][x : x + 2 * wide].split() == ["A", "B"]
    ramps = [hue_ramp(DARK, hue) for hue in DARK.runs[:2]]
    upper, lower = (int(each[y + 1, x]) for each in (canvas.fg, canvas.bg))
    assert (upper, lower) == (ramps[0][round(255 * 9 / 30)], ramps[0][255])
    assert canvas.fg[y, x + wide] == ramps[1][round(255 * 12 / 30)] and canvas.bg[y + 1, x + wide] == DARK.page
    spark = Shown(draw_as(session, rotated=True, cell=CellEncoding.SPARK), 80, 30)
    (x, y), text = spark.corner(0, 1), spark.canvas.rows_text()
    assert spark.plan.height == 4
    bars = [text[y + row][x : x + spark.plan.width] for row in range(4)]
    eighths = [sum(8 if char == "█" else " ▏▎▍▌▋▊▉".index(char) for char in bar) for bar in bars]
    assert eighths == [round(8 * spark.plan.width * n / 30) or 1 for n in CONFUSED]


@pytest.mark.row("C14")
def test_more_epochs_than_room_keep_least_greatest_and_last_and_say_so(tmp_path: Path) -> None:
    series = [3] * 60
    series[17], series[40], series[59] = 30, 0, 9
    session = session_on(tmp_path, {"a": [counts(n) for n in series]}, run="a")
    session = draw_as(at(session, "fox", "fox"), cell=CellEncoding.SPARK, scaling=Scaling.LINEAR)
    shown = Shown(session)
    slots = shown.plan.slots
    assert slots < 60
    found = shown.text(0, 1, 0, slots)
    assert found == "".join("▁▂▃▄▅▆▇█"[round(7 * value)] for value in downsample(series, slots) / 30)
    assert "█" in found and "▁" in found and found[-1] == "▃"
    # However little room there is, the line says that epochs were left out.
    assert f"epochs 1–60 as {slots}" in shown.canvas.rows_text()[0]
    wide = Shown(session, 140, 24)
    assert f"epochs 1–60 as {wide.plan.slots}: least, greatest, last kept" in wide.canvas.rows_text()[0]


@pytest.mark.row("C6", "C8")
def test_scaling_and_shares_change_the_lightness(session: Session) -> None:
    seen = {}
    how: dict[str, dict[str, Any]] = {
        "linear": {},
        "power": {"scaling": Scaling.EXPONENT, "strength": 13},
        "share": {"share": Share.ROW},
        "diagonal": {"diagonal": True},
    }
    for name, settings in how.items():
        ramp = hue_ramp(DARK, DARK.runs[0])
        found = Shown(draw_as(session, **settings)).strip(0, 1, 0, 4)[0]
        seen[name] = int(np.flatnonzero(ramp == found)[0])
    assert seen["linear"] == round(255 * 4 / 30) and seen["power"] == round(255 * (4 / 30) ** 0.35)
    assert seen["share"] == round(255 * 4 / 30)
    assert seen["diagonal"] == round(255 * 4 / 90)


def test_the_diagonal_is_blank_unless_asked_for(session: Session) -> None:
    assert set(Shown(session).strip(0, 0, 0, 4)) == {DARK.page}
    assert Shown(draw_as(session, diagonal=True)).strip(0, 0, 0, 4)[0] in hue_ramp(DARK, DARK.runs[0])


def test_cells_under_the_threshold_in_every_epoch_are_a_dot(session: Session) -> None:
    shown = Shown(draw_as(session, at_least=5))
    assert shown.strip(0, 1, 0, 4)[3] == hue_ramp(DARK, DARK.runs[0])[255]
    (x, y), wide = shown.corner(1, 0), shown.layout.cell_width - 1
    assert shown.canvas.rows_text()[y][x : x + wide].strip() == "·"
    assert (shown.canvas.bg[y : y + 2, x : x + wide] == DARK.page).all()
    (x, y) = shown.corner(0, 2)
    assert not shown.canvas.rows_text()[y][x : x + wide].strip()


@pytest.mark.row("C9")
def test_beside_each_row_stand_its_metric_over_the_epochs_now_best_and_since(session: Session) -> None:
    text = lines(session, 110, 24)
    assert "recall 1–4" in text[1] and text[1].split()[-3:] == ["now", "best", "since"]
    row = next(line for line in text[2:] if line.strip().startswith("cat"))
    assert row.split()[-3:] == ["50.0", "2", "−50.0"]
    canvas = drawn(session, 110, 24)
    x, y = place(canvas, "−50.0")
    assert canvas.fg[y, x] == DARK.worse


@pytest.mark.row("C12")
def test_the_cursor_is_framed_linked_to_both_labels_and_read_out(session: Session) -> None:
    shown = Shown(at(session, "cat", "dog"), 110, 24)
    canvas, text, layout = shown.canvas, shown.canvas.rows_text(), shown.layout
    x, y = shown.corner(0, 1)
    assert text[y - 1][x - 1] == "┏" and text[y + 2][x + layout.cell_width - 1] == "┛"
    assert canvas.fg[1, text[1].index("dog")] == DARK.focus and canvas.fg[1, text[1].index("fox")] != DARK.focus
    assert canvas.fg[y, text[y].index("cat")] == DARK.focus
    assert any("A 4→30 (epoch 4) 50 % 38–62" in line and "B 12→6 (epoch 2)" in line for line in text)


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16])
def test_where_colours_cannot_tell_shade_glyphs_do(session: Session, depth: Depth) -> None:
    shown = Shown(at(session, "cat", "dog"), palette=DARK.at(depth))
    assert [shown.text(0, 1, track, 4) for track in (0, 1)] == ["░ ▒█", "▒░  "]
    x, y = shown.corner(0, 1)
    # A reversed shade would read as the opposite one.
    assert not shown.canvas.attrs[y, x] & REVERSE and shown.canvas.rows_text()[y - 1][x - 1] == "┏"


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (20, 5), (40, 10), (80, 24), (200, 3), (200, 50)])
@pytest.mark.parametrize("depth", [Depth.TRUE, Depth.MONO])
def test_any_size_draws_something(session: Session, size: tuple[int, int], depth: Depth) -> None:
    for encoding in (CellEncoding.STRIP, CellEncoding.SPARK):
        for rotated in (False, True):
            for zoom in (Zoom.NUMBER, Zoom.WIDE):
                for tracks in Tracks:
                    shown = draw_as(session, cell=encoding, rotated=rotated, zoom=zoom, tracks=tracks, blocks=2)
                    assert any(lines(shown, *size, palette=DARK.at(depth)))


def test_a_difference_and_far_levels_are_drawn_as_before(session: Session) -> None:
    assert "+" in "\n".join(lines(draw_as(session, against=Against.EPOCH), 110, 24))
    for zoom in (Zoom.SHADE, Zoom.PIXEL, Zoom.OVERVIEW):
        far = draw_as(session, zoom=zoom)
        assert lines(far, 80, 24) == lines(draw_as(far, cell=CellEncoding.NUMBER), 80, 24)


def test_folded_classes_and_a_range_are_drawn(tmp_path: Path) -> None:
    k, names = 8, tuple(f"c{i}" for i in range(8))
    dense = [np.diag(np.full(k, 9)) + np.eye(k, k, 1, dtype=np.int64) * n for n in (1, 2, 3)]
    session = session_on(tmp_path, {"a": dense}, {"a": names})
    session = draw_as(session, cell=CellEncoding.STRIP, kept=4)
    text = "\n".join(lines(select(session, span=(2, 3)), 110, 30))
    assert "(other)" in text and "epochs 2–3" in text and "recall 2–3" in text


@pytest.mark.parametrize("epochs", [2, 7, 12, 40, 90])
@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("room", [20, 60, 100, 180])
def test_strips_have_room_for_what_they_are_planned_for(room: int, rotated: bool, epochs: int) -> None:
    for tall in (4, 14, 30, 44):
        for n in (2, 10, 1000):
            for zoom in (Zoom.NUMBER, Zoom.WIDE):
                content = StripContent(4, True, epochs, False, False, rotated, 1)
                plan, size, beside = plan_strips(room, tall, n, content, zoom)
                across = plan.tracks * plan.width if rotated else plan.width
                down = plan.height if rotated else plan.tracks
                assert across + 1 <= size[0] and down + 1 <= size[1] and 1 <= plan.tracks <= 4
                assert plan.slots >= 2 and (beside < room or room <= 20)
                if not rotated and n * (4 + 1) <= tall:
                    assert plan.tracks == 4
