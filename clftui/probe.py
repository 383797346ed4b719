"""What this terminal can do: colours, graphics, tmux. No Textual.

A terminal is asked in one batch whose last question every terminal answers, in a thread while the runs are opened, and
every reply is read before anything else may see it. tmux, screen and zellij answer for themselves and not for the
terminal, so they are not asked: tmux says by its own command what stands behind it.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from clftui.depth import cell_size, colour_bits, is_terminal, places_images

_QUERY = b"\x1b[>q\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
"""Name and version, kitty graphics, pixels of a cell, attributes."""
_DRAIN_SECONDS = 0.03


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
    program: str = ""
    """What the terminal calls itself, tmux's outer terminal included: `kitty(0.41.1)`."""
    muxer: str = ""
    """tmux, screen or zellij where one stands between."""
    term: str = ""
    answered: bool = False
    """Whether it was asked and answered to the end."""
    round_trip: float | None = None
    """Seconds from the questions to the last answer."""


def examine(env: Mapping[str, str] | None = None, *, colours: str = "auto", ask: bool = True) -> Terminal:
    """Find out about the terminal on standard input and output; asks it, so call this before any app runs."""
    env = os.environ if env is None else env
    bits, why = colour_bits(env, colours)
    term = name = env.get("TERM", "none")
    muxer = "tmux" if env.get("TMUX") else "screen" if env.get("STY") else "zellij" if env.get("ZELLIJ") else ""
    ssh, offers = bool(env.get("SSH_CONNECTION")), tuple[str, ...]()
    program = tmux = passthrough = ""
    cell, round_trip = cell_size(), None
    hints: list[str] = []
    if muxer == "tmux":
        program, features, tmux = _ask_tmux()
        passthrough = _run("tmux", "show", "-Apv", "allow-passthrough")
        name = f"{program or term} in tmux"
        offers = (*(("kitty",) if places_images(program) else ()),
                  *(("sixel",) if "sixel" in features.split(",") else ()))  # fmt: skip
        hints += _tmux_hints(bits, features, passthrough, offers)
    elif ask and may_ask(term, muxer):
        reply, round_trip = _ask(2.0 if ssh else 1.0)
        program, offers, told = understand(reply)
        name, cell = f"{program} ({term})" if program else term, cell or told
    if bits == 8 and ssh and not env.get("COLORTERM"):
        hints.append("ssh does not pass COLORTERM on: `export COLORTERM=truecolor` here gives 24-bit colour")
    return Terminal(name, bits, why, tmux, passthrough, ssh, cell, offers, tuple(hints), program, muxer, term,
                    round_trip is not None, round_trip)  # fmt: skip


class Asking:
    """Examines the terminal while something else goes on. As a context it ends with the terminal as it was."""

    def __init__(self, colours: str, ask: bool = True) -> None:
        """`colours` is `--colors`; `ask`: whether the terminal itself is asked, or only those who know of it."""
        self._found: Terminal | None = None
        self._colours, self._may = colours, ask
        self._thread = threading.Thread(target=self._examine, name="clftui-probe", daemon=True)
        self._thread.start()

    def _examine(self) -> None:
        self._found = examine(colours=self._colours, ask=self._may)

    def answer(self) -> Terminal:
        """What was found; waits for it, a second at most (over ssh two) where the terminal is silent."""
        self._thread.join()
        return self._found if self._found is not None else examine(colours=self._colours, ask=False)

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.join()


def may_ask(term: str, muxer: str) -> bool:
    """Whether there is a terminal that answers for itself, and it is ours to talk to."""
    if muxer or term in ("linux", "dumb", "unknown", "none", "") or not is_terminal():
        return False
    assert sys.__stdin__ is not None
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp()
    except OSError:
        return False


def understand(reply: bytes) -> tuple[str, tuple[str, ...], tuple[int, int] | None]:
    """The program's name and version, the graphics it offers, and a cell's pixels, from all that it answered."""
    named = re.search(rb"\x1bP>\|([^\x1b]*)\x1b", reply)
    program = named[1].decode("ascii", "replace") if named else ""
    size = re.search(rb"\x1b\[6;(\d+);(\d+)t", reply)
    attributes = re.search(rb"\x1b\[\?([\d;]*)c", reply)
    kitty = b";OK\x1b" in reply and places_images(program)
    sixel = attributes is not None and b"4" in attributes[1].split(b";")
    offers = (*(("kitty",) if kitty else ()), *(("sixel",) if sixel else ()))
    cell = (int(size[2]), int(size[1])) if size and int(size[1]) and int(size[2]) else None
    return program, offers, cell


def _ask(timeout: float) -> tuple[bytes, float | None]:
    """All that the terminal answers to the questions, and the seconds it took; None where it never came to the end."""
    import termios
    import tty

    assert sys.__stdin__ is not None
    handle = sys.__stdin__.fileno()
    reply, took, start = b"", None, time.monotonic()
    try:
        before = termios.tcgetattr(handle)
        try:
            tty.setcbreak(handle, termios.TCSANOW)
            os.write(handle, _QUERY)
            while (left := start + timeout - time.monotonic()) > 0 and select.select([handle], [], [], left)[0]:
                reply += os.read(handle, 4096)
                if re.search(rb"\x1b\[\?[\d;]*c", reply):
                    took = time.monotonic() - start
                    break
            while select.select([handle], [], [], _DRAIN_SECONDS)[0]:
                reply += os.read(handle, 4096)
        finally:
            termios.tcsetattr(handle, termios.TCSANOW, before)
    except (OSError, termios.error):
        return reply, took
    return reply, took


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=1, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip("\n")


_YOUNG_SECONDS = 2.0
"""How long a terminal may take to tell tmux what it is."""


def _ask_tmux() -> tuple[str, str, str]:
    """Name and features of the terminal behind tmux, and tmux's version; empty without one, a detached session say."""
    while True:
        answer = _run("tmux", "display-message", "-p", "#{client_termtype}\t#{client_termfeatures}\t#{version}\t"
                      "#{client_created}").split("\t")  # fmt: skip
        program, features, version, created = [*answer, "", "", "", ""][:4]
        young = created.isdigit() and 0 <= time.time() - int(created) < _YOUNG_SECONDS
        if program or not young:
            return program, features, version
        time.sleep(0.05)


def _tmux_hints(bits: int, features: str, passthrough: str, offers: tuple[str, ...]) -> list[str]:
    hints = []
    if bits < 24 or "RGB" not in features.split(","):
        hints.append("~/.tmux.conf: set -as terminal-features ',*:RGB'   (24-bit colour)")
    if "kitty" in offers and passthrough not in ("on", "all"):
        hints.append("~/.tmux.conf: set -g allow-passthrough on   (lets images through)")
    if _run("tmux", "show", "-sv", "set-clipboard") == "external":
        hints.append("~/.tmux.conf: set -g set-clipboard on   (lets y reach your clipboard)")
    return hints
