"""How far a long command is: one line that is written over on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time

from clftui.text import count, sanitise, shorten

_EVERY_SECONDS = 0.1
_PLAIN_SECONDS = 10.0
_CLEAR = "\r\x1b[K"


class Progress:
    """Counts `total` things of a kind (`maps`) on the error stream."""

    def __init__(self, total: int, noun: str) -> None:
        self._total = total
        self._noun = noun
        self._shows = sys.stderr.isatty()
        self._began = self._last = time.monotonic()

    def __call__(self, done: int, what: str = "") -> None:
        """Say that `done` are done, and what is being done."""
        now = time.monotonic()
        if now - self._last < (_EVERY_SECONDS if self._shows else _PLAIN_SECONDS):
            return
        self._last = now
        line = self._line(done, now - self._began, shorten(sanitise(what), 40))
        if self._shows:
            print(f"{_CLEAR}{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def _line(self, done: int, seconds: float, what: str) -> str:
        share = 100 * done // max(self._total, 1)
        line = f"{share:3d} %  {count(done)} of {count(self._total)} {self._noun}"
        if done and seconds > 0.5:
            speed = done / seconds
            line += f"  {speed:,.0f}/s" if speed >= 10 else f"  {speed:.1f}/s"
            line += f"  {_clock((self._total - done) / speed)} left"
        return f"{line}  {what}" if what else line

    def clear(self) -> None:
        """Take the line away."""
        if self._shows:
            print(_CLEAR, end="", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
