"""Sextants: every glyph where its pixels are, and closer to the picture than quadrants."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.depth import Graphics
from clftui.drawing import blocks, images
from clftui.drawing.ramp import unpack


def pattern_of(char: str) -> tuple[int, ...]:
    """The six pixels of a sextant, row by row, from its Unicode name."""
    import unicodedata

    if char in " ▌▐█":
        return {" ": (0,) * 6, "▌": (1, 0) * 3, "▐": (0, 1) * 3, "█": (1,) * 6}[char]
    digits = unicodedata.name(char).removeprefix("BLOCK SEXTANT-")
    return tuple(int(str(place) in digits) for place in range(1, 7))


def rebuilt(code: np.ndarray, fg: np.ndarray, bg: np.ndarray) -> np.ndarray:
    h, w = code.shape
    out = np.zeros((3 * h, 2 * w, 3), np.uint8)
    for y, x in product(range(h), range(w)):
        mask = np.array(pattern_of(chr(code[y, x]))).reshape(3, 2, 1)
        out[3 * y : 3 * y + 3, 2 * x : 2 * x + 2] = np.where(mask, unpack(fg[y, x]), unpack(bg[y, x]))
    return out


@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_two_colours_per_cell_are_exact(mask: list[bool]) -> None:
    rgb = np.where(np.array(mask).reshape(3, 2, 1), (250, 10, 20), (5, 60, 200)).astype(np.uint8)
    code, fg, bg = blocks.pixels(rgb, "sextant")
    assert (rebuilt(code, fg, bg) == rgb).all()


def test_sextants_beat_quadrants() -> None:
    y, x = np.mgrid[:120, :120]
    image = (127 + 120 * np.sin(x / 6 + y / 11)).astype(np.uint8)[..., None].repeat(3, axis=2)
    fine = blocks.resized(image, 80, 120).astype(int)
    errors = {}
    for mode, (across, down) in blocks.SPLITS.items():
        code, fg, bg = blocks.pixels(blocks.resized(image, 20 * across, 20 * down), mode)
        if mode == "sextant":
            cells = rebuilt(code, fg, bg)
        else:
            glyphs = {" ": (0, 0, 0, 0), "▀": (1, 1, 0, 0)} | dict(
                zip("▘▝▖▌▞▛▗▚▐▜▄▙▟█", [tuple(mask >> bit & 1 for bit in range(4))
                                       for mask in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)], strict=True)
            )  # fmt: skip
            cells = np.zeros((40, 40, 3), np.uint8)
            for row, column in product(range(20), range(20)):
                ink = np.array(glyphs[chr(code[row, column])]).reshape(2, 2, 1)
                cells[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = np.where(
                    ink, unpack(fg[row, column]), unpack(bg[row, column])
                )
        shown = cells.repeat(120 // cells.shape[0], axis=0).repeat(80 // cells.shape[1], axis=1)
        errors[mode] = ((shown.astype(int) - fine) ** 2).mean()
    assert errors["sextant"] < errors["quadrant"] < errors["half"]


@pytest.mark.parametrize("rows", [1, 40])
def test_many_cells_come_out_as_few_do(rows: int) -> None:
    rng = np.random.default_rng(rows)
    rgb = rng.integers(0, 256, (rows * 3, 120, 3)).astype(np.uint8)
    whole = blocks.pixels(rgb, "sextant")
    parts = [blocks.pixels(rgb[3 * row : 3 * row + 3], "sextant") for row in range(rows)]
    for at in range(3):
        assert (whole[at] == np.concatenate([part[at] for part in parts])).all()


def test_pictures_take_the_cells_their_aspect_has_on_this_terminal() -> None:
    assert images.cells_of(32, 32, 14, 7, Graphics()) == (14, 7)
    assert images.cells_of(32, 32, 14, 7, Graphics(cell=(10, 25))) == (14, 6)
    assert images.wanted(32, 32, 14, 7, Graphics(blocks="sextant")) == (28, 21)
    assert images.wanted(32, 32, 14, 7, Graphics("kitty")) == (32, 32)
    assert images.wanted(400, 300, 14, 7, Graphics("kitty")) == (107, 80)
    assert images.wanted(4000, 4000, 200, 100, Graphics("kitty", most_pixels=256)) == (256, 256)
