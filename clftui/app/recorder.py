"""Keeps a script of what was done, one line a filter, jump or tag, in the user's state folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from clftui.state.script import is_cursor, lines_between
from clftui.state.session import Session
from clftui.storage import append_line, state_folder

log = logging.getLogger("clftui")

KEPT = 50
"""Scripts of earlier sessions that stay."""


def script_folder() -> Path:
    """Where scripts lie."""
    return state_folder() / "scripts"


def new_script(session: Session, folder: Path | None = None) -> Path:
    """The file for a session that begins now: `scripts/digits-2026-11-20-101500.clf`."""
    name = "".join(char if char.isalnum() or char in "-_." else "_" for char in session.catalog.name)[:60]
    return (folder or script_folder()) / f"{name or 'runs'}-{datetime.now():%Y-%m-%d-%H%M%S-%f}.clf"


class Recorder:
    """Appends to its file from the first line on; a folder that cannot be written is no reason to trouble anyone."""

    def __init__(self, path: Path, begun: Session) -> None:
        self.path = path
        self._said = begun
        """What the lines so far lead to, cursor moves that are still held back left out."""
        self._held: list[str] = []
        self._lines = 0
        self._broken = False

    def saw(self, session: Session) -> None:
        """Note how `session` was reached; a cursor is written down once something else follows it."""
        lines = lines_between(self._said, session)
        settled = [line for line in lines if not is_cursor(line)]
        if not settled:
            self._held = lines
            return
        # Where the cursor was when something else happened is what that was about.
        self._write([*self._held, *settled, *(line for line in lines if is_cursor(line) and line not in self._held)])
        self._held, self._said = [], session

    def add(self, *lines: str) -> None:
        """Write lines that tell of something done rather than reached, such as a tag."""
        self._write(lines)

    def close(self) -> None:
        """Write what is held back."""
        self._write(self._held)
        self._held = []

    def _write(self, lines: Sequence[str]) -> None:
        if self._broken or not lines:
            return
        try:
            if not self._lines:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                _tidy(self.path.parent)
            for line in lines:
                append_line(self.path, line)
                self._lines += 1
        except OSError as error:
            self._broken = True
            log.warning("no script is kept: %s", error)


def _tidy(folder: Path) -> None:
    with suppress(OSError):
        scripts = sorted(folder.glob("*.clf"), key=lambda path: path.stat().st_mtime)
        for old in scripts[: -KEPT + 1]:
            old.unlink(missing_ok=True)
