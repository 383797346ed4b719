"""Small pictures made of characters, and large ones made of blocks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.drawing import blocks, braille, glyphs, ramp
from clftui.drawing.canvas import Canvas
from clftui.drawing.cells import row_text
from clftui.drawing.palette import Depth, find_themes, load_theme

DARK = load_theme(find_themes()["dark"])
NAN = float("nan")


def dots_of(rows: tuple[str, ...]) -> int:
    return sum((ord(char) - 0x2800).bit_count() for row in rows for char in row if char != " ")


def test_discs_grow_with_the_metric() -> None:
    sizes = [dots_of(glyphs.disc(level)) for level in range(6)]
    assert sizes == sorted(set(sizes)) and sizes[0] == 0
    assert all(len(row) == glyphs.DISC_WIDTH for level in range(6) for row in glyphs.disc(level))
    assert [glyphs.disc_level(share) for share in (NAN, 0.1, 0.5, 0.6, 0.79, 0.9, 1.0)] == [0, 1, 1, 2, 3, 5, 5]
    assert [glyphs.small_disc(level) for level in (-1, 0, 1, 5, 9)] == [" ", " ", "·", "●", "●"]


def test_bars() -> None:
    assert glyphs.bar(0.5, 4) == "██  " and glyphs.bar(1, 3) == "███" and glyphs.bar(2, 3) == "███"
    assert glyphs.bar(1e-9, 3) == "▏  " and glyphs.bar(0, 3) == glyphs.bar(NAN, 3) == "   "
    assert glyphs.bar(5 / 16, 2) == "▋ "


@given(st.floats(0, 1), st.integers(0, 30))
def test_bars_are_as_wide_as_asked(share: float, width: int) -> None:
    assert len(glyphs.bar(share, width)) == width


def test_columns_leave_gaps_for_the_undefined() -> None:
    assert glyphs.columns([0, 1, NAN, 2, 9], 0, 2) == "▁▅ ██" and glyphs.columns([3, NAN], 3, 3) == "▅ "


def test_whiskers() -> None:
    assert glyphs.whisker(0.2, 0.5, 0.8, 0, 1, 11) == "  ───●───  "
    assert glyphs.whisker(-1, 0, 0.3, 0, 1, 11) == "●───       "
    assert glyphs.whisker(-1, 0.2, 3, 0, 1, 11) == "‹─●───────›"
    assert glyphs.whisker(2, 3, 4, 0, 1, 5) == "    ›"
    assert glyphs.whisker(NAN, 0.5, NAN, 0, 1, 5) == "     "


def test_sparklines_are_lines_with_gaps() -> None:
    assert row_text(braille.spark([0, 3], 1, 0, 3)[0]) == "⡜"
    assert row_text(braille.spark([1, NAN, 1, 1], 2, 0, 1)[0]) == "⠁⠉"
    assert row_text(braille.spark([], 3, 0, 1)[0]) == "   " == row_text(braille.spark([NAN, NAN], 3, 0, 1)[0])
    assert row_text(braille.spark([1, 1], 2, 0, 1, thick=True)[0]) == "⠛⠛"


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=30, max_size=400), st.integers(1, 14))
def test_long_sparklines_lose_no_event(values: list[float], columns: int) -> None:
    rows = 3
    sent = braille.spark(values, columns, 0, 1, rows)
    dots = np.zeros((4 * rows, 2 * columns), bool)
    for y, x in itertools.product(range(rows), range(columns)):
        for dy, dx in itertools.product(range(4), range(2)):
            code = int(sent[y, x])
            dots[4 * y + dy, 2 * x + dx] = code != 32 and bool(code - 0x2800 & int(braille._BITS[dy, dx]))
    place = np.rint(braille.scaled(values, 0, 1, 4 * rows)).astype(int)
    assert dots[place.min()].any() and dots[place.max()].any()
    assert dots[place[-1], -1]


def test_lines_of_dots() -> None:
    dots = braille.blank(3, 1)
    braille.polyline(dots, [0, 5], [0, 0], spacing=2)
    assert row_text(braille.codes(dots)[0]) == "⠁⠁⠁"
    dots = braille.blank(2, 1)
    braille.polyline(dots, [0, 3], [0, 3])
    assert row_text(braille.codes(dots)[0]) == "⠑⢄"
    braille.scatter(dots, [-1, 99], [0, 0])
    assert row_text(braille.codes(dots)[0]) == "⠑⢄"


def test_a_contour_is_the_edge_of_its_region() -> None:
    inside = np.zeros((8, 8), bool)
    inside[1:7, 1:7] = True
    edge = braille.contour(inside)
    assert edge.sum() == 20 and not edge[2:6, 2:6].any()
    reached = blocks.above(np.array([[0.0, 1.0], [0.0, 1.0]]), 0.5, 2, 1)
    assert reached.shape == (4, 4) and reached[:, 2:].all() and not reached[:, :2].any()


def test_half_cells_show_both_colours() -> None:
    code, fg, bg = glyphs.half_rows(np.array([[1, 2], [3, 4]], np.int32))
    assert row_text(code[0]) == "▀▀" and fg.tolist() == [[1, 2]] and bg.tolist() == [[3, 4]]
    code, fg, bg = glyphs.half_columns(np.array([[1, 2, 3]], np.int32), 9)
    assert row_text(code[0]) == "▌▌" and fg.tolist() == [[1, 3]] and bg.tolist() == [[2, 9]]


def test_heat_strips_have_glyphs_where_colour_is_missing() -> None:
    code, fg, bg = glyphs.heat_strip([0, 1, NAN, 0.3, 1], DARK.ice, DARK)
    assert row_text(code[0]) == "▌▌▌"
    assert np.asarray(fg)[0].tolist() == [DARK.page, DARK.page, DARK.ice[255]]
    assert np.asarray(bg)[0, 0] == DARK.ice[255]
    code, _, _ = glyphs.heat_strip([0, 1, NAN, 0.3, 0], DARK.ice, DARK.at(Depth.MONO))
    assert row_text(code[0]) == "█▒ "


@pytest.mark.parametrize(("depth", "text"), [(Depth.TRUE, "1      116"), (Depth.MONO, "1 ░▒▓█ 116")])
def test_legends(depth: Depth, text: str) -> None:
    made = Canvas(12, 1, DARK.at(depth))
    assert glyphs.legend(made, 0, 0, DARK.ember, "1", "116", 4) == 10
    assert made.rows_text()[0].rstrip() == text
    if depth is Depth.TRUE:
        lightness = ramp.to_oklab(made.bg[0, 2:6])[:, 0]
        assert (np.diff(lightness) > 0).all()


def rebuilt(code: np.ndarray, fg: np.ndarray, bg: np.ndarray, table: str, sx: int, sy: int) -> np.ndarray:
    """The pixels that cells of blocks show; `table` by mask, bit 0 = upper left, row by row."""
    h, w = code.shape
    out = np.zeros((h * sy, w * sx, 3))
    for y, x in itertools.product(range(h), range(w)):
        mask = table.index(chr(int(code[y, x])))
        for bit in range(sx * sy):
            colour = fg[y, x] if mask >> bit & 1 else bg[y, x]
            out[y * sy + bit // sx, x * sx + bit % sx] = ramp.unpack(colour)
    return out


QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


def photo(size: int = 64) -> np.ndarray:
    """Smooth shading, an edge and a texture."""
    y, x = np.mgrid[0:size, 0:size] / size
    red = 255 * x
    green = 255 * (np.hypot(x - 0.5, y - 0.5) < 0.3)
    blue = 127 + 120 * np.sin(40 * x * y)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    return 10 * math.log10(255**2 / float(((first.astype(float) - second.astype(float)) ** 2).mean()))


def test_the_split_of_every_cell_is_the_best_there_is() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    shown = rebuilt(*blocks.pixels(rgb), QUADRANTS, 2, 2)
    for y, x in itertools.product(range(3), range(4)):
        cell = rgb[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].reshape(4, 3).astype(float)
        errors = []
        for mask in range(1, 8):
            ink = np.array([bool(mask >> bit & 1) for bit in range(4)])
            errors.append(sum(((cell[side] - cell[side].mean(0)) ** 2).sum() for side in (ink, ~ink)))
        got = ((shown[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].reshape(4, 3) - cell) ** 2).sum()
        # Colours are rounded: at most half a step in each of the twelve channels, on top of the best error.
        assert got <= min(errors) + 12 * 0.25 + 1e-6


def test_quadrants_beat_half_blocks() -> None:
    image = photo()
    columns, rows = 24, 12
    pixels = blocks.resized(image, 2 * columns, 2 * rows)
    quadrant = rebuilt(*blocks.pixels(pixels), QUADRANTS, 2, 2)
    narrow = blocks.resized(image, columns, 2 * rows)
    half = rebuilt(*blocks.pixels(narrow, "half"), " ▀", 1, 2).repeat(2, axis=1)
    assert psnr(quadrant, pixels) > psnr(half, pixels) + 1.5
    assert psnr(quadrant, pixels) > 20


def test_two_colours_per_cell_are_exact() -> None:
    rgb = np.zeros((2, 4, 3), np.uint8)
    rgb[0, 0] = rgb[1, 1] = (250, 10, 20)
    code, fg, bg = blocks.pixels(rgb)
    assert row_text(code[0]) in ("▚ ", "▞ ")
    assert (rebuilt(code, fg, bg, QUADRANTS, 2, 2) == rgb).all()


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 200), st.integers(1, 60))
def test_pictures_keep_their_aspect_within_the_room(width: int, height: int, columns: int, rows: int) -> None:
    w, h = blocks.fit_size(width, height, columns, rows)
    assert 1 <= w <= columns and 1 <= h <= rows
    assert w == columns or h == rows
    if w > 3 and h > 3:
        assert w / (2 * h) == pytest.approx(width / height, rel=0.35)


def test_known_sizes() -> None:
    assert blocks.fit_size(32, 32, 14, 7) == (14, 7) and blocks.fit_size(64, 32, 14, 7) == (14, 4)
    assert blocks.fit_size(0, 5, 14, 7) == (0, 0)


def test_pictures_without_colour_are_shades_of_the_right_way_round() -> None:
    image = np.zeros((8, 8), np.uint8)
    image[:, 4:] = 255
    light = load_theme(find_themes()["light"])
    for palette, text in ((DARK, "  ██"), (light, "██  ")):
        code, _, _ = blocks.picture(image, 4, 2, palette.at(Depth.MONO))
        assert [row_text(row) for row in code] == [text, text]


def test_pictures_of_every_kind_of_image() -> None:
    for shape in ((28, 28), (32, 32, 3), (30, 20, 4)):
        code, fg, bg = blocks.picture(np.full(shape, 200, np.uint8), 6, 3, DARK)
        assert code.shape == fg.shape == bg.shape == (3, 6) and (code == 32).all()
    assert blocks.cell_means(np.full((4, 6, 3), 9, np.uint8)).tolist() == [[0x090909] * 3] * 2
