"""Commands of the Map view alone."""

from __future__ import annotations

from clftui.app.commands import Command

COMMANDS: tuple[Command, ...] = ()

READING: tuple[tuple[str, str], ...] = (("–", "undefined: no samples, or not logged"),)
