"""A worker process that nobody waits for: what an earlier test left behind would speak to the next test's stand-in."""

from __future__ import annotations

from clftui.state.later import SLOW
from clftui.state.wishes import WISHES


def give_up_slow() -> None:
    """Give up what is on its way to the worker process, and wait until nothing is."""
    WISHES.stop()
    assert SLOW.settle()
