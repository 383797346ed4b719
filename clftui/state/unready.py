"""What a draw does not wait for: what a key press or a report takes time over is raised as `NotYet` there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from clftui.schema import FormatError


class NotYet(FormatError):
    """Something is still being read, in one sentence; nothing is wrong, and asking again soon helps.

    Whoever shows why a file cannot be read shows this in the same place; nobody remembers it.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__("", "", sentence, "")
        self.args = (sentence,)

    @property
    def brief(self) -> str:
        return str(self)


class Impatience:
    """What one draw had to do without."""

    def __init__(self) -> None:
        self.missing = False


_draw: ContextVar[Impatience | None] = ContextVar("clftui_draw", default=None)


@contextmanager
def impatient() -> Iterator[Impatience]:
    """Within this, `may_wait` is False; threads started or at work elsewhere are not concerned."""
    found = Impatience()
    token = _draw.set(found)
    try:
        yield found
    finally:
        _draw.reset(token)


def may_wait() -> bool:
    """Whether whoever asks now may wait for a result."""
    return _draw.get() is None


def note_missing() -> None:
    """Say that something was asked for and is not there, so that it is drawn again."""
    draw = _draw.get()
    if draw is not None:
        draw.missing = True
