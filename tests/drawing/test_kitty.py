"""Kitty's placeholders: what is sent, what it decodes to, and which pictures the terminal holds."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clftui.depth import Graphics
from clftui.drawing import images, kitty
from clftui.drawing.cells import row_text
from clftui.text import char_width
from tests.drawing.decoded import kitty_commands, kitty_images, unwrapped

DIRECT = Graphics("kitty")


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def test_the_numbers_are_those_of_the_protocol() -> None:
    assert len(kitty.NUMBERS) == len(set(kitty.NUMBERS)) == 297
    # Spot checks against the protocol's table.
    assert [ord(kitty.NUMBERS[at]) for at in (0, 1, 2, 31, 296)] == [0x305, 0x30D, 0x30E, 0x484, 0x1D244]
    assert all(unicodedata.combining(mark) == 230 and char_width(mark) == 0 for mark in kitty.NUMBERS)


def test_a_cell_names_its_row_and_column() -> None:
    codes = kitty.placeholders(3, 2)
    assert codes.shape == (2, 3)
    first, second, third = kitty.NUMBERS[:3]
    sign = kitty.PLACEHOLDER
    assert row_text(codes[1]) == f"{sign}{second}{first}{sign}{second}{second}{sign}{second}{third}"


@pytest.mark.parametrize("tmux", [False, True])
def test_a_transmission_decodes_to_the_pixels(tmux: bool) -> None:
    pixels = noise(60, 90)
    sent = kitty.transmission(0x123456, images.png(pixels), 12, 4, tmux).encode()
    if tmux:
        assert sent.count(b"\x1bPtmux;") == len(kitty_commands(unwrapped(sent))) > 1
        sent = unwrapped(sent)
    commands = kitty_commands(sent)
    first = commands[0][0]
    wanted = {"a": "T", "U": "1", "q": "2", "f": "100", "i": str(0x123456), "c": "12", "r": "4"}
    assert wanted.items() <= first.items()
    assert [keys["m"] for keys, _ in commands] == ["1"] * (len(commands) - 1) + ["0"]
    assert all(set(keys) == {"q", "m"} for keys, _ in commands[1:])
    assert all(len(payload) <= 4096 for _, payload in commands)
    assert sum(len(payload) for _, payload in commands[:-1]) == 4096 * (len(commands) - 1)
    image = kitty_images(sent)[0x123456]
    assert image.mode == "RGB" and (np.asarray(image) == pixels).all()


def test_grey_pictures_have_one_channel_and_nothing_is_enlarged() -> None:
    grey = noise(28, 28)[..., :1].repeat(3, axis=2)
    made = images.encoded(grey, 1.0, 60, 30, DIRECT)
    [image] = kitty_images(kitty.transmission(7, made.data, 60, 30, False).encode()).values()
    assert image.mode == "L" and image.size == (28, 28)
    assert (np.asarray(image) == grey[..., 0]).all()


def test_what_is_larger_than_its_cells_shrinks_and_keeps_its_aspect() -> None:
    made = images.encoded(noise(300, 600), 2.0, 20, 5, DIRECT)
    [image] = kitty_images(kitty.transmission(7, made.data, 20, 5, False).encode()).values()
    assert image.size == (160, 80)


def test_pixels_that_are_not_square_are_made_so() -> None:
    made = images.encoded(noise(14, 28), 1.0, 14, 7, DIRECT)
    [image] = kitty_images(kitty.transmission(7, made.data, 14, 7, False).encode()).values()
    assert image.size == (112, 112)


def test_equal_pixels_have_one_digest_and_others_another() -> None:
    first, again = (images.encoded(noise(8, 8), 1.0, 4, 2, DIRECT).digest for _ in range(2))
    other = images.encoded(noise(8, 8, seed=1), 1.0, 4, 2, DIRECT).digest
    flat = np.zeros((8, 8, 3), np.uint8)
    shapes = {images.encoded(flat.reshape(shape), shape[1] / shape[0], 9, 9, DIRECT).digest
              for shape in ((8, 8, 3), (4, 16, 3))}  # fmt: skip
    assert first == again != other and len(shapes) == 2


def test_pictures_beyond_the_budget_are_forgotten_oldest_first() -> None:
    numbers = kitty.Numbers(kept_bytes=100, first=500)
    assert numbers.take("a", 40) == (500, []) and numbers.take("b", 40) == (501, [])
    assert numbers.held("a") == 500
    assert numbers.take("c", 40) == (502, [501])
    assert numbers.held("b") is None and numbers.held("a") == 500
    assert kitty_commands(kitty.deletion(501, False).encode()) == [({"a": "d", "d": "I", "i": "501", "q": "2"}, b"")]
    assert sorted(numbers.all()) == [500, 502]


def test_what_a_terminal_has_lost_is_sent_under_the_same_number() -> None:
    numbers = kitty.Numbers(first=500)
    numbers.take("a", 1)
    numbers.take("b", 1)
    numbers.lost(["a"])
    assert numbers.held("a") is None and numbers.held("b") == 501
    numbers.lost()
    assert numbers.all() == [] and numbers.take("b", 1) == (501, []) and numbers.take("a", 1) == (500, [])


def test_numbers_are_inks_of_24_bits_that_no_palette_has() -> None:
    assert all(0x10000 <= kitty.Numbers().take("a", 1)[0] <= 0xFFFFFF for _ in range(50))
    last = kitty.Numbers(first=0xFFFFFF)
    assert [last.take(key, 1)[0] for key in "ab"] == [0xFFFFFF, 0x10000]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 60)), max_size=60))
def test_the_terminal_never_holds_more_than_the_budget_and_one(asked: list[tuple[int, int]]) -> None:
    numbers, held = kitty.Numbers(kept_bytes=100), dict[int, int]()
    for key, size in asked:
        if numbers.held(key) is None:
            number, gone = numbers.take(key, size)
            held[number] = size
            for each in gone:
                del held[each]
        assert sum(held.values()) <= 100 or len(held) == 1
        assert sorted(held) == sorted(numbers.all())
