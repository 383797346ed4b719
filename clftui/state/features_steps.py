"""What a variant of Features brings along: where its cursor goes, where `enter` leads, what it is in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from clftui.state.session import Session


class Steps(NamedTuple):
    """The steps of one variant that keys of every view call."""

    move: Callable[[Session, int, int, tuple[int, int]], Session]
    """Session, lines down, columns right (a million for the edge), lines and columns that show."""
    drill: Callable[[Session], Session]
    below: Callable[[Session], str]
    """Where `enter` leads, in a word."""
    summary: str
    """How to read the variant, in one line."""
