"""Ramps keep their direction in 256 colours."""

from __future__ import annotations

import numpy as np
import pytest

from clftui.drawing.colours import to256
from clftui.drawing.palette import RAMPS, Depth, find_themes, load_theme
from clftui.drawing.ramp import to_oklab


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("theme", sorted(find_themes()))
def test_a_ramp_of_256_colours_is_monotone_in_lightness(theme: str, ramp: str) -> None:
    full = getattr(load_theme(find_themes()[theme]), ramp)
    coarse = getattr(load_theme(find_themes()[theme], Depth.ANSI256), ramp)
    steps = np.diff(to_oklab(coarse)[:, 0])
    assert (steps >= 0).all() or (steps <= 0).all()
    assert 5 <= len(np.unique(coarse)) <= 24
    # Every colour is one the terminal has, so that sending it changes nothing.
    again = to256(coarse)
    assert len(np.unique(again)) == len(np.unique(coarse))
    assert np.sqrt(((to_oklab(full) - to_oklab(coarse)) ** 2).sum(axis=1)).mean() < 0.08


def test_only_256_colours_are_snapped() -> None:
    dark = load_theme(find_themes()["dark"])
    assert dark.at(Depth.ANSI16).ember is dark.ember
    assert not np.array_equal(dark.at(Depth.ANSI256).ember, dark.ember)
