"""Confusions for properties to be tried on: small, often sparse, sometimes without any mistake."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from clftui.analysis.confusion import Confusion, from_dense

MOST = 6


@st.composite
def confusions(draw: st.DrawFn, *, classes: tuple[int, int] = (1, 8), least: int = 0) -> Confusion:
    """`classes` (from, to) classes, `least` to 6 samples a cell, most of them 0 half of the time."""
    k = draw(st.integers(*classes))
    cells = st.integers(least, MOST)
    if draw(st.booleans()):
        cells = st.one_of(st.just(least), st.just(least), cells)
    return from_dense(np.array(draw(st.lists(cells, min_size=k * k, max_size=k * k))).reshape(k, k))
