"""Pictures in sixteen colours: exact where they can be, mixed where they cannot, and nothing a console lacks."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.drawing import blocks, blocks16
from clftui.drawing.colours import ANSI16
from clftui.drawing.palette import Depth, find_themes, load_theme
from clftui.drawing.ramp import unpack

DARK = load_theme(find_themes()["dark"])
COVER = {"░": 0.25, "▒": 0.5, "▓": 0.75}
PATTERNS = dict(zip(" ▘▝▀▖▌▞▛", product((0, 1), repeat=3), strict=True))


def mean_of(code: NDArray[np.uint32], fg: NDArray[np.int32], bg: NDArray[np.int32]) -> NDArray[np.float64]:
    """(h, w, 3) mean colour of each cell."""
    share = np.zeros(code.shape)
    for glyph, cover in COVER.items():
        share[code == ord(glyph)] = cover
    for glyph in PATTERNS:
        share[code == ord(glyph)] = {" ": 0, "▘": 0.25, "▝": 0.25, "▀": 0.5, "▖": 0.25, "▌": 0.5, "▞": 0.5, "▛": 0.75}[
            glyph
        ]
    mixed: NDArray[np.float64] = unpack(fg) * share[..., None] + unpack(bg) * (1 - share[..., None])
    return mixed


@given(st.integers(0, 15), st.integers(0, 15), st.booleans())
def test_two_of_the_sixteen_colours_are_exact(first: int, second: int, across: bool) -> None:
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[:], part = unpack(ANSI16[second]), (slice(0, 1), slice(None)) if across else (slice(None), slice(0, 1))
    rgb[part] = unpack(ANSI16[first])
    for halves in (False, True):
        code, fg, bg = blocks16.pixels(rgb, halves)
        if first == second:
            assert {int(fg[0, 0]), int(bg[0, 0])} >= {int(ANSI16[first])} and chr(code[0, 0]) in " ▀▌"
        else:
            assert (chr(code[0, 0]), fg[0, 0], bg[0, 0]) == ("▀" if across else "▌", ANSI16[first], ANSI16[second])


def test_shades_come_closer_to_a_photograph_than_the_nearest_colours() -> None:
    y, x = np.mgrid[:40, :60]
    rgb = np.stack([90 + 60 * np.sin(x / 12), 110 + 50 * np.cos(y / 10), 100 + 0.5 * x + 0 * y], axis=-1).astype(
        np.uint8
    )
    wanted = rgb.reshape(20, 2, 30, 2, 3).mean(axis=(1, 3))
    ours = np.abs(mean_of(*blocks16.pixels(rgb)) - wanted).mean()
    distance = ((wanted[:, :, None] - unpack(ANSI16)) ** 2).sum(axis=-1)
    nearest = np.abs(unpack(ANSI16)[distance.argmin(axis=-1)] - wanted).mean()
    assert ours < 0.7 * nearest


def test_a_console_gets_no_quarters_and_only_the_sixteen_colours() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (48, 80, 3)).astype(np.uint8)
    code, fg, bg = blocks.picture(rgb, 20, 12, DARK.at(Depth.ANSI16), "half")
    assert set(map(chr, np.unique(code))) <= set(" ▀▌░▒▓")
    assert set(np.unique(fg)) | set(np.unique(bg)) <= set(ANSI16.tolist())
    code, *_ = blocks.picture(rgb, 20, 12, DARK.at(Depth.ANSI16))
    assert set(map(chr, np.unique(code))) & set("▘▝▖▞▛")
