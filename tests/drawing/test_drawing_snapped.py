"""Ramps keep their direction in 256 colours."""

from __future__ import annotations

import numpy as np
import pytest

from clftui.drawing.colours import ANSI16, to256
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


def test_each_depth_has_its_own_ramp() -> None:
    dark = load_theme(find_themes()["dark"])
    assert dark.at(Depth.TRUE) is dark
    assert not np.array_equal(dark.at(Depth.ANSI256).ember, dark.ember)
    assert len(np.unique(dark.at(Depth.ANSI16).ember)) == 5


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("theme", sorted(find_themes()))
def test_a_ramp_of_16_colours_goes_one_way_in_colours_the_terminal_has(theme: str, ramp: str) -> None:
    palette = load_theme(find_themes()[theme], Depth.ANSI16)
    colours = getattr(palette, ramp)
    steps = np.diff(to_oklab(colours)[:, 0])
    assert (steps >= 0).all() if palette.dark else (steps <= 0).all()
    assert set(colours.tolist()) <= set(ANSI16.tolist())
