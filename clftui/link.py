"""How far away the terminal is: the round trip of a question, and how fast what is sent arrives."""

from __future__ import annotations

import os
import random
import re
import select
import sys
import time
from dataclasses import dataclass
from statistics import median

from clftui.probe import may_ask

_STATUS, _FINE = b"\x1b[5n", re.compile(rb"\x1b\[0n")
"""A question that every terminal answers, and the answer."""
_QUESTIONS = 5
_FIRST, _MOST = 16_000, 1_000_000
"""Bytes that are sent first, and at most."""
_ENOUGH_SECONDS = 0.2
_PATIENCE_SECONDS = 4.0


@dataclass(frozen=True)
class Link:
    """The way to the terminal; None where it could not be measured."""

    round_trip: float | None
    """Seconds, the middle of a few."""
    rate: float | None
    """Bytes per second that the terminal takes in."""


def measure(term: str, muxer: str) -> Link:
    """Measure the way to the terminal on standard input and output. What is sent for it shows nothing.

    Behind tmux nothing is measured: tmux answers at once, whatever stands behind it.
    """
    if not may_ask(term, muxer):
        return Link(None, None)
    import termios
    import tty

    assert sys.__stdin__ is not None
    handle = sys.__stdin__.fileno()
    try:
        before = termios.tcgetattr(handle)
        try:
            tty.setcbreak(handle, termios.TCSANOW)
            return _measured(handle)
        finally:
            termios.tcsetattr(handle, termios.TCSANOW, before)
    except (OSError, termios.error):
        return Link(None, None)


def _measured(handle: int) -> Link:
    trips = []
    for _ in range(_QUESTIONS):
        took = _asked(handle, b"", 1.0)
        if took is None:
            return Link(None, None)
        trips.append(took)
    round_trip, size, rate = median(trips), _FIRST, None
    while size <= _MOST:
        took = _asked(handle, _unseen(size), _PATIENCE_SECONDS)
        if took is None:
            break
        rate = size / max(took - round_trip, 1e-4)
        if took - round_trip > _ENOUGH_SECONDS:
            break
        size *= 4
    return Link(round_trip, rate)


def _asked(handle: int, padding: bytes, patience: float) -> float | None:
    """Seconds until the terminal has taken `padding` and answered; None where it did not in time."""
    start, reply, left = time.monotonic(), b"", padding + _STATUS
    # A slow link is found out by the first few bytes, so this does not block for long.
    while left:
        left = left[os.write(handle, left[:4096]) :]
    end = time.monotonic() + patience
    while (wait := end - time.monotonic()) > 0 and select.select([handle], [], [], wait)[0]:
        reply += os.read(handle, 4096)
        if _FINE.search(reply):
            return time.monotonic() - start
    return None


def _unseen(size: int) -> bytes:
    """About `size` bytes of colours that nothing is written in; ssh cannot pack them much."""
    rng = random.Random(size)
    part = b"".join(b"\x1b[38;2;%d;%d;%dm" % tuple(rng.randrange(256) for _ in range(3)) for _ in range(size // 16))
    return part + b"\x1b[0m"
