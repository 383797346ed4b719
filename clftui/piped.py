"""`clftui -`: rows come through standard input, so keys must come from the terminal itself."""

from __future__ import annotations

import os

from clftui.data.imports.pipe import follow

FIRST_ROW_SECONDS = 1.0
"""How long the app waits for the first row before it opens without one."""


def take_stdin() -> str:
    """Follow standard input in a thread and read keys from /dev/tty instead; else one sentence why that cannot be."""
    if os.isatty(0):
        return "- reads a pipe, and there is none; write e.g. `python evaluate.py | clftui -`"
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return "keys come from the terminal, and there is none; `clftui report - --view runs` prints instead"
    pipe = follow(os.dup(0))
    os.dup2(terminal, 0)
    os.close(terminal)
    pipe.wait(FIRST_ROW_SECONDS)
    return ""
