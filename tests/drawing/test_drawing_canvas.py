"""Drawings looked at as strings."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.drawing.canvas import BOLD, Canvas, Span, difference
from clftui.drawing.cells import CONTINUED, code_text, codes_of, safe_text
from clftui.drawing.palette import find_themes, load_theme

DARK = load_theme(find_themes()["dark"])


def canvas(width: int = 12, height: int = 1) -> Canvas:
    return Canvas(width, height, DARK)


def row(made: Canvas, y: int = 0) -> str:
    return made.rows_text()[y]


def test_a_fresh_canvas_is_blank_text_on_the_page() -> None:
    made = canvas(3, 2)
    assert made.rows_text() == ["   ", "   "]
    assert (made.fg == DARK.text).all() and (made.bg == DARK.page).all() and not made.attrs.any()


def test_text_is_clipped_with_an_ellipsis_at_width_and_edge() -> None:
    made = canvas(12, 4)
    assert made.text(0, 0, "automobile", width=6) == 6
    assert made.text(8, 1, "automobile") == 4
    assert made.text(0, 2, "shake_shake_26_2x64d", middle=True) == 12
    assert made.text(12, 3, "outside") == 0 and made.text(0, 9, "below") == 0
    assert made.rows_text() == ["autom…      ", "        aut…", "shake…_2x64d", "            "]


def test_text_aligns_in_its_width() -> None:
    made = canvas(8, 3)
    assert made.text(0, 0, "97.1", width=8, align="right") == 4
    made.text(0, 1, "ab", width=8, align="center")
    made.text(0, 2, "too long by far", width=8, align="right")
    assert made.rows_text() == ["    97.1", "   ab   ", "too lon…"]


def test_text_that_starts_left_of_the_canvas_loses_its_beginning() -> None:
    made = canvas(6, 2)
    made.text(-2, 0, "abcdef")
    made.text(-1, 1, "北京")
    assert made.rows_text() == ["cdef  ", " 京   "]


def test_leading_and_inner_blanks_stay_beside_marks() -> None:
    made = canvas()
    made.text(0, 0, "  ▲  5 ")
    assert row(made) == "  ▲  5      "


def test_nothing_a_terminal_would_obey_reaches_a_cell() -> None:
    made = canvas(40, 1)
    made.text(0, 0, "a\x1b[31mred\nb\u202ec\x07")
    assert row(made).rstrip() == "a·[31mred b·c·"
    assert safe_text("a\tb") == "a b"
    assert safe_text("👍🏽  ok") == "👍  ok"


def test_wide_characters_take_two_cells_and_break_into_blanks() -> None:
    made = canvas(8, 3)
    for y in range(3):
        assert made.text(1, y, "北京") == 4
    assert made.code[0].tolist()[1:5] == [ord("北"), CONTINUED, ord("京"), CONTINUED]
    made.text(2, 1, "x")
    made.fill(4, 2, 2, 1)
    assert made.rows_text() == [" 北京   ", "  x京   ", " 北     "]
    made = canvas(4, 1)
    made.text(3, 0, "北")
    assert row(made) == "   …"


def test_clusters_of_several_code_points_share_a_cell() -> None:
    made = canvas(6)
    assert made.text(0, 0, "👩\u200d🔬e\u0328\u0301!") == 4
    assert row(made) == "👩\u200d🔬ę\u0301!  "


def test_a_line_of_parts_returns_its_columns_and_keeps_backgrounds() -> None:
    made = canvas(10)
    made.fill(0, 0, 10, 1, DARK.raised)
    used = made.line(1, 0, [Span("88", DARK.text, attrs=BOLD), Span(" ±4.6", DARK.faint), Span("!", bg=DARK.page)])
    assert used == 8 and row(made) == " 88 ±4.6! "
    assert made.attrs[0].tolist() == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert made.bg[0].tolist() == [DARK.raised] * 8 + [DARK.page, DARK.raised]


def test_frames_and_lines() -> None:
    made = canvas(6, 4)
    made.frame(0, 0, 4, 3, DARK.line)
    made.frame(3, 1, 9, 9, DARK.focus, thick=True)
    assert made.rows_text() == ["┌──┐  ", "│  ┏━━", "└──┃  ", "   ┃  "]
    made.frame(0, 0, 1, 3, DARK.line)
    assert made.rows_text()[0] == "┌──┐  "


def test_put_and_paint_are_clipped() -> None:
    made = canvas(4, 2)
    made.put(-1, -1, np.array([[65, 66, 67], [68, 69, 70]]), DARK.focus, np.array([[1, 2, 3], [4, 5, 6]]))
    assert made.rows_text() == ["EF  ", "    "]
    assert made.bg[0].tolist() == [5, 6, DARK.page, DARK.page]
    made.paint(1, 0, 99, 99, bg=7, attrs=BOLD)
    assert made.bg.tolist() == [[5, 7, 7, 7], [DARK.page, 7, 7, 7]] and made.attrs[1].tolist() == [0, 1, 1, 1]
    made.put(9, 9, np.array([65]))
    assert made.rows_text() == ["EF  ", "    "]


def test_difference_merges_near_cells_and_equal_rows() -> None:
    old, new = canvas(40, 6), canvas(40, 6)
    assert difference(old, new) == [] and difference(None, new) == [(0, 0, 40, 6)]
    for made in (old, new):
        made.put(0, 0, np.full((2, 40), 46), DARK.text, np.tile([[1, 2], [1, 2]], 20))
    for y in (0, 1):
        new.paint(5, y, 1, 1, fg=7)
        new.paint(10, y, 1, 1, fg=7)
        new.paint(16, y, 1, 1, fg=7)
    new.paint(30, 5, 2, 1, bg=1)
    assert difference(old, new) == [(5, 0, 6, 2), (16, 0, 1, 2), (30, 5, 2, 1)]
    assert difference(canvas(3, 3), canvas(4, 3)) == [(0, 0, 4, 3)]


def test_difference_bridges_what_is_cheap_to_send() -> None:
    old, new = canvas(60, 3), canvas(60, 3)
    for made in (old, new):
        made.text(4, 0, "same style", DARK.text)
        made.fill(10, 1, 20, 1, DARK.raised)
    for y in range(3):
        new.text(2, y, "x")
        new.text(16, y, "x")
    new.text(42, 2, "x")
    assert difference(old, new) == [(2, 0, 15, 1), (2, 1, 1, 1), (16, 1, 1, 1), (2, 2, 15, 1), (42, 2, 1, 1)]


def test_difference_never_cuts_a_wide_character() -> None:
    old, new = canvas(), canvas()
    old.text(2, 0, "北")
    new.text(2, 0, "京")
    assert difference(old, new) == [(2, 0, 2, 1)]
    assert difference(old, canvas()) == [(2, 0, 2, 1)]


words = st.text(alphabet="ab北 e\u0301", min_size=1, max_size=6)
Write = tuple[int, int, str, int]
writes = st.lists(st.tuples(st.integers(-2, 20), st.integers(0, 3), words, st.integers(0, 3)), max_size=6)


def _drawn(todo: list[Write]) -> Canvas:
    made = canvas(20, 4)
    for x, y, text, bg in todo:
        made.text(x, y, text, bg=bg)
    return made


@settings(deadline=None)
@given(writes, writes)
def test_copying_the_differing_rectangles_makes_the_new_canvas(first: list[Write], second: list[Write]) -> None:
    old, new = _drawn(first), _drawn(second)
    rects = difference(old, new)
    for x, y, w, h in rects:
        area = (slice(y, y + h), slice(x, x + w))
        for part in ("code", "fg", "bg", "attrs"):
            getattr(old, part)[area] = getattr(new, part)[area]
    for part in ("code", "fg", "bg", "attrs"):
        assert (getattr(old, part) == getattr(new, part)).all()


@settings(deadline=None)
@given(writes)
def test_no_half_of_a_wide_character_is_ever_left(todo: list[Write]) -> None:
    made = _drawn(todo)
    for cells in made.code.tolist():
        for x, code in enumerate(cells):
            follows = x + 1 < len(cells) and cells[x + 1] == CONTINUED
            assert code_text(code).startswith("北") == follows


@given(words)
def test_cells_are_as_many_as_columns(text: str) -> None:
    from clftui.text import text_width

    assert len(codes_of(safe_text(text))) == text_width(safe_text(text))
