"""What is sent makes exactly the picture that was drawn, at every depth, and is as short as promised."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.drawing import colours, encode
from clftui.drawing.canvas import BOLD, DIM, ITALIC, REVERSE, UNDERLINE, Canvas
from clftui.drawing.cells import CONTINUED, code_text
from clftui.drawing.encode import Picture, normalise
from clftui.drawing.palette import Depth, Palette, find_themes, load_theme
from clftui.drawing.span import FEW, encode_span
from tests.drawing.emulator import Pen, shown

DARK = load_theme(find_themes()["dark"])
LIGHT = load_theme(find_themes()["light"])
DEPTHS = list(Depth)


def _colour(value: int, depth: Depth) -> tuple[int, ...] | None:
    if value in (colours.DEFAULT_FG, colours.DEFAULT_BG):
        return None
    if depth is Depth.TRUE:
        return (2, value >> 16, value >> 8 & 255, value & 255)
    return (5, value) if depth is Depth.ANSI256 else (value,)


def _pen(picture: Picture, y: int, x: int) -> Pen:
    attrs = int(picture.attrs[y, x])
    return Pen(
        _colour(int(picture.fg[y, x]), picture.depth),
        _colour(int(picture.bg[y, x]), picture.depth),
        *(bool(attrs & bit) for bit in (BOLD, DIM, ITALIC, UNDERLINE, REVERSE)),
    )


def _same_ink(pen: Pen) -> bool:
    if pen.fg is None or pen.bg is None:
        return False
    return bool(pen.fg == pen.bg if len(pen.fg) > 1 else pen.fg[0] + 10 == pen.bg[0])


def assert_same_picture(canvas: Canvas, depth: Depth, *block: int, erase: bool = True) -> None:
    y0, y1, x0, x1 = block or (0, canvas.height, 0, canvas.width)
    picture = normalise(canvas, depth, y0, y1, x0, x1)
    rows = encode.encode(canvas, depth, y0, y1, x0, x1, erase=erase)
    assert len(rows) == y1 - y0
    if x1 - x0 <= FEW and erase:
        rows += [
            encode_span(normalise(canvas, depth, 0, canvas.height, 0, canvas.width), y, x0, x1) for y in range(y0, y1)
        ]
    for y, row in enumerate(rows):
        y %= y1 - y0
        for x, cell in enumerate(shown(row, x1 - x0)):
            pen, char = _pen(picture, y, x), code_text(int(picture.code[y, x]))
            seen = (char, cell.char, pen, cell.pen)
            if pen.underline or pen.reverse or (char not in (" ", "") and not _same_ink(pen)):
                assert (cell.char, cell.pen) == (char, pen), seen
            elif char == "" and cell.char == "":
                assert cell.pen.bg == pen.bg, seen
            else:
                # A blank shows its paper and nothing else.
                assert cell.char in (" ", char) and cell.pen.bg == pen.bg, seen
                assert not cell.pen.underline and not cell.pen.reverse, seen
                assert cell.char == " " or _same_ink(cell.pen), seen


SAMPLES = ["a", "plain", "  gap  ", "▀▀▄", "北京", "x北y", "e\u0301te\u0301", "👩\u200d🔬!", "→ ±3", "नमस्ते", " " * 14]
COLOURS = [DARK.page, DARK.text, DARK.focus, DARK.raised, DARK.faint, 0x123456, 0xFFFFFF, 0x000000, 0xFF0000]

strokes = st.tuples(
    st.integers(-4, 30),
    st.integers(0, 3),
    st.sampled_from(SAMPLES),
    st.sampled_from(COLOURS),
    st.one_of(st.none(), st.sampled_from(COLOURS)),
    st.integers(0, 31),
    st.one_of(st.none(), st.integers(1, 20)),
)


def drawn(todo: list[Any], palette: Palette = DARK, width: int = 28) -> Canvas:
    canvas = Canvas(width, 3, palette)
    for x, y, text, fg, bg, attrs, size in todo:
        if size is None:
            canvas.text(x, y, text, fg, bg, attrs)
        else:
            canvas.fill(x, y, size, 1, bg, text[0] if text[0] in "ap▀→ " else " ", fg, attrs)
    return canvas


@settings(deadline=None, max_examples=150)
@given(st.lists(strokes, max_size=8), st.sampled_from(DEPTHS), st.sampled_from([DARK, LIGHT]), st.booleans())
def test_every_drawing_arrives_as_drawn(todo: list[Any], depth: Depth, palette: Palette, erase: bool) -> None:
    assert_same_picture(drawn(todo, palette), depth, erase=erase)


@settings(deadline=None, max_examples=150)
@given(st.lists(strokes, max_size=8), st.sampled_from(DEPTHS), st.integers(0, 27), st.integers(1, 28))
def test_every_part_of_a_drawing_arrives_as_drawn(todo: list[Any], depth: Depth, x0: int, size: int) -> None:
    canvas = drawn(todo)
    assert_same_picture(canvas, depth, 0, 3, x0, min(x0 + size, canvas.width))


def _seen_by_pyte(sent: list[str], width: int) -> pyte.Screen:
    screen = pyte.Screen(width, len(sent))
    stream = pyte.Stream(screen)
    for y, row in enumerate(sent):
        stream.feed(f"\x1b[{y + 1};1H{row}")
    return screen


def busy_canvas(palette: Palette = DARK) -> Canvas:
    canvas = Canvas(60, 6, palette)
    canvas.text(1, 0, "Shirt → T-shirt 北京 e\u0301", palette.focus, attrs=BOLD)
    canvas.frame(0, 1, 12, 3, palette.line)
    canvas.fill(20, 1, 30, 2, palette.raised)
    canvas.text(22, 1, "under", palette.text, attrs=UNDERLINE | ITALIC)
    canvas.text(30, 2, "reversed  ", palette.muted, attrs=REVERSE)
    rng = np.random.default_rng(3)
    cells = palette.ember[rng.integers(0, 256, (2, 2, 40))]
    canvas.put(5, 4, np.full((2, 40), ord("▀")), cells[0], cells[1])
    return canvas


def test_an_independent_terminal_sees_the_drawing_in_full_colour() -> None:
    canvas = busy_canvas()
    screen = _seen_by_pyte(encode.encode(canvas, Depth.TRUE), canvas.width)
    for y in range(canvas.height):
        for x in range(canvas.width):
            cell, code = screen.buffer[y][x], int(canvas.code[y, x])
            if code == CONTINUED:
                assert cell.data == ""
                continue
            assert cell.data == {"e\u0301": "\xe9"}.get(code_text(code), code_text(code))
            assert cell.bg == f"{canvas.bg[y, x]:06x}"
            attrs = int(canvas.attrs[y, x])
            if code != 32 or attrs & (REVERSE | UNDERLINE):
                assert cell.fg == f"{canvas.fg[y, x]:06x}"
                flags = (cell.bold, cell.italics, cell.underscore, cell.reverse)
                assert flags == tuple(bool(attrs & bit) for bit in (BOLD, ITALIC, UNDERLINE, REVERSE))


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_independent_terminal_sees_the_same_text_at_every_depth(depth: Depth) -> None:
    canvas = busy_canvas()
    # Ink on paper of the same colour may be sent as a blank; here nothing melts but in the ramp's rows.
    screen = _seen_by_pyte(encode.encode(canvas, depth), canvas.width)
    assert screen.display[:4] == [row.replace("e\u0301", "\xe9") for row in canvas.rows_text()[:4]]


def test_sixteen_colours_leave_the_page_to_the_terminal() -> None:
    sent = encode.encode(busy_canvas(), Depth.ANSI16)
    screen = _seen_by_pyte(sent, 60)
    assert screen.buffer[0][59].bg == "default"
    assert screen.buffer[1][25].bg == "brightblack"
    # The focus colour; pyte calls bright yellow so.
    assert screen.buffer[0][1].fg == "brightbrown"
    assert "38;" not in "".join(sent) and "48;" not in "".join(sent)


def test_without_colour_only_attributes_are_sent() -> None:
    sent = "".join(encode.encode(busy_canvas(), Depth.MONO))
    assert set(_parameters(sent)) <= {"0", "1", "2", "3", "4", "7", "22", "23", "24", "27"}
    # The chip is reversed, the box lines are dim.
    assert {"7", "2", "1"} <= set(_parameters(sent))


def _parameters(sent: str) -> list[str]:
    return [part for group in re.findall(r"\x1b\[([\d;]*)m", sent) for part in group.split(";")]


def test_text_never_melts_into_its_paper() -> None:
    canvas = Canvas(3, 1, DARK)
    canvas.text(0, 0, "dim", DARK.faint, DARK.raised)
    for depth in (Depth.ANSI16, Depth.ANSI256):
        picture = normalise(canvas, depth, 0, 1, 0, 3)
        assert (picture.fg + (10 if depth is Depth.ANSI16 else 0) != picture.bg).all()


def test_nearest_of_256_is_the_nearest() -> None:
    colour = np.random.default_rng(0).integers(0, 1 << 24, 2000).astype(np.int32)
    table = [(r, g, b) for r in colours._LEVELS for g in colours._LEVELS for b in colours._LEVELS]
    table += [(v, v, v) for v in range(8, 239, 10)]
    channels = np.stack([colour >> 16, colour >> 8 & 255, colour & 255], axis=-1)
    distance = ((channels[:, None] - np.array(table)) ** 2).sum(axis=2)
    chosen = distance[np.arange(len(colour)), colours.to256(colour) - 16]
    assert (chosen == distance.min(axis=1)).all()


def test_a_blank_row_is_erased_and_a_run_is_sent_once() -> None:
    canvas = Canvas(80, 2, DARK)
    canvas.text(0, 1, "ab" * 20)
    first, second = encode.encode(canvas, Depth.TRUE, erase=True)
    assert first == "\x1b[48;2;15;19;23m\x1b[80X\x1b[80C\x1b[0m"
    assert second.count("\x1b[38") == 1 and second.endswith("\x1b[40X\x1b[40C\x1b[0m")
    assert "X" not in encode.encode(canvas, Depth.TRUE, erase=False)[0]


def test_blocks_of_no_size_send_nothing() -> None:
    canvas = Canvas(5, 2, DARK)
    assert encode.encode(canvas, Depth.TRUE, 0, 2, 5, 9) == ["", ""]
    assert encode.encode(Canvas(0, 0, DARK), Depth.TRUE) == []


def test_ascii_marks_replace_what_may_be_wide_elsewhere() -> None:
    from dataclasses import replace

    canvas = Canvas(8, 1, replace(DARK, ascii_marks=True))
    canvas.text(0, 0, "● → ±2 ─")
    sent = encode.encode(canvas, Depth.MONO)[0]
    assert sent == "* > ~2 -"


def test_a_dense_frame_stays_within_its_bytes() -> None:
    rng = np.random.default_rng(0)
    canvas = Canvas(200, 50, DARK)
    level = rng.integers(0, 256, (2, 50, 200))
    canvas.put(0, 0, np.full((50, 200), ord("▀")), DARK.ember[level[0]], DARK.ember[level[1]])
    assert sum(len(row.encode()) for row in encode.encode(canvas, Depth.TRUE)) < 40 * 200 * 50
    sparse = Canvas(200, 50, DARK)
    hot = np.repeat(rng.random((50, 100)) < 0.02, 2, axis=1)
    sparse.put(0, 0, np.full((50, 200), 32), DARK.text, np.where(hot, DARK.ember[200], DARK.page))
    assert sum(len(row.encode()) for row in encode.encode(sparse, Depth.TRUE)) < 8000
