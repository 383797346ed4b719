"""Nothing from data may command the terminal, and numbers read in the house style."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.text import (
    char_width,
    clusters,
    count,
    harmless,
    percent,
    plural,
    rate,
    sanitise,
    short_score,
    shorten,
    signed,
    text_width,
    to_bytes,
)


@given(st.text(max_size=60))
def test_sanitised_text_has_nothing_a_terminal_obeys(text: str) -> None:
    safe = sanitise(text)
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in safe)
    assert not set(safe) & set("\u202e\u202d\u2066\u2067\u2068\u200f\u200e")
    assert sanitise(safe) == safe


def test_escape_codes_newlines_and_bidi_are_visible_or_gone() -> None:
    assert sanitise("a\x1b[31mb") == "a·[31mb"
    assert sanitise("two\nlines\tand\r\nmore") == "two lines and more"
    assert sanitise("txt\u202egpj") == "txt·gpj"
    assert sanitise("plain") == "plain"


@given(st.text(max_size=40), st.integers(0, 30), st.booleans())
def test_shortened_text_fits(text: str, width: int, middle: bool) -> None:
    short = shorten(text, width, middle=middle)
    assert text_width(short) <= width
    if text_width(sanitise(text)) <= width:
        assert short == sanitise(text)
    elif width > 1:
        assert "…" in short


def test_names_of_runs_keep_both_ends() -> None:
    assert shorten("shake_shake_26_2x64d_SSI_cutout16", 15, middle=True) == "shake_s…utout16"
    assert shorten("T-shirt/top", 6) == "T-shi…"


def test_wide_and_combining_characters() -> None:
    assert text_width("猫") == 2
    assert text_width("e\u0301") == 1
    assert [width for _, width in clusters("猫e\u0301x")] == [2, 1, 1]
    assert char_width("\u0301") == 0


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.9711, 0.9676, 0.9742, ("97.11", "±0.33")),
        (0.931, 0.9191, 0.9413, ("93.1", "±1.1")),
        (0.062, 0.041, 0.093, ("6.2", "4.1–9.3")),
        (float("nan"), 0.0, 1.0, ("–", "")),
        (0.5, float("nan"), float("nan"), ("50.0", "")),
    ],
)
def test_digits_follow_the_interval(value: float, low: float, high: float, expected: tuple[str, str]) -> None:
    assert rate(value, low, high) == expected


def test_percentages_never_round_to_certainty() -> None:
    assert percent(0.99996, 1) == "99.9"
    assert percent(1.0, 1) == "100.0"
    assert percent(0.00001, 1) == "<0.1"
    assert percent(0.0, 1) == "0.0"
    assert percent(0.825, 0) == "83"
    assert short_score(0.9999) == ".99"
    assert short_score(1.0) == "1.0"
    assert short_score(float("nan")) == "–"


def test_signs_and_counts() -> None:
    assert signed(-4.02) == "−4.0"
    assert signed(0.04) == "±0.0"
    assert signed(1.25, 1) == "+1.3"
    assert count(-12345) == "−12,345"
    assert plural(1, "class", "classes") == "1 class"
    assert plural(62, "class", "classes") == "62 classes"


def test_bytes_of_any_text() -> None:
    assert to_bytes("ä\udcff") == b"\xc3\xa4\xff", "bytes of file names come out as they were"
    assert to_bytes("a\ud800b") == b"a?b"


def test_harmless_keeps_lines_and_blanks() -> None:
    assert harmless("a  b\n c\x1b[2J\x9b\u202e\u2028d\tе") == "a  b\n c·[2J···d·е"
    assert harmless("plain\ntext") == "plain\ntext"


def test_skin_tones_are_left_out() -> None:
    assert sanitise("👍🏽 ok") == "👍 ok" and text_width(sanitise("👍🏽")) == 2
