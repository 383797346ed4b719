"""Which images a terminal gets, from what is known of it, and why."""

from __future__ import annotations

from typing import Any

import pytest

from clftui.choice import block_mode, choose, most_pixels
from clftui.depth import Graphics, asked_bits, draws_sextants, places_images
from clftui.doctor import report
from clftui.link import Link
from clftui.probe import Terminal, understand

KITTY = b"\x1bP>|kitty(0.41.1)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;19;10t\x1b[?62;52;c"
OLD_KITTY = KITTY.replace(b"0.41.1", b"0.26.5")
KONSOLE = b"\x1bP>|Konsole 22.12.3\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;17;8t\x1b[?62;1;4c"
XTERM = b"\x1bP>|XTerm(398)\x1b\\\x1b[6;18;9t\x1b[?63;1;2;4;6;9;15;22c"
FOOT = b"\x1bP>|foot(1.13.1)\x1b\\\x1b[6;16;8t\x1b[?62;4;22c"
PLAIN = b"\x1b[?1;2c"


def terminal(reply: bytes = b"", **more: Any) -> Terminal:
    program, offers, cell = understand(reply)
    known: dict[str, Any] = {
        "name": "x", "bits": 24, "why_bits": "", "tmux": "", "passthrough": "", "ssh": False, "cell": cell,
        "offers": offers, "hints": (), "program": program, "term": "xterm-256color", "answered": bool(reply),
    }  # fmt: skip
    return Terminal(**{**known, **more})


def behind_tmux(program: str, passthrough: str, *offers: str) -> Terminal:
    return terminal(tmux="3.5a", muxer="tmux", passthrough=passthrough, program=program, offers=offers)


@pytest.mark.parametrize(
    ("found", "protocol", "mode"),
    [
        (terminal(KITTY), "kitty", "sextant"),
        (terminal(OLD_KITTY), "blocks", "sextant"),
        (terminal(KONSOLE), "sixel", "quadrant"),
        (terminal(XTERM), "sixel", "quadrant"),
        (terminal(FOOT), "sixel", "sextant"),
        (terminal(b"\x1b[?62;4c"), "blocks", "quadrant"),
        (terminal(PLAIN), "blocks", "quadrant"),
        (terminal(), "blocks", "quadrant"),
        (terminal(term="linux"), "blocks", "half"),
        (terminal(muxer="screen"), "blocks", "quadrant"),
        (behind_tmux("kitty(0.41.1)", "on", "kitty"), "kitty", "sextant"),
        (behind_tmux("kitty(0.41.1)", "all", "kitty"), "kitty", "sextant"),
        (behind_tmux("kitty(0.41.1)", "off", "kitty"), "blocks", "sextant"),
        (behind_tmux("XTerm(398)", "on", "sixel"), "blocks", "quadrant"),
        (behind_tmux("", "on"), "blocks", "quadrant"),
    ],
)
def test_every_terminal_gets_what_it_draws_right(found: Terminal, protocol: str, mode: str) -> None:
    chosen = choose(found, env={})
    assert (chosen.protocol, chosen.blocks) == (protocol, mode) and chosen.why
    assert block_mode(found) == mode and chosen.tmux is (found.muxer == "tmux")


@pytest.mark.parametrize("wanted", ["kitty", "sixel", "blocks", "term-image", "none"])
def test_what_is_asked_for_wins(wanted: str) -> None:
    for found in (terminal(KITTY), terminal(), behind_tmux("XTerm(398)", "off", "sixel")):
        assert choose(found, wanted, env={}).protocol == wanted


def test_kitty_needs_colours_that_were_not_forbidden() -> None:
    assert choose(terminal(KITTY, bits=8), bits=24, env={}).protocol == "kitty"
    assert choose(terminal(KITTY, bits=8), bits=8, env={}).protocol == "blocks"
    assert choose(terminal(KITTY, bits=0), "kitty", bits=0, env={}).protocol == "blocks"
    assert asked_bits("auto", 8, {}) == 24 and asked_bits("256", 8, {}) == 8
    assert asked_bits("auto", 4, {"CLFTUI_COLORS": "16"}) == 4 and asked_bits("auto", 0, {}) == 0


def test_names_and_versions() -> None:
    assert places_images("ghostty 1.1.3") and not places_images("kitty(0.27.1)") and not places_images("WezTerm 2024")
    assert draws_sextants("WezTerm 20240203-110809-5046fc22") and not draws_sextants("XTerm(379)")
    assert understand(KITTY) == ("kitty(0.41.1)", ("kitty",), (10, 19))
    assert understand(b"\x1b[6;0;0t\x1b[?62c") == ("", (), None)


@pytest.mark.parametrize(
    ("round_trip", "rate", "ssh", "link", "side"),
    [
        (0.001, None, False, "", 1024), (0.02, None, True, "", 1024), (0.08, None, True, "", 512),
        (0.3, None, True, "", 256), (None, None, True, "", 512), (0.001, 100_000, True, "", 256),
        (0.001, 1_000_000, False, "", 512), (0.3, 1, True, "fast", 1024), (0.001, 1e9, False, "slow", 256),
    ],
)  # fmt: skip
def test_slow_links_get_smaller_pictures(
    round_trip: float | None, rate: float | None, ssh: bool, link: str, side: int
) -> None:
    assert most_pixels(round_trip, rate, ssh, link) == side


def test_the_cell_of_the_terminal_is_used_where_it_is_told() -> None:
    assert choose(terminal(KITTY), env={}).cell == (10, 19)
    assert choose(terminal(), env={}).cell == Graphics().cell == (8, 16)


def test_doctor_says_what_was_chosen_and_what_the_link_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLFTUI_LINK", raising=False)
    text = report(terminal(XTERM, round_trip=0.01, ssh=True), Link(0.012, 150_000.0))
    assert "sixel graphics: XTerm(398)" in text
    assert "round trip 12.0 ms, 150 kB/s; 24 thumbnails take about 667 ms; pictures up to 1024" in text
    assert "export CLFTUI_LINK=slow" in text
    assert "not measured (tmux answers for the terminal)" in report(behind_tmux("XTerm(398)", "on", "sixel"))
    assert "--graphics sixel insists" in report(behind_tmux("XTerm(398)", "on", "sixel"))
    assert "export CLFTUI_LINK=fast" in report(terminal(XTERM, ssh=True, round_trip=0.1), Link(0.02, 9e6))
