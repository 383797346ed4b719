"""From what was found out about a terminal to how images are drawn on it, with the reason."""

from __future__ import annotations

import os
from collections.abc import Mapping

from clftui.depth import FAST_PIXELS, BlockMode, Graphics, Protocol, draws_sextants
from clftui.probe import Terminal

SLOW_ROUND_TRIP, FAR_ROUND_TRIP = 0.15, 0.04
"""Seconds: a link with a longer way than the first gets small pictures, one with a longer way than the second middling
ones.
"""
SLOW_BYTES, FAR_BYTES = 300_000, 2_000_000
"""The same by bytes per second."""
MIDDLING_PIXELS, SMALL_PIXELS = 512, 256
LINKS = ("fast", "slow")
"""What CLFTUI_LINK may say of the way to the terminal, where measuring is wrong."""


def choose(terminal: Terminal, wanted: str = "auto", env: Mapping[str, str] | None = None, bits: int = 24) -> Graphics:
    """How to draw images: as `wanted` (`--graphics`) or, where it is `auto`, as well as this terminal can.

    `bits` are the bits of colour that were asked for: kitty's placeholders need all 24.
    """
    env = os.environ if env is None else env
    protocol, why = _protocol(terminal, wanted, bits)
    return Graphics(
        protocol=protocol,
        blocks=block_mode(terminal),
        cell=terminal.cell or Graphics.cell,
        tmux=terminal.muxer == "tmux",
        why=why,
        most_pixels=most_pixels(terminal.round_trip, None, terminal.ssh, env.get("CLFTUI_LINK", "")),
    )


def _protocol(terminal: Terminal, wanted: str, bits: int) -> tuple[Protocol, str]:
    named: dict[str, Protocol] = {"sixel": "sixel", "blocks": "blocks", "term-image": "term-image", "none": "none"}
    if bits == 0:
        return ("none" if wanted == "none" else "blocks"), "without colour, images are shades"
    if wanted in named:
        return named[wanted], f"--graphics {wanted}"
    if bits < 24 and (wanted == "kitty" or "kitty" in terminal.offers):
        return "blocks", f"{terminal.program or 'kitty'} has images, but they need 24-bit colour"
    if wanted == "kitty":
        return "kitty", "--graphics kitty"
    if terminal.muxer == "tmux":
        return _in_tmux(terminal)
    if terminal.muxer:
        return "blocks", f"{terminal.muxer} lets no images through"
    if "kitty" in terminal.offers:
        return "kitty", f"{terminal.program} answers the kitty graphics query and knows placeholders"
    if "sixel" in terminal.offers and terminal.cell is not None:
        return "sixel", f"{terminal.program or terminal.term} lists sixel graphics among its attributes"
    if "sixel" in terminal.offers:
        return "blocks", "the terminal has sixels but does not tell how large its cells are"
    if terminal.term == "linux":
        return "blocks", "the Linux console has characters alone"
    if terminal.answered:
        return "blocks", f"{terminal.program or terminal.term} offers no graphics that clftui knows"
    return "blocks", "the terminal did not tell what it has"


def _in_tmux(terminal: Terminal) -> tuple[Protocol, str]:
    outer = terminal.program or "the terminal"
    if "kitty" in terminal.offers:
        if terminal.passthrough in ("on", "all"):
            return "kitty", f"{outer} behind tmux {terminal.tmux}, whose allow-passthrough is {terminal.passthrough}"
        return "blocks", f"{outer} has images, but tmux's allow-passthrough is off"
    if "sixel" in terminal.offers:
        return "blocks", "sixels in tmux lose text; --graphics sixel tries them"
    return "blocks", f"{outer} behind tmux has no images that get through it"


def block_mode(terminal: Terminal) -> BlockMode:
    """The block characters that look best where they are sure to be drawn."""
    if terminal.term == "linux":
        return "half"
    return "sextant" if draws_sextants(terminal.program) else "quadrant"


def most_pixels(round_trip: float | None, rate: float | None, ssh: bool, link: str = "") -> int:
    """The longest side of a picture worth its way: `round_trip` in seconds, `rate` in bytes a second, None unknown."""
    if link in LINKS:
        return FAST_PIXELS if link == "fast" else SMALL_PIXELS
    if (round_trip or 0) > SLOW_ROUND_TRIP or (rate is not None and rate < SLOW_BYTES):
        return SMALL_PIXELS
    unknown = ssh and round_trip is None and rate is None
    if unknown or (ssh and (round_trip or 0) > FAR_ROUND_TRIP) or (rate is not None and rate < FAR_BYTES):
        return MIDDLING_PIXELS
    return FAST_PIXELS
