"""Tags that others write: another clftui on the same runs, a script, a merge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clftui.state.journal import journal
from clftui.state.unready import impatient

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

SECONDS = 2.0
"""How often the journal is looked at."""


class TagWatch:
    """Draws the screen again when the journal has grown by more than this session's own tags."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._seen = self._version()
        screen.set_interval(SECONDS, self.look)

    def _version(self) -> int:
        # A long journal is read behind the screen's back, and seen the next time.
        with impatient():
            return journal(self._screen.now.catalog).version

    def look(self) -> None:
        """Look once."""
        version = self._version()
        if version != self._seen:
            self._seen = version
            session = self._screen.now
            self._screen.session = replace(session, revision=session.revision + 1)
