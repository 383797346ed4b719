"""`e`: the view that shows, written to a file whose ending names the format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from clftui.report import REPORT_FORMATS, Options, render
from clftui.schema import FormatError
from clftui.state.features_settings import FeaturesVariant
from clftui.state.filters import FilterError
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.storage import atomic_write
from clftui.text import to_bytes

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen

EXPLAINED = 500
"""Rows of the table of explained samples that are written."""
_REPORTS = {
    FeaturesVariant.EXPLAINED: "explanations",
    FeaturesVariant.METHODS: "explanations",
    FeaturesVariant.SENSITIVITY: "sensitivity",
}
"""Variants of Features with a report of their own; the others are told by the one on features."""
SUFFIXES = {".txt": "text", ".md": "md", ".json": "json", ".csv": "csv", ".svg": "svg"}


def known_format(name: str) -> str | None:
    """The format a file's ending asks for; None for an ending nobody knows."""
    return SUFFIXES.get(Path(name).suffix.lower())


def suggested_name(session: Session) -> str:
    """`matrix.md`"""
    return f"{view_of(session)}.md"


def view_of(session: Session) -> str:
    """The report that says what shows."""
    if session.face:
        return _REPORTS.get(FeaturesVariant(session.face), session.tab.value)
    return "calibration" if session.tab is Tab.SCORES and session.alone else session.tab.value


def export_view(screen: MainScreen, path: Path) -> str:
    """Write the view to `path` and say so in one sentence, or say why not. An existing file is never overwritten."""
    chosen = known_format(path.name)
    if chosen is None:
        return "End the name in .txt .md .json .csv or .svg."
    if path.exists():
        return f"{path} exists already; choose another name."
    try:
        if chosen == "svg":
            text = screen.picture()
        else:
            assert chosen in REPORT_FORMATS
            view = view_of(screen.now)
            # Thousands of maps would keep the screen waiting; a report writes them all.
            text = render(screen.now, view, chosen, Options(top=EXPLAINED) if view == "explanations" else None)
        atomic_write(path, lambda file: _write(file, text))
    except (FormatError, FilterError) as error:
        return str(error)
    except OSError as error:
        return f"{path} cannot be written ({error.strerror}); choose another folder."
    return f"Written to {path}"


def _write(file: BinaryIO, text: str) -> None:
    file.write(to_bytes(text))
