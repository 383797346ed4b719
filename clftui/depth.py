"""How many colours to use, from what the command line and the environment say, and how images are drawn.

Nothing is asked of the terminal here, only of the kernel; `clftui.probe` does that.
"""

from __future__ import annotations

import array
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

COLOURS = {"24": 24, "256": 8, "16": 4, "none": 0}
"""What `--colors` takes, and bits per colour."""

Protocol = Literal["kitty", "sixel", "blocks", "term-image", "none"]
BlockMode = Literal["sextant", "quadrant", "half"]

FAST_PIXELS = 1024
"""The longest side of a picture that is sent over a link of which nothing bad is known."""


@dataclass(frozen=True)
class Graphics:
    """How images are drawn."""

    protocol: Protocol = "blocks"
    blocks: BlockMode = "quadrant"
    """Which block characters, where it is them."""
    cell: tuple[int, int] = (8, 16)
    """Pixels of a character cell, width and height; 8 x 16 where the terminal did not tell."""
    tmux: bool = False
    """Whether commands for the terminal have to be wrapped for tmux."""
    why: str = ""
    most_pixels: int = FAST_PIXELS
    """The longest side of a picture in the terminal's own graphics."""

    @property
    def pixels(self) -> bool:
        """Whether the terminal gets pixels and not characters."""
        return self.protocol in ("kitty", "sixel")


_PLACEHOLDERS = {"kitty": (0, 28, 0), "ghostty": (1, 0, 0)}
"""Terminals that know Unicode placeholders, and since when. Others answer the query too and show garbage."""
_SEXTANTS = ("kitty", "ghostty", "foot", "wezterm", "contour")
"""Terminals that draw sextants themselves, whatever the font has."""


def _version(program: str) -> tuple[str, tuple[int, ...]]:
    match = re.search(r"([A-Za-z][\w.-]*?)[ (]+v?(\d+(?:\.\d+)*)", program)
    return (match[1].lower(), tuple(map(int, match[2].split(".")))) if match else (program.lower(), (0,))


def places_images(program: str) -> bool:
    """Whether a terminal of this name and version, `kitty(0.41.1)`, shows kitty's placeholders."""
    name, version = _version(program)
    return name in _PLACEHOLDERS and version >= _PLACEHOLDERS[name]


def draws_sextants(program: str) -> bool:
    """Whether a terminal of this name draws sextants itself."""
    return _version(program)[0] in _SEXTANTS


_in_use = Graphics()


def use_graphics(graphics: Graphics) -> None:
    """Draw images so from now on: there is one terminal."""
    global _in_use
    _in_use = graphics


def graphics_in_use() -> Graphics:
    """How images are drawn: as quadrants until something else was chosen."""
    return _in_use


_PLAIN = ("linux", "xterm", "screen", "tmux", "ansi", "vt100", "vt220", "cygwin", "rxvt")


def colour_bits(env: Mapping[str, str] | None = None, wanted: str = "auto") -> tuple[int, str]:
    """Bits of colour to use and the reason, from `--colors`, CLFTUI_COLORS, NO_COLOR, COLORTERM and TERM."""
    env = os.environ if env is None else env
    for choice, source in ((wanted, "--colors"), (env.get("CLFTUI_COLORS", "auto"), "CLFTUI_COLORS")):
        if choice in COLOURS:
            return COLOURS[choice], f"{source} says {choice}"
    if env.get("NO_COLOR"):
        return 0, "NO_COLOR is set"
    term = env.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        return 0, f"TERM is {term or 'not set'}"
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 24, f"COLORTERM is {env['COLORTERM']}"
    if "direct" in term:
        return 24, f"TERM is {term}"
    if "256" not in term and term.split(".")[0] in _PLAIN:
        return 4, f"TERM is {term}"
    return 8, f"TERM is {term} and COLORTERM is not set"


def asked_bits(wanted: str, bits: int, env: Mapping[str, str] | None = None) -> int:
    """The most bits of colour that may be used: `bits` where somebody asked for them, else all 24."""
    env = os.environ if env is None else env
    asked = wanted in COLOURS or env.get("CLFTUI_COLORS", "auto") in COLOURS or bits == 0
    return bits if asked else 24


def is_terminal() -> bool:
    """Whether standard input and output are a terminal."""
    return bool(sys.__stdin__ and sys.__stdin__.isatty() and sys.__stdout__ and sys.__stdout__.isatty())


def cell_size() -> tuple[int, int] | None:
    """Pixels of a character cell, width and height, where the terminal has told the kernel."""
    if not is_terminal():
        return None
    import fcntl
    import termios

    assert sys.__stdin__ is not None
    window = array.array("H", [0] * 4)
    try:
        fcntl.ioctl(sys.__stdin__.fileno(), termios.TIOCGWINSZ, window)
    except OSError:
        return None
    rows, columns, width, height = window
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows
