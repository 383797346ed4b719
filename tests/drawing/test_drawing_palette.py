"""Themes, ramps and levels."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.drawing import ramp
from clftui.drawing.palette import RAMPS, Depth, find_themes, load_theme
from clftui.schema import FormatError

THEMES = sorted(find_themes())
DARK = load_theme(find_themes()["dark"])


def test_the_themes_are_there() -> None:
    assert {"dark", "light", "cb-dark", "cb-light", "hc"} <= set(THEMES)
    assert (DARK.page, DARK.focus, DARK.runs[1]) == (0x0F1317, 0xFFE066, 0xEC7B38)
    assert DARK.depth is Depth.TRUE and DARK.at(Depth.MONO).depth is Depth.MONO


@pytest.mark.parametrize("name", THEMES)
def test_text_reads_on_the_page_and_on_what_is_raised(name: str) -> None:
    palette = load_theme(find_themes()[name])
    for role, least in (("text", 12), ("muted", 5.5), ("faint", 4.0), ("worse", 4.5), ("better", 4.5), ("live", 4.0)):
        assert ramp.contrast(getattr(palette, role), palette.page) >= least, role
    assert ramp.contrast(palette.text, palette.raised) >= 7
    assert ramp.contrast(palette.on_focus, palette.focus) >= 5.5
    assert len(set(palette.runs)) == 4
    assert all(ramp.contrast(run, palette.page) >= 3 for run in palette.runs)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("which", RAMPS)
def test_ramps_leave_the_page_in_one_direction_of_lightness(name: str, which: str) -> None:
    palette = load_theme(find_themes()[name])
    lightness = ramp.to_oklab(getattr(palette, which))[:, 0]
    steps = np.diff(lightness) * (1 if palette.dark else -1)
    # Rounding to eight bits per channel may hold or tip a step by a trifle.
    assert steps.min() > -0.003 and steps.sum() > 0.35
    page = float(ramp.to_oklab(palette.page)[0])
    assert abs(lightness[0] - page) < abs(lightness[-1] - page)


def test_ramps_pass_through_their_stops() -> None:
    stops = [0x301B18, 0x7E3124, 0xC35422, 0xF2943C, 0xFDE0B0]
    made = ramp.interpolate(stops, 257)
    assert made[[0, 64, 128, 192, 256]].tolist() == stops
    with pytest.raises(ValueError, match="read-only"):
        made[0] = 1


@given(st.integers(0, 0xFFFFFF))
def test_oklab_there_and_back(colour: int) -> None:
    assert int(ramp.from_oklab(ramp.to_oklab(colour))) == colour


@given(st.integers(0, 0xFFFFFF))
def test_ink_is_the_one_that_contrasts_more(paper: int) -> None:
    inks = (ramp.DARK_INK, ramp.LIGHT_INK)
    best = max(float(ramp.contrast(ink, paper)) for ink in inks)
    assert float(ramp.contrast(DARK.ink(paper), paper)) == pytest.approx(best) and best > 4


def test_mixing_and_fading() -> None:
    assert DARK.mix(0x000000, 0xFFFFFF, 0.5) == 0x808080
    assert DARK.mix(0x102030, 0xFFFFFF, 0) == 0x102030
    weak, strong = DARK.faded(DARK.ember[2], 0.01), DARK.faded(DARK.ember[2], 0.9)
    assert strong == DARK.ink(int(DARK.ember[2])) and ramp.contrast(weak, DARK.page) < ramp.contrast(strong, DARK.page)
    assert DARK.ink(DARK.ember).shape == (256,)


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=20), st.sampled_from(["log", "linear", "exponent"]))
def test_levels_follow_counts_and_nothing_vanishes(counts: list[int], scale: str) -> None:
    most = max(counts)
    levels = ramp.count_level(counts, most, scale)
    order = np.argsort(counts)
    assert (np.diff(levels[order]) >= 0).all()
    assert ((levels == 0) == (np.array(counts) == 0)).all() and levels.max() <= 1
    if most:
        assert levels.max() == 1 and (levels[np.array(counts) > 0] >= ramp.FAINTEST).all()


def test_single_mistakes_stay_quiet_and_undefined_stays_undefined() -> None:
    assert ramp.count_level(1, 116) == pytest.approx((np.log(2) / np.log(117)) ** 1.55)
    assert np.isnan(ramp.count_level(np.nan, 5)) and np.isnan(ramp.count_level(np.nan, 0))
    assert ramp.count_level(3, 0) == 0
    with pytest.raises(ValueError, match="no scale"):
        ramp.count_level(1, 2, "cubic")
    assert ramp.count_level(25, 100, "exponent", 0.5) == pytest.approx(0.5)


def test_shades_of_levels() -> None:
    made = ramp.shade(DARK.ember, [0, np.nan, 1e-9, 1, 5], DARK.page)
    assert made.tolist() == [DARK.page, DARK.page, DARK.ember[0], DARK.ember[255], DARK.ember[255]]
    arms = ramp.diverge(DARK.worse_arm, DARK.better_arm, [1, -1, 0, np.nan], 7)
    assert arms.tolist() == [DARK.worse_arm[255], DARK.better_arm[255], 7, 7]
    assert "".join(DARK.shade_glyph(level) for level in (float("nan"), 0, 0.01, 0.3, 0.6, 1.0)) == "  ░▒▓█"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('page = "#0f1317"', 'page = "black"'), "colors.page is 'black', not a colour"),
        (('muted = "#909ca7"\n', ""), "colors.muted is missing"),
        (('runs = ["#6bcafe", ', "runs = ["), "colors.runs is not a list of 4 colours"),
        (('"#7e3124"', '"#7e312"'), "ramp.ember.stops[1] is '#7e312', not a colour"),
        (("[ramp.ice]", "[ramp.snow]"), "[ramp.ice] is missing"),
        (("dark = true", 'dark = "yes"'), "dark is not true or false"),
        (("[colors]", "[colors"), "is not TOML"),
    ],
)
def test_a_wrong_theme_names_file_key_and_cause(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    text = find_themes()["dark"].read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        load_theme(path)
    assert str(path) in str(caught.value) and says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreadable_theme_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        load_theme(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="is not TOML"):
        load_theme(tmp_path / "bytes.toml")


def test_own_themes_are_found_and_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "clftui" / "themes"
    own.mkdir(parents=True)
    for name in ("mine", "dark"):
        shutil.copy(find_themes()["light"], own / f"{name}.toml")
    found = find_themes()
    assert found["mine"] == own / "mine.toml" and found["dark"] == own / "dark.toml" and "hc" in found
    extra = tmp_path / "extra"
    extra.mkdir()
    shutil.copy(found["hc"], extra / "mine.toml")
    assert find_themes(extra)["mine"] == extra / "mine.toml"
    assert load_theme(find_themes(extra)["mine"]).name == "mine"


def test_class_hues_repeat() -> None:
    assert DARK.class_colour(0) == DARK.class_colour(len(DARK.classes)) == DARK.classes[0]
