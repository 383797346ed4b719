"""Many labels at once look as if each were drawn alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clftui.drawing.canvas import BOLD, Canvas
from clftui.widgets.text_block import draw_texts
from tests.views.test_matrix_view import DARK

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "Cc")), max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(1, 9), st.booleans(), st.integers(1, 2), st.integers(-1, 4))
def test_as_if_each_were_drawn_alone(texts: list[str], width: int, right: bool, step: int, marked: int) -> None:
    block, single = Canvas(14, 12, DARK), Canvas(14, 12, DARK)
    ys = [1 + step * row for row in range(len(texts))]
    style, mark = (DARK.muted, 0), (DARK.focus, BOLD)
    draw_texts(block, 2, ys, texts, width, style, right=right, marked=marked, mark=mark)
    for row, (y, text) in enumerate(zip(ys, texts, strict=True)):
        fg, attrs = mark if row == marked else style
        single.text(2, y, text, fg, attrs=attrs, width=width, align="right" if right else "left")
    np.testing.assert_array_equal(block.code, single.code)
    written = single.code != ord(" ")
    np.testing.assert_array_equal(block.fg[written], single.fg[written])
    np.testing.assert_array_equal(block.attrs[written], single.attrs[written])
    np.testing.assert_array_equal(block.bg, single.bg)
