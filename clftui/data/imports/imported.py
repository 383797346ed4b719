"""What an import found: all that a catalog keeps of it, without the code that reads other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clftui.schema import FormatError

if TYPE_CHECKING:
    from clftui.data.run import Run

STDIN = Path("-")


class NothingToOpen(FormatError):
    """A file that is readable and about something else: settings, a list of labels, notes. No mistake in a folder."""


class Imported(NamedTuple):
    """What was found at a path: runs, and (file, sentence) for what could not be read.

    `signature` changes when one of the files that were, or could have been, used does. `passed_over` are the files of
    a folder that are about something else, each with the reason.
    """

    runs: tuple[Run, ...]
    problems: tuple[tuple[Path, str], ...]
    signature: tuple[object, ...]
    passed_over: tuple[tuple[Path, str], ...] = ()
