"""Sixels decode to what was to be shown, in bands that a terminal with an early palette paints right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.depth import Graphics
from clftui.drawing import images, sixel
from tests.drawing.decoded import sixel_pixels, sixels


def photo(height: int, width: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width]
    light = 127 + 90 * np.sin(x / 9) * np.cos(y / 7) + 20 * np.sin((x + y) / 3)
    waves = [light + 15 * np.sin(x / 15 + k) for k in range(3)]
    return np.array(np.clip(np.stack(waves, axis=-1), 0, 255), np.uint8)


@pytest.mark.parametrize("size", [(112, 112), (7, 5), (130, 64), (1, 1), (6, 6)])
def test_few_colours_come_back_as_exactly_as_percents_can(size: tuple[int, int]) -> None:
    pixels = (photo(*size) // 64) * 64
    back = sixel_pixels(sixel.encode(pixels).encode())
    assert back.shape == pixels.shape
    assert np.abs(back.astype(int) - pixels).max() <= 2


def test_photos_come_back_with_a_small_error() -> None:
    pixels = photo(112, 112)
    back = sixel_pixels(sixel.encode(pixels).encode())
    assert np.abs(back.astype(int) - pixels).mean() < 4


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000))
def test_any_picture_is_painted_whole_and_once_defined(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 3, (height, width, 3)).astype(np.uint8) * 100
    back = sixel_pixels(sixel.encode(pixels).encode())
    assert np.abs(back.astype(int) - pixels).max() <= 2


def test_a_picture_fills_its_cells_and_no_more() -> None:
    graphics = Graphics("sixel", cell=(9, 18))
    made = images.encoded(photo(28, 28), 1.0, 14, 7, graphics)
    assert sixel_pixels(made.data).shape == (126, 126, 3)
    wide = images.encoded(photo(20, 60), 3.0, 14, 3, graphics)
    assert sixel_pixels(wide.data).shape == (42, 126, 3)


def test_small_pictures_are_enlarged_by_whole_pixels_and_stay_cheap() -> None:
    pixels = photo(32, 32)
    made = images.encoded(pixels, 1.0, 14, 7, Graphics("sixel"))
    back = sixel_pixels(made.data)
    assert back.shape == (112, 112, 3) and len(made.data) < 25_000
    assert np.abs(back.astype(int) - pixels[np.arange(112) * 32 // 112][:, np.arange(112) * 32 // 112]).mean() < 4
    slow = images.encoded(pixels, 1.0, 14, 7, Graphics("sixel", most_pixels=256))
    assert len(slow.data) < len(made.data)


def test_the_cursor_comes_back() -> None:
    sent = sixel.placed("\x1bPq\x1b\\", 4, 2)
    assert sent == "\x1b7\x1b[3;5H\x1bPq\x1b\\\x1b8"
    assert sixels(sixel.placed(sixel.encode(photo(4, 4)), 0, 0).encode())
