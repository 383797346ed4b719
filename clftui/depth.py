"""How many colours to use, from what the command line and the environment say. Nothing is asked of the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping

COLOURS = {"24": 24, "256": 8, "16": 4, "none": 0}
"""What `--colors` takes, and bits per colour."""

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
