"""What this terminal can do: colours, graphics, tmux. No Textual; nothing here is asked of the terminal at start-up.

Colour depth follows the environment. The graphics protocols a terminal offers are asked for by `clftui doctor` alone,
in one batch whose last question every terminal answers, and every reply is read before anything else may see it.
"""

from __future__ import annotations

import array
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from clftui.depth import colour_bits

_KITTY_PLACEHOLDERS = {"kitty": (0, 28, 0), "ghostty": (1, 0, 0)}


@dataclass(frozen=True)
class Terminal:
    """What was found out."""

    name: str
    """TERM, and the terminal's own name where it told it."""
    bits: int
    """24, 8, 4 or 0 bits of colour."""
    why_bits: str
    tmux: str
    """tmux's version; empty outside of it."""
    passthrough: str
    """tmux's allow-passthrough: on, all, off, or empty."""
    ssh: bool
    cell: tuple[int, int] | None
    """Pixels of a character cell, width and height, where the terminal tells."""
    offers: tuple[str, ...]
    """Graphics protocols the terminal says it has: kitty, sixel."""
    hints: tuple[str, ...]


def examine(env: Mapping[str, str] | None = None, *, colours: str = "auto") -> Terminal:
    """Find out about the terminal on standard input and output; asks it, so call this before any app runs."""
    env = os.environ if env is None else env
    bits, why = colour_bits(env, colours)
    name = env.get("TERM", "none")
    offers: tuple[str, ...] = ()
    cell: tuple[int, int] | None = None
    tmux = passthrough = ""
    hints: list[str] = []
    if env.get("TMUX"):
        outer, features, tmux = _ask_tmux("#{client_termtype}\t#{client_termfeatures}\t#{version}")
        passthrough = _run("tmux", "show", "-Apv", "allow-passthrough")
        name, offers = _outer(name, outer, features)
        hints += _tmux_hints(bits, features, passthrough, offers)
    elif _is_terminal() and not (env.get("STY") or env.get("ZELLIJ") or env.get("TERM") in ("linux", "dumb")):
        reply = _ask(2.0 if env.get("SSH_CONNECTION") else 1.0)
        name, offers, cell = _understand(name, reply)
    if bits == 8 and env.get("SSH_CONNECTION") and not env.get("COLORTERM"):
        hints.append("ssh does not pass COLORTERM on: `export COLORTERM=truecolor` here gives 24-bit colour")
    return Terminal(name, bits, why, tmux, passthrough, bool(env.get("SSH_CONNECTION")),
                    _cell_size() or cell, offers, tuple(hints))  # fmt: skip


def _is_terminal() -> bool:
    return bool(sys.__stdin__ and sys.__stdin__.isatty() and sys.__stdout__ and sys.__stdout__.isatty())


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=1, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _ask_tmux(form: str) -> tuple[str, str, str]:
    first, second, third, *_ = [*_run("tmux", "display-message", "-p", form).split("\t"), "", "", ""]
    return first, second, third


def _version(text: str) -> tuple[str, tuple[int, ...]]:
    match = re.search(r"([A-Za-z][\w.-]*?)[ (]+v?(\d+(?:\.\d+)*)", text)
    return (match[1].lower(), tuple(map(int, match[2].split(".")))) if match else (text.lower(), (0,))


def _places_images(text: str) -> bool:
    name, version = _version(text)
    return name in _KITTY_PLACEHOLDERS and version >= _KITTY_PLACEHOLDERS[name]


def _outer(term: str, outer: str, features: str) -> tuple[str, tuple[str, ...]]:
    offers = (*(("kitty",) if _places_images(outer) else ()), *(("sixel",) if "sixel" in features.split(",") else ()))
    return f"{outer or term} in tmux", offers


def _tmux_hints(bits: int, features: str, passthrough: str, offers: tuple[str, ...]) -> list[str]:
    hints = []
    if bits < 24 or "RGB" not in features.split(","):
        hints.append("~/.tmux.conf: set -as terminal-features ',*:RGB'   (24-bit colour)")
    if "kitty" in offers and passthrough not in ("on", "all"):
        hints.append("~/.tmux.conf: set -g allow-passthrough on   (lets images through)")
    if _run("tmux", "show", "-sv", "set-clipboard") == "external":
        hints.append("~/.tmux.conf: set -g set-clipboard on   (lets y reach your clipboard)")
    return hints


def _ask(timeout: float) -> bytes:
    """Name, kitty graphics, cell size, attributes: one batch, the last of which every terminal answers."""
    import termios
    import tty

    assert sys.__stdin__ is not None
    handle = sys.__stdin__.fileno()
    before = termios.tcgetattr(handle)
    reply, end = b"", time.monotonic() + timeout
    try:
        tty.setcbreak(handle, termios.TCSANOW)
        os.write(handle, b"\x1b[>q\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c")
        while (left := end - time.monotonic()) > 0 and select.select([handle], [], [], left)[0]:
            reply += os.read(handle, 4096)
            if re.search(rb"\x1b\[\?[\d;]*c", reply):
                break
        while select.select([handle], [], [], 0.03)[0]:
            reply += os.read(handle, 4096)
    except OSError:
        return reply
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)
    return reply


def _understand(term: str, reply: bytes) -> tuple[str, tuple[str, ...], tuple[int, int] | None]:
    named = re.search(rb"\x1bP>\|([^\x1b]*)\x1b", reply)
    name = named[1].decode("ascii", "replace") if named else ""
    size = re.search(rb"\x1b\[6;(\d+);(\d+)t", reply)
    attributes = re.search(rb"\x1b\[\?([\d;]*)c", reply)
    kitty = b";OK\x1b" in reply and _places_images(name)
    sixel = attributes is not None and b"4" in attributes[1].split(b";")
    offers = (*(("kitty",) if kitty else ()), *(("sixel",) if sixel else ()))
    return f"{name} ({term})" if name else term, offers, (int(size[2]), int(size[1])) if size else None


def _cell_size() -> tuple[int, int] | None:
    if not _is_terminal():
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
    return (width // columns, height // rows) if rows and columns and width and height else None
